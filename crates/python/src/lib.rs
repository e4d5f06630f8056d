//! The extension module `keyslot._keyslot`: thin classes over the crate `keyslot`.
//!
//! Texts of Python come in through [`text`], documents through [`document`], and plain data goes
//! out through [`data`]. The lock of the interpreter is released wherever a call may
//! wait or compute.
#![forbid(unsafe_code)]
// Methods that Python calls have the shapes that pyo3 wants.
#![allow(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self
)]

mod audit;
mod bulk;
mod data;
mod document;
mod error;
mod grants;
mod info;
mod key;
mod opening;
mod options;
mod redactor;
mod resolved;
mod resolving;
mod rules;
mod scope;
mod snapshot;
mod stream;
mod syntax;
mod target;
mod text;
mod twin;
mod vault;

/// The extension module.
#[pyo3::pymodule]
mod _keyslot {
    #[pymodule_export]
    use super::audit::AuditLog;
    #[pymodule_export]
    use super::grants::Grants;
    #[pymodule_export]
    use super::info::{SecretInfo, VersionInfo};
    #[pymodule_export]
    use super::key::{Passphrase, RootKey};
    #[pymodule_export]
    use super::redactor::Redactor;
    #[pymodule_export]
    use super::resolved::{ModelArgs, Resolved};
    #[pymodule_export]
    use super::rules::{AccessRules, Permissions};
    #[pymodule_export]
    use super::scope::Scope;
    #[pymodule_export]
    use super::snapshot::Snapshot;
    #[pymodule_export]
    use super::stream::RedactStream;
    #[pymodule_export]
    use super::target::Target;
    #[pymodule_export]
    use super::vault::Vault;
}
