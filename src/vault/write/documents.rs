//! Setting, removing and renaming documents.

use std::collections::BTreeMap;

use super::ledger::Ledger;
use crate::crypto::DocumentRecord;
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::store::RowKey;
use crate::template::Resolvable;
use crate::vault::call::Call;
use crate::vault::documents::{DocumentInfo, Documents, StoredDocument, check_id};
use crate::vault::permissions::Permissions;

impl Documents {
    /// The most documents that [`rebuild`](Documents::rebuild) takes.
    pub const MAX_REBUILT: usize = 10_000;

    /// Sets a document: notes the references that it needs now, in place of those before. The
    /// document is a text, a [`Template`](crate::Template), a JSON document or one of any other
    /// format, as for [`resolve_for`](crate::ScopedVault::resolve_for); it is read by the engine
    /// of the handle, and no secret is looked up.
    ///
    /// If it needs the same as before, nothing is written. Otherwise it is one write, as a change
    /// of a secret is, with the next epoch.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use serde_json::json;
    ///
    /// let documents = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?.documents();
    /// let workflow = json!({"headers": {"Authorization": "Bearer <<$secret.STRIPE_KEY>>"}});
    /// let info = documents.set("workflow:42", &workflow)?;
    /// assert_eq!(info.references[0].reference.name().as_str(), "STRIPE_KEY");
    /// assert_eq!(info.references[0].pointers, ["/headers/Authorization"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied) without the permission [`MANAGE`](Permissions::MANAGE);
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an id that is no printable text of 1 to 256
    /// bytes; [`TooLarge`](ErrorKind::TooLarge) for more than 4,096 distinct references, or more
    /// than [`MAX`](Documents::MAX) documents; those of
    /// [compiling](crate::template::Engine::compile) the document; or why the store cannot be
    /// written.
    pub fn set<I: Resolvable>(&self, id: impl AsRef<str>, document: I) -> Result<DocumentInfo> {
        let id = check_id(id.as_ref())?;
        self.must_manage()?;
        let read = self.read(id, document)?;
        let key = self.row(id);
        let record = self.write(&[key], |ledger| {
            let was = ledger.document(key)?;
            put(ledger, key, was.as_ref(), &read)
        })?;
        Ok(DocumentInfo::of(record))
    }

    /// Removes a document.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let documents = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?.documents();
    /// documents.set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
    /// documents.remove("workflow:42")?;
    /// assert_eq!(documents.remove("workflow:42").unwrap_err().kind(), ErrorKind::NotFound);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Denied`](ErrorKind::Denied) without the permission
    /// [`MANAGE`](Permissions::MANAGE); [`InvalidInput`](ErrorKind::InvalidInput) for an id that
    /// breaks a rule; or why the store cannot be written.
    pub fn remove(&self, id: impl AsRef<str>) -> Result<()> {
        let id = check_id(id.as_ref())?;
        self.must_manage()?;
        let key = self.row(id);
        self.write(&[key], |ledger| {
            let was = ledger.document(key)?.ok_or_else(|| self.not_here())?;
            ledger.delete_document(was.key, &was.entry)
        })
    }

    /// Gives a document another id, in one write. What it needs stays as it was.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let documents = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?.documents();
    /// documents.set("draft", "<<$secret.STRIPE_KEY>>")?;
    /// documents.rename("draft", "workflow:42")?;
    /// assert_eq!(documents.get("draft").unwrap_err().kind(), ErrorKind::NotFound);
    /// assert_eq!(documents.get("workflow:42")?.references.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Conflict`](ErrorKind::Conflict) when there is a
    /// document of the other id; and those of [`remove`](Documents::remove).
    pub fn rename(&self, from: impl AsRef<str>, to: impl AsRef<str>) -> Result<DocumentInfo> {
        let (from, to) = (check_id(from.as_ref())?, check_id(to.as_ref())?);
        self.must_manage()?;
        let keys = [self.row(from), self.row(to)];
        let record = self.write(&keys, |ledger| {
            let [was, taken] = [ledger.document(keys[0])?, ledger.document(keys[1])?];
            let was = was.ok_or_else(|| self.not_here())?;
            if taken.is_some() {
                let message = format!(
                    "there is a document of the new id in {} already; remove it first",
                    self.scoped.scope()
                );
                return Err(Error::new(ErrorKind::Conflict, message));
            }
            ledger.delete_document(was.key, &was.entry)?;
            let next = DocumentRecord {
                id: to.to_owned(),
                ..was.record
            };
            put(ledger, keys[1], None, &next)
        })?;
        Ok(DocumentInfo::of(record))
    }

    /// Sets all documents of this scope anew, in one write: those that are given are set, and all
    /// others of the scope are removed. Returns the number of documents that were written or
    /// removed. All of it happens, or nothing.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let documents = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?.documents();
    /// documents.set("old", "<<$secret.STRIPE_KEY>>")?;
    /// let now = [("a", "<<$secret.STRIPE_KEY>>"), ("b", "no reference")];
    /// assert_eq!(documents.rebuild(now)?, 3);
    /// assert_eq!(documents.rebuild(now)?, 0, "it is so already");
    /// assert_eq!(documents.list(None, 100)?.len(), 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`set`](Documents::set); [`InvalidInput`](ErrorKind::InvalidInput) for an id that
    /// is given twice; [`TooLarge`](ErrorKind::TooLarge) for more than
    /// [`MAX_REBUILT`](Documents::MAX_REBUILT) documents, or more than 1,000,000 references in all.
    pub fn rebuild<N: AsRef<str>, I: Resolvable>(
        &self,
        documents: impl IntoIterator<Item = (N, I)>,
    ) -> Result<usize> {
        self.must_manage()?;
        let next = self.read_all(documents)?;
        self.write(&[], |ledger| {
            let is_same = |was: &StoredDocument| {
                let read = next.get(&was.key);
                read.map(|read| needs_the_same(&was.record, read))
            };
            let (mut was, mut changed) = (BTreeMap::new(), 0);
            // Those that go make room.
            for (key, entry, is_same) in ledger.documents_here(is_same)? {
                if let Some(is_same) = is_same {
                    was.insert(key, (entry, is_same));
                } else {
                    changed += 1;
                    ledger.delete_document(key, &entry)?;
                }
            }
            for (key, read) in &next {
                let old = was.get(key);
                if old.is_none_or(|(_, is_same)| !is_same) {
                    changed += 1;
                    write(ledger, *key, old.map(|(entry, _)| entry), read)?;
                }
            }
            Ok(changed)
        })
    }

    /// Reads documents, each once.
    fn read_all<N: AsRef<str>, I: Resolvable>(
        &self,
        documents: impl IntoIterator<Item = (N, I)>,
    ) -> Result<BTreeMap<RowKey, DocumentRecord>> {
        let (mut all, mut references) = (BTreeMap::new(), 0);
        for (id, document) in documents {
            let id = check_id(id.as_ref())?;
            let read = self.read(id, document)?;
            references += read.references.len();
            if all.len() == Self::MAX_REBUILT || references > 1_000_000 {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "a rebuild takes 10000 documents with 1000000 references at most; set the \
                     documents one by one",
                ));
            }
            if all.insert(self.row(id), read).is_some() {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    "a document is given twice; give each id once",
                ));
            }
        }
        Ok(all)
    }

    /// The record of a document as it is given. The time is that of the write.
    fn read<I: Resolvable>(&self, id: &str, document: I) -> Result<DocumentRecord> {
        let references = self.scoped.engine().placed(document)?;
        if references.len() > DocumentRecord::MAX_REFERENCES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a document has 4096 distinct references at most; set its parts as documents of \
                 their own",
            ));
        }
        Ok(DocumentRecord {
            scope: self.scoped.scope().clone(),
            id: id.to_owned(),
            set_at: self.scoped.core().clock.now()?.reading,
            set_by: self.scoped.actor().cloned(),
            references,
        })
    }

    fn row(&self, id: &str) -> RowKey {
        self.scoped.core().document_row(self.scoped.own(), id)
    }

    fn must_manage(&self) -> Result<()> {
        if self.scoped.may(Permissions::MANAGE) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Denied,
            "this handle may not change documents; it needs the permission MANAGE",
        ))
    }

    fn write<T>(
        &self,
        first: &[RowKey],
        work: impl FnMut(&mut Ledger<'_>) -> Result<T>,
    ) -> Result<T> {
        // Documents are no secrets: the log says nothing of them.
        let call = Call::operator(AuditAction::Update).by(self.scoped.actor(), None);
        self.scoped
            .core()
            .write(self.scoped.own(), call, first, work)
    }
}

/// Writes a document, unless it needs what it needed before.
fn put(
    ledger: &mut Ledger<'_>,
    key: RowKey,
    was: Option<&StoredDocument>,
    next: &DocumentRecord,
) -> Result<DocumentRecord> {
    if let Some(was) = was.filter(|was| needs_the_same(&was.record, next)) {
        return Ok(was.record.clone());
    }
    write(ledger, key, was.map(|was| &was.entry), next)
}

/// Writes a document in place of one with this entry.
fn write(
    ledger: &mut Ledger<'_>,
    key: RowKey,
    was: Option<&[u8; 32]>,
    next: &DocumentRecord,
) -> Result<DocumentRecord> {
    let next = DocumentRecord {
        set_at: ledger.now,
        set_by: ledger.actor.cloned(),
        ..next.clone()
    };
    ledger.put_document(key, was, &next)?;
    Ok(next)
}

fn needs_the_same(one: &DocumentRecord, other: &DocumentRecord) -> bool {
    (&one.scope, &one.id, &one.references) == (&other.scope, &other.id, &other.references)
}
