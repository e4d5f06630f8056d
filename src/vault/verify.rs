//! Holding every row against the sealed heads.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;

use super::Core;
use super::open::{HEADER, VAULT_SECRET};
use super::sealed::head_row;
use crate::crypto::KeyId;
use crate::error::Result;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::store::{Cursor, Kind, Page, Row, Tag};
use tenant::Tenant;

mod tenant;

/// How many rows are read at once.
const PAGE: NonZeroU32 = NonZeroU32::new(256).unwrap();

/// What [`Vault::verify`](crate::Vault::verify) found.
#[derive(Clone, Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct Verification {
    /// How many tenants there are.
    pub tenants: u64,
    /// How many secrets can be read, revoked ones not counted.
    pub secrets: u64,
    /// How many tombstones there are, of revoked and of deleted secrets.
    pub tombstones: u64,
    /// What is wrong; empty when the vault is intact.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One thing that is wrong with a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The rows that the vault is opened with are gone or not what they were: the next opening will fail.
    Opening,
    /// A tenant's head cannot be read; nothing can be said of what is missing there.
    Head,
    /// A tenant's rows are not those that its head accounts for: rows were deleted, added, or put back from an older copy.
    Account {
        /// The tenant.
        tenant: String,
    },
    /// There are rows of a tenant that has no head.
    Headless,
    /// A data key cannot be read, so what is sealed with it cannot either.
    DataKey,
    /// The record of a secret cannot be read; which one it is is not known, because names are sealed.
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

pub(super) fn verify(core: &Core) -> Result<Verification> {
    let mut report = Verification::default();
    let mut tenants = BTreeSet::new();
    pages(
        |from| core.store.scan(Kind::Head, Tag::Any, from, PAGE, false),
        |row| {
            // By its key, because that is how a write finds it: a tag that was changed must not hide the tenant.
            match KeyId::from_row_key(&row.key.key) {
                Ok(KeyId(tenant)) => _ = tenants.insert(tenant),
                Err(_) => report.findings.push(Finding::Head),
            }
            Ok(())
        },
    )?;
    for &tenant in &tenants {
        report.tenants += 1;
        let so_far = report.clone();
        core.store.write(&head_row(tenant), &mut |tx| {
            report.clone_from(&so_far);
            Tenant::new(core, tenant, tx, &mut report).verify()
        })?;
    }
    let mut opening = core.get(&[HEADER, VAULT_SECRET])?.into_iter();
    let opens = match (opening.next().flatten(), opening.next().flatten()) {
        (Some(header), Some(secret)) => core.keys.is_opened_by(&header, &secret),
        _ => false,
    };
    if !opens {
        report.findings.push(Finding::Opening);
    }
    let mut headless = false;
    for kind in [Kind::Secret, Kind::Version, Kind::DataKey] {
        pages(
            |from| core.store.scan(kind, Tag::Any, from, PAGE, false),
            |row| {
                // A tenant may have come to be since the heads were read.
                if !headless && !tenants.contains(&row.tenant) {
                    headless = core.get_one(head_row(row.tenant))?.is_none();
                }
                Ok(())
            },
        )?;
    }
    if headless {
        report.findings.push(Finding::Headless);
    }
    Ok(report)
}

fn pages(mut read: impl FnMut(Cursor) -> Result<Page>, mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
    let mut from = Some(Cursor::START);
    while let Some(cursor) = from {
        let page = read(cursor)?;
        page.rows.into_iter().try_for_each(&mut each)?;
        from = page.next;
    }
    Ok(())
}
