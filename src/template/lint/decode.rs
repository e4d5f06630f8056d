//! Text that is written in another way: percent-encoded, escaped for HTML or in a string, in
//! full-width characters, or with invisible ones.

mod backslash;
mod code_point;
mod entity;
mod lookalike;
mod means;
mod percent;
mod pieces;

pub(super) use means::Means;
pub(super) use pieces::{Piece, Pieces, may_be_other};
