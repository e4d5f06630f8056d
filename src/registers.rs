//! Clearing the vector registers after work on secrets.
//!
//! Copies go through them, and what went through stays there until the next copy. It does not stay
//! there alone: the dynamic linker saves all registers on the stack when a function is called for
//! the first time, and the kernel does when a signal arrives. `tests/memory` lets the kernel save
//! them before each search.

use std::hint::black_box;

/// In bytes. A copy of this length goes through the vector registers that copies of up to 8 KiB go
/// through: the C library has a loop for copies of more than eight registers, of 64 bytes each at
/// most, and the processor does longer ones without these registers.
const LENGTH: usize = 1024;

/// Overwrites the vector registers with zeros.
#[inline(never)]
pub(crate) fn clear() {
    let zeros: [u8; LENGTH] = *black_box(&[0; LENGTH]);
    black_box(&zeros);
    clear_those_of_compiled_code();
}

/// Loads zeros into all vector registers that compiled code uses.
///
/// The numbers are added from the last to the first, so all of them are loaded before the first
/// sum, each into a register of its own.
#[inline(always)]
fn clear_those_of_compiled_code() {
    macro_rules! load_then_add {
        ($sum:ident;) => {};
        ($sum:ident; $_number:tt $($rest:tt)*) => {
            let zero: f64 = *black_box(&0.0);
            load_then_add!($sum; $($rest)*);
            $sum += zero;
        };
    }
    let mut sum = 0.0;
    #[cfg(target_arch = "x86_64")]
    load_then_add!(sum; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    #[cfg(not(target_arch = "x86_64"))]
    load_then_add!(
        sum;
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    );
    black_box(sum);
}
