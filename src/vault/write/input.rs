//! The input of a write: a value, and statements about it.

mod json;
mod secret_change;
mod secret_input;
mod sources;

pub(super) use secret_change::Expected;
pub use secret_change::SecretChange;
pub use secret_input::SecretInput;
pub(super) use secret_input::check_surfaces;
