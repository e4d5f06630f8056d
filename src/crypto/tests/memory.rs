//! Traces of keys and values on the heap.
#![cfg(target_os = "linux")]

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::super::context::Context;
use super::super::envelope::{open, seal};
use super::super::primitives::{Mac, Prk};
use super::super::{Header, Kdf, KeyId, RootKey, SubKeys, SymmetricKey, VaultKey, random};
use crate::error::ErrorKind;
use crate::memory::{MASK, Needle, is_found, leaves_nothing};

#[test]
fn nothing_of_a_key_stays_behind() {
    let root_key = || RootKey::generate().unwrap();
    leaves_nothing("a root key", root_key(), |key| Needle::new(key.expose()));
    leaves_nothing("a root key as text", root_key().to_base64(), |text| {
        Needle::new(text.expose_secret().as_bytes())
    });
    let text = root_key().to_base64();
    let read = RootKey::from_base64(text.expose_secret()).unwrap();
    leaves_nothing("a root key that was read", (read, text), |(key, _)| {
        Needle::new(key.expose())
    });

    let header = Header::generate().unwrap();
    let keys = root_key()
        .key_slot_keys(&header, KeyId::generate().unwrap(), &Kdf::Raw)
        .unwrap();
    let body = keys
        .wrap_vault_key(&header, &VaultKey::generate().unwrap())
        .unwrap();
    leaves_nothing(
        "an unwrapped vault key",
        keys.unwrap_vault_key(&header, &body).unwrap(),
        |key| Needle::new(key.expose()),
    );
    leaves_nothing("the keys of a slot", keys, |keys| {
        Needle::new(keys.kek.expose())
    });
    let sub_keys = SubKeys::derive(&SymmetricKey::generate().unwrap(), &header).unwrap();
    leaves_nothing("derived keys", sub_keys, |keys| {
        Needle::new(keys.head_key().expose())
    });
}

/// The state that HMAC keeps is as good as its key, and so is that of HKDF.
#[test]
fn nothing_of_the_state_of_a_hash_stays_behind() {
    const SHA_256: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    let key = random::<32>().unwrap();
    for pad in [0x36, 0x5C] {
        let state = || {
            let block = std::array::from_fn(|at| key.get(at).unwrap_or(&0) ^ pad);
            let mut state = SHA_256;
            sha2::block_api::compress256(&mut state, &[block]);
            // Written masked right away: joining the words would leave them on the heap.
            Needle::masked(
                state
                    .iter()
                    .flat_map(|word| word.to_ne_bytes())
                    .map(|byte| byte ^ MASK),
            )
        };
        leaves_nothing("a key of HMAC", Box::new(Mac::new(&key)), |_| state());
        leaves_nothing("a key of HKDF", Box::new(Prk::new(&key)), |_| state());
    }
}

#[test]
fn nothing_of_a_value_stays_behind() {
    let (header, key) = (
        Header::generate().unwrap(),
        SymmetricKey::generate().unwrap(),
    );
    let context = Context::vault_secret(&header);
    let value = Zeroizing::new(random::<64>().unwrap().to_vec());
    let needle = Needle::new(&value);
    let mut envelope = seal(&key, &context, &value).unwrap();
    drop(value);
    assert!(!is_found(&needle), "sealing left traces");

    leaves_nothing(
        "an opened value",
        open(&key, &context, &envelope).unwrap(),
        |value| Needle::new(value),
    );

    *envelope.last_mut().unwrap() ^= 1;
    let refused = open(&key, &context, &envelope).unwrap_err();
    assert_eq!(crate::Error::from(refused).kind(), ErrorKind::Corrupt);
    assert!(!is_found(&needle), "refusing left traces");
}
