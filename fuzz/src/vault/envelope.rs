//! Envelopes: what was sealed opens, and nothing else does.

use keyslot_internals::{Error, ErrorKind, Result};

/// The key that seeds are sealed under, for place 0.
pub const KEY: [u8; 32] = [7; 32];

/// The code that is checked.
#[derive(Clone, Copy)]
pub struct Envelopes {
    pub seal: fn(&[u8; 32], u8, &[u8]) -> Result<Vec<u8>>,
    pub open: fn(&[u8; 32], u8, &[u8]) -> Result<Vec<u8>>,
}

impl Envelopes {
    /// Those of the crate.
    pub const OURS: Self = Self {
        seal: keyslot_internals::fuzzing::seal,
        open: keyslot_internals::fuzzing::open,
    };
}

/// Checks an input. An even first byte is followed by an envelope, an odd one by a place, the
/// position of a change, the change, and a plaintext.
pub fn check(data: &[u8], code: Envelopes) {
    match data {
        [first, envelope @ ..] if first % 2 == 0 => given(envelope, code),
        [_, place, high, low, change, plaintext @ ..] => {
            let at = usize::from(u16::from_be_bytes([*high, *low]));
            sealed(*place, plaintext, at, *change, code);
        }
        _ => {}
    }
}

/// Bytes of an attacker. Only whoever has the key makes some that open; seeds are such.
fn given(envelope: &[u8], code: Envelopes) {
    match (code.open)(&KEY, 0, envelope) {
        Err(error) => typed(&error),
        Ok(plaintext) => {
            assert_eq!(
                *plaintext,
                *(code.open)(&KEY, 0, envelope).expect("the same")
            );
            around(0, envelope, code);
            let at = envelope.iter().map(|byte| usize::from(*byte)).sum();
            changed(0, envelope, at, 1, code);
        }
    }
}

/// A plaintext comes back, and no change of its envelope does.
fn sealed(place: u8, plaintext: &[u8], at: usize, change: u8, code: Envelopes) {
    let envelope = (code.seal)(&KEY, place, plaintext).expect("a short plaintext");
    let opened = (code.open)(&KEY, place, &envelope).expect("what was sealed");
    assert_eq!(opened, plaintext);
    around(place, &envelope, code);
    changed(place, &envelope, at, change, code);
}

/// Other keys and places, and parts of an envelope.
fn around(place: u8, envelope: &[u8], code: Envelopes) {
    let mut other = KEY;
    other[31] ^= 1;
    refused((code.open)(&other, place, envelope));
    refused((code.open)(&KEY, place ^ 1, envelope));
    for part in [
        &envelope[1..],
        &envelope[..envelope.len() - 1],
        &envelope[..envelope.len() / 2],
        &[envelope, &[0]].concat(),
    ] {
        refused((code.open)(&KEY, place, part));
    }
}

/// One byte of an envelope is another one.
fn changed(place: u8, envelope: &[u8], at: usize, change: u8, code: Envelopes) {
    let mut other = envelope.to_vec();
    other[at % envelope.len()] ^= change;
    if change != 0 {
        refused((code.open)(&KEY, place, &other));
    }
}

fn refused(outcome: Result<Vec<u8>>) {
    typed(&outcome.expect_err("opened in another way than it was sealed"));
}

fn typed(error: &Error) {
    let kind = error.kind();
    assert!(
        matches!(kind, ErrorKind::Corrupt | ErrorKind::UnsupportedFormat),
        "{kind:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> Vec<u8> {
        let envelope = (Envelopes::OURS.seal)(&KEY, 0, b"a value").unwrap();
        [&[0], &envelope[..]].concat()
    }

    #[test]
    fn ours_passes() {
        check(&seed(), Envelopes::OURS);
        check(b"", Envelopes::OURS);
        check(b"\0not an envelope", Envelopes::OURS);
        for at in 0..200 {
            check(
                &[&[1, 9, 0, at, 0x80], &b"a value"[..]].concat(),
                Envelopes::OURS,
            );
        }
    }

    #[test]
    #[should_panic = "another way"]
    fn a_place_that_does_not_count_is_noticed() {
        let open = |key: &[u8; 32], place: u8, bytes: &[u8]| {
            let either = (Envelopes::OURS.open)(key, place, bytes);
            either.or_else(|_| (Envelopes::OURS.open)(key, place ^ 1, bytes))
        };
        check(
            &seed(),
            Envelopes {
                open,
                ..Envelopes::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another way"]
    fn bytes_behind_an_envelope_that_are_passed_over_are_noticed() {
        let open = |key: &[u8; 32], place: u8, bytes: &[u8]| {
            let cut = bytes.strip_suffix(&[0]).unwrap_or(bytes);
            let whole = (Envelopes::OURS.open)(key, place, bytes);
            whole.or_else(|_| (Envelopes::OURS.open)(key, place, cut))
        };
        check(
            &seed(),
            Envelopes {
                open,
                ..Envelopes::OURS
            },
        );
    }

    #[test]
    #[should_panic = "left"]
    fn another_plaintext_is_noticed() {
        let open = |key: &[u8; 32], place: u8, bytes: &[u8]| {
            (Envelopes::OURS.open)(key, place, bytes).map(|text| text.to_ascii_uppercase())
        };
        check(
            b"\x01\0\0\0\0a value",
            Envelopes {
                open,
                ..Envelopes::OURS
            },
        );
    }
}
