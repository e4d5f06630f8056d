//! The verification of one tenant, under its write lock.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::account::Account;
use super::finding::{Finding, Verification};
use crate::crypto::{DataKeyState, Envelope, Info, KeyId, SealedInfo, VersionEntry};
use crate::error::{ErrorKind, Result};
use crate::store::{Kind, Row, RowKey, Tag, WriteTx};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::rows::{get_in, get_one_in};
use crate::vault::scan::{Scan, Step};
use crate::vault::tenant_key::TenantKey;

/// The verification of one tenant.
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

    /// Verifies it. `seen` is the head that was seen before.
    pub(super) fn verify(mut self, seen: Option<Mark>) -> Result<()> {
        let row = get_one_in(self.tx, head_row(self.tag))?;
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
                match this.core.keys.open_data_key(row) {
                    Ok(key)
                        if by_key.as_ref() == Some(row)
                            && this.core.keys.sub().tenant_tag(key.tenant()) == this.tag =>
                    {
                        if key.state() == DataKeyState::Active {
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
                let opened = this.open(&row).filter(|_| by_key.as_ref() == Some(&row));
                match opened {
                    Some((info, commitment)) => {
                        *this.found.scopes.entry(row.key.scope()).or_default() += 1;
                        this.secret(&info, &row.body, &commitment)?;
                    }
                    None => this.find(Finding::Record),
                }
            }
            Ok(())
        })
    }

    fn secret(&mut self, info: &Info, body: &[u8], commitment: &[u8; 32]) -> Result<()> {
        let sub = self.core.keys.sub();
        let entry = sub.accumulator_entry(info.record, info.revision, commitment);
        self.found.enter(info.state.is_live(), &entry);
        if !self.values_are_whole(info, body)? {
            self.find(Finding::Value {
                scope: info.scope.clone(),
                name: info.name.clone(),
            });
        }
        Ok(())
    }

    fn values_are_whole(&mut self, info: &Info, body: &[u8]) -> Result<bool> {
        let scope = self.core.hashed(&info.scope);
        let row_of = |kept: &VersionEntry| self.core.version_row(&scope, &info.name, kept.version);
        let older: Vec<RowKey> = info.older().iter().map(row_of).collect();
        let older = get_in(self.tx, &older)?;
        self.found.older += older.iter().flatten().count() as u64;

        let older = info.older().iter().zip(older.iter().map(Option::as_ref));
        let older_are = older.fold(true, |whole, (kept, row)| {
            whole
                && row
                    .is_some_and(|row| row.tenant == self.tag && self.opens(info, kept, &row.body))
        });
        let newest_is = match info.newest() {
            Some(kept) => self.opens(info, kept, body),
            None => body.is_empty(),
        };
        Ok(older_are && newest_is)
    }

    /// Returns true if a kept value opens.
    fn opens(&self, info: &Info, kept: &VersionEntry, sealed: &[u8]) -> bool {
        let Ok(sealed) = Envelope::parse(sealed) else {
            return false;
        };
        let key = self.keys.get(&sealed.key_id());
        key.is_some_and(|key| {
            let value = self.core.open_value(info, kept.version, &sealed, key);
            value.is_ok()
        })
    }

    /// The info of a secret, with its commitment.
    fn open(&self, row: &Row) -> Option<(Info, [u8; 32])> {
        let sealed = SealedInfo::parse(&row.info).ok()?;
        let key = self.keys.get(&sealed.key_id())?;
        let info = self.core.open_info(row, &sealed, key).ok()?;
        Some((info, *sealed.commitment()))
    }

    /// Goes through each scope like a listing: it must find as many secrets as the tenant has
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

    /// Looks for values that no record names. Every value that a record names was looked for, so no
    /// record names those beyond the ones that were found.
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

    /// Goes through the tenant's rows of a kind, up to the place at which the store gives them out
    /// of order.
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
