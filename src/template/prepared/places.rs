//! The places of the references of a source.

use std::ops::Deref;
use std::slice;

use super::planned::{Planned, take};
use super::prepared::Prepared;
use crate::error::Result;
use crate::reference::PlacedReference;
use crate::template::settings::Settings;
use crate::template::source::{Part, Source, Visitor};

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// The references, in their order, each with the places of its placeholders.
    ///
    /// # Errors
    ///
    /// Those of the visit, which the preparation would have met already.
    pub(in crate::template) fn places(&self) -> Result<Vec<PlacedReference>> {
        let references = self.references.iter().cloned();
        let mut placing = Placing {
            open: self.texts.iter(),
            placed: references.map(PlacedReference::new).collect(),
            bytes: 0,
        };
        self.source.visit(&self.settings, &mut placing)?;
        Ok(placing.placed)
    }
}

/// Notes the places of references in a visit.
struct Placing<'l> {
    open: slice::Iter<'l, Planned>,
    placed: Vec<PlacedReference>,
    /// The bytes of all pointers so far.
    bytes: usize,
}

impl<'s> Visitor<'s> for Placing<'_> {
    fn text(&mut self, part: &impl Part<'s>) -> Result<()> {
        let Some(planned) = take(&mut self.open, part.number()) else {
            return Ok(());
        };
        let pointer = part.pointer();
        let pointer = pointer.filter(|pointer| pointer.len() <= PlacedReference::MAX_POINTER);
        for slot in planned.plan.cuts().iter().filter_map(|cut| cut.slot) {
            let Some(placed) = self.placed.get_mut(slot.reference()) else {
                continue;
            };
            placed.count = placed.count.saturating_add(1);
            let Some(pointer) = &pointer else { continue };
            let is_new = placed.pointers.last() != Some(pointer)
                && placed.pointers.len() < PlacedReference::MAX_POINTERS
                && self.bytes + pointer.len() <= PlacedReference::MAX_BYTES;
            if is_new {
                self.bytes += pointer.len();
                placed.pointers.push(pointer.clone());
            }
        }
        Ok(())
    }
}
