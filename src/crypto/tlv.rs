//! Records, the contents of envelopes. One record has one form, so that equal records are equal
//! bytes and the other way round.
//!
//! A record is `u8 form = 1`, then its fields in strictly ascending order of their tags, each `u8
//! tag ‖ u32 length ‖ bytes`. Numbers are big-endian and of fixed width. A field that has its
//! default is left out. A tag that a reader does not know was written by a newer version and may
//! forbid something, so the reader refuses the record.

use smallvec::SmallVec;

use crate::error::{Error, ErrorKind, Result};

const FORM: u8 = 1;

/// Writes a record; tags must ascend.
pub(super) struct FieldWriter(Vec<u8>);

impl FieldWriter {
    /// The length up to which a record is written without moving it: nearly all are shorter.
    const ROOM: usize = 256;

    pub(super) fn new() -> Self {
        let mut record = Vec::with_capacity(Self::ROOM);
        record.push(FORM);
        Self(record)
    }

    /// A record of about so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut record = Vec::with_capacity(bytes);
        record.push(FORM);
        Self(record)
    }

    /// Writes a field.
    pub(super) fn field(mut self, tag: u8, bytes: &[u8]) -> Self {
        // Whatever is longer than an envelope takes is refused when it is sealed.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.push(tag);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// Writes a field, unless there is none.
    pub(super) fn optional(self, tag: u8, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.field(tag, bytes),
            None => self,
        }
    }

    /// Writes a field that is left out when it is empty.
    pub(super) fn unless_empty(self, tag: u8, bytes: &[u8]) -> Self {
        self.optional(tag, Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a record, field by field in ascending order of tags.
pub(super) struct FieldReader<'a> {
    /// The field that comes next; `None` at the end.
    next: Option<Field<'a>>,
    /// The fields behind it, of the right form.
    rest: &'a [u8],
}

impl<'a> FieldReader<'a> {
    /// Checks the form of the whole record before any field is read.
    pub(super) fn new(record: &'a [u8]) -> Result<Self> {
        let fields = match record.split_first() {
            Some((&FORM, fields)) => fields,
            Some(_) => return Err(unsupported()),
            None => return Err(corrupt()),
        };
        let (mut last, mut rest) = (None, fields);
        while !rest.is_empty() {
            let ((tag, _), after) = split_field(rest).ok_or_else(corrupt)?;
            if last.is_some_and(|last| last >= tag) {
                return Err(corrupt());
            }
            (last, rest) = (Some(tag), after);
        }
        let mut reader = Self {
            next: None,
            rest: fields,
        };
        reader.go_on();
        Ok(reader)
    }

    /// Goes on to the next field.
    fn go_on(&mut self) {
        (self.next, self.rest) = match split_field(self.rest) {
            Some((field, rest)) => (Some(field), rest),
            None => (None, &[][..]),
        };
    }

    /// The field of a tag, if there is one.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>> {
        match self.next {
            // A smaller tag that nobody asked for is one that this version does not know.
            Some((next, _)) if next < tag => Err(unsupported()),
            Some((next, bytes)) if next == tag => {
                self.go_on();
                Ok(Some(bytes))
            }
            _ => Ok(None),
        }
    }

    /// The field of a tag that is left out when it is empty, and then is nothing.
    pub(super) fn filled(&mut self, tag: u8) -> Result<&'a [u8]> {
        match self.optional(tag)? {
            Some([]) => Err(corrupt()),
            field => Ok(field.unwrap_or_default()),
        }
    }

    /// The field of a tag.
    pub(super) fn bytes(&mut self, tag: u8) -> Result<&'a [u8]> {
        self.optional(tag)?.ok_or_else(corrupt)
    }

    /// The field of a tag, of exactly `N` bytes.
    pub(super) fn array<const N: usize>(&mut self, tag: u8) -> Result<[u8; N]> {
        array(self.bytes(tag)?)
    }

    /// The field of a tag, as text.
    pub(super) fn text(&mut self, tag: u8) -> Result<&'a str> {
        text(self.bytes(tag)?)
    }

    /// The field of a tag, a number of 8 bytes.
    pub(super) fn number(&mut self, tag: u8) -> Result<u64> {
        self.array(tag).map(u64::from_be_bytes)
    }

    /// Makes sure that there was nothing else.
    pub(super) fn finish(self) -> Result<()> {
        self.next.map_or(Ok(()), |_| Err(unsupported()))
    }
}

/// Takes a field's bytes as an array.
pub(super) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| corrupt())
}

/// Takes a field's bytes as text.
pub(super) fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| corrupt())
}

/// A list that is short nearly always, without an allocation then.
pub(super) type Few<T> = SmallVec<[T; 4]>;

/// The items of a list: each its length as a `u32`, then its bytes.
pub(super) fn items(mut list: &[u8]) -> Result<Few<&[u8]>> {
    let mut items = Few::new();
    while !list.is_empty() {
        let (item, rest) = split_length_prefixed(list).ok_or_else(corrupt)?;
        items.push(item);
        list = rest;
    }
    Ok(items)
}

/// A field: its tag and its bytes.
type Field<'a> = (u8, &'a [u8]);

/// A field, and the bytes behind it.
fn split_field(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (&tag, after) = bytes.split_first()?;
    let (bytes, rest) = split_length_prefixed(after)?;
    Some(((tag, bytes), rest))
}

fn split_length_prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)
}

pub(super) fn corrupt() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "a stored record does not follow the format of vaults; restore the vault from a backup",
    )
}

pub(super) fn unsupported() -> Error {
    Error::new(
        ErrorKind::UnsupportedFormat,
        "a stored record has a field that this version of keyslot does not know; use a newer \
         version",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record: &[u8]) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let mut reader = FieldReader::new(record)?;
        let first = reader.bytes(2)?.to_vec();
        let second = reader.optional(5)?.map(<[u8]>::to_vec);
        reader.finish()?;
        Ok((first, second))
    }

    #[test]
    fn a_record_comes_back() {
        let record = FieldWriter::new()
            .field(2, b"two")
            .optional(5, Some(b""))
            .finish();
        assert_eq!(record, b"\x01\x02\0\0\0\x03two\x05\0\0\0\0");
        assert_eq!(read(&record).unwrap(), (b"two".to_vec(), Some(Vec::new())));
        assert_eq!(
            read(&FieldWriter::new().field(2, b"").optional(5, None).finish()).unwrap(),
            (Vec::new(), None)
        );
    }

    #[test]
    fn what_a_newer_version_wrote_is_unsupported() {
        let cases: [&[u8]; 4] = [
            b"\x02\x02\0\0\0\0",
            b"\x01\x01\0\0\0\0\x02\0\0\0\0",
            b"\x01\x02\0\0\0\0\x03\0\0\0\0",
            b"\x01\x02\0\0\0\0\x05\0\0\0\0\xFF\0\0\0\0",
        ];
        for record in cases {
            assert_eq!(
                read(record).unwrap_err().kind(),
                ErrorKind::UnsupportedFormat,
                "{record:?}"
            );
        }
    }

    #[test]
    fn what_nobody_wrote_is_corrupt() {
        let cases: [(&str, &[u8]); 8] = [
            ("empty", b""),
            ("mandatory field missing", b"\x01\x05\0\0\0\0"),
            ("no field at all", b"\x01"),
            ("duplicate field", b"\x01\x02\0\0\0\0\x02\0\0\0\0"),
            ("descending fields", b"\x01\x05\0\0\0\0\x02\0\0\0\0"),
            ("length past the end", b"\x01\x02\0\0\0\x01"),
            ("length of 4 GiB", b"\x01\x02\xFF\xFF\xFF\xFF"),
            ("trailing bytes", b"\x01\x02\0\0\0\0\x05"),
        ];
        for (defect, record) in cases {
            assert_eq!(
                read(record).unwrap_err().kind(),
                ErrorKind::Corrupt,
                "{defect}"
            );
        }
    }

    #[test]
    fn a_list_is_its_items_and_nothing_else() {
        assert!(items(b"").unwrap().is_empty());
        assert_eq!(items(b"\0\0\0\x01a\0\0\0\0").unwrap()[..], [&b"a"[..], b""]);
        for list in [&b"\0\0\0\x02a"[..], b"\0\0\0", b"\0\0\0\x01a\0"] {
            assert_eq!(items(list).unwrap_err().kind(), ErrorKind::Corrupt);
        }
    }
}
