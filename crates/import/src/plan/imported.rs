//! Results of imports.

use keyslot::store::Purge;
use keyslot::{Scope, SecretName};

/// Progress of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportProgress {
    /// The entries that are stored.
    pub done: usize,
    /// The entries that are to be stored.
    pub total: usize,
}

/// Result of an import: what became of each entry.
#[derive(Clone, Debug)]
pub struct Imported {
    pub(super) entries: Vec<ImportedEntry>,
    pub(super) purge: Option<Purge>,
}

/// An entry after an import.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportedEntry {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The scope of its secret.
    pub scope: Scope,
    /// The name of its secret; `None` if the file has no valid one.
    pub name: Option<SecretName>,
    /// Its outcome.
    pub outcome: Outcome,
}

/// Outcome of an import for one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is stored.
    Stored,
    /// The plan left it out.
    Left,
    /// It is not stored, because the import ended before.
    NotStored,
    /// It may be stored: the store was lost while it was written, and another look did not find it.
    /// Another import of the same file settles it.
    Unknown,
}

impl Outcome {
    /// Returns the word for the outcome: `stored`, `left`, `not_stored` or `unknown`.
    ///
    /// ```
    /// assert_eq!(keyslot_import::Outcome::NotStored.as_str(), "not_stored");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Left => "left",
            Self::NotStored => "not_stored",
            Self::Unknown => "unknown",
        }
    }
}

impl Imported {
    /// Returns the entries in the order of the file.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Outcome};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let done = Importer::new(&project).plan(Entries::dotenv(b"A=1")?)?.apply()?;
    /// assert_eq!(done.entries()[0].outcome, Outcome::Stored);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entries(&self) -> &[ImportedEntry] {
        &self.entries
    }

    /// Returns the number of entries that are stored.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let done = Importer::new(&project).plan(Entries::dotenv(b"A=1\nB=2")?)?.apply()?;
    /// assert_eq!(done.stored(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stored(&self) -> usize {
        self.count(Outcome::Stored)
    }

    /// Returns the number of entries with an outcome.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Outcome};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("A", "1")?;
    /// let done = Importer::new(&project).plan(Entries::dotenv(b"A=1\nB=2")?)?.apply()?;
    /// assert_eq!(done.count(Outcome::Left), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count(&self, outcome: Outcome) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.outcome == outcome)
            .count()
    }

    /// Returns true if every entry that was to be stored is stored.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// assert!(Importer::new(&project).plan(Entries::dotenv(b"A=1")?)?.apply()?.is_whole());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_whole(&self) -> bool {
        self.count(Outcome::NotStored) == 0 && self.count(Outcome::Unknown) == 0
    }

    /// Returns the outcome of erasing the values that were replaced; `None` if none was.
    ///
    /// ```
    /// use keyslot::store::Purge;
    /// use keyslot::{OnExisting, RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("A", "1")?;
    /// let import = Importer::new(&project).on_existing(OnExisting::Replace);
    /// let done = import.plan(Entries::dotenv(b"A=2")?)?.apply()?;
    /// assert_eq!(done.purge(), Some(Purge::Done));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn purge(&self) -> Option<Purge> {
        self.purge
    }
}
