//! Bundles that are read and written again, for the fuzzer alone.

use std::io::Cursor;

use super::chunks::Chunks;
use super::counts::BundleCounts;
use super::item::BundleItem;
use super::key::BundleKey;
use super::reader::BundleReader;
use super::writer::BundleWriter;
use crate::crypto::root_key::RootKey;
use crate::error::Result;
use crate::wipe::Wiped;

/// Seals contents that may be anybody's, with these counts in the trailer.
pub(in crate::crypto) fn seal(
    key: &RootKey,
    counts: &BundleCounts,
    contents: &[u8],
) -> Result<Vec<u8>> {
    let mut writer = BundleWriter::begin(Vec::new(), key)?;
    writer.push(contents)?;
    writer.finish(counts)
}

/// Reads a bundle as an import does, and gives its contents as they would be written.
pub(in crate::crypto) fn read(key: &RootKey, bytes: &[u8]) -> Result<(Vec<u8>, BundleCounts)> {
    let mut from = Cursor::new(bytes);
    let key = BundleKey::read(&mut from, key)?;
    let mut reader = BundleReader::new(from.clone(), &key)?;
    while reader.next_secret()?.is_some() {}
    let mut written = Wiped::default();
    let mut chunks = Chunks::new(from, &key);
    while let Some((kind, body)) = chunks.item()? {
        let (kind, body) = BundleItem::decode(kind, &body)?.encode();
        written.push(kind);
        // Not above the bound of items.
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        written.extend_from_slice(&length.to_be_bytes());
        written.extend_from_slice(&body);
    }
    Ok((written.to_vec(), reader.counts()))
}
