//! Questions to an audit log.

use std::time::SystemTime;

use crate::actor::Actor;
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::record::{AuditAction, AuditEntry};
use crate::scope::Scope;

/// A question to an [`AuditLog`](crate::AuditLog): the entries that fit all of its parts.
///
/// A log has no index, because names and actors are sealed: an answer costs as much as reading all
/// entries since the [time](AuditQuery::since), or all of them without one.
///
/// ```
/// use keyslot::{Actor, AuditAction, AuditMode, AuditQuery, RootKey, Vault};
///
/// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
/// let project = vault.scope("acme/billing")?;
/// let ada = Actor::new("user:ada")?;
/// project.acting_as(ada.clone()).put("STRIPE_KEY", "sk_live_...")?;
/// project.put("STRIPE_KEY", "sk_live_2...")?;
/// let query = AuditQuery::new().actor(ada).action(AuditAction::Put);
/// assert_eq!(vault.audit("acme")?.find(&query).count(), 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// In JSON it is an object of `since` and `until` (times as in RFC 3339), `name`, `actor`,
/// `actions` (a list), `outcome` (`ok`, or the code of an error), `refused`, `within`, `run` and
/// `oldest_first`, each of which may be left out. With the feature `json`, `parse` reads its text.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    since: Option<SystemTime>,
    until: Option<SystemTime>,
    name: Option<SecretName>,
    actor: Option<Actor>,
    actions: Vec<AuditAction>,
    outcome: Option<Result<(), ErrorKind>>,
    refused: Option<bool>,
    within: Option<Scope>,
    run: Option<String>,
    pub(super) oldest_first: bool,
}

impl AuditQuery {
    /// Returns the question for all entries, the newest first.
    ///
    /// ```
    /// use keyslot::{AuditMode, AuditQuery, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(vault.audit("acme")?.find(&AuditQuery::new()).count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for entries of a time or later.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use keyslot::AuditQuery;
    ///
    /// let of_today = AuditQuery::new().since(SystemTime::now() - Duration::from_secs(86_400));
    /// ```
    #[must_use]
    pub fn since(self, time: SystemTime) -> Self {
        Self {
            since: Some(time),
            ..self
        }
    }

    /// Asks for entries of before a time.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use keyslot::AuditQuery;
    ///
    /// let so_far = AuditQuery::new().until(SystemTime::now());
    /// ```
    #[must_use]
    pub fn until(self, time: SystemTime) -> Self {
        Self {
            until: Some(time),
            ..self
        }
    }

    /// Asks for entries about secrets of a name.
    ///
    /// ```
    /// use keyslot::{AuditQuery, SecretName};
    ///
    /// let query = AuditQuery::new().name(SecretName::new("STRIPE_KEY")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn name(self, name: SecretName) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// Asks for entries of an actor.
    ///
    /// ```
    /// use keyslot::{Actor, AuditQuery};
    ///
    /// let query = AuditQuery::new().actor(Actor::new("user:ada")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn actor(self, actor: Actor) -> Self {
        Self {
            actor: Some(actor),
            ..self
        }
    }

    /// Asks for entries of an action; of each of them, if this is called more than once.
    ///
    /// ```
    /// use keyslot::{AuditAction, AuditQuery};
    ///
    /// let query = AuditQuery::new().action(AuditAction::Revoke).action(AuditAction::Delete);
    /// ```
    #[must_use]
    pub fn action(mut self, action: AuditAction) -> Self {
        self.actions.push(action);
        self
    }

    /// Asks for entries with an outcome: `Ok(())`, or an error of a kind.
    ///
    /// ```
    /// use keyslot::{AuditQuery, ErrorKind};
    ///
    /// let denied = AuditQuery::new().outcome(Err(ErrorKind::Denied));
    /// ```
    #[must_use]
    pub fn outcome(self, outcome: Result<(), ErrorKind>) -> Self {
        Self {
            outcome: Some(outcome),
            ..self
        }
    }

    /// Asks for entries of calls that were refused, or of those that were not.
    ///
    /// ```
    /// use keyslot::AuditQuery;
    ///
    /// let refused = AuditQuery::new().refused(true);
    /// ```
    #[must_use]
    pub fn refused(self, refused: bool) -> Self {
        Self {
            refused: Some(refused),
            ..self
        }
    }

    /// Asks for entries of calls in a scope, or within it: none of the log of keys is.
    ///
    /// ```
    /// use keyslot::{AuditQuery, Scope};
    ///
    /// let query = AuditQuery::new().within(Scope::new("acme/billing")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self {
            within: Some(scope),
            ..self
        }
    }

    /// Asks for entries of a run.
    ///
    /// ```
    /// use keyslot::AuditQuery;
    ///
    /// let query = AuditQuery::new().run("nightly-17");
    /// ```
    #[must_use]
    pub fn run(self, run: impl Into<String>) -> Self {
        Self {
            run: Some(run.into()),
            ..self
        }
    }

    /// Asks for the oldest entries first.
    ///
    /// ```
    /// use keyslot::AuditQuery;
    ///
    /// let from_the_start = AuditQuery::new().oldest_first();
    /// ```
    #[must_use]
    pub fn oldest_first(self) -> Self {
        Self {
            oldest_first: true,
            ..self
        }
    }

    /// Returns true if an entry fits all parts.
    ///
    /// ```
    /// use keyslot::{AuditMode, AuditQuery, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let entry = vault.audit("acme")?.entries().next().unwrap()?;
    /// assert!(AuditQuery::new().fits(&entry));
    /// assert!(!AuditQuery::new().run("nightly-17").fits(&entry));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn fits(&self, entry: &AuditEntry) -> bool {
        let is = |name: &Option<SecretName>| name.is_none() || *name == entry.name;
        self.since.is_none_or(|since| entry.time >= since)
            && self.until.is_none_or(|until| entry.time < until)
            && is(&self.name)
            && (self.actor.is_none() || self.actor == entry.actor)
            && (self.actions.is_empty() || self.actions.contains(&entry.action))
            && self.outcome.is_none_or(|outcome| outcome == entry.outcome)
            && self
                .refused
                .is_none_or(|refused| refused == entry.outcome.is_err())
            && self
                .within
                .as_ref()
                .is_none_or(|scope| is_within(entry, scope))
            && (self.run.is_none() || self.run == entry.run)
    }

    pub(super) fn earliest(&self) -> Option<SystemTime> {
        self.since
    }
}

/// Returns true for the entry of a call in a scope, or within it.
pub(super) fn is_within(entry: &AuditEntry, scope: &Scope) -> bool {
    let own = entry.scope.as_ref();
    own.is_some_and(|own| own.chain().any(|above| above == *scope))
}
