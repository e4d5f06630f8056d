//! Redaction: the text that it hides, the text that it leaves, and its reports.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::pedantic
)]

mod cases;
mod formats;
mod live;
mod naive;
#[cfg(feature = "vault")]
mod oracle;
mod parts;
mod properties;
mod short_words;
mod streams;
mod structures;
mod truncated;
#[cfg(feature = "vault")]
mod vaults;
#[cfg(feature = "json")]
mod vectors;
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
