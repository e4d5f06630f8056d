//! What a handle may do.

use std::fmt;
use std::ops::BitOr;

/// What a [`ScopedVault`](crate::ScopedVault) may do: a set, made of the constants with `|`.
///
/// ```
/// use keyslot::{Permissions, RootKey, Vault};
///
/// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
///
/// let runner = project.with(Permissions::USE);
/// assert!(runner.resolve("<<$secret.STRIPE_KEY>>").is_ok());
/// assert!(runner.reveal("STRIPE_KEY").is_err() && runner.names()?.is_empty());
///
/// let screen = project.with(Permissions::READ | Permissions::MANAGE);
/// assert_eq!(screen.names()?.len(), 1);
/// assert!(screen.resolve("<<$secret.STRIPE_KEY>>").is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u8);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Resolve secrets, for the targets that their rules allow.
    pub const USE: Self = Self(1);
    /// See that secrets exist, and all that is said about them: names, descriptions, hints, times, rules. Never a value.
    pub const READ: Self = Self(2);
    /// Store, change, copy, revoke and delete secrets. What is stored can be replaced without being seen.
    pub const MANAGE: Self = Self(4);
    /// Be told a value outside of any template.
    pub const REVEAL: Self = Self(8);
    /// Everything.
    pub const ALL: Self = Self(15);

    const NAMES: [(Self, &str); 4] =
        [(Self::USE, "USE"), (Self::READ, "READ"), (Self::MANAGE, "MANAGE"), (Self::REVEAL, "REVEAL")];

    /// Whether all of `other` is in it.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The names, as they are written in code.
impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.iter().filter(|(one, _)| self.contains(*one)).map(|(_, name)| *name);
        let names: Vec<_> = names.collect();
        if names.is_empty() { f.write_str("NONE") } else { f.write_str(&names.join(" | ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_what_is_in_them() {
        let both = Permissions::USE | Permissions::READ;
        assert!(both.contains(Permissions::USE) && both.contains(both) && both.contains(Permissions::NONE));
        assert!(!both.contains(Permissions::MANAGE) && !both.contains(Permissions::READ | Permissions::REVEAL));
        assert_eq!(both.and(Permissions::READ | Permissions::REVEAL), Permissions::READ);
        let all = Permissions::NAMES.iter().fold(Permissions::NONE, |all, (one, _)| all | *one);
        assert_eq!(all, Permissions::ALL);
    }

    #[test]
    fn are_shown_as_they_are_written() {
        assert_eq!(format!("{:?}", Permissions::READ | Permissions::USE), "USE | READ");
        assert_eq!(format!("{:?} {:?}", Permissions::NONE, Permissions::REVEAL), "NONE REVEAL");
    }
}
