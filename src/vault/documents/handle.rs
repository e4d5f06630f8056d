//! The documents of a scope.

use std::fmt;

use super::id::check_id;
use super::info::DocumentInfo;
use super::uses::DocumentUses;
use super::who::Asking;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::store::Kind;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::walk::Walk;

/// The documents of a scope, from [`ScopedVault::documents`]: the configs, workflows and texts of
/// the host that need secrets of this scope or of those above it. The vault keeps their ids and the
/// references in them, sealed, and nothing else of them.
///
/// A host [sets](Documents::set) a document whenever it stores it, and
/// [removes](Documents::remove) it with it. Then the vault can say which documents need a secret,
/// which references find nothing, and which secrets nobody needs; and a
/// [deletion](ScopedVault::delete_with) can refuse what is needed.
///
/// ```
/// use keyslot::{RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// let documents = project.documents();
/// documents.set("workflow:42", "Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
/// let uses = documents.who_references("STRIPE_KEY")?;
/// assert_eq!(uses.documents[0].id, "workflow:42");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Documents {
    pub(in crate::vault) scoped: ScopedVault,
}

impl ScopedVault {
    /// Returns the documents of this scope. Setting them needs the permission
    /// [`MANAGE`](Permissions::MANAGE), and asking for them [`READ`](Permissions::READ).
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// assert!(project.documents().list(None, 100)?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn documents(&self) -> Documents {
        Documents {
            scoped: self.clone(),
        }
    }
}

impl Documents {
    /// The most documents of an organization.
    pub const MAX: u64 = 100_000;

    /// Returns a document of this scope.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let documents = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?.documents();
    /// documents.set("greeting", "<<$secret.STRIPE_KEY>> <<$secret.STRIPE_KEY>>")?;
    /// let info = documents.get("greeting")?;
    /// assert_eq!(info.references[0].count, 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), also without the permission
    /// [`READ`](Permissions::READ); [`InvalidInput`](ErrorKind::InvalidInput) for an id that breaks
    /// a rule; or why the store cannot be read.
    pub fn get(&self, id: impl AsRef<str>) -> Result<DocumentInfo> {
        let id = check_id(id.as_ref())?;
        let (core, tenant) = (self.scoped.core(), self.scoped.partition());
        let row = core.get_one(tenant, core.document_row(self.scoped.own(), id))?;
        let row = row.filter(|_| self.scoped.may(Permissions::READ));
        let row = row.ok_or_else(|| self.not_here())?;
        let document = core.open_document(tenant, &row)?;
        Ok(DocumentInfo::of(document.record))
    }

    /// Returns documents of this scope: `limit` at most, and those behind the one with the id
    /// `after`. The order is stable and is not that of the ids. There are none without the
    /// permission [`READ`](Permissions::READ).
    ///
    /// A document whose row somebody deleted is not listed. The questions that read all of them
    /// notice it, such as [`who_references`](Documents::who_references), and so does
    /// [`verify`](crate::Vault::verify).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let documents = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?.documents();
    /// documents.set("a", "<<$secret.STRIPE_KEY>>")?;
    /// documents.set("b", "no reference")?;
    /// let first = documents.list(None, 1)?;
    /// let second = documents.list(Some(&first[0].id), 100)?;
    /// assert_eq!((first.len(), second.len()), (1, 1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an id that breaks a rule;
    /// [`Corrupt`](ErrorKind::Corrupt) for a row that cannot be read; or why the store cannot be
    /// read.
    pub fn list(&self, after: Option<&str>, limit: u16) -> Result<Vec<DocumentInfo>> {
        let (core, own) = (self.scoped.core(), self.scoped.own());
        let after = after.map(check_id).transpose()?;
        let after = after.map(|id| core.document_row(own, id).key);
        let mut walk = Walk::of_scope_after(Kind::Document, own.scope_tag, after, true);
        let (mut found, limit) = (Vec::new(), usize::from(limit));
        while found.len() < limit && self.scoped.may(Permissions::READ) {
            let step = walk.step_from(&*core.store, own.partition)?;
            let Some(rows) = step.page()? else { break };
            for row in rows.iter().take(limit - found.len()) {
                let document = core.open_document(own.partition, row)?;
                found.push(DocumentInfo::of(document.record));
            }
        }
        Ok(found)
    }

    /// Returns the documents that get the secret of this scope under a name: those of this scope,
    /// and those of scopes within it unless a nearer scope has the name too. If this scope has no
    /// such secret, they are the documents that would get it. A revoked secret counts, and a
    /// deleted one does not.
    ///
    /// Everything is of one moment, and is held against the organization's head: documents that
    /// somebody hid are noticed. It costs as much as there are documents in the organization.
    /// Without the permission [`READ`](Permissions::READ) there are none.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let (acme, billing) = (vault.scope("acme")?, vault.scope("acme/billing")?);
    /// acme.put("STRIPE_KEY", "of the organization")?;
    /// billing.documents().set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
    /// assert_eq!(acme.documents().who_references("STRIPE_KEY")?.total, 1);
    /// billing.put("STRIPE_KEY", "of the project")?;
    /// assert_eq!(acme.documents().who_references("STRIPE_KEY")?.total, 0);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) for other documents than the head accounts for;
    /// [`Corrupt`](ErrorKind::Corrupt) for a row that cannot be read;
    /// [`InvalidName`](ErrorKind::InvalidName); or why the store cannot be read.
    pub fn who_references(&self, name: impl AsRef<str>) -> Result<DocumentUses> {
        let name = SecretName::new(name)?;
        if !self.scoped.may(Permissions::READ) {
            return Ok(DocumentUses::default());
        }
        let (core, tenant) = (self.scoped.core(), self.scoped.partition());
        core.read_documents(
            tenant,
            |_| Ok(Asking::new(self.scoped.scope(), [&name])),
            |asking, tx, document| asking.take(core, tx, &document),
            |asking, _| Ok(asking.served().remove(&name).unwrap_or_default()),
        )
    }

    /// The error for an id that this scope has no document of.
    pub(in crate::vault) fn not_here(&self) -> Error {
        let message = format!("there is no such document in {}", self.scoped.scope());
        Error::new(ErrorKind::NotFound, message)
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents")
            .field("scope", self.scoped.scope())
            .finish_non_exhaustive()
    }
}
