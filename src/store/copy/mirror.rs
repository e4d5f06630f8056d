//! One partition, made the same in both stores.

use super::marker::{Claim, taken_over};
use super::stretch::{Stretch, disorder, up_to};
use crate::error::{Error, ErrorKind, Result};
use crate::store::order::PAGE;
use crate::store::{Cursor, Kind, Page, Partition, Scan, SecretStore, WriteTx};

/// A partition of two stores.
pub(super) struct Mirror<'s> {
    pub(super) from: &'s dyn SecretStore,
    pub(super) to: &'s dyn SecretStore,
    pub(super) claim: &'s Claim<'s>,
    pub(super) partition: Partition,
}

/// Numbers of what was mirrored.
#[derive(Clone, Copy, Default)]
pub(super) struct Mirrored {
    /// The partitions with data keys, which those of organizations alone have.
    pub(super) tenants: u64,
    /// The rows of the source.
    pub(super) rows: u64,
    /// The stretches of keys that were not the same, and were written.
    pub(super) changes: u64,
}

impl Mirror<'_> {
    /// Returns true if the partition has the same head in both stores. One without a head has not.
    pub(super) fn has_same_head(&self) -> Result<bool> {
        let heads = heads_of(self.from, self.partition)?;
        Ok(!heads.rows.is_empty() && heads == heads_of(self.to, self.partition)?)
    }

    /// Makes the partition of the target the same as that of the source, a stretch of keys at a
    /// time.
    ///
    /// The head is read first and written last: a partition that was copied in part, or that
    /// changed meanwhile, has an older head in the target. The header of the vault is left out.
    ///
    /// # Errors
    ///
    /// Those of the stores; [`Conflict`](ErrorKind::Conflict) when the target is written to by
    /// others, or is newer than the source.
    pub(super) fn run(&self, done: &mut Mirrored) -> Result<()> {
        let heads = heads_of(self.from, self.partition)?;
        let newest = if self.partition == Partition::VAULT {
            // There is no head. Rows of its log that are gone were taken away.
            u64::MAX
        } else {
            heads.rows.iter().map(|head| head.epoch).max().unwrap_or(0)
        };
        let mut has_keys = false;
        for kind in Kind::ALL {
            let is_header = self.partition == Partition::VAULT && kind == Kind::Header;
            if kind == Kind::Head || is_header {
                continue;
            }
            let mut next = Some(scan(kind));
            while let Some(scan) = next {
                let source = self.from.scan(self.partition, &scan)?;
                has_keys |= kind == Kind::DataKey && !source.rows.is_empty();
                let end = self.level(&scan, source, newest, done)?;
                next = end.map(|end| Scan {
                    from: Cursor::Key(Some(end)),
                    ..scan
                });
            }
        }
        done.tenants += u64::from(has_keys);
        self.level(&scan(Kind::Head), heads, newest, done).map(drop)
    }

    /// Makes a stretch of keys the same, and gives the last of them if there may be more.
    fn level(
        &self,
        scan: &Scan,
        source: Page,
        newest: u64,
        done: &mut Mirrored,
    ) -> Result<Option<[u8; 32]>> {
        let target = self.to.scan(self.partition, scan)?;
        let stretch = Stretch::of(source, target, scan.from)?;
        done.rows += stretch.source.len() as u64;
        if !stretch.is_same() {
            self.write(scan, &stretch, newest)?;
            done.changes += 1;
        }
        Ok(stretch.end)
    }

    /// Writes a stretch that is not the same, unless it is another one by now.
    fn write(&self, scan: &Scan, stretch: &Stretch, newest: u64) -> Result<()> {
        self.claim.check()?;
        let changes = stretch.changes();
        if changes.lose_newer(newest) {
            return Err(newer());
        }
        self.to
            .write(self.partition, &[], &mut |_, tx: &mut dyn WriteTx| {
                if up_to(tx.scan(scan)?.rows, stretch.end) != stretch.target {
                    return Err(taken_over());
                }
                let (gone, put) = (&changes.gone, &changes.put);
                gone.iter().try_for_each(|row| tx.delete(&row.key))?;
                put.iter().try_for_each(|(row, _)| tx.put(row))
            })
    }
}

/// The heads in a partition: nearly always one.
fn heads_of(store: &dyn SecretStore, partition: Partition) -> Result<Page> {
    let heads = store.scan(partition, &scan(Kind::Head))?;
    if heads.next.is_some() {
        return Err(disorder());
    }
    Ok(heads)
}

fn scan(kind: Kind) -> Scan {
    Scan {
        kind,
        scope: None,
        from: Cursor::START,
        size: PAGE,
        bodies: true,
    }
}

fn newer() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "the target holds newer rows than the source: the source is an older copy; empty the \
         target to copy all the same",
    )
}
