//! Reads text that a model wrote.

use std::cell::OnceCell;

use super::attempt::Attempts;
use super::granting::{Granting, elsewhere};
use super::grants::{Grant, Grants};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::target::Surface;
use crate::template::plan::{Plan, Planner, References, mark};
use crate::template::prepared::Read;
use crate::template::settings::Settings;
use crate::template::source::Part;
use crate::template::syntax::scan;

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
        let surface = self.surface;
        let takes_number =
            || part.takes_json(settings) && part.rule(settings).unwrap_or(surface) == Surface::Text;
        let before = self.attempts.listed();
        let read = if part.is_name(settings) {
            self.read_name(settings, part.text(), plan, references, is_here)
        } else {
            let here = (is_here, takes_number);
            self.read_text(settings, part.text(), plan, references, here)
        };
        self.attempts.place(before, part.text(), || part.pointer());
        read?;
        check_lines(part.text(), plan, || {
            part.rule(settings).unwrap_or(self.surface)
        })
    }
}

impl Granted<'_> {
    /// Reads one text. `is_here` says of a grant whether it reaches to it, and `takes_number` says
    /// whether a number may take its place.
    fn read_text<'t>(
        &mut self,
        settings: &Settings,
        text: &'t str,
        plan: &mut Plan,
        references: &mut References<'_, 't>,
        (is_here, takes_number): (impl Fn(&Grant) -> bool, impl Fn() -> bool),
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
            takes_number,
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
