//! The organizations and scopes of a vault.

use std::collections::{BTreeSet, HashSet};

use crate::crypto::InfoState as State;
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Row, Tag};
use crate::vault::core::Core;
use crate::vault::scan::Scan;

impl Core {
    /// The organizations that ever stored a secret, sorted.
    pub(in crate::vault) fn organizations(&self) -> Result<Vec<Scope>> {
        let mut organizations = BTreeSet::new();
        self.rows(Kind::Head, Tag::Any, |row| {
            organizations.insert(Scope::organization(self.open_head(&row)?.tenant)?);
            Ok(())
        })?;
        Ok(organizations.into_iter().collect())
    }

    /// The scopes of an organization that hold secrets, sorted.
    pub(in crate::vault) fn scopes(&self, organization: &Scope) -> Result<Vec<Scope>> {
        if organization.parent().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidScope,
                "an organization is a scope of one segment, such as acme",
            ));
        }
        let (mut scopes, mut known) = (BTreeSet::new(), HashSet::new());
        let tag = Tag::Tenant(self.hashed(organization).tenant_tag);
        self.rows(Kind::Secret, tag, |row| {
            let tag = row.key.scope();
            // A key that was changed hides a scope from this list, as deleting its rows would.
            // Verify finds both.
            if !known.contains(&tag) {
                let info = self.open_listed(&row)?;
                if info.state != State::Deleted {
                    known.insert(tag);
                    scopes.insert(info.scope);
                }
            }
            Ok(())
        })?;
        Ok(scopes.into_iter().collect())
    }

    /// Goes through the rows of a kind, without their bodies.
    fn rows(&self, kind: Kind, tag: Tag, mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
        let mut scan = Scan::new(kind, tag, false);
        while let Some(rows) = scan.step_from(&*self.store)?.rows()? {
            rows.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}
