//! JSON documents: parsed first, resolved in their strings.

mod strict;
mod walk;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::engine::Engine;
use super::fill::{Draft, Fill, LookedUp};
use super::lint::{self, Lint};
use super::plan::{Plan, ReferenceList, References};
use super::resolve_ext::{Resolvable, look_up, sealed};
use crate::error::{Error, Failures, Result};
use crate::reference::Reference;
use crate::resolve::{Outcome, Outcomes, Resolved, Resolver, Target, check_count};
use walk::Strings;

/// A JSON document whose placeholders were found. Cheap to clone.
///
/// Placeholders are found in strings; keys are left alone, and a string stays a string. Values cannot change the
/// structure, whatever they hold.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::{Document, ResolveExt};
/// use keyslot::{Target, Variables};
///
/// let document = Document::parse(r#"{"url": "https://<<REGION>>.example", "tries": 3}"#)?;
/// assert_eq!(document.references()[0].name().as_str(), "REGION");
///
/// let variables = Variables::new().with("REGION", "eu")?;
/// let resolved = variables.resolve_for(&Target::tool("fetch"), &document)?;
/// assert_eq!(resolved.expose_secret()["url"], "https://eu.example");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Document {
    compiled: Arc<Compiled>,
}

struct Compiled {
    value: Value,
    found: Found,
    engine: Engine,
    lints: OnceLock<Vec<Lint>>,
}

/// What a scan of a document found.
struct Found {
    leaves: Vec<Leaf>,
    references: ReferenceList,
}

/// A string with placeholders.
struct Leaf {
    /// Its number, counting all strings in the order of a walk.
    number: usize,
    plan: Plan,
}

impl Document {
    /// How deep arrays and objects may be nested.
    pub const MAX_DEPTH: usize = 128;

    /// Finds the placeholders of a document.
    ///
    /// # Errors
    ///
    /// As for [`Template::compile`](super::Template::compile), each failure with the JSON Pointer of its string;
    /// [`TooLarge`](crate::ErrorKind::TooLarge) also when it is nested deeper than [`MAX_DEPTH`](Document::MAX_DEPTH).
    pub fn compile(value: Value) -> Result<Self> {
        Self::with(Engine::shared(), value)
    }

    pub(super) fn with(engine: &Engine, value: Value) -> Result<Self> {
        match Found::in_value(engine, &value) {
            Ok(found) => {
                let engine = engine.clone();
                Ok(Self { compiled: Arc::new(Compiled { value, found, engine, lints: OnceLock::new() }) })
            }
            Err(error) => {
                walk::dismantle(value);
                Err(error)
            }
        }
    }

    /// Parses JSON and finds its placeholders. Stricter than most parsers: what two parsers may read in two ways is
    /// refused.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](crate::ErrorKind::InvalidDocument) with the position, for what is no JSON, for a key twice in
    /// one object, for arrays and objects nested deeper than [`MAX_DEPTH`](Document::MAX_DEPTH), for numbers out of range
    /// and for halves of surrogate pairs; and the errors of [`compile`](Document::compile).
    pub fn parse(text: &str) -> Result<Self> {
        Engine::shared().bounds().check_template(text.len())?;
        Self::compile(strict::parse(text)?)
    }

    /// What it refers to: each distinct name, version and form once, in the order in which they first appear.
    pub fn references(&self) -> &[Reference] {
        &self.compiled.found.references
    }

    /// What looks like a mistyped placeholder but is text by the grammar; the first [`Lint::LISTED`] of them. Found when
    /// first asked for.
    pub fn lints(&self) -> &[Lint] {
        let Compiled { value, found, engine, lints } = &*self.compiled;
        lints.get_or_init(|| found.lints(engine, value))
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Document::references), for no target in
    /// particular.
    ///
    /// # Errors
    ///
    /// As for [`fill_for`](Document::fill_for).
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<Resolved<Value>> {
        self.fill_for(&Target::unspecified(), outcomes)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Document::references), written as the
    /// surface of `target` needs it. `outcomes` are in the order of the references.
    ///
    /// # Errors
    ///
    /// As for [`Template::fill_for`](super::Template::fill_for): all failures of all strings in one error, each with its
    /// JSON Pointer and with the span in its string.
    pub fn fill_for(&self, target: &Target, outcomes: &[Outcome]) -> Result<Resolved<Value>> {
        let Compiled { value, found, engine, .. } = &*self.compiled;
        check_count(outcomes, &found.references)?;
        found.fill(engine, value, target, outcomes.to_vec())
    }
}

impl Found {
    fn in_value(engine: &Engine, value: &Value) -> Result<Self> {
        let mut references = References::default();
        let mut leaves = Vec::new();
        let mut failures = Failures::default();
        let mut bytes = 0_usize;
        Strings::walk(value, &mut |string| {
            bytes = bytes.saturating_add(string.text.len());
            engine.bounds().check_template(bytes)?;
            match Plan::of(engine, string.text, &mut references) {
                Ok(plan) if plan.is_empty() => {}
                Ok(plan) => leaves.push(Leaf { number: string.number, plan }),
                Err(error) if error.span().is_none() => return Err(error),
                Err(error) => failures.extend(&error, |one| one.in_pointer(&string.pointer())),
            }
            Ok(())
        })?;
        failures.into_result()?;
        Ok(Self { leaves, references: references.into_list() })
    }

    fn fill(&self, engine: &Engine, value: &Value, target: &Target, outcomes: Outcomes) -> Result<Resolved<Value>> {
        let Self { leaves, references } = self;
        check_count(&outcomes, references)?;
        let looked_up = LookedUp { outcomes: &outcomes, references, missing: target.missing_policy() };
        let mut fill = Fill::new(engine, references, looked_up);
        let mut failures = Failures::default();
        let mut drafts: Vec<(usize, Draft<'_>)> = Vec::with_capacity(leaves.len());
        let mut open = leaves.iter().peekable();
        Strings::walk(value, &mut |string| {
            let Some(leaf) = open.next_if(|leaf| leaf.number == string.number) else {
                return fill.count(string.text.len());
            };
            let mut own = Failures::default();
            let draft = fill.draft(string.text, &leaf.plan, target.surface_kind(), &mut own)?;
            drafts.push((leaf.number, draft));
            own.into_result().or_else(|error| {
                failures.extend(&error, |one| one.in_pointer(&string.pointer()));
                Ok::<_, Error>(())
            })
        })?;
        failures.into_result()?;

        let mut places = Vec::with_capacity(drafts.len());
        let mut drafts = drafts.into_iter().peekable();
        let resolved = walk::copy(value, &mut 0, &mut |number| {
            let (_, draft) = drafts.next_if(|(of, _)| *of == number)?;
            places.push(number);
            Some(fill.write(&draft, |_| {}))
        });
        let kept = looked_up.kept();
        Ok(Resolved::new(resolved, places, outcomes, kept))
    }

    fn lints(&self, engine: &Engine, value: &Value) -> Vec<Lint> {
        let mut all = Vec::new();
        let mut leaves = self.leaves.iter().peekable();
        let none = Plan::default();
        // Cannot fail: the depth was checked, and nothing else is.
        let _ = Strings::walk(value, &mut |string| {
            let plan = leaves.next_if(|leaf| leaf.number == string.number).map_or(&none, |leaf| &leaf.plan);
            if all.len() < Lint::LISTED {
                let found = lint::lints(engine.rules(), string.text, plan);
                if !found.is_empty() {
                    let pointer = Arc::from(string.pointer());
                    all.extend(found.into_iter().map(|lint| lint.in_pointer(&pointer)));
                }
            }
            Ok(())
        });
        all.truncate(Lint::LISTED);
        all
    }
}

impl sealed::Sealed for &Value {}
impl sealed::Sealed for &Document {}

impl Resolvable for &Value {
    type Output = Value;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<Value>> {
        let found = Found::in_value(engine, self)?;
        let outcomes = look_up(resolver, &found.references, target)?;
        found.fill(engine, self, target, outcomes)
    }
}

impl Resolvable for &Document {
    type Output = Value;

    fn resolve_with<R: Resolver + ?Sized>(self, _: &Engine, resolver: &R, target: &Target) -> Result<Resolved<Value>> {
        let Compiled { value, found, engine, .. } = &*self.compiled;
        found.fill(engine, value, target, look_up(resolver, &found.references, target)?)
    }
}

/// The document holds no value, but belongs to somebody: only what it refers to is shown.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("references", &self.references()).finish_non_exhaustive()
    }
}
