//! A plan.

use std::fmt;
use std::ops::ControlFlow;

use keyslot::secrecy::SecretString;
use keyslot::{OnExisting, ScopedVault};

use super::apply::apply;
use super::error::ImportError;
use super::imported::{ImportProgress, Imported};
use super::planned::{Planned, Step};

/// A plan of an import: what would happen to each entry. Nothing is stored before
/// [`apply`](Plan::apply). Its values are wiped when it is dropped.
#[must_use]
pub struct Plan {
    pub(super) planned: Vec<Planned>,
    /// The values and further facts, in the order of `planned`.
    pub(super) inputs: Vec<Input>,
    /// The scopes, with the numbers of their entries, in order.
    pub(super) parts: Vec<(ScopedVault, Vec<usize>)>,
    pub(super) existing: OnExisting,
}

/// The value of an entry, and the facts to store with it.
pub(super) struct Input {
    pub(super) value: SecretString,
    pub(super) description: Option<String>,
    /// The name in the file, if it is another one.
    pub(super) old_name: Option<String>,
}

impl Plan {
    /// Returns the entries in the order of the file.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let plan = Importer::new(&project).plan(Entries::dotenv(b"B=1\nA=2")?)?;
    /// assert_eq!(plan.entries()[0].name.as_ref().unwrap().as_str(), "B");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn entries(&self) -> &[Planned] {
        &self.planned
    }

    /// Returns the number of entries with a step.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Step};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let plan = Importer::new(&project).plan(Entries::dotenv(b"B=1\nA=")?)?;
    /// assert_eq!((plan.count(Step::Store), plan.count(Step::Refuse)), (1, 1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn count(&self, step: Step) -> usize {
        self.planned
            .iter()
            .filter(|entry| entry.step == step)
            .count()
    }

    /// Stores the entries, in writes as [`put_all`](ScopedVault::put_all) makes them, each of which
    /// happens whole or not at all. A secret that changed since the plan was made is not
    /// overwritten: the write fails as [`Conflict`](keyslot::ErrorKind::Conflict). A second import
    /// of the same file changes nothing.
    ///
    /// Blocks the thread, as [`Vault`](keyslot::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let file = || Entries::dotenv(b"STRIPE_KEY=sk_live_...");
    /// assert_eq!(Importer::new(&project).plan(file()?)?.apply()?.stored(), 1);
    /// assert_eq!(Importer::new(&project).plan(file()?)?.apply()?.stored(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of the first entry that is [refused](Step::Refuse), before anything is stored; later
    /// those of `put_all`. The error tells what became of each entry.
    pub fn apply(self) -> Result<Imported, ImportError> {
        self.apply_with(|_| ControlFlow::Continue(()))
    }

    /// Stores the entries as [`apply`](Plan::apply) does, and tells the progress after each write.
    /// The callback may end the import there: what is stored stays, and the result tells which
    /// entries that are.
    ///
    /// Blocks the thread, as [`Vault`](keyslot::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let list: String = (0..600).map(|number| format!("KEY_{number}=value\n")).collect();
    /// let plan = Importer::new(&project).plan(Entries::dotenv(list.as_bytes())?)?;
    /// let done = plan.apply_with(|progress| {
    ///     assert_eq!((progress.done, progress.total), (256, 600));
    ///     ControlFlow::Break(())
    /// })?;
    /// assert_eq!((done.stored(), done.is_whole()), (256, false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `apply`.
    pub fn apply_with(
        self,
        progress: impl FnMut(ImportProgress) -> ControlFlow<()>,
    ) -> Result<Imported, ImportError> {
        apply(self, progress)
    }
}

/// Shows the entries without their values.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("entries", &self.planned)
            .field("existing", &self.existing)
            .finish_non_exhaustive()
    }
}
