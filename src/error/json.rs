//! Errors as JSON.

use std::ops::Range;

use serde::{Serialize, Serializer};

use super::display::Said;
use super::error::{Error, Repr};
use super::kind::ErrorKind;

/// One failure. Its message does not repeat the place, which has fields of its own.
#[derive(Serialize)]
struct Failure<'a> {
    code: ErrorKind,
    message: String,
    name: Option<&'a str>,
    pointer: Option<&'a str>,
    span: Option<Range<usize>>,
    span_chars: Option<&'a Range<usize>>,
    span_utf16: Option<&'a Range<usize>>,
    line: Option<usize>,
    column: Option<usize>,
}

/// A failure, and all failures of the call.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    first: Failure<'a>,
    count: usize,
    failures: Vec<Failure<'a>>,
}

impl<'a> From<&'a Repr> for Failure<'a> {
    fn from(error: &'a Repr) -> Self {
        Self {
            code: error.kind,
            message: Said(error).to_string(),
            name: error.name.as_deref(),
            pointer: error.pointer.as_deref(),
            span: error.span.clone(),
            span_chars: error.units.as_ref().map(|units| &units.chars),
            span_utf16: error.units.as_ref().map(|units| &units.utf16),
            line: error.position.map(|position| position.line),
            column: error.position.map(|position| position.column),
        }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = Report {
            first: Failure::from(&*self.0),
            count: self.count(),
            failures: self.all().map(|one| Failure::from(&*one.0)).collect(),
        };
        report.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Failures;

    #[test]
    fn holds_the_parts_of_all_failures() {
        let text = "🔑\né<<";
        let (mut failures, cause) = (Failures::default(), std::io::Error::other("of the cause"));
        failures.push(|| {
            Error::new(ErrorKind::Denied, "secret A may not")
                .with_allowed(Some("b".to_owned()))
                .with_name("A")
                .with_source(cause)
                .at(7..9, text)
                .in_pointer("/x")
        });
        failures.push(|| Error::new(ErrorKind::NotFound, "no\nB"));
        let error = failures.into_result().unwrap_err();
        let first = json!({
            "code": "denied", "message": "secret A may not; allowed: b",
            "name": "A", "pointer": "/x",
            "span": {"start": 7, "end": 9}, "line": 2, "column": 2,
            "span_chars": {"start": 3, "end": 5}, "span_utf16": {"start": 4, "end": 6},
        });
        let second = json!({
            "code": "not_found", "message": "no B", "name": null, "pointer": null,
            "span": null, "span_chars": null, "span_utf16": null, "line": null, "column": null,
        });
        let mut expected = first.clone();
        expected["count"] = json!(2);
        expected["failures"] = json!([first, second]);
        assert_eq!(serde_json::to_value(&error).unwrap(), expected);
        let alone = serde_json::to_value(error.for_model()).unwrap();
        assert_eq!(alone["message"], "secret A may not");
    }
}
