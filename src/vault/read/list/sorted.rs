//! Pages of a scope, sorted by name.

use std::collections::BTreeMap;

use super::secrets::List;
use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::vault::scoped::ScopedVault;

/// The secrets of a scope in the order of their names, a page at a time: see [`List::sorted`].
///
/// Each page opens the record of *every* secret in the scope, because names are sealed and the
/// store cannot sort them. No value is opened. While a page is read, the memory holds the records
/// of that page and of one page of the store.
#[derive(Debug)]
#[must_use]
pub struct Sorted {
    list: List,
    after: Option<SecretName>,
    limit: usize,
}

impl Sorted {
    pub(super) fn new(list: List) -> Self {
        Self {
            list,
            after: None,
            limit: ScopedVault::MAX_NAMES,
        }
    }

    /// Begins behind this name, which is the last one of the page before. The name need not exist
    /// any more.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("A", "a value")?;
    /// project.put("C", "a value")?;
    /// let page = project.list().sorted().after(&"B".parse()?).page()?;
    /// assert_eq!(page[0].name.as_str(), "C");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn after(mut self, name: &SecretName) -> Self {
        self.after = Some(name.clone());
        self
    }

    /// Sets the most secrets of the page. Without it, and at most, there are
    /// [`MAX_NAMES`](ScopedVault::MAX_NAMES).
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// for name in ["A", "B", "C"] {
    ///     project.put(name, "a value")?;
    /// }
    /// assert_eq!(project.list().sorted().limit(2).page()?.len(), 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn limit(mut self, count: usize) -> Self {
        self.limit = count.min(ScopedVault::MAX_NAMES);
        self
    }

    /// Reads the page. It is the last one if it has fewer secrets than the limit.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// for name in ["STRIPE_KEY", "AWS_KEY", "CRM_TOKEN"] {
    ///     project.put(name, "a value")?;
    /// }
    /// let first = project.list().sorted().limit(2).page()?;
    /// let names: Vec<_> = first.iter().map(|info| info.name.as_str()).collect();
    /// assert_eq!(names, ["AWS_KEY", "CRM_TOKEN"]);
    ///
    /// let next = project.list().sorted().after(&first[1].name).limit(2).page()?;
    /// assert_eq!(next[0].name.as_str(), "STRIPE_KEY");
    /// assert_eq!(next.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when any record of the scope is damaged, because its
    /// place in the order is not known then; or why the store cannot be read.
    pub fn page(self) -> Result<Vec<SecretInfo>> {
        let Self { list, after, limit } = self;
        // The smallest names so far.
        let mut page: BTreeMap<SecretName, SecretInfo> = BTreeMap::new();
        for info in list {
            let info = info?;
            if after.as_ref().is_none_or(|after| info.name > *after) {
                page.insert(info.name.clone(), info);
                if page.len() > limit {
                    page.pop_last();
                }
            }
        }
        Ok(page.into_values().collect())
    }
}
