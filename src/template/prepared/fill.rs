//! The verbs that take values or verdicts: check, write, fill and resolve.

use std::ops::Deref;

use secrecy::SecretString;

use super::prepared::Prepared;
use crate::error::Result;
use crate::reference::Reference;
#[cfg(feature = "http")]
use crate::resolve::Outcome;
use crate::resolve::{Outcomes, Permit, Resolved, Resolver, Traces, Wipe, check_count};
use crate::target::{Surface, Target};
use crate::template::lint::Lint;
use crate::template::render::{Drafted, Drafts, Fill, LookedUp, Values};
use crate::template::settings::Settings;
use crate::template::source::Source;

/// The results of filters, each with the number of its reference.
type Made = Vec<(usize, SecretString)>;

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// Says what a [`fill`](Prepared::fill) would refuse, but for what only values can cause, and
    /// returns the [lints](Prepared::lints).
    /// Nobody is asked for verdicts if there is nothing to judge.
    ///
    /// # Errors
    ///
    /// The same, and those of `verdicts`.
    pub(in crate::template) fn check(
        &self,
        target: &Target,
        verdicts: impl FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>,
    ) -> Result<Vec<Lint>> {
        let verdicts = if self.references.is_empty() {
            Vec::new()
        } else {
            verdicts(&self.references, &self.lookup_target(target))?
        };
        check_count(&verdicts, &self.references)?;
        let unknown_names = self.source.unknown_names(target);
        let judged = LookedUp::new(&verdicts, &self.references, unknown_names, target);
        let fill = &mut Fill::new(&self.settings, &self.references, judged);
        self.visit(fill, target, |fill, text, failures| {
            fill.check(text.text, text.plan, text.surface, failures)
        })?;
        Ok(self.lints().to_vec())
    }

    /// Puts in what was said of the references, and keeps nothing of it.
    ///
    /// # Errors
    ///
    /// All failures of all texts in one, each with its place; `TooLarge`; `BrokenResolver`.
    #[cfg(feature = "http")] // only headers need it
    pub(in crate::template) fn write(
        &self,
        target: &Target,
        outcomes: &[Outcome],
    ) -> Result<S::Output<'_>> {
        check_count(outcomes, &self.references)?;
        let unknown_names = self.source.unknown_names(target);
        let looked_up = LookedUp::new(outcomes, &self.references, unknown_names, target);
        let mut fill = Fill::new(&self.settings, &self.references, looked_up);
        let mut drafts = Drafts::new();
        self.draft(&mut fill, target, &mut drafts)?;
        let places = &mut S::Places::default();
        self.source.write(&self.settings, &fill, &drafts, places)
    }

    /// Drafts the texts with placeholders.
    #[inline]
    fn draft<'d, V: Values<'d>>(
        &'d self,
        fill: &mut Fill<'d, V>,
        target: &Target,
        drafts: &mut Drafts<'d>,
    ) -> Result<()> {
        self.visit(fill, target, |fill, text, failures| {
            let draft = fill.draft(text.text, text.plan, text.surface, failures)?;
            if let Some((json, typed)) = draft.json() {
                if let Err(error) = self.source.check_json(json, typed, text.depth) {
                    fill.push_unfit(error, &draft, failures);
                }
            }
            let number = text.number;
            drafts.push(Drafted { number, draft });
            Ok(())
        })
    }

    /// Puts in what was said of the references, and keeps it for redactors.
    ///
    /// # Errors
    ///
    /// The errors of [`write`](Prepared::write).
    #[inline]
    pub(in crate::template) fn fill<'s, O: Wipe<Places = S::Places>>(
        &'s self,
        target: &Target,
        outcomes: Outcomes,
    ) -> Result<Resolved<O>>
    where
        S: Source<Output<'s> = O> + 's,
    {
        check_count(&outcomes, &self.references)?;
        let unknown_names = self.source.unknown_names(target);
        let looked_up = LookedUp::new(&outcomes, &self.references, unknown_names, target);
        let mut places = S::Places::default();
        let plain = self.write_plain(target, &looked_up, &mut places);
        let (output, traces) = if let Some(output) = plain {
            // Every value went in as it is.
            (output, Traces::of(&self.references))
        } else {
            let (output, made) = self.write_closely(target, looked_up, &mut places)?;
            let traces = Traces::new(&self.references, looked_up.kept(), made);
            (output, traces)
        };
        Ok(Resolved::new(output, places, outcomes, traces))
    }

    /// Writes a source that is one text, with no placeholder or with values that go in as they are.
    #[inline]
    fn write_plain<'d>(
        &self,
        target: &Target,
        values: &impl Values<'d>,
        places: &mut S::Places,
    ) -> Option<S::Output<'_>> {
        let plan = match self.texts.as_slice() {
            [] => None,
            [planned] => {
                let surface = planned.surface.unwrap_or(self.source.aim(target).surface());
                if surface != Surface::Text {
                    return None;
                }
                Some(&planned.plan)
            }
            _ => return None,
        };
        let most = self.settings.limits.output;
        self.source.write_plain(plan, values, most, places)
    }

    /// Writes every other source, and returns what filters made with the numbers of the references.
    #[inline(never)] // so that the other way is short
    fn write_closely<'s: 'd, 'd>(
        &'s self,
        target: &Target,
        values: impl Values<'d>,
        places: &mut S::Places,
    ) -> Result<(S::Output<'s>, Made)> {
        let mut fill = Fill::new(&self.settings, &self.references, values);
        let mut drafts = Drafts::new();
        self.draft(&mut fill, target, &mut drafts)?;
        let output = self.source.write(&self.settings, &fill, &drafts, places)?;
        let drafts = drafts.into_iter();
        let made = drafts.flat_map(|one| one.draft.into_filtered()).collect();
        Ok((output, made))
    }

    /// Looks up and [fills](Prepared::fill).
    ///
    /// # Errors
    ///
    /// The same, and those of the resolver.
    #[inline]
    pub(in crate::template) fn resolve<'s, R: Resolver + ?Sized, O: Wipe<Places = S::Places>>(
        &'s self,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<O>>
    where
        S: Source<Output<'s> = O> + 's,
    {
        self.fill(target, self.look_up(resolver, target)?)
    }
}
