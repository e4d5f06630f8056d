//! Pages for people.

mod attention;
mod audit;
mod copy;
mod dispatch;
mod edit;
mod end;
mod explain;
mod form;
mod layout;
mod list;
mod new;
mod organizations;
mod parts;
mod references;
mod refusal;
mod reveal;
mod rollback;
mod rotate;
mod rules;
mod scopes;
mod secret;
mod status;
mod verify;

pub(crate) use dispatch::{show, take};
pub(crate) use refusal::refusal;
