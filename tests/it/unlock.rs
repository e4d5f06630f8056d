//! Passphrases and providers open vaults.
#![cfg(feature = "passphrase")]

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyslot::secrecy::{ExposeSecret, SecretBox};
use keyslot::store::{Kind, MemoryStore, Row};
use keyslot::{
    Argon2Cost, Error, ErrorKind, KeyContext, Passphrase, Result, RootKey, RootKeyProvider, Unlock,
    Vault,
};

use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::rows::{Stored, put, rows};
use crate::support::scanner::Scanner;

const TEXT: &str = "copper lantern walks over the ridge";

/// The least cost, because tests wait for it.
fn cheap() -> Argon2Cost {
    Argon2Cost::new(19 << 10, 2, 1).unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).cost(cheap())
}

fn create(store: &MemoryStore, key: &dyn Unlock) -> Result<Vault> {
    Vault::builder().store(store.clone()).create(key)
}

fn open(store: &MemoryStore, key: &dyn Unlock) -> Result<Vault> {
    Vault::builder().store(store.clone()).open(key)
}

fn refusal<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn a_passphrase_opens_its_vault_and_no_other() {
    let store = MemoryStore::new();
    let vault = create(&store, &passphrase(TEXT)).unwrap();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    assert!(vault.verify().unwrap().is_intact());
    let again = open(&store, &passphrase(TEXT)).unwrap();
    let resolved = again.scope("acme").unwrap().resolve("<<$secret.KEY>>");
    assert_eq!(resolved.unwrap().expose_secret(), "a value");
    assert!(again.verify().unwrap().is_intact());
    // The cost of a stored slot is its own.
    assert!(open(&store, &Passphrase::new(TEXT)).is_ok());
    let others = [
        "copper lantern walks over the ridge ",
        " copper lantern walks over the ridge",
        "copper lantern walks over the ridge\n",
        "Copper lantern walks over the ridge",
        "copper lantern walks over the ridg",
        "",
        "x",
    ];
    for other in others {
        let error = open(&store, &passphrase(other)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey, "{other:?}");
    }
    assert!(create(&store, &passphrase(TEXT)).is_err());
}

#[test]
fn bad_input_108_a_passphrase_is_no_root_key_and_a_root_key_no_passphrase() {
    let (by_key, by_text) = (MemoryStore::new(), MemoryStore::new());
    let key = root_key();
    let as_text = key.to_base64();
    create(&by_key, &key).unwrap();
    create(&by_text, &passphrase(as_text.expose_secret())).unwrap();
    assert!(
        open(&by_key, &key).is_ok() && open(&by_text, &passphrase(as_text.expose_secret())).is_ok()
    );
    assert_eq!(refusal(open(&by_text, &key)), Some(ErrorKind::WrongKey));
    let text = passphrase(as_text.expose_secret());
    assert_eq!(refusal(open(&by_key, &text)), Some(ErrorKind::WrongKey));
    let text = RootKey::from_bytes(b"copper lantern walks over a hill");
    assert_eq!(refusal(text), Some(ErrorKind::WeakKey));
    assert_eq!(
        refusal(RootKey::from_base64(TEXT)),
        Some(ErrorKind::InvalidKey)
    );
}

/// The stored slot with other parameters of Argon2id: the record has them at fixed places.
fn asking_for(store: &MemoryStore, at: usize, number: u32) -> MemoryStore {
    let (other, slot) = (MemoryStore::new(), rows(store, Kind::Slot).remove(0));
    for kind in [Kind::Header, Kind::VaultSecret] {
        put(&other, &rows(store, kind)[0]);
    }
    put(&other, &slot.with(|row| ask_for(row, at, number)));
    other
}

/// Sets a parameter of Argon2id in the row of a slot.
fn ask_for(row: &mut Row, at: usize, number: u32) {
    // Form and tag of the slot's record, length; form, tag, length and byte of the kind; then
    // each number behind its tag and length.
    let place = 6 + 7 + 9 * at + 5;
    row.info[place..place + 4].copy_from_slice(&number.to_be_bytes());
}

#[test]
fn bad_input_110_a_slot_that_asks_for_too_much_is_refused_before_anything_is_allocated() {
    let (store, key) = (MemoryStore::new(), passphrase(TEXT));
    create(&store, &key).unwrap();
    assert!(
        open(&asking_for(&store, 0, 19 << 10), &key).is_ok(),
        "the control"
    );
    for (at, number) in [
        (0, u32::MAX),
        (0, (1 << 20) + 1),
        (0, 8),
        (0, 0),
        (1, 0),
        (1, 1),
        (1, 17),
        (1, u32::MAX),
        (2, 0),
        (2, 17),
        (2, (1 << 24) - 1),
    ] {
        let changed = asking_for(&store, at, number);
        assert_eq!(
            refusal(open(&changed, &key)),
            Some(ErrorKind::Corrupt),
            "{at} {number}"
        );
    }
    // Within the bounds of the format, but more than this caller allows.
    for (at, number) in [(0, 1 << 20), (1, 16)] {
        let changed = asking_for(&store, at, number);
        assert_eq!(
            refusal(open(&changed, &key)),
            Some(ErrorKind::TooLarge),
            "{at} {number}"
        );
    }
    // Allowed, and then another derivation: nobody turns a cost down.
    let more = asking_for(&store, 1, 3);
    assert_eq!(refusal(open(&more, &key)), Some(ErrorKind::WrongKey));
    let small = passphrase(TEXT).max_cost(cheap());
    assert!(open(&store, &small).is_ok());
    assert_eq!(refusal(open(&more, &small)), Some(ErrorKind::TooLarge));
}

/// Somebody without a key adds a slot that is tried first and asks for all there is.
#[test]
fn a_slot_that_is_passed_over_takes_no_work_from_the_others() {
    let (store, key, spare) = (MemoryStore::new(), passphrase(TEXT), root_key());
    let vault = create(&store, &key).unwrap();
    let planted = rows(&store, Kind::Slot).remove(0).with(|row| {
        row.key.key = [0; 32];
        ask_for(row, 0, 1 << 20);
        ask_for(row, 1, 16);
    });
    put(&store, &planted);
    assert!(open(&store, &key).is_ok());
    let other = passphrase("copper lantern walks under the ridge");
    assert_eq!(refusal(open(&store, &other)), Some(ErrorKind::TooLarge));
    // Nor does it keep anybody from adding and changing keys.
    vault.add_key("spare", &spare).unwrap();
    vault.change_root_key(&key, &other).unwrap();
    assert!(open(&store, &spare).is_ok() && open(&store, &other).is_ok());
}

/// Somebody without a key adds as many slots as there may be, which come before the owner's: dear
/// ones, of which eight take all work that there is, or those that cost as much as the owner's.
#[test]
fn planted_slots_do_not_lock_a_passphrase_out() {
    for (count, memory, passes) in [(9, 256 << 10, 8), (63, 19 << 10, 2)] {
        let (store, key) = (MemoryStore::new(), passphrase(TEXT));
        drop(create(&store, &key).unwrap());
        let own = rows(&store, Kind::Slot).remove(0);
        for number in 0..count {
            let planted = own.with(|row| {
                row.key.key[..16].copy_from_slice(&[0, number].repeat(8));
                ask_for(row, 0, memory);
                ask_for(row, 1, passes);
            });
            put(&store, &planted);
        }
        let opened = open(&store, &key).unwrap();
        let added = opened.verify().unwrap().findings.len();
        assert_eq!(added, usize::from(count), "the control");
    }
}

#[test]
fn bad_input_111_passphrases_are_exact_bytes_and_weak_ones_make_no_slot() {
    let made = |text: &str| refusal(create(&MemoryStore::new(), &passphrase(text)));
    for text in [
        "",
        "x",
        "hunter2",
        "fourteen chars",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "a b c d e f g",
        "to be or not",
    ] {
        assert_eq!(made(text), Some(ErrorKind::WeakKey), "{text:?}");
    }
    for end in ["\n", "\r\n", "\r", "\0"] {
        assert_eq!(
            made(&format!("{TEXT}{end}")),
            Some(ErrorKind::InvalidKey),
            "{end:?}"
        );
        assert_eq!(
            made(&format!("{end}{TEXT}")),
            Some(ErrorKind::InvalidKey),
            "{end:?}"
        );
    }
    let composed = "caf\u{e9} lantern walks over";
    let decomposed = "cafe\u{301} lantern walks over";
    let inner = "copper\0lantern\nwalks over";
    let long = "copper lantern ".repeat(70_000);
    for text in [
        "sun sea air sky",
        "\u{5c71} \u{6c34} \u{98a8} \u{96e8}",
        "fifteen chars..",
        composed,
        decomposed,
        inner,
        &long,
    ] {
        assert_eq!(made(text), None);
    }
    let store = MemoryStore::new();
    create(&store, &passphrase(composed)).unwrap();
    assert_eq!(
        refusal(open(&store, &passphrase(decomposed))),
        Some(ErrorKind::WrongKey)
    );
    assert!(open(&store, &passphrase(composed)).is_ok());
}

/// The ways in which a provider may answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Fine,
    Says(ErrorKind),
    Panics,
    AnotherKey,
    TooLong,
}

/// A safe in this process that keeps each key by its context.
#[derive(Debug)]
struct Safe {
    name: &'static str,
    mood: Mutex<Mood>,
    /// The way in which it answers when it does not know the context.
    to_strangers: Mutex<Mood>,
    keys: Mutex<HashMap<KeyContext, SecretBox<[u8; 32]>>>,
    /// The number of times that it was to unwrap a key.
    calls: AtomicUsize,
}

impl Safe {
    fn new(name: &'static str) -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            name,
            mood: Mutex::new(Mood::Fine),
            to_strangers: Mutex::new(Mood::Says(ErrorKind::WrongKey)),
            keys: Mutex::default(),
            calls: AtomicUsize::new(0),
        })
    }

    fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The mood; an error says the canary, as a careless provider does.
    fn mood(&self) -> Result<Mood> {
        let mood = *self.mood.lock().unwrap();
        Self::voiced(mood)
    }

    fn voiced(mood: Mood) -> Result<Mood> {
        match mood {
            Mood::Says(kind) => Err(Error::new(kind, CANARY).with_source(Error::new(kind, CANARY))),
            Mood::Panics => panic!("{CANARY}"),
            mood => Ok(mood),
        }
    }
}

const CANARY: &str = "canary: the service was sent 8f3a1c5e92d70b46e81f5a9c";

fn copy(key: &SecretBox<[u8; 32]>) -> SecretBox<[u8; 32]> {
    SecretBox::init_with_mut(|copy: &mut [u8; 32]| copy.copy_from_slice(key.expose_secret()))
}

impl RootKeyProvider for Safe {
    fn name(&self) -> &str {
        self.name
    }

    fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>> {
        let mood = self.mood()?;
        self.keys.lock().unwrap().insert(context.clone(), copy(key));
        Ok(vec![b'w'; if mood == Mood::TooLong { 1025 } else { 1024 }])
    }

    fn unwrap(&self, wrapped: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut mood = self.mood()?;
        assert_eq!(wrapped, [b'w'; 1024]);
        let known = self.keys.lock().unwrap().get(context).map(copy);
        if known.is_none() {
            let to_strangers = *self.to_strangers.lock().unwrap();
            mood = Self::voiced(to_strangers)?;
        }
        let other = || SecretBox::new(Box::new([9; 32]));
        Ok(known
            .filter(|_| mood != Mood::AnotherKey)
            .unwrap_or_else(other))
    }
}

/// Somebody without a key plants slots of the name of a provider, which are tried first: as many as
/// a vault may have, whatever the provider says of them.
#[test]
fn planted_slots_do_not_lock_a_provider_out() {
    let (store, safe, spare) = (MemoryStore::new(), Safe::new("safe:main"), root_key());
    let vault = create(&store, &safe).unwrap();
    vault.add_key("spare", &spare).unwrap();
    let slots = rows(&store, Kind::Slot);
    let of_provider = |row: &&Stored| row.row.info.windows(9).any(|part| part == b"safe:main");
    let own = slots.iter().find(of_provider).unwrap();
    let plant = |count: u8| {
        for number in 0..count {
            let planted = own.with(|row| row.key.key[..16].copy_from_slice(&[0, number].repeat(8)));
            put(&store, &planted);
        }
    };
    let calls = || {
        let before = safe.calls.load(Ordering::SeqCst);
        let opened = open(&store, &safe).map(drop);
        let calls = safe.calls.load(Ordering::SeqCst) - before;
        (opened.map_err(|error| error.kind()), calls)
    };
    assert_eq!(calls(), (Ok(()), 1), "the control");
    plant(8);
    assert_eq!(calls(), (Ok(()), 9));
    plant(62);
    for mood in [
        Mood::Says(ErrorKind::WrongKey),
        Mood::Says(ErrorKind::KeyDenied),
        Mood::Says(ErrorKind::Io),
        Mood::Panics,
        Mood::AnotherKey,
    ] {
        *safe.to_strangers.lock().unwrap() = mood;
        assert_eq!(calls(), (Ok(()), 63), "{mood:?}");
    }
    // An outage ends it early, because each of its calls may take a while.
    safe.feels(Mood::Says(ErrorKind::Unavailable));
    assert_eq!(calls(), (Err(ErrorKind::Unavailable), 8));
    safe.feels(Mood::Fine);
    // A provider whose key is gone is asked for each of them.
    let keys = std::mem::take(&mut *safe.keys.lock().unwrap());
    *safe.to_strangers.lock().unwrap() = Mood::Says(ErrorKind::WrongKey);
    assert_eq!(calls(), (Err(ErrorKind::WrongKey), 63));
    *safe.keys.lock().unwrap() = keys;
    // The owner opens it, and verify names those to remove.
    let vault = open(&store, &safe).unwrap();
    let findings = vault.verify().unwrap().findings;
    assert_eq!(findings.len(), 62);
    for finding in findings {
        let keyslot::Finding::KeySlotAdded { id } = finding else {
            panic!("{finding:?}");
        };
        vault.remove_key(id).unwrap();
    }
    assert_eq!(calls(), (Ok(()), 1));
}

#[test]
fn a_provider_opens_the_slots_of_its_name() {
    let (store, safe) = (MemoryStore::new(), Safe::new("safe:main"));
    let vault = create(&store, &safe).unwrap();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    assert!(open(&store, &safe).unwrap().verify().unwrap().is_intact());
    let boxed: Box<dyn RootKeyProvider> = Box::new(std::sync::Arc::clone(&safe));
    assert!(open(&store, &boxed).is_ok());
    // Of another name, it is not even asked.
    let other = Safe::new("safe:other");
    other.feels(Mood::Panics);
    let error = open(&store, &other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
    assert!(error.to_string().contains("safe:other"));
    // The same wrapped bytes in another vault are of another context.
    let second = MemoryStore::new();
    create(&second, &safe).unwrap();
    let slot = rows(&store, Kind::Slot).remove(0);
    for row in rows(&second, Kind::Slot) {
        crate::support::rows::delete(&second, &row);
    }
    put(&second, &slot);
    assert_eq!(refusal(open(&second, &safe)), Some(ErrorKind::WrongKey));
    assert_eq!(
        refusal(open(&store, &root_key())),
        Some(ErrorKind::WrongKey)
    );
    assert_eq!(
        refusal(open(&store, &passphrase(TEXT))),
        Some(ErrorKind::WrongKey)
    );
}

#[test]
fn bad_input_112_providers_that_fail_or_lie_give_a_typed_error_and_are_not_repeated() {
    let scanner = Scanner::new([CANARY]);
    let silent = |error: &Error| {
        use std::error::Error as _;
        let said = format!("{error} {error:?} {error:#?} {:?}", error.source());
        assert!(scanner.find(said.as_bytes()).is_none(), "{error}");
        assert!(said.contains("safe:main"), "{error}");
        error.kind()
    };
    let (store, safe) = (MemoryStore::new(), Safe::new("safe:main"));
    create(&store, &safe).unwrap();
    for (mood, at_open, at_creation) in [
        (Mood::Fine, None, None),
        (
            Mood::Says(ErrorKind::Unavailable),
            Some(ErrorKind::Unavailable),
            Some(ErrorKind::Unavailable),
        ),
        (
            Mood::Says(ErrorKind::KeyDenied),
            Some(ErrorKind::KeyDenied),
            Some(ErrorKind::KeyDenied),
        ),
        (
            Mood::Says(ErrorKind::WrongKey),
            Some(ErrorKind::WrongKey),
            Some(ErrorKind::WrongKey),
        ),
        (
            Mood::Says(ErrorKind::Store),
            Some(ErrorKind::KeyProvider),
            Some(ErrorKind::KeyProvider),
        ),
        (
            Mood::Says(ErrorKind::NotFound),
            Some(ErrorKind::KeyProvider),
            Some(ErrorKind::KeyProvider),
        ),
        (
            Mood::Panics,
            Some(ErrorKind::KeyProvider),
            Some(ErrorKind::KeyProvider),
        ),
        (
            Mood::AnotherKey,
            Some(ErrorKind::WrongKey),
            Some(ErrorKind::KeyProvider),
        ),
        (Mood::TooLong, None, Some(ErrorKind::KeyProvider)),
    ] {
        safe.feels(mood);
        assert_eq!(
            open(&store, &safe).err().as_ref().map(silent),
            at_open,
            "{mood:?}"
        );
        let new = MemoryStore::new();
        assert_eq!(
            create(&new, &safe).err().as_ref().map(silent),
            at_creation,
            "{mood:?}"
        );
        let is_empty = rows(&new, Kind::Header).is_empty();
        assert_eq!(is_empty, at_creation.is_some(), "{mood:?}");
    }
    for name in ["", "two words", "line\n", "caf\u{e9}"] {
        let error = create(&MemoryStore::new(), &Safe::new(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}");
    }
}

#[test]
fn bad_input_117_nothing_that_opens_a_vault_is_printed() {
    let safe = Safe::new("safe:main");
    create(&MemoryStore::new(), &safe).unwrap();
    let keys: [&dyn Unlock; 3] = [&root_key(), &passphrase(TEXT), &safe];
    let said = format!("{keys:?} {keys:#?}");
    assert!(said.contains("Passphrase([REDACTED])") && said.contains("RootKey([REDACTED])"));
    let inside = safe.keys.lock().unwrap().values().map(copy).next().unwrap();
    let hex = base16ct::lower::encode_string(inside.expose_secret());
    for secret in [TEXT, root_key().to_base64().expose_secret(), &hex] {
        assert!(Scanner::new([secret]).find(said.as_bytes()).is_none());
    }
}

#[test]
fn bad_input_116_a_key_that_is_gone_from_its_provider_is_missed_at_the_next_opening() {
    let (store, safe) = (MemoryStore::new(), Safe::new("safe:main"));
    let vault = create(&store, &safe).unwrap();
    safe.keys.lock().unwrap().clear();
    // Who has the vault open goes on.
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    let resolved = scope.resolve("<<$secret.KEY>>").unwrap();
    assert_eq!(resolved.expose_secret(), "a value");
    assert_eq!(refusal(open(&store, &safe)), Some(ErrorKind::WrongKey));
}

#[test]
fn a_provider_that_fails_in_a_change_leaves_the_old_key_in_place() {
    let (store, safe, old) = (MemoryStore::new(), Safe::new("safe:main"), root_key());
    let vault = create(&store, &old).unwrap();
    safe.feels(Mood::Says(ErrorKind::Unavailable));
    let failed = vault.change_root_key(&old, &safe);
    assert_eq!(refusal(failed), Some(ErrorKind::Unavailable));
    assert!(open(&store, &old).is_ok());
    assert_eq!(vault.keys().unwrap().len(), 1);
    safe.feels(Mood::Fine);
    vault.change_root_key(&old, &safe).unwrap();
    assert!(open(&store, &safe).is_ok());
    assert_eq!(refusal(open(&store, &old)), Some(ErrorKind::WrongKey));
    // The same provider wraps anew: a new slot, under a key of its own.
    let before = vault.keys().unwrap().remove(0).id;
    vault.change_root_key(&safe, &safe).unwrap();
    let after = vault.keys().unwrap().remove(0).id;
    assert_ne!(before, after);
    assert!(open(&store, &safe).is_ok());
    vault.add_key("recovery", &passphrase(TEXT)).unwrap();
    safe.feels(Mood::Says(ErrorKind::Unavailable));
    assert!(
        open(&store, &passphrase(TEXT)).is_ok(),
        "an outage locks out nobody else"
    );
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_change_to_the_same_provider_that_was_cut_off_keeps_the_newer_slot() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    // The ids of slots are random, so either of the two may come first.
    for _ in 0..8 {
        let (store, safe) = (MemoryStore::new(), Safe::new("safe:main"));
        let vault = create(&store, &safe).unwrap();
        let first = vault.keys().unwrap().remove(0).id;
        let writes = AtomicUsize::new(0);
        let hooked = Hooked::new(store.clone(), move |call| match call {
            Call::Write(_) if writes.fetch_add(1, Ordering::SeqCst) == 1 => {
                Err(Error::new(ErrorKind::Io, "the disk is gone"))
            }
            _ => Ok(()),
        });
        let cut_off = Vault::builder().store(hooked).open(&safe).unwrap();
        assert_eq!(
            refusal(cut_off.change_root_key(&safe, &safe)),
            Some(ErrorKind::Io)
        );
        let both = vault.keys().unwrap();
        assert_eq!(both.len(), 2, "the control");
        let newer = both.into_iter().map(|key| key.id).find(|id| *id != first);
        vault.change_root_key(&safe, &safe).unwrap();
        let left: Vec<_> = vault
            .keys()
            .unwrap()
            .into_iter()
            .map(|key| key.id)
            .collect();
        assert_eq!(left, [newer.unwrap()]);
        assert!(open(&store, &safe).unwrap().verify().unwrap().is_intact());
    }
}
