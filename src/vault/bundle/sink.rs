//! The places that exported secrets go to.

use crate::crypto::{BundleCounts, BundledSecret};
use crate::error::Result;
use crate::scope::Scope;

/// A place that exported secrets go to, one after the other.
pub(super) trait Sink {
    /// Returns true if older versions and tombstones are wanted.
    fn has_history(&self) -> bool;

    /// Begins an organization, whose secrets follow.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn organization(&mut self, name: &Scope) -> Result<()>;

    /// Writes a secret. Returns false if the format leaves it out.
    ///
    /// # Errors
    ///
    /// Those of the writer; the refusal of a secret that the format cannot hold.
    fn secret(&mut self, secret: BundledSecret) -> Result<bool>;

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn finish(self, counts: &BundleCounts) -> Result<()>;
}
