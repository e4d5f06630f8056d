#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod dotenv;
mod entries;
mod json;
mod limits;
mod names;
mod place;
mod plan;
mod read;

pub use entries::{Entries, Entry};
pub use limits::{MAX_ENTRIES, MAX_FILE, MAX_NAME, MAX_VALUE};
pub use plan::{
    ImportError, ImportProgress, Imported, ImportedEntry, Importer, Outcome, Plan, Planned, Step,
    Verdict,
};
pub use read::read;
