//! Bundles: what was sealed comes back, what no export writes is refused, and so is every change.

use keyslot_internals::fuzzing;
use keyslot_internals::{Error, ErrorKind, Result};

/// The key that seeds are sealed under. It opens nothing else.
pub const KEY: [u8; 32] = *b"\x8f\x3a\x1c\x5e\x92\xd7\x0b\x46\xe8\x1f\x5a\x9c\x3d\x6b\x20\x47\
    \xf1\x9e\x8c\x34\xa5\xd0\x72\x6b\x1b\xe9\x4f\x8a\x60\xc3\xd7\x52";

/// The code that is checked.
#[derive(Clone, Copy)]
pub struct Bundles {
    pub seal: fn(&[u8; 32], [u64; 4], &[u8]) -> Result<Vec<u8>>,
    pub read: fn(&[u8; 32], &[u8]) -> Result<(Vec<u8>, [u64; 4])>,
}

impl Bundles {
    /// Those of the crate.
    pub const OURS: Self = Self {
        seal: fuzzing::seal_bundle,
        read: fuzzing::read_bundle,
    };
}

/// Checks an input. An even first byte is followed by a file, an odd one by four counts and the
/// contents of a bundle, which are sealed first: whoever has the key may write anything.
pub fn check(data: &[u8], code: Bundles) {
    match data {
        [first, file @ ..] if first % 2 == 0 => given(file, code),
        [_, a, b, c, d, contents @ ..] => made([*a, *b, *c, *d].map(u64::from), contents, code),
        _ => {}
    }
}

/// A file of an attacker, who has no key.
fn given(file: &[u8], code: Bundles) {
    match (code.read)(&KEY, file) {
        Ok(_) => around(file, code),
        Err(error) => typed(&error),
    }
}

/// Contents that are sealed. What is read of them is what was sealed, to the byte.
fn made(counts: [u64; 4], contents: &[u8], code: Bundles) {
    let file = (code.seal)(&KEY, counts, contents).expect("short contents");
    match (code.read)(&KEY, &file) {
        Ok(read) => {
            assert_eq!(read, (contents.to_vec(), counts), "another bundle was read");
            around(&file, code);
        }
        Err(error) => typed(&error),
    }
}

/// Changes of a bundle that is read.
fn around(file: &[u8], code: Bundles) {
    let sum: usize = file.iter().map(|byte| usize::from(*byte)).sum();
    let mut changed = file.to_vec();
    changed[sum % file.len()] ^= 1;
    let mut other = KEY;
    other[31] ^= 1;
    refused((code.read)(&other, file));
    for file in [
        &changed[..],
        &file[..sum % file.len()],
        &file[..file.len() - 1],
        &[file, &[0]].concat(),
    ] {
        refused((code.read)(&KEY, file));
    }
}

fn refused(outcome: Result<(Vec<u8>, [u64; 4])>) {
    typed(&outcome.expect_err("read in another way than it was sealed"));
}

fn typed(error: &Error) {
    let kind = error.kind();
    let known = [
        ErrorKind::Corrupt,
        ErrorKind::UnsupportedFormat,
        ErrorKind::InvalidInput,
        ErrorKind::WrongKey,
        ErrorKind::TooLarge,
    ];
    assert!(known.contains(&kind), "{kind:?}");
}

/// An item: its kind, its length and its body.
pub(super) fn item(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short body");
    [&[kind], &length.to_be_bytes()[..], body].concat()
}

/// The start of a whole vault, and an organization.
pub(super) fn beginning() -> Vec<u8> {
    let start = item(1, b"\x01\x01\0\0\0\x01\x03\x03\0\0\0\x08\0\0\0\0\0\0\0\x07");
    let organization = item(2, b"\x01\x01\0\0\0\x04acme");
    [start, organization].concat()
}

/// A secret with a value, as a bundle has it.
pub(super) fn secret() -> Vec<u8> {
    let field = |tag: u8, bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).expect("a short field");
        [&[tag], &length.to_be_bytes()[..], bytes].concat()
    };
    let one = 1_u64.to_be_bytes();
    let version = [vec![1], field(1, &one), field(2, &one), field(3, &[0; 32])].concat();
    let length = u32::try_from(version.len()).expect("a short record");
    let record = [
        vec![1],
        field(1, b"acme"),
        field(2, b"A"),
        field(3, &[1]),
        field(4, &one),
        field(5, &one),
        field(6, &one),
        field(7, &one),
        field(12, &[&length.to_be_bytes()[..], &version].concat()),
    ]
    .concat();
    [item(3, &record), item(4, &[&one[..], b"value"].concat())].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bundle of one secret: the counts that are right, and its contents.
    fn whole() -> Vec<u8> {
        [&[1, 1, 1, 0, 1][..], &beginning(), &secret()].concat()
    }

    #[test]
    fn ours_passes() {
        let sealed = (Bundles::OURS.seal)(&KEY, [1, 1, 0, 1], &whole()[5..]).unwrap();
        assert!((Bundles::OURS.read)(&KEY, &sealed).is_ok(), "the control");
        check(&[&[0], &sealed[..]].concat(), Bundles::OURS);
        check(&whole(), Bundles::OURS);
        check(b"", Bundles::OURS);
        check(b"\0A=1\n", Bundles::OURS);
        for at in 5..whole().len() {
            let mut changed = whole();
            changed[at] ^= 1;
            check(&changed, Bundles::OURS);
        }
    }

    #[test]
    #[should_panic = "another way"]
    fn bytes_behind_a_bundle_that_are_passed_over_are_noticed() {
        let read = |key: &[u8; 32], bytes: &[u8]| {
            let cut = bytes.strip_suffix(&[0]).unwrap_or(bytes);
            let whole = (Bundles::OURS.read)(key, bytes);
            whole.or_else(|_| (Bundles::OURS.read)(key, cut))
        };
        check(
            &whole(),
            Bundles {
                read,
                ..Bundles::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another way"]
    fn a_key_that_is_not_compared_is_noticed() {
        let read = |_: &[u8; 32], bytes: &[u8]| (Bundles::OURS.read)(&KEY, bytes);
        check(
            &whole(),
            Bundles {
                read,
                ..Bundles::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another bundle was read"]
    fn counts_that_are_not_compared_are_noticed() {
        let seal = |key: &[u8; 32], _: [u64; 4], contents: &[u8]| {
            (Bundles::OURS.seal)(key, [1, 1, 0, 1], contents)
        };
        let mut wrong = whole();
        wrong[2] = 7;
        check(
            &wrong,
            Bundles {
                seal,
                ..Bundles::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another bundle was read"]
    fn a_second_form_of_the_contents_is_noticed() {
        let read = |key: &[u8; 32], bytes: &[u8]| {
            let read = (Bundles::OURS.read)(key, bytes);
            read.map(|(contents, counts)| (contents[1..].to_vec(), counts))
        };
        check(
            &whole(),
            Bundles {
                read,
                ..Bundles::OURS
            },
        );
    }
}
