//! Bundles that no export wrote, and chunks in other places.

use std::io::Cursor;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::super::bundle::{
    BundleCounts, BundleItem, BundleKey, BundleReach, BundleReader, BundleStart, BundleWriter,
    read_again, seal_contents,
};
use super::super::{About, Info, InfoState, RootKey, Timestamp, VersionEntry};
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Revision, Version};
use crate::scope::Scope;

fn key() -> RootKey {
    RootKey::from_hex("8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752").unwrap()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::of_micros(micros).unwrap()
}

fn start() -> BundleItem {
    BundleItem::Start(BundleStart {
        reach: BundleReach::Vault,
        made_at: at(7),
    })
}

fn organization(name: &str) -> BundleItem {
    BundleItem::Organization(Scope::new(name).unwrap())
}

fn info(scope: &str, name: &str, versions: &[u64]) -> Info {
    let entry = |number: &u64| VersionEntry {
        version: Version::new(*number).unwrap(),
        created_at: at(5),
        commitment: [9; 32],
        created_by: None,
        fingerprint: Some(Fingerprint::from_bytes([4; 32])),
        hint: Some("hint".to_owned()),
    };
    Info {
        record: RecordId::from_bytes([3; 16]),
        scope: Scope::new(scope).unwrap(),
        name: SecretName::new(name).unwrap(),
        state: if versions.is_empty() {
            InfoState::Deleted
        } else {
            InfoState::Active
        },
        revision: Revision::new(8),
        last_version: Version::new(9).unwrap(),
        created_at: at(1),
        updated_at: at(2),
        created_by: None,
        updated_by: None,
        about: About::default(),
        versions: versions.iter().map(entry).collect(),
    }
}

fn secret(scope: &str, name: &str, versions: &[u64]) -> BundleItem {
    BundleItem::Secret(Box::new(info(scope, name, versions)))
}

fn value(version: u64, value: &str) -> BundleItem {
    BundleItem::Value(Version::new(version).unwrap(), value.to_owned().into())
}

fn counts(organizations: u64, secrets: u64, tombstones: u64, values: u64) -> BundleCounts {
    BundleCounts {
        organizations,
        secrets,
        tombstones,
        values,
    }
}

/// A bundle of items, with these counts in its trailer.
fn bundle(items: &[BundleItem], counts: BundleCounts) -> Vec<u8> {
    let mut writer = BundleWriter::begin(Vec::new(), &key()).unwrap();
    for item in items {
        writer.item(item).unwrap();
    }
    writer.finish(&counts).unwrap()
}

/// The names and values in a bundle.
fn read(bytes: &[u8]) -> Result<Vec<String>> {
    let mut from = Cursor::new(bytes);
    let key = BundleKey::read(&mut from, &key())?;
    let mut reader = BundleReader::new(from, &key)?;
    let mut found = Vec::new();
    while let Some(secret) = reader.next_secret()? {
        let values = secret.values.iter().map(ExposeSecret::expose_secret);
        let values: Vec<&str> = values.collect();
        found.push(format!("{} {}", secret.info.name, values.join(" ")));
    }
    Ok(found)
}

fn kind(bytes: &[u8]) -> ErrorKind {
    read(bytes).unwrap_err().kind()
}

/// A bundle of three full chunks and a short one before the trailer.
fn long() -> Vec<u8> {
    let text = "x".repeat(200_000);
    let items = [
        start(),
        organization("acme"),
        secret("acme", "A", &[1]),
        value(1, &text),
    ];
    bundle(&items, counts(1, 1, 0, 1))
}

/// The header and the chunks of a bundle.
fn split(bytes: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let key = BundleKey::read(&mut Cursor::new(bytes), &key()).unwrap();
    let (header, mut rest) = bytes.split_at(usize::try_from(key.header_len()).unwrap());
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
        let (chunk, after) = rest.split_at(5 + length);
        chunks.push(chunk.to_vec());
        rest = after;
    }
    (header.to_vec(), chunks)
}

#[test]
fn a_bundle_comes_back_without_what_belongs_to_its_vault() {
    let items = [
        start(),
        organization("acme"),
        secret("acme/billing", "A", &[2, 5]),
        value(2, "old"),
        value(5, "new"),
        organization("other"),
        secret("other", "B", &[]),
    ];
    let bytes = bundle(&items, counts(2, 1, 1, 2));
    assert_eq!(read(&bytes).unwrap(), ["A old new", "B "]);

    let key = BundleKey::read(&mut Cursor::new(&bytes), &key()).unwrap();
    let mut from = Cursor::new(&bytes);
    from.set_position(key.header_len());
    let mut reader = BundleReader::new(from, &key).unwrap();
    let read = reader.next_secret().unwrap().unwrap().info;
    let own = info("acme/billing", "A", &[2, 5]);
    assert_eq!(read.record, RecordId::from_bytes([0; 16]));
    assert_eq!(read.revision, Revision::new(1));
    assert!(read.versions.iter().all(|kept| kept.fingerprint.is_none()
        && kept.hint.is_none()
        && kept.commitment == [0; 32]));
    assert_eq!(
        (read.created_at, read.last_version),
        (own.created_at, own.last_version)
    );
}

#[test]
fn chunks_open_in_their_own_places_alone() {
    let bytes = long();
    let (header, chunks) = split(&bytes);
    assert_eq!(chunks.len(), 5, "three full ones, a short one, the trailer");
    let joined = |chunks: &[&Vec<u8>]| {
        let chunks = chunks.iter().flat_map(|chunk| chunk.iter().copied());
        header.iter().copied().chain(chunks).collect::<Vec<u8>>()
    };
    let [a, b, c, d, end] = &chunks[..] else {
        panic!("five chunks")
    };
    assert_eq!(
        read(&joined(&[a, b, c, d, end])).unwrap().len(),
        1,
        "the control"
    );
    let (_, others) = split(&long());
    for (what, chunks) in [
        ("swapped", vec![b, a, c, d, end]),
        ("repeated", vec![a, a, b, c, d, end]),
        ("left out", vec![a, c, d, end]),
        ("cut behind a chunk", vec![a, b, c, d]),
        ("no chunk", vec![]),
        ("the trailer alone", vec![end]),
        ("the trailer too early", vec![a, b, end]),
        ("a second trailer", vec![a, b, c, d, end, end]),
        ("a chunk behind the trailer", vec![a, b, c, d, end, a]),
        ("a chunk of another bundle", vec![a, &others[1], c, d, end]),
        (
            "the trailer of another bundle",
            vec![a, b, c, d, &others[4]],
        ),
    ] {
        assert_eq!(kind(&joined(&chunks)), ErrorKind::Corrupt, "{what}");
    }
    let mut marked = d.clone();
    marked[0] = 1;
    assert_eq!(
        kind(&joined(&[a, b, c, &marked])),
        ErrorKind::Corrupt,
        "a mark"
    );
    // All of the header is in all chunks: another header of the same key opens none.
    let (other, _) = split(&long());
    assert_eq!(
        kind(&[&other[..], &bytes[header.len()..]].concat()),
        ErrorKind::Corrupt
    );
}

#[test]
fn a_length_is_refused_before_there_is_memory_for_it() {
    let bytes = long();
    let (header, _) = split(&bytes);
    for length in [u32::MAX, 1 << 30, 70_000] {
        let mut changed = bytes.clone();
        changed[header.len() + 1..][..4].copy_from_slice(&length.to_be_bytes());
        assert_eq!(
            kind(&changed),
            ErrorKind::Corrupt,
            "chunk of {length} bytes"
        );
    }
    let mut changed = bytes.clone();
    changed[27..29].copy_from_slice(&u16::MAX.to_be_bytes());
    assert_eq!(kind(&changed), ErrorKind::Corrupt, "key slot");
    // Within the seal, by somebody who has the key.
    for (what, frame) in [
        ("an item of 4 GiB", &[3, 0xFF, 0xFF, 0xFF, 0xFF][..]),
        ("an item beyond the end", &[3, 0, 0, 1, 0, 1]),
        ("half a length", &[3, 0, 0]),
    ] {
        let mut writer = BundleWriter::begin(Vec::new(), &key()).unwrap();
        writer.item(&start()).unwrap();
        writer.push(frame).unwrap();
        let bytes = writer.finish(&BundleCounts::default()).unwrap();
        assert_eq!(kind(&bytes), ErrorKind::Corrupt, "{what}");
    }
    let mut writer = BundleWriter::begin(Vec::new(), &key()).unwrap();
    writer.item(&start()).unwrap();
    writer.push(&[9, 0, 0, 0, 0]).unwrap();
    let bytes = writer.finish(&BundleCounts::default()).unwrap();
    assert_eq!(
        kind(&bytes),
        ErrorKind::UnsupportedFormat,
        "an item of a newer version"
    );
}

#[test]
fn what_no_export_writes_is_refused_although_it_is_sealed() {
    let acme = || organization("acme");
    let a = || secret("acme", "A", &[1]);
    let ok = [start(), acme(), a(), value(1, "v")];
    assert!(
        read(&bundle(&ok, counts(1, 1, 0, 1))).is_ok(),
        "the control"
    );
    let cases = [
        (
            "no start",
            vec![acme(), a(), value(1, "v")],
            counts(1, 1, 0, 1),
        ),
        ("two starts", vec![start(), start()], counts(0, 0, 0, 0)),
        ("nothing", vec![], counts(0, 0, 0, 0)),
        (
            "no organization",
            vec![start(), a(), value(1, "v")],
            counts(0, 1, 0, 1),
        ),
        (
            "two heads of an organization",
            vec![start(), acme(), acme()],
            counts(2, 0, 0, 0),
        ),
        (
            "two heads, apart",
            vec![
                start(),
                acme(),
                a(),
                value(1, "v"),
                organization("b"),
                acme(),
            ],
            counts(3, 1, 0, 1),
        ),
        (
            "a secret twice",
            vec![start(), acme(), a(), value(1, "v"), a(), value(1, "v")],
            counts(1, 2, 0, 2),
        ),
        (
            "a secret of another organization",
            vec![start(), acme(), secret("other", "A", &[1]), value(1, "v")],
            counts(1, 1, 0, 1),
        ),
        ("no value", vec![start(), acme(), a()], counts(1, 1, 0, 1)),
        (
            "no value, but a secret",
            vec![start(), acme(), a(), a()],
            counts(1, 1, 0, 1),
        ),
        (
            "a value too many",
            vec![start(), acme(), a(), value(1, "v"), value(2, "v")],
            counts(1, 1, 0, 2),
        ),
        (
            "another version",
            vec![start(), acme(), a(), value(2, "v")],
            counts(1, 1, 0, 1),
        ),
        (
            "an empty value",
            vec![start(), acme(), a(), value(1, "")],
            counts(1, 1, 0, 1),
        ),
        (
            "a value of a tombstone",
            vec![start(), acme(), secret("acme", "A", &[]), value(1, "v")],
            counts(1, 0, 1, 1),
        ),
    ];
    for (what, items, counts) in cases {
        assert_eq!(kind(&bundle(&items, counts)), ErrorKind::Corrupt, "{what}");
    }
    for wrong in [
        counts(2, 1, 0, 1),
        counts(1, 2, 0, 1),
        counts(1, 1, 1, 1),
        counts(1, 1, 0, 2),
    ] {
        assert_eq!(kind(&bundle(&ok, wrong)), ErrorKind::Corrupt, "{wrong:?}");
    }
    let reached = BundleItem::Start(BundleStart {
        reach: BundleReach::Scope(Scope::new("acme/billing").unwrap()),
        made_at: at(7),
    });
    let items = [reached, acme(), a(), value(1, "v")];
    assert_eq!(
        kind(&bundle(&items, counts(1, 1, 0, 1))),
        ErrorKind::Corrupt,
        "out of reach"
    );
}

#[test]
fn a_record_has_one_form() {
    // As a vault has it: with a revision, a commitment and a fingerprint of its own.
    let record = info("acme", "A", &[1]).encode();
    let mut writer = BundleWriter::begin(Vec::new(), &key()).unwrap();
    writer.item(&start()).unwrap();
    writer.item(&organization("acme")).unwrap();
    writer.push(&[3]).unwrap();
    let length = u32::try_from(record.len()).unwrap();
    writer.push(&length.to_be_bytes()).unwrap();
    writer.push(&record).unwrap();
    writer.item(&value(1, "v")).unwrap();
    let bytes = writer.finish(&counts(1, 1, 0, 1)).unwrap();
    assert_eq!(kind(&bytes), ErrorKind::Corrupt);
}

/// Contents of a bundle that nobody has to have exported.
fn contents(items: &[BundleItem]) -> Vec<u8> {
    let mut contents = Vec::new();
    for item in items {
        let (kind, body) = item.encode();
        contents.push(kind);
        contents.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        contents.extend_from_slice(&body);
    }
    contents
}

proptest! {
    /// Whoever has the key may write anything. It is refused, or it has one form.
    #[test]
    fn changed_contents_are_refused_or_have_one_form(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
        counted in prop::array::uniform4(0..3_u64),
    ) {
        let items = [
            start(),
            organization("acme"),
            secret("acme/billing", "A", &[2, 5]),
            value(2, "old"),
            value(5, "new"),
            secret("acme", "B", &[]),
        ];
        let mut contents = contents(&items);
        let is_whole = changes.is_empty() && cut.is_none();
        for (at, byte) in changes {
            let length = contents.len();
            contents[at.index(length)] = byte;
        }
        if let Some(at) = cut {
            contents.truncate(at.index(contents.len()));
        }
        let [organizations, secrets, tombstones, values] = counted;
        let counted = counts(organizations, secrets, tombstones, values);
        let right = counts(1, 1, 1, 2);
        for counts in [counted, right] {
            let file = seal_contents(&key(), &counts, &contents).unwrap();
            match read_again(&key(), &file) {
                Ok(read) => prop_assert_eq!(read, (contents.clone(), counts)),
                Err(error) => {
                    prop_assert!(!is_whole || counts != right);
                    let kinds = [ErrorKind::Corrupt, ErrorKind::UnsupportedFormat];
                    prop_assert!(kinds.contains(&error.kind()), "{}", error);
                }
            }
        }
    }
}
