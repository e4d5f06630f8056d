//! Values on their way into a text: filters, encodings, and the places they may stand in.

mod encoding;
mod filter;
mod filtered;
mod filters;
#[cfg(feature = "json")]
mod get;
mod placing;
mod room;
mod surface;
mod typed;
mod url_part;

pub(super) use encoding::Encoding;
pub(super) use filter::{Filter, apply, encoding_after, password_slot};
pub(super) use filtered::Filtered;
#[cfg(feature = "vault")]
pub(crate) use filtered::trim;
pub(super) use filters::Filters;
#[cfg(feature = "vault")]
pub(crate) use placing::unfit;
pub(super) use placing::{Placing, words};
pub(super) use room::Room;
pub(super) use typed::{Typed, no_place, typed};
