//! Rules that hold for all inputs.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::canonical::encode;
use super::super::context::Context;
use super::super::envelope::{Envelope, OVERHEAD, Refused, open, seal, seal_padded};
use super::super::key::{KeyId, SymmetricKey, random};
use super::super::padding::padded_len;
use super::super::{Header, InfoPlace};
use crate::name::SecretName;
use crate::record::{RecordId, Version};
use crate::scope::Scope;

const LABEL: &[u8] = b"keyslot/1 value";

fn any_context() -> Context {
    Context::new(LABEL, &[b"vault", b"record"])
}

// 256 cases each; the variable `PROPTEST_CASES` of a campaign sets more.
proptest! {
    #[test]
    fn what_is_sealed_opens(
        plaintext in vec(any::<u8>(), 0..3000),
        fields in vec(vec(any::<u8>(), 0..40), 0..6),
    ) {
        let key = SymmetricKey::generate().unwrap();
        let context = Context::new(LABEL, &fields.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let envelope = seal(&key, &context, &plaintext).unwrap();
        let opened = open(&key, &context, &envelope).unwrap();
        prop_assert_eq!(&*opened, &plaintext[..]);
        prop_assert_eq!(&*opened.exact(), &plaintext);
        prop_assert_eq!(opened.exact().capacity(), plaintext.len());
        prop_assert_eq!(envelope.len(), OVERHEAD + padded_len(plaintext.len()).unwrap());
        prop_assert_eq!(envelope.capacity(), envelope.len());
        prop_assert_eq!(Envelope::parse(&envelope).unwrap().key_id(), key.id());
    }

    #[test]
    fn another_key_opens_nothing(plaintext in vec(any::<u8>(), 0..200)) {
        let key = SymmetricKey::generate().unwrap();
        let envelope = seal(&key, &any_context(), &plaintext).unwrap();
        let same_name = SymmetricKey::from_slice(key.id(), &random::<32>().unwrap()).unwrap();
        prop_assert_eq!(
            open(&same_name, &any_context(), &envelope).unwrap_err(),
            Refused::Commitment
        );
        let other_name =
            SymmetricKey::from_slice(KeyId::generate().unwrap(), key.expose()).unwrap();
        prop_assert_eq!(
            &*open(&other_name, &any_context(), &envelope).unwrap(),
            &plaintext[..],
            "a name is no key"
        );
    }

    #[test]
    fn any_change_is_refused(
        plaintext in vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        change in 1_u8..,
    ) {
        let key = SymmetricKey::generate().unwrap();
        let mut envelope = seal(&key, &any_context(), &plaintext).unwrap();
        let at = at.index(envelope.len());
        envelope[at] ^= change;
        prop_assert!(open(&key, &any_context(), &envelope).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(
        bytes in vec(any::<u8>(), 0..300),
        framed in any::<bool>(),
    ) {
        let key = SymmetricKey::generate().unwrap();
        let bytes = if framed { [&[0x4B, 1][..], &bytes].concat() } else { bytes };
        prop_assert!(open(&key, &any_context(), &bytes).is_err());
    }

    #[test]
    fn length_tells_the_bucket_only(one in 0_usize..70_000, other in 0_usize..70_000) {
        let key = SymmetricKey::generate().unwrap();
        let length = |plaintext: usize| {
            seal(&key, &any_context(), &vec![7; plaintext]).unwrap().len()
        };
        let bucket = |plaintext: usize| padded_len(plaintext).unwrap();
        prop_assert_eq!(length(one) == length(other), bucket(one) == bucket(other));
        prop_assert!(one < 0x4000 || bucket(one) - (4 + one) <= (4 + one) / 16, "little is wasted");
    }

    #[test]
    fn padding_is_zero_or_refused(length in 0_u8..60, at in 0_usize..60, byte in 1_u8..) {
        let at = usize::from(length) + at % (60 - usize::from(length));
        let (key, nonce) = (SymmetricKey::generate().unwrap(), random().unwrap());
        let write = |byte: u8| move |buffer: &mut [u8]| {
            buffer[3] = length;
            buffer[4 + at] = byte;
            Ok(())
        };
        let seal = |byte| seal_padded(&key, &any_context(), 64, &nonce, write(byte)).unwrap();
        prop_assert_eq!(
            open(&key, &any_context(), &seal(0)).unwrap().len(),
            usize::from(length),
            "the control"
        );
        prop_assert_eq!(open(&key, &any_context(), &seal(byte)).unwrap_err(), Refused::Padding);
    }

    #[test]
    fn different_lists_are_different_bytes(
        one in vec(vec(0_u8..3, 0..6), 0..5),
        other in vec(vec(0_u8..3, 0..6), 0..5),
    ) {
        let bytes = |list: &[Vec<u8>]| encode(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(one == other, bytes(&one) == bytes(&other));
    }

    /// The usual attacks on joined fields: move bytes over a boundary, hide a boundary in a field,
    /// add or drop an empty one.
    #[test]
    fn no_boundary_can_be_shifted(
        fields in vec(vec(any::<u8>(), 0..30), 1..6),
        at in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = |list: &[Vec<u8>]| encode(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let (at, before) = (at.index(fields.len()), bytes(&fields));
        let mut shifted = Vec::new();
        let mut split = fields.clone();
        let tail = split[at].split_off(cut.index(fields[at].len() + 1));
        split.insert(at + 1, tail.clone());
        shifted.push(split.clone());
        if let Some(next) = fields.get(at + 1).filter(|_| !tail.is_empty()) {
            let mut moved = fields.clone();
            moved[at] = split[at].clone();
            moved[at + 1] = [&tail[..], next].concat();
            shifted.push(moved);
            let mut joined = fields.clone();
            let next = joined.remove(at + 1);
            joined[at] = [
                &fields[at][..],
                &u32::try_from(next.len()).unwrap().to_be_bytes(),
                &next,
            ]
            .concat();
            shifted.push(joined);
        }
        shifted.push([&fields[..], &[Vec::new()]].concat());
        shifted.push(vec![before.clone()]);
        for list in shifted {
            prop_assert_ne!(&bytes(&list), &before, "{:?}", list);
        }
    }
}

#[test]
fn every_bit_of_an_envelope_counts_and_the_right_check_says_so() {
    let key = SymmetricKey::generate().unwrap();
    let envelope = seal(&key, &any_context(), b"value").unwrap();
    assert!(open(&key, &any_context(), &envelope).is_ok());
    for bit in 0..8 * envelope.len() {
        let mut changed = envelope.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0 => Refused::Malformed,
            1 => Refused::UnknownSuite,
            2..74 => Refused::Commitment,
            _ => Refused::Unauthentic,
        };
        assert_eq!(
            open(&key, &any_context(), &changed).unwrap_err(),
            expected,
            "bit {bit}"
        );
    }
    for length in 0..envelope.len() {
        let refused = open(&key, &any_context(), &envelope[..length]).unwrap_err();
        assert_eq!(refused, Refused::Malformed, "{length} bytes");
    }
}

#[test]
fn every_field_of_a_context_counts() {
    let header = Header::generate().unwrap();
    let other = Header::generate().unwrap();
    let (scope, name) = (
        Scope::new("acme/b").unwrap(),
        SecretName::new("NAME").unwrap(),
    );
    let (one, two) = (KeyId([1; 16]), KeyId([2; 16]));
    let record = RecordId::from_bytes([1; 16]);
    let place = InfoPlace {
        row_key: [1; 32],
        epoch: 3,
    };
    let version = |number| Version::new(number).unwrap();
    let contexts = [
        Context::vault_key(&header, one),
        Context::vault_key(&other, one),
        Context::vault_key(&header, two),
        Context::vault_secret(&header),
        Context::vault_secret(&other),
        Context::key_slot_directory(&header),
        Context::key_slot_directory(&other),
        Context::previous_vault_key(&header, one),
        Context::previous_vault_key(&other, one),
        Context::previous_vault_key(&header, two),
        Context::data_key_state(&header, one),
        Context::data_key_state(&other, one),
        Context::data_key_state(&header, two),
        Context::data_key(&header, one, "acme", 1),
        Context::data_key(&other, one, "acme", 1),
        Context::data_key(&header, two, "acme", 1),
        Context::data_key(&header, one, "acmf", 1),
        Context::data_key(&header, one, "acme", 2),
        Context::head(&header, &[1; 16]),
        Context::head(&other, &[1; 16]),
        Context::head(&header, &[2; 16]),
        Context::info(&header, record, &place),
        Context::info(&other, record, &place),
        Context::info(&header, RecordId::from_bytes([2; 16]), &place),
        Context::info(
            &header,
            record,
            &InfoPlace {
                row_key: [2; 32],
                ..place
            },
        ),
        Context::info(&header, record, &InfoPlace { epoch: 4, ..place }),
        Context::value(&header, record, &scope, &name, version(1)),
        Context::value(&other, record, &scope, &name, version(1)),
        Context::value(
            &header,
            RecordId::from_bytes([2; 16]),
            &scope,
            &name,
            version(1),
        ),
        Context::value(
            &header,
            record,
            &Scope::new("acme/c").unwrap(),
            &name,
            version(1),
        ),
        Context::value(
            &header,
            record,
            &scope,
            &SecretName::new("NAMF").unwrap(),
            version(1),
        ),
        Context::value(&header, record, &scope, &name, version(2)),
    ];
    let key = SymmetricKey::generate().unwrap();
    for (sealed_in, context) in contexts.iter().enumerate() {
        let envelope = seal(&key, context, b"value").unwrap();
        for (opened_in, context) in contexts.iter().enumerate() {
            let outcome = open(&key, context, &envelope).map(|value| value.to_vec());
            let expected = if opened_in == sealed_in {
                Ok(b"value".to_vec())
            } else {
                Err(Refused::Commitment)
            };
            assert_eq!(
                outcome, expected,
                "sealed in {sealed_in}, opened in {opened_in}"
            );
        }
    }
}

/// The label decides on its own, also where the authenticated fields are the same.
#[test]
fn a_label_counts_beside_the_fields() {
    let key = SymmetricKey::generate().unwrap();
    let aad = any_context().aad().to_vec();
    let envelope = seal(&key, &Context::of_parts(LABEL, aad.clone()), b"value").unwrap();
    assert!(open(&key, &Context::of_parts(LABEL, aad.clone()), &envelope).is_ok());
    let outcome = open(&key, &Context::of_parts(b"keyslot/1 info", aad), &envelope);
    assert_eq!(outcome.unwrap_err(), Refused::Commitment);
}

/// True if some 8 bytes in a row of one are in the other.
fn has_part_of(bytes: &[u8], of: &[u8]) -> bool {
    of.windows(8)
        .any(|part| memchr::memmem::find(bytes, part).is_some())
}

/// The lengths go round, so that each plaintext is sealed again and again under one key. The
/// variable `KEYSLOT_SEALS` of a campaign sets how often in all.
#[test]
fn equal_plaintexts_share_neither_nonce_nor_commitment() {
    const TEXT: &[u8] = b"copper lantern walks over the ridge; nobody on the way down sees it pass";
    let seals = std::env::var("KEYSLOT_SEALS");
    let seals: usize = seals.map_or(20_000, |seals| seals.parse().unwrap());
    let key = SymmetricKey::generate().unwrap();
    let (mut nonces, mut commitments) = (HashSet::new(), HashSet::new());
    let (mut starts, mut lengths) = (HashSet::new(), HashSet::new());
    for number in 0..seals {
        let text = &TEXT[..8 + number % (TEXT.len() - 7)];
        let envelope = seal(&key, &any_context(), text).unwrap();
        assert_eq!(envelope.len(), OVERHEAD + padded_len(text.len()).unwrap());
        lengths.insert(envelope.len());
        let (nonce, rest) = envelope[18..].split_first_chunk::<24>().unwrap();
        let (commitment, ciphertext) = rest.split_first_chunk::<32>().unwrap();
        assert!(nonces.insert(*nonce) && commitments.insert(*commitment));
        // The length and the first bytes of the plaintext are the same in thousands of them.
        assert!(starts.insert(*ciphertext.first_chunk::<16>().unwrap()));
        assert!(!has_part_of(&envelope, text));
        assert_eq!(*open(&key, &any_context(), &envelope).unwrap(), *text);
    }
    assert_eq!(lengths.len(), 2, "two buckets");
    let planted = [&[0; 50], &TEXT[20..28], &[0; 50]].concat();
    assert!(has_part_of(&planted, TEXT), "the control");
    // Nonces are drawn by one function; more of them than are worth sealing with.
    assert!((0..100_000).all(|_| nonces.insert(random::<24>().unwrap())));
}

#[test]
fn what_is_too_long_is_refused_before_it_is_copied() {
    let key = SymmetricKey::generate().unwrap();
    let longest = vec![1; 2 << 20];
    let envelope = seal(&key, &any_context(), &longest).unwrap();
    assert_eq!(*open(&key, &any_context(), &envelope).unwrap(), longest);
    let error = seal(&key, &any_context(), &vec![1; (2 << 20) + 1]).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::TooLarge);
}
