//! Renders a text in one pass, with values that are no secrets.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::ReferenceRef;
use crate::template::plan::{bad_name, chain, mark};
use crate::template::settings::Settings;
use crate::template::syntax::{Dialect, Sink, Token, WrittenFilter, scan};
use crate::template::value::{Room, apply, no_place, typed};

/// Renders a text, as [`Engine::render`](crate::template::Engine::render) does.
pub(in crate::template) fn render<'t, 'v>(
    settings: &Settings,
    text: &'t str,
    value: impl FnMut(ReferenceRef<'_>) -> Option<&'v str>,
) -> Result<Cow<'t, str>> {
    let limits = settings.limits;
    limits.check_template(text.len())?;
    let mut renderer = Renderer {
        settings,
        text,
        value,
        out: String::new(),
        done: 0,
        count: 0,
        is_too_large: false,
        room: Room::new(limits.output),
    };
    scan(settings.rules(), text, &mut renderer)?;
    renderer.finish()
}

/// Writes while it scans.
struct Renderer<'r, 't, F> {
    settings: &'r Settings,
    text: &'t str,
    value: F,
    /// The text up to `done`, with values in it, as far as it is within the limit.
    out: String,
    done: usize,
    count: usize,
    /// True if the limit is passed. A result that is too large is refused at the end: what is wrong
    /// with the text comes first.
    is_too_large: bool,
    /// Bytes that the filters may still handle.
    room: Room,
}

impl<'t, 'v, F: FnMut(ReferenceRef<'_>) -> Option<&'v str>> Sink<'t> for Renderer<'_, 't, F> {
    fn omit(&mut self, span: Range<usize>) {
        self.push(span, "");
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
        match (self.value)(ReferenceRef::new(token.name, token.version, token.kind)) {
            Some(value) if filters.is_empty() => self.push(span, value),
            value => self.put_filtered(span, dialect, token, filters, value, failures)?,
        }
        Ok(())
    }
}

impl<'t, F> Renderer<'_, 't, F> {
    fn put_filtered(
        &mut self,
        span: Range<usize>,
        dialect: &Dialect,
        token: &Token<'t>,
        filters: &[WrittenFilter<'t>],
        value: Option<&str>,
        failures: &mut Failures,
    ) -> Result<()> {
        let filters = match chain(self.settings, filters) {
            Ok(filters) => filters,
            Err((flaw, place)) => {
                failures.push(|| mark(flaw.error(dialect), token.name, place, self.text));
                return Ok(());
            }
        };
        if typed(&filters).is_some() {
            failures.push(|| mark(no_place(), token.name, span, self.text));
            return Ok(());
        }
        let Some(value) = value else {
            let message = || format!("no value was given for {}", token.name);
            let unknown = || Error::new(ErrorKind::NotFound, message());
            failures.push(|| mark(unknown(), token.name, span, self.text));
            return Ok(());
        };
        match apply(&filters, value, None, &mut self.room) {
            Ok(value) => self.push(span, &value),
            Err(error) if error.kind() == ErrorKind::TooLarge => return Err(error),
            Err(error) => failures.push(|| mark(error, token.name, span, self.text)),
        }
        Ok(())
    }

    /// Writes the text up to a span, and what replaces that.
    #[inline]
    fn push(&mut self, span: Range<usize>, value: &str) {
        let most = self.settings.limits.output;
        let before = self.text.get(self.done..span.start).unwrap_or_default();
        self.done = span.end;
        let more = before.len().saturating_add(value.len());
        if self.is_too_large || more > most - self.out.len() {
            self.is_too_large = true;
            return;
        }
        if self.out.capacity() == 0 {
            let room = self.text.len() + self.text.len() / 8 + 64;
            self.out = String::with_capacity(room.min(most));
        }
        self.out.push_str(before);
        self.out.push_str(value);
    }

    fn finish(mut self) -> Result<Cow<'t, str>> {
        if self.done == 0 {
            return Ok(Cow::Borrowed(self.text));
        }
        let rest = self.text.get(self.done..).unwrap_or_default();
        let mut room = Room::new(self.settings.limits.output);
        room.take(self.out.len())?;
        room.take(if self.is_too_large {
            usize::MAX
        } else {
            rest.len()
        })?;
        self.out.push_str(rest);
        Ok(Cow::Owned(self.out))
    }
}
