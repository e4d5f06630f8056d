//! A text in one pass, with values that are no secrets.

use std::borrow::Cow;
use std::ops::Range;

use smallvec::SmallVec;

use super::engine::Engine;
use super::filter::{self, Filtered, Room};
use super::parse::Placeholder;
use super::plan::{bad_name, chain};
use super::scan::{Sink, mark, scan};
use super::syntax::Dialect;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::ReferenceRef;

/// See [`Engine::render`].
pub(super) fn render<'t, 'v>(
    engine: &Engine,
    text: &'t str,
    value: impl FnMut(ReferenceRef<'_>) -> Option<&'v str>,
) -> Result<Cow<'t, str>> {
    let limits = engine.bounds();
    limits.check_template(text.len())?;
    let room = Room::new(limits.output);
    let mut renderer = Renderer {
        engine,
        text,
        value,
        pieces: SmallVec::new(),
        made: Vec::new(),
        count: 0,
        length: text.len(),
        room,
    };
    scan(engine.rules(), text, &mut renderer)?;
    renderer.write()
}

struct Renderer<'r, 't, 'v, F> {
    engine: &'r Engine,
    text: &'t str,
    value: F,
    /// Enough places without an allocation for most texts.
    pieces: SmallVec<[Piece<'v>; 8]>,
    /// What filters made.
    made: Vec<Filtered<'v>>,
    count: usize,
    /// Of the result, in bytes.
    length: usize,
    room: Room,
}

/// What replaces a piece of the text.
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
        found: Placeholder<'t>,
        failures: &mut Failures,
    ) -> Result<()> {
        self.count += 1;
        self.engine.bounds().check_placeholders(self.count)?;
        let span = start..found.end;
        if let Err(error) = SecretName::check_parsed(found.name, found.is_word) {
            failures.push(|| bad_name(&error).at(span, self.text));
            return Ok(());
        }
        let is_plain = found.filters.is_empty();
        match (self.value)(ReferenceRef::new(found.name, found.version, found.form)) {
            Some(value) if is_plain => self.push(span, Value::Plain(value), value.len()),
            value => self.put_filtered(span, dialect, &found, value, failures)?,
        }
        Ok(())
    }
}

impl<'t, 'v, F> Renderer<'_, 't, 'v, F> {
    fn put_filtered(
        &mut self,
        span: Range<usize>,
        dialect: &Dialect,
        found: &Placeholder<'t>,
        value: Option<&'v str>,
        failures: &mut Failures,
    ) -> Result<()> {
        let filters = match chain(self.engine, dialect, self.text, found) {
            Ok(filters) => filters,
            Err((flaw, place)) => {
                failures.push(|| mark(flaw.error(dialect), found.name, place, self.text));
                return Ok(());
            }
        };
        let Some(value) = value else {
            let unknown =
                || Error::new(ErrorKind::NotFound, format!("no value for {}", found.name));
            failures.push(|| mark(unknown(), found.name, span, self.text));
            return Ok(());
        };
        match filter::apply(&filters, value, &mut self.room) {
            Ok(value) => {
                self.push(span, Value::Made(self.made.len()), value.len());
                self.made.push(value);
            }
            Err(error) if error.kind() == ErrorKind::TooLarge => return Err(error),
            Err(error) => failures.push(|| mark(error, found.name, span, self.text)),
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
        Room::new(self.engine.bounds().output).take(self.length)?;
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
