//! Exported secrets as a sealed bundle.

use std::io::Write;

use super::sink::Sink;
use crate::crypto::{BundleCounts, BundleItem, BundleStart, BundleWriter, BundledSecret, Unlock};
use crate::error::Result;
use crate::scope::Scope;

/// A bundle while it is written.
pub(super) struct Sealed<W>(BundleWriter<W>);

impl<W: Write> Sealed<W> {
    /// Begins a bundle that this key or passphrase opens.
    ///
    /// # Errors
    ///
    /// Those of [`BundleWriter::begin`].
    pub(super) fn begin(to: W, key: &dyn Unlock, start: BundleStart) -> Result<Self> {
        let mut writer = BundleWriter::begin(to, key)?;
        writer.item(&BundleItem::Start(start))?;
        Ok(Self(writer))
    }
}

impl<W: Write> Sink for Sealed<W> {
    fn has_history(&self) -> bool {
        true
    }

    fn organization(&mut self, name: &Scope) -> Result<()> {
        self.0.item(&BundleItem::Organization(name.clone()))
    }

    fn secret(&mut self, secret: BundledSecret) -> Result<bool> {
        let versions: Vec<_> = secret
            .info
            .versions
            .iter()
            .map(|kept| kept.version)
            .collect();
        self.0.item(&BundleItem::Secret(Box::new(secret.info)))?;
        for (version, value) in versions.into_iter().zip(secret.values) {
            self.0.item(&BundleItem::Value(version, value))?;
        }
        Ok(true)
    }

    fn finish(self, counts: &BundleCounts) -> Result<()> {
        self.0.finish(counts).map(drop)
    }
}
