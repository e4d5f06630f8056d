//! The checks of every request, and the headers of every answer.

pub(crate) mod content;
pub(crate) mod headers;
pub(crate) mod origin;
