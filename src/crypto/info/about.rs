//! Statements of its owners about a secret.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use crate::access::AccessRules;
use crate::crypto::timestamp::Timestamp;

/// Everything about a secret that can be set without a value, but for the state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// Time from which it resolves.
    pub(crate) not_before: Option<Timestamp>,
    /// Time from which it resolves no more.
    pub(crate) expires_at: Option<Timestamp>,
    /// Number of seconds after which a value should be replaced; never 0.
    pub(crate) rotation: Option<NonZeroU64>,
    /// Places to which it may go.
    pub(crate) rules: AccessRules,
    /// Description of its purpose; may be empty.
    pub(crate) description: String,
    /// Further statements, each under a key.
    pub(crate) metadata: BTreeMap<String, String>,
}
