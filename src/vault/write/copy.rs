//! Copying secrets from one scope into another.

use super::ledger::{Ledger, LedgerEntry, NamedRow, ScopePages};
use crate::crypto::Info;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::store::RowKey;
use crate::vault::observer::Action;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::{self, Stored};

impl ScopedVault {
    /// Copies a secret of this very scope into another scope of the same organization: its newest
    /// value, as version 1 of a secret of its own, with description, metadata, rules, times and
    /// status. The value is sealed anew. A revoked one is copied as revoked, and goes on hiding
    /// secrets above.
    ///
    /// It needs [`COPY`](Permissions::COPY) on this handle and [`MANAGE`](Permissions::MANAGE) on
    /// the other one. The caller does not see the value, but hands it over: everybody who may use
    /// or reveal secrets in the other scope gets it, and who may manage them there can lift the
    /// access rules that came along.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let (billing, sales) = (vault.scope("acme/billing")?, vault.scope("acme/sales")?);
    /// billing.put("CRM_TOKEN", "crm-token-1")?;
    /// billing.clone_to("CRM_TOKEN", &sales)?;
    /// assert!(sales.matches("CRM_TOKEN", "crm-token-1")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Conflict`](ErrorKind::Conflict) when the other scope
    /// has the name, revoked or not: nothing is replaced; [`InvalidInput`](ErrorKind::InvalidInput)
    /// when the other handle is one on this scope, on another organization or on another vault;
    /// [`Denied`](ErrorKind::Denied) without [`COPY`](Permissions::COPY) here or
    /// [`MANAGE`](Permissions::MANAGE) there, before the store is asked; or why the store cannot be
    /// written.
    pub fn clone_to(&self, name: impl AsRef<str>, target: &Self) -> Result<SecretInfo> {
        let begun = self.begin();
        let name = SecretName::new(name)?;
        self.check_copy(target)
            .inspect_err(|error| target.tell_outcome(begun, Action::CloneTo, &name, Err(error)))?;
        let [from, to] =
            [self, target].map(|scoped| NamedRow::new(self.core(), scoped.own(), &name));
        let first = [from.key, to.key];
        let (core, call) = (self.core(), target.call(Action::CloneTo));
        let copied = core.write(self.own(), call, &first, |ledger| {
            let from = ledger.read(from)?;
            self.copy(target, self.existing(&from)?, to, ledger)
        });
        target.tell_outcome(begun, Action::CloneTo, &name, copied.as_ref());
        stored::describe(copied?).ok_or_else(|| self.not_here(&name))
    }

    /// Copies all secrets of this very scope, as [`clone_to`](ScopedVault::clone_to) does with one:
    /// all of them or, when one cannot be copied, none. Gives how many there were.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let (from, to) = (vault.scope("acme/template")?, vault.scope("acme/customer-7")?);
    /// from.put("STRIPE_KEY", "sk_live_...")?;
    /// from.put("CRM_TOKEN", "a value")?;
    /// assert_eq!(from.clone_all_to(&to)?, 2);
    /// assert_eq!(to.names()?, from.names()?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `clone_to`; [`TooLarge`](ErrorKind::TooLarge) when there are more than
    /// [`MAX_NAMES`](ScopedVault::MAX_NAMES).
    pub fn clone_all_to(&self, target: &Self) -> Result<usize> {
        let begun = self.begin();
        self.check_copy(target)?;
        let (core, call) = (self.core(), target.call(Action::CloneTo));
        let copied = core.write(self.own(), call, &[], |ledger| {
            let (mut copied, mut pages) = (Vec::new(), ScopePages::of(self.own()));
            while let Some(page) = ledger.next_page(&mut pages)? {
                if copied.len() + page.len() > Self::MAX_NAMES {
                    let message = format!("the scope has more than {} secrets", Self::MAX_NAMES);
                    return Err(Error::new(ErrorKind::TooLarge, message));
                }
                self.copy_page(target, &page, &mut copied, ledger)?;
            }
            Ok(copied)
        })?;
        for info in &copied {
            target.tell_outcome(begun, Action::CloneTo, &info.name, Ok(info));
        }
        Ok(copied.len())
    }

    fn check_copy(&self, target: &Self) -> Result<()> {
        self.must(Permissions::COPY)?;
        target.must(Permissions::MANAGE)?;
        let message = if !self.shares_vault_with(target) {
            "secrets are copied within one vault; the other handle is on another vault"
        } else if self.scope().tenant() != target.scope().tenant() {
            "secrets are copied within one organization; the other handle is on another \
             organization"
        } else if self.scope() == target.scope() {
            "the other handle is on the same scope; copy to a handle on another scope"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::InvalidInput, message))
    }

    /// Copies a page of this scope, with one read of all its names in the other one.
    fn copy_page(
        &self,
        target: &Self,
        page: &[Stored],
        copied: &mut Vec<Info>,
        ledger: &mut Ledger<'_>,
    ) -> Result<()> {
        let names = page.iter().map(|stored| &stored.info.name);
        let rows: Vec<NamedRow<'_>> = names
            .map(|name| NamedRow::new(self.core(), target.own(), name))
            .collect();
        let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
        ledger.read_ahead(&keys)?;
        for (stored, to) in page.iter().zip(rows) {
            copied.push(self.copy(target, stored, to, ledger)?);
        }
        Ok(())
    }

    /// Copies a secret of this scope, and gives the record of the copy.
    fn copy(
        &self,
        target: &Self,
        stored: &Stored,
        to: NamedRow<'_>,
        ledger: &mut Ledger<'_>,
    ) -> Result<Info> {
        let (name, to) = (to.name, ledger.read(to)?);
        if to.current().is_some() {
            let message = format!(
                "there is a secret {name} in {} already; nothing was copied",
                target.scope()
            );
            return Err(Error::new(ErrorKind::Conflict, message).with_name(name));
        }
        self.core().names.check(name)?;
        let next = self.copied(target, stored, &to, ledger)?;
        ledger.write(&to, &next)?;
        Ok(next.info)
    }

    fn copied(
        &self,
        target: &Self,
        stored: &Stored,
        to: &LedgerEntry<'_>,
        ledger: &mut Ledger<'_>,
    ) -> Result<Stored> {
        let mut info = ledger.new_info(to)?;
        info.about = stored.info.about.clone();
        info.state = stored.info.state;
        // A secret without a value was revoked.
        let Some(kept) = stored.info.newest() else {
            return Ok(Stored {
                info,
                body: Vec::new(),
            });
        };
        let value = ledger.value(self.own(), stored, kept)?;
        target.push(ledger, info, to, &value)
    }
}
