//! Wiping the stack after work on keys.
//!
//! The compiler keeps parts of keys in registers and spills them, it moves the states of hashes by
//! copying, and the libraries do not wipe what they leave in the frames of their functions. It does
//! not stay there. Whoever moves a value to the heap copies all of its bytes, also those without a
//! value (the empty half of an enum, an array that is filled later), and those are what an earlier
//! call left in that place of the stack. So a part of a key could end on the heap for good, inside
//! a value that never saw the key. `tests/memory` looks for that.

use std::hint::black_box;

use crate::registers;

/// In bytes, of the stack. Frames are larger where nothing is optimised.
const DEPTH: usize = if cfg!(debug_assertions) {
    64 << 10
} else {
    6 << 10
};

/// In bytes, of the stack, for Argon2id: several of its blocks of 1 KiB lie in its frames.
#[cfg(feature = "passphrase")]
const DEEP: usize = if cfg!(debug_assertions) {
    64 << 10
} else {
    32 << 10
};

/// Does work on keys, and wipes the part of the stack and the registers that it used.
pub(super) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let done = called(work);
    overwrite::<DEPTH>();
    done
}

/// Does work as [`wiped`] does, and wipes more of the stack.
#[cfg(feature = "passphrase")]
pub(super) fn wiped_deep<T>(work: impl FnOnce() -> T) -> T {
    let done = called(work);
    overwrite::<DEEP>();
    done
}

/// A frame of its own, so that the frames of the work are where the one of [`overwrite`] will be.
#[inline(never)]
fn called<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
#[allow(clippy::large_stack_arrays, reason = "the stack is what is wiped")]
fn overwrite<const DEPTH: usize>() {
    // For all that the compiler knows, somebody reads these.
    let mut area = [0_u8; DEPTH];
    black_box(&mut area);
    registers::clear();
}

#[cfg(test)]
#[cfg(target_os = "linux")]
#[allow(clippy::large_stack_arrays, reason = "the stack is what is looked at")]
mod tests {
    use std::cell::OnceCell;
    use std::fs::File;
    use std::io::{Read, Seek, SeekFrom};

    use super::*;
    use crate::crypto::context::Context;
    use crate::crypto::envelope::{open, seal};
    use crate::crypto::{Header, Kdf, KeyId, RootKey, SubKeys, SymmetricKey};

    const FAR: usize = 4 * DEPTH;
    const PAINT: u8 = 0xA5;

    /// The stack that work takes below this frame, in bytes: paints the stack and looks how far the
    /// paint is gone. Half of [`DEPTH`] stands for everything that is less.
    #[inline(never)]
    fn depth(work: impl FnOnce()) -> usize {
        #[inline(never)]
        fn paint() {
            black_box(&mut [PAINT; FAR]);
        }
        let here = 0_u8;
        let top = std::ptr::from_ref(black_box(&here)).addr();
        let mut stack = vec![0; FAR - DEPTH];
        let mut memory = File::open("/proc/self/mem").unwrap();
        paint();
        work();
        // From above the end of the paint, which lies under the frame of its function.
        let start = top - FAR + DEPTH / 2;
        memory.seek(SeekFrom::Start(start as u64)).unwrap();
        memory.read_exact(&mut stack).unwrap();
        let touched = stack.iter().position(|byte| *byte != PAINT);
        top - start - touched.unwrap_or(stack.len())
    }

    #[inline(never)]
    fn too_deep() {
        black_box(&mut [1_u8; 2 * DEPTH]);
    }

    #[test]
    fn no_work_on_keys_goes_deeper_than_what_is_wiped() {
        let (header, key, root) = (
            Header::generate().unwrap(),
            SymmetricKey::generate().unwrap(),
            RootKey::generate().unwrap(),
        );
        let context = Context::vault_secret(&header);
        let value = vec![7; 100_000];
        let (sub, sealed) = (OnceCell::new(), OnceCell::new());
        let digits = "8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752";
        let wiped_alone = depth(|| wiped(|| ()));
        let depths = [
            depth(|| drop(RootKey::from_hex(digits))),
            depth(|| drop(root.key_slot_keys(&header, KeyId([1; 16]), &Kdf::Raw))),
            depth(|| drop(sub.set(SubKeys::derive(&key, &header).unwrap()))),
            depth(|| assert_ne!(sub.get().unwrap().tenant_tag("acme"), [0; 16])),
            depth(|| drop(sealed.set(seal(&key, &context, &value).unwrap()))),
            depth(|| drop(open(&key, &context, sealed.get().unwrap()))),
        ];
        // What calls it has a frame, too.
        let most = wiped_alone + DEPTH / 4;
        assert!(
            depths.iter().all(|depth| *depth < most),
            "{depths:?}, of {wiped_alone}"
        );
        #[cfg(feature = "passphrase")]
        {
            // The library is optimised in tests, too, so it takes what it takes elsewhere.
            let (cost, mut key) = ([19 << 10, 2, 4], [0; 32]);
            let argon2id = crate::crypto::primitives::argon2id;
            let used = depth(|| argon2id(&[7; 32], &[7; 16], cost, &mut key).unwrap());
            assert!(used <= 32 << 10, "Argon2id: {used}");
            assert_ne!(key, [0; 32]);
        }
        let twice = depth(too_deep);
        assert!(twice > most, "the control: {twice}, of {wiped_alone}");
    }
}
