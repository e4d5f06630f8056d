//! Placeholders that are written in another way, such as `%3C%3CNAME%3E%3E`.

use std::ops::Range;

use super::decode::{Means, Piece, Pieces, may_be_other};
use super::lint::{Lint, LintKind};
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::reference::ReferenceKind;
use crate::template::plan::Plan;
use crate::template::syntax::{Dialect, Rules, Sink, Token, WrittenFilter, scan};

/// Returns the placeholders of a text, and text that means to be one, that only show once the text
/// is read as whoever encoded it meant it.
pub(super) fn encoded(rules: &Rules, text: &str, plan: &Plan) -> Vec<Lint> {
    if !may_be_other(text) {
        return Vec::new();
    }
    let mut decoded = String::with_capacity(text.len());
    for Piece { span, means } in Pieces::new(text) {
        match means {
            Means::Itself => decoded.push_str(text.get(span).unwrap_or_default()),
            Means::Character(character) => decoded.push(character),
            Means::Pair(character) => decoded.extend([character, character]),
            Means::Nothing => {}
        }
    }
    if decoded == text {
        return Vec::new();
    }
    let mut found = Found {
        pieces: Pieces::new(text),
        piece: None,
        at: 0,
        plan,
        lints: Vec::new(),
    };
    // Its errors are those of a text that nobody wrote.
    let _ = scan(rules, &decoded, &mut found);
    found.lints
}

const MESSAGE: &str = "its marks are encoded, escaped or hold other characters, and it is never \
                       resolved; resolve first, and encode or parse after";

/// Receives what is found in the decoded text, and goes along in the text itself.
struct Found<'t, 'p> {
    pieces: Pieces<'t>,
    /// The piece that was read last.
    piece: Option<Piece>,
    /// The place behind that piece in the decoded text.
    at: usize,
    plan: &'p Plan,
    lints: Vec<Lint>,
}

impl Found<'_, '_> {
    /// Reads the next piece.
    fn read(&mut self) -> Option<&Piece> {
        let piece = self.pieces.next()?;
        self.at += match piece.means {
            Means::Itself => piece.span.len(),
            Means::Character(character) => character.len_utf8(),
            Means::Pair(character) => 2 * character.len_utf8(),
            Means::Nothing => 0,
        };
        Some(self.piece.insert(piece))
    }

    /// Returns the place in the text of a byte of the decoded text, which is in the piece that was
    /// read last.
    fn place(&self, byte: usize) -> Option<usize> {
        let Piece { span, means } = self.piece.as_ref()?;
        Some(match means {
            Means::Itself => span.end - (self.at - byte),
            _ if byte == self.at => span.end,
            _ => span.start,
        })
    }

    /// Adds a lint for a span of the decoded text if it is written in another way.
    fn add(&mut self, decoded: &Range<usize>, kind: Option<ReferenceKind>) -> Option<()> {
        while self.at <= decoded.start {
            self.read()?;
        }
        let start = self.place(decoded.start)?;
        let mut is_other = false;
        let mut is_pair = false;
        loop {
            let means = self.piece.as_ref()?.means;
            is_other |= means != Means::Itself;
            is_pair |= matches!(means, Means::Pair(_));
            if self.at >= decoded.end {
                break;
            }
            self.read()?;
        }
        let span = start..self.place(decoded.end)?;
        // A word in the quotation marks of many languages is no placeholder.
        let is_quoted = is_pair && kind == Some(ReferenceKind::Bare);
        if is_other && !is_quoted && !self.is_placeholder(&span) && self.lints.len() < Lint::LISTED
        {
            self.lints.push(Lint::new(span, LintKind::Encoded, MESSAGE));
        }
        Some(())
    }

    /// Returns true if a value goes into some of a span already.
    fn is_placeholder(&self, span: &Range<usize>) -> bool {
        let cuts = self.plan.cuts();
        let after = cuts.partition_point(|cut| cut.span.end <= span.start);
        let mut cuts = cuts.iter().skip(after);
        cuts.by_ref()
            .take_while(|cut| cut.span.start < span.end)
            .any(|cut| cut.slot.is_some())
    }
}

impl<'d> Sink<'d> for Found<'_, '_> {
    fn omit(&mut self, _: Range<usize>) {}

    fn value(
        &mut self,
        start: usize,
        _: &Dialect,
        token: &Token<'d>,
        _: &[WrittenFilter<'d>],
        _: &mut Failures,
    ) -> Result<()> {
        self.add(&(start..token.end), Some(token.kind));
        if self.lints.len() < Lint::LISTED {
            return Ok(());
        }
        // Ends the scan, which has no one to tell.
        Err(Error::new(
            ErrorKind::TooLarge,
            "as many lints as are listed",
        ))
    }

    fn flaw(&mut self, span: Range<usize>, _: impl FnOnce() -> Error, _: &mut Failures) {
        self.add(&span, None);
    }
}
