//! The input of a write: a value, and statements about it.

mod secret_input;
mod sources;

pub(super) use secret_input::Expected;
pub use secret_input::{SecretChange, SecretInput};
