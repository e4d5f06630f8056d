//! How a secret shows up in an output.

/// What of a secret stood where now its placeholder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Variant {
    /// The value as it is.
    Value,
    /// What a filter of the template made of it.
    Filtered,
    /// The value without white space or quotes around it.
    Trimmed,
    /// A line of a value that has several; or what is before or behind a `&`, where PowerShell
    /// breaks it.
    Line,
    /// A string or number in a value that is JSON.
    Leaf,
    /// The user of a URL, of a connection string or of `Basic …`.
    User,
    /// The password of these.
    Password,
    /// What stands behind `Bearer` or `Basic`; payload or signature of a JWT.
    Token,
    /// Escaped as in a JSON string.
    Json,
    /// Escaped as in XML or HTML.
    Xml,
    /// Escaped or quoted as for a shell.
    Shell,
    /// Escaped as in a string literal of Rust, Go, Python or JavaScript.
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
