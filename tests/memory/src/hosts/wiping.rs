//! A host with an allocator that wipes, as the manual describes it: the copies that it makes of a
//! value are gone when they are dropped.
#![cfg(target_os = "linux")]

#[path = "../../../../src/memory.rs"]
mod memory;
mod work;

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    let traces = work::traces_after_use();
    assert!(traces.is_empty(), "left behind: {traces:?}");
    println!("ok      an allocator that wipes leaves nothing");
}
