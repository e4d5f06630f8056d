//! Uses of secrets, as the log of uses adds up to them.

use std::collections::HashMap;
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::log::AuditLog;
use super::query::AuditQuery;
use crate::error::Result;
use crate::record::{AuditAction, AuditEntry, RecordId, SecretInfo};

/// Uses of each secret of an organization or scope, from [`AuditLog::usage`].
#[derive(Clone, Debug, Default)]
pub struct AuditUsage {
    secrets: HashMap<RecordId, SecretUse>,
    unread: Option<SystemTime>,
}

/// Uses of one secret: values that a resolve or a reveal gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretUse {
    /// The number of uses that the log has.
    pub count: u64,
    /// The last one.
    pub last: AuditEntry,
}

/// In JSON, an object of the identities, sorted, each with its uses.
impl Serialize for AuditUsage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all: Vec<_> = self.secrets.iter().collect();
        all.sort_unstable_by_key(|(record, _)| *record.as_bytes());
        serializer.collect_map(all)
    }
}

impl AuditLog {
    /// Adds up the uses of each secret. It reads the whole log of uses, and holds one entry for
    /// each secret that was used.
    ///
    /// It knows the uses that are stored and were not [pruned](AuditLog::prune), and none of
    /// processes that do not [log uses](crate::AuditMode).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Actor, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Required).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?.acting_as(Actor::new("service:crm")?);
    /// let info = project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// let usage = vault.audit("acme")?.usage()?;
    /// let used = usage.of(info.record).unwrap();
    /// assert_eq!((used.count, &used.last.actor), (2, &Some(Actor::new("service:crm")?)));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`entries`](AuditLog::entries).
    pub fn usage(&self) -> Result<AuditUsage> {
        self.usage_of_newest(usize::MAX)
    }

    /// Adds up the uses as [`usage`](AuditLog::usage) does, in the newest entries alone: it reads
    /// `most` of the organization at most, those of changes and of other scopes included, and
    /// [`unread`](AuditUsage::unread) tells if there are older ones.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Required).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// let info = project.put("STRIPE_KEY", "sk_live_...")?;
    /// for _ in 0..3 {
    ///     project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// }
    /// let usage = project.audit().usage_of_newest(2)?;
    /// assert_eq!(usage.of(info.record).unwrap().count, 2);
    /// assert!(usage.unread().is_some());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`entries`](AuditLog::entries).
    pub fn usage_of_newest(&self, most: usize) -> Result<AuditUsage> {
        let query = AuditQuery::new()
            .action(AuditAction::Use)
            .action(AuditAction::Reveal)
            .refused(false);
        let (mut usage, mut entries) = (AuditUsage::default(), self.find(&query));
        entries.read_at_most(most);
        for entry in entries.by_ref() {
            usage.add(entry?);
        }
        usage.unread = entries.unread();
        Ok(usage)
    }
}

impl AuditUsage {
    /// Returns the uses of a secret; `None` if the log has none.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Batched).create(&RootKey::generate()?)?;
    /// let info = vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// assert!(vault.audit("acme")?.usage()?.of(info.record).is_none());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn of(&self, secret: RecordId) -> Option<&SecretUse> {
        self.secrets.get(&secret)
    }

    /// Returns the time of the newest entry of the organization that was not read, if not all were.
    /// Of uses at this time or before nothing is known.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Required).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let log = vault.audit("acme")?;
    /// assert!(log.usage()?.unread().is_none());
    /// assert!(log.usage_of_newest(0)?.unread().is_some());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn unread(&self) -> Option<SystemTime> {
        self.unread
    }

    /// Returns the secrets of a list that were not used since a time, and are older than that
    /// themselves: those that perhaps nobody needs.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Required).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("OLD_KEY", "a value")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// let all = project.list().collect::<keyslot::Result<Vec<_>>>()?;
    /// let usage = project.audit().usage()?;
    /// let soon = SystemTime::now() + Duration::from_secs(60);
    /// assert_eq!(usage.unused_since(&all, soon).len(), 2);
    /// let before = SystemTime::now() - Duration::from_secs(60);
    /// assert!(usage.unused_since(&all, before).is_empty(), "both are young");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn unused_since<'i>(
        &self,
        secrets: impl IntoIterator<Item = &'i SecretInfo>,
        time: SystemTime,
    ) -> Vec<&'i SecretInfo> {
        let is_unused = |info: &&SecretInfo| {
            let used = self.of(info.record);
            info.created_at < time && used.is_none_or(|used| used.last.time < time)
        };
        secrets.into_iter().filter(is_unused).collect()
    }

    fn add(&mut self, entry: AuditEntry) {
        let Some(record) = entry.record else { return };
        let known = self.secrets.entry(record);
        let used = known.or_insert_with(|| SecretUse {
            count: 0,
            last: entry.clone(),
        });
        used.count += 1;
        if entry.time > used.last.time {
            used.last = entry;
        }
    }
}
