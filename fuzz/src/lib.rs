//! Code that the fuzz targets share. A target fails by a panic; what it checks, it checks with
//! `assert!`.

pub mod answers;
pub mod checks;
pub mod diff;
pub mod dotenv;
pub mod echo;
pub mod filters;
pub mod input;
pub mod json;
pub mod known;
pub mod redaction;
pub mod rules;
pub mod vault;

// The second scanner, and the profiles, of the crate's own tests.
#[allow(dead_code)]
#[path = "../../tests/it/profiles/dialect.rs"]
mod dialect;
#[path = "../../tests/it/profiles/grammar.rs"]
mod grammar;
#[allow(dead_code)]
#[path = "../../tests/it/profiles/naive.rs"]
mod naive;
#[path = "../../tests/it/redact/naive.rs"]
mod naive_redactor;
#[allow(dead_code)]
#[path = "../../tests/it/profiles/profile.rs"]
mod profile;
#[path = "../../tests/it/profiles/whole.rs"]
mod whole;
