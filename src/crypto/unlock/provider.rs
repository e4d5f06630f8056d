//! Providers open the key slots that have their name.

use std::panic::{AssertUnwindSafe, catch_unwind};

use secrecy::{ExposeSecret as _, SecretBox};

use super::unlock::sealed::KeySlotSource;
use crate::crypto::header::Header;
use crate::crypto::key::secret;
use crate::crypto::key_slot::{Kdf, KeySlotKeys, KeySlotPlace};
use crate::crypto::passphrase::Work;
use crate::crypto::primitives::{equal, fill_random};
use crate::crypto::provider::{MAX_WRAPPED, RootKeyProvider, is_name};
use crate::error::{Error, ErrorKind, Result};

impl<P: RootKeyProvider> KeySlotSource for P {
    fn make(&self, place: KeySlotPlace<'_>) -> Result<(Kdf, KeySlotKeys)> {
        let (name, context) = (checked_name(self)?, place.context());
        let root = secret(|key| fill_random(key))?;
        let wrapped = asked(name, || self.wrap(&root, &context))?;
        if wrapped.len() > MAX_WRAPPED {
            return Err(broken(name, "wrapped a key into more than 1024 bytes"));
        }
        // A key that does not come back would lock its owner out, at some later time.
        let again = asked(name, || self.unwrap(&wrapped, &context))?;
        if !equal(root.expose_secret(), again.expose_secret()) {
            return Err(broken(name, "does not give back the key that it wrapped"));
        }
        let name = name.to_owned();
        let kdf = Kdf::Provider { name, wrapped };
        let keys = KeySlotKeys::derive(root.expose_secret(), place, &kdf)?;
        Ok((kdf, keys))
    }

    fn keys(
        &self,
        place: KeySlotPlace<'_>,
        kdf: &Kdf,
        work: &mut Work,
    ) -> Result<Option<KeySlotKeys>> {
        let Kdf::Provider { name, wrapped } = kdf else {
            return Ok(None);
        };
        let own = checked_name(self)?;
        if name != own {
            return Ok(None);
        }
        let unreachable = || refused(own, ErrorKind::Unavailable);
        let unwrap = || self.unwrap(wrapped, &place.context());
        let root: SecretBox<_> = work.call(unreachable, || asked(own, unwrap))?;
        KeySlotKeys::derive(root.expose_secret(), place, kdf).map(Some)
    }

    fn wrong(&self, _: &Header) -> Error {
        let name = checked_name(self).unwrap_or_default();
        Error::new(
            ErrorKind::WrongKey,
            format!(
                "the key provider {name} does not open this vault: no key slot is for it, or it \
                 gave another key than it wrapped"
            ),
        )
    }
}

/// The name of a provider, if it may be shown and stored.
fn checked_name(provider: &dyn RootKeyProvider) -> Result<&str> {
    let name = provider.name();
    if is_name(name) {
        return Ok(name);
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        "the name of a key provider has 1 to 128 characters of A-Z, a-z, 0-9 and ._:/@-",
    ))
}

/// The answer of a provider. Of an error the kind is passed on, and nothing that was said: it may
/// repeat the key.
fn asked<T>(name: &str, ask: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(refused(name, error.kind())),
        Err(_) => Err(broken(name, "panicked")),
    }
}

fn refused(name: &str, kind: ErrorKind) -> Error {
    let said = match kind {
        ErrorKind::Unavailable => "cannot be reached now; try again",
        ErrorKind::KeyDenied => {
            "refuses this process the use of the key; check its rights and credentials there"
        }
        ErrorKind::WrongKey => {
            "does not unwrap the key of this vault: it was wrapped by another key, or for another \
             vault"
        }
        _ => return broken(name, "failed; its own log may say why"),
    };
    Error::new(kind, format!("the key provider {name} {said}"))
}

fn broken(name: &str, what: &str) -> Error {
    Error::new(
        ErrorKind::KeyProvider,
        format!("the key provider {name} {what}"),
    )
}
