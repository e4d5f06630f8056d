//! Which organizations and scopes there are.

use std::collections::{BTreeSet, HashSet};

use super::scan::Scan;
use super::{Core, Vault};
use crate::crypto::InfoState as State;
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Row, Tag};

impl Vault {
    /// The organizations that ever stored a secret, sorted.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when a record of one is damaged, or why the store
    /// cannot be read.
    pub fn organizations(&self) -> Result<Vec<Scope>> {
        let mut organizations = BTreeSet::new();
        self.core.rows(Kind::Head, Tag::Any, |row| {
            organizations.insert(Scope::organization(self.core.open_head(&row)?.tenant)?);
            Ok(())
        })?;
        Ok(organizations.into_iter().collect())
    }

    /// The scopes of an organization that hold secrets, revoked ones included, sorted. Reads the
    /// organization's records, and opens one or more of each scope.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(RootKey::generate()?)?;
    /// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.scope("acme/sales")?.put("CRM_TOKEN", "crm-token-1")?;
    /// let scopes = vault.scopes("acme")?;
    /// assert_eq!(scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), ["acme/billing", "acme/sales"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when the text is no organization;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when a record is damaged, or why the store cannot be
    /// read.
    pub fn scopes<S>(&self, organization: S) -> Result<Vec<Scope>>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization: Scope = organization.try_into().map_err(Into::into)?;
        if organization.parent().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidScope,
                "an organization is a scope of one segment",
            ));
        }
        let (mut scopes, mut known) = (BTreeSet::new(), HashSet::new());
        let tag = Tag::Tenant(self.core.place(&organization).tenant_tag);
        self.core.rows(Kind::Secret, tag, |row| {
            let tag = row.key.scope();
            // A key that was changed hides a scope from this list, as deleting its rows would.
            // Verify finds both.
            if !known.contains(&tag) {
                let info = self.core.open_listed(row)?.info;
                if info.state != State::Deleted {
                    known.insert(tag);
                    scopes.insert(info.scope);
                }
            }
            Ok(())
        })?;
        Ok(scopes.into_iter().collect())
    }
}

impl Core {
    /// Goes through the rows of a kind, without their bodies.
    fn rows(&self, kind: Kind, tag: Tag, mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
        let mut scan = Scan::new(kind, tag, false);
        while let Some(rows) = scan.step_from(&*self.store)?.rows()? {
            rows.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}
