//! Records have one form: what is read is what would be written, byte for byte.

use super::super::key_slot_directory::{KeySlotDirectory, KeySlotEntry};
use super::super::log_state::{LogPlace, LogState};
use super::super::passphrase::Argon2Cost;
use super::super::previous_key::PreviousKey;
use super::super::timestamp::Timestamp;
use super::super::tlv::FieldWriter;
use super::super::{
    About, DataKeyRecord, DataKeyState, Head, Info, InfoState, Kdf, KeyId, KeySlot, RowAccount,
    VersionEntry, canonical,
};
use super::info;
use crate::error::{ErrorKind, Result};
use crate::target::Surface;

fn decode(bytes: &[u8]) -> Result<Info> {
    Info::decode(info().record, bytes, None)
}

fn head() -> Head {
    let active_key = KeyId([9; 16]);
    Head {
        tenant: "acme".to_owned(),
        epoch: 5,
        live: 2,
        tombstones: 1,
        accumulator: [7; 32],
        active_key,
        erased_before: 3,
        log: None,
        documents: RowAccount::default(),
        usage: RowAccount::default(),
    }
}

fn data_key() -> DataKeyRecord {
    DataKeyRecord {
        state: DataKeyState::OpenOnly,
        generation: 2,
        tenant: "acme".to_owned(),
        made_at: Timestamp::of_micros(1_700_000_000_000_000),
    }
}

fn previous(id: u8) -> PreviousKey {
    PreviousKey {
        id: KeyId([id; 16]),
        replaced_at: Timestamp::of_micros(1_800_000_000_000_000).unwrap(),
        wrapped: vec![id; 154],
    }
}

fn directory() -> KeySlotDirectory {
    let made_at = Timestamp::of_micros(1_700_000_000_000_000).unwrap();
    let entry = |id| KeySlotEntry::new(KeyId([id; 16]), &Kdf::Raw, "", made_at, b"info", &[id]);
    KeySlotDirectory {
        entries: vec![entry(1), called("Büro", entry(2)), entry(3)],
        epoch: 7,
        previous: vec![previous(1), previous(2)],
        log: Some(LogState {
            end: LogPlace {
                row: 2,
                entry: 3,
                chain: [9; 32],
            },
            ..LogState::new(made_at)
        }),
    }
}

fn called(name: &str, mut slot: KeySlotEntry) -> KeySlotEntry {
    name.clone_into(&mut slot.name);
    slot
}

/// Reads a record and writes it again.
type Again = fn(&[u8]) -> Result<Vec<u8>>;

fn passphrase() -> Kdf {
    Kdf::Passphrase {
        cost: Argon2Cost::default(),
        salt: [7; 16],
    }
}

fn provider() -> Kdf {
    Kdf::Provider {
        name: "transit:keyslot/main".to_owned(),
        wrapped: b"vault:v1:wrapped".to_vec(),
    }
}

fn all() -> [(&'static str, Vec<u8>, Again); 8] {
    let of = |kdf| {
        let check = [3; 16];
        KeySlot { kdf, check }.encode()
    };
    let slot_again: Again = |bytes| KeySlot::decode(bytes).map(|slot| slot.encode());
    let revoked = Info {
        state: InfoState::Revoked,
        versions: Vec::new(),
        ..info()
    };
    [
        ("info", info().encode(), |bytes| {
            decode(bytes).map(|info| info.encode())
        }),
        ("revoked", revoked.encode(), |bytes| {
            decode(bytes).map(|info| info.encode())
        }),
        ("head", head().encode(), |bytes| {
            Head::decode(bytes).map(|head| head.encode())
        }),
        ("data key", data_key().encode(), |bytes| {
            DataKeyRecord::decode(bytes).map(|key| key.encode())
        }),
        ("slot", of(Kdf::Raw), slot_again),
        ("slot of a passphrase", of(passphrase()), slot_again),
        ("slot of a provider", of(provider()), slot_again),
        ("slot directory", directory().encode(), |bytes| {
            KeySlotDirectory::decode(bytes).map(|slots| slots.encode())
        }),
    ]
}

#[test]
fn records_come_back() {
    assert_eq!(decode(&info().encode()).unwrap(), info());
    let least = Info {
        created_by: None,
        updated_by: None,
        about: About::default(),
        versions: info().versions[1..].to_vec(),
        ..info()
    };
    assert_eq!(decode(&least.encode()).unwrap(), least);
    let entry = VersionEntry {
        created_by: None,
        fingerprint: None,
        hint: None,
        ..info().versions[0].clone()
    };
    let first_format = Info {
        versions: vec![entry],
        ..info()
    };
    assert_eq!(decode(&first_format.encode()).unwrap(), first_format);
    let never_erased = Head {
        erased_before: 0,
        ..head()
    };
    for head in [head(), never_erased] {
        assert_eq!(Head::decode(&head.encode()).unwrap(), head);
    }
    let undated = DataKeyRecord {
        made_at: None,
        ..data_key()
    };
    for key in [data_key(), undated] {
        assert_eq!(DataKeyRecord::decode(&key.encode()).unwrap(), key);
    }
    assert_eq!(
        KeySlotDirectory::decode(&directory().encode()).unwrap(),
        directory()
    );
}

/// No two texts are the same record: whatever is accepted is written again as the same bytes.
#[test]
fn whatever_is_accepted_is_canonical() {
    let mut accepted = 0;
    for (name, bytes, again) in all() {
        assert_eq!(again(&bytes).unwrap(), bytes, "{name}");
        for length in 0..bytes.len() {
            let cut = &bytes[..length];
            assert!(
                again(cut).is_err() || again(cut).unwrap() == cut,
                "{name} cut to {length}"
            );
        }
        for at in 0..bytes.len() {
            for change in [1, 2, 4, 8, 16, 32, 64, 128, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                if let Ok(again) = again(&changed) {
                    assert_eq!(again, changed, "{name}, byte {at} ^ {change}");
                    accepted += 1;
                }
            }
        }
        let trailing = [&bytes[..], &[0]].concat();
        assert_eq!(
            again(&trailing).unwrap_err().kind(),
            ErrorKind::Corrupt,
            "{name}"
        );
        let newer = [&bytes[..], b"\xFF\0\0\0\0"].concat();
        assert_eq!(
            again(&newer).unwrap_err().kind(),
            ErrorKind::UnsupportedFormat,
            "{name}"
        );
        let mut other_form = bytes.clone();
        other_form[0] = 2;
        assert_eq!(
            again(&other_form).unwrap_err().kind(),
            ErrorKind::UnsupportedFormat,
            "{name}"
        );
    }
    assert!(
        accepted > 1000,
        "most changes of a number or a text are another record: {accepted}"
    );
}

#[test]
fn every_mandatory_field_is() {
    for (name, bytes, again) in all() {
        let fields = fields(&bytes);
        for (left_out, &(tag, _)) in fields.iter().enumerate() {
            let others = fields
                .iter()
                .enumerate()
                .filter(|&(at, _)| at != left_out)
                .map(|(_, field)| *field);
            let record = write(others);
            let may_be_absent = match name {
                "info" | "revoked" => (8..=11).contains(&tag) || (13..=19).contains(&tag),
                "data key" => tag == 4,
                "head" => tag == 7,
                "slot directory" => (2..=4).contains(&tag),
                _ => false,
            };
            assert_eq!(
                again(&record).is_ok(),
                may_be_absent,
                "{name} without {tag}"
            );
        }
    }
}

#[test]
fn an_info_that_contradicts_itself_is_corrupt() {
    let entry = || info().versions[0].clone();
    let cases = [
        (
            "active without a version",
            Info {
                versions: Vec::new(),
                ..info()
            },
        ),
        (
            "inactive without a version",
            Info {
                state: InfoState::Inactive,
                versions: Vec::new(),
                ..info()
            },
        ),
        (
            "revoked with a version",
            Info {
                state: InfoState::Revoked,
                ..info()
            },
        ),
        (
            "deleted with a version",
            Info {
                state: InfoState::Deleted,
                ..info()
            },
        ),
        (
            "a version twice",
            Info {
                versions: vec![entry(), entry()],
                ..info()
            },
        ),
        (
            "descending versions",
            Info {
                versions: info().versions.into_iter().rev().collect(),
                ..info()
            },
        ),
        (
            "a version after the last",
            Info {
                last_version: entry().version,
                ..info()
            },
        ),
        (
            "revision 0",
            Info {
                revision: crate::record::Revision::new(0),
                ..info()
            },
        ),
    ];
    for (defect, info) in cases {
        assert_eq!(
            decode(&info.encode()).unwrap_err().kind(),
            ErrorKind::Corrupt,
            "{defect}"
        );
    }
}

#[test]
fn fields_in_another_form_are_refused() {
    let bytes = info().encode();
    let with = |changed: u8, to: &[u8]| {
        write(
            fields(&bytes)
                .into_iter()
                .map(|(tag, field)| (tag, if tag == changed { to } else { field })),
        )
    };
    let kind = |record: &[u8]| decode(record).unwrap_err().kind();
    assert_eq!(with(4, &9_u64.to_be_bytes()), bytes, "the control");
    let cases: [(&str, u8, &[u8]); 34] = [
        ("no scope", 1, b"acme//billing"),
        ("scope of other bytes", 1, b"acme/\xFF"),
        ("no name", 2, b"../NAME"),
        ("state of two bytes", 3, &[0, 1]),
        ("revision of four bytes", 4, &[0, 0, 0, 9]),
        ("version 0", 5, &[0; 8]),
        ("time before 1970", 6, &[0xFF; 8]),
        ("flag that is not set", 10, &[0]),
        ("flag of another form", 10, &[2]),
        ("flag of no byte", 10, &[]),
        ("empty description", 11, &[]),
        ("description that is no text", 11, &[0xC3]),
        ("empty list of versions", 12, &[]),
        ("list of versions cut off", 12, &[0, 0, 0, 9, 1]),
        ("empty metadata", 13, &[]),
        ("metadata with a key and no value", 13, b"\0\0\0\x01k"),
        ("metadata that is no text", 13, b"\0\0\0\x01\xFF\0\0\0\x01v"),
        (
            "metadata in another order",
            13,
            b"\0\0\0\x01k\0\0\0\0\0\0\0\x01j\0\0\0\0",
        ),
        (
            "metadata with a key twice",
            13,
            b"\0\0\0\x01k\0\0\0\0\0\0\0\x01k\0\0\0\0",
        ),
        ("empty list of tools", 14, &[]),
        ("every tool", 14, b"\0\0\0\x01*"),
        ("tools in another order", 14, b"\0\0\0\x01b\0\0\0\x01a"),
        ("a tool twice", 14, b"\0\0\0\x01a\0\0\0\x01a"),
        ("empty list of hosts", 15, &[]),
        ("every host", 15, b"\0\0\0\x05*.com"),
        ("a host in capital letters", 15, b"\0\0\0\x05A.com"),
        ("empty list of surfaces", 16, &[]),
        ("surfaces in another order", 16, &[2, 1]),
        ("a surface twice", 16, &[1, 1]),
        ("nobody", 17, &[]),
        ("somebody of two lines", 18, b"a\nb"),
        ("rotation after no time", 19, &[0; 8]),
        ("rotation of four bytes", 19, &[0, 0, 0, 9]),
        ("rotation of no byte", 19, &[]),
    ];
    for (defect, tag, field) in cases {
        assert_eq!(kind(&with(tag, field)), ErrorKind::Corrupt, "{defect}");
    }
    assert_eq!(
        kind(&with(3, &[5])),
        ErrorKind::UnsupportedFormat,
        "a state of a newer version"
    );
    assert_eq!(
        kind(&with(16, &[200])),
        ErrorKind::UnsupportedFormat,
        "a surface of a newer version"
    );
    for unknown in [20, 100] {
        let record = [&bytes[..], &[unknown, 0, 0, 0, 1, 1]].concat();
        assert_eq!(
            kind(&record),
            ErrorKind::UnsupportedFormat,
            "a rule of a newer version, {unknown}"
        );
    }
    let entry = || {
        FieldWriter::new()
            .field(1, &1_u64.to_be_bytes())
            .field(2, &[0; 8])
            .field(3, &[0; 32])
    };
    let versions = |entry: FieldWriter| with(12, &canonical::encode(&[&entry.finish()]));
    assert!(decode(&versions(entry())).is_ok(), "the control");
    assert_eq!(
        kind(&versions(entry().field(7, b"a"))),
        ErrorKind::UnsupportedFormat,
        "a version of a newer version"
    );
    for (defect, tag, field) in [
        ("stored by nobody", 4, &b""[..]),
        ("short fingerprint", 5, &[1; 31]),
        ("empty hint", 6, b""),
        ("hint of no text", 6, b"\xFF"),
    ] {
        assert_eq!(
            kind(&versions(entry().field(tag, field))),
            ErrorKind::Corrupt,
            "{defect}"
        );
    }
}

#[test]
fn epoch_and_previous_keys_of_a_slot_directory_have_one_form() {
    let entries = fields(&directory().encode())[0].1.to_vec();
    let of_parts = |epoch: &[u8], ids: &[u8]| {
        let keys: Vec<Vec<u8>> = ids.iter().map(|id| previous(*id).encode()).collect();
        let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        FieldWriter::new()
            .field(1, &entries)
            .field(2, epoch)
            .unless_empty(3, &canonical::encode(&keys))
            .finish()
    };
    let kind = |record: &[u8]| KeySlotDirectory::decode(record).unwrap_err().kind();
    let cases = [
        ("an epoch of zero", of_parts(&[0; 8], &[])),
        ("an epoch above i64", of_parts(&[0xFF; 8], &[])),
        ("an epoch of 7 bytes", of_parts(&[1; 7], &[])),
        ("a previous key twice", of_parts(&[1; 8], &[1, 2, 1])),
        (
            "nine previous keys",
            of_parts(&[1; 8], &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ),
    ];
    for (defect, record) in cases {
        assert_eq!(kind(&record), ErrorKind::Corrupt, "{defect}");
    }
    let eight = of_parts(&[1; 8], &[8, 7, 6, 5, 4, 3, 2, 1]);
    assert!(KeySlotDirectory::decode(&eight).is_ok(), "the control");
}

#[test]
fn a_slot_directory_has_one_form() {
    let of = |entries: &[KeySlotEntry]| {
        let entries = entries.to_vec();
        KeySlotDirectory {
            entries,
            epoch: 0,
            previous: Vec::new(),
            log: None,
        }
        .encode()
    };
    let entries = directory().entries;
    let kind = |record: &[u8]| KeySlotDirectory::decode(record).unwrap_err().kind();
    assert!(
        KeySlotDirectory::decode(&of(&entries[..1])).is_ok(),
        "the control"
    );
    let cases = [
        ("no slot", of(&[])),
        ("no list", write(std::iter::empty())),
        (
            "descending ids",
            of(&[entries[1].clone(), entries[0].clone()]),
        ),
        ("an id twice", of(&[entries[0].clone(), entries[0].clone()])),
        (
            "an id twice with another name",
            of(&[entries[1].clone(), called("", entries[1].clone())]),
        ),
        (
            "an item cut off",
            FieldWriter::new().field(1, &[0, 0, 0, 9, 1]).finish(),
        ),
        (
            "an empty item",
            FieldWriter::new().field(1, &[0; 4]).finish(),
        ),
    ];
    for (defect, record) in cases {
        assert_eq!(kind(&record), ErrorKind::Corrupt, "{defect}");
    }

    let whole = of(&entries[1..2]);
    let entry = &fields(&whole)[0].1[4..];
    let with = |changed: u8, to: Option<&[u8]>| {
        let kept = fields(entry).into_iter().filter(|&(tag, _)| tag != changed);
        let mut all: Vec<(u8, &[u8])> = kept.chain(to.map(|to| (changed, to))).collect();
        all.sort_unstable_by_key(|&(tag, _)| tag);
        FieldWriter::new()
            .field(1, &canonical::encode(&[&write(all.into_iter())]))
            .finish()
    };
    assert_eq!(with(3, Some("Büro".as_bytes())), whole, "the control");
    assert!(
        KeySlotDirectory::decode(&with(3, None)).is_ok(),
        "a slot without a name"
    );
    // A slot that this version cannot use is listed all the same.
    assert_eq!(
        KeySlotDirectory::decode(&with(2, Some(&[200])))
            .unwrap()
            .entries[0]
            .kind,
        200
    );
    let cases: [(&str, u8, Option<&[u8]>); 11] = [
        ("no id", 1, None),
        ("short id", 1, Some(&[2; 15])),
        ("no kind", 2, None),
        ("kind of two bytes", 2, Some(&[0, 1])),
        ("empty name", 3, Some(b"")),
        ("name that is no text", 3, Some(b"\xFF")),
        ("no time", 4, None),
        ("time before 1970", 4, Some(&[0xFF; 8])),
        ("no hash", 5, None),
        ("short hash", 5, Some(&[7; 31])),
        ("long hash", 5, Some(&[7; 33])),
    ];
    for (defect, tag, field) in cases {
        assert_eq!(kind(&with(tag, field)), ErrorKind::Corrupt, "{defect}");
    }
    assert_eq!(
        kind(&with(6, Some(b"a"))),
        ErrorKind::UnsupportedFormat,
        "a field of a newer version"
    );
    assert_eq!(
        kind(&[&whole[..], &[5, 0, 0, 0, 0]].concat()),
        ErrorKind::UnsupportedFormat,
        "a list beside the list"
    );
    assert_eq!(
        kind(&[&whole[..], &[4, 0, 0, 0, 0]].concat()),
        ErrorKind::Corrupt,
        "a log without a state"
    );
}

#[test]
fn other_records_out_of_range_are_refused() {
    let epoch = Head {
        epoch: 1 << 63,
        ..head()
    };
    assert_eq!(
        Head::decode(&epoch.encode()).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    let first = Head {
        erased_before: 1,
        ..head()
    };
    assert_eq!(
        Head::decode(&first.encode()).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    let mut zero = head().encode();
    let last = zero.len() - 1;
    zero[last] = 0;
    assert_eq!(Head::decode(&zero).unwrap_err().kind(), ErrorKind::Corrupt);
    for tenant in ["", "acme/billing", ".."] {
        let head = Head {
            tenant: tenant.to_owned(),
            ..head()
        };
        assert_eq!(
            Head::decode(&head.encode()).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
        let key = DataKeyRecord {
            tenant: tenant.to_owned(),
            ..data_key()
        };
        assert_eq!(
            DataKeyRecord::decode(&key.encode()).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
    }
    let key = DataKeyRecord {
        generation: 0,
        ..data_key()
    };
    assert_eq!(
        DataKeyRecord::decode(&key.encode()).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    let other_kdf = FieldWriter::new()
        .field(1, &FieldWriter::new().field(1, &[4]).finish())
        .field(2, &[0; 16])
        .finish();
    assert_eq!(
        KeySlot::decode(&other_kdf).unwrap_err().kind(),
        ErrorKind::UnsupportedFormat
    );
}

/// The key slot with this record of KDF parameters.
fn slot_of(parameters: FieldWriter) -> crate::Result<KeySlot> {
    let record = FieldWriter::new()
        .field(1, &parameters.finish())
        .field(2, &[0; 16]);
    KeySlot::decode(&record.finish())
}

/// Nothing is allocated for what a record asks for: it is refused where it is read.
#[test]
fn parameters_of_a_passphrase_out_of_bounds_are_refused_when_they_are_read() {
    let kind = |[memory, passes, lanes]: [u32; 3], salt: &[u8]| {
        let numbers = [(2, memory), (3, passes), (4, lanes)];
        let record = numbers.into_iter().fold(
            FieldWriter::new().field(1, &[2]),
            |record, (tag, number)| record.field(tag, &number.to_be_bytes()),
        );
        slot_of(record.field(5, salt)).map_err(|error| error.kind())
    };
    let usual = [64 << 10, 3, 4];
    assert!(kind(usual, &[0; 16]).is_ok(), "the control");
    assert!(kind([19 << 10, 2, 1], &[0; 16]).is_ok());
    assert!(kind([46 << 10, 1, 1], &[0; 16]).is_ok());
    assert!(kind([1 << 20, 16, 16], &[0; 16]).is_ok());
    for cost in [
        [u32::MAX, 3, 4],
        [(1 << 20) + 1, 3, 4],
        [8, 3, 4],
        [0, 3, 4],
        [(19 << 10) - 1, 2, 1],
        [(46 << 10) - 1, 1, 1],
        [64 << 10, 0, 4],
        [64 << 10, 17, 4],
        [64 << 10, u32::MAX, 4],
        [64 << 10, 3, 0],
        [64 << 10, 3, 17],
        [64 << 10, 3, (1 << 24) - 1],
    ] {
        assert_eq!(
            kind(cost, &[0; 16]).unwrap_err(),
            ErrorKind::Corrupt,
            "{cost:?}"
        );
    }
    for salt in [0, 1, 15, 17, 1_000_000] {
        let error = kind(usual, &vec![0; salt]).unwrap_err();
        assert_eq!(error, ErrorKind::Corrupt, "a salt of {salt} bytes");
    }
    // Argon2i, Argon2d, scrypt: nothing but Argon2id has a number.
    for number in (0..=u8::MAX).filter(|number| !(1..=3).contains(number)) {
        let error = slot_of(FieldWriter::new().field(1, &[number])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat, "{number}");
    }
}

#[test]
fn names_and_keys_of_providers_out_of_bounds_are_refused_when_they_are_read() {
    let kind = |name: &[u8], wrapped: &[u8]| {
        let record = FieldWriter::new().field(1, &[3]);
        let record = record.field(6, name).field(7, wrapped);
        slot_of(record).map_err(|error| error.kind())
    };
    assert!(kind(&[b'a'; 128], &[0; 1024]).is_ok(), "the control");
    assert!(kind(b"AZaz09._:/@-", b"").is_ok());
    for name in [
        &b""[..],
        &[b'a'; 129],
        b"two words",
        b"line\n",
        b"\xFF",
        "é".as_bytes(),
    ] {
        assert_eq!(kind(name, b"").unwrap_err(), ErrorKind::Corrupt, "{name:?}");
    }
    assert_eq!(kind(b"a", &[0; 1025]).unwrap_err(), ErrorKind::Corrupt);
}

/// The fields of a record, read by a reader of its own.
fn fields(record: &[u8]) -> Vec<(u8, &[u8])> {
    let (mut rest, mut fields) = (&record[1..], Vec::new());
    while let [tag, a, b, c, d, after @ ..] = rest {
        let (field, after) = after.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        fields.push((*tag, field));
        rest = after;
    }
    fields
}

fn write<'a>(fields: impl Iterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    fields
        .fold(FieldWriter::new(), |writer, (tag, field)| {
            writer.field(tag, field)
        })
        .finish()
}

/// The numbers in a table of the manual's page on the format, by the words of its first column.
fn numbers_of_the_page(first: &str) -> Vec<(String, u8)> {
    let page = include_str!("../../manual/format.md");
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect::<Vec<_>>()
    };
    let mut lines = page
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {first} | number |")));
    assert!(lines.next().is_some(), "the page has a table of {first}");
    let rows = lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(cells);
    rows.map(|row| (row[0].clone(), row[1].parse().unwrap()))
        .collect()
}

/// Compares the tables of the manual's page with the numbers that are written.
#[test]
fn the_page_on_the_format_has_the_numbers_of_the_code() {
    let is = |first: &str, numbers: &[(&str, u8)]| {
        let numbers: Vec<_> = numbers
            .iter()
            .map(|&(name, number)| (name.to_owned(), number))
            .collect();
        assert_eq!(numbers_of_the_page(first), numbers, "{first}");
    };
    let surfaces =
        Surface::ALL.map(|surface| (serde_json::to_value(surface).unwrap(), surface.number()));
    is(
        "surface",
        &surfaces
            .each_ref()
            .map(|(name, number)| (name.as_str().unwrap(), *number)),
    );
    is(
        "state",
        &[
            ("active", InfoState::Active as u8),
            ("inactive", InfoState::Inactive as u8),
            ("revoked", InfoState::Revoked as u8),
            ("deleted", InfoState::Deleted as u8),
        ],
    );
    is(
        "state of a data key",
        &[
            ("active", DataKeyState::Active as u8),
            ("open only", DataKeyState::OpenOnly as u8),
            ("destroyed", DataKeyState::Destroyed as u8),
        ],
    );
    is(
        "kind of KDF",
        &[
            ("raw key", Kdf::Raw.kind()),
            ("passphrase", passphrase().kind()),
            ("provider", provider().kind()),
        ],
    );
}
