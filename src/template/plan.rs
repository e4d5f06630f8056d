//! Plans: what to do with a text, and what it refers to.

#[allow(clippy::module_inception)] // the type that the room is named after
mod plan;
mod planner;
mod references;

pub(super) use plan::Plan;
pub(super) use planner::{Planner, bad_name, chain, mark};
pub(super) use references::{ReferenceList, References};
