//! Measures for the whole process against readers of its memory. A host asks for them; no other
//! call of the crate takes them.

mod measure;
mod memory_lock;
mod process;

pub use measure::Measure;
pub use memory_lock::{MemoryLock, lock_memory};
pub use process::{Hardening, harden_process};
