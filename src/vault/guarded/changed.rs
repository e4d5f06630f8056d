//! The secrets that were written since an epoch.

use super::gather::{open_in, open_proven};
use super::page::is_page;
use super::refusal::{of_damage, restless};
use crate::crypto::{Head, Info};
use crate::error::Result;
use crate::store::{Kind, Partition, ReadTx, Row};
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::rows::get_one_in;
use crate::vault::tenant_view::{ProvenRow, too_many_rows};
use crate::vault::walk::Walk;

/// A question for what was written since an epoch.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Since<'q> {
    /// The tenant.
    pub(in crate::vault) tenant: Partition,
    /// The scopes of it that are asked for.
    pub(in crate::vault) scopes: &'q [HashedScope],
    /// The epoch.
    pub(in crate::vault) epoch: u64,
    /// The most secrets that an answer names.
    pub(in crate::vault) most: usize,
}

/// The secrets that were written since an epoch, all of one moment.
pub(in crate::vault) struct Changed<T> {
    /// The epoch of that moment; 0 for a tenant that never stored anything.
    pub(in crate::vault) epoch: u64,
    /// The secrets, in no order; `None` when any secret may have changed.
    pub(in crate::vault) secrets: Option<Vec<T>>,
}

/// All rows of each scope that is asked for; `None` where an answer rests on no rows.
type Pages = Option<Vec<Vec<ProvenRow>>>;

impl Core {
    /// Reads the secrets that were written since an epoch, tombstones included. `make` gets the
    /// epoch and the info of each.
    ///
    /// Without a guard it reads the rows of later epochs. A guard reads all rows of the scopes,
    /// because a row that somebody put back is of an earlier epoch.
    ///
    /// # Errors
    ///
    /// Those of the store; [`Corrupt`](crate::ErrorKind::Corrupt) for a row that does not open;
    /// [`Tampered`](crate::ErrorKind::Tampered) for an older head, and with a guard for other rows
    /// than the view has.
    pub(in crate::vault) fn changed_since<T>(
        &self,
        since: Since<'_>,
        make: impl Fn(u64, Info) -> T,
    ) -> Result<Changed<T>> {
        let tenant = since.tenant;
        let Some(views) = &self.views else {
            let (seen, mut done) = (self.seen.of(tenant), None);
            self.store.read(tenant, &mut |tx| {
                done = None;
                let row = get_one_in(tx, head_row(tenant))?;
                let head = self.admit_head(tenant, row.as_ref(), seen)?;
                done = Some(since.read(self, tx, head.as_ref(), &make)?);
                Ok(())
            })?;
            return done.ok_or_else(restless);
        };
        let read = &mut |tx: &mut dyn ReadTx| {
            let row = get_one_in(tx, head_row(tenant))?;
            let head = row.map(|row| self.open_head(tenant, &row)).transpose()?;
            since.read_all(self, tx, head.as_ref(), views.most(), &make)
        };
        self.read_compared(views, tenant, read, |(changed, pages), current| {
            let (Some(current), Some(pages)) = (current, pages) else {
                return Ok(Some(changed));
            };
            let is_same = current.compare(|view| {
                let mut scopes = since.scopes.iter().zip(&pages);
                scopes.all(|(scope, rows)| is_page(view, scope, None, None, rows))
            })?;
            Ok(is_same.then_some(changed))
        })
    }
}

impl Since<'_> {
    /// The answer, from the rows of later epochs.
    fn read<T>(
        &self,
        core: &Core,
        tx: &mut dyn ReadTx,
        head: Option<&Head>,
        make: &impl Fn(u64, Info) -> T,
    ) -> Result<Changed<T>> {
        let mut changed = match self.begin(core, tx, head)? {
            Begun::Answered(changed) => return Ok(changed),
            Begun::At(epoch) => Changed::none(epoch),
        };
        let mut walk = Walk::of_all_since(Kind::Secret, self.epoch, false);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                let tag = row.key.scope();
                if self.scopes.iter().any(|scope| scope.scope_tag == tag) {
                    let info = open_in(core, tx, &row)?;
                    changed.add(self, row.epoch, info, make);
                }
            }
            if changed.secrets.is_none() {
                break;
            }
        }
        Ok(changed)
    }

    /// The answer, from all rows of the scopes, and these rows. `bound` is the most rows.
    fn read_all<T>(
        &self,
        core: &Core,
        tx: &mut dyn ReadTx,
        head: Option<&Head>,
        bound: usize,
        make: &impl Fn(u64, Info) -> T,
    ) -> Result<(Changed<T>, Pages)> {
        let mut changed = match self.begin(core, tx, head)? {
            Begun::Answered(changed) => return Ok((changed, None)),
            Begun::At(epoch) => Changed::none(epoch),
        };
        let (mut pages, mut count) = (Vec::new(), 0_usize);
        for scope in self.scopes {
            let mut proven = Vec::new();
            let mut walk = Walk::of_scope(Kind::Secret, scope.scope_tag, false);
            while let Some(rows) = walk.step_in(tx)?.page()? {
                count = count.saturating_add(rows.len());
                if count > bound {
                    return Err(too_many_rows());
                }
                for row in rows {
                    let (row_proven, info) = open_proven(core, tx, &row).map_err(of_damage)?;
                    proven.push(row_proven);
                    changed.add(self, row.epoch, info, make);
                }
            }
            pages.push(proven);
        }
        Ok((changed, Some(pages)))
    }

    /// The answer that needs no rows of secrets; else the epoch.
    fn begin<T>(&self, core: &Core, tx: &mut dyn ReadTx, head: Option<&Head>) -> Result<Begun<T>> {
        let epoch = head.map_or(0, |head| head.epoch);
        if epoch == self.epoch {
            return Ok(Begun::Answered(Changed::none(epoch)));
        }
        // A later epoch than the last one is of a state that is no more.
        let is_all = match head {
            Some(head) if epoch > self.epoch => self.has_erasure(core, tx, head)?,
            _ => true,
        };
        Ok(if is_all {
            let secrets = None;
            Begun::Answered(Changed { epoch, secrets })
        } else {
            Begun::At(epoch)
        })
    }

    /// Returns true if everything of the tenant may have been erased since: the rows of its data
    /// keys were written then.
    fn has_erasure(&self, core: &Core, tx: &mut dyn ReadTx, head: &Head) -> Result<bool> {
        if head.erased_before == 0 {
            return Ok(false);
        }
        let is_of_before = |row: &Row| {
            let about = core.data_key_record(self.tenant, row);
            about.is_none_or(|(_, about)| about.generation <= head.erased_before)
        };
        let mut walk = Walk::of_all_since(Kind::DataKey, self.epoch, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            if rows.iter().any(is_of_before) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Beginning of an answer.
enum Begun<T> {
    /// The answer.
    Answered(Changed<T>),
    /// Secrets may have changed up to this epoch.
    At(u64),
}

impl<T> Changed<T> {
    fn none(epoch: u64) -> Self {
        let secrets = Some(Vec::new());
        Self { epoch, secrets }
    }

    /// Adds a secret, if it was written since. One too many, and any may have changed.
    fn add(&mut self, since: &Since<'_>, epoch: u64, info: Info, make: &impl Fn(u64, Info) -> T) {
        let Some(secrets) = self.secrets.as_mut().filter(|_| epoch > since.epoch) else {
            return;
        };
        if secrets.len() < since.most {
            secrets.push(make(epoch, info));
        } else {
            self.secrets = None;
        }
    }
}
