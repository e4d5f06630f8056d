//! Texts that are prepared once and filled many times, whatever they are part of: the verbs that
//! templates, documents and headers share.

mod fill;
mod linting;
mod places;
mod planned;
mod planning;
#[allow(clippy::module_inception)] // the type that the room is named after
mod prepared;
mod visit;

pub(super) use planning::Read;
pub(super) use prepared::Prepared;
