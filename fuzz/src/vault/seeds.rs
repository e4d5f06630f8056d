//! Seeds: inputs that reach what random bytes do not. Records are those of the crate's vectors.

use keyslot_internals::fuzzing::Record;
use serde_json::Value;

use super::bundle::{self, Bundles};
use super::envelope::{Envelopes, KEY};

const SEALING: &str = include_str!("../../../tests/vectors/sealing.json");

/// A seed: the target, a name, and the input.
pub type Seed = (&'static str, String, Vec<u8>);

/// The seeds of all targets here.
pub fn all() -> Vec<Seed> {
    let mut seeds = records();
    seeds.extend(envelopes());
    seeds.extend(bundles());
    seeds.extend(lists());
    seeds.extend(files());
    seeds.extend(keys());
    seeds.extend(logs());
    seeds
}

fn unhex(digits: &Value) -> Vec<u8> {
    let digits = digits.as_str().expect("digits").as_bytes();
    let pair = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16);
    digits
        .chunks(2)
        .map(|two| pair(two).expect("digits"))
        .collect()
}

/// A record by the format: its form, then its fields.
fn record(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let field = |(tag, bytes): &(u8, &[u8])| {
        let length = u32::try_from(bytes.len()).expect("a short field");
        [&[*tag], &length.to_be_bytes()[..], bytes].concat()
    };
    [vec![1], fields.iter().flat_map(field).collect()].concat()
}

/// A record of each kind, behind the byte that selects it.
fn records() -> Vec<Seed> {
    let vectors: Value = serde_json::from_str(SEALING).expect("JSON");
    let sealed = |name: &str| {
        let mut envelopes = vectors["envelopes"].as_array().expect("a list").iter();
        let envelope = envelopes.find(|envelope| envelope["name"] == name);
        unhex(&envelope.expect("an envelope")["plaintext"])
    };
    let (memory, number) = ((64_u32 << 10).to_be_bytes(), 4_u32.to_be_bytes());
    let salt = [5; 16];
    let passphrase: &[(u8, &[u8])] = &[
        (1, &[2]),
        (2, &memory),
        (3, &number),
        (4, &number),
        (5, &salt),
    ];
    let provider: &[(u8, &[u8])] = &[(1, &[3]), (6, b"transit:a/b"), (7, b"vault:v1:AAAA")];
    let key_slot = |kdf: &[(u8, &[u8])]| record(&[(1, &record(kdf)), (2, &[3; 16])]);
    let all = [
        (Record::Header, "header", unhex(&vectors["header"])),
        (Record::KeySlot, "key_slot", unhex(&vectors["slot"]["info"])),
        (Record::KeySlot, "key_slot_passphrase", key_slot(passphrase)),
        (Record::KeySlot, "key_slot_provider", key_slot(provider)),
        (Record::Head, "head", sealed("head")),
        (Record::Info, "info", sealed("info")),
        (Record::Info, "tombstone", unhex(&vectors["tombstone"])),
        (Record::DataKey, "data_key", sealed("data key state")),
        (
            Record::KeySlotDirectory,
            "directory",
            sealed("slot directory"),
        ),
        (Record::LogRow, "log_row", log_row()),
    ];
    let seed = |(record, name, bytes): (Record, &str, Vec<u8>)| {
        let select = Record::ALL
            .iter()
            .position(|other| *other == record)
            .expect("a record");
        (
            "header_open",
            name.to_owned(),
            [&[select as u8], &bytes[..]].concat(),
        )
    };
    all.into_iter().map(seed).collect()
}

/// The record of an entry, with nearly all of its fields.
fn entry() -> Vec<u8> {
    let time = 1_800_000_000_000_000_i64.to_be_bytes();
    let (version, generation) = (3_u64.to_be_bytes(), 2_u32.to_be_bytes());
    record(&[
        (1, &time),
        (2, &[1]),
        (3, b"acme/billing"),
        (4, b"STRIPE_KEY"),
        (5, b"user:ada"),
        (6, b"denied"),
        (7, b"acme"),
        (8, &[6; 16]),
        (9, &version),
        (10, &[7; 32]),
        (11, b"stripe"),
        (12, b"api.stripe.com:443"),
        (13, &[1]),
        (14, &[1]),
        (15, b"run-17"),
        (16, b"ticket 12"),
        (17, &generation),
        (18, &version),
    ])
}

/// A row of an audit log with two entries.
fn log_row() -> Vec<u8> {
    let time = 1_800_000_000_000_000_i64.to_be_bytes();
    let number = 4_u64.to_be_bytes();
    let short = record(&[(1, &time), (2, &[20]), (3, b"acme"), (18, &number)]);
    let both = [entry(), short];
    let both: Vec<&[u8]> = both.iter().map(Vec::as_slice).collect();
    let entries = keyslot_internals::fuzzing::fields(&both);
    record(&[
        (1, &[1; 16]),
        (2, &time),
        (3, &number),
        (4, &[8; 32]),
        (5, &entries),
    ])
}

fn logs() -> Vec<Seed> {
    let seed = |name: &str, bytes: Vec<u8>| ("audit_row", name.to_owned(), bytes);
    vec![
        seed("row", [&[0], &log_row()[..]].concat()),
        seed("entry", [&[1], &entry()[..]].concat()),
        seed("export", b"\x02\x01\0\0\0".to_vec()),
        seed("export_gone", b"\x02\x01\0\0\0\x02\x02\0\0".to_vec()),
        seed("export_swapped", b"\x02\x01\0\0\0\x03\x01\x02\0".to_vec()),
        seed("export_changed", b"\x02\x01\0\0\0\x04\x02\0\x07".to_vec()),
        seed("export_cut", b"\x02\x01\0\0\0\x05\x07\x09\0".to_vec()),
        seed(
            "export_of_both",
            b"\x02\0\x02\0\0\0\x05\0\0\0\x03\0\0".to_vec(),
        ),
        seed("export_other", b"\x02{}".to_vec()),
    ]
}

fn envelopes() -> Vec<Seed> {
    let seal = |plaintext: &[u8]| {
        let envelope = (Envelopes::OURS.seal)(&KEY, 0, plaintext).expect("an envelope");
        [&[0], &envelope[..]].concat()
    };
    let seed = |name: &str, bytes| ("envelope_open", name.to_owned(), bytes);
    vec![
        seed("sealed", seal(b"a value")),
        seed("sealed_empty", seal(b"")),
        seed("sealed_long", seal(&[b'v'; 600])),
        seed("changed_magic", b"\x01\0\0\0\x01a value".to_vec()),
        seed("changed_commitment", b"\x01\0\0\x30\x80a value".to_vec()),
        seed("changed_ciphertext", b"\x01\x07\0\x60\x01a value".to_vec()),
    ]
}

fn bundles() -> Vec<Seed> {
    let seed = |name: &str, bytes: Vec<u8>| ("bundle", name.to_owned(), bytes);
    let made =
        |counts: [u8; 4], contents: &[Vec<u8>]| [&[1], &counts[..], &contents.concat()].concat();
    let (beginning, secret) = (bundle::beginning(), bundle::secret());
    let contents = [beginning.clone(), secret.clone()];
    let seal = Bundles::OURS.seal;
    let file = seal(&bundle::KEY, [1, 1, 0, 1], &contents.concat()).expect("a bundle");
    vec![
        seed("file", [&[0], &file[..]].concat()),
        seed("file_cut", [&[0], &file[..200]].concat()),
        seed("one_secret", made([1, 1, 0, 1], &contents)),
        seed("no_secret", made([1, 0, 0, 0], &[beginning.clone()])),
        seed(
            "twice",
            made([1, 2, 0, 2], &[beginning, secret.clone(), secret]),
        ),
        seed("other_counts", made([1, 1, 0, 2], &contents)),
    ]
}

fn lists() -> Vec<Seed> {
    let seed = |name: &str, bytes: &[u8]| ("canonical_injective", name.to_owned(), bytes.to_vec());
    vec![
        seed("moved", b"\x01\x02\x01abc"),
        seed("split", b"\x02\0\0\x01\x01ab"),
        seed(
            "values",
            b"\x04\x04\x01\x01\x09\x05\x01\x01\x09acmeA\x01recordsacme/A",
        ),
        seed("lengths", b"\x01\x04\x08\0\0\0\x01\0\0\0\x01a"),
    ]
}

fn files() -> Vec<Seed> {
    let seed = |name: &str, bytes: &[u8]| ("db_file", name.to_owned(), bytes.to_vec());
    vec![
        seed("intact", b"\x0e"),
        seed("intact_read_only", b"\x0f"),
        seed("cut_off", b"\x01\x40\0"),
        seed("no_vault", b"\0SQLite format 3\0"),
        seed("page_size", b"\x12\0\x10\x02\x02\0"),
        seed("application", b"\x12\0\x44\x04abcd"),
        seed("schema", b"\x12\x0F\x80\x08CREATE T"),
        seed(
            "several",
            b"\x02\x10\0\x01\x05\x20\0\x01\x0A\x60\x10\x02\xff\xff",
        ),
        seed(
            "several_read_only",
            b"\x03\x10\0\x01\x05\x20\0\x01\x0A\x60\x10\x02\xff\xff",
        ),
    ]
}

fn keys() -> Vec<Seed> {
    let base64 = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";
    let hex = "3be1079a54c8f32d61b60e88d7451faa73ec39925d04cfb16816e57ea340db29";
    let seed = |name: &str, text: &str| ("key_parse", name.to_owned(), text.as_bytes().to_vec());
    vec![
        seed("base64", base64),
        seed("base64_url", &base64.replace('+', "-")),
        seed("base64_bits", &base64.replace("yk=", "yl=")),
        seed("hex", hex),
        seed("hex_upper", &hex.to_uppercase()),
        seed("file", &format!("\u{feff}{hex}\r\n")),
        seed("file_base64", &format!("{base64}\n")),
        seed("weak", &"0".repeat(64)),
        seed("bytes", "kqLwmx82hdyT.Xo1+a0PbcJz4vUWFg/r"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::file::known;
    use crate::vault::{audit, canonical, envelope, file, keys, records};
    use keyslot_internals::fuzzing::{fields, rewrite};

    #[test]
    fn seeds_are_taken() {
        let known = known();
        for (target, name, bytes) in all() {
            match target {
                "header_open" => {
                    let record = Record::ALL[usize::from(bytes[0])];
                    assert!(rewrite(record, &bytes[1..]).is_ok(), "{name}");
                    records::check(&bytes, rewrite);
                }
                "envelope_open" => {
                    let is_open = (Envelopes::OURS.open)(&KEY, 0, &bytes[1..]).is_ok();
                    assert_eq!(is_open, name.starts_with("sealed"), "{name}");
                    envelope::check(&bytes, Envelopes::OURS);
                }
                "canonical_injective" => canonical::check(&bytes, fields),
                "audit_row" => {
                    match bytes[0] {
                        0 => assert!((audit::Logs::OURS.rewrite)(&bytes[1..]).is_ok()),
                        1 => assert!((audit::Logs::OURS.entry)(&bytes[1..]).is_ok()),
                        _ => {}
                    }
                    audit::check(&bytes, audit::known(), audit::Logs::OURS);
                }
                "bundle" => bundle::check(&bytes, Bundles::OURS),
                "db_file" => file::check(&bytes, &known),
                "key_parse" => keys::check(&bytes, keys::Keys::OURS),
                _ => panic!("no target: {target}"),
            }
        }
    }
}
