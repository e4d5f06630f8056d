//! Frozen vectors. They were made by a second implementation of the format, in Python.

use serde_json::Value;

use super::super::context::Context;
use super::super::data_key::{DataKey, DataKeyState};
use super::super::envelope::{Refused, derive, open, prefix, seal_with_nonce};
use super::super::primitives::{NONCE_LEN, Prk, decrypt};
use super::super::root_key::RootKey;
use super::super::{Head, Header, Info, InfoPlace, InfoState, Kdf, Key, KeyId, Slot, SubKeys, VaultKey, canonical};
use crate::name::SecretName;
use crate::record::{RecordId, Revision, Version};
use crate::scope::Scope;

fn hex(value: &Value) -> Vec<u8> {
    base16ct::lower::decode_vec(value.as_str().expect("a string of hexadecimal digits")).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().unwrap()
}

fn key(vector: &Value) -> Key {
    Key::from_slice(KeyId(array(&vector["key_id"])), &hex(&vector["key"])).unwrap()
}

fn sealing() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/sealing.json")).unwrap()
}

fn named<'a>(all: &'a Value, name: &str) -> &'a Value {
    all["envelopes"].as_array().unwrap().iter().find(|vector| vector["name"] == name).unwrap()
}

/// Everything there is in a vault, from its root key down, byte for byte.
#[test]
fn what_is_written_is_what_the_format_says() {
    let all = sealing();
    let header = Header::decode(&hex(&all["header"])).unwrap();
    assert_eq!(header.vault_id, array(&all["vault_id"]));
    assert_eq!(header.encode(), hex(&all["header"]));

    let root_key = RootKey::published(array(&all["root_key"]));
    let slot_id = KeyId(array(&all["slot"]["id"]));
    let keys = root_key.slot_keys(&header, slot_id, Kdf::Raw).unwrap();
    assert_eq!(Kdf::Raw.encode(), hex(&all["slot"]["kdf"]));
    assert_eq!(keys.kek.expose()[..], hex(&all["slot"]["kek"]));
    assert_eq!(keys.check[..], hex(&all["slot"]["check"]));
    let slot = Slot { kdf: Kdf::Raw, check: keys.check };
    assert_eq!(slot.encode(), hex(&all["slot"]["info"]));
    assert_eq!(Slot::decode(&slot.encode()).unwrap(), slot);

    let secret = Key::from_slice(KeyId::VAULT_SECRET, &hex(&all["vault_secret"])).unwrap();
    let prk = Prk::extract(&header.vault_id, secret.expose());
    for purpose in ["row", "tag", "accumulator", "fingerprint", "head"] {
        let mut sub_key = [0; 32];
        prk.expand(&canonical::encode(&[format!("keyslot/1 {purpose} key").as_bytes()]), &mut sub_key).unwrap();
        assert_eq!(sub_key[..], hex(&all["sub_keys"][purpose]), "{purpose}");
    }

    let sub_keys = SubKeys::derive(&secret, &header).unwrap();
    let (scope, name) = (Scope::new("acme/billing").unwrap(), SecretName::new("STRIPE_KEY").unwrap());
    let record = RecordId::from_bytes(array(&all["record_id"]));
    let info_commitment = array(&named(&all, "info")["commitment"]);
    let hashes = &all["hashes"];
    assert_eq!(sub_keys.row_key(&scope, &name)[..], hex(&hashes["row_key"]));
    assert_eq!(sub_keys.version_key(&scope, &name, version(2))[..], hex(&hashes["version_key"]));
    assert_eq!(sub_keys.scope_tag(&scope)[..], hex(&hashes["scope_tag"]));
    assert_eq!(sub_keys.tenant_tag("acme")[..], hex(&hashes["tenant_tag"]));
    let entry = sub_keys.accumulator_entry(record, Revision::new(4), &info_commitment);
    assert_eq!(entry[..], hex(&hashes["accumulator_entry"]));
    assert_eq!(sub_keys.fingerprint("acme", b"sk_live_not_a_real_key").as_bytes()[..], hex(&hashes["fingerprint"]));

    let tombstone = Info::decode(record, &hex(&all["tombstone"])).unwrap();
    assert_eq!(tombstone.state, InfoState::Deleted);
    assert_eq!(tombstone.encode(), hex(&all["tombstone"]));
}

#[test]
fn envelopes_are_what_the_format_says_with_every_step_between() {
    let all = sealing();
    let header = Header::decode(&hex(&all["header"])).unwrap();
    let (slot, data_key) = (KeyId(array(&all["slot"]["id"])), KeyId(array(&named(&all, "value")["key_id"])));
    let (scope, name) = (Scope::new("acme/billing").unwrap(), SecretName::new("STRIPE_KEY").unwrap());
    let record = RecordId::from_bytes(array(&all["record_id"]));
    let hashes = &all["hashes"];
    let contexts = [
        ("vault key", Context::vault_key(&header, slot)),
        ("vault secret", Context::vault_secret(&header)),
        ("data key state", Context::data_key_state(&header, data_key)),
        ("data key", Context::data_key(&header, data_key, "acme", 1)),
        ("value", Context::value(&header, record, &scope, &name, version(3))),
        ("info", Context::info(&header, record, &place(hashes))),
        ("head", Context::head(&header, &array(&hashes["tenant_tag"]))),
    ];
    assert_eq!(contexts.len(), all["envelopes"].as_array().unwrap().len());

    for (name, context) in contexts {
        let vector = named(&all, name);
        let (key, nonce, plaintext) = (key(vector), array(&vector["nonce"]), hex(&vector["plaintext"]));
        assert_eq!(context.label(), vector["label"].as_str().unwrap().as_bytes(), "{name}");
        assert_eq!(context.aad(), hex(&vector["aad"]), "{name}");
        let authenticated = [&prefix(key.id())[..], context.aad()].concat();
        assert_eq!(authenticated, hex(&vector["authenticated"]), "{name}");
        let keys = derive(&key, &context, &nonce, &authenticated).unwrap();
        assert_eq!(keys.encryption[..], hex(&vector["encryption_key"]), "{name}");
        assert_eq!(keys.commitment[..], hex(&vector["commitment"]), "{name}");
        let envelope = seal_with_nonce(&key, &context, &plaintext, &nonce).unwrap();
        assert_eq!(envelope, hex(&vector["envelope"]), "{name}");
        assert_eq!(**open(&key, &context, &envelope).unwrap(), plaintext, "{name}");
    }
}

/// Root key to value, through the functions that the vault calls.
#[test]
fn a_vault_of_another_implementation_opens() {
    let all = sealing();
    let envelope = |name: &str| hex(&named(&all, name)["envelope"]);
    let header = Header::decode(&hex(&all["header"])).unwrap();
    let root_key = RootKey::published(array(&all["root_key"]));
    let slot = Slot::decode(&hex(&all["slot"]["info"])).unwrap();
    let keys = root_key.slot_keys(&header, KeyId(array(&all["slot"]["id"])), slot.kdf).unwrap();
    assert!(keys.fit(&slot));

    let vault_key: VaultKey = keys.unwrap_vault_key(&header, &envelope("vault key")).unwrap();
    let secret = vault_key.unwrap_vault_secret(&header, &envelope("vault secret")).unwrap();
    let sub_keys = SubKeys::derive(&secret, &header).unwrap();

    let head = Head::open(&sub_keys, &sub_keys.tenant_tag("acme"), &envelope("head")).unwrap();
    assert_eq!((head.tenant.as_str(), head.epoch, head.live, head.tombstones), ("acme", 7, 1, 0));

    let state = vault_key.open_data_key(&header, head.active_key, &envelope("data key state")).unwrap();
    assert_eq!(state, DataKey { state: DataKeyState::Active, generation: 1, tenant: "acme".to_owned() });
    let data_key = vault_key.unwrap_data_key(&header, head.active_key, &state, &envelope("data key")).unwrap();

    let sealed = [hex(&all["record_id"]), envelope("info")].concat();
    let info = Info::open(&header, &place(&all["hashes"]), &data_key, &sealed).unwrap();
    assert_eq!(info.encode(), hex(&named(&all, "info")["plaintext"]));
    assert_eq!(
        (info.name.as_str(), info.state, info.about.description.as_str()),
        ("STRIPE_KEY", InfoState::Active, "Zahlungen für Kärnten")
    );
    assert_eq!(Info::key_id(&sealed).unwrap(), data_key.id());
    let entry = sub_keys.accumulator_entry(info.record, info.revision, &Info::commitment(&sealed).unwrap());
    assert_eq!(head.accumulator, entry);

    let value = info.open_value(&header, version(3), &data_key, &envelope("value")).unwrap();
    assert_eq!(**value, *b"sk_live_not_a_real_key");
}

#[test]
fn what_must_open_opens_and_the_rest_is_refused_by_its_check() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/envelopes.json")).unwrap();
    let (mut opened, mut refused) = (0, 0);
    for vector in all["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let outcome = open(&key(vector), &context(vector), &hex(&vector["envelope"]));
        match vector["refused"].as_str() {
            None => {
                opened += 1;
                assert_eq!(**outcome.unwrap(), hex(&vector["plaintext"]), "{name}");
            }
            Some(check) => {
                refused += 1;
                let expected = match check {
                    "malformed" => Refused::Malformed,
                    "unknown_suite" => Refused::UnknownSuite,
                    "commitment" => Refused::Commitment,
                    "unauthentic" => Refused::Unauthentic,
                    "padding" => Refused::Padding,
                    _ => panic!("no such check"),
                };
                assert_eq!(outcome.unwrap_err(), expected, "{name}");
            }
        }
    }
    assert_eq!((opened, refused), (7, 43));
}

/// The reason for commitments: a ciphertext made to be taken under two keys. The cipher alone takes it under both.
#[test]
fn a_ciphertext_for_two_keys_opens_under_one() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/envelopes.json")).unwrap();
    let colliding = all["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|vector| vector["name"].as_str().unwrap().starts_with("one ciphertext for two keys"));
    let mut texts = Vec::new();
    for vector in colliding {
        let (key, context, envelope) = (key(vector), context(vector), hex(&vector["envelope"]));
        let nonce: &[u8; NONCE_LEN] = envelope[18..42].try_into().unwrap();
        let authenticated = [&prefix(key.id())[..], context.aad()].concat();
        let keys = derive(&key, &context, nonce, &authenticated).unwrap();
        let (ciphertext, tag) = envelope[74..].split_last_chunk().unwrap();
        let mut text = ciphertext.to_vec();
        assert!(decrypt(&keys.encryption, nonce, &authenticated, &mut text, tag));
        texts.push(text);
    }
    assert_eq!(texts.len(), 2);
    assert_ne!(texts[0], texts[1]);
}

/// Labels and AADs come from constructors everywhere else; vectors also hold wrong ones.
fn context(vector: &Value) -> Context {
    let label = vector["label"].as_str().unwrap().to_owned().leak().as_bytes();
    Context::of_parts(label, hex(&vector["aad"]))
}

fn place(hashes: &Value) -> InfoPlace {
    InfoPlace { row_key: array(&hashes["row_key"]), scope_tag: array(&hashes["scope_tag"]), epoch: 7 }
}

fn version(number: u64) -> Version {
    Version::new(number).unwrap()
}
