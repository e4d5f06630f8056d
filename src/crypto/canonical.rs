//! Lists of fields as bytes: what is authenticated, hashed, or derived from.
//!
//! Each field is its length as a big-endian `u32`, then its bytes. The first field is a label that
//! nothing else begins with. So two different lists never give the same bytes, whatever their
//! fields hold.

use smallvec::SmallVec;

/// The bytes of fields that are short nearly always, without an allocation then.
pub(super) type Short = SmallVec<[u8; 256]>;

/// The bytes of a list of fields, in one exact allocation.
pub(super) fn encode(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length(fields));
    feed(fields, |part| bytes.extend_from_slice(part));
    bytes
}

/// Appends the bytes of a label and fields. Not of secrets: nobody wipes them.
pub(super) fn append(bytes: &mut Short, label: &[u8], fields: &[&[u8]]) {
    const ZEROS: [u8; 256] = [0; 256];
    // All at once: to grow for each part takes longer than to write it.
    let (start, more) = (bytes.len(), length(&[label]) + length(fields));
    match ZEROS.get(..more) {
        Some(zeros) => bytes.extend_from_slice(zeros),
        None => bytes.resize(start + more, 0),
    }
    let mut rest = bytes.get_mut(start..).unwrap_or_default();
    for field in std::iter::once(&label).chain(fields) {
        rest = match write(field, rest) {
            Some(rest) => rest,
            // They were measured.
            None => break,
        };
    }
}

/// Writes a field to the start of `bytes`, and returns what is left of them.
#[inline]
fn write<'b>(field: &[u8], bytes: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let (length, bytes) = bytes.split_first_chunk_mut()?;
    let (place, bytes) = bytes.split_at_mut_checked(field.len())?;
    *length = length_of(field).to_be_bytes();
    place.copy_from_slice(field);
    Some(bytes)
}

fn length(fields: &[&[u8]]) -> usize {
    fields.iter().map(|field| 4 + field.len()).sum()
}

/// Writes the bytes of a list of fields to `sink`, piece by piece: hashing needs no copy of them.
#[inline]
pub(super) fn feed(fields: &[&[u8]], mut sink: impl FnMut(&[u8])) {
    for field in fields {
        sink(&length_of(field).to_be_bytes());
        sink(field);
    }
}

/// The longest field is the value of a secret, far from 4 GiB.
fn length_of(field: &[u8]) -> u32 {
    u32::try_from(field.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_forms_are_the_same_bytes() {
        let long = [7; 300];
        for fields in [
            &[&b"label"[..]][..],
            &[b"", b"", b""],
            &[b"label", b"scope", b"", b"name"],
            &[b"label", &long[..183], b"to the last byte of 256", b""],
            &[b"label", &long, b"behind it"],
        ] {
            let (label, rest) = fields.split_first().unwrap();
            let mut fed = Vec::new();
            feed(fields, |part| fed.extend_from_slice(part));
            assert_eq!(encode(fields), fed);
            let mut appended = Short::from_slice(b"before");
            append(&mut appended, label, rest);
            assert_eq!(appended.strip_prefix(b"before"), Some(&fed[..]));
        }
        assert_eq!(encode(&[b"ab", b""]), b"\0\0\0\x02ab\0\0\0\0");
    }
}
