//! The visit of a fill: the texts with placeholders are filled, and the others are counted.

use std::ops::Deref;
use std::slice;

use super::planned::{Planned, take};
use super::prepared::Prepared;
use crate::error::{Failures, Result};
use crate::target::{Surface, Target};
use crate::template::plan::Plan;
use crate::template::render::{Fill, Values};
use crate::template::settings::Settings;
use crate::template::source::{Part, Source, Visitor};

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// Visits the texts with placeholders, and counts the others.
    #[inline]
    pub(super) fn visit<'d, V: Values<'d>>(
        &'d self,
        fill: &mut Fill<'d, V>,
        target: &Target,
        visit: impl FnMut(&mut Fill<'d, V>, Open<'d>, &mut Failures) -> Result<()>,
    ) -> Result<()> {
        if S::STANDS_FOR_ITSELF && self.texts.is_empty() {
            return Ok(());
        }
        let mut filling = Filling {
            fill,
            open: self.texts.iter(),
            surface: self.source.aim(target).surface(),
            visit,
            failures: Failures::default(),
        };
        self.source.visit(&self.settings, &mut filling)?;
        filling.failures.into_result()
    }
}

/// A text with placeholders while it is filled.
pub(super) struct Open<'d> {
    pub(super) number: usize,
    pub(super) text: &'d str,
    pub(super) plan: &'d Plan,
    pub(super) surface: Surface,
    /// Number of the lists and objects that it is in.
    pub(super) depth: usize,
}

/// Fills the texts of a visit.
struct Filling<'f, 'd, V, F> {
    fill: &'f mut Fill<'d, V>,
    open: slice::Iter<'d, Planned>,
    surface: Surface,
    visit: F,
    failures: Failures,
}

impl<'d, V, F> Visitor<'d> for Filling<'_, 'd, V, F>
where
    V: Values<'d>,
    F: FnMut(&mut Fill<'d, V>, Open<'d>, &mut Failures) -> Result<()>,
{
    #[inline]
    fn text(&mut self, part: &impl Part<'d>) -> Result<()> {
        let Some(planned) = take(&mut self.open, part.number()) else {
            return self.fill.count(part.text().len());
        };
        let text = Open {
            number: planned.number,
            text: part.text(),
            plan: &planned.plan,
            surface: planned.surface.unwrap_or(self.surface),
            depth: part.depth(),
        };
        let mut own = Failures::default();
        (self.visit)(self.fill, text, &mut own)?;
        if let Err(error) = own.into_result() {
            self.failures.extend(&error, |one| part.locate(one));
        }
        Ok(())
    }
}
