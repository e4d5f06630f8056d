//! The rows of documents, opened.

use crate::crypto::{DocumentRecord, RowAccount};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Kind, Partition, ReadTx, Row, RowKey, WriteTx};
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::rows::{corrupt, get_one_in, place_of, sealed_row};
use crate::vault::walk::Walk;

/// A document as it is stored.
pub(in crate::vault) struct StoredDocument {
    pub(in crate::vault) record: DocumentRecord,
    pub(in crate::vault) key: RowKey,
    /// Bytes that it adds to the account of its tenant.
    pub(in crate::vault) entry: [u8; 32],
}

impl Core {
    /// Key of the row of a document.
    pub(in crate::vault) fn document_row(&self, scope: &HashedScope, id: &str) -> RowKey {
        RowKey {
            kind: Kind::Document,
            key: self
                .keys
                .sub()
                .document_row(&scope.scope_tag, &scope.scope, id),
        }
    }

    /// Opens the row of a document.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) when this vault did not write it into this row.
    pub(in crate::vault) fn open_document(
        &self,
        tenant: Partition,
        row: &Row,
    ) -> Result<StoredDocument> {
        let place = place_of(tenant, row);
        let (record, entry) = DocumentRecord::open(self.keys.sub(), &place, &row.info)?;
        if !row.body.is_empty() {
            return Err(corrupt("the row of a document has a value"));
        }
        Ok(StoredDocument {
            record,
            key: row.key,
            entry,
        })
    }

    /// Seals a document for its row, and gives the entry that it has in the account.
    pub(in crate::vault) fn seal_document(
        &self,
        tenant: Partition,
        key: RowKey,
        epoch: u64,
        record: &DocumentRecord,
    ) -> Result<(Row, [u8; 32])> {
        let sub = self.keys.sub();
        let (row, place) = sealed_row(tenant, key, epoch, |place| record.seal(sub, place))?;
        let entry = sub.document_entry(&place, &row.info)?;
        Ok((row, entry))
    }

    /// Shows all documents of a tenant, in the order of their keys, and holds them against its
    /// account.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) for other rows than the account has;
    /// [`Corrupt`](ErrorKind::Corrupt) for one that this vault did not write there; those of
    /// `each`; or why the store cannot be read.
    pub(in crate::vault) fn each_document<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        tenant: Partition,
        account: &RowAccount,
        mut each: impl FnMut(&mut T, StoredDocument) -> Result<()>,
    ) -> Result<()> {
        let mut found = RowAccount::default();
        let mut walk = Walk::of_vault(Kind::Document);
        // Nothing is read where there are none: a deletion asks each time.
        while *account != RowAccount::default() {
            let Some(rows) = walk.step_in(tx)?.page()? else {
                break;
            };
            for row in rows {
                let document = self.open_document(tenant, &row)?;
                found.enter(&document.entry)?;
                if found.count > account.count {
                    return Err(other_documents());
                }
                each(tx, document)?;
            }
        }
        if found == *account {
            return Ok(());
        }
        Err(other_documents())
    }

    /// The account of the documents that can be read, and their newest epoch. Others are deleted:
    /// what is not known to be whole would fail each question, and the host can set it again.
    pub(in crate::vault) fn recover_documents(
        &self,
        tx: &mut dyn WriteTx,
        tenant: Partition,
    ) -> Result<(RowAccount, u64)> {
        let (mut account, mut newest) = (RowAccount::default(), 0);
        let mut unreadable = Vec::new();
        let mut walk = Walk::of_vault(Kind::Document);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                match self.open_document(tenant, &row) {
                    Ok(document) => {
                        account.enter(&document.entry)?;
                        newest = newest.max(row.epoch);
                    }
                    Err(_) => unreadable.push(row.key),
                }
            }
        }
        unreadable.iter().try_for_each(|key| tx.delete(key))?;
        Ok((account, newest))
    }

    /// Shows all documents of a tenant as they are at one moment, and runs `last` at the same
    /// moment. All of it may run again, from `begin` on.
    ///
    /// # Errors
    ///
    /// Those of [`each_document`](Core::each_document), of `begin` and of `last`.
    pub(in crate::vault) fn read_documents<A, T>(
        &self,
        tenant: Partition,
        begin: impl Fn(&mut dyn ReadTx) -> Result<A>,
        each: impl Fn(&mut A, &mut dyn ReadTx, StoredDocument) -> Result<()>,
        last: impl Fn(A, &mut dyn ReadTx) -> Result<T>,
    ) -> Result<T> {
        let (seen, mut done) = (self.seen.of(tenant), None);
        self.store.read(tenant, &mut |tx| {
            done = None;
            let row = get_one_in(tx, head_row(tenant))?;
            let head = self.admit_head(tenant, row.as_ref(), seen)?;
            let account = head.map(|head| head.documents).unwrap_or_default();
            let mut all = begin(tx)?;
            self.each_document(tx, tenant, &account, |tx, document| {
                each(&mut all, tx, document)
            })?;
            done = Some(last(all, tx)?);
            Ok(())
        })?;
        done.ok_or_else(|| {
            Error::new(
                ErrorKind::Store,
                "the store did not run a read that it says it ran",
            )
        })
    }
}

fn other_documents() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "the documents of an organization are not those that its head accounts for: somebody \
         deleted, added or put back some; verify tells more",
    )
}
