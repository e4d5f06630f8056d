//! Reading bundles: nothing of one counts before its last chunk opened.

use std::collections::HashSet;
use std::io::Read;

use secrecy::ExposeSecret;

use super::chunks::Chunks;
use super::counts::BundleCounts;
use super::item::BundleItem;
use super::key::BundleKey;
use super::refused::{damaged, of_part};
use super::secret::BundledSecret;
use super::start::BundleStart;
use crate::crypto::info::{Info, VersionEntry};
use crate::crypto::primitives::{equal, sha256};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;

/// The secrets of a bundle, one after the other. Once there are no more, all of the bundle was
/// verified: each chunk, the counts, and that nothing is there twice.
pub(crate) struct BundleReader<'k, R> {
    chunks: Chunks<'k, R>,
    start: BundleStart,
    organization: Option<Scope>,
    counts: BundleCounts,
    /// Hashes of the organizations and secrets that were there.
    seen: HashSet<[u8; 16]>,
}

impl<'k, R: Read> BundleReader<'k, R> {
    /// The most bytes of the values of one secret.
    pub(crate) const MAX_VALUES: usize = 256 << 20;

    /// Begins behind the header.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) for anything that no export wrote.
    pub(crate) fn new(from: R, key: &'k BundleKey) -> Result<Self> {
        let mut chunks = Chunks::new(from, key);
        match next_item(&mut chunks)? {
            Some(BundleItem::Start(start)) => Ok(Self {
                chunks,
                start,
                organization: None,
                counts: BundleCounts::default(),
                seen: HashSet::new(),
            }),
            _ => Err(damaged()),
        }
    }

    /// The first item.
    pub(crate) fn start(&self) -> &BundleStart {
        &self.start
    }

    /// Counts of what was read so far; at the end, those of the bundle.
    pub(crate) fn counts(&self) -> BundleCounts {
        self.counts
    }

    /// Hash of the chunks, at the end.
    pub(crate) fn hash(&self) -> Option<[u8; 32]> {
        self.chunks.trailer().map(|(_, hash)| hash)
    }

    /// The next secret; `None` at the end of a bundle that is whole.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) for anything that no export wrote;
    /// [`TooLarge`](ErrorKind::TooLarge) for more than a bundle may hold.
    pub(crate) fn next_secret(&mut self) -> Result<Option<BundledSecret>> {
        loop {
            match next_item(&mut self.chunks)? {
                None => return self.end().map(|()| None),
                Some(BundleItem::Organization(name)) => self.organization(name)?,
                Some(BundleItem::Secret(info)) => {
                    self.secret(&info)?;
                    return self.values(*info).map(Some);
                }
                Some(BundleItem::Start(_) | BundleItem::Value(..)) => return Err(damaged()),
            }
        }
    }

    /// Enters an organization, which is there once.
    fn organization(&mut self, name: Scope) -> Result<()> {
        let is_reached = match self.start.reach.base() {
            Some(base) => base.tenant() == name.tenant(),
            None => true,
        };
        if !is_reached || !self.is_new(name.as_str(), "") {
            return Err(damaged());
        }
        self.counts.organizations += 1;
        // Each takes memory.
        if self.counts.organizations > BundleCounts::MOST {
            return Err(damaged());
        }
        self.organization = Some(name);
        Ok(())
    }

    /// Enters a secret, which is there once, and within the reach.
    fn secret(&mut self, info: &Info) -> Result<()> {
        let organization = self.organization.as_ref().map(Scope::tenant);
        if organization != Some(info.scope.tenant())
            || !self.start.reach.holds(&info.scope)
            || !self.is_new(info.scope.as_str(), info.name.as_str())
        {
            return Err(damaged());
        }
        self.counts.enter(info)
    }

    /// Returns true if this was not there before. No name is empty.
    fn is_new(&mut self, scope: &str, name: &str) -> bool {
        let hash = sha256(&[scope.as_bytes(), b"\0", name.as_bytes()].concat());
        hash.first_chunk()
            .is_some_and(|half| self.seen.insert(*half))
    }

    /// The values of a secret: one for each version, in their order.
    fn values(&mut self, info: Info) -> Result<BundledSecret> {
        let (mut values, mut bytes) = (Vec::new(), 0);
        for VersionEntry { version, .. } in &info.versions {
            match next_item(&mut self.chunks)? {
                Some(BundleItem::Value(number, value)) if number == *version => {
                    bytes += value.expose_secret().len();
                    if bytes > Self::MAX_VALUES {
                        return Err(too_many());
                    }
                    values.push(value);
                }
                _ => return Err(damaged()),
            }
        }
        Ok(BundledSecret { info, values })
    }

    /// Holds what was read against the trailer.
    fn end(&self) -> Result<()> {
        let (trailer, hash) = self.chunks.trailer().ok_or_else(damaged)?;
        let (counts, told) = BundleCounts::decode(trailer).map_err(of_part)?;
        if counts == self.counts && equal(&told, &hash) {
            Ok(())
        } else {
            Err(damaged())
        }
    }
}

fn next_item<R: Read>(chunks: &mut Chunks<'_, R>) -> Result<Option<BundleItem>> {
    let item = chunks.item()?;
    item.map(|(kind, body)| BundleItem::decode(kind, &body))
        .transpose()
}

fn too_many() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "the values of one secret have more than 256 MiB, which is too much for a bundle",
    )
}
