//! Preparing: the placeholders of all texts of a source are found.

use std::ops::Deref;

use smallvec::SmallVec;

use super::planned::Planned;
use super::prepared::Prepared;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::template::plan::{Plan, References, mark};
use crate::template::settings::Settings;
use crate::template::source::{Part, Source, Visitor};
use crate::template::value::no_place;

/// Reads one text of a source.
pub(in crate::template) trait Read {
    /// Makes the plan of a text.
    ///
    /// # Errors
    ///
    /// The errors of the text, each with its span; `TooLarge` ends the whole call.
    fn read<'s>(
        &mut self,
        settings: &Settings,
        part: &impl Part<'s>,
        plan: &mut Plan,
        references: &mut References<'_, 's>,
    ) -> Result<()>;
}

/// Reads every text as a template, by somebody who is trusted.
struct Trusted;

impl Read for Trusted {
    #[inline]
    fn read<'s>(
        &mut self,
        settings: &Settings,
        part: &impl Part<'s>,
        plan: &mut Plan,
        references: &mut References<'_, 's>,
    ) -> Result<()> {
        if part.is_name(settings) {
            plan.read_name(settings, part.text(), references)
        } else {
            plan.read(settings, part.text(), references)
        }
    }
}

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// Finds the placeholders of a source that somebody trusted wrote.
    ///
    /// # Errors
    ///
    /// All errors of all texts in one, each with its place; `TooLarge`.
    #[inline]
    pub(in crate::template) fn prepare(&mut self) -> Result<()> {
        self.prepare_with(&mut Trusted)
    }

    /// Finds the placeholders of a source with another reader of its texts.
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[inline]
    pub(in crate::template) fn prepare_with(&mut self, read: &mut impl Read) -> Result<()> {
        let Self {
            source,
            texts,
            references,
            settings,
            ..
        } = self;
        let mut planning = Planning {
            settings,
            read,
            texts,
            references: References::new(references),
            failures: Failures::default(),
            bytes: 0,
        };
        source.visit(settings, &mut planning)?;
        planning.failures.into_result()?;
        if self.texts.last().is_some_and(|last| last.plan.is_empty()) {
            self.texts.pop();
        }
        Ok(())
    }
}

/// Makes the error of a value that may not go in as JSON there.
#[cold]
fn misplaced(text: &str, plan: &Plan, references: &References<'_, '_>) -> Error {
    match plan.first_value().and_then(|cut| Some((cut, cut.slot?))) {
        Some((cut, slot)) => {
            let name = references.name(slot.reference());
            mark(no_place(), name, cut.span.clone(), text)
        }
        None => no_place(),
    }
}

/// Plans the texts of a visit.
struct Planning<'p, 's, R> {
    settings: &'p Settings,
    read: &'p mut R,
    texts: &'p mut SmallVec<[Planned; 1]>,
    references: References<'p, 's>,
    failures: Failures,
    bytes: usize,
}

impl<'s, R: Read> Visitor<'s> for Planning<'_, 's, R> {
    #[inline]
    fn text(&mut self, part: &impl Part<'s>) -> Result<()> {
        self.bytes = self.bytes.saturating_add(part.text().len());
        self.settings.limits.check_template(self.bytes)?;
        // Most strings have no placeholders: their plan is used again.
        if self.texts.last().is_none_or(|last| !last.plan.is_empty()) {
            self.texts.push(Planned::default());
        }
        let Some(planned) = self.texts.last_mut() else {
            return Ok(());
        };
        let plan = &mut planned.plan;
        let surface = part.check_text().and_then(|()| {
            self.read
                .read(self.settings, part, plan, &mut self.references)?;
            if plan.typed().is_some() && !part.takes_json(self.settings) {
                return Err(misplaced(part.text(), plan, &self.references));
            }
            part.surface(self.settings, plan)
        });
        match surface {
            Ok(surface) => (planned.number, planned.surface) = (part.number(), surface),
            // No place in a text is to blame.
            Err(error) if error.kind() == ErrorKind::TooLarge => return Err(error),
            Err(error) => {
                planned.plan = Plan::default();
                self.failures.extend(&error, |one| part.locate(one));
            }
        }
        Ok(())
    }
}
