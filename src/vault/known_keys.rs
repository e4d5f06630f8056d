//! The data keys that were used last.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::mem;
use std::sync::Arc;

use super::random_bytes::RandomBytes;
use super::tenant_key::TenantKey;
use crate::crypto::KeyId;

/// The data keys that were used last. The map that is filled holds [`HALF`](KnownKeys::HALF) at
/// most, then it becomes the other one.
#[derive(Default)]
pub(super) struct KnownKeys {
    recent: KeyMap,
    before: KeyMap,
    /// Names of keys that this open vault destroyed: a reader may have read the row of one just
    /// before, and must not bring it back.
    destroyed: HashSet<KeyId>,
}

type KeyMap = HashMap<KeyId, Arc<TenantKey>, BuildHasherDefault<RandomBytes>>;

impl KnownKeys {
    /// Half of the most keys that are kept, some 800 bytes each.
    const HALF: usize = 4096;

    /// A key, and true if it must be [kept](KnownKeys::keep) again to stay.
    pub(super) fn get(&self, id: KeyId) -> Option<(Arc<TenantKey>, bool)> {
        if let Some(key) = self.recent.get(&id) {
            return Some((Arc::clone(key), false));
        }
        self.before.get(&id).map(|key| (Arc::clone(key), true))
    }

    /// Keeps a key, in place of one that was not used for long or is of the same name.
    pub(super) fn keep(&mut self, key: Arc<TenantKey>) {
        if self.destroyed.contains(&key.id()) {
            return;
        }
        if self.recent.len() >= Self::HALF && !self.recent.contains_key(&key.id()) {
            self.before = mem::take(&mut self.recent);
        }
        self.recent.insert(key.id(), key);
    }

    /// Forgets a key for good.
    pub(super) fn forget(&mut self, id: KeyId) {
        self.destroyed.insert(id);
        self.recent.remove(&id);
        self.before.remove(&id);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.recent.len() + self.before.len()
    }
}
