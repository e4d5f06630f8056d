//! The account of a tenant, made anew from its rows.

use std::collections::{HashMap, HashSet};

use crate::crypto::{DataKeyState, Head, Info, KeyId, SealedInfo};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Kind, Row, RowKey, WriteTx};
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::rows::corrupt;
use crate::vault::tenant_key::TenantKey;
use crate::vault::walk::Walk;

/// The account of a tenant, made anew from the rows that can be read.
pub(super) struct Account<'a> {
    core: &'a Core,
    scope: &'a HashedScope,
    keys: HashMap<KeyId, TenantKey>,
    active: KeyId,
    pub(super) head: Head,
    pub(super) unreadable: u64,
    /// Rows of older values in the scope that a record names.
    named: HashSet<RowKey>,
}

impl<'a> Account<'a> {
    /// Reads the data keys of the tenant of `scope`. `last` is the head, if it can be read. If not,
    /// keys before `known_erased` were erased, as far as that is known.
    pub(super) fn new(
        core: &'a Core,
        scope: &'a HashedScope,
        last: Option<&Head>,
        known_erased: u32,
        tx: &mut dyn WriteTx,
    ) -> Result<Self> {
        let (mut keys, mut newest) = (HashMap::new(), None);
        // What was erased stays so, whoever put its keys back.
        let erased_before = last.map_or(known_erased, |last| last.erased_before);
        let is_own = |key: &TenantKey| {
            key.of(&scope.scope).is_ok() && key.about().generation >= erased_before
        };
        let (mut walk, mut are_there_any) = (Walk::of_all(Kind::DataKey, true), false);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                are_there_any = true;
                let opened = core.keys.open_data_key(&row).ok();
                let Some(key) = opened.filter(is_own) else {
                    continue;
                };
                let is_last = last.is_some_and(|last| last.active_key == key.id());
                if key.state() == DataKeyState::Active {
                    // Not by the epoch of the row, which is anybody's.
                    newest = newest.max(Some((is_last, key.about().generation, key.id().0)));
                }
                keys.insert(key.id(), key);
            }
        }
        if !are_there_any {
            return Err(Error::new(
                ErrorKind::NotFound,
                "this organization has stored nothing, so there is nothing to repair",
            ));
        }
        let (_, generation, active) =
            newest.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        let active = KeyId(active);
        Ok(Self {
            core,
            scope,
            keys,
            active,
            head: Head {
                erased_before,
                // Each write made one key at most, so no generation is above the epoch.
                epoch: generation.into(),
                ..Head::first(scope.scope.tenant(), active)
            },
            unreadable: 0,
            named: HashSet::new(),
        })
    }

    /// Enters all records that can be read, and counts those that cannot, but for the one that is
    /// `lost`. The epoch of the head becomes the newest one of those records.
    pub(super) fn enter_all(&mut self, lost: Option<&RowKey>, tx: &mut dyn WriteTx) -> Result<()> {
        let mut walk = Walk::of_all(Kind::Secret, false);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                let is_lost = lost == Some(&row.key);
                match self.open(&row) {
                    Some(_) if is_lost => {
                        return Err(Error::new(
                            ErrorKind::InvalidInput,
                            "the record of this secret can be read; use revoke",
                        ));
                    }
                    Some((info, commitment)) => self.enter(&row, &info, &commitment),
                    None if is_lost => {}
                    None => self.unreadable += 1,
                }
            }
        }
        Ok(())
    }

    /// Enters all documents that can be read, and deletes the others.
    pub(super) fn enter_documents(&mut self, tx: &mut dyn WriteTx) -> Result<()> {
        let (documents, newest) = self.core.recover_documents(tx, self.scope.partition)?;
        self.head.documents = documents;
        self.head.epoch = self.head.epoch.max(newest);
        Ok(())
    }

    fn open(&self, row: &Row) -> Option<(Info, [u8; 32])> {
        let sealed = SealedInfo::parse(&row.info).ok()?;
        let key = self.keys.get(&sealed.key_id())?;
        let info = self.core.open_info(row, &sealed, key).ok()?;
        Some((info, *sealed.commitment()))
    }

    /// Enters a record.
    pub(super) fn enter(&mut self, row: &Row, info: &Info, commitment: &[u8; 32]) {
        let sub = self.core.keys.sub();
        let entry = sub.accumulator_entry(info.record, info.revision, commitment);
        self.head.toggle(&entry);
        // There are fewer rows than a u64 counts.
        if info.state.is_live() {
            self.head.live += 1;
        } else {
            self.head.tombstones += 1;
        }
        self.head.epoch = self.head.epoch.max(row.epoch);
        if row.key.scope() == self.scope.scope_tag {
            let row_of = |kept: &crate::crypto::VersionEntry| {
                self.core.version_row(self.scope, &info.name, kept.version)
            };
            self.named.extend(info.older().iter().map(row_of));
        }
    }

    /// Returns the data key that seals.
    pub(super) fn key(&self) -> Result<&TenantKey> {
        let key = self.keys.get(&self.active);
        key.ok_or_else(|| corrupt("the data key of a tenant is missing"))
    }

    /// Deletes older values in the scope that no record names: nothing can open them.
    pub(super) fn erase_strays(&self, tx: &mut dyn WriteTx) -> Result<()> {
        let mut strays = Vec::new();
        let mut walk = Walk::of_scope(Kind::Version, self.scope.scope_tag, false);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            let keys = rows.iter().map(|row| row.key);
            strays.extend(keys.filter(|key| !self.named.contains(key)));
        }
        strays.iter().try_for_each(|key| tx.delete(key))
    }

    /// Deletes heads beside the one that the vault finds.
    pub(super) fn erase_other_heads(&self, tx: &mut dyn WriteTx) -> Result<()> {
        let (own, mut others) = (head_row(self.scope.partition), Vec::new());
        let mut walk = Walk::of_all(Kind::Head, false);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            others.extend(rows.iter().map(|row| row.key).filter(|key| *key != own));
        }
        others.iter().try_for_each(|key| tx.delete(key))
    }
}
