//! The answer to a reference, as it is held.

use std::sync::OnceLock;

use super::charge::Charge;
use super::last_use::LastUse;
use crate::crypto::{Info, VersionEntry};
use crate::resolve::Found;

/// The secret that a reference means in a chain of scopes, or that it means none. Nothing in it
/// decides about a use: whoever takes it asks the gate.
pub(in crate::vault) struct Answer {
    /// `None` if no scope of the chain has the name.
    pub(in crate::vault) secret: Option<OpenedSecret>,
    pub(super) used: LastUse,
    /// Memory of the answer, with what is opened later.
    pub(super) charge: Charge,
}

/// A secret whose info is opened, and its value once it was used.
pub(in crate::vault) struct OpenedSecret {
    pub(in crate::vault) info: Info,
    /// The version that is meant; `None` if it is not kept.
    pub(in crate::vault) kept: Option<VersionEntry>,
    /// The envelope of a value that is not opened yet; `None` also if its row was missing.
    pub(in crate::vault) sealed: Option<Box<[u8]>>,
    /// The value, wiped with its last clone.
    pub(in crate::vault) value: OnceLock<Found>,
}
