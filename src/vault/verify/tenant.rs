//! The verification of one tenant, under its write lock.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Finding, Verification};
use crate::crypto::{DataKeyState, Head, Info, KeyId, VersionEntry, key_id};
use crate::error::{ErrorKind, Result};
use crate::store::{Kind, Row, RowKey, Tag, WriteTx};
use crate::vault::Core;
use crate::vault::high_water::Mark;
use crate::vault::keyring::TenantKey;
use crate::vault::rows::get_in;
use crate::vault::scan::{Scan, Step};
use crate::vault::sealed::{Stored, head_row};

pub(super) struct Tenant<'a> {
    core: &'a Core,
    tag: [u8; 16],
    tx: &'a mut dyn WriteTx,
    report: &'a mut Verification,
    /// The data keys that are stored now: one that is only remembered is lost with the process.
    keys: HashMap<KeyId, Arc<TenantKey>>,
    /// Those that may seal.
    active: HashSet<KeyId>,
    found: Account,
}

/// What the rows of a tenant add up to. No sum is larger than the number of rows, so none
/// overflows.
#[derive(Default)]
struct Account {
    live: u64,
    tombstones: u64,
    accumulator: [u8; 32],
    /// Older values that are named by a record and there.
    older: u64,
    /// The number of readable secrets in each scope, by its tag.
    scopes: HashMap<[u8; 16], u64>,
}

impl<'a> Tenant<'a> {
    pub(super) fn new(
        core: &'a Core,
        tag: [u8; 16],
        tx: &'a mut dyn WriteTx,
        report: &'a mut Verification,
    ) -> Self {
        Self {
            core,
            tag,
            tx,
            report,
            keys: HashMap::new(),
            active: HashSet::new(),
            found: Account::default(),
        }
    }

    /// Verifies it, knowing which head was seen before.
    pub(super) fn verify(mut self, seen: Option<Mark>) -> Result<()> {
        let row = get_in(self.tx, &[head_row(self.tag)])?.pop().flatten();
        let head = row.as_ref().and_then(|row| self.core.open_head(row).ok());
        let admitted = self.core.admit_head(self.tag, row.as_ref(), seen);
        if admitted.is_err_and(|error| error.kind() == ErrorKind::Tampered) {
            self.find(Finding::RolledBack {
                tenant: head.as_ref().map(|head| head.tenant.clone()),
            });
        }
        self.data_keys()?;
        match &head {
            None => self.find(Finding::Head),
            Some(head) if !self.active.contains(&head.active_key) => self.find(Finding::DataKey),
            Some(_) => {}
        }
        self.secrets()?;
        self.scopes()?;
        self.strays()?;
        self.report.secrets += self.found.live;
        self.report.tombstones += self.found.tombstones;
        if let Some(head) = head.filter(|head| !self.found.is_of(head)) {
            self.find(Finding::Account {
                tenant: head.tenant,
            });
        }
        Ok(())
    }

    fn data_keys(&mut self) -> Result<()> {
        self.pages(Kind::DataKey, true, |this, rows| {
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            for (row, by_key) in rows.iter().zip(get_in(this.tx, &keys)?) {
                match this.core.keys.open_with_state(row) {
                    Ok((key, state))
                        if by_key.as_ref() == Some(row)
                            && this.core.keys.sub().tenant_tag(key.tenant()) == this.tag =>
                    {
                        if state == DataKeyState::Active {
                            this.active.insert(key.id());
                        }
                        this.keys.insert(key.id(), Arc::new(key));
                    }
                    _ => this.find(Finding::DataKey),
                }
            }
            Ok(())
        })
    }

    fn secrets(&mut self) -> Result<()> {
        self.pages(Kind::Secret, true, |this, rows| {
            // A row that a scan finds but its key does not is lost to every resolve.
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            for (row, by_key) in rows.into_iter().zip(get_in(this.tx, &keys)?) {
                let commitment = Info::commitment(&row.info);
                let stored = if by_key.as_ref() == Some(&row) {
                    this.open(row)
                } else {
                    None
                };
                match (stored, commitment) {
                    (Some((scope, stored)), Ok(commitment)) => {
                        *this.found.scopes.entry(scope).or_default() += 1;
                        this.secret(&stored, &commitment)?;
                    }
                    _ => this.find(Finding::Record),
                }
            }
            Ok(())
        })
    }

    fn secret(&mut self, stored: &Stored, commitment: &[u8; 32]) -> Result<()> {
        let info = &stored.info;
        let entry = self
            .core
            .keys
            .sub()
            .accumulator_entry(info.record, info.revision, commitment);
        self.found.enter(info.state.is_live(), &entry);
        if !self.values_are_whole(stored)? {
            self.find(Finding::Value {
                scope: info.scope.clone(),
                name: info.name.clone(),
            });
        }
        Ok(())
    }

    fn values_are_whole(&mut self, stored: &Stored) -> Result<bool> {
        let info = &stored.info;
        let place = self.core.place(&info.scope);
        let row_of = |kept: &VersionEntry| self.core.version_row(&place, &info.name, kept.version);
        let older = get_in(
            self.tx,
            &info.older().iter().map(row_of).collect::<Vec<_>>(),
        )?;
        self.found.older += older.iter().flatten().count() as u64;

        let older = info.older().iter().zip(older.iter().map(Option::as_ref));
        let older_are = older.fold(true, |whole, (kept, row)| {
            whole
                && row
                    .is_some_and(|row| row.tenant == self.tag && self.opens(info, kept, &row.body))
        });
        let newest_is = match info.newest() {
            Some(kept) => self.opens(info, kept, &stored.body),
            None => stored.body.is_empty(),
        };
        Ok(older_are && newest_is)
    }

    fn opens(&self, info: &Info, kept: &VersionEntry, sealed: &[u8]) -> bool {
        let key = key_id(sealed).ok().and_then(|id| self.keys.get(&id));
        key.is_some_and(|key| {
            self.core
                .open_value(info, kept.version, sealed, key)
                .is_ok()
        })
    }

    /// A secret, with the tag of its scope.
    fn open(&self, row: Row) -> Option<([u8; 16], Stored)> {
        let key = self.keys.get(&Info::key_id(&row.info).ok()?)?;
        let scope = row.key.scope();
        self.core
            .open_info(row, key)
            .ok()
            .map(|stored| (scope, stored))
    }

    /// Goes through each scope as a list does: it must find as many secrets as the tenant has
    /// there. It cannot find others in their place, because all rows of the tenant were opened, and
    /// no row comes twice.
    fn scopes(&mut self) -> Result<()> {
        for (scope, count) in std::mem::take(&mut self.found.scopes) {
            let mut listed = 0;
            let mut scan = Scan::new(Kind::Secret, Tag::Scope(scope), false);
            let is_whole = loop {
                match scan.step_in(self.tx)? {
                    Step::Rows(rows) => listed += rows.len() as u64,
                    Step::Disorder => break false,
                    Step::End => break listed == count,
                }
            };
            if !is_whole {
                self.find(Finding::Hidden);
            }
        }
        Ok(())
    }

    /// Every value that a record names was looked for, so what is more than was found is named by
    /// none.
    fn strays(&mut self) -> Result<()> {
        let mut rows = 0;
        self.pages(Kind::Version, false, |_, page| {
            rows += page.len() as u64;
            Ok(())
        })?;
        if rows > self.found.older {
            self.find(Finding::Stray);
        }
        Ok(())
    }

    /// Goes through the tenant's rows of a kind, up to where the store gives them out of order.
    fn pages(
        &mut self,
        kind: Kind,
        bodies: bool,
        mut each: impl FnMut(&mut Self, Vec<Row>) -> Result<()>,
    ) -> Result<()> {
        let mut scan = Scan::new(kind, Tag::Tenant(self.tag), bodies);
        loop {
            match scan.step_in(self.tx)? {
                Step::Rows(rows) => each(self, rows)?,
                Step::Disorder => {
                    self.find(Finding::Hidden);
                    return Ok(());
                }
                Step::End => return Ok(()),
            }
        }
    }

    fn find(&mut self, finding: Finding) {
        self.report.find(finding);
    }
}

impl Account {
    fn enter(&mut self, is_live: bool, entry: &[u8; 32]) {
        *(if is_live {
            &mut self.live
        } else {
            &mut self.tombstones
        }) += 1;
        for (sum, byte) in self.accumulator.iter_mut().zip(entry) {
            *sum ^= byte;
        }
    }

    fn is_of(&self, head: &Head) -> bool {
        (self.live, self.tombstones, self.accumulator)
            == (head.live, head.tombstones, head.accumulator)
    }
}
