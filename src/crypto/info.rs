//! The info of a secret: the one authority on its identity, its state and its rules.

mod about;
mod decode;
mod encode;
mod sealed;
mod secret;
mod state;
mod tags;
mod version_entry;

pub(crate) use about::About;
pub(crate) use sealed::SealedInfo;
pub(crate) use secret::Info;
pub(crate) use state::InfoState;
pub(crate) use version_entry::VersionEntry;
