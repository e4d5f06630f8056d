//! Pages of an audit log.

use serde::Serialize;

use super::cursor::AuditCursor;
use crate::record::AuditEntry;

/// Some entries of an [`AuditLog`](crate::AuditLog).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The place to go on; `None` when there are no more.
    #[serde(serialize_with = "as_text")]
    pub next: Option<AuditCursor>,
}

// By reference, as serde calls it.
#[allow(clippy::ref_option)]
fn as_text<S: serde::Serializer>(
    cursor: &Option<AuditCursor>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    cursor
        .map(|cursor| cursor.to_string())
        .serialize(serializer)
}

impl AuditPage {
    pub(super) fn new(entries: Vec<AuditEntry>, next: Option<AuditCursor>) -> Self {
        Self { entries, next }
    }
}
