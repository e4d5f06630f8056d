//! A prepared source, and the one look-up of a call.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use smallvec::SmallVec;

use super::planned::Planned;
use crate::error::Result;
use crate::reference::Reference;
use crate::resolve::{Outcomes, Resolver};
use crate::target::{SurfaceSet, Target};
use crate::template::lint::Lint;
use crate::template::plan::{Plan, ReferenceList};
use crate::template::settings::Settings;
use crate::template::source::Source;

/// A source whose placeholders were found.
pub(in crate::template) struct Prepared<S, E = Arc<Settings>> {
    pub(super) source: S,
    /// The texts with placeholders, in the order of a visit.
    pub(super) texts: SmallVec<[Planned; 1]>,
    pub(super) references: ReferenceList,
    pub(super) settings: E,
    pub(super) lints: OnceLock<Vec<Lint>>,
}

impl<S, E> Prepared<S, E> {
    pub(in crate::template) fn source(&self) -> &S {
        &self.source
    }

    pub(in crate::template) fn into_source(self) -> S {
        self.source
    }

    pub(in crate::template) fn settings(&self) -> &E {
        &self.settings
    }

    pub(in crate::template) fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The plans of the texts with placeholders.
    pub(in crate::template) fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.texts.iter().map(|planned| &planned.plan)
    }
}

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// Takes a source without looking at it. It is then prepared where it is, because it is too
    /// large to be moved around for a short text.
    #[inline]
    pub(in crate::template) fn new(settings: E, source: S) -> Self {
        Self {
            source,
            texts: SmallVec::new(),
            references: ReferenceList::new(),
            settings,
            lints: OnceLock::new(),
        }
    }

    /// The target with all surfaces that values will stand on, so that a look-up can refuse what
    /// may stand on none of them.
    pub(in crate::template) fn lookup_target<'t>(&self, target: &'t Target) -> Cow<'t, Target> {
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
    pub(in crate::template) fn look_up<R: Resolver + ?Sized>(
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
}
