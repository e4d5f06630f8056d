//! Key providers. Theirs is the key of a slot, which is made at random: the provider of these
//! scenarios keeps it masked, so that the search knows it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use keyslot::secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use keyslot::{Error, ErrorKind, KeyContext, MemoryStore, Result, RootKeyProvider, Unlock, Vault};

use super::{Scenario, other_keys_of};
use crate::format::WRAPPING;
use crate::given::{Given, traces};
use crate::memory::{MASK, Needle};

pub(super) const ALL: &[Scenario] = &[
    ("a vault that a provider made", |given| {
        vault(given, &Safe::default())
    }),
    ("a vault that a provider opened", opened),
    ("a provider in a box", |given| {
        let safe = Safe::default();
        let boxed: Box<dyn RootKeyProvider> = Box::new(safe.clone());
        made(given, &safe, &boxed);
    }),
    ("a provider that is shared", |given| {
        let safe = Safe::default();
        made(given, &safe, &Arc::new(safe.clone()));
    }),
    ("a provider in a thread", |given| {
        let safe = Safe::default();
        let own = safe.clone();
        let vault = thread::spawn(move || Vault::in_memory(&own).unwrap());
        let vault = vault.join().unwrap();
        safe.are_gone(given, "while the vault is open");
        drop(vault);
        safe.are_gone(given, "after the drop of the vault");
    }),
    ("a provider that cannot be reached", |given| {
        fails(given, Way::Unavailable, ErrorKind::Unavailable);
    }),
    ("a provider that panics with the key", |given| {
        fails(given, Way::Panic, ErrorKind::KeyProvider);
    }),
    ("a provider that gives another key", |given| {
        fails(given, Way::Other, ErrorKind::KeyProvider);
    }),
    ("a provider that wraps into too much", |given| {
        fails(given, Way::TooLong, ErrorKind::KeyProvider);
    }),
    ("a provider that fails when a vault is opened", |given| {
        for (way, kind) in [
            (Way::Unavailable, ErrorKind::Unavailable),
            (Way::Panic, ErrorKind::KeyProvider),
            (Way::Other, ErrorKind::WrongKey),
        ] {
            let (safe, store) = (Safe::default(), MemoryStore::new());
            drop(Vault::builder().store(store.clone()).create(&safe).unwrap());
            safe.0.lock().unwrap().way = way;
            quietly();
            let error = Vault::builder().store(store).open(&safe).unwrap_err();
            assert_eq!(error.kind(), kind);
            safe.are_gone(given, "after a refusal");
        }
    }),
    ("a panic while a vault of a provider is open", |given| {
        let safe = Safe::default();
        quietly();
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let vault = Vault::in_memory(&safe).unwrap();
            std::hint::black_box(&vault);
            panic!("while a vault is open");
        }));
        assert!(caught.is_err());
        safe.are_gone(given, "after the panic");
    }),
    (
        "the other keys of a vault that a provider opened",
        |given| {
            let path = given.folder().join("provider.db");
            let safe = Safe::default();
            drop(Vault::create(&path, &safe).unwrap());
            other_keys_of(given, &path, || Vault::open(&path, &safe));
        },
    ),
    ("the other keys of a vault that a provider made", |given| {
        let path = given.folder().join("provider.db");
        other_keys_of(given, &path, || Vault::create(&path, &Safe::default()));
    }),
];

/// A provider that wraps by a mask, and keeps the keys that it saw under another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Safe(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    way: Way,
    seen: Vec<Vec<u8>>,
    /// The key was found in memory while it was here.
    is_found: bool,
}

/// The way in which a provider fails.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Way {
    #[default]
    Not,
    Unavailable,
    Panic,
    Other,
    TooLong,
}

impl Safe {
    /// Notes a key, and sees that the search finds it now.
    fn see(&self, key: &SecretBox<[u8; 32]>) -> Way {
        let masked: Vec<u8> = key.expose_secret().iter().map(|byte| byte ^ MASK).collect();
        let found = !traces(&Needle::masked(masked.iter().copied())).is_empty();
        let mut state = self.0.lock().unwrap();
        state.is_found |= found;
        state.seen.push(masked);
        state.way
    }

    /// Demands that none of the keys is anywhere, and that each was found while it was there.
    pub(super) fn are_gone(&self, given: &Given, when: &str) {
        let state = self.0.lock().unwrap();
        if !state.is_found {
            given.fail("the control: a key of a provider is not found".to_owned());
        }
        for masked in &state.seen {
            let needle = Needle::masked(masked.iter().copied());
            given.absent("key of a provider", &needle, when);
        }
    }
}

impl RootKeyProvider for Safe {
    fn name(&self) -> &str {
        "safe:main"
    }

    fn wrap(&self, key: &SecretBox<[u8; 32]>, _: &KeyContext) -> Result<Vec<u8>> {
        let way = self.see(key);
        let wrapped = key.expose_secret().iter().map(|byte| byte ^ WRAPPING);
        match way {
            Way::Unavailable => Err(Error::new(ErrorKind::Unavailable, "no connection")),
            Way::Panic => panic!("with a key"),
            Way::TooLong => Ok(wrapped.chain([0; 2000]).collect()),
            Way::Not | Way::Other => Ok(wrapped.collect()),
        }
    }

    fn unwrap(&self, wrapped: &[u8], _: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
        let mut key = SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            key.iter_mut()
                .zip(wrapped)
                .for_each(|(byte, wrapped)| *byte = wrapped ^ WRAPPING);
        });
        match self.see(&key) {
            Way::Unavailable => Err(Error::new(ErrorKind::Unavailable, "no connection")),
            Way::Panic => panic!("with a key"),
            Way::Other => {
                key.expose_secret_mut()[0] ^= 1;
                Ok(key)
            }
            Way::Not | Way::TooLong => Ok(key),
        }
    }
}

fn quietly() {
    std::panic::set_hook(Box::new(|_| {}));
}

fn vault(given: &Given, safe: &Safe) {
    made(given, safe, safe);
}

fn made(given: &Given, safe: &Safe, key: &dyn Unlock) {
    let vault = Vault::in_memory(key).unwrap();
    safe.are_gone(given, "while the vault is open");
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    drop(vault);
    safe.are_gone(given, "while a handle is there");
    drop(scope);
    safe.are_gone(given, "after the drop of the vault");
}

fn opened(given: &Given) {
    let (safe, path) = (Safe::default(), given.folder().join("provider.db"));
    drop(Vault::create(&path, &safe).unwrap());
    safe.are_gone(given, "after the vault was made");
    let vault = Vault::open(&path, &safe).unwrap();
    safe.are_gone(given, "while the vault is open");
    drop(vault);
    safe.are_gone(given, "after the drop of the vault");
}

/// A vault is made, and the provider fails in some way.
fn fails(given: &Given, way: Way, kind: ErrorKind) {
    let safe = Safe::default();
    safe.0.lock().unwrap().way = way;
    quietly();
    let error = Vault::in_memory(&safe).unwrap_err();
    assert_eq!(error.kind(), kind);
    safe.are_gone(given, "after a refusal");
}
