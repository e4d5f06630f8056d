//! Root keys in the keychain of the operating system.
//!
//! The application picks the store of its system, one of those for
//! [`keyring_core`]: `apple-native-keyring-store`, `windows-native-keyring-store`,
//! `dbus-secret-service-keyring-store`, `linux-keyutils-keyring-store` and others. It makes the
//! entry in that store, and this module reads or makes the key there. The key is kept as 44
//! characters of base64, which people can copy with the program of their system.
//!
//! Not every store keeps what it is given. The keyring of the Linux kernel forgets at a restart,
//! and a server has no Secret Service: keep a second key slot or a copy of the key elsewhere.
//!
//! The key is wiped from all buffers of this module. Not wiped are the copies that the store and
//! the system make.
//!
//! ```
//! use keyslot::Vault;
//! use keyslot_keys::keychain;
//! use keyslot_keys::keyring_core::{Entry, mock};
//!
//! // In an application, a store of the system.
//! let store: std::sync::Arc<keyslot_keys::keyring_core::CredentialStore> = mock::Store::new()?;
//! let entry = Entry::new_in_store(&store, "my-application", "vault")?;
//! let vault = Vault::in_memory(&keychain::store_new(&entry)?)?;
//! assert!(keychain::load(&entry).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use keyring_core::{Entry, Error as KeychainError};
use keyslot::secrecy::ExposeSecret;
use keyslot::{Error, ErrorKind, Result, RootKey};
use zeroize::{Zeroize, Zeroizing};

/// Reads the root key of an entry: 44 characters of base64 or 64 hexadecimal digits, and perhaps
/// one line end.
///
/// ```
/// use keyslot::ErrorKind;
/// use keyslot_keys::keychain;
/// use keyslot_keys::keyring_core::{CredentialStore, Entry, mock};
///
/// let store: std::sync::Arc<CredentialStore> = mock::Store::new()?;
/// let entry = Entry::new_in_store(&store, "my-application", "vault")?;
/// assert_eq!(keychain::load(&entry).unwrap_err().kind(), ErrorKind::InvalidKey);
/// entry.set_password("O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=")?;
/// assert!(keychain::load(&entry).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`InvalidKey`](ErrorKind::InvalidKey) if there is no key or something else,
/// [`WeakKey`](ErrorKind::WeakKey), [`KeyDenied`](ErrorKind::KeyDenied) if the keychain is locked
/// or refuses this process, and [`KeyProvider`](ErrorKind::KeyProvider) if it fails in another way.
/// No message holds what the keychain gave.
pub fn load(entry: &Entry) -> Result<RootKey> {
    match read(entry)? {
        Some(text) => decode(&text),
        None => Err(Error::new(
            ErrorKind::InvalidKey,
            "the keychain has no key under this entry; make one with keychain::store_new",
        )),
    }
}

/// Makes a new root key and stores it under an entry that is empty. Nothing is ever overwritten.
///
/// A keychain has no write that fails where something is stored. So the key is read again, and is
/// refused if it is another one: then another process stored its key at the same time. Let one
/// process make the key.
///
/// ```
/// use keyslot::ErrorKind;
/// use keyslot_keys::keychain;
/// use keyslot_keys::keyring_core::{CredentialStore, Entry, mock};
///
/// let store: std::sync::Arc<CredentialStore> = mock::Store::new()?;
/// let entry = Entry::new_in_store(&store, "my-application", "vault")?;
/// keychain::store_new(&entry)?;
/// assert_eq!(keychain::store_new(&entry).unwrap_err().kind(), ErrorKind::Conflict);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Conflict`](ErrorKind::Conflict) if something is stored under the entry; otherwise as
/// [`load`], and [`Io`](ErrorKind::Io) if the system gives no random bytes.
pub fn store_new(entry: &Entry) -> Result<RootKey> {
    if read(entry)?.is_some() {
        return Err(conflict());
    }
    let key = RootKey::generate()?;
    let text = key.to_base64();
    entry.set_password(text.expose_secret()).map_err(failed)?;
    match read(entry)? {
        Some(stored) if *stored == text.expose_secret() => Ok(key),
        Some(_) => Err(conflict()),
        None => Err(Error::new(
            ErrorKind::KeyProvider,
            "the keychain did not keep the key that it was given",
        )),
    }
}

/// The text under an entry, if there is any.
fn read(entry: &Entry) -> Result<Option<Zeroizing<String>>> {
    match entry.get_password() {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(KeychainError::NoEntry) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn decode(text: &str) -> Result<RootKey> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let key = match text.len() {
        64 => RootKey::from_hex(text),
        _ => RootKey::from_base64(text),
    };
    key.map_err(|error| match error.kind() {
        ErrorKind::InvalidKey => not_a_key(),
        _ => error,
    })
}

/// The error for a failure of the keychain. The source is left out: it may hold the stored bytes.
fn failed(error: KeychainError) -> Error {
    match error {
        // These hold what is stored.
        KeychainError::BadEncoding(mut bytes) | KeychainError::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            not_a_key()
        }
        KeychainError::NoStorageAccess(_) => Error::new(
            ErrorKind::KeyDenied,
            "the keychain is locked or refuses this process; unlock it",
        ),
        KeychainError::Ambiguous(_) => Error::new(
            ErrorKind::KeyProvider,
            "the keychain has several entries of this name; remove all but one",
        ),
        _ => Error::new(
            ErrorKind::KeyProvider,
            "the keychain of this system failed; see that its store fits the system",
        ),
    }
}

fn not_a_key() -> Error {
    Error::new(
        ErrorKind::InvalidKey,
        "the keychain holds something other than a key under this entry: neither 44 characters of \
         base64 nor 64 hexadecimal digits",
    )
}

fn conflict() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "something is stored in the keychain under this entry already; read it with keychain::load",
    )
}
