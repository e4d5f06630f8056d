//! Turns values in what a tool returns, logs or throws back into placeholders.

mod collector;
mod encodings;
mod mask;
mod naive;
mod parts;
mod pattern;
mod redactor;
use naive as search;
mod skipped;
mod sweep;
mod table;
mod variants;

pub use mask::Mask;
pub use redactor::{Redactor, RedactorBuilder};
pub use skipped::{Skipped, Why};
pub use variants::Variant;
