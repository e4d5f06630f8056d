//! The uses of one secret.

use std::time::SystemTime;

use serde::Serialize;

use crate::actor::Actor;
use crate::crypto::UsageRecord;
use crate::record::{RecordId, rfc3339};
use crate::target::Surface;

/// The uses of one secret: values that a resolve or a reveal gave.
///
/// In JSON, times are text of RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretUsage {
    /// The secret.
    pub record: RecordId,
    /// The number of values that were looked up.
    pub uses: u64,
    /// The number of values that were [revealed](crate::ScopedVault::reveal).
    pub reveals: u64,
    /// The time of the first use that was counted.
    #[serde(serialize_with = "rfc3339")]
    pub since: SystemTime,
    /// The time of the last use.
    #[serde(serialize_with = "rfc3339")]
    pub last_used: SystemTime,
    /// Actor of the last use.
    pub actor: Option<Actor>,
    /// Tool of its target: the first 128 bytes, without control characters.
    pub tool: Option<String>,
    /// Host of its target, as `address:port`.
    pub host: Option<String>,
    /// Surface of its target.
    pub surface: Option<Surface>,
    /// True if its target was the instructions of a model.
    pub instructions: bool,
}

impl SecretUsage {
    pub(super) fn of(usage: UsageRecord) -> Self {
        let UsageRecord { record, last, .. } = usage;
        Self {
            record,
            uses: usage.uses,
            reveals: usage.reveals,
            since: usage.since.time(),
            last_used: last.time.time(),
            actor: last.actor,
            tool: last.tool,
            host: last.host,
            surface: last.surface,
            instructions: last.instructions,
        }
    }
}
