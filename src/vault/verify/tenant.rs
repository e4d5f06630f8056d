//! The verification of one tenant, under its write lock.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Finding, PAGE, Verification};
use crate::crypto::{Head, Info, KeyId, VersionEntry, key_id};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, Row, RowKey, Tag, WriteTx};
use crate::vault::Core;
use crate::vault::keyring::TenantKey;
use crate::vault::rows::get_in;
use crate::vault::sealed::{Stored, head_row};

/// All rows, in the order of epochs, which stores have an index for. No row was written in epoch 0; one that says so is looked at
/// like any other.
const START: Cursor = Cursor::Epoch(0, Some([0; 32]));

pub(super) struct Tenant<'a> {
    core: &'a Core,
    tag: [u8; 16],
    tx: &'a mut dyn WriteTx,
    report: &'a mut Verification,
    /// The data keys that are stored now: one that is only remembered is lost with the process.
    keys: HashMap<KeyId, Arc<TenantKey>>,
    found: Account,
}

/// What the rows of a tenant add up to. No sum is larger than the number of rows, so none overflows.
#[derive(Default)]
struct Account {
    live: u64,
    tombstones: u64,
    accumulator: [u8; 32],
    /// Older values that are named by a record and there.
    older: u64,
}

impl<'a> Tenant<'a> {
    pub(super) fn new(core: &'a Core, tag: [u8; 16], tx: &'a mut dyn WriteTx, report: &'a mut Verification) -> Self {
        Self { core, tag, tx, report, keys: HashMap::new(), found: Account::default() }
    }

    pub(super) fn verify(mut self) -> Result<()> {
        let row = get_in(self.tx, &[head_row(self.tag)])?.pop().flatten();
        let head = row.and_then(|row| self.core.open_head(&row).ok());
        self.data_keys()?;
        match &head {
            None => self.find(Finding::Head),
            Some(head) if !self.keys.contains_key(&head.active_key) => self.find(Finding::DataKey),
            Some(_) => {}
        }
        self.secrets()?;
        self.strays()?;
        self.report.secrets += self.found.live;
        self.report.tombstones += self.found.tombstones;
        if let Some(head) = head.filter(|head| !self.found.is_of(head)) {
            self.find(Finding::Account { tenant: head.tenant });
        }
        Ok(())
    }

    fn data_keys(&mut self) -> Result<()> {
        self.pages(Kind::DataKey, true, |this, page| {
            for row in &page.rows {
                match this.core.keys.open_data_key(row) {
                    Ok(key) if this.core.keys.sub().tenant_tag(key.tenant()) == this.tag => {
                        this.keys.insert(key.id(), Arc::new(key));
                    }
                    _ => this.find(Finding::DataKey),
                }
            }
            Ok(())
        })
    }

    fn secrets(&mut self) -> Result<()> {
        self.pages(Kind::Secret, true, |this, page| {
            // A row that a scan finds but its key does not is lost to every resolve.
            let keys: Vec<RowKey> = page.rows.iter().map(|row| row.key).collect();
            for (row, by_key) in page.rows.into_iter().zip(get_in(this.tx, &keys)?) {
                let commitment = Info::commitment(&row.info);
                let stored = if by_key.as_ref() == Some(&row) { this.open(row) } else { None };
                match (stored, commitment) {
                    (Some(stored), Ok(commitment)) => this.secret(&stored, &commitment)?,
                    _ => this.find(Finding::Record),
                }
            }
            Ok(())
        })
    }

    fn secret(&mut self, stored: &Stored, commitment: &[u8; 32]) -> Result<()> {
        let info = &stored.info;
        let entry = self.core.keys.sub().accumulator_entry(info.record, info.revision, commitment);
        self.found.enter(info.state.is_live(), &entry);
        if !self.values_are_whole(stored)? {
            self.find(Finding::Value { scope: info.scope.clone(), name: info.name.clone() });
        }
        Ok(())
    }

    fn values_are_whole(&mut self, stored: &Stored) -> Result<bool> {
        let info = &stored.info;
        let place = self.core.place(&info.scope);
        let row_of = |kept: &VersionEntry| self.core.version_row(&place, &info.name, kept.version);
        let older = get_in(self.tx, &info.older().iter().map(row_of).collect::<Vec<_>>())?;
        self.found.older += older.iter().flatten().count() as u64;

        let older = info.older().iter().zip(older.iter().map(Option::as_ref));
        let older_are = older.fold(true, |whole, (kept, row)| {
            whole && row.is_some_and(|row| row.tenant == self.tag && self.opens(info, kept, &row.body))
        });
        let newest_is = match info.newest() {
            Some(kept) => self.opens(info, kept, &stored.body),
            None => stored.body.is_empty(),
        };
        Ok(older_are && newest_is)
    }

    fn opens(&self, info: &Info, kept: &VersionEntry, sealed: &[u8]) -> bool {
        let key = key_id(sealed).ok().and_then(|id| self.keys.get(&id));
        key.is_some_and(|key| self.core.open_value(info, kept.version, sealed, key).is_ok())
    }

    fn open(&self, row: Row) -> Option<Stored> {
        let key = self.keys.get(&Info::key_id(&row.info).ok()?)?;
        self.core.open_info(row, key).ok()
    }

    /// Every value that a record names was looked for, so what is more than was found is named by none.
    fn strays(&mut self) -> Result<()> {
        let mut rows = 0;
        self.pages(Kind::Version, false, |_, page| {
            rows += page.rows.len() as u64;
            Ok(())
        })?;
        if rows > self.found.older {
            self.find(Finding::Stray);
        }
        Ok(())
    }

    fn pages(&mut self, kind: Kind, bodies: bool, mut each: impl FnMut(&mut Self, Page) -> Result<()>) -> Result<()> {
        let mut from = Some(START);
        while let Some(cursor) = from {
            let page = self.tx.scan(kind, Tag::Tenant(self.tag), cursor, PAGE, bodies)?;
            from = page.next;
            each(self, page)?;
        }
        Ok(())
    }

    fn find(&mut self, finding: Finding) {
        self.report.findings.push(finding);
    }
}

impl Account {
    fn enter(&mut self, is_live: bool, entry: &[u8; 32]) {
        *(if is_live { &mut self.live } else { &mut self.tombstones }) += 1;
        for (sum, byte) in self.accumulator.iter_mut().zip(entry) {
            *sum ^= byte;
        }
    }

    fn is_of(&self, head: &Head) -> bool {
        (self.live, self.tombstones, self.accumulator) == (head.live, head.tombstones, head.accumulator)
    }
}
