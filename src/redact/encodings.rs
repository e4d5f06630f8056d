//! The ways in which programs write a text that they were given as it is.

mod all;
mod base64;
mod digits;
mod doubled;
mod json;
mod literal;
mod percent;
mod shell;
mod writing;
mod xml;

pub(super) use all::encodings;
pub(super) use json::forms as json_forms;
pub(super) use writing::Add;
