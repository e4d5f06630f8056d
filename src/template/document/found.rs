//! What a scan of a document found, and how it is filled.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::structure::{Node, Places, Structure};
use super::walk::{Leaf, Role, What, copy, walk};
use super::{DATE_KEY, is_reserved};
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::resolve::{Outcomes, Permit, Resolved, Traces, check_count};
use crate::target::{Surface, Target};
use crate::template::engine::Engine;
use crate::template::fill::{Draft, Fill, LookedUp, Values};
use crate::template::lint::{self, Lint};
use crate::template::plan::{Plan, ReferenceList, References};
use crate::template::surfaces::names_host;

/// What a scan of a document found.
pub(super) struct Found {
    planned: Vec<Planned>,
    pub(super) references: ReferenceList,
}

/// A string with placeholders.
struct Planned {
    /// Its number, counting all strings in the order of a walk.
    number: usize,
    plan: Plan,
    /// Where it goes, unless that is for the target to say.
    surface: Option<Surface>,
}

/// A string that is sure to succeed.
struct Drafted<'d> {
    number: usize,
    role: Role,
    draft: Draft<'d>,
}

impl What {
    fn of(engine: &Engine) -> Self {
        Self {
            keys: engine.resolves_keys(),
            bookmarks: engine.rules().bookmarks(),
        }
    }
}

impl Found {
    pub(super) fn in_document<T: Structure>(engine: &Engine, document: &T) -> Result<Self> {
        Self::read(engine, document, |leaf, plan, references| {
            if is_name(engine, leaf) {
                plan.read_name(engine, leaf.text, references)
            } else {
                plan.read(engine, leaf.text, references)
            }
        })
    }

    /// Makes a plan of each string with `read`.
    pub(super) fn read<'d, T: Structure>(
        engine: &Engine,
        document: &'d T,
        mut read: impl FnMut(&Leaf<'_, 'd, T::Node>, &mut Plan, &mut References<'d>) -> Result<()>,
    ) -> Result<Self> {
        let mut references = References::default();
        let mut planned = Vec::new();
        // Most strings have no placeholders, and need no plan of their own.
        let mut plan = Plan::default();
        let mut failures = Failures::default();
        let mut bytes = 0_usize;
        walk(document.root(), What::of(engine), |leaf| {
            bytes = bytes.saturating_add(leaf.text.len());
            engine.bounds().check_template(bytes)?;
            match read(leaf, &mut plan, &mut references)
                .and_then(|()| surface_of(engine, leaf, &plan))
            {
                Ok(_) if plan.is_empty() => return Ok(()),
                Ok(surface) => {
                    planned.push(Planned {
                        number: leaf.number,
                        plan: mem::take(&mut plan),
                        surface,
                    });
                    return Ok(());
                }
                Err(error) if error.span().is_none() => return Err(error),
                Err(error) => failures.extend(&error, |one| one.in_pointer(&leaf.pointer())),
            }
            plan = Plan::default();
            Ok(())
        })?;
        failures.into_result()?;
        Ok(Self {
            planned,
            references: references.into_list(),
        })
    }

    /// The target with all surfaces that values will stand on, so that a look-up can refuse what
    /// may stand on none of them.
    pub(super) fn asked_for<'t>(&self, target: &'t Target) -> Cow<'t, Target> {
        if self.planned.iter().all(|planned| planned.surface.is_none()) {
            return Cow::Borrowed(target);
        }
        let with_values = self
            .planned
            .iter()
            .filter(|planned| planned.plan.has_slots());
        let surfaces = with_values.map(|planned| planned.surface.unwrap_or(target.surface()));
        Cow::Owned(target.clone().with_surfaces(surfaces.collect()))
    }

    pub(super) fn fill<T: Structure>(
        &self,
        engine: &Engine,
        document: &T,
        target: &Target,
        outcomes: Outcomes,
    ) -> Result<Resolved<T>> {
        let Self {
            planned,
            references,
        } = self;
        check_count(&outcomes, references)?;
        let what = What::of(engine);
        let looked_up = LookedUp::new(&outcomes, references, target.unknown_names());
        let mut fill = Fill::new(engine, references, looked_up);
        let mut drafts: Vec<Drafted<'_>> = Vec::with_capacity(planned.len());
        self.visit(
            engine,
            document,
            target,
            &mut fill,
            |fill, leaf, plan, surface, failures| {
                let draft = fill.draft(leaf.text, plan, surface, failures)?;
                drafts.push(Drafted {
                    number: leaf.number,
                    role: leaf.role,
                    draft,
                });
                Ok(())
            },
        )?;

        let keys = if what.keys {
            write_keys(document.root(), what, &fill, &drafts)?
        } else {
            Vec::new()
        };
        let mut places = Vec::with_capacity(drafts.len());
        let mut keys = keys.into_iter();
        let mut filtered = Vec::new();
        let mut drafts = drafts.into_iter().peekable();
        let mut strings = 0..;
        let root = copy(document.root(), what, &mut || {
            let number = strings.next()?;
            let Drafted { role, draft, .. } = drafts.next_if(|drafted| drafted.number == number)?;
            places.push(number);
            let written = match role {
                Role::Key(_) => keys.next().map(|mut key| mem::take(&mut *key)),
                Role::Value | Role::Bookmark => Some(fill.write(&draft, |_| {})),
            };
            filtered.extend(draft.into_filtered());
            written
        });
        let kept = looked_up.kept();
        let traces = Traces::new(references, filtered);
        let places: Places = (!what.keys).then_some(places);
        Ok(
            Resolved::new(document.resolved(root, what.keys), places, outcomes, kept)
                .traced(traces),
        )
    }

    /// What [`fill`](Found::fill) would say of these verdicts, but for what only values can cause.
    pub(super) fn check<T: Structure>(
        &self,
        engine: &Engine,
        document: &T,
        target: &Target,
        verdicts: &[Result<Permit>],
    ) -> Result<()> {
        let references = &self.references;
        check_count(verdicts, references)?;
        let judged = LookedUp::new(verdicts, references, target.unknown_names());
        let mut fill = Fill::new(engine, references, judged);
        self.visit(
            engine,
            document,
            target,
            &mut fill,
            |fill, leaf, plan, surface, failures| fill.check(leaf.text, plan, surface, failures),
        )
    }

    /// Visits the strings with placeholders, each with its plan and surface, and counts the others.
    ///
    /// # Errors
    ///
    /// What is wrong in the strings, each with its pointer; and what `visit` says.
    fn visit<'d, T: Structure, V: Values<'d>>(
        &'d self,
        engine: &Engine,
        document: &'d T,
        target: &Target,
        fill: &mut Fill<'d, V>,
        mut visit: impl FnMut(
            &mut Fill<'d, V>,
            &Leaf<'_, 'd, T::Node>,
            &'d Plan,
            Surface,
            &mut Failures,
        ) -> Result<()>,
    ) -> Result<()> {
        let mut failures = Failures::default();
        let mut open = self.planned.iter().peekable();
        walk(document.root(), What::of(engine), |leaf| {
            let Some(planned) = open.next_if(|planned| planned.number == leaf.number) else {
                return fill.count(leaf.text.len());
            };
            let mut own = Failures::default();
            let surface = planned.surface.unwrap_or(target.surface());
            visit(fill, leaf, &planned.plan, surface, &mut own)?;
            own.into_result().or_else(|error| {
                failures.extend(&error, |one| one.in_pointer(&leaf.pointer()));
                Ok::<_, Error>(())
            })
        })?;
        failures.into_result()
    }

    pub(super) fn lints<T: Structure>(&self, engine: &Engine, document: &T) -> Vec<Lint> {
        let none = Plan::default();
        self.gather(engine, document, |leaf, plan| {
            if is_name(engine, leaf) {
                return Vec::new();
            }
            lint::lints(engine.rules(), leaf.text, plan.unwrap_or(&none))
        })
    }

    pub(super) fn lints_among<T: Structure>(
        &self,
        engine: &Engine,
        document: &T,
        names: &[SecretName],
    ) -> Vec<Lint> {
        let mut search = lint::NameSearch::new(&self.references, names);
        self.gather(engine, document, |_, plan| {
            plan.map_or_else(Vec::new, |plan| search.lints(plan, &self.references))
        })
    }

    /// What there is to say of each string and its plan, up to as many as are listed.
    fn gather<T: Structure>(
        &self,
        engine: &Engine,
        document: &T,
        mut lints: impl FnMut(&Leaf<'_, '_, T::Node>, Option<&Plan>) -> Vec<Lint>,
    ) -> Vec<Lint> {
        let mut all = Vec::new();
        let mut open = self.planned.iter().peekable();
        // Cannot fail: the depth was checked, and nothing else is.
        let _ = walk(document.root(), What::of(engine), |leaf| {
            let planned = open.next_if(|planned| planned.number == leaf.number);
            if all.len() < Lint::LISTED {
                let found = lints(leaf, planned.map(|planned| &planned.plan));
                if !found.is_empty() {
                    let pointer = Arc::from(leaf.pointer());
                    all.extend(found.into_iter().map(|lint| lint.in_pointer(&pointer)));
                }
            }
            Ok(())
        });
        all.truncate(Lint::LISTED);
        all
    }
}

/// Whether a string is the name of a secret as a whole.
pub(super) fn is_name<N: Node>(engine: &Engine, leaf: &Leaf<'_, '_, N>) -> bool {
    let named = engine.rules().named();
    match leaf.role {
        Role::Bookmark => true,
        Role::Key(_) => false,
        // Patterns times strings, with or without placeholders: the patterns are the host's, most
        // do not fit by their length, and no more of a way is written out than they have.
        Role::Value => named
            .iter()
            .filter_map(|pattern| pattern.fits(leaf.depth()))
            .max()
            .is_some_and(|most| {
                let path = leaf.beginning(most);
                named.iter().any(|pattern| {
                    pattern.fits(leaf.depth()).is_some()
                        && pattern.matches(path.iter().map(|step| &**step))
                })
            }),
    }
}

/// Where a string goes, if a rule says so; for a key, where its entry does.
///
/// # Errors
///
/// `Unencodable` for a value in the header of the host, or in the name of a header, which could
/// become the host's.
fn surface_of<N: Node>(
    engine: &Engine,
    leaf: &Leaf<'_, '_, N>,
    plan: &Plan,
) -> Result<Option<Surface>> {
    let slot = plan.cuts().iter().find(|cut| cut.slot.is_some());
    let Some(slot) = slot.filter(|_| !engine.rules_of_surfaces().is_empty()) else {
        return Ok(None);
    };
    let path = leaf.path();
    let surface = engine.rules_of_surfaces().surface_on(&path);
    let message = match (surface, leaf.role) {
        (Some(Surface::Header), Role::Key(_)) => {
            "a value may not stand in the name of a header: write it out"
        }
        (Some(Surface::Header), _) if names_host(&path) => {
            "a value may not choose the host: write the Host header out"
        }
        _ => return Ok(surface),
    };
    Err(Error::new(ErrorKind::Unencodable, message).at(slot.span.clone(), leaf.text))
}

/// Writes the keys that have placeholders.
///
/// # Errors
///
/// `InvalidDocument` when keys of an object become the same: one of their entries would be lost.
/// And when one becomes a key that makes something else of its object.
fn write_keys<'d, N: Node>(
    root: &N,
    what: What,
    fill: &Fill<'d, impl Values<'d>>,
    drafts: &[Drafted<'d>],
) -> Result<Vec<Zeroizing<String>>> {
    let keys = drafts
        .iter()
        .filter(|drafted| matches!(drafted.role, Role::Key(_)));
    let (numbers, keys): (Vec<_>, Vec<_>) = keys
        .map(|key| (key.number, Zeroizing::new(fill.write(&key.draft, |_| {}))))
        .unzip();
    if keys.is_empty() {
        return Ok(keys);
    }
    let mut written = numbers.iter().zip(&keys).peekable();
    let mut seen: HashSet<(usize, &str)> = HashSet::new();
    let mut failures = Failures::default();
    walk(root, what, |leaf| {
        if let Role::Key(object) = leaf.role {
            let key = written.next_if(|(number, _)| **number == leaf.number);
            if key.is_some_and(|(_, key)| is_reserved(key) || **key == DATE_KEY) {
                failures.push(|| reserved_key().in_pointer(&leaf.pointer_of_parent()));
            }
            if !seen.insert((object, key.map_or(leaf.text, |(_, key)| key))) {
                failures.push(|| same_keys().in_pointer(&leaf.pointer_of_parent()));
            }
        }
        Ok(())
    })?;
    failures.into_result()?;
    Ok(keys)
}

fn reserved_key() -> Error {
    Error::new(
        ErrorKind::InvalidDocument,
        "a key of an object becomes one that a parser keeps for itself",
    )
}

fn same_keys() -> Error {
    Error::new(
        ErrorKind::InvalidDocument,
        "two keys of an object become the same with their values; rename one",
    )
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::reference::Reference;
    use crate::resolve::Resolver;
    use crate::target::SurfaceSet;
    use crate::template::{Surfaces, Tree};

    /// Remembers for which surfaces it was asked.
    #[derive(Default)]
    struct Asked(RefCell<Vec<SurfaceSet>>);

    impl Resolver for Asked {
        fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
            self.0.borrow_mut().push(target.surfaces());
            Ok(references
                .iter()
                .map(|one| Ok(crate::resolve::Found::new(one.name().clone(), "value")))
                .collect())
        }
    }

    #[test]
    fn a_look_up_is_told_all_surfaces_of_its_values() {
        let engine = Engine::new().surfaces(Surfaces::mcp());
        let target = Target::tool("t").with_surface(Surface::Form);
        let tree = |text| serde_json::from_str::<Tree>(text).unwrap();
        for (document, surfaces) in [
            (r#"["<<A>>"]"#, vec![Surface::Form]),
            (
                r#"{"headers": {"A": "<<A>>", "B": "b"}, "url": "https://a.example"}"#,
                vec![Surface::Header],
            ),
            (
                r#"{"headers": ["<<A>>"], "env": {"A": "<<A>>"}, "x": "<<!A>>"}"#,
                vec![Surface::Header, Surface::Env],
            ),
            (
                r#"{"headers": ["<<A>>"], "x": "<<A>>"}"#,
                vec![Surface::Header, Surface::Form],
            ),
        ] {
            let expected: SurfaceSet = surfaces.into_iter().collect();
            let asked = Asked::default();
            engine.resolve(&asked, &target, &tree(document)).unwrap();
            engine
                .resolve(
                    &asked,
                    &target,
                    &engine.compile_document(tree(document)).unwrap(),
                )
                .unwrap();
            for compiled in [true, false] {
                let judge = |references: &[Reference], target: &Target| {
                    asked.0.borrow_mut().push(target.surfaces());
                    Ok(references.iter().map(|_| Ok(Permit::new())).collect())
                };
                let document = tree(document);
                let checked = if compiled {
                    engine.check(&target, &engine.compile_document(document).unwrap(), judge)
                } else {
                    engine.check(&target, &document, judge)
                };
                checked.unwrap();
            }
            assert_eq!(*asked.0.borrow(), [expected; 4], "{document}");
        }
    }
}
