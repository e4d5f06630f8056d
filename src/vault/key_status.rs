//! The state of the keys of a vault, for operators.

mod read;
mod report;

pub use report::{DataKeyState, DataKeyStatus, KeyStatus, OrganizationKeys, PreviousVaultKey};
