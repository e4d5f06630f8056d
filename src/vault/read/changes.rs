//! The secrets that changed since an epoch, and waiting for changes.

mod answer;
mod since;
mod wait;

pub use answer::{ChangedSecret, Changes};
