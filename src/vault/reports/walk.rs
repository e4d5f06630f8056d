//! Reports, made.

use std::time::SystemTime;

use super::cursor::ReportCursor;
use super::page::{ReportPage, ReportRow};
use super::question::Report;
use super::referenced::Referenced;
use crate::error::Result;
use crate::record::SecretInfo;
use crate::store::{Kind, ReadTx};
use crate::vault::core::Core;
use crate::vault::documents::{Documents, Presence, is_within};
use crate::vault::guarded::open_in;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;
use crate::vault::walk::Walk;

/// The most records that are looked at for one page.
const MOST: usize = 10_000;

/// The most records that are looked at before their uses are read.
const MOST_USED: usize = 256;

/// Some rows, and the number of records that were looked at for them.
struct Looked {
    page: ReportPage,
    records: usize,
}

impl ScopedVault {
    /// Returns a page of a report on the secrets of this scope and those within it: `limit` at
    /// most, from a place on or from the first one. The same question must be asked for each page.
    ///
    /// A page looks at 10,000 records of the organization at most, so it may have few secrets and
    /// say where to go on. Where documents count, all of them are read for each page. Each record
    /// is authentic; one that somebody hid in the store is not in a report, and
    /// [`verify`](crate::Vault::verify) finds that. Without the permission
    /// [`READ`](Permissions::READ) a report is empty.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Report, RootKey, Status, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let billing = vault.scope("acme/billing")?;
    /// billing.put("STRIPE_KEY", "sk_live_...")?;
    /// billing.documents().set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
    /// billing.set_status("STRIPE_KEY", Status::Inactive)?;
    /// let page = vault.scope("acme")?.report(Report::InactiveReferenced, None, 100)?;
    /// assert_eq!(page.rows[0].info.scope.as_str(), "acme/billing");
    /// assert_eq!(page.rows[0].documents, Some(1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for a record, a document or uses that cannot be read;
    /// [`Tampered`](crate::ErrorKind::Tampered) for other documents than the organization's head
    /// accounts for; or why the store cannot be read.
    pub fn report(
        &self,
        report: Report,
        after: Option<ReportCursor>,
        limit: u16,
    ) -> Result<ReportPage> {
        let limit = usize::from(limit);
        if !self.may(Permissions::READ) || limit == 0 {
            return Ok(ReportPage::default());
        }
        let mut page = ReportPage {
            next: after,
            ..ReportPage::default()
        };
        let mut records = 0;
        loop {
            let looked = self.look(report, page.next, limit - page.rows.len())?;
            records += looked.records;
            page.next = looked.page.next;
            page.rows.extend(self.used(report, looked.page.rows)?);
            if page.next.is_none() || page.rows.len() >= limit || records >= MOST {
                return Ok(page);
            }
        }
    }

    /// Looks at some records, at one moment.
    fn look(&self, report: Report, after: Option<ReportCursor>, left: usize) -> Result<Looked> {
        let core = self.core();
        let now = core.clock.now()?.reading.time();
        if report.counts_documents() {
            return core.read_documents(
                self.partition(),
                |tx| self.expected(tx, report, after, now),
                |referenced, tx, document| referenced.take(core, tx, &document),
                |referenced, tx| self.look_in(tx, report, (after, left, now), &referenced),
            );
        }
        let mut done = None;
        core.store.read(self.partition(), &mut |tx| {
            let none = Referenced::default();
            done = Some(self.look_in(tx, report, (after, left, now), &none)?);
            Ok(())
        })?;
        Ok(done.unwrap_or(Looked {
            page: ReportPage::default(),
            records: 0,
        }))
    }

    /// The secrets that [`look_in`](Self::look_in) may count documents for.
    fn expected(
        &self,
        tx: &mut dyn ReadTx,
        report: Report,
        after: Option<ReportCursor>,
        now: SystemTime,
    ) -> Result<Referenced> {
        let (core, mut referenced, mut records) = (self.core(), Referenced::default(), 0);
        let mut walk = Walk::of_infos_after(Kind::Secret, after.map(|after| after.0));
        while let Some(found) = walk.step_in(tx)?.page()? {
            for row in found {
                if records >= MOST {
                    return Ok(referenced);
                }
                records += 1;
                let info = stored::describe(open_in(core, tx, &row)?);
                let may_have = |info: &SecretInfo| self.is_own(info) && report.may_have(info, now);
                if let Some(info) = info.filter(may_have) {
                    referenced.expect(&info);
                }
            }
        }
        Ok(referenced)
    }

    fn is_own(&self, info: &SecretInfo) -> bool {
        is_within(&info.scope, self.scope())
    }

    fn look_in(
        &self,
        tx: &mut dyn ReadTx,
        report: Report,
        (after, left, now): (Option<ReportCursor>, usize, SystemTime),
        referenced: &Referenced,
    ) -> Result<Looked> {
        let (core, mut presence) = (self.core(), Presence::default());
        let most = match report {
            Report::UnusedSince(_) => MOST_USED,
            _ => MOST,
        };
        let (mut rows, mut records, mut last) = (Vec::new(), 0, None);
        let mut walk = Walk::of_infos_after(Kind::Secret, after.map(|after| after.0));
        while let Some(found) = walk.step_in(tx)?.page()? {
            for row in found {
                if rows.len() >= left || records >= most {
                    let next = last.map(ReportCursor);
                    let page = ReportPage { rows, next };
                    return Ok(Looked { page, records });
                }
                (records, last) = (records + 1, Some(row.key.key));
                let info = stored::describe(open_in(core, tx, &row)?);
                let Some(info) = info.filter(|info| self.is_own(info)) else {
                    continue;
                };
                if !report.may_have(&info, now) {
                    continue;
                }
                let entry = fit(
                    core,
                    tx,
                    report,
                    ReportRow::new(info),
                    referenced,
                    &mut presence,
                )?;
                rows.extend(entry);
            }
        }
        let page = ReportPage { rows, next: None };
        Ok(Looked { page, records })
    }

    /// Leaves those out that were used, in a report that asks for uses.
    fn used(&self, report: Report, mut rows: Vec<ReportRow>) -> Result<Vec<ReportRow>> {
        let Report::UnusedSince(time) = report else {
            return Ok(rows);
        };
        let infos: Vec<_> = rows.iter().map(|row| row.info.clone()).collect();
        let usage = self.core().usage_of(self.scope(), &infos)?;
        for (row, usage) in rows.iter_mut().zip(usage) {
            row.usage = usage;
        }
        let is_unused = |row: &ReportRow| {
            let usage = row.usage.as_ref();
            usage.is_none_or(|usage| usage.last_used < time)
        };
        rows.retain(is_unused);
        Ok(rows)
    }
}

/// The row of a secret, with what else the report tells of it; `None` if it does not fit.
fn fit<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    report: Report,
    mut row: ReportRow,
    referenced: &Referenced,
    presence: &mut Presence,
) -> Result<Option<ReportRow>> {
    if report == Report::Shadowed {
        let above = row.info.scope.chain().skip(1);
        row.hides = presence.nearest(core, tx, above, &row.info.name)?;
        return Ok(Some(row).filter(|row| row.hides.is_some()));
    }
    if report.counts_documents() {
        let count = referenced.count(&row.info);
        row.documents = Some(count);
        let wants_some = report == Report::InactiveReferenced;
        return Ok(Some(row).filter(|_| (count > 0) == wants_some));
    }
    Ok(Some(row))
}

impl Documents {
    /// Returns a page of the secrets of this scope, and of those within it, that no document needs:
    /// the report [`Report::Unreferenced`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("OLD_KEY", "a value")?;
    /// project.documents().set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
    /// let unused = project.documents().unused(None, 100)?;
    /// assert_eq!(unused.rows.len(), 1);
    /// assert_eq!(unused.rows[0].info.name.as_str(), "OLD_KEY");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::report`].
    pub fn unused(&self, after: Option<ReportCursor>, limit: u16) -> Result<ReportPage> {
        self.scoped.report(Report::Unreferenced, after, limit)
    }
}
