//! Passphrases open the key slots that were made with them.

use super::unlock::sealed::KeySlotSource;
use crate::crypto::header::Header;
use crate::crypto::key::random;
use crate::crypto::key_slot::{Kdf, KeySlotKeys, KeySlotPlace};
use crate::crypto::passphrase::{Passphrase, Work};
use crate::error::{Error, ErrorKind, Result};
use secrecy::ExposeSecret as _;

impl KeySlotSource for Passphrase {
    fn make(&self, place: KeySlotPlace<'_>) -> Result<(Kdf, KeySlotKeys)> {
        self.check()?;
        let (cost, salt) = (self.new_cost(), random()?);
        let kdf = Kdf::Passphrase { cost, salt };
        let root = self.stretch(&salt, cost)?;
        let keys = KeySlotKeys::derive(root.expose_secret(), place, &kdf)?;
        Ok((kdf, keys))
    }

    fn keys(
        &self,
        place: KeySlotPlace<'_>,
        kdf: &Kdf,
        work: &mut Work,
    ) -> Result<Option<KeySlotKeys>> {
        let Kdf::Passphrase { cost, salt } = kdf else {
            return Ok(None);
        };
        // First, because a slot that is passed over takes no work from the others.
        self.check_asked(*cost)?;
        work.take(*cost)?;
        let root = self.stretch(salt, *cost)?;
        KeySlotKeys::derive(root.expose_secret(), place, kdf).map(Some)
    }

    fn wrong(&self, _: &Header) -> Error {
        let message = "this passphrase does not open this vault: it is not exactly the one that \
                       was set, or the key slot is damaged";
        Error::new(ErrorKind::WrongKey, message)
    }
}
