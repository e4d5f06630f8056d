//! Reads what a model wrote.

use std::ops::Range;

use super::attempt::Attempts;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::target::Surface;
use crate::template::engine::Engine;
use crate::template::grants::{Grant, Grants};
use crate::template::parse::Placeholder;
use crate::template::plan::{Plan, Planner, References, chain};
use crate::template::scan::{Piece, Sink, mark, scan};
use crate::template::syntax::Dialect;

/// Makes plans that have cuts only for what is granted.
pub(in crate::template) struct Reader<'r> {
    pub(in crate::template) engine: &'r Engine,
    pub(in crate::template) grants: &'r Grants,
    pub(in crate::template) attempts: &'r mut Attempts,
}

impl Reader<'_> {
    /// Reads one text. `is_here` says whether a grant reaches to it.
    ///
    /// # Errors
    ///
    /// `Denied` for each placeholder that is granted, but not here; `TooLarge` at the first
    /// placeholder over the limit.
    pub(in crate::template) fn read<'t>(
        &mut self,
        text: &'t str,
        plan: &mut Plan,
        references: &mut References<'t>,
        is_here: impl Fn(&Grant) -> bool,
    ) -> Result<()> {
        let Self {
            engine,
            grants,
            attempts,
        } = self;
        let planner = Planner {
            engine,
            text,
            plan,
            references,
        };
        let mut granting = Granting {
            planner,
            grants,
            attempts,
            is_here,
            is_taken: false,
        };
        scan(engine.rules(), text, &mut granting)?;
        plan.measure(text);
        Ok(())
    }

    /// Reads a text that is a name as a whole.
    ///
    /// # Errors
    ///
    /// As for [`read`](Reader::read).
    pub(in crate::template) fn read_name<'t>(
        &mut self,
        name: &'t str,
        plan: &mut Plan,
        references: &mut References<'t>,
        is_here: impl Fn(&Grant) -> bool,
    ) -> Result<()> {
        let span = 0..name.len();
        match self.grants.of(name).map(is_here) {
            Some(true) => plan.read_name(self.engine, name, references),
            Some(false) => Err(mark(elsewhere(name), name, span, name)),
            None => {
                self.attempts
                    .push(span, || SecretName::new(name).ok().map(Reference::secret));
                references.count_placeholder(self.engine)
            }
        }
    }
}

/// Whether a value stays in the header that it was granted for: a model that writes line breaks
/// makes headers of its own.
///
/// # Errors
///
/// `Denied` for a value in a header that has control characters in its own text.
pub(in crate::template) fn check_lines(
    text: &str,
    plan: &Plan,
    surface: impl FnOnce() -> Surface,
) -> Result<()> {
    let slot = plan.cuts().iter().find(|cut| cut.slot.is_some());
    let Some(slot) = slot.filter(|_| text.contains(is_break) && surface() == Surface::Header)
    else {
        return Ok(());
    };
    let message = "a value may not go into a header with control characters that a model wrote";
    Err(Error::new(ErrorKind::Denied, message).at(slot.span.clone(), text))
}

/// What ends a header, or may be taken for its end.
fn is_break(character: char) -> bool {
    character.is_control() && character != '\t'
}

struct Granting<'p, 't, F> {
    planner: Planner<'p, 't>,
    grants: &'p Grants,
    attempts: &'p mut Attempts,
    is_here: F,
    /// Whether the text is an expression that is replaced as a whole.
    is_taken: bool,
}

/// What becomes of a placeholder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Value,
    /// Would be a value at another place.
    Elsewhere,
    Stays,
}

impl<F: Fn(&Grant) -> bool> Granting<'_, '_, F> {
    fn fate(&self, dialect: &Dialect, found: &Placeholder<'_>) -> Fate {
        let granted = self
            .grants
            .of(found.name)
            .filter(|_| found.version.is_none());
        let Some(grant) = granted else {
            return Fate::Stays;
        };
        match chain(self.planner.engine, dialect, self.planner.text, found) {
            Err(_) => Fate::Stays,
            Ok(_) if (self.is_here)(grant) => Fate::Value,
            Ok(_) => Fate::Elsewhere,
        }
    }

    /// Takes a placeholder that becomes no value.
    fn leave(
        &mut self,
        span: Range<usize>,
        found: &Placeholder<'_>,
        fate: Fate,
        failures: &mut Failures,
    ) -> Result<()> {
        if fate == Fate::Elsewhere {
            failures.push(|| mark(elsewhere(found.name), found.name, span, self.planner.text));
        } else {
            let reference = || Reference::parsed(found.form, found.name, found.version);
            self.attempts
                .push(span, || found.has_name().then(reference));
        }
        self.planner
            .references
            .count_placeholder(self.planner.engine)
    }
}

impl<'t, F: Fn(&Grant) -> bool> Sink<'t> for Granting<'_, 't, F> {
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
        found: Placeholder<'t>,
        failures: &mut Failures,
    ) -> Result<()> {
        match self.fate(dialect, &found) {
            Fate::Value => self.planner.value(start, dialect, found, failures),
            fate => self.leave(start..found.end, &found, fate, failures),
        }
    }

    fn flaw(&mut self, span: Range<usize>, _: impl FnOnce() -> Error, _: &mut Failures) {
        self.attempts.push(span, || None);
    }

    /// Half of an expression would put a value into code.
    fn takes(
        &mut self,
        dialect: &Dialect,
        pieces: &[Piece<'t>],
        failures: &mut Failures,
    ) -> Result<bool> {
        let fields = || {
            pieces.iter().filter_map(|piece| match piece {
                Piece::Field(start, found) => Some((*start, found)),
                Piece::Omitted(_) => None,
            })
        };
        self.is_taken = fields().all(|(_, found)| self.fate(dialect, found) != Fate::Stays);
        if !self.is_taken {
            for (start, found) in fields() {
                let fate = self.fate(dialect, found);
                self.leave(start..found.end, found, fate, failures)?;
            }
        }
        Ok(self.is_taken)
    }
}

fn elsewhere(name: &str) -> Error {
    Error::new(
        ErrorKind::Denied,
        format!("{name} is granted for other places of the arguments, not for this one"),
    )
}
