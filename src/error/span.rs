//! Spans for languages that do not count bytes.

use std::ops::Range;

use super::error::Error;
use super::units::{chars, utf16};

impl Error {
    /// Returns the [span](Error::span) in characters (Unicode scalar values), as Python and Ruby
    /// count, in `text`, the template it came from.
    ///
    /// Bytes beyond the end of `text` count as its end, and a byte inside a character as its
    /// first one, so another text does no harm.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let text = "🔑 <<REGION>>";
    /// let error = Variables::new().resolve(text).unwrap_err();
    /// assert_eq!((error.span(), error.span_chars(text)), (Some(5..15), Some(2..12)));
    /// ```
    pub fn span_chars(&self, text: &str) -> Option<Range<usize>> {
        self.span().map(|span| chars(text, &span))
    }

    /// Returns the [span](Error::span) in UTF-16 code units, as JavaScript, Java, C# and the
    /// Language Server Protocol count, in `text`, the template it came from.
    ///
    /// Another text does no harm, as for [`span_chars`](Error::span_chars).
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let text = "🔑 <<REGION>>";
    /// let error = Variables::new().resolve(text).unwrap_err();
    /// assert_eq!(error.span_utf16(text), Some(3..13));
    /// ```
    pub fn span_utf16(&self, text: &str) -> Option<Range<usize>> {
        self.span().map(|span| utf16(text, &span))
    }
}

#[cfg(test)]
#[cfg(feature = "internals")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;

    const TEXT: &str = "aé🔑b";

    #[test]
    fn counts_characters_and_utf_16() {
        for (bytes, in_chars, in_utf16) in [
            (0..0, 0..0, 0..0),
            (0..8, 0..4, 0..5),
            (1..3, 1..2, 1..2),
            (3..7, 2..3, 2..4),
            (7..8, 3..4, 4..5),
            // Inside a character, and behind the end.
            (2..5, 1..2, 1..2),
            (7..99, 3..4, 4..5),
            (99..usize::MAX, 4..4, 5..5),
        ] {
            assert_eq!(chars(TEXT, &bytes), in_chars, "{bytes:?}");
            assert_eq!(utf16(TEXT, &bytes), in_utf16, "{bytes:?}");
            let error = Error::new(ErrorKind::Syntax, "no").at(bytes, TEXT);
            assert_eq!(error.span_chars(TEXT), Some(in_chars));
            assert_eq!(error.span_utf16(TEXT), Some(in_utf16));
        }
        let error = Error::new(ErrorKind::Syntax, "no");
        assert_eq!(
            (error.span_chars(TEXT), error.span_utf16(TEXT)),
            (None, None)
        );
    }

    proptest! {
        #[test]
        fn cuts_the_same_part_of_its_own_text(text in ".{0,20}", a in 0usize..20, b in 0usize..20) {
            let at = |number: usize| {
                text.char_indices().nth(number).map_or(text.len(), |(at, _)| at)
            };
            let bytes = at(a.min(b))..at(a.max(b));
            let part = text.get(bytes.clone()).unwrap();
            let span = chars(&text, &bytes);
            let same: String = text.chars().skip(span.start).take(span.len()).collect();
            prop_assert_eq!(&same, part);
            let units: Vec<u16> = text.encode_utf16().collect();
            let same = String::from_utf16(&units[utf16(&text, &bytes)]).unwrap();
            prop_assert_eq!(&same, part);
        }

        #[test]
        fn any_text_gives_a_span_within_it(text in ".{0,9}", start: u8, len: u8) {
            let bytes = usize::from(start)..usize::from(start) + usize::from(len);
            let (span, units) = (chars(&text, &bytes), utf16(&text, &bytes));
            prop_assert!(span.start <= span.end && span.end <= text.chars().count());
            prop_assert!(units.start <= units.end && units.end <= text.encode_utf16().count());
        }
    }
}
