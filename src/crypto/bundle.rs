//! Bundles: secrets that leave a vault with their histories, sealed in a file of their own.
//!
//! `header ‖ chunks ‖ trailer`. The header has the key slot of the bundle, which a passphrase, a
//! root key or a provider opens. The chunks are envelopes, each bound to the whole header, to its
//! number and to the fact that it is the last one or not: a chunk that is cut off, moved, repeated
//! or added does not open. Nothing in it depends on the vault that it comes from.

mod chunks;
mod counts;
mod header;
mod item;
mod key;
mod reader;
mod refused;
#[cfg(feature = "internals")]
mod rewrite;
mod secret;
mod start;
mod writer;

pub(crate) use counts::BundleCounts;
pub(crate) use item::BundleItem;
pub(crate) use key::BundleKey;
pub(crate) use reader::BundleReader;
pub(crate) use refused::{damaged as damaged_bundle, unread as unread_bundle};
#[cfg(feature = "internals")]
pub(super) use rewrite::{read as read_again, seal as seal_contents};
pub(crate) use secret::BundledSecret;
pub use start::BundleReach;
pub(crate) use start::BundleStart;
pub(crate) use writer::BundleWriter;
