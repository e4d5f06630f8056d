//! Bundles that are read.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};

use super::entry::{BundleEntry, BundleSummary};
use crate::crypto::{BundleKey, BundleReader, BundleStart, Unlock, damaged_bundle, unread_bundle};
use crate::error::{Error, Result};

/// A sealed file of secrets, which [`Export::bundle`](crate::Export::bundle) wrote.
///
/// The file is read as it is needed, in chunks, and twice for an import: all of it is verified
/// before anything of it counts. It is laid out as [the manual](crate::manual::bundle) says.
///
/// ```
/// use std::io::Cursor;
///
/// use keyslot::{Bundle, ErrorKind, RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// let (key, mut file) = (RootKey::generate()?, Vec::new());
/// project.export("a move")?.bundle(&key, &mut file)?;
///
/// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
/// assert_eq!(bundle.inspect(|entry| println!("{}", entry.name))?.secrets, 1);
/// let error = Bundle::open(Cursor::new(&file), &RootKey::generate()?).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::WrongKey);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Bundle<R> {
    from: R,
    /// The place of the first chunk.
    begin: u64,
    key: BundleKey,
}

impl<R: Read + Seek> Bundle<R> {
    /// Reads the header of a bundle, from the place where the reader is, and makes its key.
    ///
    /// Memory that a passphrase costs is taken only up to its
    #[cfg_attr(
        feature = "passphrase",
        doc = "[`max_cost`](crate::Passphrase::max_cost)."
    )]
    #[cfg_attr(not(feature = "passphrase"), doc = "`max_cost`.")]
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Bundle, ErrorKind, RootKey};
    ///
    /// let error = Bundle::open(Cursor::new("A=1\n"), &RootKey::generate()?).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput, "a file of another kind");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when it is no bundle;
    /// [`WrongKey`](crate::ErrorKind::WrongKey);
    /// [`UnsupportedFormat`](crate::ErrorKind::UnsupportedFormat) for one of a newer version;
    /// [`Corrupt`](crate::ErrorKind::Corrupt); [`TooLarge`](crate::ErrorKind::TooLarge) when its
    /// passphrase costs too much; the errors of a provider; [`Io`](crate::ErrorKind::Io).
    pub fn open(mut from: R, key: &dyn Unlock) -> Result<Self> {
        let begin = from.stream_position().map_err(unread_bundle)?;
        let key = BundleKey::read(&mut from, key)?;
        Ok(Self {
            begin: begin.saturating_add(key.header_len()),
            from,
            key,
        })
    }

    /// Reads and verifies all of the bundle, and tells each secret in it, without its values. Once
    /// the call returns, the bundle is known to be whole; an entry that was told before an error
    /// says nothing.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Bundle, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first")?;
    /// project.put("STRIPE_KEY", "sk_live_second")?;
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// project.export("a move")?.bundle(&key, &mut file)?;
    ///
    /// let mut versions = 0;
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// bundle.inspect(|entry| versions += entry.versions)?;
    /// assert_eq!(versions, 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when a byte of it is missing, added, moved or
    /// changed; [`UnsupportedFormat`](crate::ErrorKind::UnsupportedFormat);
    /// [`Io`](crate::ErrorKind::Io).
    pub fn inspect(&mut self, mut each: impl FnMut(&BundleEntry)) -> Result<BundleSummary> {
        let mut reader = self.reader()?;
        while let Some(secret) = reader.next_secret()? {
            each(&secret.info.into());
        }
        let (BundleStart { reach, made_at }, counts) = (reader.start().clone(), reader.counts());
        Ok(BundleSummary {
            reach,
            made_at: made_at.time(),
            organizations: counts.organizations,
            secrets: counts.secrets,
            tombstones: counts.tombstones,
            values: counts.values,
        })
    }

    /// Begins to read the secrets.
    pub(super) fn reader(&mut self) -> Result<BundleReader<'_, &mut R>> {
        self.from
            .seek(SeekFrom::Start(self.begin))
            .map_err(unread_bundle)?;
        BundleReader::new(&mut self.from, &self.key)
    }
}

/// The error of a bundle that is another one when it is read again.
pub(super) fn changed() -> Error {
    damaged_bundle().with_hint("it changed while it was read")
}

impl<R> fmt::Debug for Bundle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bundle([REDACTED])")
    }
}
