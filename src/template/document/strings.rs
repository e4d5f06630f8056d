//! The strings of a document as a source.

use std::borrow::{Borrow, Cow};
use std::marker::PhantomData;

use smallvec::SmallVec;
use zeroize::Zeroizing;

use super::keys::write_keys;
use super::leaf::{Leaf, Role};
use super::walk::{Visited, walk};
use crate::error::{Error, ErrorKind, Result};
use crate::resolve::Wipe;
use crate::target::Surface;
use crate::template::json::check;
use crate::template::plan::Plan;
use crate::template::render::{Drafted, Fill, Values};
use crate::template::settings::Settings;
use crate::template::source::{Part, Source, Visitor};
use crate::template::structure::{Node, Replacement, Structure};
use crate::template::surfaces::names_host;
use crate::template::value::Typed;

/// The strings of a document, which is owned or borrowed.
pub(in crate::template) struct Strings<T, D> {
    document: D,
    of: PhantomData<T>,
}

impl<T, D> Strings<T, D> {
    pub(in crate::template) fn of(document: D) -> Self
    where
        D: Borrow<T>,
    {
        Self {
            document,
            of: PhantomData,
        }
    }

    pub(super) fn document(&self) -> &D {
        &self.document
    }

    pub(in crate::template) fn into_document(self) -> D {
        self.document
    }
}

impl Visited {
    fn of(settings: &Settings) -> Self {
        Self {
            keys: settings.keys,
            bookmarks: settings.rules().bookmarks(),
        }
    }
}

impl<T: Structure, D: Borrow<T>> Source for Strings<T, D> {
    type Output<'s>
        = T::Output
    where
        Self: 's;
    type Places = <T::Output as Wipe>::Places;

    fn visit<'s>(&'s self, settings: &Settings, visitor: &mut impl Visitor<'s>) -> Result<()> {
        let root = self.document.borrow().root();
        walk(root, Visited::of(settings), |leaf| visitor.text(leaf))
    }

    fn check_json(&self, json: &str, typed: Typed, depth: usize) -> Result<()> {
        check(json, typed, T::KEEPS_DIGITS, depth)
    }

    fn write<'d>(
        &self,
        settings: &Settings,
        fill: &Fill<'d, impl Values<'d>>,
        drafts: &[Drafted<'d>],
        places: &mut Self::Places,
    ) -> Result<T::Output> {
        let document: &T = self.document.borrow();
        let what = Visited::of(settings);
        let keys = if what.keys {
            write_keys(document.root(), what, fill, drafts)?
        } else {
            Vec::new()
        };
        let mut keys = keys.into_iter().peekable();
        let mut drafts = drafts.iter().peekable();
        let mut strings = 0..;
        let mut replace = || {
            let number = strings.next()?;
            let drafted = drafts.next_if(|drafted| drafted.number == number)?;
            if let Some((_, key)) = keys.next_if(|(key, _)| *key == number) {
                return Some(Replacement::Text(key));
            }
            let written = Zeroizing::new(fill.write(&drafted.draft, |_| {}));
            Some(match drafted.draft.json() {
                Some(_) => Replacement::Json(written),
                None => Replacement::Text(written),
            })
        };
        document.rewritten(what.keys, settings.limits, &mut replace, places)
    }
}

impl<'n, N: Node> Part<'n> for Leaf<'_, 'n, N> {
    fn number(&self) -> usize {
        self.number
    }

    fn text(&self) -> &'n str {
        self.text
    }

    fn pointer(&self) -> Option<String> {
        Some(Leaf::pointer(self))
    }

    fn path(&self) -> SmallVec<[Cow<'_, str>; 8]> {
        Leaf::path(self)
    }

    fn depth(&self) -> usize {
        Leaf::depth(self)
    }

    /// A string alone, on no surface that writes values in its own way.
    fn takes_json(&self, settings: &Settings) -> bool {
        self.role == Role::Value && matches!(self.rule(settings), None | Some(Surface::Text))
    }

    fn is_name(&self, settings: &Settings) -> bool {
        let named = settings.rules().named();
        match self.role {
            Role::Bookmark => true,
            Role::Key(_) => false,
            // Patterns times strings, with or without placeholders: the patterns are the host's,
            // most do not fit by their length, and no more of a way is written out than they have.
            Role::Value => named
                .iter()
                .filter_map(|pattern| pattern.fits(self.depth()))
                .max()
                .is_some_and(|most| {
                    let path = self.beginning(most);
                    named.iter().any(|pattern| {
                        pattern.fits(self.depth()).is_some()
                            && pattern.matches(path.iter().map(|step| &**step))
                    })
                }),
        }
    }

    fn rule(&self, settings: &Settings) -> Option<Surface> {
        settings.surfaces.surface_on(&Leaf::path(self))
    }

    /// The surface of the string, if a rule says so; for a key, that of its entry.
    ///
    /// # Errors
    ///
    /// `Unencodable` for a value in the header of the host, or in the name of a header, which could
    /// become the host's.
    fn surface(&self, settings: &Settings, plan: &Plan) -> Result<Option<Surface>> {
        let value = plan.first_value();
        let Some(value) = value.filter(|_| !settings.surfaces.is_empty()) else {
            return Ok(None);
        };
        let path = Leaf::path(self);
        let surface = settings.surfaces.surface_on(&path);
        let message = match (surface, self.role) {
            (Some(Surface::Header), Role::Key(_)) => {
                "a value may not stand in the name of a header: write it out"
            }
            (Some(Surface::Header), _) if names_host(&path) => {
                "a value may not choose the host: write the Host header out"
            }
            _ => return Ok(surface),
        };
        Err(Error::new(ErrorKind::Unencodable, message).at(value.span.clone(), self.text))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::reference::Reference;
    use crate::resolve::{Outcomes, Permit, Resolver};
    use crate::target::SurfaceSet;
    use crate::target::Target;
    use crate::template::{Engine, Surfaces, Tree};

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
