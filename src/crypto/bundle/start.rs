//! The first item of a bundle.

use super::refused::damaged;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::{FieldReader, FieldWriter, text, unsupported};
use crate::error::Result;
use crate::scope::Scope;

/// The part of a vault that an export reaches.
///
/// ```
/// use keyslot::{BundleReach, Scope};
///
/// let reach = BundleReach::Below(Scope::new("acme/billing")?);
/// assert!(reach.holds(&Scope::new("acme/billing/mailer")?));
/// assert!(!reach.holds(&Scope::new("acme/billing-2")?));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleReach {
    /// One scope, without what lies below it.
    Scope(Scope),
    /// A scope and all scopes below it. For an organization, all of it.
    Below(Scope),
    /// All organizations of the vault.
    Vault,
}

impl BundleReach {
    /// Returns true if secrets of a scope are reached.
    ///
    /// ```
    /// use keyslot::{BundleReach, Scope};
    ///
    /// let reach = BundleReach::Scope(Scope::new("acme")?);
    /// assert!(reach.holds(&Scope::new("acme")?) && !reach.holds(&Scope::new("acme/billing")?));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn holds(&self, scope: &Scope) -> bool {
        match self {
            Self::Scope(base) => scope == base,
            Self::Below(base) => scope.chain().any(|above| above == *base),
            Self::Vault => true,
        }
    }

    /// Returns the scope at the top; `None` for a whole vault.
    ///
    /// ```
    /// use keyslot::BundleReach;
    ///
    /// assert_eq!(BundleReach::Vault.base(), None);
    /// ```
    pub fn base(&self) -> Option<&Scope> {
        match self {
            Self::Scope(base) | Self::Below(base) => Some(base),
            Self::Vault => None,
        }
    }

    fn number(&self) -> u8 {
        match self {
            Self::Scope(_) => 1,
            Self::Below(_) => 2,
            Self::Vault => 3,
        }
    }
}

/// The first item of a bundle: its reach, and the time at which it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BundleStart {
    pub(crate) reach: BundleReach,
    pub(crate) made_at: Timestamp,
}

impl BundleStart {
    /// The record `1: reach, 2: scope, 3: made at`.
    pub(super) fn encode(&self) -> Vec<u8> {
        let base = self.reach.base().map(|scope| scope.as_str().as_bytes());
        FieldWriter::new()
            .field(1, &[self.reach.number()])
            .optional(2, base)
            .field(3, &self.made_at.encode())
            .finish()
    }

    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let number = reader.array(1)?;
        let base = reader.optional(2)?.map(text).transpose()?;
        let base = base.map(Scope::new).transpose().map_err(|_| damaged())?;
        let reach = match (number, base) {
            ([1], Some(base)) => BundleReach::Scope(base),
            ([2], Some(base)) => BundleReach::Below(base),
            ([3], None) => BundleReach::Vault,
            ([1..=3], _) => return Err(damaged()),
            _ => return Err(unsupported()),
        };
        let made_at = Timestamp::decode(reader.bytes(3)?)?;
        reader.finish()?;
        Ok(Self { reach, made_at })
    }
}
