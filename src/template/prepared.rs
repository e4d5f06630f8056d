//! Texts that are prepared once and filled many times, whatever they are part of: the verbs that
//! templates, documents and headers share.

use std::borrow::Cow;
use std::ops::Deref;
use std::slice;
use std::sync::{Arc, OnceLock};

use secrecy::SecretString;
use smallvec::SmallVec;

use super::lint::{Lint, NameSearch, lints};
use super::plan::{Plan, ReferenceList, References};
use super::render::{Drafted, Drafts, Fill, LookedUp, Values};
use super::settings::Settings;
use super::source::{Part, Source, Visitor};
use crate::error::{ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::Reference;
#[cfg(feature = "http")]
use crate::resolve::Outcome;
use crate::resolve::{Outcomes, Permit, Resolved, Resolver, Traces, Wipe, check_count};
use crate::target::{Surface, SurfaceSet, Target};

/// The results of filters, each with the number of its reference.
type Made = Vec<(usize, SecretString)>;

/// A source whose placeholders were found.
pub(super) struct Prepared<S, E = Arc<Settings>> {
    source: S,
    /// The texts with placeholders, in the order of a visit.
    texts: SmallVec<[Planned; 1]>,
    references: ReferenceList,
    settings: E,
    lints: OnceLock<Vec<Lint>>,
}

/// A text with placeholders.
#[derive(Default)]
struct Planned {
    /// Its number, counting all texts of the source.
    number: usize,
    plan: Plan,
    /// Its surface, unless that is for the target to say.
    surface: Option<Surface>,
}

/// Reads one text of a source.
pub(super) trait Read {
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

impl<S, E> Prepared<S, E> {
    pub(super) fn source(&self) -> &S {
        &self.source
    }

    pub(super) fn into_source(self) -> S {
        self.source
    }

    pub(super) fn settings(&self) -> &E {
        &self.settings
    }

    pub(super) fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The plans of the texts with placeholders.
    pub(super) fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.texts.iter().map(|planned| &planned.plan)
    }
}

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// Takes a source without looking at it. It is then prepared where it is, because it is too
    /// large to be moved around for a short text.
    #[inline]
    pub(super) fn new(settings: E, source: S) -> Self {
        Self {
            source,
            texts: SmallVec::new(),
            references: ReferenceList::new(),
            settings,
            lints: OnceLock::new(),
        }
    }

    /// Finds the placeholders of a source that somebody trusted wrote.
    ///
    /// # Errors
    ///
    /// All errors of all texts in one, each with its place; `TooLarge`.
    #[inline]
    pub(super) fn prepare(&mut self) -> Result<()> {
        self.prepare_with(&mut Trusted)
    }

    /// Finds the placeholders of a source with another reader of its texts.
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[inline]
    pub(super) fn prepare_with(&mut self, read: &mut impl Read) -> Result<()> {
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

    /// The near misses in all texts, found when first asked for.
    pub(super) fn lints(&self) -> &[Lint] {
        let none = Plan::default();
        self.lints.get_or_init(|| {
            self.gather(|part: Listed<'_>, plan| {
                if part.is_name {
                    return Vec::new();
                }
                lints(self.settings.rules(), part.text, plan.unwrap_or(&none))
            })
        })
    }

    /// A lint for each name that is not among `names` but like one of them.
    pub(super) fn lints_among(&self, names: &[SecretName]) -> Vec<Lint> {
        let mut search = NameSearch::new(&self.references, names);
        self.gather(|_, plan| {
            plan.map_or_else(Vec::new, |plan| search.lints(plan, &self.references))
        })
    }

    /// Gathers the lints of each text and its plan, up to as many as are listed.
    fn gather(&self, lints: impl FnMut(Listed<'_>, Option<&Plan>) -> Vec<Lint>) -> Vec<Lint> {
        let mut linting = Linting {
            settings: &self.settings,
            open: self.texts.iter(),
            lints,
            all: Vec::new(),
        };
        // Cannot fail: what a visit refuses was refused when the source was prepared.
        let _ = self.source.visit(&self.settings, &mut linting);
        linting.all.truncate(Lint::LISTED);
        linting.all
    }

    /// The target with all surfaces that values will stand on, so that a look-up can refuse what
    /// may stand on none of them.
    pub(super) fn lookup_target<'t>(&self, target: &'t Target) -> Cow<'t, Target> {
        let target = self.source.aim(target);
        match self.surfaces(&target) {
            None => target,
            Some(surfaces) => Cow::Owned(target.into_owned().with_surfaces(surfaces)),
        }
    }

    /// The surfaces that values will stand on, unless there is only that of the target.
    #[inline]
    fn surfaces(&self, target: &Target) -> Option<SurfaceSet> {
        if self.texts.iter().all(|planned| planned.surface.is_none()) {
            return None;
        }
        let with_values = self
            .texts
            .iter()
            .filter(|planned| planned.plan.first_value().is_some());
        Some(
            with_values
                .map(|planned| planned.surface.unwrap_or(target.surface()))
                .collect(),
        )
    }

    /// The one look-up of a call; none if there is nothing to look up.
    ///
    /// # Errors
    ///
    /// The resolver's.
    #[inline]
    pub(super) fn look_up<R: Resolver + ?Sized>(
        &self,
        resolver: &R,
        target: &Target,
    ) -> Result<Outcomes> {
        if self.references.is_empty() {
            return Ok(Outcomes::new());
        }
        let aimed = self.source.aim(target);
        match self.surfaces(&aimed) {
            None => resolver.lookup(&self.references, &aimed),
            Some(surfaces) => {
                let target = aimed.into_owned().with_surfaces(surfaces);
                resolver.lookup(&self.references, &target)
            }
        }
    }

    /// Says what a [`fill`](Prepared::fill) would refuse, but for what only values can cause, and
    /// returns the [lints](Prepared::lints).
    /// Nobody is asked for verdicts if there is nothing to judge.
    ///
    /// # Errors
    ///
    /// The same, and those of `verdicts`.
    pub(super) fn check(
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
        let judged = LookedUp::new(&verdicts, &self.references, unknown_names);
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
    pub(super) fn write(&self, target: &Target, outcomes: &[Outcome]) -> Result<S::Output<'_>> {
        check_count(outcomes, &self.references)?;
        let unknown_names = self.source.unknown_names(target);
        let looked_up = LookedUp::new(outcomes, &self.references, unknown_names);
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
            let number = text.number;
            drafts.push(Drafted { number, draft });
            Ok(())
        })
    }

    /// Visits the texts with placeholders, and counts the others.
    #[inline]
    fn visit<'d, V: Values<'d>>(
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

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// Puts in what was said of the references, and keeps it for redactors.
    ///
    /// # Errors
    ///
    /// The errors of [`write`](Prepared::write).
    #[inline]
    pub(super) fn fill<'s, O: Wipe<Places = S::Places>>(
        &'s self,
        target: &Target,
        outcomes: Outcomes,
    ) -> Result<Resolved<O>>
    where
        S: Source<Output<'s> = O> + 's,
    {
        check_count(&outcomes, &self.references)?;
        let unknown_names = self.source.unknown_names(target);
        let looked_up = LookedUp::new(&outcomes, &self.references, unknown_names);
        let mut places = S::Places::default();
        let (output, made) = match self.write_plain(target, &looked_up, &mut places) {
            Some(output) => (output, Vec::new()),
            None => self.write_closely(target, looked_up, &mut places)?,
        };
        let traces = Traces::new(&self.references, looked_up.kept(), made);
        Ok(Resolved::new(output, places, outcomes, traces))
    }

    /// Writes a source that is one text whose values go in as they are.
    #[inline]
    fn write_plain<'d>(
        &self,
        target: &Target,
        values: &impl Values<'d>,
        places: &mut S::Places,
    ) -> Option<S::Output<'_>> {
        let [planned] = self.texts.as_slice() else {
            return None;
        };
        let surface = planned.surface.unwrap_or(self.source.aim(target).surface());
        let most = self.settings.limits.output;
        (surface == Surface::Text)
            .then(|| self.source.write_plain(&planned.plan, values, most, places))
            .flatten()
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
    pub(super) fn resolve<'s, R: Resolver + ?Sized, O: Wipe<Places = S::Places>>(
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

/// A text with placeholders while it is filled.
struct Open<'d> {
    number: usize,
    text: &'d str,
    plan: &'d Plan,
    surface: Surface,
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
        };
        let mut own = Failures::default();
        (self.visit)(self.fill, text, &mut own)?;
        if let Err(error) = own.into_result() {
            self.failures.extend(&error, |one| part.locate(one));
        }
        Ok(())
    }
}

/// A text while lints are gathered.
struct Listed<'l> {
    text: &'l str,
    is_name: bool,
}

/// Gathers lints of the texts of a visit.
struct Linting<'l, F> {
    settings: &'l Settings,
    open: slice::Iter<'l, Planned>,
    lints: F,
    all: Vec<Lint>,
}

impl<'s, F: FnMut(Listed<'_>, Option<&Plan>) -> Vec<Lint>> Visitor<'s> for Linting<'_, F> {
    fn text(&mut self, part: &impl Part<'s>) -> Result<()> {
        let planned = take(&mut self.open, part.number());
        if self.all.len() < Lint::LISTED {
            let listed = Listed {
                text: part.text(),
                is_name: part.is_name(self.settings),
            };
            let found = (self.lints)(listed, planned.map(|planned| &planned.plan));
            if !found.is_empty() {
                let pointer = part.pointer().map(Arc::from);
                let placed = found.into_iter().map(|lint| lint.placed(pointer.as_ref()));
                self.all.extend(placed);
            }
        }
        Ok(())
    }
}

/// Takes the next text if it has this number.
#[inline]
fn take<'d>(open: &mut slice::Iter<'d, Planned>, number: usize) -> Option<&'d Planned> {
    let first = open.as_slice().first()?;
    if first.number == number {
        open.next()
    } else {
        None
    }
}
