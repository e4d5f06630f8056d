//! The tags of the record of a secret.

pub(super) const SCOPE: u8 = 1;
pub(super) const NAME: u8 = 2;
pub(super) const STATE: u8 = 3;
pub(super) const REVISION: u8 = 4;
pub(super) const LAST_VERSION: u8 = 5;
pub(super) const CREATED_AT: u8 = 6;
pub(super) const UPDATED_AT: u8 = 7;
pub(super) const NOT_BEFORE: u8 = 8;
pub(super) const EXPIRES_AT: u8 = 9;
pub(super) const INSTRUCTIONS: u8 = 10;
pub(super) const DESCRIPTION: u8 = 11;
pub(super) const VERSIONS: u8 = 12;
pub(super) const METADATA: u8 = 13;
pub(super) const TOOLS: u8 = 14;
pub(super) const HOSTS: u8 = 15;
pub(super) const SURFACES: u8 = 16;
pub(super) const CREATED_BY: u8 = 17;
pub(super) const UPDATED_BY: u8 = 18;
pub(super) const ROTATION: u8 = 19;
