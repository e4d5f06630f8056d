//! Questions for what changed.

use super::answer::{ChangedSecret, Changes};
use crate::error::Result;
use crate::record::Epoch;
use crate::vault::guarded::{Changed, Since};
use crate::vault::hashed_scope::head_row;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

impl ScopedVault {
    /// The most secrets that [`changes`](ScopedVault::changes) names.
    pub const MAX_CHANGES: usize = 10_000;

    /// Returns the epoch of the organization now. A host reads it *before* it loads its configs,
    /// and asks for [`changes`](ScopedVault::changes) since then: nothing is missed between.
    ///
    /// One store call. Blocks the thread, as [`Vault`](crate::Vault#blocking) says. Without the
    /// permission [`READ`](Permissions::READ) it is always [`Epoch::START`].
    ///
    /// ```
    /// use keyslot::{Epoch, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// assert_eq!(project.epoch()?, Epoch::START);
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// assert!(project.epoch()? > Epoch::START);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when the organization's head is older than one that
    /// was seen, [`Corrupt`](crate::ErrorKind::Corrupt) when it is damaged, or why the store cannot
    /// be read.
    pub fn epoch(&self) -> Result<Epoch> {
        let (core, tenant) = (self.core(), self.partition());
        let seen = core.seen.of(tenant);
        let row = core.get_one(tenant, head_row(tenant))?;
        let head = core.admit_head(tenant, row.as_ref(), seen)?;
        let head = head.filter(|_| self.may(Permissions::READ));
        Ok(head.map_or(Epoch::START, |head| Epoch::new(head.epoch)))
    }

    /// Returns the secrets of this scope and of those above it whose records changed since an
    /// epoch, deleted and revoked ones included: for a host that loads its configs again when
    /// secrets in them change. No value is opened.
    ///
    /// Everything is of one moment, and `epoch` of the answer is the epoch to ask with the next
    /// time. A secret is named once, with its last state. It is also named when a
    /// [rewrap](crate::Vault::rewrap) sealed it anew, although nothing of it changed. Times are not
    /// changes: a secret that expires is not named.
    ///
    /// One read of the store, which costs as much as there are changed secrets in the organization.
    /// A vault with a [guard](crate::VaultBuilder::guard) reads all records of the scopes, so that
    /// a row that somebody hid is noticed. Blocks the thread, as
    /// [`Vault`](crate::Vault#blocking) says.
    ///
    /// An epoch counts within one organization and one life of the vault: after a backup was
    /// restored, begin with a new [`epoch`](ScopedVault::epoch). Without the permission
    /// [`READ`](Permissions::READ) nothing ever changes.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first")?;
    /// let loaded = project.epoch()?;
    ///
    /// project.put("CRM_TOKEN", "crm-token-1")?;
    /// project.delete("CRM_TOKEN")?;
    /// let changes = project.changes(loaded)?;
    /// assert_eq!(changes.secrets.len(), 1);
    /// assert_eq!(changes.secrets[0].name.as_str(), "CRM_TOKEN");
    /// assert_eq!(changes.secrets[0].status, None, "deleted");
    /// assert!(project.changes(changes.epoch)?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when the organization's head is older than one that
    /// was seen, and with a guard for other records than the head accounts for;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when a record is damaged; or why the store cannot be
    /// read.
    pub fn changes(&self, since: Epoch) -> Result<Changes> {
        let sees = self.may(Permissions::READ);
        let question = Since {
            tenant: self.partition(),
            // Without the permission no record is opened: damage is not told either.
            scopes: if sees { self.chain() } else { &[] },
            epoch: since.get(),
            most: Self::MAX_CHANGES,
        };
        let Changed { epoch, secrets } = self.core().changed_since(question, ChangedSecret::of)?;
        if !sees {
            return Ok(Changes {
                epoch: since,
                ..Changes::default()
            });
        }
        let all = secrets.is_none();
        let mut secrets = secrets.unwrap_or_default();
        secrets.sort_unstable_by(|one, other| {
            (one.epoch, &one.scope, &one.name).cmp(&(other.epoch, &other.scope, &other.name))
        });
        Ok(Changes {
            epoch: Epoch::new(epoch),
            all,
            secrets,
        })
    }
}
