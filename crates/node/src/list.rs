//! Handles on scopes: lists.

use std::collections::BTreeMap;

use keyslot::{List, SecretName};
use napi_derive::napi;
use serde::Deserialize;

use crate::failure::{json, misused, refuse};
use crate::scope::NativeScope;
use crate::work::{Answer, perform};

/// Filters of a list.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Filter {
    name_contains: Option<String>,
    metadata: BTreeMap<String, String>,
    after: Option<SecretName>,
    limit: Option<usize>,
}

/// Most entries of a list that names no limit.
const LISTED: usize = 1000;

impl Filter {
    fn read(json: &str) -> napi::Result<Self> {
        let filter = serde_json::from_str(json);
        filter.map_err(|_| {
            misused("a filter has nameContains, metadata with strings, after and limit")
        })
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(LISTED)
    }

    fn apply(&self, mut list: List) -> List {
        if let Some(part) = &self.name_contains {
            list = list.name_contains(part);
        }
        let metadata = self.metadata.iter();
        metadata.fold(list, |list, (key, value)| list.with_metadata(key, value))
    }
}

#[napi]
impl NativeScope {
    /// The facts about the secrets of the scope, by name, as JSON.
    #[napi]
    pub fn list(&self, now: bool, filter: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let filter = Filter::read(&filter)?;
            let mut sorted = filter.apply(scoped.list()).sorted().limit(filter.limit());
            if let Some(after) = &filter.after {
                sorted = sorted.after(after);
            }
            json(&sorted.page().map_err(refuse)?)
        })
    }

    /// The secrets of the scope and of those above it, nearest first, as JSON.
    #[napi]
    pub fn inherited(&self, now: bool, filter: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let filter = Filter::read(&filter)?;
            let listed = filter.apply(scoped.list()).inherited();
            let listed: keyslot::Result<Vec<_>> = listed.take(filter.limit()).collect();
            json(&listed.map_err(refuse)?)
        })
    }

    /// The names of the secrets of the scope, as JSON.
    #[napi]
    pub fn names(&self, now: bool) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || json(&scoped.names().map_err(refuse)?))
    }
}
