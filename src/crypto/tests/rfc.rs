//! HMAC and HKDF: the vectors of their RFCs, and every length against the libraries.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::super::primitives::{Mac, Prk};
use crate::error::ErrorKind;

fn tag(key: &[u8], message: &[u8]) -> [u8; 32] {
    Mac::new(key).tag(|hash| hash.update(message))
}

fn hex(digits: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(digits).unwrap()
}

/// Bytes of which no two near each other are equal.
fn bytes(length: usize) -> Vec<u8> {
    (0..=250).cycle().step_by(7).take(length).collect()
}

#[test]
fn rfc_4231() {
    let long = b"This is a test using a larger than block-size key and a larger than block-size \
        data. The key needs to be hashed before being used by the HMAC algorithm.";
    let counted: Vec<u8> = (1..=25).collect();
    for (key, message, expected) in [
        (
            &[0x0b; 20][..],
            &b"Hi There"[..],
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            &counted,
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            &[0x0c; 20],
            b"Test With Truncation",
            "a3b6167473100ee06e0c796c2955552b",
        ),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            long,
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ] {
        let expected = hex(expected);
        assert_eq!(tag(key, message)[..expected.len()], expected);
    }
}

#[test]
fn rfc_5869() {
    let (salt, info): (Vec<u8>, Vec<u8>) = ((0..0x0d).collect(), (0xf0..0xfa).collect());
    let (long_salt, long_info): (Vec<u8>, Vec<u8>) =
        ((0x60..0xb0).collect(), (0xb0..=0xff).collect());
    let long: Vec<u8> = (0..0x50).collect();
    for (material, salt, info, expected) in [
        (
            &[0x0b; 22][..],
            &salt[..],
            &info[..],
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            &long,
            &long_salt,
            &long_info,
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272\
             71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f\
             1d87",
        ),
        (
            &[0x0b; 22],
            &[],
            &[],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ] {
        let expected = hex(expected);
        let mut output = vec![0; expected.len()];
        let prk = Prk::extract(salt, material);
        prk.expand(info, &mut output).unwrap();
        assert_eq!(output, expected);
    }
}

/// Keys and messages of every length around one and two blocks.
#[test]
fn hmac_of_every_length_is_that_of_the_library() {
    for key in (0..=200).map(bytes) {
        for length in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 200] {
            let message = bytes(length);
            let mut library = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            library.update(&message);
            let expected: [u8; 32] = library.finalize().into_bytes().into();
            assert_eq!(tag(&key, &message), expected, "{} {length}", key.len());
        }
    }
    assert_ne!(tag(&bytes(65), b""), tag(&bytes(66), b""), "the control");
    // A key and the hash that stands for it are one key; this is HMAC's own rule.
    let hash = super::super::primitives::sha256(&bytes(65));
    assert_eq!(tag(&bytes(65), b"x"), tag(&hash, b"x"));
}

#[test]
fn hkdf_of_every_length_is_that_of_the_library_and_ends_where_it_does() {
    const MOST: usize = 255 * 32;
    let material = bytes(80);
    for salt in [0, 1, 32, 64, 65, 200].map(bytes) {
        let (own, library) = (
            Prk::extract(&salt, &material),
            Hkdf::<Sha256>::new(Some(&salt), &material),
        );
        for info in [0, 1, 63, 64, 300].map(bytes) {
            for length in (0..=97).chain([MOST - 33, MOST - 1, MOST]) {
                let (mut output, mut expected) = (vec![0; length], vec![0; length]);
                own.expand(&info, &mut output).unwrap();
                library.expand(&info, &mut expected).unwrap();
                assert_eq!(output, expected, "{} {} {length}", salt.len(), info.len());
            }
        }
    }
    let mut long = vec![0; MOST + 1];
    let error = Prk::new(&[7; 32]).expand(b"", &mut long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(long.iter().all(|&byte| byte == 0), "nothing is derived");
}
