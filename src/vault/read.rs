//! Reading: looking up, explaining, listing, and holding versions fast. Nothing here writes.
//!
//! `select` finds the secret that a reference means, and everything else in this folder is built on
//! it: `lookup` (the resolver), `bind` (to a target or an engine), `resolve`, `explain` with
//! `propose` (names for unknown ones), `values` (for redactors) and `snapshot`. `find`, `list` and
//! `scopes` read one scope or the whole vault, `changes` what was written since an epoch.

mod bind;
mod cached;
mod changes;
mod explain;
mod find;
mod list;
mod lookup;
mod propose;
mod refusal;
mod resolve;
mod scopes;
mod select;
mod snapshot;
mod usage;
mod values;

pub use changes::{ChangedSecret, Changes};
pub use explain::Explanation;
pub use list::{Inherited, List, Listed, Sorted};
pub use snapshot::Snapshot;
pub(crate) use values::{Hidden, Unusable};
