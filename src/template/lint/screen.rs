//! Lints for screens, logs and other languages.

use std::ops::Range;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::lint::{Lint, LintKind};
use crate::error::{chars, utf16};

impl LintKind {
    /// Returns the code of the kind, which stays the same in all versions.
    ///
    /// ```
    /// use keyslot::LintKind;
    ///
    /// assert_eq!(LintKind::OneSidedSpace.as_str(), "one_sided_space");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneSidedSpace => "one_sided_space",
            Self::Version => "version",
            Self::Filter => "filter",
            Self::NotAnIdentifier => "not_an_identifier",
            Self::MissingDollar => "missing_dollar",
            Self::Namespace => "namespace",
            Self::SingleBracket => "single_bracket",
            Self::Expression => "expression",
            Self::Default => "default",
            Self::Unclosed => "unclosed",
            Self::NoName => "no_name",
            Self::Prefix => "prefix",
            Self::Encoded => "encoded",
            Self::OtherMarks => "other_marks",
            Self::NotWhole => "not_whole",
            Self::InnerJson => "inner_json",
            Self::UnknownName => "unknown_name",
            Self::NotCompared => "not_compared",
        }
    }
}

impl Serialize for LintKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Lint {
    /// Returns the [span](Lint::span) in characters (Unicode scalar values), as Python counts, in
    /// `text`: the template, or the string at the pointer. Another text does no harm.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("🔑 <<KEY >>")?;
    /// let lint = &template.lints()[0];
    /// assert_eq!((lint.span(), lint.span_chars(template.text())), (5..13, 2..10));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span_chars(&self, text: &str) -> Range<usize> {
        chars(text, &self.span())
    }

    /// Returns the [span](Lint::span) in UTF-16 code units, as JavaScript and the Language Server
    /// Protocol count, in `text`. Another text does no harm.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("🔑 <<KEY >>")?;
    /// assert_eq!(template.lints()[0].span_utf16(template.text()), 3..11);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span_utf16(&self, text: &str) -> Range<usize> {
        utf16(text, &self.span())
    }
}

impl Serialize for Lint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Lint", 6)?;
        fields.serialize_field("code", &self.kind())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.serialize_field("pointer", &self.pointer())?;
        fields.serialize_field("span", &self.span())?;
        fields.serialize_field("span_chars", &self.units().chars)?;
        fields.serialize_field("span_utf16", &self.units().utf16)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::template::Template;

    const ALL: [LintKind; 18] = [
        LintKind::OneSidedSpace,
        LintKind::Version,
        LintKind::Filter,
        LintKind::NotAnIdentifier,
        LintKind::MissingDollar,
        LintKind::Namespace,
        LintKind::SingleBracket,
        LintKind::Expression,
        LintKind::Default,
        LintKind::Unclosed,
        LintKind::NoName,
        LintKind::Prefix,
        LintKind::Encoded,
        LintKind::OtherMarks,
        LintKind::NotWhole,
        LintKind::InnerJson,
        LintKind::UnknownName,
        LintKind::NotCompared,
    ];

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: BTreeSet<&str> = ALL.into_iter().map(LintKind::as_str).collect();
        assert_eq!(codes.len(), ALL.len());
        for kind in ALL {
            let written: String = kind.as_str().split('_').collect();
            assert_eq!(format!("{kind:?}").to_lowercase(), written);
        }
    }

    #[test]
    fn a_lint_is_written_with_all_that_it_says() {
        let template = Template::compile("🔑<<KEY >>").unwrap();
        let lint = &template.lints()[0];
        assert_eq!(
            serde_json::to_value(lint).unwrap(),
            serde_json::json!({
                "code": "one_sided_space",
                "message": lint.to_string(),
                "pointer": null,
                "span": {"start": 4, "end": 12},
                "span_chars": {"start": 1, "end": 9},
                "span_utf16": {"start": 2, "end": 10},
            })
        );
    }

    #[test]
    fn spans_of_another_text_do_no_harm() {
        let template = Template::compile("🔑🔑 <<KEY >>").unwrap();
        let lint = &template.lints()[0];
        assert_eq!((lint.span_chars(""), lint.span_utf16("")), (0..0, 0..0));
        assert_eq!(lint.span_chars("🔑"), 1..1);
    }
}
