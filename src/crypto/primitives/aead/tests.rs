//! Both libraries, held against each other.

use proptest::prelude::*;

use super::{pure, ring};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn both_seal_and_open_the_same_bytes(
        key: [u8; 32],
        nonce: [u8; 24],
        aad in proptest::collection::vec(any::<u8>(), 0..300),
        text in proptest::collection::vec(any::<u8>(), 0..700),
        at: usize,
        bit in 0_u32..8,
    ) {
        let (mut one, mut other) = (text.clone(), text.clone());
        let tag = pure::encrypt(&key, &nonce, &aad, &mut one).unwrap();
        prop_assert_eq!(tag, ring::encrypt(&key, &nonce, &aad, &mut other).unwrap());
        prop_assert_eq!(&one, &other);
        prop_assert!(ring::decrypt(&key, &nonce, &aad, &mut one, &tag));
        prop_assert!(pure::decrypt(&key, &nonce, &aad, &mut other, &tag));
        prop_assert_eq!(&one, &text);
        prop_assert_eq!(&other, &text);

        // One changed bit, wherever it is, is refused by both, and no text is given away.
        let mut parts = [key.to_vec(), nonce.to_vec(), tag.to_vec(), aad, text];
        pure::encrypt(&key, &nonce, &parts[3].clone(), &mut parts[4]).unwrap();
        let all: usize = parts.iter().map(Vec::len).sum();
        let mut place = at % all;
        for part in &mut parts {
            if let Some(byte) = part.get_mut(place) {
                *byte ^= 1 << bit;
                break;
            }
            place -= part.len();
        }
        let [key, nonce, tag, aad, sealed] = parts;
        let (key, nonce) = (key.try_into().unwrap(), nonce.try_into().unwrap());
        let tag = tag.try_into().unwrap();
        let (mut one, mut other) = (sealed.clone(), sealed.clone());
        prop_assert!(!ring::decrypt(&key, &nonce, &aad, &mut one, &tag));
        prop_assert!(!pure::decrypt(&key, &nonce, &aad, &mut other, &tag));
        prop_assert!(one.iter().all(|byte| *byte == 0));
        prop_assert_eq!(other, sealed);
    }
}

#[test]
fn long_texts_are_the_same_bytes() {
    for length in [
        0,
        1,
        15,
        16,
        17,
        63,
        64,
        65,
        255,
        256,
        257,
        1 << 16,
        (1 << 20) + 7,
    ] {
        let (key, nonce) = ([7; 32], [9; 24]);
        let text: Vec<u8> = (0..=250).cycle().take(length).collect();
        let (mut one, mut other) = (text.clone(), text);
        let tag = pure::encrypt(&key, &nonce, b"aad", &mut one).unwrap();
        let same = ring::encrypt(&key, &nonce, b"aad", &mut other).unwrap();
        assert!(tag == same && one == other, "{length}");
    }
}
