//! The contract of anchors.

use std::fmt::Debug;

use super::mark::AnchorMark;
use crate::error::Result;

/// Memory outside of the store of a vault: it keeps the newest head of each tenant. Without one, a
/// vault that was put back whole while no process had it open looks like the newest.
///
/// It must be where somebody who can put back the store cannot put back the anchor: on another
/// volume, another machine, in another account. [`FileAnchor`](crate::FileAnchor) keeps one in a
/// file; the [manual](crate::manual::anchors) shows one in a database.
///
/// # Use
///
/// A vault with an anchor ([`VaultBuilder::anchor`](crate::VaultBuilder::anchor)) reads all marks
/// as it is opened, before it reads the store. Where the store is older, opening fails as
/// [`Tampered`](crate::ErrorKind::Tampered). Where it is newer, the anchor is told.
///
/// After each write that was committed, the vault tells the anchor the new mark of the tenant:
/// one call of [`advance`](RollbackAnchor::advance), for which the write waits. A write that is
/// committed stays committed. So a failure is told to the
/// [observer](crate::Observer::anchor_failed), and the mark goes along with the next one.
///
/// Writes after the newest mark that the anchor has can be put back unnoticed: one whose process
/// ended between its commit and the anchor, and those of processes that have the vault open without
/// the anchor.
///
/// # Contract
///
/// A call that returns `Ok` is durable, and all processes that use the vault see it.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use keyslot::{AnchorMark, Result, RollbackAnchor, RootKey, Vault};
///
/// #[derive(Debug, Default)]
/// struct InMemory(Mutex<HashMap<([u8; 16], [u8; 16]), AnchorMark>>);
///
/// impl RollbackAnchor for InMemory {
///     fn marks(&self, vault: &[u8; 16]) -> Result<Vec<AnchorMark>> {
///         let kept = self.0.lock().unwrap();
///         Ok(kept.iter().filter(|(key, _)| key.0 == *vault).map(|(_, mark)| *mark).collect())
///     }
///
///     fn advance(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()> {
///         let mut kept = self.0.lock().unwrap();
///         for mark in marks {
///             let kept = kept.entry((*vault, mark.tenant)).or_insert(*mark);
///             *kept = kept.advance(*mark)?;
///         }
///         Ok(())
///     }
///
///     fn replace(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()> {
///         self.0.lock().unwrap().retain(|key, _| key.0 != *vault);
///         self.advance(vault, marks)
///     }
/// }
///
/// let vault = Vault::builder().anchor(InMemory::default()).create(&RootKey::generate()?)?;
/// vault.scope("acme")?.put("TOKEN", "t-1")?;
/// # Ok::<(), keyslot::Error>(())
/// ```
pub trait RollbackAnchor: Debug + Send + Sync + 'static {
    /// Returns all marks that are kept for a vault, in any order; none for one that is not known.
    ///
    /// # Errors
    ///
    /// When the marks cannot be read. The vault is not opened then.
    fn marks(&self, vault: &[u8; 16]) -> Result<Vec<AnchorMark>>;

    /// Keeps each of these marks in place of the one of its tenant, if that is not of a higher
    /// epoch. Compared and replaced in one step, also between processes.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when another mark of the same epoch is kept;
    /// or why the marks cannot be kept.
    fn advance(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()>;

    /// Forgets all marks of a vault and keeps these instead: the host has
    /// [accepted](crate::Vault::accept_rollback) an older state.
    ///
    /// # Errors
    ///
    /// When the marks cannot be kept.
    fn replace(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()>;
}
