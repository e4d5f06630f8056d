//! The vault key, and those that it replaced.

use std::sync::Arc;

use super::envelope::Envelope;
use super::header::Header;
use super::key::KeyId;
use super::previous_key::PreviousKey;
use super::wrap::VaultKey;
use crate::error::Result;

/// The vault key, and those that it replaced and that data keys may still be wrapped under.
#[derive(Debug)]
pub(crate) struct VaultKeys {
    current: Arc<VaultKey>,
    previous: Vec<Arc<VaultKey>>,
    /// Names of those that were dropped since the vault was opened.
    dropped: Vec<KeyId>,
}

impl VaultKeys {
    /// A vault key that replaced none.
    pub(crate) fn new(current: VaultKey) -> Self {
        Self {
            current: Arc::new(current),
            previous: Vec::new(),
            dropped: Vec::new(),
        }
    }

    /// The same vault key with those before it, as the directory of the key slots has them.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when another vault key wrapped them.
    pub(crate) fn with(&self, header: &Header, previous: &[PreviousKey]) -> Result<Self> {
        let open = |key| self.current.unwrap_previous(header, key).map(Arc::new);
        Ok(Self {
            current: Arc::clone(&self.current),
            previous: previous.iter().map(open).collect::<Result<_>>()?,
            dropped: self.dropped.clone(),
        })
    }

    /// The keys once a new vault key has replaced the current one.
    pub(crate) fn replaced_by(&self, next: VaultKey) -> Self {
        let mut previous = self.previous.clone();
        previous.push(Arc::clone(&self.current));
        Self {
            current: Arc::new(next),
            previous,
            dropped: self.dropped.clone(),
        }
    }

    /// The current vault key without those before it.
    pub(crate) fn alone(&self) -> Self {
        let dropped = self.previous.iter().map(|key| key.id());
        Self {
            current: Arc::clone(&self.current),
            previous: Vec::new(),
            dropped: self.dropped.iter().copied().chain(dropped).collect(),
        }
    }

    /// Returns true if this open vault dropped a vault key of this name.
    pub(crate) fn has_dropped(&self, id: KeyId) -> bool {
        self.dropped.contains(&id)
    }

    /// The vault key that seals.
    pub(crate) fn current(&self) -> &VaultKey {
        &self.current
    }

    /// The vault key that an envelope names. The current one if it names none of them: that refuses
    /// it.
    pub(crate) fn of(&self, envelope: &[u8]) -> &VaultKey {
        let named = Envelope::parse(envelope).ok().and_then(|sealed| {
            let mut previous = self.previous.iter();
            previous.find(|key| key.id() == sealed.key_id())
        });
        named.unwrap_or(&self.current)
    }

    /// Returns true if an envelope names the current vault key.
    pub(crate) fn is_current(&self, envelope: &[u8]) -> bool {
        Envelope::parse(envelope).is_ok_and(|sealed| sealed.key_id() == self.current.id())
    }
}
