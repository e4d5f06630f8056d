//! Search of the heap for secrets. Linux lets a process read its own memory through a file, so this
//! needs no unsafe code.
#![allow(
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

/// Mask of the bytes of a secret, so that the search does not find itself.
pub const MASK: u8 = 0x5A;

/// Parts of a secret of this length are looked for, one at every fourth byte: so 15 bytes in a row
/// are always found. The allocator overwrites the first 16 of what is given back to it, which
/// leaves half of a key.
const WINDOW: usize = 12;

/// The length of a [`secret`].
pub const LENGTH: usize = 16 << 10;

static LOOKING: Mutex<()> = Mutex::new(());

/// Letters that are nowhere else, in a string that never grew. Each `seed` has its own.
pub fn secret(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = String::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        // xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators,
        // scrambled", 2016).
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let letter = (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 60) as u8;
        text.push(char::from(b'a' + letter));
    }
    text
}

/// Secret bytes to look for, kept in a form that the search does not find.
pub struct Needle(Vec<u8>);

impl Needle {
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.iter().map(|byte| byte ^ MASK).collect())
    }

    /// Of bytes that are written masked right away.
    pub fn masked(masked: impl Iterator<Item = u8>) -> Self {
        Self(masked.collect())
    }

    fn windows(&self) -> impl Iterator<Item = &[u8]> {
        self.0.windows(WINDOW).step_by(4)
    }
}

/// Returns true if a part of the secret is in memory, as [`traces`] looks at it.
pub fn is_found(needle: &Needle) -> bool {
    !traces(needle).is_empty()
}

/// The places of a secret in the writable memory of this process, in words: which bytes, and in
/// which region. The stack of this thread is left out, because copies there are the compiler's.
pub fn traces(needle: &Needle) -> Vec<String> {
    // What is read is a copy, too: it is wiped, and nobody else may look meanwhile.
    let _alone = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut buffer = Zeroizing::new(vec![0; 1 << 20]);
    let own = buffer.as_ptr_range();
    let own = own.start.addr()..own.end.addr();
    let stack = std::ptr::from_ref(&own).addr();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut found = Vec::new();
    for (region, name) in writable()
        .into_iter()
        .filter(|(region, _)| !region.contains(&stack))
    {
        // The buffer holds what was read before.
        for part in [
            region.start..region.end.min(own.start),
            region.start.max(own.end)..region.end,
        ] {
            let mut at = part.start;
            while at + WINDOW <= part.end {
                let most = buffer.len().min(part.end - at);
                memory.seek(SeekFrom::Start(at as u64)).unwrap();
                // Memory that another thread has just given back cannot be read.
                let length = memory.read(&mut buffer[..most]).unwrap_or(0);
                // What is read is masked, not what is looked for: a part in plain would stay on
                // this stack, and whatever moves next to the heap could take it along.
                buffer[..length].iter_mut().for_each(|byte| *byte ^= MASK);
                let read = &buffer[..length];
                let mut windows = needle.windows().zip((0..).step_by(4));
                found.extend(windows.find_map(|(window, first)| {
                    let address = at + memchr::memmem::find(read, window)?;
                    Some(format!(
                        "bytes {first}..{} at {address:#x} {name}",
                        first + WINDOW
                    ))
                }));
                at += length.saturating_sub(WINDOW - 1).max(4096);
            }
        }
    }
    found
}

fn writable() -> Vec<(Range<usize>, String)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let region = |line: &str| {
        let mut words = line.split_whitespace();
        let (from, to) = words.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        let range = words
            .next()?
            .starts_with("rw")
            .then_some(address(from)?..address(to)?)?;
        Some((range, words.nth(3).unwrap_or("[mapped]").to_owned()))
    };
    maps.lines().filter_map(region).collect()
}

/// That `thing` holds the secret, and that nothing does once it is gone.
pub fn leaves_nothing<T>(what: &str, thing: T, secret: impl FnOnce(&T) -> Needle) {
    let needle = secret(&thing);
    assert!(is_found(&needle), "{what}: the control");
    drop(thing);
    assert!(!is_found(&needle), "{what} left traces");
}
