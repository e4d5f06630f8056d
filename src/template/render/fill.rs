//! Puts values into a plan: first everything that can fail is checked and measured, then one
//! allocation is filled.

use std::ops::Range;

use zeroize::Zeroizing;

use super::draft::Draft;
use super::plain::plain_length;
use super::values::Values;
use crate::error::{ErrorKind, Failures, Result};
use crate::reference::Reference;
use crate::target::Surface;
use crate::template::cut::{Cut, Slot};
use crate::template::plan::Plan;
use crate::template::settings::Settings;
use crate::template::value::{Encoding, Filter, Placing, Room, apply, password_slot, typed};

/// The values of one call, and the room that is left for them.
pub(in crate::template) struct Fill<'a, V> {
    pub(super) settings: &'a Settings,
    pub(super) references: &'a [Reference],
    pub(super) values: V,
    /// Bytes that the results may still have.
    pub(super) room: Room,
    /// Bytes that the filters may still handle.
    filter_room: Room,
    /// Bytes of values that may still be looked at for their places. No result has fewer bytes than
    /// that, so only what is refused anyway is refused sooner: else the time would grow with the
    /// values times the placeholders.
    placing_room: Room,
    /// Bytes of values that may still go in as JSON, which are no more than a document may have.
    json_room: Room,
}

/// The flaw of a variable in the host of a URL.
const OTHER_HOST: &str = "makes a URL of another scheme, host or port than those of the target, or \
                          one that URL parsers could read differently";

impl<'a, V: Values<'a>> Fill<'a, V> {
    pub(in crate::template) fn new(
        settings: &'a Settings,
        references: &'a [Reference],
        values: V,
    ) -> Self {
        let output = settings.limits.output;
        let [room, filter_room, placing_room] = std::array::from_fn(|_| Room::new(output));
        Self {
            settings,
            references,
            values,
            room,
            filter_room,
            placing_room,
            json_room: Room::new(settings.limits.template),
        }
    }

    /// Counts text of the result that has no placeholders.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(in crate::template) fn count(&mut self, bytes: usize) -> Result<()> {
        self.room.take(bytes)
    }

    /// Checks and measures one text. What is wrong with its values goes into `failures`; then the
    /// draft must not be used.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    #[inline]
    pub(in crate::template) fn draft(
        &mut self,
        text: &'a str,
        plan: &'a Plan,
        surface: Surface,
        failures: &mut Failures,
    ) -> Result<Draft<'a>> {
        if surface == Surface::Text {
            if let Some(length) = plain_length(text.len(), plan, &self.values, 0, |_| {}) {
                self.room.take(length)?;
                return Ok(Draft::new(text, plan, Encoding::Plain, length));
            }
        }
        self.draft_closely(text, plan, surface, failures)
    }

    fn draft_closely(
        &mut self,
        text: &'a str,
        plan: &'a Plan,
        surface: Surface,
        failures: &mut Failures,
    ) -> Result<Draft<'a>> {
        let placing = self.placing(text, plan, surface);
        let mut draft = Draft::new(text, plan, placing.encoding(), plan.literal());
        let mut named_host = None;
        // Counts the slots that do not stay.
        let mut placed = 0..;
        for (cut, slot) in plan
            .cuts()
            .iter()
            .filter_map(|cut| cut.slot.map(|slot| (cut, slot)))
        {
            let value = match self.values.value(slot.reference()) {
                Ok(value) => value,
                Err(None) => {
                    draft.length = draft.length.saturating_add(cut.span.len());
                    continue;
                }
                Err(Some(error)) => {
                    self.push_outcome(error, cut, slot, text, failures);
                    placed.next();
                    continue;
                }
            };
            let nth = placed.next().unwrap_or(usize::MAX);
            let place = (&placing, nth);
            if self.is_denied(cut, slot, text, place, failures) {
                continue;
            }
            if !slot.is_filtered() && placing.is_plain() {
                draft.length = draft.length.saturating_add(value.len());
                continue;
            }
            let chain = plan.chain(slot);
            let Ok(password) = self.password(chain, cut, text, place, failures) else {
                continue;
            };
            let value = match apply(chain, value, password, &mut self.filter_room) {
                Ok(value) => value,
                Err(error) if error.kind() == ErrorKind::TooLarge => return Err(error),
                Err(error) => {
                    failures.push(|| self.mark(error, cut, slot, text));
                    continue;
                }
            };
            self.placing_room.take(value.len())?;
            if typed(chain).is_some() {
                self.json_room.take(value.len())?;
            }
            if let Some(refusal) = placing.refusal(nth, &value, chain) {
                let target = self.values.host_target(slot.reference());
                let Some(target) = target.filter(|_| placing.is_host(nth, chain)) else {
                    failures.push(|| self.unencodable(refusal, cut, slot, text));
                    continue;
                };
                named_host = Some((target, cut, slot));
            }
            draft.length = draft
                .length
                .saturating_add(draft.encoding_of(slot).length(&value));
            if slot.is_filtered() {
                draft.filtered.push((self.owner(slot, chain), value));
            }
        }
        if failures.is_empty() {
            self.room.take(draft.length)?;
            if let Some((target, cut, slot)) = named_host {
                let mut url = Zeroizing::new(String::new());
                draft.write(&self.values, &mut url, |_| {});
                if !target.is_origin_of(&url) {
                    failures.push(|| self.unencodable(OTHER_HOST, cut, slot, text));
                }
            }
        }
        Ok(draft)
    }

    /// The reference whose secret the filters of a slot wrote: that of the password if the user is
    /// no secret.
    fn owner(&self, slot: Slot, chain: &[Filter]) -> usize {
        let password = password_slot(chain).filter(|_| self.values.is_variable(slot.reference()));
        password.unwrap_or(slot).reference()
    }

    /// The password that a chain has, which passes a gate of its own. `Err` if it does not; then
    /// that is a failure.
    pub(super) fn password(
        &self,
        chain: &[Filter],
        cut: &Cut,
        text: &str,
        place: (&Placing, usize),
        failures: &mut Failures,
    ) -> Result<Option<&'a str>, ()> {
        let Some(slot) = password_slot(chain) else {
            return Ok(None);
        };
        match self.values.value(slot.reference()) {
            Ok(_) if self.is_denied(cut, slot, text, place, failures) => Err(()),
            Ok(password) => Ok(Some(password)),
            Err(error) => {
                if let Some(error) = error {
                    self.push_outcome(error, cut, slot, text, failures);
                }
                Err(())
            }
        }
    }

    pub(super) fn placing(&self, text: &str, plan: &Plan, surface: Surface) -> Placing {
        // A placeholder that stays is text like all other: what it holds may open a quote.
        let stays = |cut: &Cut| {
            cut.slot
                .is_some_and(|slot| matches!(self.values.value(slot.reference()), Err(None)))
        };
        if plan.cuts().iter().any(stays) {
            let cuts: Vec<Cut> = plan
                .cuts()
                .iter()
                .filter(|cut| !stays(cut))
                .cloned()
                .collect();
            Placing::new(surface, text, &cuts)
        } else {
            Placing::new(surface, text, plan.cuts())
        }
    }

    /// Writes one text, and says where in it each value lies.
    #[inline]
    pub(in crate::template) fn write(
        &self,
        draft: &Draft<'a>,
        place: impl FnMut(Range<usize>),
    ) -> String {
        let mut out = String::new();
        self.write_into(draft, &mut out, place);
        out
    }

    /// Appends what [`write`](Fill::write) makes to `out`.
    #[inline]
    pub(in crate::template) fn write_into(
        &self,
        draft: &Draft<'a>,
        out: &mut String,
        place: impl FnMut(Range<usize>),
    ) {
        draft.write(&self.values, out, place);
    }
}
