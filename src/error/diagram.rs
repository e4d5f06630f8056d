//! The caret diagram of an error, drawn on demand from the text that the caller passes.

use std::fmt::{self, Write as _};
use std::ops::Range;

use super::display::Said;
use super::error::Error;
use super::position::{FloorCharBoundary as _, Position};
use super::printable::Printable;

/// Characters of a line that are shown on each side of a placeholder.
const CONTEXT: usize = 40;

/// Characters of a placeholder that are marked.
const MARKED: usize = 80;

impl Error {
    /// Draws each failure in `text`, the template they came from: the line, and carets under the
    /// placeholder.
    ///
    /// In a document, pass the string at [`pointer`](Error::pointer): the failures of that string
    /// are drawn. Long lines are cut; control characters are shown as spaces. `None` when the error
    /// has no place in a text. The picture shows a part of *your* text: do not log it if the text
    /// holds more than references.
    ///
    /// ```
    /// use keyslot::template::Template;
    ///
    /// let text = "Authorization: Bearer <<$secret.>>";
    /// let error = Template::compile(text).unwrap_err();
    /// assert_eq!(
    ///     error.diagram(text).unwrap(),
    ///     "  |\n\
    ///      1 | Authorization: Bearer <<$secret.>>\n\
    ///      \x20 |                       ^^^^^^^^^^^^ \
    ///      a secret reference needs a name after \"$secret.\"\n"
    /// );
    /// ```
    pub fn diagram(&self, text: &str) -> Option<String> {
        self.span()?;
        let mut picture = String::new();
        for failure in self.all().filter(|one| one.pointer() == self.pointer()) {
            if let Some(span) = failure.span() {
                // Writing to a String cannot fail.
                let _ = draw(&mut picture, text, span, &Said(&failure.0).to_string());
            }
        }
        Some(picture)
    }
}

fn draw(out: &mut String, text: &str, span: Range<usize>, message: &str) -> fmt::Result {
    let start = text.floor_char_boundary_at(span.start);
    let end = text.floor_char_boundary_at(span.end).max(start);
    let Position { line, .. } = Position::of(text, start);
    let (above, below) = text.split_at_checked(start).unwrap_or((text, ""));
    let before = above.rsplit('\n').next().unwrap_or("");
    let below = below.split('\n').next().unwrap_or("");
    let below = below.strip_suffix('\r').unwrap_or(below);
    // Formatting panics on a width of more than 65,535: the marks must be few, however long the
    // span is.
    let marks = below
        .char_indices()
        .take_while(|(at, _)| *at < end - start)
        .take(MARKED)
        .count();
    let marked_end = below
        .char_indices()
        .nth(marks)
        .map_or(below.len(), |(at, _)| at);
    let (marked, after) = below.split_at_checked(marked_end).unwrap_or((below, ""));
    let (before, after) = (cut_left(before), cut_right(after));

    let number = line.to_string();
    let gutter = number.len();
    writeln!(out, "{:gutter$} |", "")?;
    writeln!(
        out,
        "{number} | {}{}{}",
        Printable(&before),
        Printable(marked),
        Printable(&after)
    )?;
    let (indent, carets, message) = (before.chars().count(), marks.max(1), Printable(message));
    writeln!(
        out,
        "{:gutter$} | {:indent$}{:^<carets$} {message}",
        "", "", ""
    )
}

fn cut_left(text: &str) -> String {
    match text.char_indices().rev().nth(CONTEXT) {
        Some((at, c)) => format!("...{}", text.get(at + c.len_utf8()..).unwrap_or("")),
        None => text.to_owned(),
    }
}

fn cut_right(text: &str) -> String {
    match text.char_indices().nth(CONTEXT) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[cfg(feature = "internals")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::{ErrorKind, is_printable};

    fn refused(span: Range<usize>, text: &str) -> Error {
        Error::new(ErrorKind::Syntax, "no").at(span, text)
    }

    fn diagram(span: Range<usize>, text: &str) -> String {
        refused(span.clone(), text).diagram(text).unwrap()
    }

    #[test]
    fn marks_the_span_in_its_line() {
        assert_eq!(diagram(1..3, "abcd"), "  |\n1 | abcd\n  |  ^^ no\n");
        assert_eq!(
            diagram(7..9, "first\nxab\nlast"),
            "  |\n2 | xab\n  |  ^^ no\n"
        );
        let tenth = format!("{}ab", "\n".repeat(9));
        assert_eq!(diagram(9..11, &tenth), "   |\n10 | ab\n   | ^^ no\n");
    }

    #[test]
    fn counts_characters_before_and_inside_the_span() {
        assert_eq!(diagram(2..4, "éabé"), "  |\n1 | éabé\n  |  ^^ no\n");
        assert_eq!(diagram(1..7, "aé🔑b"), "  |\n1 | aé🔑b\n  |  ^^ no\n");
        // A span that begins or ends inside a character begins or ends at it.
        assert_eq!(diagram(2..5, "aé🔑b"), "  |\n1 | aé🔑b\n  |  ^ no\n");
    }

    #[test]
    fn shows_neither_control_nor_hidden_characters() {
        assert_eq!(diagram(2..3, "\t\tab"), "  |\n1 |   ab\n  |   ^ no\n");
        assert_eq!(
            diagram(1..5, "a\x1b[2Jb"),
            "  |\n1 | a [2Jb\n  |  ^^^^ no\n"
        );
        for hidden in [
            "\u{202e}",
            "\u{200b}",
            "\u{61c}",
            "\u{2066}",
            "\u{feff}",
            "\u{85}",
            "\u{7f}",
            "\u{e0041}",
        ] {
            assert_eq!(
                diagram(0..1, &format!("a{hidden}b")),
                "  |\n1 | a b\n  | ^ no\n",
                "{hidden:?}"
            );
        }
        let foreign = Error::new(ErrorKind::Store, "two\nlines\x1b[2J").at(0..1, "a");
        assert_eq!(
            foreign.diagram("a").unwrap(),
            "  |\n1 | a\n  | ^ two lines [2J\n"
        );
    }

    #[test]
    fn leaves_line_ends_out() {
        assert_eq!(diagram(3..4, "a\r\nb\r\nc"), "  |\n2 | b\n  | ^ no\n");
        assert_eq!(
            diagram(3..8, "a\r\nb\r\nc"),
            "  |\n2 | b\n  | ^ no\n",
            "only the first line is drawn"
        );
        assert_eq!(diagram(0..4, "ab\ncd"), "  |\n1 | ab\n  | ^^ no\n");
    }

    #[test]
    fn marks_at_least_one_character() {
        assert_eq!(diagram(2..2, "abc"), "  |\n1 | abc\n  |   ^ no\n");
        assert_eq!(
            diagram(3..3, "abc"),
            "  |\n1 | abc\n  |    ^ no\n",
            "the end of the text"
        );
        assert_eq!(diagram(0..0, ""), "  |\n1 | \n  | ^ no\n");
        assert_eq!(
            diagram(2..3, "ab\nc"),
            "  |\n1 | ab\n  |   ^ no\n",
            "a line feed"
        );
        assert_eq!(
            diagram(Range { start: 2, end: 1 }, "abc"),
            "  |\n1 | abc\n  |   ^ no\n"
        );
    }

    #[test]
    fn another_text_than_the_error_is_of_does_not_panic() {
        let error = refused(70..80, &"x".repeat(100));
        assert_eq!(error.diagram("ab").unwrap(), "  |\n1 | ab\n  |   ^ no\n");
        assert_eq!(
            error.position("é").unwrap(),
            Position { line: 1, column: 2 }
        );
        assert!(error.diagram("").is_some());
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        let text = format!("{}<<x>>{}", "a".repeat(500), "b".repeat(500));
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let carets = format!("{:43}^^^^^", "");
        assert_eq!(
            diagram(500..505, &text),
            format!("  |\n1 | ...{a}<<x>>{b}...\n  | {carets} no\n")
        );
        let fits = format!("{a}<<x>>{b}");
        let carets = format!("{:40}^^^^^", "");
        assert_eq!(
            diagram(40..45, &fits),
            format!("  |\n1 | {fits}\n  | {carets} no\n")
        );
    }

    #[test]
    fn long_spans_are_cut_too() {
        let text = "x".repeat(1 << 17);
        let picture = diagram(0..text.len(), &text);
        let (shown, carets) = ("x".repeat(120), "^".repeat(80));
        assert_eq!(picture, format!("  |\n1 | {shown}...\n  | {carets} no\n"));
    }

    #[test]
    fn draws_all_failures_of_the_same_string() {
        let text = "a b c";
        let mut failures = crate::error::Failures::default();
        failures.push(|| refused(0..1, text).in_pointer("/x"));
        failures.push(|| refused(2..3, "other").in_pointer("/y"));
        failures.push(|| refused(4..5, text).in_pointer("/x"));
        let error = failures.into_result().unwrap_err();
        assert_eq!(
            error.diagram(text).unwrap(),
            "  |\n1 | a b c\n  | ^ no\n  |\n1 | a b c\n  |     ^ no\n"
        );
        assert_eq!(Error::new(ErrorKind::Busy, "no").diagram(text), None);
    }

    proptest! {
        #[test]
        fn any_span_of_any_text_is_drawn(
            text in "(?s).{0,120}",
            start in 0_usize..500,
            length in 0_usize..500,
        ) {
            let error = refused(start..start + length, &text);
            let picture = error.diagram(&text).unwrap();
            let lines: Vec<&str> = picture.lines().collect();
            prop_assert_eq!(lines.len(), 3);
            prop_assert!(picture.chars().all(|c| c == '\n' || is_printable(c)));

            let position = error.position(&text).unwrap();
            prop_assert!(position.line <= 1 + text.matches('\n').count());
            prop_assert!(
                position.column
                    <= 1 + text
                        .split('\n')
                        .nth(position.line - 1)
                        .unwrap()
                        .chars()
                        .count()
            );

            // The first caret stands under the first character of the span.
            let caret = lines[2].chars().position(|c| c == '^').unwrap();
            let marked = text.get(text.floor_char_boundary_at(start)..).unwrap().chars().next();
            if let Some(marked) = marked.filter(|&c| is_printable(c)) {
                prop_assert_eq!(lines[1].chars().nth(caret), Some(marked));
            }
        }
    }
}
