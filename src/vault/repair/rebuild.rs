//! The head of a tenant, made anew.

use super::account::Account;
use super::repaired::Repair;
use crate::crypto::{About, Facts, Head, Info, InfoState, SealedInfo, random};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::{RecordId, Revision, Version};
use crate::store::{Purge, Row, RowKey, WriteTx};
use crate::vault::audit::Noted;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::high_water::Mark;
use crate::vault::numbers::next_epoch;
use crate::vault::rows::checked;
use crate::vault::stored::Stored;

impl Core {
    /// Makes the head of a tenant anew from the rows that can be read, in one write. A name that is
    /// `lost` becomes revoked; without one, the head of the log of uses is made anew too where it
    /// cannot be read, in a write of its own.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the record of that name can be read;
    /// [`NotFound`](crate::ErrorKind::NotFound) for a tenant without rows;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when no data key of the tenant can be read, or an
    /// index is damaged; or why the store cannot be written.
    pub(in crate::vault) fn rebuild(
        &self,
        scope: &HashedScope,
        lost: Option<&SecretName>,
        call: Call<'_>,
    ) -> Result<Repair> {
        self.check_vault_key()?;
        let (partition, keys) = (scope.partition, [head_row(scope.partition)]);
        let seen = self.seen.of(partition).map_or(0, |mark| mark.epoch());
        let lost = lost.map(|name| (name, self.secret_row(scope, name)));
        let known_erased = self.erased_before_by_uses(scope.scope.tenant())?;
        let (head, mark, repair) = self.commit(partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let last = row.and_then(|row| self.open_head(partition, &row).ok());
            let mut account = Account::new(self, scope, last.as_ref(), known_erased, tx)?;
            account.enter_all(lost.as_ref().map(|(_, key)| key), tx)?;
            account.enter_documents(tx)?;
            // Above all that anybody has seen, as far as that is known.
            let newest = last.as_ref().map_or(0, |last| last.epoch).max(seen);
            account.head.epoch = next_epoch(account.head.epoch.max(newest))?;
            if let Some((name, key)) = &lost {
                self.bury(&mut account, scope, name, *key, tx)?;
            }
            let last_log = last.as_ref().and_then(|last| last.log);
            let missing = last.map(|last| missing(&last, &account));
            account.erase_other_heads(tx)?;
            account.head.log = self.recover_log(tx, partition, last_log)?;
            let lost = lost.map(|(name, _)| name);
            self.log_repair(&mut account.head, scope, lost, call, tx)?;
            let row = self.seal_head(partition, &account.head)?;
            tx.put(&row)?;
            Ok((
                account.head.clone(),
                Mark::of(&row, &account.head)?,
                Repair {
                    secrets: account.head.live,
                    tombstones: account.head.tombstones,
                    unreadable: account.unreadable,
                    missing,
                    purge: Purge::Pending,
                },
            ))
        })?;
        self.note_head(partition, mark, head.active_key);
        if lost.is_none() {
            self.repair_uses(&scope.scope, head.erased_before, call)?;
        }
        let purge = self.store.purge().unwrap_or(Purge::Pending);
        Ok(Repair { purge, ..repair })
    }

    /// Logs a repair in the write that makes it.
    fn log_repair(
        &self,
        head: &mut Head,
        scope: &HashedScope,
        lost: Option<&SecretName>,
        call: Call<'_>,
        tx: &mut dyn WriteTx,
    ) -> Result<()> {
        if !self.logs_changes(Some(head)) {
            return Ok(());
        }
        let (mut noted, now) = (Noted::default(), self.clock.now()?.reading);
        noted.push(&Facts {
            name: lost,
            ..call.facts(now, &scope.scope)
        });
        self.log_change(tx, scope.partition, head, &noted, now)
    }

    /// Puts the record of a revoked secret in the place of what cannot be read.
    fn bury(
        &self,
        account: &mut Account<'_>,
        scope: &HashedScope,
        name: &SecretName,
        key: RowKey,
        tx: &mut dyn WriteTx,
    ) -> Result<()> {
        let (epoch, now) = (account.head.epoch, self.clock.now()?.reading);
        let info = Info {
            record: RecordId::from_bytes(random()?),
            scope: scope.scope.clone(),
            name: name.clone(),
            state: InfoState::Revoked,
            // Nobody knows the last ones. Each write gave one of each at most, and there were fewer
            // writes than this.
            revision: Revision::new(epoch),
            last_version: Version::new(epoch).unwrap_or(Version::FIRST),
            created_at: now,
            updated_at: now,
            created_by: None,
            updated_by: None,
            about: About::default(),
            versions: Vec::new(),
        };
        let stored = Stored {
            info,
            body: Vec::new(),
        };
        let row: Row = self.seal_info(scope, key, &stored, epoch, account.key()?)?;
        tx.put(&row)?;
        account.enter(
            &row,
            &stored.info,
            SealedInfo::parse(&row.info)?.commitment(),
        );
        account.erase_strays(tx)
    }
}

/// The number of records that a head counts and that are gone. What was lost is not one of them:
/// its tombstone is there.
fn missing(last: &Head, account: &Account<'_>) -> u64 {
    let there = account.head.live + account.head.tombstones + account.unreadable;
    last.live
        .saturating_add(last.tombstones)
        .saturating_sub(there)
}
