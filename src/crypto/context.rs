//! What each sealed thing is bound to: an envelope opens only in the place it was sealed for.

use super::canonical::encode;
use super::header::Header;
use super::info::InfoPlace;
use super::key::KeyId;
use crate::name::SecretName;
use crate::record::{RecordId, Version};
use crate::scope::Scope;

/// The use of an envelope, and all that its ciphertext is bound to.
#[derive(Debug)]
pub(crate) struct Context {
    label: &'static [u8],
    aad: Vec<u8>,
}

impl Context {
    /// The vault key, wrapped under the key of a slot.
    pub(crate) fn vault_key(header: &Header, slot: KeyId) -> Self {
        Self::new(b"keyslot/1 vault key", &[&header.vault_id, &slot.0])
    }

    /// The vault secret, wrapped under the vault key.
    pub(crate) fn vault_secret(header: &Header) -> Self {
        Self::new(b"keyslot/1 vault secret", &[&header.vault_id])
    }

    /// The directory of the key slots, sealed under the vault key.
    pub(crate) fn slot_directory(header: &Header) -> Self {
        Self::new(b"keyslot/1 slot directory", &[&header.vault_id])
    }

    /// What a data key is for, sealed under the vault key.
    pub(crate) fn data_key_state(header: &Header, data_key: KeyId) -> Self {
        Self::new(
            b"keyslot/1 data key state",
            &[&header.vault_id, &data_key.0],
        )
    }

    /// A data key, wrapped under the vault key.
    pub(crate) fn data_key(
        header: &Header,
        data_key: KeyId,
        tenant: &str,
        generation: u32,
    ) -> Self {
        let generation = generation.to_be_bytes();
        Self::new(
            b"keyslot/1 data key",
            &[
                &header.vault_id,
                &data_key.0,
                tenant.as_bytes(),
                &generation,
            ],
        )
    }

    /// The head of a tenant, sealed under the head key.
    pub(crate) fn head(header: &Header, tenant_tag: &[u8; 16]) -> Self {
        Self::new(b"keyslot/1 head", &[&header.vault_id, tenant_tag])
    }

    /// What is known of a secret, sealed under a data key.
    ///
    /// Bound to the keyed hashes that its row is found by, not to scope and name themselves: a
    /// reader that lists rows has to open this before it knows either.
    pub(crate) fn info(header: &Header, record: RecordId, place: &InfoPlace) -> Self {
        let InfoPlace { row_key, epoch } = place;
        let (scope_tag, epoch) = (row_key.split_at(16).0, epoch.to_be_bytes());
        Self::new(
            b"keyslot/1 info",
            &[
                &header.vault_id,
                record.as_bytes(),
                scope_tag,
                row_key,
                &epoch,
            ],
        )
    }

    /// One value of a secret, sealed under a data key. Bound only to what never changes, so that no
    /// other change of the secret touches it.
    pub(crate) fn value(
        header: &Header,
        record: RecordId,
        scope: &Scope,
        name: &SecretName,
        version: Version,
    ) -> Self {
        let version = version.get().to_be_bytes();
        let (scope, name) = (scope.as_str().as_bytes(), name.as_str().as_bytes());
        Self::new(
            b"keyslot/1 value",
            &[&header.vault_id, record.as_bytes(), scope, name, &version],
        )
    }

    /// What the envelope's keys are derived with.
    pub(super) fn label(&self) -> &'static [u8] {
        self.label
    }

    /// What the ciphertext is authenticated with: the label and the fields.
    pub(super) fn aad(&self) -> &[u8] {
        &self.aad
    }

    pub(super) fn new(label: &'static [u8], fields: &[&[u8]]) -> Self {
        let aad = encode(&[&[label], fields].concat());
        Self { label, aad }
    }

    /// A context that no constructor makes.
    #[cfg(test)]
    pub(super) fn of_parts(label: &'static [u8], aad: Vec<u8>) -> Self {
        Self { label, aad }
    }
}
