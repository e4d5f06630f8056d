//! A host with the usual allocator: the copies that it makes of a value stay in its memory. This is
//! the control of the other host.
#![cfg(target_os = "linux")]

#[path = "../../../../src/memory.rs"]
mod memory;
mod work;

fn main() {
    let traces = work::traces_after_use();
    assert!(!traces.is_empty(), "the control: nothing is left behind");
    println!("ok      the usual allocator leaves traces");
}
