//! An entry of a plan.

use keyslot::{Error, Revision, Scope, SecretName, Version};

/// An entry of a file, and what an import does with it.
///
/// ```
/// use keyslot::{RootKey, Vault};
/// use keyslot_import::{Entries, Importer, Step, Verdict};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// let plan = Importer::new(&project).plan(Entries::dotenv(b"STRIPE_KEY=sk_live_...")?)?;
/// let planned = &plan.entries()[0];
/// assert_eq!((planned.line, planned.step), (1, Step::Store));
/// assert!(matches!(planned.verdict, Verdict::New));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The scope of its secret.
    pub scope: Scope,
    /// The name of its secret; `None` if the file has no valid one.
    pub name: Option<SecretName>,
    /// True if the file has another name for it.
    pub is_renamed: bool,
    /// The secret that is there, compared with the entry.
    pub verdict: Verdict,
    /// The step that the import takes with it.
    pub step: Step,
}

/// Comparison of an entry with the secret of its name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// There is no secret of this name.
    New,
    /// There is one, with this very value.
    Same,
    /// There is one, with another value.
    Changes {
        /// Its newest version.
        version: Version,
        /// Its revision. The import changes no later one.
        revision: Revision,
    },
    /// The name is revoked. An import never brings it back.
    Revoked,
    /// The entry cannot be stored.
    Invalid {
        /// The reason, which repeats nothing of the file.
        error: Error,
        /// A name that would be valid, if it is the name that is not.
        proposed: Option<SecretName>,
    },
}

impl Verdict {
    /// Returns the word for the verdict: `new`, `same`, `changes`, `revoked` or `invalid`.
    ///
    /// ```
    /// assert_eq!(keyslot_import::Verdict::New.as_str(), "new");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Changes { .. } => "changes",
            Self::Revoked => "revoked",
            Self::Invalid { .. } => "invalid",
        }
    }
}

/// Step of an import for one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// It is stored.
    Store,
    /// It is left out, and what is there stays.
    Leave,
    /// It stops the import before anything is stored.
    Refuse,
}

impl Step {
    /// Returns the word for the step: `store`, `leave` or `refuse`.
    ///
    /// ```
    /// assert_eq!(keyslot_import::Step::Leave.as_str(), "leave");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Leave => "leave",
            Self::Refuse => "refuse",
        }
    }
}
