//! Questions to the audit log.

use keyslot::{Actor, AuditAction, AuditCursor, AuditPage, AuditQuery, ScopedVault, SecretName};

use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::texts as t;
use crate::time;

/// The fields of [`Asked`] in a query, and the scope.
const FIELDS: [&str; 8] = [
    "scope", "name", "actor", "action", "outcome", "since", "until", "after",
];

/// A question to the audit log, as it was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    /// `refused`, `done` or nothing.
    pub(crate) outcome: String,
    pub(crate) since: String,
    pub(crate) until: String,
    pub(crate) after: String,
}

impl Asked {
    pub(crate) fn read(query: &Fields) -> Outcome<Self> {
        query.only(&FIELDS, &[])?;
        let text = |key| {
            query
                .get(key)
                .map(|text| text.unwrap_or_default().trim().to_owned())
        };
        Ok(Self {
            name: text("name")?,
            actor: text("actor")?,
            action: text("action")?,
            outcome: text("outcome")?,
            since: text("since")?,
            until: text("until")?,
            after: text("after")?,
        })
    }

    /// Reads a page of the entries about a scope and those within it, the newest first.
    pub(crate) fn page(&self, scoped: &ScopedVault, limit: usize) -> Outcome<AuditPage> {
        let filled = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        let day = |text: &str| {
            let read = |text: String| time::read(&text).ok_or_else(|| Failure::field(t::NO_TIME));
            filled(text).map(read).transpose()
        };
        let mut query = AuditQuery::new();
        if let Some(name) = filled(&self.name) {
            query = query.name(SecretName::new(name)?);
        }
        if let Some(actor) = filled(&self.actor) {
            query = query.actor(Actor::new(actor)?);
        }
        if let Some(action) = filled(&self.action) {
            query = query.action(action.parse::<AuditAction>()?);
        }
        query = match self.outcome.as_str() {
            "" => query,
            "refused" => query.refused(true),
            "done" => query.refused(false),
            _ => return Err(Failure::malformed(t::MALFORMED)),
        };
        query = day(&self.since)?.into_iter().fold(query, AuditQuery::since);
        query = day(&self.until)?.into_iter().fold(query, AuditQuery::until);
        let after = filled(&self.after)
            .map(|after| after.parse::<AuditCursor>())
            .transpose()?;
        Ok(scoped.audit().page(&query, after, limit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_can_be_asked_for() {
        for code in AuditAction::all().map(AuditAction::as_str) {
            assert_eq!(code.parse::<AuditAction>().unwrap().as_str(), code);
        }
        let text = "an action".parse::<AuditAction>().unwrap_err().to_string();
        assert_eq!(
            text.matches(", ").count() + 1,
            AuditAction::all().count(),
            "{text}"
        );
    }
}
