//! The secrets of a tenant, as they were at one moment.

use secrecy::{ExposeSecret, SecretString};

use crate::crypto::{
    BundleReach, BundleReader, BundledSecret, Envelope, Head, Info, SealedInfo, VersionEntry,
};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Kind, Partition, ReadTx, Row};
use crate::vault::core::Core;
use crate::vault::older_rows::OlderRows;
use crate::vault::rows::corrupt;
use crate::vault::verify::{Account, StoredKeys};
use crate::vault::walk::Walk;

/// A tenant that is read as of one moment.
pub(super) struct TenantRead<'a> {
    pub(super) core: &'a Core,
    pub(super) partition: Partition,
    pub(super) tx: &'a mut dyn ReadTx,
    pub(super) reach: &'a BundleReach,
    /// True if older versions and tombstones are wanted.
    pub(super) has_history: bool,
}

impl TenantRead<'_> {
    /// Gives the secrets within reach to `each`, and calls `paged` after each page of the tenant.
    /// All of its records are read, and held against its head.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) when anything within reach cannot be read, or when the
    /// records are not those of the head; the errors of `each` and `paged`.
    pub(super) fn read(
        mut self,
        head: &Head,
        each: &mut dyn FnMut(BundledSecret) -> Result<()>,
        paged: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let keys = self.keys(head)?;
        let mut account = Account::default();
        let mut walk = Walk::of_all(Kind::Secret, true);
        while let Some(rows) = walk.step_in(self.tx)?.page()? {
            let mut page = Vec::with_capacity(rows.len());
            for row in rows.into_iter().filter(|row| !keys.is_erased(row)) {
                let (info, commitment) = self.open(&keys, &row)?;
                let sub = self.core.keys.sub();
                let entry = sub.accumulator_entry(info.record, info.revision, &commitment);
                account.enter(info.state.is_live(), &entry);
                let is_wanted = self.has_history || info.state.is_live();
                if is_wanted && self.reach.holds(&info.scope) {
                    page.push((info, row.body));
                }
            }
            self.secrets(&keys, page, each)?;
            paged()?;
        }
        if account.is_of(head) {
            return Ok(());
        }
        Err(corrupt(
            "the secrets of an organization are not those that its head accounts for",
        ))
    }

    fn keys(&mut self, head: &Head) -> Result<StoredKeys> {
        let mut keys = StoredKeys::of(Some(head));
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(self.tx)?.page()? {
            if !rows
                .iter()
                .all(|row| keys.take(self.core, self.partition, row))
            {
                return Err(corrupt("a data key of an organization is damaged"));
            }
        }
        Ok(keys)
    }

    fn open(&self, keys: &StoredKeys, row: &Row) -> Result<(Info, [u8; 32])> {
        let sealed = SealedInfo::parse(&row.info)?;
        let key = keys.get(sealed.key_id()).ok_or_else(no_key)?;
        let info = self.core.open_info(row, &sealed, key)?;
        Ok((info, *sealed.commitment()))
    }

    /// Opens the values of a page of secrets. Older ones are read some at a time.
    fn secrets(
        &mut self,
        keys: &StoredKeys,
        page: Vec<(Info, Vec<u8>)>,
        each: &mut dyn FnMut(BundledSecret) -> Result<()>,
    ) -> Result<()> {
        let mut older = OlderRows::default();
        for (info, body) in page.iter().filter(|_| self.has_history) {
            let scope = self.core.hashed(&info.scope);
            for kept in info.older() {
                let key = self.core.version_row(&scope, &info.name, kept.version);
                older.expect(key, body.len());
            }
        }
        for (info, body) in page {
            let (mut values, mut bytes) = (Vec::with_capacity(info.versions.len()), 0);
            let wanted = if self.has_history { info.older() } else { &[] };
            for kept in wanted {
                let row = older.next(self.tx)?;
                let body = row.map(|row| row.body).unwrap_or_default();
                values.push(self.value(keys, &info, kept, &body)?);
                bytes += values.last().map_or(0, |value| value.expose_secret().len());
                check_bytes(bytes, &info)?;
            }
            if let Some(newest) = info.newest() {
                values.push(self.value(keys, &info, newest, &body)?);
                bytes += values.last().map_or(0, |value| value.expose_secret().len());
                check_bytes(bytes, &info)?;
            }
            each(BundledSecret { info, values })?;
        }
        Ok(())
    }

    fn value(
        &self,
        keys: &StoredKeys,
        info: &Info,
        kept: &VersionEntry,
        body: &[u8],
    ) -> Result<SecretString> {
        let open = || {
            let sealed = Envelope::parse(body)?;
            let key = keys.get(sealed.key_id()).ok_or_else(no_key)?;
            self.core.open_value(info, kept.version, &sealed, key)
        };
        open().map_err(|error| {
            let Info { name, scope, .. } = info;
            let message = format!("secret {name} in {scope} has a value that cannot be read");
            Error::new(error.kind(), message)
                .with_name(name)
                .with_source(error)
        })
    }
}

fn no_key() -> Error {
    corrupt("the data key of a secret is missing")
}

/// Refuses values before more of them are in memory than a bundle may have.
fn check_bytes(bytes: usize, info: &Info) -> Result<()> {
    if bytes <= BundleReader::<&[u8]>::MAX_VALUES {
        return Ok(());
    }
    let Info { name, scope, .. } = info;
    let message = format!(
        "the values of secret {name} in {scope} have more than 256 MiB, which is too much for a \
         bundle; keep fewer versions"
    );
    Err(Error::new(ErrorKind::TooLarge, message).with_name(name))
}
