//! Lints of all texts of a source.

use std::ops::Deref;
use std::slice;
use std::sync::Arc;

use super::planned::{Planned, take};
use super::prepared::Prepared;
use crate::error::Result;
use crate::name::SecretName;
use crate::target::Surface;
use crate::template::lint::{Lint, NameSearch, inner_json, lints};
use crate::template::plan::Plan;
use crate::template::settings::Settings;
use crate::template::source::{Part, Source, Visitor};

impl<S: Source, E: Deref<Target = Settings>> Prepared<S, E> {
    /// The near misses in all texts, found when first asked for.
    pub(in crate::template) fn lints(&self) -> &[Lint] {
        let none = Plan::default();
        self.lints.get_or_init(|| {
            self.gather(|part: Listed<'_>, plan| {
                if part.is_name {
                    return Vec::new();
                }
                let mut found = lints(self.settings.rules(), part.text, plan.unwrap_or(&none));
                if let Some(plan) = plan.filter(|_| part.is_raw) {
                    found.extend(inner_json(part.text, plan));
                }
                found
            })
        })
    }

    /// A lint for each name that is not among `names` but like one of them.
    pub(in crate::template) fn lints_among(&self, names: &[SecretName]) -> Vec<Lint> {
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
}

/// A text while lints are gathered.
struct Listed<'l> {
    text: &'l str,
    is_name: bool,
    /// True for a string of a document whose values are not written as JSON.
    is_raw: bool,
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
                is_raw: planned.is_some()
                    && part.pointer().is_some()
                    && part.rule(self.settings) != Some(Surface::Json),
            };
            let found = (self.lints)(listed, planned.map(|planned| &planned.plan));
            if !found.is_empty() {
                let pointer = part.pointer().map(Arc::from);
                let text = part.text();
                let placed = found.into_iter();
                let placed = placed.map(|lint| lint.placed(text, pointer.as_ref()));
                self.all.extend(placed);
            }
        }
        Ok(())
    }
}
