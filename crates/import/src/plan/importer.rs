//! Settings of an import.

use std::collections::BTreeMap;
use std::fmt;

use keyslot::{Error, NamePolicy, OnExisting, ScopedVault, SecretName, Vault};

use super::planner::Planner;
use super::this::Plan;
use crate::entries::Entries;

/// An import into a scope, with its settings.
///
/// ```
/// use keyslot::{OnExisting, RootKey, Vault};
/// use keyslot_import::{Entries, Importer};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "an old value")?;
/// let file = Entries::dotenv(b"STRIPE_KEY=sk_live_...\nCRM_TOKEN='a value'\n")?;
/// let plan = Importer::new(&project).on_existing(OnExisting::Version).plan(file)?;
/// assert_eq!(plan.apply()?.stored(), 2);
/// assert!(project.matches("STRIPE_KEY", "sk_live_...")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
#[derive(Clone)]
pub struct Importer<'v> {
    pub(super) scoped: &'v ScopedVault,
    pub(super) below: Option<&'v Vault>,
    pub(super) existing: OnExisting,
    pub(super) policy: NamePolicy,
    pub(super) renames: BTreeMap<String, SecretName>,
    pub(super) takes_proposals: bool,
    pub(super) leaves_invalid: bool,
    pub(super) max_value: usize,
}

impl<'v> Importer<'v> {
    /// Makes an import into the scope of a handle. Entries of other scopes are refused, and so are
    /// names that exist with another value.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "is there")?;
    /// let plan = Importer::new(&project).plan(Entries::dotenv(b"STRIPE_KEY=other")?)?;
    /// assert_eq!(plan.apply().unwrap_err().kind(), ErrorKind::Conflict);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(scoped: &'v ScopedVault) -> Self {
        Self {
            scoped,
            below: None,
            existing: OnExisting::Fail,
            policy: NamePolicy::any(),
            renames: BTreeMap::new(),
            takes_proposals: false,
            leaves_invalid: false,
            max_value: 64 << 10,
        }
    }

    /// Allows entries of scopes below that of the handle, in its vault. They are stored with the
    /// permissions and the actor of the handle.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let acme = vault.scope("acme")?;
    /// let file = Entries::json(br#"{"billing": {"STRIPE_KEY": "sk_live_..."}}"#)?;
    /// Importer::new(&acme).below(&vault).plan(file)?.apply()?;
    /// assert!(vault.scope("acme/billing")?.matches("STRIPE_KEY", "sk_live_...")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn below(mut self, vault: &'v Vault) -> Self {
        self.below = Some(vault);
        self
    }

    /// Sets the rule for names that exist with another value. One with the same value stays as it
    /// is by every rule, and a revoked one is never brought back.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Step};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "is there")?;
    /// let file = Entries::dotenv(b"STRIPE_KEY=other")?;
    /// let plan = Importer::new(&project).on_existing(OnExisting::Skip).plan(file)?;
    /// assert_eq!(plan.entries()[0].step, Step::Leave);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn on_existing(mut self, rule: OnExisting) -> Self {
        self.existing = rule;
        self
    }

    /// Sets the policy for names; the default takes all names of secrets. It should be that of the
    /// vault. A name that it refuses is invalid, and the plan proposes another.
    ///
    /// ```
    /// use keyslot::{NamePolicy, RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Verdict};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let file = Entries::dotenv(b"stripe-key=sk_live_...")?;
    /// let plan = Importer::new(&project).names(NamePolicy::upper_snake()).plan(file)?;
    /// let Verdict::Invalid { proposed, .. } = &plan.entries()[0].verdict else { panic!() };
    /// assert_eq!(proposed.as_ref().unwrap().as_str(), "STRIPE_KEY");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn names(mut self, policy: NamePolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Takes the proposed names for those that are not valid. Names that are valid stay.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let file = Entries::dotenv(b"stripe/key=sk_live_...")?;
    /// Importer::new(&project).take_proposals().plan(file)?.apply()?;
    /// let info = project.info("stripe.key")?;
    /// assert_eq!(info.metadata["imported_name"], "stripe/key");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take_proposals(mut self) -> Self {
        self.takes_proposals = true;
        self
    }

    /// Gives the entries with a name another one.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretName, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let file = Entries::dotenv(b"KEY=sk_live_...")?;
    /// let import = Importer::new(&project).rename("KEY", SecretName::new("STRIPE_KEY")?);
    /// import.plan(file)?.apply()?;
    /// assert!(project.matches("STRIPE_KEY", "sk_live_...")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rename(mut self, from: impl Into<String>, to: SecretName) -> Self {
        self.renames.insert(from.into(), to);
        self
    }

    /// Leaves invalid entries out, such as those with an empty value. Without this they stop the
    /// import.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let file = || Entries::dotenv(b"DEBUG=\nSTRIPE_KEY=sk_live_...");
    /// assert!(Importer::new(&project).plan(file()?)?.apply().is_err());
    /// assert_eq!(Importer::new(&project).leave_invalid().plan(file()?)?.apply()?.stored(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn leave_invalid(mut self) -> Self {
        self.leaves_invalid = true;
        self
    }

    /// Sets the longest value of the vault in bytes, for a vault that was opened with
    /// [`max_value`](keyslot::VaultBuilder::max_value). The default is that of a vault: 65,536.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer, Step};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let plan = Importer::new(&project).max_value(4).plan(Entries::dotenv(b"A=five5")?)?;
    /// assert_eq!(plan.entries()[0].step, Step::Refuse);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn max_value(mut self, bytes: usize) -> Self {
        self.max_value = bytes;
        self
    }

    /// Compares the entries with the secrets that are there, and stores nothing: one read for each
    /// entry, and one more for each name that exists; with more than 256 entries in a scope, the
    /// scope is listed instead of the first of these.
    ///
    /// Blocks the thread, as [`Vault`](keyslot::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_import::{Entries, Importer};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let plan = Importer::new(&project).plan(Entries::dotenv(b"STRIPE_KEY=sk_live_...")?)?;
    /// assert_eq!(plan.entries().len(), 1);
    /// assert!(project.names()?.is_empty(), "nothing is stored");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied`](keyslot::ErrorKind::Denied) without [`READ`](keyslot::Permissions::READ) and
    /// [`MANAGE`](keyslot::Permissions::MANAGE);
    /// [`InvalidScope`](keyslot::ErrorKind::InvalidScope) for an entry whose scope is not one, or
    /// of another scope without [`below`](Importer::below);
    /// [`InvalidInput`](keyslot::ErrorKind::InvalidInput) for a renamed name that the file does not
    /// have; or why the store cannot be read.
    pub fn plan(&self, entries: Entries) -> Result<Plan, Error> {
        Planner::new(self)?.plan(entries)
    }
}

/// Shows the scope and the rules.
impl fmt::Debug for Importer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Importer")
            .field("scope", self.scoped.scope())
            .field("existing", &self.existing)
            .field("takes_proposals", &self.takes_proposals)
            .field("leaves_invalid", &self.leaves_invalid)
            .finish_non_exhaustive()
    }
}
