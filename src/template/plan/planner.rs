//! Makes the plan of a text from what a scan finds in it.

use std::ops::Range;

use super::plan::Plan;
use super::references::References;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::reference::ReferenceKind;
use crate::template::cut::{Cut, Slot};
use crate::template::settings::Settings;
use crate::template::syntax::{Dialect, Flaw, Sink, Token, WrittenFilter, scan};
use crate::template::value::{Filter, no_place, typed};

impl Plan {
    /// Finds the cuts of a text, and adds what it refers to.
    ///
    /// # Errors
    ///
    /// All syntax errors of the text in one; `TooLarge` at the first placeholder over the limit.
    #[cfg(test)]
    pub(in crate::template) fn of<'t>(
        settings: &Settings,
        text: &'t str,
        references: &mut References<'_, 't>,
    ) -> Result<Self> {
        let mut plan = Self::default();
        plan.read(settings, text, references)?;
        Ok(plan)
    }

    /// Reads a text into a plan that is empty yet, and adds what it refers to. The plan is too
    /// large to be moved around for a short text.
    ///
    /// # Errors
    ///
    /// All syntax errors of the text in one; `TooLarge` at the first placeholder over the limit.
    #[inline]
    pub(in crate::template) fn read<'t>(
        &mut self,
        settings: &Settings,
        text: &'t str,
        references: &mut References<'_, 't>,
    ) -> Result<()> {
        scan(
            settings.rules(),
            text,
            &mut Planner {
                settings,
                text,
                plan: self,
                references,
            },
        )?;
        self.measure(text);
        Ok(())
    }

    /// Puts the value of a secret in the place of its name, which is the whole text.
    ///
    /// # Errors
    ///
    /// A syntax error for a wrong name; `TooLarge` when it is one placeholder too many.
    pub(in crate::template) fn read_name<'t>(
        &mut self,
        settings: &Settings,
        name: &'t str,
        references: &mut References<'_, 't>,
    ) -> Result<()> {
        references.count_placeholder(settings.limits)?;
        let (end, span) = (name.len(), 0..name.len());
        let token = Token {
            kind: ReferenceKind::Secret,
            name,
            is_word: false,
            version: None,
            filters: end..end,
            end,
        };
        let reference = references
            .intern(&token)
            .map_err(|error| bad_name(&error).at(span.clone(), name))?;
        self.push(Cut {
            span,
            slot: Some(Slot::new(reference, 0)),
        });
        self.measure(name);
        Ok(())
    }
}

/// Receives what a scan finds, and plans it.
pub(in crate::template) struct Planner<'p, 'l, 't> {
    pub(in crate::template) settings: &'p Settings,
    pub(in crate::template) text: &'t str,
    pub(in crate::template) plan: &'p mut Plan,
    pub(in crate::template) references: &'p mut References<'l, 't>,
}

impl<'t> Sink<'t> for Planner<'_, '_, 't> {
    fn omit(&mut self, span: Range<usize>) {
        self.plan.push(Cut { span, slot: None });
    }

    fn value(
        &mut self,
        start: usize,
        dialect: &Dialect,
        token: &Token<'t>,
        filters: &[WrittenFilter<'t>],
        failures: &mut Failures,
    ) -> Result<()> {
        self.references.count_placeholder(self.settings.limits)?;
        let span = start..token.end;
        match self.references.intern(token) {
            Ok(reference) => match chain(self.settings, filters) {
                Ok(chain) if typed(&chain).is_some() && span != (0..self.text.len()) => {
                    failures.push(|| mark(no_place(), token.name, span, self.text));
                }
                Ok(mut chain) => {
                    if let Err(error) = self.add_passwords(&mut chain, filters) {
                        failures.push(|| bad_name(&error).at(span, self.text));
                        return Ok(());
                    }
                    let chain = self.plan.push_chain(chain, token.filters.clone());
                    self.plan.push(Cut {
                        span,
                        slot: Some(Slot::new(reference, chain)),
                    });
                }
                // In the closure, because to say where it is takes a look at the text before.
                Err((flaw, place)) => {
                    failures.push(|| mark(flaw.error(dialect), token.name, place, self.text));
                }
            },
            Err(error) => failures.push(|| bad_name(&error).at(span, self.text)),
        }
        Ok(())
    }
}

impl<'t> Planner<'_, '_, 't> {
    /// Adds what the filters of a placeholder refer to.
    ///
    /// # Errors
    ///
    /// An error for a name that breaks the grammar.
    fn add_passwords(&mut self, chain: &mut [Filter], filters: &[WrittenFilter<'t>]) -> Result<()> {
        for (filter, written) in chain.iter_mut().zip(filters) {
            if let (Filter::Basic(slot), Some(name)) = (filter, written.argument) {
                let token = Token {
                    kind: ReferenceKind::Secret,
                    name,
                    is_word: false,
                    version: None,
                    filters: written.place.clone(),
                    end: written.place.end,
                };
                *slot = Some(Slot::new(self.references.intern(&token)?, 0));
            }
        }
        Ok(())
    }
}

/// Makes the syntax error of a placeholder with a wrong name.
pub(in crate::template) fn bad_name(error: &Error) -> Error {
    Error::new(ErrorKind::Syntax, error.to_string())
}

/// Marks an error about one placeholder.
pub(in crate::template) fn mark(
    error: Error,
    name: &str,
    place: Range<usize>,
    text: &str,
) -> Error {
    error.with_name(name).at(place, text)
}

/// Returns the filters of a placeholder; or the flaw of the first that does not exist or has the
/// wrong argument, and its place.
#[inline]
pub(in crate::template) fn chain(
    settings: &Settings,
    written: &[WrittenFilter<'_>],
) -> Result<Vec<Filter>, (Flaw, Range<usize>)> {
    if written.is_empty() {
        Ok(Vec::new())
    } else {
        chain_of_some(settings, written)
    }
}

fn chain_of_some(
    settings: &Settings,
    written: &[WrittenFilter<'_>],
) -> Result<Vec<Filter>, (Flaw, Range<usize>)> {
    let find = |one: &WrittenFilter<'_>| {
        let found = settings.filters.find(one.name, one.argument);
        found.map_err(|flaw| (flaw, one.place.clone()))
    };
    let mut passwords = written.iter().filter(|one| one.name == "basic");
    if let Some(second) = passwords.nth(1) {
        return Err((Flaw::TwoPasswords, second.place.clone()));
    }
    let found: Vec<Filter> = written.iter().map(find).collect::<Result<_, _>>()?;
    let before = found.split_last().map_or(&[][..], |(_, before)| before);
    let mut before = before.iter().zip(written);
    match before.find(|(filter, _)| matches!(filter, Filter::Typed(_))) {
        Some((_, early)) => Err((Flaw::NotLast, early.place.clone())),
        None => Ok(found),
    }
}
