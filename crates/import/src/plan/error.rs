//! The error of an import.

use std::fmt;

use keyslot::{Error, ErrorKind};

use super::imported::Imported;

/// Error of an import, of which some entries may be stored.
///
/// ```
/// use keyslot::{ErrorKind, RootKey, Vault};
/// use keyslot_import::{Entries, Importer};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// let plan = Importer::new(&project).plan(Entries::dotenv(b"A=1\nB=")?)?;
/// let error = plan.apply().unwrap_err();
/// assert_eq!((error.kind(), error.entry()), (ErrorKind::InvalidValue, Some(1)));
/// assert_eq!(error.imported().stored(), 0);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImportError {
    pub(super) error: Error,
    pub(super) entry: Option<usize>,
    // Errors are small, so that results are.
    pub(super) imported: Box<Imported>,
}

impl ImportError {
    /// Returns the kind of the error.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let error = Importer::new(&project).plan(Entries::dotenv(b"A=")?)?.apply().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidValue);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// Returns the error without what became of the entries.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let error = Importer::new(&project).plan(Entries::dotenv(b"A=")?)?.apply().unwrap_err();
    /// assert_eq!(error.error().to_string(), "a secret value may not be empty (line 1)");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Returns the number of the entry that the error is about, from 0; `None` if it is about no
    /// single one.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let error = Importer::new(&project).plan(Entries::dotenv(b"A=")?)?.apply().unwrap_err();
    /// assert_eq!(error.entry(), Some(0));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn entry(&self) -> Option<usize> {
        self.entry
    }

    /// Returns what became of each entry.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Outcome};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let error = Importer::new(&project).plan(Entries::dotenv(b"A=")?)?.apply().unwrap_err();
    /// assert_eq!(error.imported().entries()[0].outcome, Outcome::NotStored);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn imported(&self) -> &Imported {
        &self.imported
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stored, total) = (self.imported.stored(), self.imported.entries().len());
        write!(
            f,
            "{} ({stored} of {total} entries were stored)",
            self.error
        )
    }
}

/// The cause is that of the error without the entries, which is shown already.
impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}

/// The error without what became of the entries.
impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        error.error
    }
}
