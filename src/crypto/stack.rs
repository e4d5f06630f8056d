//! Wiping the stack after work on keys.
//!
//! The compiler keeps parts of keys in registers and spills them, it moves the states of hashes by copying, and the libraries
//! do not wipe what they leave in the frames of their functions. It does not stay there. Whoever moves a value to the heap
//! copies all of its bytes, also those without a value (the empty half of an enum, an array that is filled later), and those
//! are what an earlier call left in that place of the stack. So a part of a key could end on the heap for good, inside a value
//! that never saw the key. `tests/memory` looks for that.

use std::hint::black_box;

/// In bytes, of the stack. Frames are larger where nothing is optimised.
const DEPTH: usize = if cfg!(debug_assertions) { 32 << 10 } else { 6 << 10 };

/// In bytes. A copy of this length goes through the vector registers that copies of keys go through.
const REGISTERS: usize = 128;

/// Does work on keys, and wipes the part of the stack and the registers that it used.
pub(super) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let done = called(work);
    overwrite();
    done
}

/// A frame of its own, so that the frames of the work are where the one of [`overwrite`] will be.
#[inline(never)]
fn called<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite() {
    // For all that the compiler knows, somebody reads these.
    let mut area = [0_u8; DEPTH];
    black_box(&mut area);
    let zeros: [u8; REGISTERS] = *black_box(&[0; REGISTERS]);
    black_box(&zeros);
}
