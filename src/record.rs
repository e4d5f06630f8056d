//! Facts about stored secrets besides their values.

#[cfg(feature = "vault")]
mod audit_action;
#[cfg(feature = "vault")]
mod audit_entry;
mod epoch;
mod fingerprint;
mod hex;
mod number;
mod record_id;
mod revision;
mod rfc3339;
mod rfc3339_reader;
mod secret_info;
mod version;
mod version_info;

#[cfg(feature = "vault")]
pub use audit_action::AuditAction;
#[cfg(feature = "vault")]
pub use audit_entry::AuditEntry;
pub use epoch::Epoch;
pub use fingerprint::Fingerprint;
pub use record_id::RecordId;
pub use revision::Revision;
#[cfg(feature = "vault")]
pub(crate) use rfc3339::rfc3339;
#[cfg(feature = "vault")]
pub(crate) use rfc3339_reader::parse as parse_rfc3339;
pub use secret_info::SecretInfo;
pub use version::Version;
pub use version_info::VersionInfo;
