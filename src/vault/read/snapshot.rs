//! One consistent set of versions for a whole run.

mod held;
mod news;
mod run;
mod state;

pub use run::Snapshot;
