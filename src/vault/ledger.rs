//! The one way to write secrets: read, decide, seal and account for it in one transaction under the tenant's head.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::Core;
use super::keyring::{TenantKey, data_key_row};
use super::list::PAGE;
use super::rows::get_in;
use super::sealed::{Place, Stored, corrupt, head_row};
use crate::actor::Actor;
use crate::crypto::{Head, Info, InfoState as State, KeyId, Timestamp, VersionEntry, commitment, key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::store::{Cursor, Kind, Row, Tag, WriteTx};

/// One write to the secrets of a tenant. What it reads is true until it commits, because nobody else writes meanwhile; what
/// it writes becomes visible at once or not at all.
pub(super) struct Ledger<'a> {
    core: &'a Core,
    tx: &'a mut dyn WriteTx,
    tenant_tag: [u8; 16],
    head: Head,
    key: Arc<TenantKey>,
    /// The row of the data key, of a tenant that has none yet.
    first_key: Option<Row>,
    /// Whether something was written, all of it in one epoch.
    changed: bool,
    /// The time of the write.
    pub(super) now: Timestamp,
    /// Who writes.
    pub(super) actor: Option<&'a Actor>,
}

/// What is under a name, as a ledger read it.
pub(super) struct Entry<'p> {
    place: &'p Place,
    pub(super) name: &'p SecretName,
    was: Option<Was>,
}

struct Was {
    stored: Stored,
    commitment: [u8; 32],
}

impl Entry<'_> {
    /// What is stored, tombstones of every kind included.
    pub(super) fn last(&self) -> Option<&Stored> {
        self.was.as_ref().map(|was| &was.stored)
    }

    /// The secret, revoked or not; nothing when it was deleted.
    pub(super) fn current(&self) -> Option<&Stored> {
        self.last().filter(|stored| stored.info.state != State::Deleted)
    }
}

impl Core {
    /// Runs `work` as one write to the tenant of `place`. It may run again when the store has to retry.
    pub(super) fn write<T>(
        &self,
        place: &Place,
        actor: Option<&Actor>,
        mut work: impl FnMut(&mut Ledger<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut result = None;
        self.store.write(&head_row(place.tenant_tag), &mut |tx| {
            let mut ledger = Ledger::open(self, tx, place, actor)?;
            result = Some(work(&mut ledger)?);
            ledger.close()
        })?;
        result.ok_or_else(|| Error::new(ErrorKind::Store, "the store did not run a write that it says it ran"))
    }
}

impl<'a> Ledger<'a> {
    fn open(core: &'a Core, tx: &'a mut dyn WriteTx, place: &Place, actor: Option<&'a Actor>) -> Result<Self> {
        let (now, tenant_tag) = (core.clock.now()?.reading, place.tenant_tag);
        let row = get_in(tx, &[head_row(tenant_tag)])?.pop().flatten();
        let (head, key, first_key) = if let Some(row) = row {
            let head = core.open_head(&row)?;
            // Read each time: what is sealed with a key that is stored no more could be read by nobody else.
            let row = get_in(tx, &[data_key_row(head.active_key)])?.pop().flatten();
            let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
            (head, core.keys.open_active_key(&row)?, None)
        } else {
            let tenant = place.scope.tenant();
            let (key, row) = core.keys.new_data_key(tenant, 1)?;
            (Head::first(tenant, key.id()), key, Some(row))
        };
        // A new key is known before it is committed: if the write fails, nothing ever names its random id.
        let key = core.keys.learn(key);
        Ok(Self { core, tx, tenant_tag, head, key, first_key, changed: false, now, actor })
    }

    fn close(self) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        if let Some(row) = &self.first_key {
            self.tx.put(row)?;
        }
        self.tx.put(&self.core.seal_head(self.tenant_tag, &self.head)?)
    }

    /// Reads what is under a name; nothing unless it is `visible`, at the cost of a name that is not there.
    pub(super) fn read<'p>(&mut self, place: &'p Place, name: &'p SecretName, visible: bool) -> Result<Entry<'p>> {
        let row = get_in(self.tx, &[self.core.secret_row(place, name)])?.pop().flatten();
        // Not opened either: that it is damaged, or sealed with another key, is nothing to be told.
        let was = row.filter(|_| visible).map(|row| self.open_row(place, name, row)).transpose()?;
        Ok(Entry { place, name, was })
    }

    fn open_row(&mut self, place: &Place, name: &SecretName, row: Row) -> Result<Was> {
        if self.first_key.is_some() {
            return Err(corrupt("a tenant has secrets but no head"));
        }
        let commitment = Info::commitment(&row.info)?;
        let key = self.key_of(Info::key_id(&row.info)?)?;
        Ok(Was { stored: self.core.open_named_info(place, name, row, &key)?, commitment })
    }

    /// The names in a scope, those of deleted secrets excepted. For who may not see them there are none, after the same reads.
    ///
    /// # Errors
    ///
    /// `TooLarge` when there are more than `most`.
    pub(super) fn names(&mut self, place: &Place, visible: bool, most: usize) -> Result<Vec<SecretName>> {
        let (mut names, mut from) = (Vec::new(), Some(Cursor::START));
        while let Some(cursor) = from {
            let page = self.tx.scan(Kind::Secret, Tag::Scope(place.scope_tag), cursor, PAGE, false)?;
            for row in page.rows.into_iter().filter(|_| visible) {
                let key = self.key_of(Info::key_id(&row.info)?)?;
                let info = self.core.open_info(row, &key)?.info;
                if info.state != State::Deleted {
                    names.push(info.name);
                }
            }
            if names.len() > most {
                return Err(Error::new(ErrorKind::TooLarge, format!("the scope has more than {most} secrets")));
            }
            from = page.next;
        }
        Ok(names)
    }

    /// Writes what is under a name from now on.
    pub(super) fn write(&mut self, entry: &Entry<'_>, next: &Stored) -> Result<()> {
        if !self.changed {
            let epoch = self.head.epoch.checked_add(1).filter(|&epoch| i64::try_from(epoch).is_ok());
            self.head.epoch = epoch.ok_or_else(exhausted)?;
            self.changed = true;
        }
        let row = self.core.seal_info(entry.place, next, self.head.epoch, &self.key)?;
        self.move_versions(entry, next)?;
        if let Some(was) = &entry.was {
            self.withdraw(was)?;
        }
        self.enter(next, &Info::commitment(&row.info)?)?;
        self.tx.put(&row)
    }

    /// Seals a value as the next version of a secret, and enters it there.
    pub(super) fn push(&self, mut info: Info, version: Version, value: &SecretString) -> Result<Stored> {
        let (keys, bytes) = (&self.core.keys, value.expose_secret().as_bytes());
        let body = info.seal_value(keys.header(), version, self.key.of(&info.scope)?, bytes)?;
        info.last_version = version;
        info.versions.push(VersionEntry {
            version,
            created_at: self.now,
            commitment: commitment(&body)?,
            created_by: self.actor.cloned(),
            fingerprint: Some(keys.sub().fingerprint(info.scope.tenant(), bytes)),
            hint: self.core.hint(value.expose_secret()),
        });
        Ok(Stored { info, body })
    }

    /// Opens a value that is kept.
    pub(super) fn value(&mut self, place: &Place, stored: &Stored, kept: &VersionEntry) -> Result<SecretString> {
        let row = if stored.info.newest() == Some(kept) {
            None
        } else {
            get_in(self.tx, &[self.core.version_row(place, &stored.info.name, kept.version)])?.pop().flatten()
        };
        let sealed = stored.sealed_value(kept, row.as_ref())?;
        let key = self.key_of(key_id(sealed)?)?;
        self.core.open_value(&stored.info, kept.version, sealed, &key)
    }

    fn key_of(&mut self, id: KeyId) -> Result<Arc<TenantKey>> {
        if let Some(key) = self.core.keys.known(id) {
            return Ok(key);
        }
        let row = get_in(self.tx, &[data_key_row(id)])?.pop().flatten();
        let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        Ok(self.core.keys.learn(self.core.keys.open_data_key(&row)?))
    }

    /// Writes and deletes the rows of older versions, so that they are those that `next` keeps. The envelope of what was
    /// the newest moves byte for byte.
    fn move_versions(&mut self, entry: &Entry<'_>, next: &Stored) -> Result<()> {
        let Some(last) = entry.last() else { return Ok(()) };
        let (before, after) = (last.info.older(), next.info.older());
        for gone in before.iter().filter(|kept| !after.contains(kept)) {
            self.tx.delete(&self.core.version_row(entry.place, entry.name, gone.version))?;
        }
        for moved in after.iter().filter(|kept| !before.contains(kept)) {
            self.tx.put(&Row {
                key: self.core.version_row(entry.place, entry.name, moved.version),
                scope: entry.place.scope_tag,
                tenant: self.tenant_tag,
                epoch: self.head.epoch,
                info: Vec::new(),
                body: last.body.clone(),
            })?;
        }
        Ok(())
    }

    /// Takes a record out of the head's account.
    fn withdraw(&mut self, was: &Was) -> Result<()> {
        let count = self.count_of(&was.stored);
        *count = count.checked_sub(1).ok_or_else(|| corrupt("a tenant's head counts fewer secrets than there are"))?;
        self.toggle(&was.stored, &was.commitment);
        Ok(())
    }

    /// Enters a record into the head's account.
    fn enter(&mut self, stored: &Stored, commitment: &[u8; 32]) -> Result<()> {
        let count = self.count_of(stored);
        *count = count.checked_add(1).ok_or_else(exhausted)?;
        self.toggle(stored, commitment);
        Ok(())
    }

    fn count_of(&mut self, stored: &Stored) -> &mut u64 {
        if stored.info.state.is_live() { &mut self.head.live } else { &mut self.head.tombstones }
    }

    fn toggle(&mut self, stored: &Stored, commitment: &[u8; 32]) {
        let entry = self.core.keys.sub().accumulator_entry(stored.info.record, stored.info.revision, commitment);
        self.head.toggle(&entry);
    }
}

pub(super) fn exhausted() -> Error {
    Error::new(ErrorKind::Store, "the numbers of this tenant are used up")
}
