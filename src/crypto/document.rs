//! The record of a document: the references that it needs, and not its text.

use super::canonical::encode;
use super::context::{Context, SealedPlace};
use super::envelope::{Envelope, open, seal};
use super::sub_keys::SubKeys;
use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter, array, corrupt, items, text, unsupported};
use crate::actor::Actor;
use crate::error::Result;
use crate::name::SecretName;
use crate::record::Version;
use crate::reference::{PlacedReference, Reference, ReferenceKind};
use crate::scope::Scope;

/// The references of a document, under the scope whose secrets it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocumentRecord {
    /// The scope of the handle that registered it.
    pub(crate) scope: Scope,
    /// The id that the host gave.
    pub(crate) id: String,
    /// The time of its last change.
    pub(crate) set_at: Timestamp,
    /// Actor of that change.
    pub(crate) set_by: Option<Actor>,
    /// The references, in the order of the document.
    pub(crate) references: Vec<PlacedReference>,
}

impl DocumentRecord {
    /// The longest id, in bytes.
    pub(crate) const MAX_ID: usize = 256;

    /// The most distinct references of a document. With the longest names and as many pointers as
    /// are kept, its row stays below the longest info.
    pub(crate) const MAX_REFERENCES: usize = 4096;

    /// Seals it for its row.
    pub(crate) fn seal(&self, keys: &SubKeys, place: &SealedPlace) -> Result<Vec<u8>> {
        let context = Context::document(keys.header(), place);
        seal(keys.document_key(), &context, &self.encode())
    }

    /// Opens the document of a row, with the entry that it has in the account of its tenant. The
    /// caller compares scope and id with the key of the row.
    pub(crate) fn open(
        keys: &SubKeys,
        place: &SealedPlace,
        sealed: &[u8],
    ) -> Result<(Self, [u8; 32])> {
        let context = Context::document(keys.header(), place);
        let record = Self::decode(&open(keys.document_key(), &context, sealed)?)?;
        Ok((record, keys.document_entry(place, sealed)?))
    }

    /// The record `1: scope, 2: id, 3: set at, 4: set by, 5: list of references`.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        let references: Vec<Vec<u8>> = self.references.iter().map(encode_reference).collect();
        let references: Vec<&[u8]> = references.iter().map(Vec::as_slice).collect();
        FieldWriter::new()
            .field(1, self.scope.as_str().as_bytes())
            .field(2, self.id.as_bytes())
            .field(3, &self.set_at.encode())
            .optional(4, self.set_by.as_ref().map(|by| by.as_str().as_bytes()))
            .unless_empty(5, &encode(&references))
            .finish()
    }

    pub(in crate::crypto) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let by = |by| Actor::stored(text(by)?).ok_or_else(corrupt);
        let document = Self {
            scope: Scope::new(reader.text(1)?).map_err(|_| corrupt())?,
            id: reader.text(2)?.to_owned(),
            set_at: Timestamp::decode(reader.bytes(3)?)?,
            set_by: reader.optional(4)?.map(by).transpose()?,
            references: items(reader.filled(5)?)?
                .into_iter()
                .map(decode_reference)
                .collect::<Result<_>>()?,
        };
        reader.finish()?;
        let is_bounded = (1..=Self::MAX_ID).contains(&document.id.len());
        if !is_bounded || document.references.len() > Self::MAX_REFERENCES {
            return Err(corrupt());
        }
        Ok(document)
    }
}

/// The record `1: kind, 2: name, 3: version, 4: count, 5: list of pointers`.
fn encode_reference(placed: &PlacedReference) -> Vec<u8> {
    let PlacedReference {
        reference,
        count,
        pointers,
        ..
    } = placed;
    let version = reference
        .version()
        .map(|version| version.get().to_be_bytes());
    let pointers: Vec<&[u8]> = pointers.iter().map(String::as_bytes).collect();
    FieldWriter::with_capacity(64)
        .field(1, &[number_of(reference.kind())])
        .field(2, reference.name().as_str().as_bytes())
        .optional(3, version.as_ref().map(|number| &number[..]))
        .field(4, &count.to_be_bytes())
        .unless_empty(5, &encode(&pointers))
        .finish()
}

fn decode_reference(record: &[u8]) -> Result<PlacedReference> {
    let mut reader = FieldReader::new(record)?;
    let kind = kind_of(reader.array(1)?)?;
    let name = SecretName::stored(reader.text(2)?).ok_or_else(corrupt)?;
    let mut reference = match kind {
        ReferenceKind::Secret => Reference::secret(name),
        ReferenceKind::Bare => Reference::bare(name),
    };
    if let Some(version) = reader.optional(3)? {
        let version = Version::new(u64::from_be_bytes(array(version)?));
        reference = reference.with_version(version.ok_or_else(corrupt)?);
    }
    let count = u32::from_be_bytes(reader.array(4)?);
    let pointers = items(reader.filled(5)?)?;
    reader.finish()?;
    if pointers.len() > PlacedReference::MAX_POINTERS {
        return Err(corrupt());
    }
    let pointers = pointers.into_iter().map(|it| Ok(text(it)?.to_owned()));
    Ok(PlacedReference::new(reference).with(count, pointers.collect::<Result<_>>()?))
}

fn number_of(kind: ReferenceKind) -> u8 {
    match kind {
        ReferenceKind::Secret => 1,
        ReferenceKind::Bare => 2,
    }
}

fn kind_of([number]: [u8; 1]) -> Result<ReferenceKind> {
    match number {
        1 => Ok(ReferenceKind::Secret),
        2 => Ok(ReferenceKind::Bare),
        _ => Err(unsupported()),
    }
}

impl SubKeys {
    /// Bytes that one state of one document adds to the account of its tenant.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for bytes that are not an envelope.
    pub(crate) fn document_entry(&self, place: &SealedPlace, sealed: &[u8]) -> Result<[u8; 32]> {
        let commitment = Envelope::parse(sealed)?.commitment();
        Ok(self.document_row_entry(&place.row_key, place.epoch, commitment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Header, SymmetricKey};
    use crate::error::ErrorKind;

    fn keys() -> SubKeys {
        let (secret, header) = (
            SymmetricKey::generate().unwrap(),
            Header::generate().unwrap(),
        );
        SubKeys::derive(&secret, &header).unwrap()
    }

    fn document() -> DocumentRecord {
        let name = |name| SecretName::new(name).unwrap();
        let pinned = Reference::secret(name("A")).with_version(Version::new(3).unwrap());
        let places = vec!["/a/0".to_owned(), "/b".to_owned()];
        DocumentRecord {
            scope: Scope::new("acme/billing").unwrap(),
            id: "workflow:42".to_owned(),
            set_at: Timestamp::of_micros(1_800_000_000_000_000).unwrap(),
            set_by: Some(Actor::new("user:ada").unwrap()),
            references: vec![
                PlacedReference::new(pinned).with(3, places),
                PlacedReference::new(Reference::bare(name("B"))).with(1, Vec::new()),
            ],
        }
    }

    #[test]
    fn a_document_comes_back_in_its_own_place_alone() {
        let (keys, document) = (keys(), document());
        let place = SealedPlace {
            partition: [1; 16],
            row_key: [2; 32],
            epoch: 3,
        };
        let sealed = document.seal(&keys, &place).unwrap();
        let (opened, entry) = DocumentRecord::open(&keys, &place, &sealed).unwrap();
        assert_eq!(opened, document);
        assert_eq!(entry, keys.document_entry(&place, &sealed).unwrap());
        let again = document.seal(&keys, &place).unwrap();
        assert_ne!(entry, keys.document_entry(&place, &again).unwrap());
        for other in [
            SealedPlace {
                partition: [9; 16],
                ..place
            },
            SealedPlace {
                row_key: [9; 32],
                ..place
            },
            SealedPlace { epoch: 4, ..place },
        ] {
            let error = DocumentRecord::open(&keys, &other, &sealed).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{other:?}");
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(
                DocumentRecord::open(&keys, &place, &changed).is_err(),
                "{at}"
            );
        }
    }

    #[test]
    fn the_largest_document_fits_into_a_row() {
        let rest = "N".repeat(124);
        let reference = |number: usize| {
            let name = format!("{number:04}{rest}");
            let name = SecretName::new(name).unwrap();
            let reference = Reference::secret(name).with_version(Version::new(u64::MAX).unwrap());
            // 256 of them have all the pointers that a document has.
            let pointers = (number < 256).then(|| "/".repeat(PlacedReference::MAX_POINTER));
            PlacedReference::new(reference).with(u32::MAX, pointers.into_iter().collect())
        };
        let document = DocumentRecord {
            scope: Scope::new(vec!["a".repeat(64); 8].join("/")).unwrap(),
            id: "i".repeat(DocumentRecord::MAX_ID),
            references: (0..DocumentRecord::MAX_REFERENCES).map(reference).collect(),
            ..document()
        };
        let place = SealedPlace {
            partition: [1; 16],
            row_key: [2; 32],
            epoch: 3,
        };
        let sealed = document.seal(&keys(), &place).unwrap();
        assert!(sealed.len() <= 1 << 20, "{}", sealed.len());
    }

    #[test]
    fn what_is_not_as_described_is_refused() {
        let decode = |document: &DocumentRecord| DocumentRecord::decode(&document.encode());
        let good = document();
        assert_eq!(decode(&good).unwrap(), good);
        let bare = DocumentRecord {
            set_by: None,
            references: Vec::new(),
            ..good.clone()
        };
        assert_eq!(decode(&bare).unwrap(), bare);
        let many = PlacedReference::new(Reference::bare(SecretName::new("B").unwrap()))
            .with(9, vec!["/a".to_owned(); 9]);
        for wrong in [
            DocumentRecord {
                id: String::new(),
                ..good.clone()
            },
            DocumentRecord {
                id: "i".repeat(257),
                ..good.clone()
            },
            DocumentRecord {
                references: vec![many],
                ..good
            },
        ] {
            assert_eq!(decode(&wrong).unwrap_err().kind(), ErrorKind::Corrupt);
        }
        let kind = |kind: u8| {
            let name = FieldWriter::new().field(1, &[kind]).field(2, b"A");
            decode_reference(&name.field(4, &[0, 0, 0, 1]).finish())
        };
        assert!(kind(1).is_ok() && kind(2).is_ok());
        assert_eq!(kind(3).unwrap_err().kind(), ErrorKind::UnsupportedFormat);
    }
}
