//! The refusal to make a tree of a value, or a value of a tree.

use std::fmt::{self, Display};

use serde::{de, ser};

use crate::error::{Error, ErrorKind};
use crate::template::pointer;
use crate::template::structure::{MAX_DEPTH, too_deep};

/// An error on its way up. What types say about themselves is kept, what they say about the value
/// is not: it may hold it.
#[derive(Debug)]
pub(super) struct Refusal {
    kind: Kind,
    /// The keys and numbers that lead to it, from the last to the first.
    path: Vec<String>,
}

#[derive(Debug)]
enum Kind {
    TooDeep,
    Invalid(String),
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Invalid(message.into()),
            path: Vec::new(),
        }
    }

    pub(super) fn too_deep() -> Self {
        Self {
            kind: Kind::TooDeep,
            path: Vec::new(),
        }
    }

    /// Adds the key or number under which it happened.
    pub(super) fn within(mut self, step: impl FnOnce() -> String) -> Self {
        if self.path.len() < MAX_DEPTH {
            self.path.push(step());
        }
        self
    }

    pub(super) fn into_error(self, hides_keys: bool) -> Error {
        let Self { kind, path } = self;
        let error = match kind {
            Kind::TooDeep => return too_deep(),
            Kind::Invalid(message) => Error::new(ErrorKind::InvalidDocument, message),
        };
        if hides_keys {
            return error;
        }
        let mut pointer = String::new();
        path.into_iter()
            .rev()
            .for_each(|step| pointer::push(&mut pointer, &step));
        error.in_pointer(&pointer)
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::TooDeep => f.write_str("a document is nested too deep"),
            Kind::Invalid(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Refusal {}

impl ser::Error for Refusal {
    fn custom<T: Display>(_: T) -> Self {
        Self::new("a value of the document cannot be serialised")
    }
}

impl de::Error for Refusal {
    fn custom<T: Display>(_: T) -> Self {
        Self::new("the document has a value that the type asked for refuses")
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!(
            "the document has {} where {expected} was asked for",
            sort(&found)
        ))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!(
            "the document has {} that does not fit where {expected} was asked for",
            sort(&found)
        ))
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(format!(
            "the document has {length} elements where {expected} was asked for"
        ))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!(
            "the document has an unknown variant; there are {}",
            expected.join(", ")
        ))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!(
            "the document has an unknown field; there are {}",
            expected.join(", ")
        ))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the document has no field {field}"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("the document has the field {field} twice"))
    }
}

/// Names the type of a value, without its content.
fn sort(found: &de::Unexpected<'_>) -> &'static str {
    use de::Unexpected;
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a floating-point number",
        Unexpected::Char(_) | Unexpected::Str(_) => "text",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::NewtypeStruct => "a newtype",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "a variant",
        Unexpected::Other(_) => "something else",
    }
}
