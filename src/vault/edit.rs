//! The one way to write a secret: read, decide, seal and account for it in one transaction under the tenant's head.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::Core;
use super::keyring::{TenantKey, data_key_row};
use super::rows::get_in;
use super::sealed::{Place, Stored, corrupt, head_row};
use crate::crypto::{Head, Info, KeyId, Timestamp, VersionEntry, commitment};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::store::{Row, WriteTx};

/// What a decision needs in order to seal a value.
pub(super) struct Sealer<'a> {
    core: &'a Core,
    key: &'a TenantKey,
    /// The time of the write.
    pub(super) now: Timestamp,
}

impl Sealer<'_> {
    /// Seals a value as the next version of a secret, and enters it there.
    pub(super) fn push(&self, mut info: Info, version: Version, value: &SecretString) -> Result<Stored> {
        let (header, key) = (self.core.keys.header(), self.key.of(&info.scope)?);
        let body = info.seal_value(header, version, key, value.expose_secret().as_bytes())?;
        info.last_version = version;
        info.versions.push(VersionEntry { version, created_at: self.now, commitment: commitment(&body)? });
        Ok(Stored { info, body })
    }
}

/// Decides what a secret becomes; `None` leaves it as it is and writes nothing.
pub(super) type Decision<'a> = dyn FnMut(Option<&Stored>, &Sealer<'_>) -> Result<Option<Stored>> + 'a;

impl Core {
    /// Changes one secret. `decide` sees what is stored at the moment of the write, so no concurrent change is lost; it may
    /// be called again when the store retries.
    ///
    /// Gives what is stored afterwards; `None` when there is nothing.
    pub(super) fn edit(&self, place: &Place, name: &SecretName, decide: &mut Decision<'_>) -> Result<Option<Stored>> {
        let mut result = None;
        self.store.write(&head_row(place.tenant_tag), &mut |tx| {
            result = self.edit_in(tx, place, name, decide)?;
            Ok(())
        })?;
        Ok(result)
    }

    fn edit_in(
        &self,
        tx: &mut dyn WriteTx,
        place: &Place,
        name: &SecretName,
        decide: &mut Decision<'_>,
    ) -> Result<Option<Stored>> {
        let mut rows = get_in(tx, &[head_row(place.tenant_tag), self.secret_row(place, name)])?.into_iter();
        let (head, secret) = (rows.next().flatten(), rows.next().flatten());
        if head.is_none() && secret.is_some() {
            return Err(corrupt("a tenant has secrets but no head"));
        }
        let (mut head, key) = self.head_for_write(tx, place, head.as_ref())?;
        let mut was = None;
        if let Some(row) = secret {
            let commitment = Info::commitment(&row.info)?;
            let key = self.key_in(tx, Info::key_id(&row.info)?)?;
            was = Some((self.open_named_info(place, name, row, &key)?, commitment));
        }
        let current = was.as_ref().map(|(stored, _)| stored);

        let sealer = Sealer { core: self, key: &key, now: self.clock.now()? };
        let Some(next) = decide(current, &sealer)? else { return Ok(was.map(|(stored, _)| stored)) };

        head.epoch = head.epoch.checked_add(1).filter(|&epoch| i64::try_from(epoch).is_ok()).ok_or_else(exhausted)?;
        let row = self.seal_info(place, &next, head.epoch, &key)?;
        self.move_versions(tx, place, current, &next, head.epoch)?;
        if let Some((stored, commitment)) = &was {
            self.withdraw(&mut head, stored, commitment)?;
        }
        self.enter(&mut head, &next, &Info::commitment(&row.info)?)?;
        tx.put(&row)?;
        tx.put(&self.seal_head(place.tenant_tag, &head)?)?;
        Ok(Some(next))
    }

    /// The tenant's head and the data key it seals with; with the tenant's first write both come to be.
    fn head_for_write(&self, tx: &mut dyn WriteTx, place: &Place, row: Option<&Row>) -> Result<(Head, Arc<TenantKey>)> {
        if let Some(row) = row {
            let head = self.open_head(row)?;
            // Read each time: what is sealed with a key that is stored no more could be read by nobody else.
            let row = get_in(tx, &[data_key_row(head.active_key)])?.pop().flatten();
            let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
            let key = self.keys.open_active_key(&row)?;
            return Ok((head, self.keys.learn(key)));
        }
        let tenant = place.scope.tenant();
        let (key, row) = self.keys.new_data_key(tenant, 1)?;
        tx.put(&row)?;
        let head = Head {
            tenant: tenant.to_owned(),
            epoch: 0,
            live: 0,
            tombstones: 0,
            accumulator: [0; 32],
            active_key: key.id(),
        };
        // Known before it is committed: if the write fails, nothing ever names this random id.
        Ok((head, self.keys.learn(key)))
    }

    fn key_in(&self, tx: &mut dyn WriteTx, id: KeyId) -> Result<Arc<TenantKey>> {
        if let Some(key) = self.keys.known(id) {
            return Ok(key);
        }
        let row = get_in(tx, &[data_key_row(id)])?.pop().flatten();
        let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        Ok(self.keys.learn(self.keys.open_data_key(&row)?))
    }

    /// Writes and deletes the rows of older versions, so that they are those that `next` keeps. The envelope of what was
    /// the newest moves byte for byte.
    fn move_versions(
        &self,
        tx: &mut dyn WriteTx,
        place: &Place,
        current: Option<&Stored>,
        next: &Stored,
        epoch: u64,
    ) -> Result<()> {
        let Some(current) = current else { return Ok(()) };
        let name = &next.info.name;
        let (before, after) = (current.info.older(), next.info.older());
        for gone in before.iter().filter(|kept| !after.contains(kept)) {
            tx.delete(&self.version_row(place, name, gone.version))?;
        }
        for moved in after.iter().filter(|kept| !before.contains(kept)) {
            tx.put(&Row {
                key: self.version_row(place, name, moved.version),
                scope: place.scope_tag,
                tenant: place.tenant_tag,
                epoch,
                info: Vec::new(),
                body: current.body.clone(),
            })?;
        }
        Ok(())
    }

    /// Takes a record out of the head's account.
    fn withdraw(&self, head: &mut Head, stored: &Stored, commitment: &[u8; 32]) -> Result<()> {
        let count = if stored.info.state.is_live() { &mut head.live } else { &mut head.tombstones };
        *count = count.checked_sub(1).ok_or_else(|| corrupt("a tenant's head counts fewer secrets than there are"))?;
        self.toggle(head, stored, commitment);
        Ok(())
    }

    /// Enters a record into the head's account.
    fn enter(&self, head: &mut Head, stored: &Stored, commitment: &[u8; 32]) -> Result<()> {
        let count = if stored.info.state.is_live() { &mut head.live } else { &mut head.tombstones };
        *count = count.checked_add(1).ok_or_else(exhausted)?;
        self.toggle(head, stored, commitment);
        Ok(())
    }

    fn toggle(&self, head: &mut Head, stored: &Stored, commitment: &[u8; 32]) {
        let entry = self.keys.sub().accumulator_entry(stored.info.record, stored.info.revision, commitment);
        head.toggle(&entry);
    }
}

pub(super) fn exhausted() -> Error {
    Error::new(ErrorKind::Store, "the numbers of this tenant are used up")
}
