//! Permissions of a handle.

use std::fmt;
use std::ops::BitOr;

/// The permissions of a [`ScopedVault`](crate::ScopedVault): a set, made of the constants with `|`.
///
/// As text, and in JSON, it is the names in small letters: `use | read`, or `none`.
///
/// ```
/// use keyslot::{Permissions, RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
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
    /// See that secrets exist, and all that is said about them: names, descriptions, hints, times,
    /// rules. Never a value.
    pub const READ: Self = Self(2);
    /// Store, change, revoke and delete secrets, their access rules included. What is stored can be
    /// replaced without being seen. A change gives back what is said about the secret, so whoever
    /// may manage a secret of a known name sees that, too.
    pub const MANAGE: Self = Self(4);
    /// Read values outside of any template. Includes [`REDACT`](Permissions::REDACT).
    pub const REVEAL: Self = Self(8 | Self::REDACT.0);
    /// Copy values into other scopes of the organization. This hands the values over: whoever may
    /// use or reveal secrets in the other scope gets them, and may change their access rules with
    /// [`MANAGE`](Permissions::MANAGE).
    pub const COPY: Self = Self(16);
    /// Make redactors of values that the handle cannot resolve at the moment: of inactive, expired
    /// and restricted secrets, and of older versions. Whoever feeds a redactor can test whether a
    /// guess is the value.
    pub const REDACT: Self = Self(32);
    /// Everything.
    pub const ALL: Self = Self(63);

    /// The most that a handle for one target may do: nothing that hands a value over without one.
    pub(in crate::vault) const OF_BOUND: Self =
        Self(Self::USE.0 | Self::READ.0 | Self::MANAGE.0 | Self::REDACT.0);

    /// In the order in which they are shown: what includes others stands before them.
    pub(super) const NAMES: [(Self, &str); 6] = [
        (Self::USE, "USE"),
        (Self::READ, "READ"),
        (Self::MANAGE, "MANAGE"),
        (Self::REVEAL, "REVEAL"),
        (Self::COPY, "COPY"),
        (Self::REDACT, "REDACT"),
    ];

    /// Returns true if all of `other` is in it.
    ///
    /// ```
    /// use keyslot::Permissions;
    ///
    /// assert!(Permissions::ALL.contains(Permissions::USE | Permissions::READ));
    /// assert!(!Permissions::USE.contains(Permissions::REVEAL));
    /// ```
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The permissions that are in both.
    ///
    /// ```
    /// use keyslot::Permissions;
    ///
    /// let role = Permissions::USE | Permissions::READ;
    /// let ticket = Permissions::READ | Permissions::COPY;
    /// assert_eq!(role.and(ticket), Permissions::READ);
    /// ```
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
        let mut rest = *self;
        let mut names = Vec::new();
        for (one, name) in Self::NAMES {
            if rest.contains(one) {
                names.push(name);
                rest = Self(rest.0 & !one.0);
            }
        }
        if names.is_empty() {
            f.write_str("NONE")
        } else {
            f.write_str(&names.join(" | "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_what_is_in_them() {
        let both = Permissions::USE | Permissions::READ;
        assert!(
            both.contains(Permissions::USE)
                && both.contains(both)
                && both.contains(Permissions::NONE)
        );
        assert!(
            !both.contains(Permissions::MANAGE)
                && !both.contains(Permissions::READ | Permissions::REVEAL)
        );
        assert_eq!(
            both.and(Permissions::READ | Permissions::REVEAL),
            Permissions::READ
        );
        let all = Permissions::NAMES
            .iter()
            .fold(Permissions::NONE, |all, (one, _)| all | *one);
        assert_eq!(all, Permissions::ALL);
    }

    #[test]
    fn are_shown_as_they_are_written() {
        assert_eq!(
            format!("{:?}", Permissions::READ | Permissions::USE),
            "USE | READ"
        );
        assert_eq!(
            format!("{:?} {:?}", Permissions::NONE, Permissions::REVEAL),
            "NONE REVEAL"
        );
        assert_eq!(
            format!("{:?}", Permissions::ALL),
            "USE | READ | MANAGE | REVEAL | COPY"
        );
        assert_eq!(
            format!("{:?}", Permissions::REDACT | Permissions::COPY),
            "COPY | REDACT"
        );
    }

    #[test]
    fn what_reads_values_may_hide_them_too() {
        assert!(Permissions::REVEAL.contains(Permissions::REDACT));
        assert!(!Permissions::REDACT.contains(Permissions::REVEAL));
        assert!(
            !Permissions::MANAGE.contains(Permissions::REDACT)
                && !Permissions::MANAGE.contains(Permissions::COPY)
        );
        assert_eq!(
            Permissions::REVEAL.and(Permissions::REDACT),
            Permissions::REDACT
        );
    }
}
