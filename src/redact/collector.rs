//! The collection of patterns for a redactor.

mod collector;
mod explored;
mod index;
mod owners;
mod pattern_set;

pub(super) use collector::Collector;
pub(super) use explored::MAX_PARTS;
