//! Audit logs.

use std::time::Duration;

use keyslot::{AuditCursor, AuditLog, AuditQuery, AuditRetention};
use napi_derive::napi;

use crate::failure::{json, refuse};
use crate::work::{Answer, perform};

/// The audit log of an organization, or the part of a scope.
#[napi]
#[derive(Debug)]
pub struct NativeAudit(pub(crate) AuditLog);

#[napi]
impl NativeAudit {
    /// A page of the entries that a question finds, as JSON.
    #[napi]
    pub fn page(
        &self,
        now: bool,
        question: String,
        after: Option<String>,
        limit: u32,
    ) -> napi::Result<Answer<String>> {
        let log = self.0.clone();
        perform(now, move || {
            let query: AuditQuery = question.parse().map_err(refuse)?;
            let after = after.map(|after| after.parse::<AuditCursor>());
            let after = after.transpose().map_err(refuse)?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            json(&log.page(&query, after, limit).map_err(refuse)?)
        })
    }

    /// The uses of each secret, as JSON.
    #[napi]
    pub fn usage(&self, now: bool) -> napi::Result<Answer<String>> {
        let log = self.0.clone();
        perform(now, move || json(&log.usage().map_err(refuse)?))
    }

    /// Deletes what is older or more than the bounds, and returns the number of entries.
    #[napi]
    pub fn prune(
        &self,
        now: bool,
        max_age_ms: Option<f64>,
        max_entries: Option<u32>,
        reason: String,
    ) -> napi::Result<Answer<f64>> {
        let log = self.0.clone();
        perform(now, move || {
            let mut kept = AuditRetention::new();
            if let Some(age) = max_age_ms {
                let age = Duration::try_from_secs_f64(age / 1000.0);
                kept = kept.max_age(age.unwrap_or(Duration::MAX));
            }
            if let Some(entries) = max_entries {
                kept = kept.max_entries(entries.into());
            }
            let pruned = log.prune(&kept, reason).map_err(refuse)?;
            Ok(f64::from(u32::try_from(pruned).unwrap_or(u32::MAX)))
        })
    }
}
