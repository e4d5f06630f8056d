//! The core of an open vault, which all of its handles share.

use std::sync::Arc;

use super::anchor::Anchor;
use super::clock::Clock;
use super::gate::Gate;
use super::high_water::HighWater;
use super::hint;
use super::keyring::Keyring;
use super::observer::Observer;
use super::rows::get_from;
use super::tenant_view::{OpenedTenants, Views};
use super::usage_queue::UsageQueue;
use super::use_queue::UseQueue;
use crate::error::Result;
use crate::name::NamePolicy;
use crate::store::{Partition, Row, RowKey, SecretStore};
use crate::template::Engine;

/// The largest value that any vault takes, in bytes.
pub(super) const MAX_VALUE: usize = 1024 * 1024;

/// Everything that the handles of one open vault share.
pub(super) struct Core {
    pub(super) store: Box<dyn SecretStore>,
    pub(super) keys: Arc<Keyring>,
    pub(super) seen: HighWater,
    /// The views of tenants, if rows are guarded.
    pub(super) views: Option<Views>,
    /// The opened secrets that are held, if the vault has a cache.
    pub(super) opened: Option<OpenedTenants>,
    pub(super) clock: Clock,
    pub(super) names: NamePolicy,
    pub(super) engine: Engine,
    pub(super) gate: Gate,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) anchor: Option<Anchor>,
    /// The entries about uses that wait; `None` if this vault begins no audit log.
    pub(super) uses: Option<UseQueue>,
    /// The uses that wait to be added up; `None` if this vault counts none.
    pub(super) usage: Option<UsageQueue>,
    /// Names this open vault in audit logs: random.
    pub(super) writer: [u8; 16],
    /// True if the end of values may be shown.
    pub(super) hints: bool,
    pub(super) max_value: usize,
    pub(super) kept_versions: usize,
}

impl Core {
    /// Returns the same vault over another store, a copy: with the heads that were `seen`, and
    /// without the host's settings.
    pub(super) fn over(&self, store: Box<dyn SecretStore>, seen: HighWater) -> Self {
        Self {
            store,
            keys: Arc::clone(&self.keys),
            seen,
            views: None,
            opened: None,
            clock: self.clock.clone(),
            names: NamePolicy::any(),
            engine: Engine::new(),
            gate: self.gate,
            observer: None,
            anchor: None,
            uses: None,
            usage: None,
            writer: self.writer,
            hints: false,
            max_value: self.max_value,
            kept_versions: self.kept_versions,
        }
    }

    /// Reads rows by key, as [`get_from`] does.
    pub(super) fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        get_from(&*self.store, partition, keys)
    }

    /// Reads one row.
    pub(super) fn get_one(&self, partition: Partition, key: RowKey) -> Result<Option<Row>> {
        Ok(self.get(partition, &[key])?.pop().flatten())
    }

    /// The end of a value, if it may be shown.
    pub(super) fn hint(&self, value: &str) -> Option<String> {
        hint::tail(value).filter(|_| self.hints).map(str::to_owned)
    }
}
