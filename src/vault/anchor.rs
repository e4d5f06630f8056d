//! Memory outside of the store: the newest head of each tenant, so that a vault that was put back
//! whole is told from the newest one.

#[cfg(unix)]
mod content;
#[cfg(unix)]
mod file_anchor;
mod kept;
mod mark;
mod rollback_anchor;

#[cfg(unix)]
pub use file_anchor::FileAnchor;
pub(super) use kept::Anchor;
pub use mark::AnchorMark;
pub use rollback_anchor::RollbackAnchor;
