//! An open vault with the scope of a call: names and scopes that are not there, and similar ones.

use keyslot::{Error, ErrorKind, Scope, ScopedVault, Target, Vault};

use crate::failure::{Failure, Result};

/// The most scopes that a scope is compared with.
const SCOPES: usize = 1_000;

/// The most letters in which a scope differs from one that is proposed.
const LETTERS: usize = 2;

/// An open vault, and the scope of the call.
#[derive(Debug)]
pub(crate) struct Opened {
    vault: Vault,
    scope: ScopedVault,
}

impl Opened {
    /// Takes a vault and a scope of it.
    pub(crate) fn new(vault: Vault, scope: ScopedVault) -> Self {
        Self { vault, scope }
    }

    /// Returns the scope.
    pub(crate) fn scope(&self) -> &ScopedVault {
        &self.scope
    }

    /// Makes a call about one secret. An error about a name that is not there says which one is
    /// meant, if there is a similar one.
    pub(crate) fn call<T>(
        &self,
        call: impl FnOnce(&ScopedVault) -> keyslot::Result<T>,
    ) -> Result<T> {
        call(&self.scope).map_err(|error| self.explain(error))
    }

    /// Returns the words for a scope that is similar to ours, if ours has no secrets.
    pub(crate) fn similar_scope(&self) -> Option<String> {
        if self.scope.list().next().is_some() {
            return None;
        }
        let ours = self.scope.scope();
        let tenant = Scope::organization(ours.tenant()).ok()?;
        let scopes = match self.vault.scopes(tenant) {
            Ok(scopes) if !scopes.is_empty() => scopes,
            _ => self.vault.organizations().ok()?,
        };
        let near = nearest(ours.as_str(), scopes.iter().map(Scope::as_str))?;
        Some(format!("{ours} has no secrets; did you mean {near}?"))
    }

    fn explain(&self, error: Error) -> Failure {
        let name = match error.name() {
            Some(name) if error.kind() == ErrorKind::NotFound => name.to_owned(),
            _ => return error.into(),
        };
        let text = format!("<<$secret.{name}>>");
        let found = self.scope.check(&Target::unspecified(), text.as_str());
        match found {
            // This error has the most similar name, if there is one. The rest of it is about the
            // text, which nobody wrote.
            Err(other) if other.kind() == ErrorKind::NotFound => {
                let failure = Failure::from(error);
                match similar(&other.to_string()).or_else(|| self.similar_scope()) {
                    Some(words) => failure.next(words),
                    None => failure,
                }
            }
            // The store could not be asked again.
            Err(other) if !is_verdict(other.kind()) => error.into(),
            _ => Failure::from(error)
                .next("a scope above has a secret of this name: see `keyslot list --inherited`"),
        }
    }
}

/// Returns true if a check of a text says something about a secret that is there.
fn is_verdict(kind: ErrorKind) -> bool {
    use ErrorKind as Kind;
    let verdicts = [
        Kind::Denied,
        Kind::Inactive,
        Kind::Revoked,
        Kind::Expired,
        Kind::NotYetValid,
        Kind::NoSuchVersion,
    ];
    verdicts.contains(&kind)
}

/// The proposal of a message.
fn similar(message: &str) -> Option<String> {
    let at = message.find("did you mean ")?;
    let words = message.get(at..)?.split_inclusive('?').next()?;
    Some(words.to_owned())
}

/// The scope that differs least, in a few letters.
fn nearest<'s>(ours: &str, scopes: impl Iterator<Item = &'s str>) -> Option<&'s str> {
    let others = scopes.take(SCOPES).filter(|scope| *scope != ours);
    let near = others.filter_map(|scope| Some((differing(ours, scope)?, scope)));
    near.min().map(|(_, scope)| scope)
}

/// The number of letters that must be changed, added or removed; `None` if they are many.
fn differing(one: &str, other: &str) -> Option<usize> {
    if one.len().abs_diff(other.len()) > LETTERS {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.bytes().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        let mut next = vec![left];
        for (b, &above) in other.bytes().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().filter(|&letters| letters <= LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_differ_are_counted() {
        for (one, other, letters) in [
            ("acme/billing", "acme/billing", Some(0)),
            ("acme/biling", "acme/billing", Some(1)),
            ("acme/billnig", "acme/billing", Some(2)),
            ("acme/sales", "acme/billing", None),
            ("a", "abcd", None),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(differing(one, other), letters, "{one} {other}");
            assert_eq!(differing(other, one), letters, "{other} {one}");
        }
    }

    #[test]
    fn the_nearest_scope_is_another_one() {
        let scopes = ["acme/bills", "acme/billing", "acme/sales"];
        assert_eq!(
            nearest("acme/biling", scopes.into_iter()),
            Some("acme/billing")
        );
        assert_eq!(nearest("acme/sales", scopes.into_iter()), None);
    }
}
