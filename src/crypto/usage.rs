//! The record of a secret's uses.

use super::canonical::encode;
use super::context::{Context, SealedPlace};
use super::envelope::{Envelope, open, seal};
use super::sub_keys::SubKeys;
use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter, array, corrupt, items, text, unsupported};
use crate::actor::Actor;
use crate::error::Result;
use crate::name::SecretName;
use crate::record::RecordId;
use crate::scope::Scope;
use crate::target::Surface;

/// The uses of one secret, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UsageRecord {
    /// The secret. A new one under the same name has another id.
    pub(crate) record: RecordId,
    pub(crate) scope: Scope,
    pub(crate) name: SecretName,
    /// The number of values that were looked up.
    pub(crate) uses: u64,
    /// The number of values that were told outside of any template.
    pub(crate) reveals: u64,
    /// The time of the first use that was counted.
    pub(crate) since: Timestamp,
    pub(crate) last: LastUse,
    /// Random names of the newest batches that are counted, the newest last.
    pub(crate) batches: Vec<[u8; 16]>,
}

/// The last use of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LastUse {
    pub(crate) time: Timestamp,
    pub(crate) actor: Option<Actor>,
    pub(crate) tool: Option<String>,
    /// Host and port of the target.
    pub(crate) host: Option<String>,
    pub(crate) surface: Option<Surface>,
    /// True if the target was instructions.
    pub(crate) instructions: bool,
}

impl UsageRecord {
    /// The most batches that are named.
    pub(crate) const MAX_BATCHES: usize = 8;

    /// Seals it for its row.
    pub(crate) fn seal(&self, keys: &SubKeys, place: &SealedPlace) -> Result<Vec<u8>> {
        let context = Context::usage(keys.header(), place);
        seal(keys.usage_key(), &context, &self.encode())
    }

    /// Opens the uses of a row, with the entry that they have in the account of the partition.
    pub(crate) fn open(
        keys: &SubKeys,
        place: &SealedPlace,
        sealed: &[u8],
    ) -> Result<(Self, [u8; 32])> {
        let context = Context::usage(keys.header(), place);
        let record = Self::decode(&open(keys.usage_key(), &context, sealed)?)?;
        Ok((record, keys.usage_entry(place, sealed)?))
    }

    /// The record `1: record id, 2: scope, 3: name, 4: uses, 5: reveals, 6: since, 7: time, 8:
    /// actor, 9: tool, 10: host, 11: surface, 12: instructions, 13: list of batches`.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        let last = &self.last;
        let surface = last.surface.map(|surface| [surface.number()]);
        let batches: Vec<&[u8]> = self.batches.iter().map(|name| &name[..]).collect();
        FieldWriter::new()
            .field(1, self.record.as_bytes())
            .field(2, self.scope.as_str().as_bytes())
            .field(3, self.name.as_str().as_bytes())
            .field(4, &self.uses.to_be_bytes())
            .field(5, &self.reveals.to_be_bytes())
            .field(6, &self.since.encode())
            .field(7, &last.time.encode())
            .optional(8, last.actor.as_ref().map(|by| by.as_str().as_bytes()))
            .unless_empty(9, last.tool.as_deref().unwrap_or_default().as_bytes())
            .unless_empty(10, last.host.as_deref().unwrap_or_default().as_bytes())
            .optional(11, surface.as_ref().map(|number| &number[..]))
            .optional(12, last.instructions.then_some(&[1]))
            .unless_empty(13, &encode(&batches))
            .finish()
    }

    pub(in crate::crypto) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let usage = Self {
            record: RecordId::from_bytes(reader.array(1)?),
            scope: Scope::new(reader.text(2)?).map_err(|_| corrupt())?,
            name: SecretName::stored(reader.text(3)?).ok_or_else(corrupt)?,
            uses: reader.number(4)?,
            reveals: reader.number(5)?,
            since: Timestamp::decode(reader.bytes(6)?)?,
            last: LastUse {
                time: Timestamp::decode(reader.bytes(7)?)?,
                actor: reader.optional(8)?.map(actor).transpose()?,
                tool: some_text(reader.filled(9)?)?,
                host: some_text(reader.filled(10)?)?,
                surface: reader.optional(11)?.map(surface).transpose()?,
                instructions: match reader.optional(12)? {
                    None => false,
                    Some([1]) => true,
                    Some(_) => return Err(corrupt()),
                },
            },
            batches: items(reader.filled(13)?)?
                .into_iter()
                .map(array)
                .collect::<Result<_>>()?,
        };
        reader.finish()?;
        if usage.batches.len() > Self::MAX_BATCHES {
            return Err(corrupt());
        }
        Ok(usage)
    }
}

fn actor(bytes: &[u8]) -> Result<Actor> {
    Actor::stored(text(bytes)?).ok_or_else(corrupt)
}

fn surface(bytes: &[u8]) -> Result<Surface> {
    let [number] = array(bytes)?;
    Surface::from_number(number).ok_or_else(unsupported)
}

fn some_text(bytes: &[u8]) -> Result<Option<String>> {
    let text = text(bytes)?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

impl SubKeys {
    /// Bytes that one state of the uses of one secret adds to the account of the partition.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for bytes that are not an envelope.
    pub(crate) fn usage_entry(&self, place: &SealedPlace, sealed: &[u8]) -> Result<[u8; 32]> {
        let commitment = Envelope::parse(sealed)?.commitment();
        Ok(self.usage_row_entry(&place.row_key, place.epoch, commitment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Header, SymmetricKey};
    use crate::error::ErrorKind;

    fn usage() -> UsageRecord {
        let at = |micros| Timestamp::of_micros(micros).unwrap();
        UsageRecord {
            record: RecordId::from_bytes([7; 16]),
            scope: Scope::new("acme/billing").unwrap(),
            name: SecretName::new("STRIPE_KEY").unwrap(),
            uses: 12,
            reveals: 3,
            since: at(1_800_000_000_000_000),
            last: LastUse {
                time: at(1_800_000_001_000_000),
                actor: Some(Actor::new("user:ada").unwrap()),
                tool: Some("stripe".to_owned()),
                host: Some("api.stripe.com:443".to_owned()),
                surface: Some(Surface::Header),
                instructions: true,
            },
            batches: vec![[1; 16], [2; 16]],
        }
    }

    #[test]
    fn uses_come_back_in_their_own_place_alone() {
        let (secret, header) = (
            SymmetricKey::generate().unwrap(),
            Header::generate().unwrap(),
        );
        let keys = SubKeys::derive(&secret, &header).unwrap();
        let place = SealedPlace {
            partition: [1; 16],
            row_key: [2; 32],
            epoch: 3,
        };
        let sealed = usage().seal(&keys, &place).unwrap();
        let (opened, entry) = UsageRecord::open(&keys, &place, &sealed).unwrap();
        assert_eq!(opened, usage());
        assert_eq!(entry, keys.usage_entry(&place, &sealed).unwrap());
        assert_ne!(entry, keys.document_entry(&place, &sealed).unwrap());
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
            let error = UsageRecord::open(&keys, &other, &sealed).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{other:?}");
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(UsageRecord::open(&keys, &place, &changed).is_err(), "{at}");
        }
    }

    #[test]
    fn what_is_not_as_described_is_refused() {
        let decode = |usage: &UsageRecord| UsageRecord::decode(&usage.encode());
        let bare = UsageRecord {
            last: LastUse {
                actor: None,
                tool: None,
                host: None,
                surface: None,
                instructions: false,
                ..usage().last
            },
            batches: Vec::new(),
            ..usage()
        };
        for good in [usage(), bare] {
            assert_eq!(decode(&good).unwrap(), good);
        }
        let many = UsageRecord {
            batches: vec![[1; 16]; 9],
            ..usage()
        };
        assert_eq!(decode(&many).unwrap_err().kind(), ErrorKind::Corrupt);
        let mut longer = usage().encode();
        longer.extend_from_slice(&[14, 0, 0, 0, 1, 1]);
        let error = UsageRecord::decode(&longer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    }
}
