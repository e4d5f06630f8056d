//! Facts about a document.

use std::time::SystemTime;

use serde::Serialize;

use crate::actor::Actor;
use crate::crypto::DocumentRecord;
use crate::record::rfc3339;
use crate::reference::PlacedReference;
use crate::scope::Scope;

/// Everything that a vault keeps of a document: the references that it needs, and not its text.
///
/// In JSON, the time is text of RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DocumentInfo {
    /// The scope whose secrets the document gets.
    pub scope: Scope,
    /// The id that the host gave it.
    pub id: String,
    /// The time of its last change.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: SystemTime,
    /// Actor of that change.
    pub updated_by: Option<Actor>,
    /// The references, each distinct one once, in the order of the document.
    pub references: Vec<PlacedReference>,
}

impl DocumentInfo {
    pub(in crate::vault) fn of(record: DocumentRecord) -> Self {
        Self {
            scope: record.scope,
            id: record.id,
            updated_at: record.set_at.time(),
            updated_by: record.set_by,
            references: record.references,
        }
    }
}
