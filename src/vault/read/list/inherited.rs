//! The secrets of a scope and of those above it.

use std::collections::HashMap;

use serde::Serialize;

use super::filter::Filter;
use super::pages::Pages;
use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::vault::scoped::ScopedVault;

/// The secrets of a scope and of those above it: see [`List::inherited`](super::List::inherited).
///
/// Holds the names that it came across. Each page blocks the thread, as
/// [`Vault`](crate::Vault#blocking) says.
#[derive(Debug)]
pub struct Inherited {
    scoped: ScopedVault,
    filter: Filter,
    /// Number of the scope of the chain that is read.
    depth: usize,
    pages: Pages,
    /// Number of the scope in which each name was met first.
    nearest: HashMap<SecretName, usize>,
}

/// A secret in a list of inherited ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Listed {
    /// All that is known of it besides its value.
    pub info: SecretInfo,
    /// The nearer scope that has the name too, and so hides this one; `None` when this is the one
    /// that resolves.
    pub shadowed_by: Option<Scope>,
}

impl Inherited {
    pub(super) fn new(scoped: ScopedVault, filter: Filter) -> Self {
        Self {
            scoped,
            filter,
            depth: 0,
            pages: Pages::new(),
            nearest: HashMap::new(),
        }
    }

    fn mark(&mut self, info: SecretInfo) -> Listed {
        let nearest = *self.nearest.entry(info.name.clone()).or_insert(self.depth);
        let shadowed_by = if nearest == self.depth {
            None
        } else {
            self.scoped.chain().get(nearest)
        };
        Listed {
            shadowed_by: shadowed_by.map(|scope| scope.scope.clone()),
            info,
        }
    }
}

impl Iterator for Inherited {
    type Item = Result<Listed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let scope = self.scoped.chain().get(self.depth)?;
            match self.pages.next(&self.scoped, scope) {
                Some(Ok(info)) => {
                    // Marked first: a secret that the filter leaves out hides others, too.
                    let listed = self.mark(info);
                    if self.filter.lets_in(&listed.info) {
                        return Some(Ok(listed));
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                // Secrets above may be hidden by those that were not read.
                None if self.pages.failed => return None,
                None => (self.depth, self.pages) = (self.depth + 1, Pages::new()),
            }
        }
    }
}
