//! Root keys in a keychain.

use std::any::Any;
use std::sync::{Arc, Mutex};

use keyslot::secrecy::ExposeSecret;
use keyslot::{ErrorKind, Vault};
use keyslot_keys::keychain::{load, store_new};
use keyslot_keys::keyring_core::api::CredentialApi;
use keyslot_keys::keyring_core::{Credential, CredentialStore, Entry, Error, Result, mock};

use crate::printed;

const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";
const HEX: &str = "3be1079a54c8f32d61b60e88d7451faa73ec39925d04cfb16816e57ea340db29";

fn entry() -> Entry {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    Entry::new_in_store(&store, "keyslot", "vault").unwrap()
}

#[test]
fn a_new_key_is_stored_once_and_opens_its_vault() {
    let entry = entry();
    let store = keyslot::MemoryStore::new();
    let key = store_new(&entry).unwrap();
    Vault::builder().store(store.clone()).create(&key).unwrap();
    let loaded = load(&entry).unwrap();
    assert_eq!(
        loaded.to_base64().expose_secret(),
        key.to_base64().expose_secret()
    );
    Vault::builder().store(store).open(&loaded).unwrap();

    let error = store_new(&entry).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(
        entry.get_password().unwrap(),
        *key.to_base64().expose_secret()
    );
}

#[test]
fn nothing_is_overwritten() {
    for text in ["canary of another program", "", KEY] {
        let entry = entry();
        entry.set_password(text).unwrap();
        let error = store_new(&entry).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(!printed(&error).contains("canary"));
        assert_eq!(entry.get_password().unwrap(), text);
    }
    // Bytes that are no text are something, too.
    let entry = entry();
    entry.set_secret(b"\xff\xfe").unwrap();
    assert!(store_new(&entry).is_err());
    assert_eq!(entry.get_secret().unwrap(), b"\xff\xfe");
}

#[test]
fn both_writings_of_a_key_are_read() {
    for text in [KEY, HEX, &format!("{KEY}\n"), &format!("{HEX}\r\n")] {
        let entry = entry();
        entry.set_password(text).unwrap();
        assert_eq!(load(&entry).unwrap().to_base64().expose_secret(), KEY);
    }
}

#[test]
fn something_else_is_refused_and_not_repeated() {
    let weak = "A".repeat(43) + "=";
    for (text, kind) in [
        ("", ErrorKind::InvalidKey),
        ("canary", ErrorKind::InvalidKey),
        (
            "canary 4eC39HqLyjWDarjtT1 canary 4eC39HqLyjW",
            ErrorKind::InvalidKey,
        ),
        (&KEY[..43], ErrorKind::InvalidKey),
        (&format!(" {KEY}"), ErrorKind::InvalidKey),
        (&format!("{KEY}\n\n"), ErrorKind::InvalidKey),
        (&weak, ErrorKind::WeakKey),
    ] {
        let entry = entry();
        entry.set_password(text).unwrap();
        let error = load(&entry).unwrap_err();
        assert_eq!(error.kind(), kind, "{text:?}");
        assert!(!printed(&error).contains("canary"));
    }
    let entry = entry();
    entry.set_secret(b"canary\xff").unwrap();
    let error = load(&entry).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(!printed(&error).contains("canary") && !printed(&error).contains("99, 97"));
}

#[test]
fn each_failure_of_a_keychain_has_its_kind() {
    let cause = || Box::<dyn std::error::Error + Send + Sync>::from("canary");
    let failures = || {
        [
            (Error::PlatformFailure(cause()), ErrorKind::KeyProvider),
            (Error::NoStorageAccess(cause()), ErrorKind::KeyDenied),
            (
                Error::BadEncoding(b"canary".to_vec()),
                ErrorKind::InvalidKey,
            ),
            (
                Error::BadDataFormat(b"canary".to_vec(), cause()),
                ErrorKind::InvalidKey,
            ),
            (
                Error::BadStoreFormat("canary".to_owned()),
                ErrorKind::KeyProvider,
            ),
            (
                Error::TooLong("canary".to_owned(), 1),
                ErrorKind::KeyProvider,
            ),
            (
                Error::Invalid("canary".to_owned(), "canary".to_owned()),
                ErrorKind::KeyProvider,
            ),
            (Error::Ambiguous(vec![entry()]), ErrorKind::KeyProvider),
            (Error::NoDefaultStore, ErrorKind::KeyProvider),
            (
                Error::NotSupportedByStore("canary".to_owned()),
                ErrorKind::KeyProvider,
            ),
        ]
    };
    let entry = entry();
    let fail = |error| {
        let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        mock.set_error(error);
    };
    for call in [load, store_new] {
        for (error, kind) in failures() {
            fail(error);
            let error = call(&entry).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(!printed(&error).contains("canary"));
            assert!(std::error::Error::source(&error).is_none());
        }
    }
    fail(Error::NoEntry);
    let error = load(&entry).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(error.to_string().contains("no key under this entry"));
}

/// A credential that keeps what a rule makes of what it is given.
#[derive(Debug)]
struct Ruled {
    stored: Mutex<Option<Vec<u8>>>,
    keep: fn(&[u8]) -> Option<Vec<u8>>,
}

impl CredentialApi for Ruled {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        *self.stored.lock().unwrap() = (self.keep)(secret);
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.stored.lock().unwrap().clone().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<()> {
        Ok(())
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn ruled(keep: fn(&[u8]) -> Option<Vec<u8>>) -> Entry {
    Entry::new_with_credential(Arc::new(Ruled {
        stored: Mutex::default(),
        keep,
    }))
}

#[test]
fn a_key_that_is_not_kept_is_given_to_nobody() {
    assert!(
        store_new(&ruled(|key| Some(key.to_vec()))).is_ok(),
        "the control"
    );
    for (keep, kind) in [
        ((|_| None) as fn(&[u8]) -> _, ErrorKind::KeyProvider),
        // Another process stored its own at the same time.
        (|_| Some(KEY.as_bytes().to_vec()), ErrorKind::Conflict),
        (|key| Some(key[..43].to_vec()), ErrorKind::Conflict),
        (|key| Some(key.to_ascii_lowercase()), ErrorKind::Conflict),
    ] {
        assert_eq!(store_new(&ruled(keep)).unwrap_err().kind(), kind);
    }
}
