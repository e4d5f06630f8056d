//! All keys of a vault, by the manual's page on its format: so that the search knows more of them
//! than the root key.

use std::num::NonZeroU32;
use std::path::Path;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use keyslot::SecretStore;
use keyslot::store::{Cursor, Kind, PageSize, Row, Scan, SqliteStore};
use sha2::{Digest, Sha256};

/// A key, or what is as good as one.
pub struct Known {
    pub name: String,
    /// True if an open vault needs it.
    pub held: bool,
    pub bytes: Vec<u8>,
}

/// The XOR mask by which the provider of the scenarios wraps a key.
pub const WRAPPING: u8 = 0x3C;

/// The keys of the vault in a file. One of its key slots is for the root key that is given, for a
/// passphrase of these digits, or for the provider of the scenarios.
pub fn keys(file: &Path, root: &[u8], passphrase: &str) -> Vec<Known> {
    let store = SqliteStore::open(file).expect("a vault");
    let rows = |kind| {
        let scan = Scan {
            kind,
            scope: None,
            from: Cursor::START,
            size: PageSize::MAX,
            bodies: true,
        };
        let partitions = store.partitions(None, NonZeroU32::MAX);
        let pages = partitions.expect("partitions").into_iter();
        let pages = pages.map(|partition| store.scan(partition, &scan).expect("rows"));
        pages.flat_map(|page| page.rows).collect::<Vec<Row>>()
    };
    let first = |kind| rows(kind).into_iter().next().expect("a row");
    let mut all = Keys::default();

    let header = first(Kind::Header).info;
    let (version, id) = (&header[8..11], &header[11..27]);
    let mut vault_key = Vec::new();
    for slot in rows(Kind::Slot) {
        let (slot_id, parameters) = (&slot.key.key[..16], &field(&slot.info, 1));
        let root = match field(parameters, 1)[..] {
            [1] => root.to_vec(),
            [2] => stretch(parameters, passphrase),
            [3] => field(parameters, 7)
                .iter()
                .map(|byte| byte ^ WRAPPING)
                .collect(),
            ref kind => panic!("no kind of key slots: {kind:?}"),
        };
        let root_prk = extract(id, &root);
        let info = |label: &[u8]| {
            let format = (&version[..2], &version[2..]);
            fields(&[label, format.0, format.1, slot_id, parameters])
        };
        // Slots of keys that nobody gave are not looked into.
        if expand(&root_prk, &info(b"keyslot/1 key check"), 16) != field(&slot.info, 2) {
            continue;
        }
        all.add("root key of a slot", false, &root);
        all.add("prk of the root key", false, &root_prk);
        all.states("prk of the root key", false, &root_prk);
        let kek = expand(&root_prk, &info(b"keyslot/1 kek"), 32);
        all.add("key of the slot", false, &kek);
        let context: &[&[u8]] = &[b"keyslot/1 vault key", id, slot_id];
        let plain = all.open("vault key", &kek, &slot.body, context);
        vault_key = plain[16..].to_vec();
    }
    assert!(!vault_key.is_empty(), "a key slot of the key that is given");
    all.add("vault key", true, &vault_key);

    let Row { info, body, .. } = first(Kind::VaultSecret);
    let secret = all.open(
        "vault secret",
        &vault_key,
        &body,
        &[b"keyslot/1 vault secret", id],
    );
    all.add("vault secret", false, &secret);
    let vault_keys = all.vault_keys(&vault_key, &info, id);
    let wrapping = |envelope: &[u8]| {
        let named = vault_keys.iter().find(|(key, _)| *key == envelope[2..18]);
        &named.expect("a vault key that is listed").1
    };
    let prk = extract(id, &secret);
    all.add("prk of the vault secret", false, &prk);
    all.states("prk of the vault secret", false, &prk);
    for purpose in ["row", "tag", "accumulator", "fingerprint"] {
        let key = expand(
            &prk,
            &fields(&[format!("keyslot/1 {purpose} key").as_bytes()]),
            32,
        );
        all.add(&format!("{purpose} key"), false, &key);
        all.states(&format!("{purpose} key"), true, &key);
    }
    all.add(
        "head key",
        true,
        &expand(&prk, &fields(&[b"keyslot/1 head key"]), 32),
    );
    for Row {
        key, info, body, ..
    } in rows(Kind::DataKey)
    {
        let data_key_id = &key.key[..16];
        // One that was destroyed is there without its key.
        if body.is_empty() {
            continue;
        }
        let about = all.open(
            "data key state",
            wrapping(&info),
            &info,
            &[b"keyslot/1 data key state", id, data_key_id],
        );
        let (generation, tenant) = (field(&about, 2), field(&about, 3));
        let context: &[&[u8]] = &[b"keyslot/1 data key", id, data_key_id, &tenant, &generation];
        let data_key = all.open("data key", wrapping(&body), &body, context);
        all.add("data key", true, &data_key);
    }
    all.0
}

#[derive(Default)]
struct Keys(Vec<Known>);

impl Keys {
    fn add(&mut self, name: &str, held: bool, bytes: &[u8]) {
        self.0.push(Known {
            name: name.to_owned(),
            held,
            bytes: bytes.to_vec(),
        });
    }

    /// The vault key and those that it replaced, each with its name. An open vault needs them all.
    fn vault_keys(&mut self, current: &[u8], info: &[u8], id: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let context: &[&[u8]] = &[b"keyslot/1 slot directory", id];
        let directory = self.open("slot directory", current, info, context);
        let mut all = vec![(info[2..18].to_vec(), current.to_vec())];
        let previous = optional(&directory, 3).unwrap_or_default();
        let mut rest = &previous[..];
        while let Some((record, after)) = item(rest) {
            let (name, envelope) = (field(record, 1), field(record, 3));
            let context: &[&[u8]] = &[b"keyslot/1 previous vault key", id, &name];
            let key = self.open("previous vault key", current, &envelope, context);
            self.add("previous vault key", true, &key);
            all.push((name, key));
            rest = after;
        }
        all
    }

    /// State that HMAC keeps of a key, after one block. It authenticates as the key does.
    fn states(&mut self, name: &str, held: bool, key: &[u8]) {
        const SHA_256: [u32; 8] = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        for pad in [0x36, 0x5C] {
            let mut state = SHA_256;
            let block: [u8; 64] = std::array::from_fn(|at| key.get(at).unwrap_or(&0) ^ pad);
            sha2::block_api::compress256(&mut state, &[block]);
            let bytes: Vec<u8> = state.iter().flat_map(|word| word.to_ne_bytes()).collect();
            self.add(&format!("state of HMAC of the {name}"), held, &bytes);
            self.add(&format!("padded {name}"), false, &block[..32]);
        }
    }

    /// The plaintext of an envelope, whose own key is one to look for.
    fn open(&mut self, name: &str, key: &[u8], envelope: &[u8], context: &[&[u8]]) -> Vec<u8> {
        let (prefix, rest) = envelope.split_at(18);
        let (nonce, rest) = rest.split_at(24);
        let aad = [prefix, &fields(context)].concat();
        let keys = expand(
            key,
            &fields(&[context[0], nonce, &Sha256::digest(&aad)]),
            64,
        );
        self.add(
            &format!("key of the envelope of the {name}"),
            false,
            &keys[..32],
        );
        assert_eq!(keys[32..], rest[..32], "the commitment");
        let cipher = XChaCha20Poly1305::new_from_slice(&keys[..32]).expect("a key");
        let nonce = nonce.try_into().expect("a nonce");
        let padded = cipher
            .decrypt(
                nonce,
                Payload {
                    msg: &rest[32..],
                    aad: &aad,
                },
            )
            .expect("an envelope");
        let length = u32::from_be_bytes(padded[..4].try_into().expect("a length")) as usize;
        padded[4..4 + length].to_vec()
    }
}

/// The root key that a passphrase is made into.
fn stretch(parameters: &[u8], passphrase: &str) -> Vec<u8> {
    let number = |tag| {
        let bytes = field(parameters, tag).try_into();
        u32::from_be_bytes(bytes.expect("a number"))
    };
    let mut root = vec![0; 32];
    let cost = argon2::Params::new(number(2), number(3), number(4), Some(32));
    argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        cost.expect("a cost"),
    )
    .hash_password_into(passphrase.as_bytes(), &field(parameters, 5), &mut root)
    .expect("a key");
    root
}

fn extract(salt: &[u8], material: &[u8]) -> Vec<u8> {
    Hkdf::<Sha256>::extract(Some(salt), material).0.to_vec()
}

fn expand(key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut output = vec![0; length];
    Hkdf::<Sha256>::from_prk(key)
        .expect("a key")
        .expand(info, &mut output)
        .expect("a length");
    output
}

fn fields(fields: &[&[u8]]) -> Vec<u8> {
    fields
        .iter()
        .flat_map(|field| [&(field.len() as u32).to_be_bytes()[..], field].concat())
        .collect()
}

/// A field of a record.
fn field(record: &[u8], wanted: u8) -> Vec<u8> {
    optional(record, wanted).unwrap_or_else(|| panic!("the record has no field {wanted}"))
}

/// A field of a record, if it has that.
fn optional(record: &[u8], wanted: u8) -> Option<Vec<u8>> {
    let mut rest = &record[1..];
    while let [tag, after @ ..] = rest {
        let (bytes, after) = item(after).expect("a field");
        if *tag == wanted {
            return Some(bytes.to_vec());
        }
        rest = after;
    }
    None
}

/// The first item of a list, and the others; `None` at its end.
fn item(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, after) = list.split_first_chunk()?;
    Some(after.split_at(u32::from_be_bytes(*length) as usize))
}
