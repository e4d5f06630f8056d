//! Findings of a verification.

use std::fmt;

use crate::name::SecretName;
use crate::scope::Scope;

/// Result of [`Vault::verify`](crate::Vault::verify).
#[derive(Clone, Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct Verification {
    /// The number of tenants.
    pub tenants: u64,
    /// The number of secrets that can be read, revoked ones not counted.
    pub secrets: u64,
    /// The number of tombstones, of revoked and of deleted secrets.
    pub tombstones: u64,
    /// Everything that is wrong, up to [`MAX_FINDINGS`](Verification::MAX_FINDINGS); empty when the
    /// vault is intact.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// The most findings that are listed: whoever damages a vault must not fill the memory of those
    /// who verify it.
    pub const MAX_FINDINGS: usize = 10_000;

    /// Returns true if nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }

    /// The three counts and the number of findings, to go back to.
    pub(super) fn mark(&self) -> [u64; 4] {
        [
            self.tenants,
            self.secrets,
            self.tombstones,
            self.findings.len() as u64,
        ]
    }

    /// Takes back all that was reported since a mark.
    pub(super) fn back_to(&mut self, [tenants, secrets, tombstones, findings]: [u64; 4]) {
        (self.tenants, self.secrets, self.tombstones) = (tenants, secrets, tombstones);
        self.findings
            .truncate(usize::try_from(findings).unwrap_or(usize::MAX));
    }

    pub(super) fn find(&mut self, finding: Finding) {
        if self.findings.len() < Self::MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// One thing that is wrong with a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The rows that the vault is opened with are gone or not what they were: the next opening will
    /// fail.
    Opening,
    /// The store's own structures are damaged: rows may be hidden from some ways of looking for
    /// them.
    Store,
    /// The directory of key slots cannot be read, so nothing can be said of them.
    SlotDirectory,
    /// A key slot is gone: its root key opens the vault no more.
    KeySlotMissing {
        /// The name of the slot; may be empty.
        name: String,
    },
    /// A key slot was changed: its root key may open the vault no more.
    KeySlotChanged {
        /// The name of the slot; may be empty.
        name: String,
    },
    /// There is a key slot that the vault did not make. With too many of them the vault does not
    /// open.
    KeySlotAdded,
    /// A tenant's head is older than one that this open vault has seen, or gone: rows were put back
    /// from an older copy. After a restored backup see
    /// [`Vault::accept_rollback`](crate::Vault::accept_rollback).
    RolledBack {
        /// The tenant, if a head of it is there.
        tenant: Option<String>,
    },
    /// Some rows are found by one way of looking for them and not by another.
    Hidden,
    /// A tenant's head cannot be read; nothing can be said of what is missing there.
    Head,
    /// A tenant's rows are not those that its head accounts for: rows were deleted, added, or put
    /// back from an older copy.
    Account {
        /// The tenant.
        tenant: String,
    },
    /// There are rows of a tenant that has no head.
    Headless,
    /// A data key cannot be read, so what is sealed with it cannot either.
    DataKey,
    /// The record of a secret cannot be read; which one it is is not known, because names are
    /// sealed.
    Record,
    /// A kept value of a secret is missing or cannot be read.
    Value {
        /// The scope of the secret.
        scope: Scope,
        /// The secret.
        name: SecretName,
    },
    /// There is a value that no record names.
    Stray,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("the vault cannot be opened again: its header or secret is damaged"),
            Self::Store => f.write_str("the store is damaged: some of its rows may be hidden; restore a backup"),
            Self::SlotDirectory => {
                f.write_str("the directory of key slots cannot be read, so lost slots are not told; restore a backup")
            }
            Self::KeySlotMissing { name } => {
                write!(f, "{} is missing: its root key does not open the vault any more; restore a backup", slot(name))
            }
            Self::KeySlotChanged { name } => {
                write!(f, "{} was changed: its root key may not open the vault any more; restore a backup", slot(name))
            }
            Self::KeySlotAdded => f.write_str(
                "there is a key slot that the vault did not make; with more than 64 the vault does not open",
            ),
            Self::RolledBack { tenant: Some(tenant) } => {
                write!(
                    f,
                    "the head of {tenant} is older than one seen before: rows were put back from an older copy; \
                     after a restored backup call accept_rollback"
                )
            }
            Self::RolledBack { tenant: None } => {
                f.write_str("the head of a tenant that was seen before is gone; restore a backup")
            }
            Self::Hidden => f.write_str(
                "some rows are found by one way of looking for them and not by another: an index is damaged; \
                 restore a backup",
            ),
            Self::Head => f.write_str("a tenant's head cannot be read"),
            Self::Account { tenant } => write!(f, "the secrets of {tenant} are not those its head accounts for"),
            Self::Headless => f.write_str("there are rows of a tenant without a head"),
            Self::DataKey => f.write_str("a data key cannot be read"),
            Self::Record => f.write_str("the record of a secret cannot be read"),
            Self::Value { scope, name } => {
                write!(f, "a value of secret {name} in {scope} is missing or cannot be read")
            }
            Self::Stray => f.write_str("there is a value that no record names"),
        }
    }
}

fn slot(name: &str) -> String {
    if name.is_empty() {
        "a key slot without a name".to_owned()
    } else {
        format!("key slot {name}")
    }
}
