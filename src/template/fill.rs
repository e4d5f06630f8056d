//! Puts values into a plan: first everything that can fail is checked and measured, then one allocation is filled.

use std::collections::HashSet;
use std::ops::Range;

use secrecy::ExposeSecret;

use super::encoding::Encoding;
use super::engine::Limits;
use super::filter::{self, Filtered, Room};
use super::plan::{Cut, Plan, Slot};
use super::surface::Placing;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::reference::{Form, Reference};
use crate::resolve::{Missing, Outcome, Surface, Used};

/// What one call puts into its texts.
pub(super) struct Fill<'a, V> {
    references: &'a [Reference],
    values: V,
    surface: Surface,
    /// Bytes that the results may still have.
    room: Room,
    /// Bytes that the filters may still handle.
    filter_room: Room,
}

/// A text that is sure to succeed: every value is there, fit for its place, and measured.
pub(super) struct Draft<'a> {
    text: &'a str,
    plan: &'a Plan,
    encoding: Encoding,
    /// What the filters made, in the order of the text.
    filtered: Vec<Filtered<'a>>,
    /// The exact length of the result, in bytes.
    length: usize,
}

/// The values of the references, by their number.
pub(super) trait Values<'a> {
    /// The value; or why there is none, or `None` if the placeholder stays.
    fn value(&self, reference: usize) -> Result<&'a str, Option<&'a Error>>;
}

impl<'a> Values<'a> for &'a [&'a str] {
    fn value(&self, reference: usize) -> Result<&'a str, Option<&'a Error>> {
        // The counts were compared before.
        Ok(self.get(reference).copied().unwrap_or_default())
    }
}

/// Values that were looked up.
#[derive(Clone, Copy)]
pub(super) struct LookedUp<'a> {
    pub(super) outcomes: &'a [Outcome],
    pub(super) references: &'a [Reference],
    pub(super) missing: Missing,
}

impl<'a> Values<'a> for LookedUp<'a> {
    fn value(&self, reference: usize) -> Result<&'a str, Option<&'a Error>> {
        match self.outcomes.get(reference) {
            Some(Ok(found)) => Ok(found.expose_secret()),
            Some(Err(error)) => Err((!self.keeps(error, reference)).then_some(error)),
            // The counts were compared before.
            None => Err(None),
        }
    }
}

impl LookedUp<'_> {
    fn keeps(&self, error: &Error, reference: usize) -> bool {
        self.missing == Missing::Keep
            && error.kind() == ErrorKind::NotFound
            && self.references.get(reference).is_some_and(|reference| reference.form() == Form::Bare)
    }

    /// Which values went in, each once, and which references stay.
    pub(super) fn trace(&self) -> (Vec<Used>, Vec<Reference>) {
        let (mut used, mut kept) = (Vec::with_capacity(self.outcomes.len()), Vec::new());
        // `<<A>>` and `<<$secret.A>>` can be the same secret. Up to a few, a search beats hashing.
        let is_few = self.outcomes.len() <= 8;
        let mut seen = HashSet::new();
        for (outcome, reference) in self.outcomes.iter().zip(self.references) {
            match outcome {
                Ok(found) => {
                    let known = if is_few { used.contains(found.used()) } else { !seen.insert(found.used()) };
                    if !known {
                        used.push(found.used().clone());
                    }
                }
                Err(_) => kept.push(reference.clone()),
            }
        }
        (used, kept)
    }
}

impl<'a, V: Values<'a>> Fill<'a, V> {
    pub(super) fn new(references: &'a [Reference], values: V, surface: Surface, limits: Limits) -> Self {
        Self { references, values, surface, room: Room::new(limits.output), filter_room: Room::new(limits.output) }
    }

    /// Counts text of the result that has no placeholders.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    #[cfg(feature = "json")]
    pub(super) fn count(&mut self, bytes: usize) -> Result<()> {
        self.room.take(bytes)
    }

    /// Checks and measures one text. What is wrong with its values goes into `failures`; then the draft must not be used.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn draft(&mut self, text: &'a str, plan: &'a Plan, failures: &mut Failures) -> Result<Draft<'a>> {
        let placing = Placing::new(self.surface, text, plan);
        let mut draft =
            Draft { text, plan, encoding: placing.encoding(), filtered: Vec::new(), length: plan.literal() };
        let slots = plan.cuts().iter().filter_map(|cut| cut.slot.as_ref().map(|slot| (cut, slot)));
        for (nth, (cut, slot)) in slots.enumerate() {
            let value = match self.values.value(slot.reference) {
                Ok(value) => value,
                Err(None) => {
                    draft.length = draft.length.saturating_add(cut.span.len());
                    continue;
                }
                Err(Some(error)) => {
                    self.push_outcome(error, cut, slot, text, failures);
                    continue;
                }
            };
            if slot.filters.is_empty() && placing.is_plain() {
                draft.length = draft.length.saturating_add(value.len());
                continue;
            }
            let value = match filter::apply(&slot.filters, value, &mut self.filter_room) {
                Ok(value) => value,
                Err(error) if error.kind() == ErrorKind::TooLarge => return Err(error),
                Err(error) => {
                    failures.push(|| self.mark(error, cut, slot, text));
                    continue;
                }
            };
            if let Some(refusal) = placing.refusal(nth, &value, filter::encodes(&slot.filters)) {
                failures.push(|| {
                    let message = format!("the value of {} {refusal}", self.name(slot));
                    self.mark(Error::new(ErrorKind::Unencodable, message), cut, slot, text)
                });
                continue;
            }
            draft.length = draft.length.saturating_add(draft.encoding_of(slot).length(&value));
            if !slot.filters.is_empty() {
                draft.filtered.push(value);
            }
        }
        if failures.is_empty() {
            self.room.take(draft.length)?;
        }
        Ok(draft)
    }

    /// Writes one text, and says where in it each value lies.
    pub(super) fn write(&self, draft: &Draft<'a>, mut place: impl FnMut(Range<usize>)) -> String {
        let mut out = String::with_capacity(draft.length);
        let mut filtered = draft.filtered.iter();
        let mut at = 0;
        for cut in draft.plan.cuts() {
            out.push_str(draft.text.get(at..cut.span.start).unwrap_or_default());
            at = cut.span.end;
            let Some(slot) = &cut.slot else { continue };
            let start = out.len();
            match self.values.value(slot.reference) {
                Ok(value) if slot.filters.is_empty() => draft.encoding.push(value, &mut out),
                Ok(_) => draft.encoding_of(slot).push(filtered.next().map_or("", |value| value), &mut out),
                Err(_) => {
                    out.push_str(draft.text.get(cut.span.clone()).unwrap_or_default());
                    continue;
                }
            }
            place(start..out.len());
        }
        out.push_str(draft.text.get(at..).unwrap_or_default());
        debug_assert_eq!(out.len(), draft.length, "measured and written lengths differ");
        out
    }

    fn push_outcome(&self, error: &Error, cut: &Cut, slot: &Slot, text: &str, failures: &mut Failures) {
        let is_bare = self.references.get(slot.reference).is_some_and(|reference| reference.form() == Form::Bare);
        failures.extend(error, |error| {
            let unknown = is_bare && error.kind() == ErrorKind::NotFound;
            let error = if unknown { error.with_hint("write <<! instead of << if it is text") } else { error };
            self.mark(error, cut, slot, text)
        });
    }

    fn mark(&self, error: Error, cut: &Cut, slot: &Slot, text: &str) -> Error {
        error.with_name(self.name(slot)).at(cut.span.clone(), text)
    }

    fn name(&self, slot: &Slot) -> &str {
        self.references.get(slot.reference).map_or("", |reference| reference.name().as_str())
    }
}

impl Draft<'_> {
    fn encoding_of(&self, slot: &Slot) -> Encoding {
        if filter::encodes(&slot.filters) { Encoding::Plain } else { self.encoding }
    }
}
