//! Stored records: each has one form, so bytes that are read are the bytes that would be written.

use keyslot_internals::fuzzing::Record;
use keyslot_internals::{ErrorKind, Result};

/// Checks an input: a byte that selects the record, and the record. `rewrite` reads a record and
/// writes it again.
pub fn check(data: &[u8], rewrite: fn(Record, &[u8]) -> Result<Vec<u8>>) {
    let Some((&select, bytes)) = data.split_first() else {
        return;
    };
    let record = Record::ALL[usize::from(select) % Record::ALL.len()];
    match rewrite(record, bytes) {
        Ok(written) => {
            assert_eq!(written, bytes, "{record:?} has two forms");
            for other in [&bytes[..bytes.len() - 1], &[bytes, &[0]].concat()] {
                let is_read = rewrite(record, other).is_ok_and(|written| written != other);
                assert!(!is_read, "{record:?} has two forms");
            }
        }
        Err(error) => {
            let kind = error.kind();
            assert!(
                matches!(kind, ErrorKind::Corrupt | ErrorKind::UnsupportedFormat),
                "{kind:?}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyslot_internals::fuzzing::rewrite;

    /// A header, as the format has it.
    fn header() -> Vec<u8> {
        [&b"\0keyslot\0\0\x01\x01"[..], &[9; 16]].concat()
    }

    /// A key slot for a raw key.
    fn key_slot() -> Vec<u8> {
        let parts = [
            &b"\x01\x01\x01\0\0\0\x07\x01\x01\0\0\0\x01\x01"[..],
            b"\x02\0\0\0\x10",
            &[3; 16],
        ];
        parts.concat()
    }

    #[test]
    fn ours_passes() {
        for good in [header(), key_slot()] {
            let record = Record::ALL[usize::from(good[0])];
            assert!(
                rewrite(record, &good[1..]).is_ok(),
                "the control: {record:?}"
            );
            check(&good, rewrite);
        }
        for select in 0..7 {
            check(&[select], rewrite);
            check(&[select, 1], rewrite);
            check(&[select, 2, 0xff, 0xff, 0xff, 0xff, 0xff], rewrite);
        }
    }

    #[test]
    #[should_panic = "two forms"]
    fn a_record_that_is_read_without_its_end_is_noticed() {
        check(&header(), |record, bytes| {
            rewrite(record, bytes.get(..27).unwrap_or(bytes))
        });
    }

    #[test]
    #[should_panic = "InvalidInput"]
    fn an_error_of_another_kind_is_noticed() {
        check(b"\0keyslot", |_, _| {
            Err(keyslot_internals::Error::new(
                ErrorKind::InvalidInput,
                "no header",
            ))
        });
    }
}
