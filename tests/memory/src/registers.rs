//! The registers of a thread, as a part of its memory that can be searched.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGUSR1;

/// In bytes, of the stack: deeper than the calls that start a search, which would overwrite what is
/// saved.
const DEPTH: usize = 64 << 10;

/// In bytes, of the stack: more than the kernel needs to save the registers.
const SAVED: usize = 16 << 10;

/// Searches memory while the registers of this thread, as they were before, are a part of it.
///
/// Any register can land in memory at any moment: the dynamic linker saves all of them on the stack
/// when a function is called for the first time, and the kernel does when a signal arrives.
pub fn searched<T>(search: impl FnOnce() -> T) -> T {
    save();
    let found = search();
    forget();
    found
}

/// Lets the kernel save all registers on the stack, as it does for any signal.
///
/// Nothing is initialised here: that would go through the registers.
#[inline(never)]
fn save() {
    let room = [const { MaybeUninit::<u8>::uninit() }; DEPTH];
    black_box(&room);
    signal_hook::low_level::raise(SIGUSR1).expect("a signal");
}

/// Overwrites what [`save`] saved, so that the next search does not find it.
#[inline(never)]
fn forget() {
    black_box(&mut [0_u8; DEPTH + SAVED]);
}

/// Takes the signal in place of the system, which would end the process.
pub fn take_signals() {
    signal_hook::flag::register(SIGUSR1, Arc::new(AtomicBool::new(false))).expect("a handler");
}
