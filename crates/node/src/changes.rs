//! Handles on scopes: what has changed.

use std::time::Duration;

use keyslot::Epoch;
use napi_derive::napi;

use crate::failure::{json, misused, refuse};
use crate::scope::NativeScope;
use crate::work::{Answer, perform};

fn epoch(number: i64) -> napi::Result<Epoch> {
    let number = u64::try_from(number);
    number
        .map(Epoch::new)
        .map_err(|_| misused("an epoch is a whole number"))
}

#[napi]
impl NativeScope {
    /// The number of writes to the organization.
    #[napi]
    pub fn epoch(&self, now: bool) -> napi::Result<Answer<i64>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let epoch = scoped.epoch().map_err(refuse)?;
            Ok(i64::try_from(epoch.get()).unwrap_or(i64::MAX))
        })
    }

    /// The secrets that have changed since an epoch, as JSON.
    #[napi]
    pub fn changes(&self, now: bool, since: i64) -> napi::Result<Answer<String>> {
        let (scoped, since) = (self.scoped.clone(), epoch(since)?);
        perform(now, move || json(&scoped.changes(since).map_err(refuse)?))
    }

    /// Waits for changes, and returns them as JSON.
    #[napi]
    pub fn wait_for_changes(
        &self,
        now: bool,
        since: i64,
        milliseconds: u32,
    ) -> napi::Result<Answer<String>> {
        let (scoped, since) = (self.scoped.clone(), epoch(since)?);
        let longest = Duration::from_millis(milliseconds.into());
        perform(now, move || {
            json(&scoped.wait_for_changes(since, longest).map_err(refuse)?)
        })
    }
}
