//! Keys derived from the vault secret: those of the keyed hashes that rows are found by, the key of
//! the heads, and those of the audit logs, the documents and the
//! uses.
//!
//! One key, one purpose. The vault secret never changes, so that rows are found under the same
//! hashes for life.

use std::fmt;

use zeroize::Zeroizing;

use super::canonical::{Short, append, encode, feed};
use super::header::Header;
use super::key::{KeyId, SymmetricKey};
use super::primitives::{Mac, Prk};
use super::stack::wiped;
use crate::error::Result;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Revision, Version};
use crate::scope::Scope;

#[cfg(test)]
thread_local! {
    /// The number of times that this thread hashed the key of a secret's row.
    pub(crate) static ROW_KEYS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// The keys derived from a vault secret, each ready for use.
pub(crate) struct SubKeys {
    header: Header,
    row: Mac,
    tag: Mac,
    accumulator: Mac,
    fingerprint: Mac,
    head: SymmetricKey,
    audit: SymmetricKey,
    audit_chain: Mac,
    document: SymmetricKey,
    usage: SymmetricKey,
}

impl SubKeys {
    /// Derives all of them: HKDF-SHA256 with the vault id as salt.
    pub(crate) fn derive(vault_secret: &SymmetricKey, header: &Header) -> Result<Self> {
        wiped(|| {
            let prk = Prk::extract(&header.vault_id, vault_secret.expose());
            let mac = |label: &[u8]| -> Result<Mac> {
                let mut key = Zeroizing::new([0; 32]);
                prk.expand(&encode(&[label]), &mut *key)?;
                Ok(Mac::new(&*key))
            };
            Ok(Self {
                header: *header,
                row: mac(b"keyslot/1 row key")?,
                tag: mac(b"keyslot/1 tag key")?,
                accumulator: mac(b"keyslot/1 accumulator key")?,
                fingerprint: mac(b"keyslot/1 fingerprint key")?,
                head: SymmetricKey::fill(KeyId::VAULT_SECRET, |key| {
                    prk.expand(&encode(&[b"keyslot/1 head key"]), key)
                })?,
                audit: SymmetricKey::fill(KeyId::VAULT_SECRET, |key| {
                    prk.expand(&encode(&[b"keyslot/1 audit key"]), key)
                })?,
                audit_chain: mac(b"keyslot/1 audit chain key")?,
                document: SymmetricKey::fill(KeyId::VAULT_SECRET, |key| {
                    prk.expand(&encode(&[b"keyslot/1 document key"]), key)
                })?,
                usage: SymmetricKey::fill(KeyId::VAULT_SECRET, |key| {
                    prk.expand(&encode(&[b"keyslot/1 usage key"]), key)
                })?,
            })
        })
    }

    /// The vault that they belong to.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Hashes keys of rows. All of it leaves traces on one piece of the stack, which is wiped once.
    pub(crate) fn row_keys<T>(&self, work: impl FnOnce(&RowHasher<'_>) -> T) -> T {
        wiped(|| work(&RowHasher(&self.row)))
    }

    /// The key of the row of a secret, see [`RowHasher::secret`].
    #[cfg(test)]
    pub(crate) fn row_key(
        &self,
        scope_tag: &[u8; 16],
        scope: &Scope,
        name: &SecretName,
    ) -> [u8; 32] {
        self.row_keys(|rows| rows.secret(scope_tag, scope, name))
    }

    /// The key of the row of an older value, see [`RowHasher::version`].
    #[cfg(test)]
    pub(crate) fn version_key(
        &self,
        scope_tag: &[u8; 16],
        scope: &Scope,
        name: &SecretName,
        version: Version,
    ) -> [u8; 32] {
        self.row_keys(|rows| rows.version(scope_tag, scope, name, version))
    }

    /// Tag that the rows of a scope are found by.
    pub(crate) fn scope_tag(&self, scope: &Scope) -> [u8; 16] {
        half(&hash(
            &self.tag,
            &[b"keyslot/1 scope tag", scope.as_str().as_bytes()],
        ))
    }

    /// Tag that the rows of a tenant are found by.
    pub(crate) fn tenant_tag(&self, tenant: &str) -> [u8; 16] {
        half(&hash(
            &self.tag,
            &[b"keyslot/1 tenant tag", tenant.as_bytes()],
        ))
    }

    /// Tag of the partition that has the uses of a tenant.
    pub(crate) fn uses_tag(&self, tenant: &str) -> [u8; 16] {
        half(&hash(
            &self.tag,
            &[b"keyslot/1 uses tag", tenant.as_bytes()],
        ))
    }

    /// Seals the rows of audit logs.
    pub(super) fn audit_key(&self) -> &SymmetricKey {
        &self.audit
    }

    /// The next value of the chain of an audit log.
    pub(super) fn audit_chain(
        &self,
        before: &[u8; 32],
        partition: &[u8; 16],
        number: u64,
        record: &[u8],
    ) -> [u8; 32] {
        let number = number.to_be_bytes();
        hash(
            &self.audit_chain,
            &[b"keyslot/1 audit chain", before, partition, &number, record],
        )
    }

    /// The proof of a cursor: that this vault made it, for the logs in these partitions.
    pub(crate) fn audit_cursor(&self, logs: [&[u8; 16]; 2], cursor: &[u8]) -> [u8; 16] {
        let [changes, uses] = logs;
        half(&hash(
            &self.audit_chain,
            &[b"keyslot/1 audit cursor", changes, uses, cursor],
        ))
    }

    /// Seals the documents.
    pub(super) fn document_key(&self) -> &SymmetricKey {
        &self.document
    }

    /// The key of the row of a document: the scope's tag, then a hash of scope and id.
    pub(crate) fn document_row(&self, scope_tag: &[u8; 16], scope: &Scope, id: &str) -> [u8; 32] {
        let (scope, id) = (scope.as_str().as_bytes(), id.as_bytes());
        self.row_keys(|rows| rows.joined(scope_tag, b"keyslot/1 document row", &[scope, id]))
    }

    /// Bytes that one state of the row of a document adds to the account of its tenant.
    pub(super) fn document_row_entry(
        &self,
        row_key: &[u8; 32],
        epoch: u64,
        commitment: &[u8; 32],
    ) -> [u8; 32] {
        self.row_entry(b"keyslot/1 document entry", row_key, epoch, commitment)
    }

    /// Seals the uses of secrets.
    pub(super) fn usage_key(&self) -> &SymmetricKey {
        &self.usage
    }

    /// The key of the row of the uses of a name: a tag of the scope, which is not the one in the
    /// partition of the tenant, then a hash of scope and name.
    pub(crate) fn usage_row(&self, scope: &Scope, name: &SecretName) -> [u8; 32] {
        let (scope, name) = (scope.as_str().as_bytes(), name.as_str().as_bytes());
        let tag = half(&hash(&self.tag, &[b"keyslot/1 usage scope tag", scope]));
        self.row_keys(|rows| rows.joined(&tag, b"keyslot/1 usage row", &[scope, name]))
    }

    /// Bytes that one state of the row of a secret's uses adds to the account of its partition.
    pub(super) fn usage_row_entry(
        &self,
        row_key: &[u8; 32],
        epoch: u64,
        commitment: &[u8; 32],
    ) -> [u8; 32] {
        self.row_entry(b"keyslot/1 usage entry", row_key, epoch, commitment)
    }

    fn row_entry(
        &self,
        label: &[u8],
        row_key: &[u8; 32],
        epoch: u64,
        commitment: &[u8; 32],
    ) -> [u8; 32] {
        let epoch = epoch.to_be_bytes();
        hash(&self.accumulator, &[label, row_key, &epoch, commitment])
    }

    /// Seals the heads.
    pub(crate) fn head_key(&self) -> &SymmetricKey {
        &self.head
    }

    /// Bytes that one state of one secret adds to the accumulator of its tenant's head.
    pub(crate) fn accumulator_entry(
        &self,
        record: RecordId,
        revision: Revision,
        info: &[u8; 32],
    ) -> [u8; 32] {
        let revision = revision.get().to_be_bytes();
        hash(
            &self.accumulator,
            &[
                b"keyslot/1 accumulator entry",
                record.as_bytes(),
                &revision,
                info,
            ],
        )
    }

    /// Tells equal values of a tenant apart from others without telling the values; says nothing to
    /// somebody without the vault secret.
    pub(crate) fn fingerprint(&self, tenant: &str, value: &[u8]) -> Fingerprint {
        Fingerprint::from_bytes(hash(
            &self.fingerprint,
            &[b"keyslot/1 fingerprint", tenant.as_bytes(), value],
        ))
    }
}

/// Hashes the keys of rows within [`SubKeys::row_keys`].
pub(crate) struct RowHasher<'k>(&'k Mac);

impl RowHasher<'_> {
    /// The key of a secret's row: the scope's tag, then a hash of scope and name.
    pub(crate) fn secret(
        &self,
        scope_tag: &[u8; 16],
        scope: &Scope,
        name: &SecretName,
    ) -> [u8; 32] {
        #[cfg(test)]
        ROW_KEYS.set(ROW_KEYS.get() + 1);
        let (scope, name) = (scope.as_str().as_bytes(), name.as_str().as_bytes());
        self.joined(scope_tag, b"keyslot/1 secret row", &[scope, name])
    }

    /// The key of the row of an older value: the scope's tag, then a hash of scope, name and
    /// version.
    pub(crate) fn version(
        &self,
        scope_tag: &[u8; 16],
        scope: &Scope,
        name: &SecretName,
        version: Version,
    ) -> [u8; 32] {
        let (scope, name) = (scope.as_str().as_bytes(), name.as_str().as_bytes());
        let version = version.get().to_be_bytes();
        self.joined(
            scope_tag,
            b"keyslot/1 version row",
            &[scope, name, &version],
        )
    }

    fn joined(&self, scope_tag: &[u8; 16], label: &[u8], fields: &[&[u8]]) -> [u8; 32] {
        let mut message = Short::new();
        append(&mut message, label, fields);
        let hash = self.0.tag(|hash| hash.update(&message));
        let mut both = [0; 32];
        let (left, right) = both.split_at_mut(16);
        left.copy_from_slice(scope_tag);
        right.copy_from_slice(hash.split_at(16).0);
        both
    }
}

impl fmt::Debug for SubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubKeys([REDACTED])")
    }
}

fn hash(mac: &Mac, fields: &[&[u8]]) -> [u8; 32] {
    wiped(|| mac.tag(|hash| feed(fields, |part| hash.update(part))))
}

fn half(hash: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(hash.split_at(16).0);
    half
}
