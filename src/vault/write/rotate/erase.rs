//! Erasing everything of an organization.

use std::collections::HashSet;

use crate::crypto::{DataKeyState, Facts, Head, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Partition, Purge, Row, WriteTx};
use crate::vault::audit::Noted;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::high_water::Mark;
use crate::vault::key_uses::keys_of;
use crate::vault::numbers::{exhausted, next_epoch};
use crate::vault::observer::KeyAction;
use crate::vault::rows::{checked, corrupt};
use crate::vault::tenant_key::TenantKey;
use crate::vault::walk::Walk;

/// Facts that hold once the keys of a tenant are destroyed.
struct Erased {
    mark: Mark,
    key: TenantKey,
    destroyed: Vec<KeyId>,
}

impl Core {
    /// Erases everything of an organization: its keys first, then its rows.
    pub(in crate::vault) fn erase_tenant(
        &self,
        organization: &Scope,
        call: Call<'_>,
    ) -> Result<Purge> {
        let tenant = self.hashed_organization(organization)?;
        let erased = self.erase(&tenant, call);
        self.tell_key(KeyAction::Erase, organization, None, erased.as_ref());
        erased?;
        Ok(self.store.purge().unwrap_or(Purge::Pending))
    }

    fn erase(&self, tenant: &HashedScope, call: Call<'_>) -> Result<()> {
        self.check_vault_key()?;
        let (erased_at, erased_before) = self.erase_keys(tenant, call)?;
        self.erase_documents(tenant, erased_at)?;
        self.erase_usage(tenant.scope.tenant(), erased_before)?;
        for kind in [Kind::Secret, Kind::Version] {
            let mut after = None;
            loop {
                after = self.commit(tenant.partition, &[], |_, tx| {
                    self.erase_page(tx, kind, after)
                })?;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Destroys all keys, and begins the account of the tenant anew under a key of its own. Does
    /// nothing if the account is empty and no other key opens: an erasure is gone on with.
    /// Returns the epoch up to which everything is erased, and the generation of the first key that
    /// is not. Documents are accounted for until their rows are gone.
    fn erase_keys(&self, tenant: &HashedScope, call: Call<'_>) -> Result<(u64, u32)> {
        let keys = [head_row(tenant.partition)];
        let seen = self.seen.of(tenant.partition);
        let erased = self.commit(tenant.partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let Some(head) = self.admit_head(tenant.partition, row.as_ref(), seen)? else {
                let message = format!("there is no organization {}", tenant.scope);
                return Err(Error::new(ErrorKind::NotFound, message));
            };
            let has_rows = head.live > 0 || head.tombstones > 0 || head.documents.count > 0;
            if has_rows || self.has_other_keys(tenant, &head, tx)? {
                let erased = self.replace_keys(tenant, &head, call, tx)?;
                let erased_before = erased.key.about().generation;
                return Ok((erased.mark.epoch(), erased_before, Some(erased)));
            }
            Ok((head.epoch, head.erased_before, None))
        })?;
        let (erased_at, erased_before, erased) = erased;
        if let Some(Erased {
            mark,
            key,
            destroyed,
        }) = erased
        {
            if let Some(opened) = &self.opened {
                opened.clear();
            }
            let active_key = key.id();
            let key = self.keys.learn(key);
            for id in destroyed {
                self.keys.forget(id);
            }
            self.note_head(tenant.partition, mark, active_key);
            self.confirm_vault_key(&key)?;
        }
        Ok((erased_at, erased_before))
    }

    /// Deletes the documents up to an epoch, page by page, and those that nobody can read. Those
    /// that are set meanwhile stay.
    fn erase_documents(&self, tenant: &HashedScope, erased_at: u64) -> Result<()> {
        let mut after = None;
        loop {
            after = self.erase_documents_page(tenant.partition, erased_at, after)?;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Deletes a page of documents, and takes them out of the account: whoever sets one again in
    /// between finds the account of what is there. Returns the key to go on behind.
    fn erase_documents_page(
        &self,
        partition: Partition,
        erased_at: u64,
        after: Option<[u8; 32]>,
    ) -> Result<Option<[u8; 32]>> {
        let (keys, seen) = ([head_row(partition)], self.seen.of(partition));
        let (mark, next) = self.commit(partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let head = self.admit_head(partition, row.as_ref(), seen)?;
            let mut head = head.ok_or_else(|| corrupt("the head of an organization is missing"))?;
            let mut walk = Walk::of_all_after(Kind::Document, after);
            let rows = walk.step_in(tx)?.page()?.unwrap_or_default();
            let mut documents = head.documents;
            for row in &rows {
                match self.open_document(partition, row) {
                    Ok(_) if row.epoch > erased_at => continue,
                    Ok(document) => documents.withdraw(&document.entry).unwrap_or_default(),
                    Err(_) => {}
                }
                tx.delete(&row.key)?;
            }
            if walk.is_over() {
                // What was damaged is not known to be accounted for.
                documents = self.recover_documents(tx, partition)?.0;
            }
            let next = rows.last().map(|row| row.key.key);
            let next = next.filter(|_| !walk.is_over());
            if head.documents == documents {
                return Ok((None, next));
            }
            head.documents = documents;
            head.epoch = next_epoch(head.epoch)?;
            let row = self.seal_head(partition, &head)?;
            tx.put(&row)?;
            let mark = Mark::of(&row, &head)?;
            Ok((Some((mark, head.active_key)), next))
        })?;
        if let Some((mark, active_key)) = mark {
            self.note_head(partition, mark, active_key);
        }
        Ok(next)
    }

    /// Returns true if a row may hold a key other than the active one: a rotation left it, or
    /// somebody put it back.
    fn has_other_keys(
        &self,
        tenant: &HashedScope,
        head: &Head,
        tx: &mut dyn WriteTx,
    ) -> Result<bool> {
        let is_other = |row: &Row| {
            let about = self.data_key_record(tenant.partition, row);
            about.is_none_or(|(id, about)| {
                id != head.active_key && about.state != DataKeyState::Destroyed
            })
        };
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            if rows.iter().any(is_other) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn replace_keys(
        &self,
        tenant: &HashedScope,
        head: &Head,
        call: Call<'_>,
        tx: &mut dyn WriteTx,
    ) -> Result<Erased> {
        let epoch = next_epoch(head.epoch)?;
        let (mut destroyed, mut newest) = (Vec::new(), 1);
        let mut has_active = false;
        let mut walk = Walk::of_all_after(Kind::DataKey, None);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                let Some((id, about)) = self.data_key_record(tenant.partition, &row) else {
                    // Nobody can say what it is, and it may hold a key.
                    tx.delete(&row.key)?;
                    continue;
                };
                has_active |= id == head.active_key;
                newest = newest.max(about.generation);
                if about.state != DataKeyState::Destroyed {
                    let state = DataKeyState::Destroyed;
                    tx.put(&self.keys.in_state(id, &about, state, &[], epoch)?)?;
                    destroyed.push(id);
                }
            }
        }
        if !has_active {
            // Its row may come back. Each write made one key at most, so it is not above the epoch.
            newest = newest.max(u32::try_from(head.epoch).unwrap_or(u32::MAX - 1));
        }
        let generation = newest.checked_add(1).ok_or_else(exhausted)?;
        let now = self.clock.now()?.reading;
        let (key, row) = self
            .keys
            .new_data_key(tenant.scope.tenant(), generation, now, epoch)?;
        tx.put(&row)?;
        let mut next = Head {
            epoch,
            erased_before: generation,
            log: head.log,
            documents: head.documents,
            ..Head::first(tenant.scope.tenant(), key.id())
        };
        if self.logs_changes(Some(head)) {
            let mut noted = Noted::default();
            noted.push(&Facts {
                generation: Some(generation),
                ..call.facts(now, &tenant.scope)
            });
            self.log_change(tx, tenant.partition, &mut next, &noted, now)?;
        }
        let head = next;
        let row = self.seal_head(tenant.partition, &head)?;
        tx.put(&row)?;
        Ok(Erased {
            mark: Mark::of(&row, &head)?,
            key,
            destroyed,
        })
    }

    /// Deletes the rows of a page that no key of the tenant opens: others may store new secrets
    /// meanwhile. Returns the place to go on.
    fn erase_page(
        &self,
        tx: &mut dyn WriteTx,
        kind: Kind,
        after: Option<[u8; 32]>,
    ) -> Result<Option<[u8; 32]>> {
        let keys = self.keys_that_open(tx)?;
        let mut walk = Walk::of_all_after(kind, after);
        let rows = walk.step_in(tx)?.page()?.unwrap_or_default();
        for row in &rows {
            let [info, value] = keys_of(row);
            let named = if kind == Kind::Secret { info } else { value };
            if named.is_none_or(|id| !keys.contains(&id)) {
                tx.delete(&row.key)?;
            }
        }
        Ok(rows
            .last()
            .map(|row| row.key.key)
            .filter(|_| !walk.is_over()))
    }

    /// Names of the data keys of a tenant that are not destroyed.
    fn keys_that_open(&self, tx: &mut dyn WriteTx) -> Result<HashSet<KeyId>> {
        let mut keys = HashSet::new();
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            let opens = |row: &Row| self.keys.open_data_key(row).ok().map(|key| key.id());
            keys.extend(rows.iter().filter_map(opens));
        }
        Ok(keys)
    }
}
