//! The arguments that a model can write.

use std::borrow::Cow;

use super::attempt::Attempts;
use super::grants::Grants;
use super::model_args::ModelArgs;
use super::reader::Granted;
use crate::error::Result;
use crate::resolve::{Resolver, Wipe};
use crate::target::{Surface, Target};
use crate::template::document::{Role, Strings, Visited, walk};
use crate::template::plan::{Plan, ReferenceList, References};
use crate::template::prepared::{Prepared, Read as _};
use crate::template::resolvable::sealed;
use crate::template::settings::Settings;
use crate::template::structure::Structure;

/// Arguments that a model can write: `&str`, `&Tree` of any format, `&JsonText`, and
/// `&serde_json::Value` with the feature `json`. Sealed.
pub trait Arguments: sealed::Sealed {
    /// The arguments with values in them.
    type Output: Wipe;

    #[doc(hidden)]
    fn resolve_granted<R: Resolver + ?Sized>(
        self,
        settings: &Settings,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> Result<ModelArgs<Self::Output>>;
}

impl<'t> Arguments for &'t str {
    type Output = Cow<'t, str>;

    fn resolve_granted<R: Resolver + ?Sized>(
        self,
        settings: &Settings,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> Result<ModelArgs<Self::Output>> {
        let mut attempts = Attempts::default();
        let mut prepared = Prepared::new(settings, self);
        prepared.prepare_with(&mut Granted {
            grants,
            attempts: &mut attempts,
            surface: target.surface(),
        })?;
        Ok(ModelArgs::new(
            prepared.resolve(resolver, target)?,
            attempts,
        ))
    }
}

impl<T: Structure> Arguments for &T {
    type Output = T::Output;

    fn resolve_granted<R: Resolver + ?Sized>(
        self,
        settings: &Settings,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> Result<ModelArgs<T::Output>> {
        let mut attempts = Attempts::default();
        let mut prepared = Prepared::new(settings, Strings::<T, _>::of(self));
        prepared.prepare_with(&mut Granted {
            grants,
            attempts: &mut attempts,
            surface: target.surface(),
        })?;
        read_keys(settings, self, &mut attempts)?;
        Ok(ModelArgs::new(
            prepared.resolve(resolver, target)?,
            attempts,
        ))
    }
}

/// Reads the keys of a document, to which nothing is granted.
fn read_keys<T: Structure>(
    settings: &Settings,
    document: &T,
    attempts: &mut Attempts,
) -> Result<()> {
    let mut granted = Granted {
        grants: &Grants::new(),
        attempts,
        surface: Surface::Text,
    };
    let mut list = ReferenceList::new();
    let mut references = References::new(&mut list);
    let mut bytes = 0_usize;
    let keys = Visited {
        keys: true,
        bookmarks: false,
    };
    walk(document.root(), keys, |leaf| {
        let Role::Key(_) = leaf.role else {
            return Ok(());
        };
        bytes = bytes.saturating_add(leaf.text.len());
        settings.limits.check_template(bytes)?;
        granted.read(settings, leaf, &mut Plan::default(), &mut references)
    })
}
