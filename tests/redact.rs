//! What redacting hides, what it leaves, and what it says of both.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::pedantic
)]

#[path = "redact/cases.rs"]
mod cases;
#[path = "redact/naive.rs"]
mod naive;
#[cfg(feature = "vault")]
#[path = "redact/oracle.rs"]
mod oracle;
#[path = "redact/parts.rs"]
mod parts;
#[path = "redact/properties.rs"]
mod properties;
#[path = "redact/streams.rs"]
mod streams;
#[path = "redact/structures.rs"]
mod structures;
#[path = "redact/truncated.rs"]
mod truncated;
#[cfg(feature = "vault")]
#[path = "redact/vaults.rs"]
mod vaults;
#[path = "redact/writings.rs"]
mod writings;

use keyslot::redact::RedactorBuilder;
use keyslot::{Redactor, SecretName};

fn name(name: &str) -> SecretName {
    SecretName::new(name).unwrap()
}

/// A builder with secrets of these names and values.
fn builder(secrets: &[(&str, &str)]) -> RedactorBuilder {
    secrets
        .iter()
        .fold(Redactor::builder(), |builder, (of, value)| {
            builder.secret(name(of), *value)
        })
}

fn redactor(secrets: &[(&str, &str)]) -> Redactor {
    builder(secrets).build().unwrap()
}

/// A value without the white space and quotes around it.
fn bare(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || "\"'`".contains(c))
}
