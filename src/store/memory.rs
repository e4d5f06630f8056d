//! A store in memory: for tests, and for secrets that live as long as the process.

mod changes;
mod memory_store;
mod rows;
mod select;

pub use memory_store::MemoryStore;
