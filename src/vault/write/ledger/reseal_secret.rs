//! One secret sealed anew with the data key that seals now.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::place::{Outcome, Place};
use super::reseal_page::Work;
use super::transaction::Ledger;
use crate::crypto::{Envelope, Info, SealedInfo, VersionEntry};
use crate::error::Result;
use crate::record::Version;
use crate::store::Row;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::stored::Stored;
use crate::vault::tenant_key::TenantKey;

/// A secret of a page.
pub(super) struct Paged {
    pub(super) row: Row,
    /// The info, and the scope in it; `None` if it cannot be read.
    pub(super) opened: Option<(Info, Arc<HashedScope>)>,
}

/// The older versions of a secret that are not done.
pub(super) fn pending(info: &Info, done: Option<Version>) -> impl Iterator<Item = &VersionEntry> {
    let is_pending = move |kept: &&VersionEntry| done.is_none_or(|done| kept.version > done);
    info.older().iter().filter(is_pending)
}

impl Ledger<'_> {
    /// Opens the info of a secret; `None` if it cannot be read.
    pub(super) fn open_paged(&mut self, row: &Row) -> Result<Option<Info>> {
        let Ok(sealed) = SealedInfo::parse(&row.info) else {
            return Ok(None);
        };
        let key = self.readable_key(sealed.key_id())?;
        let info = key.and_then(|key| self.core.open_info(row, &sealed, &key).ok());
        if let Some(info) = &info {
            let found = Some((info, sealed.commitment()));
            self.guard.check(self.core, &row.key, found)?;
        }
        Ok(info)
    }

    /// Seals a secret anew, its newest value first. Returns the version up to which that is done if
    /// the rest is for the next page.
    pub(super) fn reseal(
        &mut self,
        secret: Paged,
        place: &Place,
        active: &TenantKey,
        work: &mut Work,
        outcome: &mut Outcome,
    ) -> Result<Option<Version>> {
        work.bytes += secret.row.size();
        let Some((mut info, scope)) = secret.opened else {
            outcome.is_unreadable = true;
            return Ok(None);
        };
        let Row {
            key,
            info: was,
            mut body,
            ..
        } = secret.row;
        let mut commitments = Vec::new();
        if let Some(newest) = info.newest() {
            if let Some(next) = self.reseal_value(&info, newest, Some(&body), active, outcome)? {
                commitments.push((newest.version, commitment(&next)?));
                body = next;
            }
        }
        let (mut up_to, mut rest) = (None, pending(&info, place.done_of(&key.key)).peekable());
        while let Some(kept) = rest.next() {
            let found = work.older.next(self.tx)?;
            work.bytes += found.as_ref().map_or(0, Row::size);
            let found = found.as_ref().map(|row| &row.body[..]);
            if let Some(next) = self.reseal_value(&info, kept, found, active, outcome)? {
                commitments.push((kept.version, commitment(&next)?));
                let row = Row {
                    key: self.core.version_row(&scope, &info.name, kept.version),
                    epoch: self.begun()?.head.epoch,
                    info: Vec::new(),
                    body: next,
                };
                self.tx.put(&row)?;
            }
            if work.is_enough() && rest.peek().is_some() {
                up_to = Some(kept.version);
                break;
            }
        }
        drop(rest);
        let was = SealedInfo::parse(&was)?;
        if was.key_id() == active.id() && commitments.is_empty() {
            return Ok(up_to);
        }
        for (version, commitment) in commitments {
            let mut entries = info.versions.iter_mut();
            if let Some(entry) = entries.rfind(|kept| kept.version == version) {
                entry.commitment = commitment;
            }
        }
        outcome.is_resealed = true;
        let (core, next) = (self.core, Stored { info, body });
        let account = self.begun()?;
        let row = core.seal_info(&scope, key, &next, account.head.epoch, active)?;
        account.withdraw(core, &next, was.commitment())?;
        account.enter(core, &next, SealedInfo::parse(&row.info)?.commitment())?;
        self.tx.put(&row)?;
        Ok(up_to)
    }

    /// Seals a value anew; `None` if that need not or cannot be.
    fn reseal_value(
        &mut self,
        info: &Info,
        kept: &VersionEntry,
        body: Option<&[u8]>,
        active: &TenantKey,
        outcome: &mut Outcome,
    ) -> Result<Option<Vec<u8>>> {
        let sealed = body.and_then(|body| Envelope::parse(body).ok());
        if sealed.is_some_and(|sealed| sealed.key_id() == active.id()) {
            return Ok(None);
        }
        let key = match sealed {
            Some(sealed) => self.readable_key(sealed.key_id())?,
            None => None,
        };
        let value = sealed.zip(key).and_then(|(sealed, key)| {
            let opened = self.core.open_value(info, kept.version, &sealed, &key);
            opened.ok()
        });
        let Some(value) = value else {
            outcome.is_unreadable = true;
            return Ok(None);
        };
        let (header, key) = (self.core.keys.header(), active.of(&info.scope)?);
        let bytes = value.expose_secret().as_bytes();
        info.seal_value(header, kept.version, key, bytes).map(Some)
    }
}

fn commitment(envelope: &[u8]) -> Result<[u8; 32]> {
    Ok(*Envelope::parse(envelope)?.commitment())
}
