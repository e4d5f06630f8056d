//! Pages of a report.

use serde::Serialize;

use super::cursor::ReportCursor;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::vault::usage::SecretUsage;

/// A secret in a [report](crate::ScopedVault::report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReportRow {
    /// The secret.
    #[serde(flatten)]
    pub info: SecretInfo,
    /// Its uses, in a report that asks for them; `None` if there are none.
    pub usage: Option<SecretUsage>,
    /// The nearest scope above with a secret of the same name, in a report that asks for it.
    pub hides: Option<Scope>,
    /// The number of documents that get the secret, in a report that asks for it.
    /// [`who_references`](crate::Documents::who_references) names them.
    pub documents: Option<u64>,
}

/// Some secrets of a [report](crate::ScopedVault::report).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReportPage {
    /// The secrets, in an order that is stable and is not that of the names.
    pub rows: Vec<ReportRow>,
    /// The place to go on; `None` at the end. A page may have few secrets, or none, and go on.
    pub next: Option<ReportCursor>,
}

impl ReportRow {
    pub(super) fn new(info: SecretInfo) -> Self {
        Self {
            info,
            usage: None,
            hides: None,
            documents: None,
        }
    }
}
