//! What stays on the heap. Linux lets a process read its own memory through a file, so this needs no unsafe code.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::super::context::Context;
use super::super::envelope::{open, seal};
use super::super::primitives::{Mac, Prk};
use super::super::{Header, Kdf, Key, KeyId, RootKey, SubKeys, VaultKey, random};
use crate::error::ErrorKind;

/// Parts of a secret of this length are looked for, one at every fourth byte: so 15 bytes in a row are always found. The
/// allocator overwrites the first 16 of what is given back to it, which leaves half of a key.
const WINDOW: usize = 12;

static LOOKING: Mutex<()> = Mutex::new(());

/// Secret bytes to look for, kept in a form that the search does not find.
struct Needle(Vec<u8>);

impl Needle {
    fn new(secret: &[u8]) -> Self {
        Self(secret.iter().map(|byte| byte ^ 0x5A).collect())
    }

    fn windows(&self) -> impl Iterator<Item = [u8; WINDOW]> {
        self.0.windows(WINDOW).step_by(4).map(|window| std::array::from_fn(|at| window[at] ^ 0x5A))
    }
}

/// Whether a part of the secret is in the writable memory of this process, but for the stack of this thread, where copies
/// are the compiler's.
fn is_found(needle: &Needle) -> bool {
    // What is read is a copy, too: it is wiped, and nobody else may look meanwhile.
    let _alone = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut buffer = Zeroizing::new(vec![0; 1 << 20]);
    let own = buffer.as_ptr_range();
    let own = own.start.addr()..own.end.addr();
    let stack = std::ptr::from_ref(&own).addr();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut found = false;
    for region in writable().into_iter().filter(|region| !region.contains(&stack)) {
        // The buffer holds what was read before.
        for part in [region.start..region.end.min(own.start), region.start.max(own.end)..region.end] {
            let mut at = part.start;
            while at + WINDOW <= part.end {
                let most = buffer.len().min(part.end - at);
                memory.seek(SeekFrom::Start(at as u64)).unwrap();
                // Memory that another thread has just given back cannot be read.
                let length = memory.read(&mut buffer[..most]).unwrap_or(0);
                let read = &buffer[..length];
                found |= needle.windows().any(|window| memchr::memmem::find(read, &window).is_some());
                at += length.saturating_sub(WINDOW - 1).max(4096);
            }
        }
    }
    found
}

fn writable() -> Vec<Range<usize>> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let region = |line: &str| {
        let mut words = line.split_whitespace();
        let (from, to) = words.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        words.next()?.starts_with("rw").then_some(address(from)?..address(to)?)
    };
    maps.lines().filter_map(region).collect()
}

/// That `thing` holds the secret, and that nothing does once it is gone.
fn leaves_nothing<T>(what: &str, thing: T, secret: impl FnOnce(&T) -> Needle) {
    let needle = secret(&thing);
    assert!(is_found(&needle), "{what}: the control");
    drop(thing);
    assert!(!is_found(&needle), "{what} left traces");
}

#[test]
fn nothing_of_a_key_stays_behind() {
    let root_key = || RootKey::generate().unwrap();
    leaves_nothing("a root key", root_key(), |key| Needle::new(key.expose()));
    leaves_nothing("a root key as text", root_key().to_base64(), |text| Needle::new(text.expose_secret().as_bytes()));
    let text = root_key().to_base64();
    let read = RootKey::from_base64(text.expose_secret()).unwrap();
    leaves_nothing("a root key that was read", (read, text), |(key, _)| Needle::new(key.expose()));

    let header = Header::generate().unwrap();
    let keys = root_key().slot_keys(&header, KeyId::generate().unwrap(), Kdf::Raw).unwrap();
    let body = keys.wrap_vault_key(&header, &VaultKey::generate().unwrap()).unwrap();
    leaves_nothing("an unwrapped vault key", keys.unwrap_vault_key(&header, &body).unwrap(), |key| {
        Needle::new(key.expose())
    });
    leaves_nothing("the keys of a slot", keys, |keys| Needle::new(keys.kek.expose()));
    let sub_keys = SubKeys::derive(&Key::generate().unwrap(), &header).unwrap();
    leaves_nothing("derived keys", sub_keys, |keys| Needle::new(keys.head_key().expose()));
}

/// The state that HMAC keeps is as good as its key, and so is that of HKDF.
#[test]
fn nothing_of_the_state_of_a_hash_stays_behind() {
    const SHA_256: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let key = random::<32>().unwrap();
    for pad in [0x36, 0x5C] {
        let state = || {
            let block = std::array::from_fn(|at| key.get(at).unwrap_or(&0) ^ pad);
            let mut state = SHA_256;
            sha2::block_api::compress256(&mut state, &[block]);
            // Written masked right away: joining the words would leave them on the heap.
            Needle(state.iter().flat_map(|word| word.to_ne_bytes()).map(|byte| byte ^ 0x5A).collect())
        };
        leaves_nothing("a key of HMAC", Box::new(Mac::new(&key).unwrap()), |_| state());
        leaves_nothing("a key of HKDF", Box::new(Prk::new(&key).unwrap()), |_| state());
    }
}

#[test]
fn nothing_of_a_value_stays_behind() {
    let (header, key) = (Header::generate().unwrap(), Key::generate().unwrap());
    let context = Context::vault_secret(&header);
    let value = Zeroizing::new(random::<64>().unwrap().to_vec());
    let needle = Needle::new(&value);
    let mut envelope = seal(&key, &context, &value).unwrap();
    drop(value);
    assert!(!is_found(&needle), "sealing left traces");

    leaves_nothing("an opened value", open(&key, &context, &envelope).unwrap(), |value| Needle::new(value));

    *envelope.last_mut().unwrap() ^= 1;
    let refused = open(&key, &context, &envelope).unwrap_err();
    assert_eq!(crate::Error::from(refused).kind(), ErrorKind::Corrupt);
    assert!(!is_found(&needle), "refusing left traces");
}
