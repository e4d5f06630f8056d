//! Whole URLs, and pieces of them.

mod parts;
mod place;
mod segment;

pub(in crate::template::value) use place::{Place, places, places_in};
pub(in crate::template::value) use segment::Segment;
