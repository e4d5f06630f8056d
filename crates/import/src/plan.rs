//! Plans of imports: what would happen to each entry, and doing it.

mod apply;
mod error;
mod imported;
mod importer;
mod planned;
mod planner;
mod scopes;
mod texts;
mod this;

pub use error::ImportError;
pub use imported::{ImportProgress, Imported, ImportedEntry, Outcome};
pub use importer::Importer;
pub use planned::{Planned, Step, Verdict};
pub use this::Plan;
