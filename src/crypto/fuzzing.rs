//! Ways into this module for the fuzzer, which gives bytes that no vault made. Only the package
//! under `tests/internals` has them.

use super::audit::{LogRow, decode_entry};
use super::bundle::{self, BundleCounts};
use super::canonical;
use super::context::Context;
use super::data_key::DataKeyRecord;
use super::head::Head;
use super::header::Header;
use super::info::Info;
use super::key::{KeyId, SymmetricKey};
use super::key_slot::KeySlot;
use super::key_slot_directory::KeySlotDirectory;
use super::padding;
use super::root_key::RootKey;
use super::{InfoPlace, envelope};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::{AuditEntry, RecordId, Version};
use crate::scope::Scope;

/// A stored record that is read before or after it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// The header of a vault, in plain sight.
    Header,
    /// The info of a key slot, in plain sight.
    KeySlot,
    /// The head of a tenant.
    Head,
    /// The info of a secret.
    Info,
    /// The record of a data key.
    DataKey,
    /// The directory of the key slots.
    KeySlotDirectory,
    /// A row of an audit log.
    LogRow,
}

impl Record {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Header,
        Self::KeySlot,
        Self::Head,
        Self::Info,
        Self::DataKey,
        Self::KeySlotDirectory,
        Self::LogRow,
    ];
}

/// Reads a record and writes it again.
///
/// # Errors
///
/// Those of the record.
pub fn rewrite(record: Record, bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(match record {
        Record::Header => Header::decode(bytes)?.encode(),
        Record::KeySlot => KeySlot::decode(bytes)?.encode(),
        Record::Head => Head::decode(bytes)?.encode(),
        Record::Info => Info::decode(RecordId::from_bytes([1; 16]), bytes, None)?.encode(),
        Record::DataKey => DataKeyRecord::decode(bytes)?.encode(),
        Record::KeySlotDirectory => KeySlotDirectory::decode(bytes)?.encode(),
        Record::LogRow => LogRow::decode(5, bytes)?.encode(),
    })
}

/// Reads the record of an entry of an audit log.
///
/// # Errors
///
/// Those of the record.
pub fn entry(number: u64, record: &[u8]) -> Result<AuditEntry> {
    decode_entry(number, record)
}

/// Seals a plaintext under a key, for one of 256 places.
///
/// # Errors
///
/// [`TooLarge`](crate::ErrorKind::TooLarge).
pub fn seal(key: &[u8; 32], place: u8, plaintext: &[u8]) -> Result<Vec<u8>> {
    envelope::seal(&symmetric(key)?, &context(place), plaintext)
}

/// Opens an envelope.
///
/// # Errors
///
/// Those of envelopes.
pub fn open(key: &[u8; 32], place: u8, bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(envelope::open(&symmetric(key)?, &context(place), bytes)?.to_vec())
}

/// The bytes of a list of fields.
pub fn fields(list: &[&[u8]]) -> Vec<u8> {
    canonical::encode(list)
}

/// All that the value of a secret is bound to.
pub fn bound_value(
    record: [u8; 16],
    scope: &Scope,
    name: &SecretName,
    version: Version,
) -> Vec<u8> {
    let record = RecordId::from_bytes(record);
    Context::value(&header(), record, scope, name, version)
        .authenticated(&[])
        .to_vec()
}

/// All that the info of a secret is bound to.
pub fn bound_info(record: [u8; 16], row_key: [u8; 32], epoch: u64) -> Vec<u8> {
    let place = InfoPlace { row_key, epoch };
    Context::info(&header(), RecordId::from_bytes(record), &place)
        .authenticated(&[])
        .to_vec()
}

/// The plaintext in a padded form.
pub fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    padding::unpad(padded)
}

/// Seals the contents of a bundle, with these counts in its trailer: organizations, secrets,
/// tombstones and values.
///
/// # Errors
///
/// Those of keys.
pub fn seal_bundle(key: &[u8; 32], counts: [u64; 4], contents: &[u8]) -> Result<Vec<u8>> {
    let [organizations, secrets, tombstones, values] = counts;
    let counts = BundleCounts {
        organizations,
        secrets,
        tombstones,
        values,
    };
    bundle::seal_contents(&RootKey::from_bytes(key)?, &counts, contents)
}

/// Reads a whole bundle, and gives its contents as they would be written, and what it counted.
///
/// # Errors
///
/// Those of bundles.
pub fn read_bundle(key: &[u8; 32], bytes: &[u8]) -> Result<(Vec<u8>, [u64; 4])> {
    let (contents, counts) = bundle::read_again(&RootKey::from_bytes(key)?, bytes)?;
    let BundleCounts {
        organizations,
        secrets,
        tombstones,
        values,
    } = counts;
    Ok((contents, [organizations, secrets, tombstones, values]))
}

fn symmetric(key: &[u8; 32]) -> Result<SymmetricKey> {
    SymmetricKey::from_slice(KeyId([5; 16]), key)
}

fn context(place: u8) -> Context {
    Context::head(&header(), &[place; 16])
}

fn header() -> Header {
    Header {
        vault_id: [9; 16],
        format: Header::FORMAT,
        suite: Header::SUITE,
    }
}
