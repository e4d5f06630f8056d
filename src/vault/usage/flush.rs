//! Adding up in the store what waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::thread;

use crate::crypto::{
    Head, KeyId, LastUse, LogState, RowAccount, Timestamp, UsageRecord, kept_tool,
};
use crate::error::{Error, ErrorKind, Result};
use crate::record::RecordId;
use crate::store::Row;
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::numbers::next_epoch;
use crate::vault::observer::Event;
use crate::vault::rows::{checked, corrupt};
use crate::vault::usage_queue::{Batch, Counted, Room, UsageQueue};

/// The most secrets of a batch.
const MOST: usize = 256;

impl Core {
    /// Counts the use that an event tells of. While another thread stores, it is not waited for: a
    /// use without room is lost then, and told.
    pub(in crate::vault) fn count_use(&self, usage: &UsageQueue, event: &Event<'_>) {
        let room = usage.count(event);
        if room == Room::Left {
            return;
        }
        let flushed = self.flush_usage();
        if room == Room::None && !usage.count_or_lose(event) {
            return self.tell_usage_failed(flushed.and(Err(without_room())));
        }
        self.tell_usage_failed(flushed);
    }

    /// Stores what waits if it has waited long enough.
    fn flush_due_usage(&self) {
        if self.usage.as_ref().is_some_and(UsageQueue::is_due) {
            self.tell_usage_failed(self.flush_usage());
        }
    }

    /// Stores all that waits, unless another thread does.
    ///
    /// # Errors
    ///
    /// The first error of the store.
    pub(in crate::vault) fn flush_usage(&self) -> Result<()> {
        let Some(usage) = &self.usage else {
            return Ok(());
        };
        match usage.try_storing() {
            Some(mut batches) => self.store_usage(usage, &mut batches),
            None => Ok(()),
        }
    }

    /// Stores all that waits, and what another thread took to store it.
    ///
    /// # Errors
    ///
    /// The first error of the store.
    pub(in crate::vault) fn flush_all_usage(&self) -> Result<()> {
        let Some(usage) = &self.usage else {
            return Ok(());
        };
        self.store_usage(usage, &mut usage.storing())
    }

    /// The number of uses that wait, and of those that were lost.
    pub(in crate::vault) fn usage_counts(&self) -> (u64, u64) {
        let Some(usage) = &self.usage else {
            return (0, 0);
        };
        let taken: u64 = usage.storing().iter().map(Batch::all).sum();
        let (waiting, lost) = usage.counts();
        (waiting.saturating_add(taken), lost)
    }

    fn store_usage(&self, usage: &UsageQueue, batches: &mut Vec<Batch>) -> Result<()> {
        // What failed before comes first. While it fails, no more is taken.
        let mut stored = self.store_batches(usage, batches);
        if stored.is_ok() {
            batches.extend(self.batches_of(usage));
            stored = self.store_batches(usage, batches);
        }
        if !batches.is_empty() {
            usage.wait_on();
        }
        stored
    }

    /// The batches of all that waits: those of each tenant of their own, and a name once in each.
    fn batches_of(&self, usage: &UsageQueue) -> Vec<Batch> {
        let mut tenants: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
        for (record, counted) in usage.take() {
            let tenant = counted.scope.tenant();
            let batches = tenants.entry(tenant.to_owned()).or_default();
            let has_room = |batch: &&mut Batch| {
                let is_same = |(_, other): &(RecordId, Counted)| {
                    other.name == counted.name && other.scope == counted.scope
                };
                batch.counts.len() < MOST && !batch.counts.iter().any(is_same)
            };
            match batches.last_mut().filter(has_room) {
                Some(batch) => batch.counts.push((record, counted)),
                None => batches.push(Batch {
                    tenant: tenant.to_owned(),
                    name: self.batch_name(usage.next_batch()),
                    counts: vec![(record, counted)],
                }),
            }
        }
        tenants.into_values().flatten().collect()
    }

    /// The name of a batch: a half of the random name of the open vault, and the number.
    fn batch_name(&self, number: u64) -> [u8; 16] {
        let mut name = self.writer;
        name.split_at_mut(8)
            .1
            .copy_from_slice(&number.to_be_bytes());
        name
    }

    /// Stores batches. Those that may be stored later are left.
    fn store_batches(&self, usage: &UsageQueue, batches: &mut Vec<Batch>) -> Result<()> {
        let (mut first, mut left) = (Ok(()), Vec::new());
        for batch in batches.drain(..) {
            match self.store_batch(&batch) {
                Ok(0) => {}
                Ok(lost) => {
                    usage.lose(lost);
                    first = first.and(Err(unreadable()));
                }
                Err(error) => {
                    // These never end by themselves, and would hold up all other tenants.
                    let kinds = [
                        ErrorKind::Corrupt,
                        ErrorKind::Tampered,
                        ErrorKind::UnsupportedFormat,
                    ];
                    if kinds.contains(&error.kind()) {
                        usage.lose(batch.all());
                    } else {
                        left.push(batch);
                    }
                    first = first.and(Err(error));
                }
            }
        }
        *batches = left;
        first
    }

    /// Adds a batch to the rows of its secrets, in one write, and returns the number of uses whose
    /// row cannot be read.
    fn store_batch(&self, batch: &Batch) -> Result<u64> {
        let partition = self.uses_of(&batch.tenant);
        let mut keys = vec![head_row(partition)];
        let counts = batch.counts.iter();
        keys.extend(counts.map(|(_, counted)| self.usage_row(&counted.scope, &counted.name)));
        let (seen, now) = (self.seen.of(partition), self.clock.now()?.reading);
        let (mark, lost) = self.commit(partition, &keys, |rows, tx| {
            let mut rows = checked(&keys, rows)?.into_iter();
            let head = self.admit_head(partition, rows.next().flatten().as_ref(), seen)?;
            let mut head = head.unwrap_or_else(|| Head::of_uses(&batch.tenant, LogState::new(now)));
            if !head.is_of_uses() {
                return Err(corrupt("the head of a log of uses is that of a tenant"));
            }
            head.epoch = next_epoch(head.epoch)?;
            let (mut lost, mut account) = (0, head.usage);
            let places = keys.iter().skip(1).zip(rows);
            for ((record, counted), (key, row)) in batch.counts.iter().zip(places) {
                // Somebody erased the organization since, and nothing is to be left of it.
                if counted.generation < head.erased_before {
                    continue;
                }
                let added =
                    self.add_usage(row.as_ref(), (*record, counted), batch.name, &mut account);
                match added {
                    Ok(Some(next)) => {
                        let (row, entry) = self.seal_usage(partition, *key, head.epoch, &next)?;
                        account.enter(&entry)?;
                        tx.put(&row)?;
                    }
                    Ok(None) => {}
                    Err(_) => lost += counted.all(),
                }
            }
            if head.usage == account {
                return Ok((None, lost));
            }
            head.usage = account;
            let row = self.seal_head(partition, &head)?;
            tx.put(&row)?;
            Ok((Some(Mark::of(&row, &head)?), lost))
        })?;
        if let Some(mark) = mark {
            self.note_head(partition, mark, KeyId::VAULT_SECRET);
        }
        Ok(lost)
    }

    /// The uses of a name after a batch; `None` if they stay as they are. The row before is taken
    /// out of the account.
    fn add_usage(
        &self,
        row: Option<&Row>,
        (record, counted): (RecordId, &Counted),
        batch: [u8; 16],
        account: &mut RowAccount,
    ) -> Result<Option<UsageRecord>> {
        let fresh = record_of(record, counted, batch)?;
        let Some(row) = row else {
            return Ok(Some(fresh));
        };
        let partition = self.uses_of(counted.scope.tenant());
        let was = self.open_usage(partition, row)?;
        let next = added(was.record, fresh, batch);
        if next.is_some() {
            account.withdraw(&was.entry)?;
        }
        Ok(next)
    }

    /// Forgets the uses of a tenant that wait.
    pub(in crate::vault) fn forget_usage(&self, tenant: &str) {
        if let Some(usage) = &self.usage {
            // Held for both: a thread that takes what waits in between would store it later.
            let mut storing = usage.storing();
            usage.forget(tenant);
            storing.retain(|batch| batch.tenant != tenant);
        }
    }

    /// Tells the observer of uses that could not be stored.
    fn tell_usage_failed(&self, flushed: Result<()>) {
        if let (Err(error), Some(observer)) = (flushed, &self.observer) {
            observer.usage_failed(&error);
        }
    }

    /// Stores what waits as the vault is closed.
    pub(in crate::vault) fn close_usage(&self) {
        self.tell_usage_failed(self.flush_all_usage());
        // The thread sees that the vault is gone.
        if let Some(usage) = &self.usage {
            usage.wake();
        }
    }
}

/// Uses that were stored with those of a batch; `None` if they have them already, or belong to a
/// secret that was used later than the one of the batch.
fn added(was: UsageRecord, fresh: UsageRecord, batch: [u8; 16]) -> Option<UsageRecord> {
    if was.record != fresh.record {
        return (fresh.last.time > was.last.time).then_some(fresh);
    }
    if was.batches.contains(&batch) {
        return None;
    }
    let mut batches = was.batches;
    batches.push(batch);
    let surplus = batches.len().saturating_sub(UsageRecord::MAX_BATCHES);
    batches.drain(..surplus);
    Some(UsageRecord {
        uses: was.uses.saturating_add(fresh.uses),
        reveals: was.reveals.saturating_add(fresh.reveals),
        since: was.since.min(fresh.since),
        last: if fresh.last.time >= was.last.time {
            fresh.last
        } else {
            was.last
        },
        batches,
        ..fresh
    })
}

fn record_of(record: RecordId, counted: &Counted, batch: [u8; 16]) -> Result<UsageRecord> {
    let last = counted.last.clone();
    Ok(UsageRecord {
        record,
        scope: counted.scope.clone(),
        name: counted.name.clone(),
        uses: counted.uses,
        reveals: counted.reveals,
        since: Timestamp::of(counted.since)?,
        last: LastUse {
            time: Timestamp::of(last.time)?,
            actor: last.actor,
            tool: last.tool.map(|tool| kept_tool(&tool).into_owned()),
            host: last.host.map(|(host, port)| format!("{host}:{port}")),
            surface: last.surface,
            instructions: last.instructions,
        },
        batches: vec![batch],
    })
}

fn without_room() -> Error {
    Error::new(
        ErrorKind::Busy,
        "a use was not counted: too many secrets wait to be stored; raise the limit of the queue",
    )
}

fn unreadable() -> Error {
    corrupt("the uses of a secret cannot be read, so no more are added to them")
}

/// Starts the thread that stores uses in time. It ends with the vault.
///
/// # Errors
///
/// [`Io`](ErrorKind::Io) when there can be no thread.
pub(in crate::vault) fn start_flusher(core: &Arc<Core>) -> Result<()> {
    let Some(usage) = &core.usage else {
        return Ok(());
    };
    let (weak, pause) = (Arc::downgrade(core), usage.limits.delay / 2);
    let flusher = thread::Builder::new()
        .name("keyslot-usage".to_owned())
        .spawn(move || {
            while let Some(core) = Weak::upgrade(&weak) {
                core.flush_due_usage();
                drop(core);
                thread::park_timeout(pause);
            }
        })
        .map_err(|error| {
            Error::new(ErrorKind::Io, "the thread that counts uses did not start")
                .with_source(error)
        })?;
    usage.set_flusher(flusher.thread().clone());
    Ok(())
}
