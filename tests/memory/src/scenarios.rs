//! The scenarios: ways in which a host makes keys, moves them, and opens vaults.
//!
//! The key is needed to open a vault, so while one is open the root key is nowhere, and afterwards
//! neither.

mod cached;
mod calls;
mod changes;
mod passphrases;
mod providers;

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{MemoryStore, SqliteStore};
use keyslot::{ErrorKind, Result, RootKey, Vault};
use zeroize::Zeroizing;

use crate::given::{Given, VARIABLE, traces};

/// A name, and what a host does.
type Scenario = (&'static str, fn(&Given));

/// All scenarios.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    [
        ROOT_KEYS,
        passphrases::ALL,
        providers::ALL,
        changes::ALL,
        cached::ALL,
        calls::ALL,
    ]
    .into_iter()
    .flatten()
}

const ROOT_KEYS: &[Scenario] = &[
    (
        "the control: a copy that is left in registers alone",
        |given| {
            left_in_registers(given);
            given.is_there_as_digits("after a copy that was wiped");
        },
    ),
    ("a key of bytes", |given| key_alone(given, from_bytes)),
    ("a key of hexadecimal digits", |given| {
        key_alone(given, from_hex)
    }),
    ("a key of base64", |given| key_alone(given, from_base64)),
    ("a key of a file of digits", |given| {
        key_alone(given, from_hex_file)
    }),
    ("a key of a file of base64", |given| {
        key_alone(given, from_base64_file)
    }),
    ("a key of a variable", key_of_a_variable),
    ("a generated key", generated),
    ("a key as text again", as_text),
    ("a key that is refused", refused_keys),
    ("a key in an option", |given| {
        moved(given, |key| Some(key).into_iter().next().unwrap())
    }),
    ("a key in a result", |given| moved(given, in_a_result)),
    ("a key in a box", |given| moved(given, |key| *Box::new(key))),
    ("a key in a vector", |given| {
        moved(given, |key| vec![key].pop().unwrap())
    }),
    ("a key in a closure", |given| moved(given, in_a_closure)),
    ("a key in a structure", |given| moved(given, in_a_structure)),
    ("a key through a function that is not inlined", |given| {
        moved(given, not_inlined)
    }),
    ("a key through a function that is inlined", |given| {
        moved(given, inlined)
    }),
    ("a key through another thread", |given| {
        moved(given, |key| thread::spawn(|| key).join().unwrap())
    }),
    ("a key through a channel", |given| {
        moved(given, through_a_channel)
    }),
    ("a vault in memory, key of bytes", |given| {
        vault(given, from_bytes, |key| Vault::in_memory(key))
    }),
    ("a vault in memory, key of digits", |given| {
        vault(given, from_hex, |key| Vault::in_memory(key))
    }),
    ("a vault in memory, key of base64", |given| {
        vault(given, from_base64, |key| Vault::in_memory(key))
    }),
    ("a vault in memory, key of a file", |given| {
        vault(given, from_hex_file, |key| Vault::in_memory(key))
    }),
    ("an opened file, key of bytes", |given| {
        vault(given, from_bytes, |key| {
            Vault::open(given.vault_file(), key)
        })
    }),
    ("an opened file, key of digits", |given| {
        vault(given, from_hex, |key| Vault::open(given.vault_file(), key))
    }),
    ("an opened file, key of base64", |given| {
        vault(given, from_base64, |key| {
            Vault::open(given.vault_file(), key)
        })
    }),
    ("an opened file, key of a file", |given| {
        vault(given, from_base64_file, |key| {
            Vault::open(given.vault_file(), key)
        });
    }),
    ("an opened file, key of a variable", opened_with_a_variable),
    ("a created file", |given| {
        vault(given, from_base64, |key| {
            Vault::create(given.folder().join("new.db"), key)
        })
    }),
    ("a created file, key of bytes", |given| {
        vault(given, from_bytes, |key| {
            Vault::create(given.folder().join("new.db"), key)
        });
    }),
    ("a file opened or created: opened", |given| {
        vault(given, from_hex, |key| {
            Vault::open_or_create(given.vault_file(), key)
        });
    }),
    ("a file opened or created: created", |given| {
        vault(given, from_hex, |key| {
            Vault::open_or_create(given.folder().join("new.db"), key)
        });
    }),
    ("a builder over a MemoryStore", |given| {
        vault(given, from_base64, |key| {
            Vault::builder().store(MemoryStore::new()).create(key)
        });
    }),
    ("a builder over a SqliteStore", |given| {
        vault(given, from_base64, |key| {
            Vault::builder()
                .store(SqliteStore::open(given.vault_file())?)
                .open(key)
        });
    }),
    ("a builder with settings", |given| {
        vault(given, from_hex, |key| {
            let store = SqliteStore::open(given.vault_file())?;
            Vault::builder()
                .store(store)
                .clock(std::time::SystemTime::now)
                .hints()
                .kept_versions(3)
                .strict()
                .open(key)
        });
    }),
    (
        "a store that was opened before the key was made",
        store_first,
    ),
    ("the wrong key", wrong_key),
    ("the wrong key, then the right one", wrong_then_right),
    ("no vault to open", no_vault),
    ("a vault that was there already", exists_already),
    ("a vault opened in a thread", in_a_thread),
    (
        "a vault opened in a thread that lives on",
        in_a_thread_that_lives,
    ),
    ("a vault opened in one of many threads", many_threads),
    ("several vaults", several),
    ("one vault opened again and again", again),
    ("a vault that is used", used),
    ("the other keys of an opened vault", |given| {
        other_keys(given, &given.vault_file(), |key| {
            Vault::open(given.vault_file(), key)
        });
    }),
    ("the other keys of a created vault", |given| {
        let path = given.folder().join("new.db");
        other_keys(given, &path, |key| Vault::create(&path, key));
    }),
    ("the other keys of a vault opened in a thread", |given| {
        other_keys(given, &given.vault_file(), |key| {
            let path = given.vault_file();
            thread::scope(|scope| {
                let opened = scope.spawn(|| Vault::open(path, key));
                opened.join().unwrap()
            })
        });
    }),
    ("values", values),
    ("a vault in a structure on the heap", in_the_heap),
    ("a vault opened by a function that is inlined", |given| {
        vault(given, from_hex, |key| open_inlined(given, key))
    }),
    (
        "a vault opened by a function that is not inlined",
        |given| {
            vault(given, from_hex, |key| open_not_inlined(given, key));
        },
    ),
    ("a panic while a key is held", panic_with_key),
    ("a panic while a vault is opened", panic_while_opening),
];

// ---- where a key comes from

fn from_bytes(given: &Given) -> RootKey {
    RootKey::from_bytes(&given.bytes()).unwrap()
}

fn from_hex(given: &Given) -> RootKey {
    RootKey::from_hex(&given.hex()).unwrap()
}

fn from_base64(given: &Given) -> RootKey {
    RootKey::from_base64(&given.base64()).unwrap()
}

fn from_hex_file(given: &Given) -> RootKey {
    RootKey::from_file(given.key_file("hex")).unwrap()
}

fn from_base64_file(given: &Given) -> RootKey {
    RootKey::from_file(given.key_file("base64")).unwrap()
}

// ---- keys

fn key_alone(given: &Given, make: fn(&Given) -> RootKey) {
    given.is_gone("before");
    let key = make(given);
    given.is_there("while it is held");
    drop(key);
    given.is_gone("after its drop");
}

fn key_of_a_variable(given: &Given) {
    let key = RootKey::from_env(VARIABLE).unwrap();
    given.is_there("while it is held");
    drop(key);
    given.bytes_are_gone("after its drop");
}

fn generated(given: &Given) {
    let key = RootKey::generate().unwrap();
    let needle = masked_key(&key);
    if traces(&needle).is_empty() {
        given.fail("the control: a generated key is not found".to_owned());
    }
    drop(key);
    given.absent("generated key", &needle, "after its drop");
    let key = RootKey::generate().unwrap();
    let needle = masked_key(&key);
    let vault = Vault::in_memory(&key).unwrap();
    drop(key);
    given.absent("generated key", &needle, "while a vault is open");
    drop(vault);
    given.absent("generated key", &needle, "after the drop of a vault");
}

/// The needle of a key that only the child knows, of its text, which is wiped.
fn masked_key(key: &RootKey) -> crate::memory::Needle {
    let text = key.to_base64();
    let digit = |letter: u8| match letter {
        b'A'..=b'Z' => u32::from(letter - b'A'),
        b'a'..=b'z' => u32::from(letter - b'a') + 26,
        b'0'..=b'9' => u32::from(letter - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => 0,
    };
    let letters = text.expose_secret().as_bytes();
    crate::memory::Needle::masked((0..32).map(|at| {
        let first = at * 8 / 6;
        let pair = digit(letters[first]) << 6 | digit(letters[first + 1]);
        (pair >> (4 - at % 3 * 2)) as u8 ^ crate::memory::MASK
    }))
}

fn as_text(given: &Given) {
    let key = from_bytes(given);
    let text = key.to_base64();
    given.is_there("while it is held");
    drop((key, text));
    given.is_gone("after its drop");
}

fn refused_keys(given: &Given) {
    let mut bytes = given.bytes();
    let _ = RootKey::from_bytes(&bytes[..31]).unwrap_err();
    bytes.push(1);
    let _ = RootKey::from_bytes(&bytes).unwrap_err();
    drop(bytes);
    let mut text = Zeroizing::new(String::with_capacity(100));
    text.push_str(&given.hex());
    text.replace_range(63..64, "x");
    let _ = RootKey::from_hex(&text).unwrap_err();
    text.clear();
    text.push_str(&given.base64());
    text.replace_range(43..44, "?");
    let _ = RootKey::from_base64(&text).unwrap_err();
    drop(text);
    given.is_gone("after its refusal");
}

fn moved(given: &Given, through: fn(RootKey) -> RootKey) {
    for make in [from_bytes, from_hex, from_base64] {
        let key = through(make(given));
        given.is_there("while it is held");
        drop(key);
        given.is_gone("after its drop");
    }
    let vault = Vault::open(given.vault_file(), &through(from_hex(given))).unwrap();
    given.is_gone("while a vault is open");
    drop(vault);
    given.is_gone("after the drop of a vault");
}

struct Config {
    _name: String,
    key: RootKey,
    _more: [u64; 9],
}

fn in_a_result(key: RootKey) -> RootKey {
    std::hint::black_box(Ok::<RootKey, keyslot::Error>(key)).unwrap()
}

fn in_a_closure(key: RootKey) -> RootKey {
    let give = std::hint::black_box(move || key);
    give()
}

fn in_a_structure(key: RootKey) -> RootKey {
    let config = Box::new(Config {
        _name: "a name".to_owned(),
        key,
        _more: [7; 9],
    });
    let config = std::hint::black_box(*config);
    config.key
}

#[inline(never)]
fn not_inlined(key: RootKey) -> RootKey {
    std::hint::black_box(key)
}

#[inline(always)]
fn inlined(key: RootKey) -> RootKey {
    key
}

fn through_a_channel(key: RootKey) -> RootKey {
    let (sender, receiver) = channel();
    sender.send(key).unwrap();
    receiver.recv().unwrap()
}

// ---- vaults

fn vault(given: &Given, make: fn(&Given) -> RootKey, open: impl Fn(&RootKey) -> Result<Vault>) {
    given.is_gone("before");
    let key = make(given);
    given.is_there("while it is held");
    let vault = open(&key).unwrap();
    drop(key);
    given.is_gone("while the vault is open");
    let clone = vault.clone();
    let scope = vault.scope("acme").unwrap();
    drop(vault);
    given.is_gone("while a clone is open");
    drop((clone, scope));
    given.is_gone("after the drop of the vault");
}

fn opened_with_a_variable(given: &Given) {
    let vault = Vault::open(given.vault_file(), &RootKey::from_env(VARIABLE).unwrap()).unwrap();
    given.bytes_are_gone("while the vault is open");
    drop(vault);
    given.bytes_are_gone("after the drop of the vault");
}

fn store_first(given: &Given) {
    let store = SqliteStore::open(given.vault_file()).unwrap();
    let builder = Vault::builder().store(store);
    let vault = builder.open(&from_base64(given)).unwrap();
    given.is_gone("while the vault is open");
    drop(vault);
    given.is_gone("after the drop of the vault");
}

fn wrong_key(given: &Given) {
    let other = given.folder().join("other.db");
    drop(Vault::create(&other, &RootKey::generate().unwrap()).unwrap());
    for make in [from_bytes, from_hex, from_base64] {
        let error = Vault::open(&other, &make(given)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
        given.is_gone("after a refusal");
    }
}

fn wrong_then_right(given: &Given) {
    let error = Vault::open(given.vault_file(), &RootKey::generate().unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
    vault(given, from_hex, |key| Vault::open(given.vault_file(), key));
}

fn no_vault(given: &Given) {
    let error = Vault::open(given.folder().join("none.db"), &from_hex(given)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultNotFound);
    given.is_gone("after a refusal");
    let error = Vault::builder().open(&from_base64(given)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAVault);
    given.is_gone("after a refusal");
}

fn exists_already(given: &Given) {
    let error = Vault::create(given.vault_file(), &from_hex(given)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultExists);
    given.is_gone("after a refusal");
}

fn in_a_thread(given: &Given) {
    let (path, key) = (given.vault_file(), from_hex(given));
    let vault = thread::spawn(move || Vault::open(path, &key).unwrap())
        .join()
        .unwrap();
    given.is_gone("while the vault is open");
    drop(vault);
    given.is_gone("after the drop of the vault");
}

/// The stack of the other thread is memory like any: what is left there stays for as long as it
/// does something else.
fn in_a_thread_that_lives(given: &Given) {
    let (path, text) = (given.vault_file(), given.hex());
    open_in_a_thread_that_lives(given, move || {
        let key = RootKey::from_hex(&text).unwrap();
        drop(text);
        Vault::open(path, &key).unwrap()
    });
    given.is_gone("after the thread");
}

/// Opens a vault in a thread that goes on, and drops the vault here.
fn open_in_a_thread_that_lives(given: &Given, open: impl FnOnce() -> Vault + Send + 'static) {
    let (send_vault, vaults) = channel();
    let (end, ended) = channel::<()>();
    let worker = thread::spawn(move || {
        send_vault.send(open()).unwrap();
        let _ = ended.recv();
    });
    let vault = vaults.recv().unwrap();
    // Until the worker waits.
    thread::sleep(std::time::Duration::from_millis(50));
    given.is_gone("while the vault is open");
    drop(vault);
    given.is_gone("after the drop of the vault");
    drop(end);
    worker.join().unwrap();
}

fn many_threads(given: &Given) {
    let vaults: Vec<Vault> = thread::scope(|threads| {
        let (vault, key) = (given.vault_file(), given.key_file("hex"));
        let open = move || Vault::open(vault.clone(), &RootKey::from_file(key.clone()).unwrap());
        let all: Vec<_> = (0..4).map(|_| threads.spawn(open.clone())).collect();
        all.into_iter()
            .map(|thread| thread.join().unwrap().unwrap())
            .collect()
    });
    given.is_gone("while the vaults are open");
    drop(vaults);
    given.is_gone("after the drop of the vaults");
}

fn several(given: &Given) {
    let mut vaults = Vec::new();
    for number in 0..6 {
        vaults.push(
            Vault::create(
                given.folder().join(format!("{number}.db")),
                &from_hex(given),
            )
            .unwrap(),
        );
        vaults.push(Vault::open(given.vault_file(), &from_bytes(given)).unwrap());
        vaults.push(Vault::in_memory(&from_base64(given)).unwrap());
    }
    given.is_gone("while the vaults are open");
    drop(vaults);
    given.is_gone("after the drop of the vaults");
}

fn again(given: &Given) {
    for _ in 0..20 {
        let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
        given.is_gone("while the vault is open");
        drop(vault);
    }
    given.is_gone("after the drop of the vaults");
}

fn used(given: &Given) {
    let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("OTHER", "another value").unwrap();
    let resolved = scope
        .resolve("<<$secret.STRIPE_KEY>> <<$secret.OTHER>>")
        .unwrap();
    assert_eq!(resolved.expose_secret(), "sk_live_1 another value");
    drop(scope.reveal("OTHER").unwrap());
    scope.revoke("OTHER").unwrap();
    assert!(vault.verify().unwrap().is_intact());
    given.is_gone("while the vault is open");
    drop((vault, scope, resolved));
    given.is_gone("after the drop of the vault");
}

fn other_keys(given: &Given, path: &Path, open: impl Fn(&RootKey) -> Result<Vault>) {
    other_keys_of(given, path, || open(&from_hex(given)));
}

/// The vault is used, so that all keys of it were.
fn other_keys_of(given: &Given, path: &Path, open: impl FnOnce() -> Result<Vault>) {
    // At once, before other work overwrites what opening left behind.
    let known = path.exists().then(|| given.keys_of(path));
    let vault = open().unwrap();
    if let Some(keys) = known {
        given.holds_nothing_else(&keys, "right after opening");
    }
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("ONE", "a value").unwrap();
    assert_eq!(
        scope.resolve("<<$secret.ONE>>").unwrap().expose_secret(),
        "a value"
    );
    let keys = given.keys_of(path);
    given.holds(&keys, "while the vault is open");
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(
        Vault::open(path, &RootKey::generate().unwrap())
            .unwrap_err()
            .kind(),
        ErrorKind::WrongKey
    );
    given.holds(&keys, "after more of its use");
    drop((vault, scope));
    given.are_gone(&keys, "after the drop of the vault");
    given.is_gone("after the drop of the vault");
}

/// The value is the text of the key, only because the search knows that one.
fn values(given: &Given) {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let scope = vault.scope("acme").unwrap();
    let value = given.hex();
    scope.put("A", value.as_str()).unwrap();
    drop(value);
    given.is_gone("after it was put");
    let resolved = scope.resolve("Bearer <<$secret.A>>").unwrap();
    let revealed = scope.reveal("A").unwrap();
    given.is_there_as_digits("while it is resolved");
    drop((resolved, revealed));
    given.is_gone("after the drop of what was resolved");
    assert!(scope.resolve("<<$secret.A>> <<$secret.NONE>>").is_err());
    given.is_gone("after a failure");
    drop((vault, scope));
    given.is_gone("after the drop of the vault");
}

struct Host {
    _before: [u8; 100],
    vault: Option<Vault>,
    _behind: [u8; 100],
}

fn in_the_heap(given: &Given) {
    let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
    let mut host = Box::new(Host {
        _before: [1; 100],
        vault: Some(vault),
        _behind: [2; 100],
    });
    given.is_gone("while the vault is open");
    host.vault = None;
    given.is_gone("after the drop of the vault");
}

#[inline(always)]
fn open_inlined(given: &Given, key: &RootKey) -> Result<Vault> {
    Vault::builder()
        .store(SqliteStore::options().open(given.vault_file())?)
        .open(key)
}

#[inline(never)]
fn open_not_inlined(given: &Given, key: &RootKey) -> Result<Vault> {
    Vault::open(given.vault_file(), std::hint::black_box(key))
}

// ---- panics

fn panic_with_key(given: &Given) {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let key = from_hex(given);
        given.is_there("while it is held");
        std::hint::black_box(&key);
        panic!("while a key is held");
    }));
    assert!(caught.is_err());
    given.is_gone("after the panic");
}

fn panic_while_opening(given: &Given) {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
        std::hint::black_box(&vault);
        panic!("while a vault is open");
    }));
    assert!(caught.is_err());
    given.is_gone("after the panic");
}

/// Copies digits, and wipes the copy byte by byte, for which no vector register is needed.
#[inline(never)]
fn left_in_registers(given: &Given) {
    let digits = given.hex();
    let mut copy = Zeroizing::new([0_u8; 64]);
    copy.copy_from_slice(black_box(digits.as_bytes()));
    black_box(&copy);
}
