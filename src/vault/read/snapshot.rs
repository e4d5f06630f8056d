//! One consistent set of versions for a whole run.

mod held;
mod run;
mod shared;
mod state;

pub use run::Snapshot;
