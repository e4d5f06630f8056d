//! A vault that several keys open, made once and kept for ever: two root keys, two passphrases and
//! a provider. The second implementation in `tests/interop` opens it, too.
//!
//! The one test that is ignored by default made it. It refuses to make it again.
#![cfg(all(feature = "passphrase", feature = "sqlite"))]

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use base64ct::Encoding as _;
use keyslot::secrecy::{ExposeSecret, SecretBox};
use keyslot::store::SqliteStore;
use keyslot::{
    Argon2Cost, Error, ErrorKind, KeyContext, KeyKind, Passphrase, Result, RootKey,
    RootKeyProvider, Unlock, Vault,
};
use serde_json::{Value, json};

use crate::support::repository;

const NOW: u64 = 1_750_000_000;
const PASSPHRASES: [&str; 2] = [
    "copper lantern walks over the ridge",
    "höhere Mächte, kleine Dinge",
];

/// Puts the context before the key, and masks the key. It protects nothing; it is a vector.
#[derive(Debug)]
struct Masking;

impl RootKeyProvider for Masking {
    fn name(&self) -> &'static str {
        "vector:masking/1"
    }

    fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>> {
        let masked = key.expose_secret().iter().map(|byte| byte ^ 0x5A);
        Ok(context.as_bytes().iter().copied().chain(masked).collect())
    }

    fn unwrap(&self, wrapped: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
        let masked = wrapped
            .strip_prefix(context.as_bytes())
            .ok_or_else(|| Error::new(ErrorKind::WrongKey, "another context"))?;
        Ok(SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            key.iter_mut()
                .zip(masked)
                .for_each(|(key, byte)| *key = byte ^ 0x5A);
        }))
    }
}

fn place(name: &str) -> PathBuf {
    repository().join("tests/vectors").join(name)
}

fn vector() -> Value {
    serde_json::from_str(&std::fs::read_to_string(place("keys-1.json")).unwrap()).unwrap()
}

fn root_keys(vector: &Value) -> Vec<RootKey> {
    let keys = vector["root_keys"].as_array().unwrap().iter();
    keys.map(|key| RootKey::from_hex(key.as_str().unwrap()).unwrap())
        .collect()
}

#[test]
#[ignore = "made the vault, once"]
fn make() {
    assert!(!place("keys-1.db").exists(), "made once and for all");
    let keys = [(); 2].map(|()| RootKey::generate().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys-1.db");
    let clock = || UNIX_EPOCH + Duration::from_secs(NOW);
    let store = SqliteStore::create(&path).unwrap();
    let vault = Vault::builder()
        .store(store)
        .clock(clock)
        .create(&keys[0])
        .unwrap();
    let [usual, small] = PASSPHRASES.map(Passphrase::new);
    let small = small.cost(Argon2Cost::new(19 << 10, 2, 1).unwrap());
    vault.add_key("recovery", &usual).unwrap();
    vault.add_key("small", &small).unwrap();
    vault.add_key("second machine", &keys[1]).unwrap();
    vault.add_key("service", &Masking).unwrap();
    let answers = [
        ("acme", "REGION", "eu"),
        ("acme/billing", "STRIPE_KEY", "sk_live_not_a_real_key"),
    ];
    for (scope, name, value) in answers {
        vault.scope(scope).unwrap().put(name, value).unwrap();
    }
    drop(vault);
    let hex = |key: &RootKey| {
        let text = key.to_base64();
        let mut bytes = [0; 32];
        base64ct::Base64::decode(text.expose_secret(), &mut bytes).unwrap();
        base16ct::lower::encode_string(&bytes)
    };
    let json = json!({
        "comment": "Frozen. A vault that several keys open. The provider's wrapped key is its \
            context, then the key with each byte XOR 5A.",
        "root_keys": keys.each_ref().map(hex),
        "passphrases": PASSPHRASES,
        "provider": Masking.name(),
        "now": NOW,
        "answers": answers.map(|(scope, name, value)| {
            json!({"scope": scope, "name": name, "value": value})
        }),
    });
    std::fs::copy(path, place("keys-1.db")).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap() + "\n";
    std::fs::write(place("keys-1.json"), text).unwrap();
}

#[test]
fn each_key_of_the_golden_vault_opens_it() {
    let (vector, folder) = (vector(), tempfile::tempdir().unwrap());
    let path = folder.path().join("vault.db");
    let bytes = std::fs::read(place("keys-1.db")).unwrap();
    std::fs::write(&path, bytes).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut keys: Vec<Box<dyn Unlock>> = vec![Box::new(Masking)];
    for key in root_keys(&vector) {
        keys.push(Box::new(key));
    }
    for text in vector["passphrases"].as_array().unwrap() {
        keys.push(Box::new(Passphrase::new(text.as_str().unwrap())));
    }
    for key in &keys {
        let vault = Vault::open(&path, &**key).unwrap();
        assert!(vault.verify().unwrap().is_intact(), "{key:?}");
        for answer in vector["answers"].as_array().unwrap() {
            let part = |name: &str| answer[name].as_str().unwrap();
            let text = format!("<<$secret.{}>>", part("name"));
            let resolved = vault.scope(part("scope")).unwrap().resolve(&text).unwrap();
            assert_eq!(resolved.expose_secret(), part("value"));
        }
        let listed = vault.keys().unwrap();
        let mut kinds: Vec<_> = listed
            .iter()
            .map(|key| (key.name.as_str(), key.kind))
            .collect();
        kinds.sort_unstable_by_key(|(name, _)| *name);
        let expected = [
            ("", KeyKind::Raw),
            ("recovery", KeyKind::Passphrase),
            ("second machine", KeyKind::Raw),
            ("service", KeyKind::Provider),
            ("small", KeyKind::Passphrase),
        ];
        assert_eq!(kinds, expected);
    }
    assert_eq!(keys.len(), 5);
    let stranger = Vault::open(&path, &RootKey::generate().unwrap()).unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::WrongKey);
}
