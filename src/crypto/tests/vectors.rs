//! Frozen vectors, made by a second implementation of the format, in Python (`tests/interop`).

use serde_json::Value;

use super::super::context::Context;
use super::super::data_key::{DataKeyRecord, DataKeyState};
use super::super::envelope::{Envelope, Refused, derive, open, prefix, seal_with_nonce};
use super::super::key_slot_directory::{KeySlotDirectory, KeySlotEntry};
use super::super::previous_key::PreviousKey;
use super::super::primitives::{NONCE_LEN, Prk, decrypt, sha256};
use super::super::root_key::RootKey;
use super::super::timestamp::Timestamp;
use super::super::tlv::FieldWriter;
use super::super::{
    Head, Header, Info, InfoPlace, InfoState, Kdf, KeyId, KeySlot, SealedInfo, SubKeys,
    SymmetricKey, VaultKey, canonical,
};
use crate::name::SecretName;
use crate::record::{RecordId, Revision, Version};
use crate::scope::Scope;

fn hex(value: &Value) -> Vec<u8> {
    base16ct::lower::decode_vec(value.as_str().expect("a string of hexadecimal digits")).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().unwrap()
}

fn key(vector: &Value) -> SymmetricKey {
    SymmetricKey::from_slice(KeyId(array(&vector["key_id"])), &hex(&vector["key"])).unwrap()
}

fn sealing() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/sealing.json")).unwrap()
}

fn named<'a>(all: &'a Value, name: &str) -> &'a Value {
    all["envelopes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|vector| vector["name"] == name)
        .unwrap()
}

/// Everything there is in a vault, from its root key down, byte for byte.
#[test]
fn what_is_written_is_what_the_format_says() {
    let all = sealing();
    let header = Header::decode(&hex(&all["header"])).unwrap();
    assert_eq!(header.vault_id, array(&all["vault_id"]));
    assert_eq!(header.encode(), hex(&all["header"]));

    let root_key = RootKey::published(array(&all["root_key"]));
    for name in ["slot", "other_slot"] {
        let vector = &all[name];
        let keys = root_key
            .key_slot_keys(&header, KeyId(array(&vector["id"])), &Kdf::Raw)
            .unwrap();
        assert_eq!(Kdf::Raw.encode(), hex(&vector["kdf"]), "{name}");
        assert_eq!(keys.kek.expose()[..], hex(&vector["kek"]), "{name}");
        assert_eq!(keys.check[..], hex(&vector["check"]), "{name}");
        let slot = KeySlot {
            kdf: Kdf::Raw,
            check: keys.check,
        };
        assert_eq!(slot.encode(), hex(&vector["info"]), "{name}");
        assert_eq!(KeySlot::decode(&slot.encode()).unwrap(), slot, "{name}");
    }

    let secret = SymmetricKey::from_slice(KeyId::VAULT_SECRET, &hex(&all["vault_secret"])).unwrap();
    let prk = Prk::extract(&header.vault_id, secret.expose());
    for purpose in ["row", "tag", "accumulator", "fingerprint", "head"] {
        let mut sub_key = [0; 32];
        prk.expand(
            &canonical::encode(&[format!("keyslot/1 {purpose} key").as_bytes()]),
            &mut sub_key,
        )
        .unwrap();
        assert_eq!(sub_key[..], hex(&all["sub_keys"][purpose]), "{purpose}");
    }

    let sub_keys = SubKeys::derive(&secret, &header).unwrap();
    let (scope, name) = (
        Scope::new("acme/billing").unwrap(),
        SecretName::new("STRIPE_KEY").unwrap(),
    );
    let record = RecordId::from_bytes(array(&all["record_id"]));
    let info_commitment = array(&named(&all, "info")["commitment"]);
    let hashes = &all["hashes"];
    let scope_tag = sub_keys.scope_tag(&scope);
    assert_eq!(scope_tag[..], hex(&hashes["scope_tag"]));
    assert_eq!(
        sub_keys.row_key(&scope_tag, &scope, &name)[..],
        hex(&hashes["row_key"])
    );
    assert_eq!(
        sub_keys.version_key(&scope_tag, &scope, &name, version(2))[..],
        hex(&hashes["version_key"])
    );
    assert_eq!(sub_keys.tenant_tag("acme")[..], hex(&hashes["tenant_tag"]));
    let entry = sub_keys.accumulator_entry(record, Revision::new(4), &info_commitment);
    assert_eq!(entry[..], hex(&hashes["accumulator_entry"]));
    assert_eq!(
        sub_keys
            .fingerprint("acme", b"sk_live_not_a_real_key")
            .as_bytes()[..],
        hex(&hashes["fingerprint"])
    );

    let tombstone = Info::decode(record, &hex(&all["tombstone"]), None).unwrap();
    assert_eq!(tombstone.state, InfoState::Deleted);
    assert_eq!(tombstone.encode(), hex(&all["tombstone"]));
}

#[test]
fn envelopes_are_what_the_format_says_with_every_step_between() {
    let all = sealing();
    let header = Header::decode(&hex(&all["header"])).unwrap();
    let (slot, data_key) = (
        KeyId(array(&all["slot"]["id"])),
        KeyId(array(&named(&all, "value")["key_id"])),
    );
    let (scope, name) = (
        Scope::new("acme/billing").unwrap(),
        SecretName::new("STRIPE_KEY").unwrap(),
    );
    let record = RecordId::from_bytes(array(&all["record_id"]));
    let hashes = &all["hashes"];
    let contexts = [
        ("vault key", Context::vault_key(&header, slot)),
        ("vault secret", Context::vault_secret(&header)),
        ("data key state", Context::data_key_state(&header, data_key)),
        ("data key", Context::data_key(&header, data_key, "acme", 1)),
        (
            "value",
            Context::value(&header, record, &scope, &name, version(3)),
        ),
        ("info", Context::info(&header, record, &place(hashes))),
        (
            "head",
            Context::head(&header, &array(&hashes["tenant_tag"])),
        ),
        (
            "previous vault key",
            Context::previous_vault_key(&header, previous_keys(&all)[0].id),
        ),
        ("slot directory", Context::key_slot_directory(&header)),
    ];
    assert_eq!(contexts.len(), all["envelopes"].as_array().unwrap().len());

    for (name, context) in contexts {
        let vector = named(&all, name);
        let (key, nonce, plaintext) = (
            key(vector),
            array(&vector["nonce"]),
            hex(&vector["plaintext"]),
        );
        assert_eq!(
            context.label(),
            vector["label"].as_str().unwrap().as_bytes(),
            "{name}"
        );
        assert_eq!(context.aad(), hex(&vector["aad"]), "{name}");
        let authenticated = [&prefix(key.id())[..], context.aad()].concat();
        assert_eq!(authenticated, hex(&vector["authenticated"]), "{name}");
        let keys = derive(&key, &context, &nonce, &authenticated);
        assert_eq!(
            keys.encryption[..],
            hex(&vector["encryption_key"]),
            "{name}"
        );
        assert_eq!(keys.commitment[..], hex(&vector["commitment"]), "{name}");
        let envelope = seal_with_nonce(&key, &context, &plaintext, &nonce).unwrap();
        assert_eq!(envelope, hex(&vector["envelope"]), "{name}");
        assert_eq!(
            *open(&key, &context, &envelope).unwrap(),
            plaintext,
            "{name}"
        );
    }
}

/// Root key to value, through the functions that the vault calls.
#[test]
fn a_vault_of_another_implementation_opens() {
    let all = sealing();
    let envelope = |name: &str| hex(&named(&all, name)["envelope"]);
    let header = Header::decode(&hex(&all["header"])).unwrap();
    let root_key = RootKey::published(array(&all["root_key"]));
    let slot = KeySlot::decode(&hex(&all["slot"]["info"])).unwrap();
    let keys = root_key
        .key_slot_keys(&header, KeyId(array(&all["slot"]["id"])), &slot.kdf)
        .unwrap();
    assert!(keys.fit(&slot));

    let vault_key: VaultKey = keys
        .unwrap_vault_key(&header, &envelope("vault key"))
        .unwrap();
    let directory = vault_key
        .open_key_slot_directory(&header, &envelope("slot directory"))
        .unwrap();
    assert_eq!(directory, slot_directory(&all));
    let previous = vault_key.unwrap_previous(&header, &directory.previous[0]);
    assert_eq!(
        previous.unwrap().expose()[..],
        hex(&named(&all, "previous vault key")["plaintext"])
    );
    let secret = vault_key
        .unwrap_vault_secret(&header, &envelope("vault secret"))
        .unwrap();
    let sub_keys = SubKeys::derive(&secret, &header).unwrap();

    let head = Head::open(&sub_keys, &sub_keys.tenant_tag("acme"), &envelope("head")).unwrap();
    assert_eq!(
        (head.tenant.as_str(), head.epoch, head.live, head.tombstones),
        ("acme", 7, 1, 0)
    );

    let state = vault_key
        .open_data_key(&header, head.active_key, &envelope("data key state"))
        .unwrap();
    assert_eq!(
        state,
        DataKeyRecord {
            state: DataKeyState::Active,
            generation: 1,
            tenant: "acme".to_owned(),
            made_at: None,
        }
    );
    let data_key = vault_key
        .unwrap_data_key(&header, head.active_key, &state, &envelope("data key"))
        .unwrap();

    let sealed = [hex(&all["record_id"]), envelope("info")].concat();
    let parsed = SealedInfo::parse(&sealed).unwrap();
    let info = parsed
        .open(&header, &place(&all["hashes"]), &data_key, None)
        .unwrap();
    assert_eq!(info.encode(), hex(&named(&all, "info")["plaintext"]));
    assert_eq!(
        (
            info.name.as_str(),
            info.state,
            info.about.description.as_str()
        ),
        ("STRIPE_KEY", InfoState::Active, "Zahlungen für Kärnten")
    );
    assert_eq!(parsed.key_id(), data_key.id());
    let entry = sub_keys.accumulator_entry(info.record, info.revision, parsed.commitment());
    assert_eq!(head.accumulator, entry);

    let value = info
        .open_value(
            &header,
            version(3),
            &data_key,
            &Envelope::parse(&envelope("value")).unwrap(),
        )
        .unwrap();
    assert_eq!(**value, *b"sk_live_not_a_real_key");
}

/// Two slots of one root key: the rows, their hashes, and the record that lists them.
#[test]
fn a_slot_directory_is_what_the_format_says() {
    let all = sealing();
    let header = Header::decode(&hex(&all["header"])).unwrap();
    let other = &all["other_slot"];
    let keys = RootKey::published(array(&all["root_key"])).key_slot_keys(
        &header,
        KeyId(array(&other["id"])),
        &Kdf::Raw,
    );
    let opened = keys
        .unwrap()
        .unwrap_vault_key(&header, &hex(&other["body"]))
        .unwrap();
    let vault_key = named(&all, "slot directory");
    assert_eq!(
        (opened.id(), opened.expose()[..].to_vec()),
        (KeyId(array(&vault_key["key_id"])), hex(&vault_key["key"]))
    );

    let directory = slot_directory(&all);
    assert_eq!(directory.encode(), hex(&vault_key["plaintext"]));
    assert_eq!(
        KeySlotDirectory::decode(&directory.encode()).unwrap(),
        directory
    );
    let rows = slot_rows(&all);
    assert_eq!(all["slot_directory"].as_array().unwrap().len(), rows.len());
    for (entry, ((info, body), vector)) in directory
        .entries
        .iter()
        .zip(rows.iter().zip(all["slot_directory"].as_array().unwrap()))
    {
        let fields = [&b"keyslot/1 slot row"[..], &entry.id.0, info, body];
        assert_eq!(
            sha256(&canonical::encode(&fields))[..],
            hex(&vector["hash"])
        );
        assert!(entry.is_of(info, body));
        for (info, body) in [
            (&[&info[..], &[0]].concat(), body),
            (info, &body[1..].to_vec()),
            (body, info),
        ] {
            assert!(!entry.is_of(info, body));
        }
    }
}

/// The key slot of a passphrase: what somebody types, the root key that Argon2id makes of it, and
/// the rows, by every step and by the passphrase itself.
#[cfg(feature = "passphrase")]
#[test]
fn a_passphrase_opens_the_slot_of_the_other_implementation() {
    use super::super::Unlock;
    use super::super::key_slot::{KeySlotKeys, KeySlotPlace};
    use super::super::passphrase::{Argon2Cost, Passphrase, Work};
    use super::super::primitives::argon2id;

    let all = sealing();
    let header = Header::decode(&hex(&all["header"])).unwrap();
    let vector = &all["passphrase_slot"];
    let number = |part: &str| u32::try_from(vector["cost"][part].as_u64().unwrap()).unwrap();
    let [memory, passes, lanes] = ["memory_kib", "passes", "lanes"].map(number);
    let cost = Argon2Cost::new(memory, passes, lanes).unwrap();
    let (text, salt) = (
        vector["passphrase"].as_str().unwrap(),
        array(&vector["salt"]),
    );
    let (kdf, id) = (Kdf::Passphrase { cost, salt }, KeyId(array(&vector["id"])));
    assert_eq!(kdf.encode(), hex(&vector["kdf"]));

    let mut root = [0; 32];
    argon2id(text.as_bytes(), &salt, [memory, passes, lanes], &mut root).unwrap();
    assert_eq!(root[..], hex(&vector["root_key"]));
    let place = KeySlotPlace {
        header: &header,
        id,
    };
    let keys = KeySlotKeys::derive(&root, place, &kdf).unwrap();
    assert_eq!(keys.kek.expose()[..], hex(&vector["kek"]));
    assert_eq!(keys.check[..], hex(&vector["check"]));
    let slot = KeySlot {
        kdf,
        check: keys.check,
    };
    assert_eq!(slot.encode(), hex(&vector["info"]));
    assert_eq!(KeySlot::decode(&slot.encode()).unwrap(), slot);
    let (context, body) = (Context::vault_key(&header, id), hex(&vector["body"]));
    let plaintext = hex(&named(&all, "vault key")["plaintext"]);
    let nonce = array(&vector["nonce"]);
    assert_eq!(
        seal_with_nonce(&keys.kek, &context, &plaintext, &nonce).unwrap(),
        body
    );

    let opened = |key: &dyn Unlock| {
        let keys = key
            .keys(place, &slot.kdf, &mut Work::default())
            .unwrap()
            .unwrap();
        keys.fit(&slot)
            .then(|| keys.unwrap_vault_key(&header, &body).unwrap())
    };
    let vault_key = opened(&Passphrase::new(text)).unwrap();
    let expected = [&vault_key.id().0[..], vault_key.expose()].concat();
    assert_eq!(expected, plaintext);
    let other = text.replace('\u{ef}', "i");
    assert!(opened(&Passphrase::new(other)).is_none(), "the control");
}

#[test]
fn what_must_open_opens_and_the_rest_is_refused_by_its_check() {
    let all: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/envelopes.json")).unwrap();
    let (mut opened, mut refused) = (0, 0);
    for vector in all["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let outcome = open(&key(vector), &context(vector), &hex(&vector["envelope"]));
        match vector["refused"].as_str() {
            None => {
                opened += 1;
                assert_eq!(*outcome.unwrap(), hex(&vector["plaintext"]), "{name}");
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

/// A value of a mebibyte, the longest that a vault takes. The vector has the hash of its envelope.
#[test]
fn a_long_value_is_sealed_as_by_the_other_implementation() {
    let all: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/small_vaults.json")).unwrap();
    let vector = &all["long_value"];
    let length = usize::try_from(vector["length"].as_u64().unwrap()).unwrap();
    assert_eq!(length, 1 << 20);
    let value: Vec<u8> = (0..=250).cycle().step_by(7).take(length).collect();
    let (key, context) = (key(vector), context(vector));
    let sealed = seal_with_nonce(&key, &context, &value, &array(&vector["nonce"])).unwrap();
    assert_eq!(
        sealed.len() as u64,
        vector["envelope_length"].as_u64().unwrap()
    );
    let commitment = Envelope::parse(&sealed).unwrap().commitment();
    assert_eq!(commitment[..], hex(&vector["commitment"]));
    assert_eq!(sha256(&sealed)[..], hex(&vector["envelope_sha256"]));
    assert!(*open(&key, &context, &sealed).unwrap() == value[..]);
    let other = seal_with_nonce(&key, &context, &value[1..], &array(&vector["nonce"])).unwrap();
    assert_ne!(
        sha256(&other)[..],
        hex(&vector["envelope_sha256"]),
        "the control"
    );
}

/// The reason for commitments: a ciphertext made to be taken under two keys. The cipher alone takes
/// it under both.
#[test]
fn a_ciphertext_for_two_keys_opens_under_one() {
    let all: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/envelopes.json")).unwrap();
    let colliding = all["vectors"].as_array().unwrap().iter().filter(|vector| {
        vector["name"]
            .as_str()
            .unwrap()
            .starts_with("one ciphertext for two keys")
    });
    let mut texts = Vec::new();
    for vector in colliding {
        let (key, context, envelope) = (key(vector), context(vector), hex(&vector["envelope"]));
        let nonce: &[u8; NONCE_LEN] = envelope[18..42].try_into().unwrap();
        let authenticated = [&prefix(key.id())[..], context.aad()].concat();
        let keys = derive(&key, &context, nonce, &authenticated);
        let (ciphertext, tag) = envelope[74..].split_last_chunk().unwrap();
        let mut text = ciphertext.to_vec();
        assert!(decrypt(
            &keys.encryption,
            nonce,
            &authenticated,
            &mut text,
            tag
        ));
        texts.push(text);
    }
    assert_eq!(texts.len(), 2);
    assert_ne!(texts[0], texts[1]);
}

/// The texts of an info, as both implementations must take or refuse them.
#[test]
fn texts_are_taken_and_refused_as_by_the_other_implementation() {
    let all: Value =
        serde_json::from_str(include_str!("../../../tests/interop/texts.json")).unwrap();
    let info = super::info();
    let fields: [(&str, u8, bool); 5] = [
        ("scope", 1, false),
        ("name", 2, false),
        ("tool", 14, true),
        ("host", 15, true),
        ("actor", 17, false),
    ];
    for (what, tag, is_list) in fields {
        for outcome in ["taken", "refused"] {
            let texts = all[what][outcome].as_array().unwrap();
            assert!(texts.len() >= 8, "{what} {outcome}");
            for text in texts {
                let text = text.as_str().unwrap().as_bytes();
                let field = if is_list {
                    canonical::encode(&[text])
                } else {
                    text.to_vec()
                };
                let decoded = Info::decode(info.record, &with(&info.encode(), tag, &field), None);
                let kind = decoded.err().map(|error| error.kind());
                let expected = (outcome == "refused").then_some(crate::ErrorKind::Corrupt);
                assert_eq!(kind, expected, "{what} {:?}", String::from_utf8_lossy(text));
            }
        }
    }
}

/// A record with another field of that tag.
fn with(record: &[u8], changed: u8, to: &[u8]) -> Vec<u8> {
    let (mut rest, mut all) = (&record[1..], FieldWriter::new());
    while let [tag, a, b, c, d, after @ ..] = rest {
        let (field, after) = after.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        all = all.field(*tag, if *tag == changed { to } else { field });
        rest = after;
    }
    all.finish()
}

/// Info and body of each slot.
fn slot_rows(all: &Value) -> [(Vec<u8>, Vec<u8>); 2] {
    [
        (
            hex(&all["slot"]["info"]),
            hex(&named(all, "vault key")["envelope"]),
        ),
        (
            hex(&all["other_slot"]["info"]),
            hex(&all["other_slot"]["body"]),
        ),
    ]
}

/// The vault keys before the one of the vectors.
fn previous_keys(all: &Value) -> Vec<PreviousKey> {
    let vector = &all["previous_vault_key"];
    let at = vector["replaced_at"].as_i64().unwrap();
    vec![PreviousKey {
        id: KeyId(array(&vector["id"])),
        replaced_at: Timestamp::of_micros(at).unwrap(),
        wrapped: hex(&named(all, "previous vault key")["envelope"]),
    }]
}

/// The directory of these slots, made as the vault makes it.
fn slot_directory(all: &Value) -> KeySlotDirectory {
    let entry = |(vector, (info, body)): (&Value, (Vec<u8>, Vec<u8>))| {
        assert_eq!(vector["kind"], Kdf::Raw.kind());
        let made_at = Timestamp::of_micros(vector["made_at"].as_i64().unwrap()).unwrap();
        let mut entry = KeySlotEntry::new(
            KeyId(array(&vector["id"])),
            &Kdf::Raw,
            "",
            made_at,
            &info,
            &body,
        );
        vector["name"].as_str().unwrap().clone_into(&mut entry.name);
        entry
    };
    let entries = all["slot_directory"].as_array().unwrap().iter();
    KeySlotDirectory {
        entries: entries.zip(slot_rows(all)).map(entry).collect(),
        epoch: all["slot_directory_epoch"].as_u64().unwrap(),
        previous: previous_keys(all),
        log: None,
    }
}

/// Labels and AADs come from constructors everywhere else; vectors also hold wrong ones.
fn context(vector: &Value) -> Context {
    let label = vector["label"]
        .as_str()
        .unwrap()
        .to_owned()
        .leak()
        .as_bytes();
    Context::of_parts(label, hex(&vector["aad"]))
}

fn place(hashes: &Value) -> InfoPlace {
    InfoPlace {
        row_key: array(&hashes["row_key"]),
        epoch: 7,
    }
}

fn version(number: u64) -> Version {
    Version::new(number).unwrap()
}
