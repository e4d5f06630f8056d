//! Files that are no bundle, or not a whole one, or of another key.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use keyslot::{Bundle, ErrorKind, OnExisting, RootKey};

use super::kit::{key, of_scope, open, refused, scope};

fn small() -> Vec<u8> {
    let project = scope("acme");
    project.put("A", "value").unwrap();
    of_scope(&project)
}

#[test]
fn a_bundle_that_is_cut_anywhere_is_refused() {
    let file = small();
    assert!(refused(&file).is_none(), "the control");
    for end in 0..file.len() {
        let kind = refused(&file[..end]).unwrap().kind();
        let expected = if end < 8 {
            ErrorKind::InvalidInput
        } else {
            ErrorKind::Corrupt
        };
        assert_eq!(kind, expected, "cut at {end}");
    }
    let longer = [&file[..], b"\0"].concat();
    assert_eq!(refused(&longer).unwrap().kind(), ErrorKind::Corrupt);
}

#[test]
fn a_bundle_with_another_byte_is_refused() {
    let file = small();
    let mut kinds = std::collections::BTreeSet::new();
    for at in 0..file.len() {
        for flip in [0x01, 0x10, 0x80, 0xFF] {
            let mut changed = file.clone();
            changed[at] ^= flip;
            let error = refused(&changed).unwrap_or_else(|| panic!("{at} {flip}"));
            kinds.insert(error.kind().as_str());
            let to = scope("acme");
            if let Ok(mut bundle) = Bundle::open(Cursor::new(&changed[..]), &key()) {
                bundle.import(OnExisting::Fail).into_scope(&to).unwrap_err();
            }
            assert!(to.names().unwrap().is_empty());
        }
    }
    let expected = [
        "corrupt",
        "invalid_input",
        "unsupported_format",
        "wrong_key",
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn another_key_opens_no_bundle() {
    let file = small();
    let other = RootKey::generate().unwrap();
    let error = Bundle::open(Cursor::new(&file), &other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
    assert!(open(&file).inspect(|_| ()).is_ok(), "the control");
}

#[test]
fn files_of_other_kinds_are_no_bundles() {
    for text in [
        &b""[..],
        b"A=1\n",
        b"SQLite format 3\0",
        b"keyslot\0\0\x01\x01",
        b"KSBUNDLE",
    ] {
        assert_eq!(refused(text).unwrap().kind(), ErrorKind::InvalidInput);
    }
    let newer = b"ksbundle\0\x02\x01 and whatever comes with it, which is longer";
    assert_eq!(refused(newer).unwrap().kind(), ErrorKind::UnsupportedFormat);
}

/// A file that is another one after it was read so many times from its start.
struct Changing {
    files: Vec<Vec<u8>>,
    now: Cursor<Vec<u8>>,
}

impl Read for Changing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.now.read(buffer)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if matches!(to, SeekFrom::Start(_)) && self.files.len() > 1 {
            self.now = Cursor::new(self.files.remove(0));
        }
        self.now.seek(to)
    }
}

#[test]
fn a_bundle_that_changes_while_it_is_imported_is_refused() {
    let file = small();
    let mut cut = file.clone();
    cut.truncate(file.len() - 1);
    for (second, is_stored) in [(file.clone(), true), (cut, false)] {
        // Looked at by `into_scope`, verified, and stored.
        let files = vec![file.clone(), file.clone(), second.clone(), second];
        let now = Cursor::new(file.clone());
        let mut bundle = Bundle::open(Changing { files, now }, &key()).unwrap();
        let to = scope("acme");
        let outcome = bundle.import(OnExisting::Fail).into_scope(&to);
        assert_eq!(outcome.is_ok(), is_stored);
    }
}

#[cfg(feature = "passphrase")]
mod passphrases {
    use keyslot::{Argon2Cost, Passphrase};

    use super::super::kit::REASON;

    use super::*;

    const TEXT: &str = "copper lantern walks over the ridge";

    fn least() -> Argon2Cost {
        Argon2Cost::new(19 << 10, 2, 1).unwrap()
    }

    fn sealed(passphrase: &Passphrase) -> keyslot::Result<Vec<u8>> {
        let project = scope("acme");
        project.put("A", "value").unwrap();
        let mut file = Vec::new();
        let export = project.export(REASON).unwrap();
        export.bundle(passphrase, &mut file).map(|_| file)
    }

    fn kind(file: &[u8], passphrase: &Passphrase) -> Result<(), ErrorKind> {
        let opened = Bundle::open(Cursor::new(file), passphrase);
        let read = opened.and_then(|mut bundle| bundle.inspect(|_| ()));
        read.map(drop).map_err(|error| error.kind())
    }

    #[test]
    fn the_passphrase_of_a_bundle_opens_it_and_no_other() {
        let file = sealed(&Passphrase::new(TEXT).cost(least())).unwrap();
        assert_eq!(kind(&file, &Passphrase::new(TEXT)), Ok(()));
        let other = Passphrase::new("copper lantern walks under the ridge");
        assert_eq!(kind(&file, &other), Err(ErrorKind::WrongKey));
        let of_another_sort = Bundle::open(Cursor::new(&file), &key()).unwrap_err();
        assert_eq!(of_another_sort.kind(), ErrorKind::WrongKey);
        let weak = sealed(&Passphrase::new("hunter2")).unwrap_err();
        assert_eq!(weak.kind(), ErrorKind::WeakKey);
    }

    #[test]
    fn absurd_costs_are_refused_before_memory_is_taken() {
        let file = sealed(&Passphrase::new(TEXT).cost(least())).unwrap();
        // Memory in KiB, passes and lanes, each behind its tag and length.
        let cost = [
            &[2, 0, 0, 0, 4][..],
            &(19_u32 << 10).to_be_bytes(),
            &[3, 0, 0, 0, 4],
            &2_u32.to_be_bytes(),
            &[4, 0, 0, 0, 4],
            &1_u32.to_be_bytes(),
        ]
        .concat();
        let at = file.windows(cost.len()).position(|window| window == cost);
        let at = at.unwrap();
        let with = |memory: u32, passes: u32, lanes: u32| {
            let mut changed = file.clone();
            changed[at + 5..][..4].copy_from_slice(&memory.to_be_bytes());
            changed[at + 14..][..4].copy_from_slice(&passes.to_be_bytes());
            changed[at + 23..][..4].copy_from_slice(&lanes.to_be_bytes());
            kind(&changed, &Passphrase::new(TEXT))
        };
        assert_eq!(with(19 << 10, 2, 1), Ok(()), "the control");
        for (memory, passes, lanes) in [
            (u32::MAX, 2, 1),
            ((1 << 20) + 1, 2, 1),
            (8, 2, 1),
            (0, 0, 0),
            (19 << 10, u32::MAX, 1),
            (19 << 10, 2, u32::MAX),
        ] {
            assert_eq!(with(memory, passes, lanes), Err(ErrorKind::Corrupt));
        }
        assert_eq!(
            with(1 << 20, 16, 1),
            Err(ErrorKind::TooLarge),
            "above max_cost"
        );
        assert_eq!(
            with(20 << 10, 2, 1),
            Err(ErrorKind::WrongKey),
            "nobody turns it up or down"
        );
    }
}
