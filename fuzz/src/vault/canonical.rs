//! Lists of fields as bytes: different lists are different bytes. What is authenticated is such a
//! list, so two places whose bytes are the same would be one place.

use keyslot_internals::fuzzing::{bound_info, bound_value};
use keyslot_internals::{Scope, SecretName, Version};

/// Checks an input: how many cuts, the cuts of two lists, and the bytes that both lists cut. Lists
/// of the same bytes are the likeliest to be confused.
pub fn check(data: &[u8], fields: fn(&[&[u8]]) -> Vec<u8>) {
    let Some((&count, rest)) = data.split_first() else {
        return;
    };
    let count = usize::from(count % 8);
    let Some((cuts, bytes)) = rest.split_at_checked(2 * count) else {
        return;
    };
    let (one, other) = cuts.split_at(count);
    let (one, other) = (cut(one, bytes), cut(other, bytes));
    for list in [&one, &other] {
        assert_eq!(
            read(&fields(list)).as_ref(),
            Some(list),
            "a list does not come back"
        );
    }
    assert_eq!(
        one == other,
        fields(&one) == fields(&other),
        "two lists are the same bytes"
    );
    places(&one, &other);
}

/// Pieces of bytes, as long as the cuts say; the last one is the rest.
fn cut<'d>(cuts: &[u8], mut bytes: &'d [u8]) -> Vec<&'d [u8]> {
    let mut pieces = Vec::new();
    for cut in cuts {
        let (piece, rest) = bytes.split_at(usize::from(*cut).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces.push(bytes);
    pieces
}

/// The fields of a list by the format: each its length, then its bytes.
fn read(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut fields = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        fields.push(field);
        bytes = rest;
    }
    bytes.is_empty().then_some(fields)
}

/// The places of two values and of two infos are the same bytes if all of their parts are.
fn places(one: &[&[u8]], other: &[&[u8]]) {
    if let (Some(one), Some(other)) = (value_place(one), value_place(other)) {
        let bytes = |(scope, name, version, record): &ValuePlace| {
            bound_value(*record, scope, name, *version)
        };
        assert_eq!(
            one == other,
            bytes(&one) == bytes(&other),
            "two values share a place"
        );
    }
    let (one, other) = (info_place(one), info_place(other));
    let bytes = |(record, row_key, epoch)| bound_info(record, row_key, epoch);
    assert_eq!(
        one == other,
        bytes(one) == bytes(other),
        "two infos share a place"
    );
}

type ValuePlace = (Scope, SecretName, Version, [u8; 16]);

fn value_place(list: &[&[u8]]) -> Option<ValuePlace> {
    let text = |at: usize| std::str::from_utf8(list.get(at)?).ok();
    let scope = Scope::new(text(0)?).ok()?;
    let name = SecretName::new(text(1)?).ok()?;
    let version = Version::new(list.get(2)?.first().copied().unwrap_or(1).into())?;
    Some((scope, name, version, array(list.get(3)?)))
}

fn info_place(list: &[&[u8]]) -> ([u8; 16], [u8; 32], u64) {
    let field = |at: usize| list.get(at).copied().unwrap_or_default();
    (
        array(field(0)),
        array(field(1)),
        u64::from_be_bytes(array(field(2))),
    )
}

/// The first bytes of a field, and zeros.
fn array<const N: usize>(field: &[u8]) -> [u8; N] {
    std::array::from_fn(|at| field.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyslot_internals::fuzzing::fields;

    /// The lists `ab`, `c` and `a`, `bc`.
    const MOVED: &[u8] = b"\x01\x02\x01abc";

    #[test]
    fn ours_passes() {
        let place = b"\x04\x04\x01\x01\x09\x05\x01\x01\x09acmeA\x01recordsacme/A";
        for data in [&b""[..], b"\0", MOVED, b"\x02\0\0\x01\x01ab", place] {
            check(data, fields);
        }
        assert!(
            value_place(&[b"acme", b"A", b"\x01", b"r"]).is_some(),
            "the control"
        );
    }

    #[test]
    #[should_panic = "does not come back"]
    fn fields_without_lengths_are_noticed() {
        check(MOVED, |list| list.concat());
    }

    #[test]
    #[should_panic = "does not come back"]
    fn lengths_that_are_cut_are_noticed() {
        let long = [&b"\0"[..], &[7; 300]].concat();
        check(&long, |list| {
            let field = |field: &&[u8]| [&[0, 0, 0, field.len() as u8], *field].concat();
            list.iter().flat_map(field).collect()
        });
    }
}
