//! Writing: storing, changing, revoking, deleting and copying secrets, each in one transaction.
//!
//! `ledger` is the one way to write; everything else in this folder decides what it writes. `input`
//! and `fields` are the statements of the caller.

mod at_revision;
mod bulk;
mod change;
mod copy;
mod documents;
mod edit;
mod fields;
mod input;
mod ledger;
mod put;
mod removal;
mod remove;
mod restore;
mod rollback;
mod rotate;

pub use at_revision::AtRevision;
pub use bulk::{BulkError, BulkProgress, OnExisting};
pub use input::{SecretChange, SecretInput};
pub use removal::{OnReferenced, Removed, RemovedAll, Revoked};
pub(in crate::vault) use restore::{Incoming, Restoring};
pub use rotate::{Rewrap, RewrapProgress};
