//! Modes of an audit log.

/// The way in which an open vault logs *uses*: see
/// [`VaultBuilder::audit`](crate::VaultBuilder::audit). Changes are logged in each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditMode {
    /// Uses are not logged.
    Off,
}
