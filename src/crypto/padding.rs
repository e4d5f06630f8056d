//! Padding: how long a sealed text is says only which bucket its plaintext falls in.
//!
//! The padded form is `u32 length ‖ plaintext ‖ zeros`. Its own length is rounded up: to 64 bytes
//! while up to 1 KiB, to 1 KiB while up to 16 KiB, and above that to a sixteenth of the largest
//! power of two below it, so at most 1/16 is wasted.

use crate::error::{Error, ErrorKind, Result};

/// The longest plaintext of an envelope, in bytes.
pub(super) const MAX_LEN: usize = 2 << 20;

/// The length of the length.
pub(super) const PREFIX_LEN: usize = 4;

/// The length of the padded form of a plaintext of `length` bytes.
pub(super) fn padded_len(length: usize) -> Result<usize> {
    if length > MAX_LEN {
        return Err(too_long());
    }
    Ok(bucket(PREFIX_LEN + length))
}

/// Returns true if some plaintext has a padded form of that length.
pub(super) fn is_padded_len(length: usize) -> bool {
    (bucket(1)..=bucket(PREFIX_LEN + MAX_LEN)).contains(&length) && bucket(length) == length
}

/// Writes the padded form of `plaintext` to `buffer`, which has its length and holds zeros.
pub(super) fn pad(plaintext: &[u8], buffer: &mut [u8]) -> Result<()> {
    let length = u32::try_from(plaintext.len()).ok();
    let rest = buffer.split_first_chunk_mut::<PREFIX_LEN>();
    let parts =
        rest.and_then(|(prefix, rest)| Some((length?, prefix, rest.get_mut(..plaintext.len())?)));
    let (length, prefix, text) = parts.ok_or_else(too_long)?;
    *prefix = length.to_be_bytes();
    text.copy_from_slice(plaintext);
    Ok(())
}

/// The plaintext in a padded form; `None` unless `padded` is exactly what [`pad`] makes of it.
pub(super) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = padded.split_first_chunk::<PREFIX_LEN>()?;
    let length = usize::try_from(u32::from_be_bytes(*prefix)).ok()?;
    let (plaintext, zeros) = rest.split_at_checked(length)?;
    let ours = padded_len(length).ok()? == padded.len()
        && zeros.iter().fold(0, |any, byte| any | byte) == 0;
    ours.then_some(plaintext)
}

fn bucket(length: usize) -> usize {
    let step = match length {
        0..=0x400 => 64,
        0x401..=0x4000 => 0x400,
        _ => (1 << length.ilog2()) / 16,
    };
    length.next_multiple_of(step)
}

fn too_long() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("too long to be sealed; the limit is {MAX_LEN} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_of_the_format() {
        let cases = [
            (0, 64),
            (60, 64),
            (61, 128),
            (1020, 1024),
            (1021, 2048),
            (16380, 16384),
            (16381, 17408),
            (32764, 32768),
            (32765, 34816),
            (65536, 69632),
            (1 << 20, (1 << 20) + (1 << 16)),
            (MAX_LEN, (2 << 20) + (2 << 16)),
        ];
        for (length, padded) in cases {
            assert_eq!(padded_len(length).unwrap(), padded, "of {length}");
        }
        assert_eq!(
            padded_len(MAX_LEN + 1).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
    }

    #[test]
    fn a_padded_length_is_one_that_a_plaintext_has() {
        let made: std::collections::BTreeSet<_> = (0..=70_000)
            .map(|length| padded_len(length).unwrap())
            .collect();
        for length in 0..=70_000 {
            assert_eq!(is_padded_len(length), made.contains(&length), "{length}");
        }
        let longest = padded_len(MAX_LEN).unwrap();
        assert!(is_padded_len(longest));
        assert!(!is_padded_len(longest + (2 << 16)));
    }

    #[test]
    fn only_the_one_padded_form_is_taken() {
        let mut padded = [0; 64];
        pad(b"value", &mut padded).unwrap();
        assert_eq!(unpad(&padded), Some(&b"value"[..]));

        for at in 9..64 {
            let mut changed = padded;
            changed[at] = 1;
            assert_eq!(unpad(&changed), None, "nonzero padding at {at}");
        }
        for length in [61_u32, 0xFFFF_FFFF, 0x8000_0000] {
            let mut changed = padded;
            changed[..4].copy_from_slice(&length.to_be_bytes());
            assert_eq!(unpad(&changed), None, "length {length}");
        }
        let mut longer = [0; 128];
        pad(b"value", &mut longer).unwrap();
        assert_eq!(unpad(&longer), None, "a bucket too many");
        assert_eq!(unpad(&padded[..3]), None);
        assert_eq!(
            pad(&[1; 61], &mut [0; 64]).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
    }
}
