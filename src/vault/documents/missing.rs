//! References that find nothing, looked for.

use super::handle::Documents;
use super::missing_reference::{MissingReference, MissingReferences};
use super::presence::Presence;
use super::who::is_within;
use crate::crypto::DocumentRecord;
use crate::error::Result;
use crate::scope::Scope;
use crate::store::ReadTx;
use crate::vault::core::Core;
use crate::vault::permissions::Permissions;

impl Documents {
    /// Returns the references of documents of this scope, and of those within it, to names that no
    /// scope has which the document sees. A revoked secret is not missing, and one that is not
    /// active is not either: see the report of those.
    ///
    /// Everything is of one moment. It costs as much as there are documents in the organization.
    /// Without the permission [`READ`](Permissions::READ) nothing is missing.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let documents = project.documents();
    /// documents.set("workflow:42", "<<$secret.STRIPE_KEY>> <<$secret.CRM_TOKEN>>")?;
    /// let missing = documents.missing()?;
    /// assert_eq!(missing.total, 1);
    /// assert_eq!(missing.references[0].placed.reference.name().as_str(), "CRM_TOKEN");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`who_references`](Documents::who_references).
    pub fn missing(&self) -> Result<MissingReferences> {
        if !self.scoped.may(Permissions::READ) {
            return Ok(MissingReferences::default());
        }
        let (core, own) = (self.scoped.core(), self.scoped.scope());
        core.read_documents(
            self.scoped.partition(),
            |_| Ok(Search::default()),
            |search, tx, document| search.take(core, tx, document.record, own),
            |mut search, _| {
                search.missing.cut();
                Ok(search.missing)
            },
        )
    }
}

/// A search through the documents, one after the other.
#[derive(Default)]
struct Search {
    missing: MissingReferences,
    presence: Presence,
}

impl Search {
    /// Looks for the secrets of a document, if it is of a scope or within it.
    fn take(
        &mut self,
        core: &Core,
        tx: &mut dyn ReadTx,
        document: DocumentRecord,
        own: &Scope,
    ) -> Result<()> {
        if !is_within(&document.scope, own) {
            return Ok(());
        }
        for placed in document.references {
            let (chain, name) = (document.scope.chain(), placed.reference.name());
            if self.presence.nearest(core, tx, chain, name)?.is_none() {
                self.missing.add(MissingReference {
                    scope: document.scope.clone(),
                    id: document.id.clone(),
                    placed,
                });
            }
        }
        Ok(())
    }
}
