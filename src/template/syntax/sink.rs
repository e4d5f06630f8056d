//! The receiver of a scan.

use std::ops::Range;

use super::dialect::Dialect;
use super::filters::WrittenFilter;
use super::token::Token;
use crate::error::{Error, Failures, Result};

/// Takes what a scan finds, in the order of the text.
pub(in crate::template) trait Sink<'t> {
    /// These bytes do not come out.
    fn omit(&mut self, span: Range<usize>);

    /// A value stands here. What is wrong with this one placeholder goes into `failures`.
    ///
    /// # Errors
    ///
    /// Those that end the scan.
    fn value(
        &mut self,
        start: usize,
        dialect: &Dialect,
        token: &Token<'t>,
        filters: &[WrittenFilter<'t>],
        failures: &mut Failures,
    ) -> Result<()>;

    /// Text that means to be a placeholder, but is not valid, stands here.
    fn flaw(&mut self, span: Range<usize>, error: impl FnOnce() -> Error, failures: &mut Failures) {
        let _ = span;
        failures.push(error);
    }

    /// Returns true if the text, an expression of these pieces, is replaced. If not, it stays as it
    /// is and none of them is given.
    ///
    /// # Errors
    ///
    /// Those that end the scan.
    fn takes(
        &mut self,
        dialect: &Dialect,
        pieces: &[Piece<'t>],
        failures: &mut Failures,
    ) -> Result<bool> {
        let _ = (dialect, pieces, failures);
        Ok(true)
    }
}

/// A piece of an expression.
pub(in crate::template) enum Piece<'t> {
    /// Text that Python takes away.
    Omitted(Range<usize>),
    Field(usize, Token<'t>),
}
