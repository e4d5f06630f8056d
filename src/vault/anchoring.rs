//! The heads of an open vault, held against its anchor.

use std::collections::HashMap;

use super::anchor::{Anchor, AnchorMark};
use super::core::Core;
use super::hashed_scope::head_row;
use super::high_water::Mark;
use super::partition_walk::PartitionWalk;
use super::reason;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Partition;

impl Core {
    /// Holds all heads and the vault's own rows against the marks of the anchor, as the vault is
    /// opened, and tells the anchor those that are newer. One read of a row for each tenant.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when a head is older or gone; the errors of the anchor and
    /// of the store.
    pub(super) fn hold_against_anchor(&self) -> Result<()> {
        let Some(anchor) = &self.anchor else {
            return Ok(());
        };
        let mut kept = self.anchored()?;
        let own = kept.remove(&Partition::VAULT);
        let mut newer: Vec<AnchorMark> = self.hold_own_rows(own)?.into_iter().collect();
        self.each_tenant(|tenant| {
            let kept = kept.remove(&tenant);
            newer.extend(self.hold(tenant, kept)?);
            Ok(())
        })?;
        // Those that no partition is left of, or that are not listed.
        for (tenant, mark) in kept {
            newer.extend(self.hold(tenant, Some(mark))?);
        }
        anchor.advance(newer)
    }

    /// Returns what the anchor keeps; nothing without one. Ask before the store is read: what the
    /// anchor has by then, the store must have.
    ///
    /// # Errors
    ///
    /// Those of the anchor.
    pub(super) fn anchored(&self) -> Result<HashMap<Partition, Mark>> {
        let marks = self.anchor.as_ref().map(Anchor::marks).transpose()?;
        let mut kept: HashMap<Partition, AnchorMark> = HashMap::new();
        for mark in marks.unwrap_or_default() {
            let known = kept.entry(Partition(mark.tenant)).or_insert(mark);
            *known = known.advance(mark)?;
        }
        let kept = kept.into_iter();
        Ok(kept
            .map(|(tenant, mark)| (tenant, Mark::from_parts(mark.epoch, mark.head)))
            .collect())
    }

    /// Holds the head of one tenant against what is kept of it. Returns its mark if it is newer.
    fn hold(&self, tenant: Partition, seen: Option<Mark>) -> Result<Option<AnchorMark>> {
        let row = self.get_one(tenant, head_row(tenant))?;
        let head = match self.admit_head(tenant, row.as_ref(), seen) {
            // Nothing is known of this tenant. A verification tells the damage.
            Err(error) if seen.is_none() && error.kind() == ErrorKind::Corrupt => return Ok(None),
            Err(error) if error.kind() == ErrorKind::Tampered => return Err(older()),
            admitted => admitted?,
        };
        let (Some(row), Some(head)) = (row, head) else {
            return Ok(None);
        };
        let mark = Mark::of(&row, &head)?;
        Ok((seen != Some(mark)).then(|| mark.for_anchor(tenant)))
    }

    /// Holds the vault's own rows against what is kept of them, as [`hold`](Core::hold) does.
    fn hold_own_rows(&self, seen: Option<Mark>) -> Result<Option<AnchorMark>> {
        match self.admit_directory(&self.vault_secret()?, seen) {
            Err(error) if seen.is_none() && error.kind() == ErrorKind::Corrupt => Ok(None),
            Err(error) if error.kind() == ErrorKind::Tampered => Err(older()),
            Ok((_, mark)) if seen == Some(mark) => Ok(None),
            Ok((_, mark)) => Ok(Some(mark.for_anchor(Partition::VAULT))),
            Err(error) => Err(error),
        }
    }

    /// Tells the anchor a write that was committed. Nothing undoes the write, so a failure is told
    /// to the observer.
    pub(super) fn advance_anchor(&self, tenant: Partition, mark: Mark) {
        let Some(anchor) = &self.anchor else {
            return;
        };
        let told = anchor.advance(vec![mark.for_anchor(tenant)]);
        if let (Err(error), Some(observer)) = (told, &self.observer) {
            observer.anchor_failed(&error);
        }
    }

    /// Accepts an older state of the store: forgets what was seen, and makes the anchor forget it.
    ///
    /// # Errors
    ///
    /// Those of [`reason::check`], of the anchor and of the store. Nothing is forgotten then.
    pub(super) fn accept_rollback(&self, reason: &str) -> Result<()> {
        let reason = reason::check(reason)?;
        if let Some(anchor) = &self.anchor {
            let own = self.open_directory(&self.vault_secret()?, None).ok();
            let own = own.map(|(_, mark)| mark.for_anchor(Partition::VAULT));
            let mut marks: Vec<AnchorMark> = own.into_iter().collect();
            self.each_tenant(|tenant| {
                let row = self.get_one(tenant, head_row(tenant))?;
                let head = row.and_then(|row| Some((self.open_head(tenant, &row).ok()?, row)));
                if let Some((head, row)) = head {
                    marks.push(Mark::of(&row, &head)?.for_anchor(tenant));
                }
                Ok(())
            })?;
            anchor.replace(&marks)?;
        }
        self.seen.clear();
        if let Some(opened) = &self.opened {
            opened.clear();
        }
        if let Some(observer) = &self.observer {
            observer.rollback_accepted(reason);
        }
        Ok(())
    }

    /// Does something for each tenant that has rows.
    fn each_tenant(&self, mut each: impl FnMut(Partition) -> Result<()>) -> Result<()> {
        let mut walk = PartitionWalk::default();
        while let Some(tenants) = walk.step(&*self.store)?.page()? {
            tenants.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}

impl Mark {
    fn for_anchor(self, tenant: Partition) -> AnchorMark {
        let (epoch, head) = self.parts();
        AnchorMark {
            tenant: tenant.0,
            epoch,
            head,
        }
    }
}

/// The error for a store that is older than the anchor.
fn older() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "the vault is older than its anchor says: somebody put back an older copy; after a \
         restored backup or a failover that lost writes, open it with accept_rollback",
    )
}
