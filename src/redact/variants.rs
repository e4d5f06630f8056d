//! Variants of secrets in an output.

/// The variant of a secret that its placeholder replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Variant {
    /// The value as it is.
    Value,
    /// The result of a filter of the template.
    Filtered,
    /// The value without white space or quotes around it.
    Trimmed,
    /// A line of a value that has several; or what is before or behind a `&`, where PowerShell
    /// breaks it.
    Line,
    /// A string or number in a value that is JSON.
    Leaf,
    /// The user of a URL, of a connection string or of `Basic …`, if
    /// [asked for](super::RedactorBuilder::users).
    User,
    /// The password of these, and the value of a key that names a secret.
    Password,
    /// The credentials behind `Bearer` or `Basic`; payload or signature of a JWT; a user without a
    /// password; the text that is written in base64.
    Token,
    /// Escaped as in a JSON string.
    Json,
    /// Escaped as in XML or HTML.
    Xml,
    /// Escaped or quoted as for a shell.
    Shell,
    /// With `$`, `%`, or braces doubled, as for templates and format strings.
    Doubled,
    /// Escaped as in a string literal of Rust, Go, Python, JavaScript or `MySQL`.
    Literal,
    /// Percent-encoded, as in URLs and forms.
    Percent,
    /// Base64 of either alphabet, alone, within other base64, or a line of it.
    Base64,
    /// Its bytes in hexadecimal.
    Hex,
    /// Each character as `\uXXXX`.
    Unicode,
}
