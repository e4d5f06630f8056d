//! The places that each surface tells apart.

pub(super) mod connection;
pub(super) mod header;
pub(super) mod json;
pub(super) mod shell;
mod skeleton;
pub(super) mod url;
