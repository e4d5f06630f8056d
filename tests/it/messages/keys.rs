//! Root keys.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

#[cfg(feature = "passphrase")]
use keyslot::secrecy::SecretBox;
#[cfg(feature = "passphrase")]
use keyslot::{
    Argon2Cost, Error, ErrorKind, KeyContext, MemoryStore, Passphrase, RootKeyProvider, Vault,
};
use keyslot::{Result, RootKey};

use super::Messages;

const HEX: &str = "3be1079a54c8f32d61b60e88d7451faa73ec39925d04cfb16816e57ea340db29";

pub(super) fn all(messages: &mut Messages) {
    messages.of(RootKey::from_bytes(&[7; 31]));
    messages.of(RootKey::from_hex("0x00"));
    messages.of(RootKey::from_base64("AAAA"));
    messages.of(RootKey::from_env("KEYSLOT_NOT_SET"));
    messages.of(RootKey::from_env("PATH"));
    messages.of(RootKey::from_systemd_credential("../shadow"));
    messages.of(RootKey::from_systemd_credential("keyslot"));
    let counts: Vec<u8> = (0..32).collect();
    let repeats: Vec<u8> = (0..32)
        .map(|byte| {
            [
                9, 77, 3, 200, 41, 5, 91, 130, 67, 250, 14, 31, 174, 88, 2, 111,
            ][byte % 16]
        })
        .collect();
    for weak in [
        &[0; 32][..],
        &repeats,
        &counts,
        b"correct horse battery staple, no",
    ] {
        messages.of(RootKey::from_bytes(weak));
    }
    messages.of(RootKey::from_hex(
        "c88a5b9e6f0d72e4134fa6d80b9537e1f2ac614d9e30785bc6d1084fe2937ab5",
    ));

    #[cfg(feature = "passphrase")]
    openers(messages);

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mode = |name: &str, mode| {
        fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    messages.of(RootKey::from_file(at("none")));
    messages.of(RootKey::from_file(folder.path()));
    fs::write(at("open"), HEX).unwrap();
    mode("open", 0o644);
    messages.of(RootKey::from_file(at("open")));
    symlink(at("open"), at("link")).unwrap();
    messages.of(RootKey::from_file(at("link")));
    fs::write(at("text"), "\"key\"").unwrap();
    mode("text", 0o600);
    messages.of(RootKey::from_file(at("text")));
    fs::write(at("text"), b"\xff\xfek\0e\0y\0").unwrap();
    messages.of(RootKey::from_file(at("text")));
    mode("text", 0o666);
    messages.of(RootKey::from_mounted_file(at("text")));
    fs::create_dir(at("shared")).unwrap();
    fs::write(at("shared/key"), HEX).unwrap();
    mode("shared/key", 0o600);
    mode("shared", 0o777);
    messages.of(RootKey::from_file(at("shared/key")));
    fs::create_dir_all(at("above/folder")).unwrap();
    fs::write(at("above/folder/key"), HEX).unwrap();
    mode("above/folder/key", 0o600);
    mode("above", 0o777);
    messages.of(RootKey::from_file(at("above/folder/key")));
    messages.of(RootKey::from_file(at("open/key")));
}

/// A provider that wraps, and then fails with a kind or gives another key.
#[cfg(feature = "passphrase")]
#[derive(Debug)]
struct Fickle(&'static str, usize, Option<ErrorKind>);

#[cfg(feature = "passphrase")]
impl RootKeyProvider for Fickle {
    fn name(&self) -> &str {
        self.0
    }

    fn wrap(&self, _: &SecretBox<[u8; 32]>, _: &KeyContext) -> Result<Vec<u8>> {
        Ok(vec![7; self.1])
    }

    fn unwrap(&self, _: &[u8], _: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
        match self.2 {
            Some(ErrorKind::Forked) => std::panic::panic_any(()),
            Some(kind) => Err(Error::new(kind, "the service said something")),
            None => Ok(SecretBox::new(Box::new([9; 32]))),
        }
    }
}

#[cfg(feature = "passphrase")]
fn openers(messages: &mut Messages) {
    messages.of(Argon2Cost::new(0, 0, 0));
    let text = "copper lantern walks over the ridge";
    for bad in ["hunter2", &format!("{text}\n")] {
        messages.of(Vault::in_memory(&Passphrase::new(bad)));
    }
    let store = MemoryStore::new();
    let vault = || Vault::builder().store(store.clone());
    let cost = Argon2Cost::new(19 << 10, 2, 1).unwrap();
    vault().create(&Passphrase::new(text).cost(cost)).unwrap();
    messages.of(vault().open(&Passphrase::new("another one")));
    let costly = MemoryStore::new();
    let vault_of = || Vault::builder().store(costly.clone());
    vault_of().create(&Passphrase::new(text)).unwrap();
    messages.of(vault_of().open(&Passphrase::new(text).cost(cost).max_cost(cost)));
    messages.of(vault().open(&Fickle("safe:main", 1, None)));
    messages.of(Vault::in_memory(&Fickle("two words", 1, None)));
    messages.of(Vault::in_memory(&Fickle("safe:main", 1025, None)));
    messages.of(Vault::in_memory(&Fickle("safe:main", 1, None)));
    for kind in [
        ErrorKind::Unavailable,
        ErrorKind::KeyDenied,
        ErrorKind::WrongKey,
        ErrorKind::Io,
        ErrorKind::Forked,
    ] {
        messages.of(Vault::in_memory(&Fickle("safe:main", 1, Some(kind))));
    }
}
