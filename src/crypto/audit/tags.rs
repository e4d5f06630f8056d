//! The tags of the record of an entry.

pub(super) const TIME: u8 = 1;
pub(super) const ACTION: u8 = 2;
pub(super) const SCOPE: u8 = 3;
pub(super) const NAME: u8 = 4;
pub(super) const ACTOR: u8 = 5;
pub(super) const REFUSED: u8 = 6;
pub(super) const FOUND_IN: u8 = 7;
pub(super) const RECORD: u8 = 8;
pub(super) const VERSION: u8 = 9;
pub(super) const FINGERPRINT: u8 = 10;
pub(super) const TOOL: u8 = 11;
pub(super) const HOST: u8 = 12;
pub(super) const SURFACE: u8 = 13;
pub(super) const INSTRUCTIONS: u8 = 14;
pub(super) const RUN: u8 = 15;
pub(super) const REASON: u8 = 16;
pub(super) const GENERATION: u8 = 17;
pub(super) const COUNT: u8 = 18;
pub(super) const KEY: u8 = 19;
pub(super) const KEY_NAME: u8 = 20;
