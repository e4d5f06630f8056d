//! Documents of the host, as far as the vault keeps them: which references each of them needs.
//!
//! # Design
//!
//! * **A document** is a config, a workflow or a text of the host, under an id that the host gives
//!   and under the scope of the handle, whose secrets it gets. Its row holds the references that
//!   it needs, with some pointers to them, and nothing else of it.
//! * **One row for each document**, in the partition of its organization, sealed under a key of
//!   its own and bound to its place and epoch. The key of the row is a keyed hash of scope and id.
//!   So setting one costs one row, however many references it has, and the lock that orders
//!   changes of secrets orders these too: a deletion that asks for references and the document
//!   that is set meanwhile never pass each other.
//! * **The head accounts for them** by number and accumulator, as it does for secrets. A question
//!   reads all documents of the organization and holds them against it, so a row that was deleted,
//!   added or put back is found by each question, and not by a verification alone.
//! * **Bounds**: [`Documents::MAX`](crate::Documents::MAX) documents in an organization, so no
//!   question reads more.

mod handle;
mod id;
mod info;
mod missing;
mod missing_reference;
mod open;
mod presence;
mod uses;
mod who;

pub use handle::Documents;
pub(in crate::vault) use id::check_id;
pub use info::DocumentInfo;
pub use missing_reference::{MissingReference, MissingReferences};
pub(in crate::vault) use open::StoredDocument;
pub(in crate::vault) use presence::Presence;
pub use uses::{DocumentUse, DocumentUses};
pub(in crate::vault) use who::{Asking, is_within};
