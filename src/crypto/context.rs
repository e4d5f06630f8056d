//! Contexts: an envelope opens only in the place it was sealed for.

use super::canonical::{Short, append};
use super::header::Header;
use super::key::KeyId;
use crate::name::SecretName;
use crate::record::{RecordId, Version};
use crate::scope::Scope;

/// The use of an envelope, and all that its ciphertext is bound to.
#[derive(Debug)]
pub(crate) struct Context {
    label: &'static [u8],
    aad: Short,
}

/// The row that an info is stored in, as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InfoPlace {
    /// The key of the row. It begins with the tag of the scope.
    pub(crate) row_key: [u8; 32],
    /// The epoch of its tenant when it was written.
    pub(crate) epoch: u64,
}

/// The row that something is sealed for, as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SealedPlace {
    /// The partition of the row.
    pub(crate) partition: [u8; 16],
    /// The key of the row.
    pub(crate) row_key: [u8; 32],
    /// The epoch of the partition when it was written.
    pub(crate) epoch: u64,
}

impl Context {
    /// The vault key, wrapped under the key of a key slot.
    pub(crate) fn vault_key(header: &Header, key_slot: KeyId) -> Self {
        Self::new(b"keyslot/1 vault key", &[&header.vault_id, &key_slot.0])
    }

    /// The vault secret, wrapped under the vault key.
    pub(crate) fn vault_secret(header: &Header) -> Self {
        Self::new(b"keyslot/1 vault secret", &[&header.vault_id])
    }

    /// The directory of the key slots, sealed under the vault key.
    pub(crate) fn key_slot_directory(header: &Header) -> Self {
        Self::new(b"keyslot/1 slot directory", &[&header.vault_id])
    }

    /// A vault key that was replaced, wrapped under the current one.
    pub(crate) fn previous_vault_key(header: &Header, previous: KeyId) -> Self {
        Self::new(
            b"keyslot/1 previous vault key",
            &[&header.vault_id, &previous.0],
        )
    }

    /// The record of a data key, sealed under the vault key.
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

    /// A row of an audit log, sealed under the audit key.
    pub(crate) fn audit(header: &Header, partition: &[u8; 16], row: u64) -> Self {
        let row = row.to_be_bytes();
        Self::new(b"keyslot/1 audit", &[&header.vault_id, partition, &row])
    }

    /// A document, sealed under the document key.
    pub(crate) fn document(header: &Header, place: &SealedPlace) -> Self {
        let epoch = place.epoch.to_be_bytes();
        Self::new(
            b"keyslot/1 document",
            &[&header.vault_id, &place.partition, &place.row_key, &epoch],
        )
    }

    /// A chunk of a bundle, sealed under the key of the bundle. Bound to all of the header by its
    /// hash, to the place of the chunk, and to the fact that it is the last one or not.
    pub(crate) fn bundle(header: &[u8; 32], number: u64, is_last: bool) -> Self {
        let number = number.to_be_bytes();
        Self::new(
            b"keyslot/1 bundle chunk",
            &[header, &number, &[u8::from(is_last)]],
        )
    }

    /// The uses of a secret, sealed under the usage key.
    pub(crate) fn usage(header: &Header, place: &SealedPlace) -> Self {
        let epoch = place.epoch.to_be_bytes();
        Self::new(
            b"keyslot/1 usage",
            &[&header.vault_id, &place.partition, &place.row_key, &epoch],
        )
    }

    /// The info of a secret, sealed under a data key.
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

    /// Label that the keys of the envelope are derived with.
    pub(super) fn label(&self) -> &'static [u8] {
        self.label
    }

    /// All that the ciphertext is authenticated with: `prefix`, which is the start of the envelope,
    /// then the label and the fields.
    #[inline]
    pub(super) fn authenticated(&self, prefix: &[u8]) -> Short {
        let mut all = Short::from_slice(prefix);
        all.extend_from_slice(&self.aad);
        all
    }

    pub(super) fn new(label: &'static [u8], fields: &[&[u8]]) -> Self {
        let mut context = Self {
            label,
            aad: Short::new(),
        };
        append(&mut context.aad, label, fields);
        context
    }
}

#[cfg(test)]
impl Context {
    /// A context that no constructor makes.
    pub(super) fn of_parts(label: &'static [u8], aad: Vec<u8>) -> Self {
        let aad = aad.into();
        Self { label, aad }
    }

    /// The label and the fields.
    pub(super) fn aad(&self) -> &[u8] {
        &self.aad
    }
}
