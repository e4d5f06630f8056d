//! Names that are proposed for unknown ones.

use std::collections::BTreeSet;

use crate::crypto::InfoState as State;
use crate::error::{ErrorKind, Result};
use crate::name::{KnownNames, Nearest, SecretName};
use crate::reference::Reference;
use crate::vault::guarded::InfoWalk;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// The most records that are looked at for one call, in the scope and those above it together.
const LOOKED_AT: usize = 10_000;

impl ScopedVault {
    /// Adds to each verdict that knows no such secret the nearest name that there is. Without
    /// [`Permissions::READ`] it adds nothing, and asks the store nothing.
    pub(super) fn propose<'v, T: 'v>(
        &self,
        verdicts: impl Iterator<Item = (&'v Reference, &'v mut Result<T>)>,
    ) {
        if !self.may(Permissions::READ) {
            return;
        }
        // Errors about a version or a damaged record are of other kinds, or have no unknown name.
        let unknown = |verdict: &Result<T>| {
            let error = verdict.as_ref().err();
            error.is_some_and(|error| error.kind() == ErrorKind::NotFound)
        };
        let mut unknown = verdicts.filter(|(_, verdict)| unknown(verdict)).peekable();
        if unknown.peek().is_none() {
            return;
        }
        let (names, is_complete) = self.known_names(LOOKED_AT);
        let mut known = KnownNames::new(&names);
        for (reference, verdict) in unknown {
            let Nearest::Name(near) = known.nearest(reference.name()) else {
                continue;
            };
            // The name is there, and something else is missing.
            if near == reference.name() {
                continue;
            }
            if let Err(error) = verdict {
                let rest = if is_complete {
                    ""
                } else {
                    " (not all names were compared)"
                };
                let words = format!("did you mean {near}?{rest}");
                *error = error.clone().with_aside(words);
            }
        }
    }

    /// The names of the scope and those above it that are not revoked, sorted, from `most` records
    /// at most; and true if these are all. What cannot be read has no name: a proposal is no reason
    /// to fail.
    fn known_names(&self, most: usize) -> (Vec<SecretName>, bool) {
        let mut names = BTreeSet::new();
        let mut left = most;
        for scope in self.chain() {
            let mut walk = InfoWalk::of(scope);
            while let Ok(Some(infos)) = self.core().next_infos(scope, &mut walk) {
                let looked_at = infos.len();
                let resolvable = infos
                    .into_iter()
                    .take(left)
                    .filter_map(Result::ok)
                    .filter(|info| !matches!(info.state, State::Deleted | State::Revoked));
                names.extend(resolvable.map(|info| info.name));
                left = left.saturating_sub(looked_at);
                if left == 0 {
                    // Perhaps there is more: nobody looks.
                    return (names.into_iter().collect(), false);
                }
            }
        }
        (names.into_iter().collect(), true)
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::RootKey;
    use crate::vault::Vault;

    #[test]
    fn no_more_records_are_looked_at_than_allowed() {
        let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
        let top = vault.scope("acme").unwrap();
        let project = vault.scope("acme/billing").unwrap();
        for number in 0..4 {
            top.put(format!("TOP_{number}"), "v").unwrap();
            project.put(format!("OWN_{number}"), "v").unwrap();
        }
        top.delete("TOP_3").unwrap();
        let known = |most| {
            let (names, is_complete) = project.known_names(most);
            let own = names.iter().filter(|name| name.as_str().starts_with("OWN"));
            (own.count(), names.len(), is_complete)
        };
        assert_eq!(known(3), (3, 3, false));
        assert_eq!(
            known(4),
            (4, 4, false),
            "the scopes above were not looked at"
        );
        let (own, all, is_complete) = known(6);
        assert!(own == 4 && (5..=6).contains(&all) && !is_complete);
        assert_eq!(known(9), (4, 7, true), "a deleted one has no name");
    }
}
