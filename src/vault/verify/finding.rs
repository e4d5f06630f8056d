//! One finding of a verification.

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::name::SecretName;
use crate::scope::Scope;

/// One thing that is wrong with a vault.
///
/// In JSON it has a `code`, the `message` that `Display` writes, and the fields of its kind:
/// `{"code": "account", "message": "...", "tenant": "acme"}`.
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
    /// There is a key slot that the vault did not make, or that of a removed key, which somebody
    /// put back and which opens the vault again. With too many of them the vault does not open.
    KeySlotAdded {
        /// The id of the slot, by which [`Vault::remove_key`](crate::Vault::remove_key) removes it.
        id: String,
    },
    /// The list of the keys that open the vault is older than one that this open vault or its
    /// anchor has seen: a removed key may open the vault again. After a restored backup see
    /// [`Vault::accept_rollback`](crate::Vault::accept_rollback).
    KeysRolledBack,
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
    /// The audit log of a tenant is not the one that its head accounts for: entries were changed,
    /// deleted, added, or put in another order.
    AuditLog {
        /// The tenant.
        tenant: String,
    },
    /// The audit log of the keys that open the vault is not the one that the list of them accounts
    /// for: entries were changed, deleted, added, or put in another order.
    KeyLog,
    /// The documents of a tenant are not those that its head accounts for: some were changed,
    /// deleted, added or put back. Until the head is [rebuilt](crate::Vault::rebuild_head), each
    /// question for documents fails.
    Documents {
        /// The tenant.
        tenant: String,
    },
    /// The counted uses of a tenant are not those that their head accounts for: some were changed,
    /// deleted, added or put back.
    Usage {
        /// The tenant.
        tenant: String,
    },
    /// There are rows of a tenant that has no head.
    Headless,
    /// A data key cannot be read, so what is sealed with it cannot either.
    DataKey,
    /// The row of a data key is older than the head: it was put back from an older copy.
    StaleDataKey {
        /// The tenant.
        tenant: String,
    },
    /// There are rows of a tenant that are sealed with a destroyed data key: an erasure did not
    /// end, or somebody put them back.
    Erased {
        /// The tenant.
        tenant: String,
    },
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
            Self::Opening => {
                f.write_str("the vault cannot be opened again: its header or secret is damaged")
            }
            Self::Store => f.write_str(
                "the store is damaged: some of its rows may be hidden; restore a backup",
            ),
            Self::SlotDirectory => f.write_str(
                "the directory of key slots cannot be read, so lost slots are not told; restore a \
                 backup",
            ),
            Self::KeySlotMissing { name } => {
                write!(
                    f,
                    "{} is missing: its root key does not open the vault any more; restore a \
                     backup",
                    slot(name)
                )
            }
            Self::KeySlotChanged { name } => {
                write!(
                    f,
                    "{} was changed: its root key may not open the vault any more; restore a \
                     backup",
                    slot(name)
                )
            }
            Self::KeySlotAdded { id } => write!(
                f,
                "there is a key slot that the vault did not make, or that of a removed key, put \
                 back: {id}; remove it with remove_key; with more than 64 the vault does not open"
            ),
            Self::KeysRolledBack => f.write_str(
                "the list of the keys that open the vault is older than one seen before: a removed \
                 key may open it again; after a restored backup call accept_rollback",
            ),
            Self::RolledBack {
                tenant: Some(tenant),
            } => {
                write!(
                    f,
                    "the head of {tenant} is older than one seen before: rows were put back from \
                     an older copy; after a restored backup call accept_rollback"
                )
            }
            Self::RolledBack { tenant: None } => {
                f.write_str("the head of a tenant that was seen before is gone; restore a backup")
            }
            Self::Hidden => f.write_str(
                "some rows are found by one way of looking for them and not by another: an index \
                 is damaged; restore a backup",
            ),
            Self::Head => f.write_str("a tenant's head cannot be read"),
            Self::Account { tenant } => write!(
                f,
                "the secrets of {tenant} are not those its head accounts for"
            ),
            Self::AuditLog { tenant } => write!(
                f,
                "the audit log of {tenant} is not the one its head accounts for: entries were \
                 changed, deleted or added"
            ),
            Self::KeyLog => f.write_str(
                "the audit log of the keys that open the vault is not the one that the list of \
                 keys accounts for: entries were changed, deleted or added",
            ),
            Self::Documents { tenant } => write!(
                f,
                "the documents of {tenant} are not those its head accounts for; rebuild the head, \
                 and set the documents anew"
            ),
            Self::Usage { tenant } => write!(
                f,
                "the counted uses of {tenant} are not those their head accounts for; rebuild the \
                 head"
            ),
            Self::Headless => f.write_str("there are rows of a tenant without a head"),
            Self::DataKey => f.write_str("a data key cannot be read"),
            Self::StaleDataKey { tenant } => write!(
                f,
                "the row of a data key of {tenant} was put back from an older copy; restore a \
                 backup"
            ),
            Self::Erased { tenant } => write!(
                f,
                "there are rows of {tenant} that were erased: the erasure did not end, or somebody \
                 put them back; call erase_tenant again"
            ),
            Self::Record => f.write_str("the record of a secret cannot be read"),
            Self::Value { scope, name } => {
                write!(
                    f,
                    "a value of secret {name} in {scope} is missing or cannot be read"
                )
            }
            Self::Stray => f.write_str("there is a value that no record names"),
        }
    }
}

impl Finding {
    /// Returns the code of the kind, such as `key_slot_missing`. Codes do not change.
    ///
    /// ```
    /// use keyslot::Finding;
    ///
    /// assert_eq!(Finding::SlotDirectory.as_str(), "slot_directory");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Store => "store",
            Self::SlotDirectory => "slot_directory",
            Self::KeySlotMissing { .. } => "key_slot_missing",
            Self::KeySlotChanged { .. } => "key_slot_changed",
            Self::KeySlotAdded { .. } => "key_slot_added",
            Self::KeysRolledBack => "keys_rolled_back",
            Self::RolledBack { .. } => "rolled_back",
            Self::Hidden => "hidden",
            Self::Head => "head",
            Self::Account { .. } => "account",
            Self::AuditLog { .. } => "audit_log",
            Self::KeyLog => "key_log",
            Self::Documents { .. } => "documents",
            Self::Usage { .. } => "usage",
            Self::Headless => "headless",
            Self::DataKey => "data_key",
            Self::StaleDataKey { .. } => "stale_data_key",
            Self::Erased { .. } => "erased",
            Self::Record => "record",
            Self::Value { .. } => "value",
            Self::Stray => "stray",
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.as_str())?;
        map.serialize_entry("message", &format_args!("{self}"))?;
        match self {
            Self::KeySlotMissing { name } | Self::KeySlotChanged { name } => {
                map.serialize_entry("name", name)?;
            }
            Self::KeySlotAdded { id } => map.serialize_entry("id", id)?,
            Self::RolledBack { tenant } => map.serialize_entry("tenant", tenant)?,
            Self::Account { tenant }
            | Self::AuditLog { tenant }
            | Self::Documents { tenant }
            | Self::Usage { tenant }
            | Self::StaleDataKey { tenant }
            | Self::Erased { tenant } => map.serialize_entry("tenant", tenant)?,
            Self::Value { scope, name } => {
                map.serialize_entry("scope", scope)?;
                map.serialize_entry("name", name)?;
            }
            Self::Opening
            | Self::Store
            | Self::SlotDirectory
            | Self::KeysRolledBack
            | Self::Hidden
            | Self::Head
            | Self::KeyLog
            | Self::Headless
            | Self::DataKey
            | Self::Record
            | Self::Stray => {}
        }
        map.end()
    }
}

fn slot(name: &str) -> String {
    if name.is_empty() {
        "a key slot without a name".to_owned()
    } else {
        format!("key slot {name}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn findings_are_written_with_code_and_message() {
        let tenant = || "acme".to_owned();
        let name = || "laptop".to_owned();
        for (finding, expected) in [
            (Finding::Opening, json!({"code": "opening"})),
            (Finding::Store, json!({"code": "store"})),
            (Finding::SlotDirectory, json!({"code": "slot_directory"})),
            (
                Finding::KeySlotMissing { name: name() },
                json!({"code": "key_slot_missing", "name": "laptop"}),
            ),
            (
                Finding::KeySlotChanged { name: name() },
                json!({"code": "key_slot_changed", "name": "laptop"}),
            ),
            (
                Finding::KeySlotAdded {
                    id: "00ff".to_owned(),
                },
                json!({"code": "key_slot_added", "id": "00ff"}),
            ),
            (Finding::KeysRolledBack, json!({"code": "keys_rolled_back"})),
            (
                Finding::RolledBack {
                    tenant: Some(tenant()),
                },
                json!({"code": "rolled_back", "tenant": "acme"}),
            ),
            (
                Finding::RolledBack { tenant: None },
                json!({"code": "rolled_back", "tenant": null}),
            ),
            (Finding::Hidden, json!({"code": "hidden"})),
            (Finding::Head, json!({"code": "head"})),
            (
                Finding::Account { tenant: tenant() },
                json!({"code": "account", "tenant": "acme"}),
            ),
            (
                Finding::AuditLog { tenant: tenant() },
                json!({"code": "audit_log", "tenant": "acme"}),
            ),
            (Finding::KeyLog, json!({"code": "key_log"})),
            (
                Finding::Documents { tenant: tenant() },
                json!({"code": "documents", "tenant": "acme"}),
            ),
            (
                Finding::Usage { tenant: tenant() },
                json!({"code": "usage", "tenant": "acme"}),
            ),
            (Finding::Headless, json!({"code": "headless"})),
            (Finding::DataKey, json!({"code": "data_key"})),
            (
                Finding::StaleDataKey { tenant: tenant() },
                json!({"code": "stale_data_key", "tenant": "acme"}),
            ),
            (
                Finding::Erased { tenant: tenant() },
                json!({"code": "erased", "tenant": "acme"}),
            ),
            (Finding::Record, json!({"code": "record"})),
            (
                Finding::Value {
                    scope: "acme/billing".parse().unwrap(),
                    name: "KEY".parse().unwrap(),
                },
                json!({"code": "value", "scope": "acme/billing", "name": "KEY"}),
            ),
            (Finding::Stray, json!({"code": "stray"})),
        ] {
            let mut expected = expected;
            expected["message"] = json!(finding.to_string());
            assert_eq!(serde_json::to_value(&finding).unwrap(), expected);
        }
    }
}
