//! Receiver of a scan of text that a model wrote.

use std::ops::Range;

use super::attempt::Attempts;
use super::grants::{Grant, Grants};
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::reference::Reference;
use crate::template::plan::{Planner, chain, mark};
use crate::template::syntax::{Dialect, Piece, Sink, Token, WrittenFilter};
use crate::template::value::{Filter, Typed, typed};

/// Receives what a scan finds, and plans only what is granted.
pub(super) struct Granting<'p, 'l, 't, F, N> {
    pub(super) planner: Planner<'p, 'l, 't>,
    pub(super) grants: &'p Grants,
    pub(super) attempts: &'p mut Attempts,
    pub(super) is_here: F,
    pub(super) takes_number: N,
    /// True if the text is an expression that is replaced as a whole.
    pub(super) is_taken: bool,
}

/// The fate of a placeholder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Value,
    /// Would be a value at another place.
    Elsewhere,
    Stays,
}

impl<F: Fn(&Grant) -> bool, N: Fn() -> bool> Granting<'_, '_, '_, F, N> {
    fn fate(&self, span: &Range<usize>, token: &Token<'_>, filters: &[WrittenFilter<'_>]) -> Fate {
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
            Ok(chain) if !self.may_be_typed(span, &chain) => Fate::Stays,
            Ok(_) if (self.is_here)(grant) => Fate::Value,
            Ok(_) => Fate::Elsewhere,
        }
    }

    /// Returns true unless a value would go in as JSON where none may. A model may ask for a number
    /// alone: with other JSON, parts of the value would be keys, which no grant reaches.
    fn may_be_typed(&self, span: &Range<usize>, chain: &[Filter]) -> bool {
        match typed(chain) {
            None => true,
            Some(Typed::Number) => *span == (0..self.planner.text.len()) && (self.takes_number)(),
            Some(Typed::Json) => false,
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

impl<'t, F: Fn(&Grant) -> bool, N: Fn() -> bool> Sink<'t> for Granting<'_, '_, 't, F, N> {
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
        let span = start..token.end;
        match self.fate(&span, token, filters) {
            Fate::Value => self.planner.value(start, dialect, token, filters, failures),
            fate => self.leave(span, token, fate, failures),
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
        self.is_taken =
            fields().all(
                |(start, token)| match self.fate(&(start..token.end), token, &[]) {
                    Fate::Value => true,
                    // The error says more of it than an expression that stays.
                    Fate::Elsewhere => is_strict,
                    Fate::Stays => false,
                },
            );
        if !self.is_taken {
            for (start, token) in fields() {
                let span = start..token.end;
                let fate = self.fate(&span, token, &[]);
                self.leave(span, token, fate, failures)?;
            }
        }
        Ok(self.is_taken)
    }
}

pub(super) fn elsewhere(name: &str) -> Error {
    Error::new(
        ErrorKind::Denied,
        format!("{name} is granted, but not at this place of the arguments"),
    )
}
