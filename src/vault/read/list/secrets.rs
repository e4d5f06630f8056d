//! The secrets of one scope.

use super::Inherited;
use super::filter::Filter;
use super::pages::Pages;
use super::sorted::Sorted;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::status::Status;
use crate::vault::scoped::ScopedVault;

/// The secrets of a scope, without their values: see [`ScopedVault::list`].
///
/// Reads a page at a time. What is written while it is read may or may not be seen, as in any
/// listing of pages. The filters open each record of the scope, because nothing in the store can be
/// searched.
///
/// Each page blocks the thread, as [`Vault`](crate::Vault#blocking) says.
#[derive(Debug)]
pub struct List {
    scoped: ScopedVault,
    filter: Filter,
    pages: Pages,
}

impl ScopedVault {
    /// The most names that [`names`](ScopedVault::names) sorts.
    pub const MAX_NAMES: usize = 10_000;

    /// The secrets of this very scope, revoked ones included, without their values; read a page at
    /// a time. The order is always the same but means nothing, because names are sealed.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// for info in project.list() {
    ///     assert_eq!(info?.name.as_str(), "STRIPE_KEY");
    /// }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn list(&self) -> List {
        List {
            scoped: self.clone(),
            filter: Filter::default(),
            pages: Pages::new(),
        }
    }

    /// The names in this very scope, sorted, revoked ones included.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("CRM_TOKEN", "a value")?;
    /// let names: Vec<String> = project.names()?.iter().map(ToString::to_string).collect();
    /// assert_eq!(names, ["CRM_TOKEN", "STRIPE_KEY"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when there are more than
    /// [`MAX_NAMES`](ScopedVault::MAX_NAMES), which [`list`](ScopedVault::list) can go through; or
    /// why the store cannot be read.
    pub fn names(&self) -> Result<Vec<SecretName>> {
        let (mut names, mut pages) = (Vec::new(), Pages::new());
        while let Some(item) = pages.next_item(self, self.own()) {
            if names.len() == Self::MAX_NAMES {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "the scope has more than 10000 names; page through them with list",
                ));
            }
            names.push(item?.name());
        }
        names.sort_unstable();
        Ok(names)
    }
}

impl List {
    /// The handle whose scope is listed.
    pub(in crate::vault) fn handle(&self) -> &ScopedVault {
        &self.scoped
    }

    /// Only secrets whose names hold this text, as it is written.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("CRM_TOKEN", "a value")?;
    /// assert_eq!(project.list().name_contains("KEY").count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn name_contains(mut self, part: impl Into<String>) -> Self {
        self.filter.part_of_name = part.into();
        self
    }

    /// Only secrets whose metadata has this value under this key; called again, both.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_...").metadata("owner", "payments"))?;
    /// project.put("CRM_TOKEN", SecretInput::new("a value").metadata("owner", "sales"))?;
    /// assert_eq!(project.list().with_metadata("owner", "sales").count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.filter.metadata.push((key.into(), value.into()));
        self
    }

    /// Begins behind the secret of this name, in the order of this list: the next page of a screen
    /// that showed secrets up to there. The secret need not exist any more. Costs as much as the
    /// first page; [`sorted`](Self::sorted) reads the whole scope for each.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// for name in ["A", "B", "C"] {
    ///     project.put(name, "a value")?;
    /// }
    /// let first = project.list().take(2).collect::<Result<Vec<_>, _>>()?;
    /// let second: Vec<_> = project.list().after(&first[1].name).collect();
    /// assert_eq!(second.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn after(self, name: &SecretName) -> Self {
        let row = self.scoped.core().secret_row(self.scoped.own(), name);
        let pages = Pages::after(Some(row.key));
        Self { pages, ..self }
    }

    /// Only secrets of this status.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretInput, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("NEW_KEY", SecretInput::new("a value").inactive())?;
    /// assert_eq!(project.list().with_status(Status::Inactive).count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_status(mut self, status: Status) -> Self {
        self.filter.status = Some(status);
        self
    }

    /// The secrets in the order of their names, for screens that show a page at a time. The filters
    /// hold. Begins anew, and each page reads the whole scope; see [`Sorted`].
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// for name in ["C", "A", "B"] {
    ///     project.put(name, "a value")?;
    /// }
    /// assert_eq!(project.list().sorted().page()?[0].name.as_str(), "A");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn sorted(self) -> Sorted {
        let pages = Pages::new();
        Sorted::new(Self { pages, ..self })
    }

    /// The secrets of the scope and of those above it, nearest first: those that a resolve sees.
    /// Begins anew.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("REGION_TOKEN", "of the organization")?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("REGION_TOKEN", "of the project")?;
    ///
    /// let all = project.list().inherited().collect::<Result<Vec<_>, _>>()?;
    /// let seen: Vec<_> = all
    ///     .iter()
    ///     .map(|one| (one.info.scope.as_str(), one.shadowed_by.is_some()))
    ///     .collect();
    /// assert_eq!(seen, [("acme/billing", false), ("acme", true)]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn inherited(self) -> Inherited {
        let Self { scoped, filter, .. } = self;
        Inherited::new(scoped, filter)
    }
}

impl Iterator for List {
    type Item = Result<SecretInfo>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self {
            scoped,
            filter,
            pages,
        } = self;
        std::iter::from_fn(|| pages.next(scoped, scoped.own()))
            .find(|info| info.as_ref().map_or(true, |info| filter.lets_in(info)))
    }
}
