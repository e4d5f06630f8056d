//! Pages that are too long for the docs of one item.

#[doc = include_str!("manual/anchors.md")]
pub mod anchors {}

#[doc = include_str!("manual/bundle.md")]
pub mod bundle {}

#[doc = include_str!("manual/format.md")]
pub mod format {}

#[doc = include_str!("manual/keys.md")]
pub mod keys {}

#[cfg(feature = "vault")]
#[doc = include_str!("manual/memory.md")]
pub mod memory {}

#[doc = include_str!("manual/threat_model.md")]
pub mod threat_model {}
