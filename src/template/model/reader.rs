//! Reads text that a model wrote.

use std::cell::OnceCell;
use std::ops::Range;

use super::attempt::Attempts;
use super::grants::{Grant, Grants};
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::target::Surface;
use crate::template::plan::{Plan, Planner, References, chain, mark};
use crate::template::prepared::Read;
use crate::template::settings::Settings;
use crate::template::source::Part;
use crate::template::syntax::{Dialect, Piece, Sink, Token, WrittenFilter, scan};

/// Makes plans that have cuts only for what is granted.
pub(super) struct Granted<'r> {
    pub(super) grants: &'r Grants,
    pub(super) attempts: &'r mut Attempts,
    /// The surface of the target.
    pub(super) surface: Surface,
}

impl Read for Granted<'_> {
    /// Reads one text.
    ///
    /// # Errors
    ///
    /// `Denied` for a value in a header of several lines, and under strict grants for each
    /// placeholder that is granted, but not here; `TooLarge` at the first placeholder over the
    /// limit.
    fn read<'s>(
        &mut self,
        settings: &Settings,
        part: &impl Part<'s>,
        plan: &mut Plan,
        references: &mut References<'_, 's>,
    ) -> Result<()> {
        let path = OnceCell::new();
        let is_here = |grant: &Grant| grant.reaches(|| path.get_or_init(|| part.path()));
        let before = self.attempts.listed();
        let read = if part.is_name(settings) {
            self.read_name(settings, part.text(), plan, references, is_here)
        } else {
            self.read_text(settings, part.text(), plan, references, is_here)
        };
        self.attempts.place(before, || part.pointer());
        read?;
        check_lines(part.text(), plan, || {
            part.rule(settings).unwrap_or(self.surface)
        })
    }
}

impl Granted<'_> {
    /// Reads one text. `is_here` says of a grant whether it reaches to it.
    fn read_text<'t>(
        &mut self,
        settings: &Settings,
        text: &'t str,
        plan: &mut Plan,
        references: &mut References<'_, 't>,
        is_here: impl Fn(&Grant) -> bool,
    ) -> Result<()> {
        let planner = Planner {
            settings,
            text,
            plan,
            references,
        };
        let mut granting = Granting {
            planner,
            grants: self.grants,
            attempts: &mut *self.attempts,
            is_here,
            is_taken: false,
        };
        scan(settings.rules(), text, &mut granting)?;
        plan.measure(text);
        Ok(())
    }

    /// Reads a text that is a name as a whole.
    fn read_name<'t>(
        &mut self,
        settings: &Settings,
        name: &'t str,
        plan: &mut Plan,
        references: &mut References<'_, 't>,
        is_here: impl Fn(&Grant) -> bool,
    ) -> Result<()> {
        let span = 0..name.len();
        match self.grants.of(name).map(is_here) {
            Some(true) => plan.read_name(settings, name, references),
            Some(false) if self.grants.is_strict() => Err(mark(elsewhere(name), name, span, name)),
            granted => {
                let reference = || SecretName::new(name).ok().map(Reference::secret);
                self.attempts.push(span, granted.is_some(), reference);
                references.count_placeholder(settings.limits)
            }
        }
    }
}

/// Checks that a value stays in the header that it was granted for: a model that writes line breaks
/// makes headers of its own.
///
/// # Errors
///
/// `Denied` for a value in a header that has control characters in its own text.
fn check_lines(text: &str, plan: &Plan, surface: impl FnOnce() -> Surface) -> Result<()> {
    let value = plan.first_value();
    let Some(value) = value.filter(|_| text.contains(is_break) && surface() == Surface::Header)
    else {
        return Ok(());
    };
    let message = "a value may not go into a header with control characters that a model wrote";
    Err(Error::new(ErrorKind::Denied, message).at(value.span.clone(), text))
}

/// Returns true for a character that ends a header, or may be taken for its end.
fn is_break(character: char) -> bool {
    character.is_control() && character != '\t'
}

/// Receives what a scan finds, and plans only what is granted.
struct Granting<'p, 'l, 't, F> {
    planner: Planner<'p, 'l, 't>,
    grants: &'p Grants,
    attempts: &'p mut Attempts,
    is_here: F,
    /// True if the text is an expression that is replaced as a whole.
    is_taken: bool,
}

/// The fate of a placeholder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Value,
    /// Would be a value at another place.
    Elsewhere,
    Stays,
}

impl<F: Fn(&Grant) -> bool> Granting<'_, '_, '_, F> {
    fn fate(&self, token: &Token<'_>, filters: &[WrittenFilter<'_>]) -> Fate {
        let granted = self
            .grants
            .of(token.name)
            .filter(|_| token.version.is_none());
        let Some(grant) = granted else {
            return Fate::Stays;
        };
        match chain(self.planner.settings, filters) {
            Err(_) => Fate::Stays,
            // A filter may bring a second name, which is granted by itself or not at all.
            Ok(_) if !self.are_granted_here(filters) => Fate::Stays,
            Ok(_) if (self.is_here)(grant) => Fate::Value,
            Ok(_) => Fate::Elsewhere,
        }
    }

    fn are_granted_here(&self, filters: &[WrittenFilter<'_>]) -> bool {
        let passwords = filters.iter().filter(|filter| filter.name == "basic");
        passwords.filter_map(|filter| filter.argument).all(|name| {
            let granted = self.grants.of(name);
            granted.is_some_and(|grant| (self.is_here)(grant))
        })
    }

    /// Takes a placeholder that becomes no value.
    fn leave(
        &mut self,
        span: Range<usize>,
        token: &Token<'_>,
        fate: Fate,
        failures: &mut Failures,
    ) -> Result<()> {
        if fate == Fate::Elsewhere && self.grants.is_strict() {
            failures.push(|| mark(elsewhere(token.name), token.name, span, self.planner.text));
        } else {
            let reference = || Reference::parsed(token.kind, token.name, token.version);
            self.attempts.push(span, fate == Fate::Elsewhere, || {
                token.has_name().then(reference)
            });
        }
        self.planner
            .references
            .count_placeholder(self.planner.settings.limits)
    }
}

impl<'t, F: Fn(&Grant) -> bool> Sink<'t> for Granting<'_, '_, 't, F> {
    /// The mark of an escape stays, because its text does.
    fn omit(&mut self, span: Range<usize>) {
        if self.is_taken {
            self.planner.omit(span);
        }
    }

    fn value(
        &mut self,
        start: usize,
        dialect: &Dialect,
        token: &Token<'t>,
        filters: &[WrittenFilter<'t>],
        failures: &mut Failures,
    ) -> Result<()> {
        match self.fate(token, filters) {
            Fate::Value => self.planner.value(start, dialect, token, filters, failures),
            fate => self.leave(start..token.end, token, fate, failures),
        }
    }

    fn flaw(&mut self, span: Range<usize>, _: impl FnOnce() -> Error, _: &mut Failures) {
        self.attempts.push(span, false, || None);
    }

    /// Half of an expression would put a value into code.
    fn takes(
        &mut self,
        _: &Dialect,
        pieces: &[Piece<'t>],
        failures: &mut Failures,
    ) -> Result<bool> {
        let fields = || {
            pieces.iter().filter_map(|piece| match piece {
                Piece::Field(start, token) => Some((*start, token)),
                Piece::Omitted(_) => None,
            })
        };
        let is_strict = self.grants.is_strict();
        self.is_taken = fields().all(|(_, token)| match self.fate(token, &[]) {
            Fate::Value => true,
            // The error says more of it than an expression that stays.
            Fate::Elsewhere => is_strict,
            Fate::Stays => false,
        });
        if !self.is_taken {
            for (start, token) in fields() {
                let fate = self.fate(token, &[]);
                self.leave(start..token.end, token, fate, failures)?;
            }
        }
        Ok(self.is_taken)
    }
}

fn elsewhere(name: &str) -> Error {
    Error::new(
        ErrorKind::Denied,
        format!("{name} is granted, but not at this place of the arguments"),
    )
}
