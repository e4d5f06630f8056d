//! The documents that a ledger reads and writes.

use std::collections::HashMap;

use super::transaction::Ledger;
use crate::crypto::{DocumentRecord, RowAccount};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::store::{Kind, Row, RowKey};
use crate::vault::documents::{Asking, DocumentUses, Documents, StoredDocument};
use crate::vault::walk::Walk;

impl Ledger<'_> {
    /// Reads a document.
    pub(in crate::vault::write) fn document(
        &mut self,
        key: RowKey,
    ) -> Result<Option<StoredDocument>> {
        let row = self.get_one(key)?;
        let open = |row: Row| self.core.open_document(self.scope.partition, &row);
        row.map(open).transpose()
    }

    /// Writes a document, in place of one with this entry.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) for one more than an organization may have.
    pub(in crate::vault::write) fn put_document(
        &mut self,
        key: RowKey,
        was: Option<&[u8; 32]>,
        next: &DocumentRecord,
    ) -> Result<()> {
        let (core, tenant) = (self.core, self.scope.partition);
        let head = &mut self.begun()?.head;
        if let Some(was) = was {
            head.documents.withdraw(was)?;
        }
        let (row, entry) = core.seal_document(tenant, key, head.epoch, next)?;
        head.documents.enter(&entry)?;
        if head.documents.count > Documents::MAX {
            let message = format!(
                "an organization has {} documents at most; remove some",
                Documents::MAX
            );
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        self.tx.put(&row)
    }

    /// Deletes a document with this entry.
    pub(in crate::vault::write) fn delete_document(
        &mut self,
        key: RowKey,
        was: &[u8; 32],
    ) -> Result<()> {
        self.begun()?.head.documents.withdraw(was)?;
        self.tx.delete(&key)
    }

    /// The entries of the documents of the scope, as the rows are before the write, each with what
    /// `keep` keeps of it: there may be many.
    pub(in crate::vault::write) fn documents_here<T>(
        &mut self,
        keep: impl Fn(&StoredDocument) -> T,
    ) -> Result<Vec<(RowKey, [u8; 32], T)>> {
        let mut walk = Walk::of_scope(Kind::Document, self.scope.scope_tag, true);
        let mut found = Vec::new();
        while let Some(rows) = walk.step_in(self.tx)?.page()? {
            for row in rows {
                let document = self.core.open_document(self.scope.partition, &row)?;
                found.push((document.key, document.entry, keep(&document)));
            }
        }
        Ok(found)
    }

    /// The documents that get secrets of the scope, as the rows are before the write. Nothing is
    /// read while the organization has no document.
    pub(in crate::vault::write) fn who_references<'n>(
        &mut self,
        mut asking: Asking<'n>,
    ) -> Result<HashMap<&'n SecretName, DocumentUses>> {
        let account = match &self.account {
            Some(account) => account.head.documents,
            None => RowAccount::default(),
        };
        let (core, tenant) = (self.core, self.scope.partition);
        core.each_document(self.tx, tenant, &account, |tx, document| {
            asking.take(core, tx, &document)
        })?;
        Ok(asking.served())
    }
}
