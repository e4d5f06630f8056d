//! Properties of the errors and lints of every text.

use keyslot::template::{Lint, Template};
use keyslot::{Error, ErrorKind};

/// Asserts that what a text was refused for says where, in spans that slice the text.
pub fn refused(error: &Error, text: &str) {
    for one in error.all() {
        assert!(
            matches!(
                one.kind(),
                // The last where a text has a filter that makes no text.
                ErrorKind::Syntax | ErrorKind::UnknownFilter | ErrorKind::Unencodable
            ),
            "{one:?}"
        );
    }
    placed(error, text);
}

/// Asserts that every failure has a place in the text, and that it can be drawn.
pub fn placed(error: &Error, text: &str) {
    assert!(
        error.count() >= error.all().count()
            && error.all().count() == error.count().min(Error::LISTED)
    );
    let mut before = 0;
    for one in error.all() {
        let span = one.span().expect("a failure has a place");
        assert!(
            text.get(span.clone())
                .is_some_and(|slice| !slice.is_empty()),
            "{span:?} does not slice {text:?}"
        );
        assert!(
            span.start >= before,
            "failures are not in the order of the text: {error:?}"
        );
        before = span.start;
        assert!(one.position(text).is_some());
        assert!(!one.to_string().contains(char::is_control) && !one.to_string().is_empty());
    }
    assert!(error.diagram(text).is_some());
}

/// Asserts that the lints of a text lie in it, in order and none within another.
pub fn linted(template: &Template) {
    assert!(template.lints().len() <= Lint::LISTED);
    let mut end = 0;
    for lint in template.lints() {
        let span = lint.span();
        assert!(
            template
                .text()
                .get(span.clone())
                .is_some_and(|slice| !slice.is_empty()),
            "{lint:?}"
        );
        assert!(span.start >= end && lint.pointer().is_none(), "{lint:?}");
        assert!(!lint.to_string().is_empty());
        end = span.end;
    }
}
