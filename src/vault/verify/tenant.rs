//! The verification of one tenant, as it was at one moment.

use super::account::Account;
use super::finding::Finding;
use super::stored_keys::StoredKeys;
use super::verification::Verification;
use crate::crypto::{Head, Info, RowAccount, SealedInfo};
use crate::error::{ErrorKind, Result};
use crate::store::{Kind, PAGE, Partition, ReadTx, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::rows::{get_in, get_one_in};
use crate::vault::walk::{Step, Walk};

/// The verification of one tenant.
pub(super) struct Tenant<'a> {
    pub(super) core: &'a Core,
    partition: Partition,
    pub(super) tx: &'a mut dyn ReadTx,
    report: &'a mut Verification,
    /// Told of the number of secrets of each page, after it was looked at.
    looked_at: &'a mut dyn FnMut(usize) -> Result<()>,
    pub(super) keys: StoredKeys,
    /// True if there are rows that are sealed with a key which an erasure destroyed.
    has_erased: bool,
    pub(super) found: Account,
}

impl<'a> Tenant<'a> {
    pub(super) fn new(
        core: &'a Core,
        partition: Partition,
        tx: &'a mut dyn ReadTx,
        report: &'a mut Verification,
        looked_at: &'a mut dyn FnMut(usize) -> Result<()>,
    ) -> Self {
        Self {
            core,
            partition,
            tx,
            report,
            looked_at,
            keys: StoredKeys::default(),
            has_erased: false,
            found: Account::default(),
        }
    }

    /// Verifies it. `seen` is the head that was seen before.
    pub(super) fn verify(mut self, seen: Option<Mark>) -> Result<()> {
        let row = get_one_in(self.tx, head_row(self.partition))?;
        if row.is_none() && seen.is_none() {
            self.find(Finding::Headless);
            return Ok(());
        }
        let open = |row| self.core.open_head(self.partition, row).ok();
        let head = row.as_ref().and_then(open);
        let admitted = self.core.admit_head(self.partition, row.as_ref(), seen);
        if admitted.is_err_and(|error| error.kind() == ErrorKind::Tampered) {
            self.find(Finding::RolledBack {
                tenant: head.as_ref().map(|head| head.tenant.clone()),
            });
        }
        if let Some(head) = head.as_ref().filter(|head| head.is_of_uses()) {
            return self.uses(row.as_ref(), head);
        }
        self.report.tenants += 1;
        self.keys = StoredKeys::of(head.as_ref());
        self.data_keys()?;
        match &head {
            None => self.find(Finding::Head),
            Some(head) if !self.keys.is_active(head.active_key) => self.find(Finding::DataKey),
            Some(head) if self.keys.are_stale() => self.find(Finding::StaleDataKey {
                tenant: head.tenant.clone(),
            }),
            Some(_) => {}
        }
        self.heads(row.as_ref())?;
        self.secrets()?;
        self.scopes()?;
        self.strays()?;
        self.documents(head.as_ref())?;
        self.no_usage()?;
        if let Some(head) = &head {
            self.log(head)?;
        }
        self.report.secrets += self.found.live;
        self.report.tombstones += self.found.tombstones;
        if let Some(head) = head.as_ref().filter(|_| self.has_erased) {
            self.find(Finding::Erased {
                tenant: head.tenant.clone(),
            });
        }
        if let Some(head) = head.filter(|head| !self.found.is_of(head)) {
            self.find(Finding::Account {
                tenant: head.tenant,
            });
        }
        Ok(())
    }

    /// Verifies the partition of a tenant's uses: its log, and that there is nothing else.
    fn uses(mut self, row: Option<&Row>, head: &Head) -> Result<()> {
        self.heads(row)?;
        if self.core.keys.sub().uses_tag(&head.tenant) != self.partition.0 {
            self.find(Finding::Head);
        }
        for kind in [Kind::DataKey, Kind::Secret, Kind::Version, Kind::Document] {
            if self.has_other(kind, None)? {
                self.find(Finding::Stray);
            }
        }
        self.usage(head)?;
        self.log(head)
    }

    /// Holds the audit log against the head.
    fn log(&mut self, head: &Head) -> Result<()> {
        let log = head.log.as_ref();
        if !self.core.check_log(self.tx, self.partition, log)? {
            self.find(Finding::AuditLog {
                tenant: head.tenant.clone(),
            });
        }
        Ok(())
    }

    /// Uses lie in another partition.
    fn no_usage(&mut self) -> Result<()> {
        if self.has_other(Kind::Usage, None)? {
            self.find(Finding::Stray);
        }
        Ok(())
    }

    /// Opens the uses of all secrets, and holds them against the head.
    fn usage(&mut self, head: &Head) -> Result<()> {
        let (mut found, mut is_whole) = (RowAccount::default(), true);
        self.pages(Kind::Usage, true, |this, rows| {
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            for (row, by_key) in rows.iter().zip(get_in(this.tx, &keys)?) {
                let opened = this.core.open_usage(this.partition, row);
                let opened = opened.ok().filter(|_| by_key.as_ref() == Some(row));
                match opened {
                    Some(usage) => found.enter(&usage.entry)?,
                    None => is_whole = false,
                }
            }
            Ok(())
        })?;
        if !is_whole || head.usage != found {
            self.find(Finding::Usage {
                tenant: head.tenant.clone(),
            });
        }
        Ok(())
    }

    /// Opens all documents, and holds them against the head.
    fn documents(&mut self, head: Option<&Head>) -> Result<()> {
        let (mut found, mut is_whole) = (RowAccount::default(), true);
        self.pages(Kind::Document, true, |this, rows| {
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            for (row, by_key) in rows.iter().zip(get_in(this.tx, &keys)?) {
                let opened = this.core.open_document(this.partition, row);
                let opened = opened.ok().filter(|_| by_key.as_ref() == Some(row));
                match opened {
                    Some(document) => found.enter(&document.entry)?,
                    None => is_whole = false,
                }
            }
            Ok(())
        })?;
        if let Some(head) = head.filter(|head| !is_whole || head.documents != found) {
            self.find(Finding::Documents {
                tenant: head.tenant.clone(),
            });
        }
        Ok(())
    }

    fn data_keys(&mut self) -> Result<()> {
        self.pages(Kind::DataKey, true, |this, rows| {
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            for (row, by_key) in rows.iter().zip(get_in(this.tx, &keys)?) {
                let is_found = by_key.as_ref() == Some(row);
                if !is_found || !this.keys.take(this.core, this.partition, row) {
                    this.find(Finding::DataKey);
                }
            }
            Ok(())
        })
    }

    /// Looks for heads beside the one that a write finds.
    fn heads(&mut self, head: Option<&Row>) -> Result<()> {
        if self.has_other(Kind::Head, head)? {
            self.find(Finding::Head);
        }
        Ok(())
    }

    /// Returns true if there is a row of a kind beside this one; the first is enough.
    fn has_other(&mut self, kind: Kind, expected: Option<&Row>) -> Result<bool> {
        let mut is_found = false;
        self.pages_while(kind, false, |_, rows| {
            is_found = rows.iter().any(|row| Some(row) != expected);
            Ok(!is_found)
        })?;
        Ok(is_found)
    }

    fn secrets(&mut self) -> Result<()> {
        self.pages(Kind::Secret, true, |this, rows| {
            // A row that a scan finds but its key does not is lost to every resolve.
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            let count = rows.len();
            let mut secrets = Vec::with_capacity(count);
            for (row, by_key) in rows.into_iter().zip(get_in(this.tx, &keys)?) {
                let is_found = by_key.as_ref() == Some(&row);
                match this.open(&row).filter(|_| is_found) {
                    Some((info, commitment)) => {
                        *this.found.scopes.entry(row.key.scope()).or_default() += 1;
                        let sub = this.core.keys.sub();
                        let entry = sub.accumulator_entry(info.record, info.revision, &commitment);
                        this.found.enter(info.state.is_live(), &entry);
                        secrets.push((info, row.body));
                    }
                    None if is_found && this.keys.is_erased(&row) => {
                        *this.found.scopes.entry(row.key.scope()).or_default() += 1;
                        this.has_erased = true;
                    }
                    None => this.find(Finding::Record),
                }
            }
            this.values(&secrets)?;
            (this.looked_at)(count)
        })
    }

    /// The info of a secret, with its commitment.
    fn open(&self, row: &Row) -> Option<(Info, [u8; 32])> {
        let sealed = SealedInfo::parse(&row.info).ok()?;
        let key = self.keys.get(sealed.key_id())?;
        let info = self.core.open_info(row, &sealed, key).ok()?;
        Some((info, *sealed.commitment()))
    }

    /// Goes through each scope like a listing: it must find as many secrets as the tenant has
    /// there. It cannot find others in their place, because all rows of the tenant were opened, and
    /// no row comes twice.
    fn scopes(&mut self) -> Result<()> {
        for (scope, count) in std::mem::take(&mut self.found.scopes) {
            let mut listed = 0;
            let mut walk = Walk::of_scope(Kind::Secret, scope, false);
            let is_whole = loop {
                match walk.step_in(self.tx)? {
                    Step::Found(rows) => listed += rows.len() as u64,
                    Step::Disorder => break false,
                    Step::End => break listed == count,
                }
                // A store may give more, without end.
                if listed > count {
                    break false;
                }
            };
            if !is_whole {
                self.find(Finding::Hidden);
            }
        }
        Ok(())
    }

    /// Looks for values that no record names. Every value that a record names was looked for, so no
    /// record names those beyond the ones that were found. The records say how many rows are worth
    /// reading: a store may give more, without end.
    fn strays(&mut self) -> Result<()> {
        let (mut rows, mut erased) = (0, 0);
        // Where nothing was ever erased, their bytes are of no interest.
        let bodies = self.keys.were_erased();
        self.pages_while(Kind::Version, bodies, |this, page| {
            let is_erased = |row: &&Row| this.keys.is_erased(row);
            let of_page = page.iter().filter(is_erased).count();
            erased += of_page;
            rows += (page.len() - of_page) as u64;
            // Nothing says how many rows an erasure left behind: some of them are enough.
            Ok(rows <= this.found.older && erased < PAGE.rows.get() as usize)
        })?;
        self.has_erased |= erased > 0;
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
        self.pages_while(kind, bodies, |this, rows| each(this, rows).map(|()| true))
    }

    /// Goes through the tenant's rows of a kind as long as `each` gives true, up to the place at
    /// which the store gives them out of order.
    fn pages_while(
        &mut self,
        kind: Kind,
        bodies: bool,
        mut each: impl FnMut(&mut Self, Vec<Row>) -> Result<bool>,
    ) -> Result<()> {
        let mut walk = Walk::of_all(kind, bodies);
        loop {
            let rows = match walk.step_in(self.tx)? {
                Step::Found(rows) => rows,
                Step::Disorder => {
                    self.find(Finding::Hidden);
                    return Ok(());
                }
                Step::End => return Ok(()),
            };
            if !each(self, rows)? {
                return Ok(());
            }
        }
    }

    pub(super) fn find(&mut self, finding: Finding) {
        self.report.find(finding);
    }
}
