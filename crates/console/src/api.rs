//! JSON for programs, with the same rules as the pages.

mod dispatch;
mod read;
mod requests;
mod write;

pub(crate) use dispatch::answer;
