//! Lists of fields as bytes: what is authenticated, hashed, or derived from.
//!
//! Each field is its length as a big-endian `u32`, then its bytes. The first field is a label that
//! nothing else begins with. So two different lists never give the same bytes, whatever their
//! fields hold.

/// The bytes of a list of fields, in one exact allocation.
pub(super) fn encode(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| 4 + field.len()).sum());
    feed(fields, |part| bytes.extend_from_slice(part));
    bytes
}

/// Writes the bytes of a list of fields to `sink`, piece by piece: hashing needs no copy of them.
#[inline]
pub(super) fn feed(fields: &[&[u8]], mut sink: impl FnMut(&[u8])) {
    for field in fields {
        // The longest field is the value of a secret, far from 4 GiB.
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        sink(&length.to_be_bytes());
        sink(field);
    }
}
