//! Access rules: the targets that a secret may go to.

mod denial;
mod host;
mod json;
mod rules;
mod tool;

pub(crate) use denial::Denial;
pub use rules::AccessRules;
