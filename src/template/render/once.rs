//! A text in one pass, with values that are no secrets.

use std::borrow::Cow;
use std::ops::Range;

use smallvec::SmallVec;

use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::ReferenceRef;
use crate::template::plan::{bad_name, chain, mark};
use crate::template::settings::Settings;
use crate::template::syntax::{Dialect, Sink, Token, WrittenFilter, scan};
use crate::template::value::{Filtered, Room, apply};

/// Renders a text, as [`Engine::render`](crate::template::Engine::render) does.
pub(in crate::template) fn render<'t, 'v>(
    settings: &Settings,
    text: &'t str,
    value: impl FnMut(ReferenceRef<'_>) -> Option<&'v str>,
) -> Result<Cow<'t, str>> {
    let limits = settings.limits;
    limits.check_template(text.len())?;
    let room = Room::new(limits.output);
    let mut renderer = Renderer {
        settings,
        text,
        value,
        pieces: SmallVec::new(),
        made: Vec::new(),
        count: 0,
        length: text.len(),
        room,
    };
    scan(settings.rules(), text, &mut renderer)?;
    renderer.write()
}

struct Renderer<'r, 't, 'v, F> {
    settings: &'r Settings,
    text: &'t str,
    value: F,
    /// Enough places without an allocation for most texts.
    pieces: SmallVec<[Piece<'v>; 8]>,
    /// The values that filters made.
    made: Vec<Filtered<'v>>,
    count: usize,
    /// Of the result, in bytes.
    length: usize,
    room: Room,
}

/// A piece of the text, and its replacement.
struct Piece<'v> {
    span: Range<usize>,
    value: Value<'v>,
}

enum Value<'v> {
    Plain(&'v str),
    /// By its place in the list.
    Made(usize),
}

impl<'t, 'v, F: FnMut(ReferenceRef<'_>) -> Option<&'v str>> Sink<'t> for Renderer<'_, 't, 'v, F> {
    fn omit(&mut self, span: Range<usize>) {
        self.push(span, Value::Plain(""), 0);
    }

    #[inline]
    fn value(
        &mut self,
        start: usize,
        dialect: &Dialect,
        token: &Token<'t>,
        filters: &[WrittenFilter<'t>],
        failures: &mut Failures,
    ) -> Result<()> {
        self.count += 1;
        self.settings.limits.check_placeholders(self.count)?;
        let span = start..token.end;
        if let Err(error) = SecretName::check_parsed(token.name, token.is_word) {
            failures.push(|| bad_name(&error).at(span, self.text));
            return Ok(());
        }
        let is_plain = filters.is_empty();
        match (self.value)(ReferenceRef::new(token.name, token.version, token.kind)) {
            Some(value) if is_plain => self.push(span, Value::Plain(value), value.len()),
            value => self.put_filtered(span, dialect, token, filters, value, failures)?,
        }
        Ok(())
    }
}

impl<'t, 'v, F> Renderer<'_, 't, 'v, F> {
    fn put_filtered(
        &mut self,
        span: Range<usize>,
        dialect: &Dialect,
        token: &Token<'t>,
        filters: &[WrittenFilter<'t>],
        value: Option<&'v str>,
        failures: &mut Failures,
    ) -> Result<()> {
        let filters = match chain(self.settings, filters) {
            Ok(filters) => filters,
            Err((flaw, place)) => {
                failures.push(|| mark(flaw.error(dialect), token.name, place, self.text));
                return Ok(());
            }
        };
        let Some(value) = value else {
            let unknown =
                || Error::new(ErrorKind::NotFound, format!("no value for {}", token.name));
            failures.push(|| mark(unknown(), token.name, span, self.text));
            return Ok(());
        };
        match apply(&filters, value, &mut self.room) {
            Ok(value) => {
                self.push(span, Value::Made(self.made.len()), value.len());
                self.made.push(value);
            }
            Err(error) if error.kind() == ErrorKind::TooLarge => return Err(error),
            Err(error) => failures.push(|| mark(error, token.name, span, self.text)),
        }
        Ok(())
    }

    #[inline]
    fn push(&mut self, span: Range<usize>, value: Value<'v>, length: usize) {
        self.length = self
            .length
            .saturating_sub(span.len())
            .saturating_add(length);
        self.pieces.push(Piece { span, value });
    }

    fn write(self) -> Result<Cow<'t, str>> {
        if self.pieces.is_empty() {
            return Ok(Cow::Borrowed(self.text));
        }
        Room::new(self.settings.limits.output).take(self.length)?;
        let mut out = String::with_capacity(self.length);
        let mut at = 0;
        for Piece { span, value } in &self.pieces {
            out.push_str(self.text.get(at..span.start).unwrap_or_default());
            out.push_str(match value {
                Value::Plain(value) => value,
                Value::Made(number) => self.made.get(*number).map_or("", |made| made),
            });
            at = span.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        Ok(Cow::Owned(out))
    }
}
