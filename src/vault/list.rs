//! Going through the secrets of a scope.

use std::collections::HashMap;

use super::permissions::Permissions;
use super::scan::Scan;
use super::scoped::ScopedVault;
use super::sealed::{Place, Stored};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::store::{Kind, Tag};

/// The secrets of a scope, without their values: see [`ScopedVault::list`].
///
/// Reads a page at a time. What is written while it is read may or may not be seen, as in any
/// listing of pages. The filters open each record of the scope, because nothing in the store can be
/// searched.
#[derive(Debug)]
pub struct List {
    scoped: ScopedVault,
    filter: Filter,
    pages: Pages,
}

/// What a list leaves out.
#[derive(Clone, Debug, Default)]
struct Filter {
    part_of_name: String,
    metadata: Vec<(String, String)>,
}

impl Filter {
    fn lets_in(&self, info: &SecretInfo) -> bool {
        let has = |(key, value): &(String, String)| info.metadata.get(key) == Some(value);
        info.name.as_str().contains(&self.part_of_name) && self.metadata.iter().all(has)
    }
}

/// The secrets of one scope as they are read.
#[derive(Debug)]
struct Pages {
    page: std::vec::IntoIter<Result<SecretInfo>>,
    /// The scan of the scope; `None` before the first page.
    scan: Option<Scan>,
    /// True once the store could not be read on.
    failed: bool,
}

impl Pages {
    fn new() -> Self {
        Self {
            page: Vec::new().into_iter(),
            scan: None,
            failed: false,
        }
    }

    fn next(&mut self, scoped: &ScopedVault, place: &Place) -> Option<Result<SecretInfo>> {
        loop {
            if let Some(info) = self.page.next() {
                return Some(info);
            }
            if self.failed {
                return None;
            }
            let scan = self
                .scan
                .get_or_insert_with(|| Scan::new(Kind::Secret, Tag::Scope(place.scope_tag), false));
            match read(scoped, scan) {
                Ok(page) => self.page = page?.into_iter(),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// The secrets of the next page; `None` when there are no more pages.
fn read(scoped: &ScopedVault, scan: &mut Scan) -> Result<Option<Vec<Result<SecretInfo>>>> {
    let core = scoped.core();
    let Some(rows) = scan.step_from(&*core.store)?.rows()? else {
        return Ok(None);
    };
    // Without the permission nothing is there, at the same cost.
    let visible = if scoped.may(Permissions::READ) {
        rows
    } else {
        Vec::new()
    };
    let infos = visible
        .into_iter()
        .filter_map(|row| core.open_listed(row).map(Stored::describe).transpose());
    Ok(Some(infos.collect()))
}

impl List {
    pub(super) fn new(scoped: ScopedVault) -> Self {
        Self {
            scoped,
            filter: Filter::default(),
            pages: Pages::new(),
        }
    }

    /// Only secrets whose names hold this text, as it is written.
    #[must_use]
    pub fn name_contains(mut self, part: impl Into<String>) -> Self {
        self.filter.part_of_name = part.into();
        self
    }

    /// Only secrets whose metadata has this value under this key; called again, both.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.filter.metadata.push((key.into(), value.into()));
        self
    }

    /// The secrets of the scope and of those above it, nearest first: what a resolve sees. Begins
    /// anew.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(RootKey::generate()?)?;
    /// vault.scope("acme")?.put("REGION_TOKEN", "of the organization")?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("REGION_TOKEN", "of the project")?;
    ///
    /// let all = project.list().inherited().collect::<Result<Vec<_>, _>>()?;
    /// let seen: Vec<_> = all.iter().map(|one| (one.info.scope.as_str(), one.shadowed_by.is_some())).collect();
    /// assert_eq!(seen, [("acme/billing", false), ("acme", true)]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn inherited(self) -> Inherited {
        let Self { scoped, filter, .. } = self;
        Inherited {
            scoped,
            filter,
            depth: 0,
            pages: Pages::new(),
            nearest: HashMap::new(),
        }
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

/// The secrets of a scope and of those above it: see [`List::inherited`].
///
/// Holds the names that it came across.
#[derive(Debug)]
pub struct Inherited {
    scoped: ScopedVault,
    filter: Filter,
    /// Which scope of the chain is read.
    depth: usize,
    pages: Pages,
    /// Where each name was met first.
    nearest: HashMap<SecretName, usize>,
}

/// A secret in a list of inherited ones.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// What is known of it.
    pub info: SecretInfo,
    /// The nearer scope that has the name too, and so hides this one; `None` when this is the one
    /// that resolves.
    pub shadowed_by: Option<Scope>,
}

impl Inherited {
    fn place(&self, depth: usize) -> Option<&Place> {
        self.scoped.chain().get(depth)
    }

    fn mark(&mut self, info: SecretInfo) -> Listed {
        let nearest = *self.nearest.entry(info.name.clone()).or_insert(self.depth);
        let shadowed_by = if nearest == self.depth {
            None
        } else {
            self.place(nearest)
        };
        Listed {
            shadowed_by: shadowed_by.map(|place| place.scope.clone()),
            info,
        }
    }
}

impl Iterator for Inherited {
    type Item = Result<Listed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.scoped.chain().get(self.depth)?;
            match self.pages.next(&self.scoped, place) {
                Some(Ok(info)) => {
                    // Marked first: also what is left out hides.
                    let listed = self.mark(info);
                    if self.filter.lets_in(&listed.info) {
                        return Some(Ok(listed));
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                // What is above cannot be told from what is hidden by what was not read.
                None if self.pages.failed => return None,
                None => (self.depth, self.pages) = (self.depth + 1, Pages::new()),
            }
        }
    }
}
