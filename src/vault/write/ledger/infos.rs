//! The infos that a ledger makes.

use super::entry::LedgerEntry;
use super::transaction::Ledger;
use crate::crypto::{About, Info, InfoState as State, random};
use crate::error::Result;
use crate::record::{RecordId, Version};
use crate::vault::numbers::next_revision;
use crate::vault::stored::Stored;

impl Ledger<'_> {
    /// The info of a new secret under a name, without a value yet.
    pub(in crate::vault::write) fn new_info(&self, entry: &LedgerEntry<'_>) -> Result<Info> {
        let last = entry.last().map(|stored| &stored.info);
        Ok(Info {
            record: RecordId::from_bytes(random()?),
            scope: entry.row.scope.scope.clone(),
            name: entry.row.name.clone(),
            state: State::Active,
            revision: next_revision(last.map(|info| info.revision))?,
            last_version: last.map_or(Version::FIRST, |info| info.last_version),
            created_at: self.now,
            updated_at: self.now,
            created_by: self.actor.cloned(),
            updated_by: self.actor.cloned(),
            about: About::default(),
            versions: Vec::new(),
        })
    }

    /// The info of the next revision of a secret.
    pub(in crate::vault::write) fn next_revision(&self, info: Info) -> Result<Info> {
        let revision = next_revision(Some(info.revision))?;
        Ok(Info {
            revision,
            updated_at: self.now,
            updated_by: self.actor.cloned(),
            ..info
        })
    }

    /// A record without values, in a state that has none.
    pub(in crate::vault::write) fn tombstone(
        &self,
        stored: &Stored,
        state: State,
    ) -> Result<Stored> {
        let mut info = Info {
            state,
            versions: Vec::new(),
            ..self.next_revision(stored.info.clone())?
        };
        if state == State::Deleted {
            // Nothing is left of a deleted secret but the numbers, which are never used twice, and
            // the actor that deleted it.
            info.about = About::default();
        }
        Ok(Stored {
            info,
            body: Vec::new(),
        })
    }
}
