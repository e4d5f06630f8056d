//! The one way to write secrets: read, decide, seal and account for it in one transaction under the
//! tenant's head.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::Core;
use super::high_water::Mark;
use super::keyring::{TenantKey, data_key_row};
use super::rows::get_in;
use super::scan::Scan;
use super::sealed::{Place, Stored, corrupt, head_row};
use crate::actor::Actor;
use crate::crypto::{
    Head, Info, InfoState as State, KeyId, Timestamp, VersionEntry, commitment, key_id,
};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::store::{Kind, Row, Tag, WriteTx};

/// One write to the secrets of a tenant. What it reads is true until it commits, because nobody
/// else writes meanwhile; what it writes becomes visible at once or not at all.
pub(super) struct Ledger<'a> {
    core: &'a Core,
    tx: &'a mut dyn WriteTx,
    /// A place of the tenant.
    place: &'a Place,
    /// The account of the tenant; `None` until it is stored or written to for the first time.
    account: Option<Account>,
    /// True once something was written, all of it in one epoch.
    changed: bool,
    /// The time of the write.
    pub(super) now: Timestamp,
    /// Who writes.
    pub(super) actor: Option<&'a Actor>,
}

/// The head of a tenant, and the key to seal with.
struct Account {
    head: Head,
    key: Arc<TenantKey>,
    /// The row of the key, of a tenant that is not stored yet.
    first_key: Option<Row>,
}

/// Facts that hold once a write is committed.
struct Written {
    mark: Mark,
    /// The data key, if it is new.
    new_key: Option<Arc<TenantKey>>,
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
        self.last()
            .filter(|stored| stored.info.state != State::Deleted)
    }
}

impl Core {
    /// Runs `work` as one write to the tenant of `place`. It may run again when the store has to
    /// retry.
    pub(super) fn write<T>(
        &self,
        place: &Place,
        actor: Option<&Actor>,
        mut work: impl FnMut(&mut Ledger<'_>) -> Result<T>,
    ) -> Result<T> {
        let seen = self.seen.of(place.tenant_tag);
        let mut done = None;
        self.store.write(&head_row(place.tenant_tag), &mut |tx| {
            // Nothing of a run counts if the store runs it again.
            done = None;
            let mut ledger = Ledger::open(self, tx, place, actor, seen)?;
            let result = work(&mut ledger)?;
            done = Some((result, ledger.close()?));
            Ok(())
        })?;
        let (result, written) = done.ok_or_else(|| {
            Error::new(
                ErrorKind::Store,
                "the store did not run a write that it says it ran",
            )
        })?;
        // Only now, because what is not committed nobody ever sees.
        if let Some(Written { mark, new_key }) = written {
            self.seen.note(place.tenant_tag, mark);
            if let Some(key) = &new_key {
                self.keys.keep(key);
            }
        }
        Ok(result)
    }
}

impl<'a> Ledger<'a> {
    fn open(
        core: &'a Core,
        tx: &'a mut dyn WriteTx,
        place: &'a Place,
        actor: Option<&'a Actor>,
        seen: Option<Mark>,
    ) -> Result<Self> {
        let now = core.clock.now()?.reading;
        let row = get_in(tx, &[head_row(place.tenant_tag)])?.pop().flatten();
        let account = match core.admit_head(place.tenant_tag, row.as_ref(), seen)? {
            Some(head) => {
                // Read each time: what is sealed with a key that is stored no more could be read by
                // nobody else.
                let row = get_in(tx, &[data_key_row(head.active_key)])?
                    .pop()
                    .flatten();
                let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
                let key = core.keys.learn(core.keys.open_active_key(&row)?);
                Some(Account {
                    head,
                    key,
                    first_key: None,
                })
            }
            None => None,
        };
        Ok(Self {
            core,
            tx,
            place,
            account,
            changed: false,
            now,
            actor,
        })
    }

    fn close(self) -> Result<Option<Written>> {
        let Some(Account {
            head,
            key,
            first_key,
        }) = self.account.filter(|_| self.changed)
        else {
            return Ok(None);
        };
        if let Some(row) = &first_key {
            self.tx.put(row)?;
        }
        let row = self.core.seal_head(self.place.tenant_tag, &head)?;
        self.tx.put(&row)?;
        Ok(Some(Written {
            mark: Mark::of(&row, &head)?,
            new_key: first_key.map(|_| key),
        }))
    }

    /// The account of the tenant. The first one has a key that nobody knows until it is committed.
    fn account(&mut self) -> Result<&mut Account> {
        if self.account.is_none() {
            let tenant = self.place.scope.tenant();
            let (key, row) = self.core.keys.new_data_key(tenant, 1)?;
            let head = Head::first(tenant, key.id());
            self.account = Some(Account {
                head,
                key: Arc::new(key),
                first_key: Some(row),
            });
        }
        self.account.as_mut().ok_or_else(exhausted)
    }

    /// Reads what is under a name.
    pub(super) fn read<'p>(&mut self, place: &'p Place, name: &'p SecretName) -> Result<Entry<'p>> {
        let row = get_in(self.tx, &[self.core.secret_row(place, name)])?
            .pop()
            .flatten();
        let was = row.map(|row| self.open_row(place, name, row)).transpose()?;
        Ok(Entry { place, name, was })
    }

    fn open_row(&mut self, place: &Place, name: &SecretName, row: Row) -> Result<Was> {
        if self
            .account
            .as_ref()
            .is_none_or(|account| account.first_key.is_some())
        {
            return Err(corrupt("a tenant has secrets but no head"));
        }
        let commitment = Info::commitment(&row.info)?;
        let key = self.key_of(Info::key_id(&row.info)?)?;
        Ok(Was {
            stored: self.core.open_named_info(place, name, row, &key)?,
            commitment,
        })
    }

    /// The names in a scope, those of deleted secrets excepted.
    ///
    /// # Errors
    ///
    /// `TooLarge` when there are more than `most`.
    pub(super) fn names(&mut self, place: &Place, most: usize) -> Result<Vec<SecretName>> {
        let mut names = Vec::new();
        let mut scan = Scan::new(Kind::Secret, Tag::Scope(place.scope_tag), false);
        while let Some(rows) = scan.step_in(self.tx)?.rows()? {
            for row in rows {
                let key = self.key_of(Info::key_id(&row.info)?)?;
                let info = self.core.open_info(row, &key)?.info;
                if info.state != State::Deleted {
                    names.push(info.name);
                }
            }
            if names.len() > most {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    format!("the scope has more than {most} secrets"),
                ));
            }
        }
        Ok(names)
    }

    /// Writes what is under a name from now on.
    pub(super) fn write(&mut self, entry: &Entry<'_>, next: &Stored) -> Result<()> {
        let is_first = !std::mem::replace(&mut self.changed, true);
        let account = self.account()?;
        if is_first {
            let epoch = account
                .head
                .epoch
                .checked_add(1)
                .filter(|&epoch| i64::try_from(epoch).is_ok());
            account.head.epoch = epoch.ok_or_else(exhausted)?;
        }
        let (epoch, key) = (account.head.epoch, Arc::clone(&account.key));
        let row = self.core.seal_info(entry.place, next, epoch, &key)?;
        self.move_versions(entry, next, epoch)?;
        if let Some(was) = &entry.was {
            self.withdraw(was)?;
        }
        self.enter(next, &Info::commitment(&row.info)?)?;
        self.tx.put(&row)
    }

    /// Seals a value as the next version of a secret, and enters it there.
    pub(super) fn push(
        &mut self,
        mut info: Info,
        version: Version,
        value: &SecretString,
    ) -> Result<Stored> {
        let key = Arc::clone(&self.account()?.key);
        let (keys, bytes) = (&self.core.keys, value.expose_secret().as_bytes());
        let body = info.seal_value(keys.header(), version, key.of(&info.scope)?, bytes)?;
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
    pub(super) fn value(
        &mut self,
        place: &Place,
        stored: &Stored,
        kept: &VersionEntry,
    ) -> Result<SecretString> {
        let row = if stored.info.newest() == Some(kept) {
            None
        } else {
            get_in(
                self.tx,
                &[self
                    .core
                    .version_row(place, &stored.info.name, kept.version)],
            )?
            .pop()
            .flatten()
        };
        let sealed = stored.sealed_value(kept, row.as_ref())?;
        let key = self.key_of(key_id(sealed)?)?;
        self.core
            .open_value(&stored.info, kept.version, sealed, &key)
    }

    fn key_of(&mut self, id: KeyId) -> Result<Arc<TenantKey>> {
        if let Some(account) = self
            .account
            .as_ref()
            .filter(|account| account.key.id() == id)
        {
            return Ok(Arc::clone(&account.key));
        }
        if let Some(key) = self.core.keys.known(id) {
            return Ok(key);
        }
        let row = get_in(self.tx, &[data_key_row(id)])?.pop().flatten();
        let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        Ok(self.core.keys.learn(self.core.keys.open_data_key(&row)?))
    }

    /// Writes and deletes the rows of older versions, so that they are those that `next` keeps. The
    /// envelope of what was the newest moves byte for byte.
    fn move_versions(&mut self, entry: &Entry<'_>, next: &Stored, epoch: u64) -> Result<()> {
        let Some(last) = entry.last() else {
            return Ok(());
        };
        let (before, after) = (last.info.older(), next.info.older());
        for gone in before.iter().filter(|kept| !after.contains(kept)) {
            self.tx
                .delete(&self.core.version_row(entry.place, entry.name, gone.version))?;
        }
        for moved in after.iter().filter(|kept| !before.contains(kept)) {
            self.tx.put(&Row {
                key: self
                    .core
                    .version_row(entry.place, entry.name, moved.version),
                tenant: self.place.tenant_tag,
                epoch,
                info: Vec::new(),
                body: last.body.clone(),
            })?;
        }
        Ok(())
    }

    /// Takes a record out of the head's account.
    fn withdraw(&mut self, was: &Was) -> Result<()> {
        let entry = self.entry(&was.stored, &was.commitment);
        let head = &mut self.account()?.head;
        let count = count_in(head, &was.stored);
        *count = count
            .checked_sub(1)
            .ok_or_else(|| corrupt("a tenant's head counts fewer secrets than there are"))?;
        head.toggle(&entry);
        Ok(())
    }

    /// Enters a record into the head's account.
    fn enter(&mut self, stored: &Stored, commitment: &[u8; 32]) -> Result<()> {
        let entry = self.entry(stored, commitment);
        let head = &mut self.account()?.head;
        let count = count_in(head, stored);
        *count = count.checked_add(1).ok_or_else(exhausted)?;
        head.toggle(&entry);
        Ok(())
    }

    fn entry(&self, stored: &Stored, commitment: &[u8; 32]) -> [u8; 32] {
        self.core
            .keys
            .sub()
            .accumulator_entry(stored.info.record, stored.info.revision, commitment)
    }
}

fn count_in<'h>(head: &'h mut Head, stored: &Stored) -> &'h mut u64 {
    if stored.info.state.is_live() {
        &mut head.live
    } else {
        &mut head.tombstones
    }
}

pub(super) fn exhausted() -> Error {
    Error::new(ErrorKind::Store, "the numbers of this tenant are used up")
}
