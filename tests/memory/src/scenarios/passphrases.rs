//! Passphrases. Each is the digits of the given key, which the search knows in every form.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use keyslot::secrecy::SecretString;
use keyslot::{Argon2Cost, ErrorKind, MemoryStore, Passphrase, RootKey, Vault};
use zeroize::Zeroizing;

use super::{Scenario, from_bytes, open_in_a_thread_that_lives, other_keys_of};
use crate::given::Given;

pub(super) const ALL: &[Scenario] = &[
    ("a passphrase of a string", |given| alone(given, of_string)),
    ("a passphrase of a boxed text", |given| alone(given, of_box)),
    ("a passphrase of a secret text", |given| {
        alone(given, of_secret)
    }),
    ("a passphrase in an option", |given| {
        moved(given, |passphrase| {
            Some(passphrase).into_iter().next().unwrap()
        })
    }),
    ("a passphrase in a box", |given| {
        moved(given, |passphrase| *Box::new(passphrase))
    }),
    ("a passphrase in a vector", |given| {
        moved(given, |passphrase| vec![passphrase].pop().unwrap())
    }),
    ("a passphrase through a thread", |given| {
        moved(given, |passphrase| {
            thread::spawn(|| passphrase).join().unwrap()
        })
    }),
    ("a passphrase that is refused", refused),
    ("a vault in memory, passphrase", |given| {
        vault(given, |passphrase| Vault::in_memory(passphrase).unwrap())
    }),
    ("a created file, passphrase", |given| {
        vault(given, |passphrase| {
            Vault::create(given.folder().join("new.db"), passphrase).unwrap()
        })
    }),
    ("an opened file, passphrase", |given| {
        let path = create(given);
        vault(given, |passphrase| Vault::open(path, passphrase).unwrap())
    }),
    ("a passphrase of another cost", |given| {
        let cost = Argon2Cost::new(46 << 10, 1, 8).unwrap();
        vault(given, |_| {
            Vault::in_memory(&of_string(given).cost(cost)).unwrap()
        });
    }),
    ("the wrong passphrase", wrong),
    ("the wrong passphrase, then the right one", |given| {
        let path = create(given);
        let other = Passphrase::new("copper lantern walks over the ridge");
        let error = Vault::open(&path, &other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
        vault(given, |passphrase| Vault::open(path, passphrase).unwrap());
    }),
    ("a passphrase for a vault of a root key", |given| {
        let error = Vault::open(given.vault_file(), &of_string(given)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
        given.is_gone("after a refusal");
    }),
    ("a root key for a vault of a passphrase", |given| {
        let error = Vault::open(create(given), &from_bytes(given)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
        given.is_gone("after a refusal");
    }),
    ("a passphrase whose cost is not allowed", |given| {
        let costly = Argon2Cost::new(64 << 10, 1, 1).unwrap();
        let store = MemoryStore::new();
        let builder = Vault::builder().store(store.clone());
        drop(builder.create(&of_string(given).cost(costly)).unwrap());
        let frugal = of_string(given).max_cost(least());
        let error = Vault::builder().store(store).open(&frugal).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        drop(frugal);
        given.is_gone("after a refusal");
    }),
    ("a passphrase in a thread", |given| {
        let (path, passphrase) = (create(given), of_string(given));
        let opened = thread::spawn(move || Vault::open(path, &passphrase).unwrap());
        let vault = opened.join().unwrap();
        given.is_gone("while the vault is open");
        drop(vault);
        given.is_gone("after the drop of the vault");
    }),
    ("a passphrase in a thread that lives on", lives_on),
    ("a passphrase used again and again", |given| {
        let path = create(given);
        for _ in 0..3 {
            let vault = Vault::open(&path, &of_string(given)).unwrap();
            given.is_gone("while the vault is open");
            drop(vault);
        }
        given.is_gone("after the drop of the vaults");
    }),
    (
        "the other keys of a vault that a passphrase opened",
        |given| {
            let path = create(given);
            other_keys_of(given, &path, || Vault::open(&path, &of_string(given)));
        },
    ),
    (
        "the other keys of a vault that a passphrase made",
        |given| {
            let path = given.folder().join("new.db");
            other_keys_of(given, &path, || Vault::create(&path, &of_string(given)));
        },
    ),
    (
        "the other keys of a vault that a passphrase opened in a thread",
        |given| {
            let path = create(given);
            other_keys_of(given, &path, || {
                let passphrase = of_string(given);
                thread::scope(|scope| {
                    let opened = scope.spawn(|| Vault::open(&path, &passphrase));
                    opened.join().unwrap()
                })
            });
        },
    ),
    ("a panic while a passphrase is held", |given| {
        panics(given, |given| {
            let passphrase = of_string(given);
            given.is_there_as_digits("while it is held");
            std::hint::black_box(&passphrase);
            panic!("while a passphrase is held");
        });
    }),
    ("a panic while a vault of a passphrase is open", |given| {
        let path = create(given);
        panics(given, |given| {
            let vault = Vault::open(&path, &of_string(given)).unwrap();
            std::hint::black_box(&vault);
            panic!("while a vault is open");
        });
    }),
];

fn least() -> Argon2Cost {
    Argon2Cost::new(19 << 10, 2, 1).unwrap()
}

pub(super) fn of_string(given: &Given) -> Passphrase {
    let mut text = given.hex();
    Passphrase::new(std::mem::take(&mut *text)).cost(least())
}

fn of_box(given: &Given) -> Passphrase {
    let mut text = given.hex();
    Passphrase::new(std::mem::take(&mut *text).into_boxed_str()).cost(least())
}

fn of_secret(given: &Given) -> Passphrase {
    Passphrase::new(SecretString::from(given.hex().as_str())).cost(least())
}

/// A file that the passphrase opens.
fn create(given: &Given) -> std::path::PathBuf {
    let path = given.folder().join("passphrase.db");
    drop(Vault::create(&path, &of_string(given)).unwrap());
    given.is_gone("after the vault was made");
    path
}

fn alone(given: &Given, make: fn(&Given) -> Passphrase) {
    given.is_gone("before");
    let passphrase = make(given);
    given.is_there_as_digits("while it is held");
    drop(passphrase);
    given.is_gone("after its drop");
}

fn moved(given: &Given, through: fn(Passphrase) -> Passphrase) {
    let passphrase = through(of_string(given));
    given.is_there_as_digits("while it is held");
    let vault = Vault::in_memory(&passphrase).unwrap();
    drop(passphrase);
    given.is_gone("while a vault is open");
    drop(vault);
    given.is_gone("after the drop of a vault");
}

fn refused(given: &Given) {
    let key = given.hex();
    for spoil in [
        |text: &mut String| text.truncate(14),
        |text: &mut String| text.push('\n'),
        |text: &mut String| text.insert(0, '\0'),
    ] {
        let mut text = Zeroizing::new(String::with_capacity(100));
        text.push_str(&key);
        spoil(&mut text);
        let passphrase = Passphrase::new(text.as_str());
        assert!(Vault::in_memory(&passphrase).is_err());
    }
    drop(key);
    given.is_gone("after a refusal");
}

fn vault(given: &Given, open: impl FnOnce(&Passphrase) -> Vault) {
    given.is_gone("before");
    let passphrase = of_string(given);
    given.is_there_as_digits("while it is held");
    let vault = open(&passphrase);
    drop(passphrase);
    given.is_gone("while the vault is open");
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    drop(vault);
    given.is_gone("while a handle is there");
    drop(scope);
    given.is_gone("after the drop of the vault");
}

fn wrong(given: &Given) {
    let path = given.folder().join("other.db");
    let other = Passphrase::new("copper lantern walks over the ridge").cost(least());
    drop(Vault::create(&path, &other).unwrap());
    let error = Vault::open(&path, &of_string(given)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
    given.is_gone("after a refusal");
    let error = Vault::open(&path, &RootKey::generate().unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
}

fn lives_on(given: &Given) {
    let (path, passphrase) = (create(given), of_string(given));
    open_in_a_thread_that_lives(given, move || Vault::open(path, &passphrase).unwrap());
}

fn panics(given: &Given, work: impl Fn(&Given)) {
    std::panic::set_hook(Box::new(|_| {}));
    assert!(catch_unwind(AssertUnwindSafe(|| work(given))).is_err());
    given.is_gone("after the panic");
}
