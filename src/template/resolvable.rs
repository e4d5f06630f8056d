//! The inputs that can be resolved.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::error::Result;
use crate::reference::{PlacedReference, Reference};
use crate::resolve::{Permit, Resolved, Resolver, Wipe};
use crate::target::Target;

use super::lint::Lint;
use super::pointer::push;
use super::settings::Settings;

/// An input that can be resolved: `&str`, [`&Template`](super::Template), `&Tree` of any format,
/// [`&JsonText`](super::JsonText), `&serde_json::Value` with the feature `json`, and a
/// [`&Document`](super::Document) of one of these. Sealed.
pub trait Resolvable: sealed::Sealed {
    /// The input with values in it.
    type Output: Wipe;

    #[doc(hidden)]
    fn resolve_with<R: Resolver + ?Sized>(
        self,
        settings: &Settings,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<Self::Output>>;

    #[doc(hidden)]
    fn references_with(self, settings: &Settings) -> Result<Vec<Reference>>;

    #[doc(hidden)]
    fn placed_with(self, settings: &Settings) -> Result<Vec<PlacedReference>>;

    #[doc(hidden)]
    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        settings: &Settings,
        target: &Target,
        verdicts: F,
    ) -> Result<Vec<Lint>>;

    /// Visits each string in one fixed order, keys of objects too.
    ///
    /// # Errors
    ///
    /// `TooLarge` for a document that is nested too deep.
    #[doc(hidden)]
    fn each_text(self, visit: &mut dyn FnMut(&InputText<'_>)) -> Result<()>;
}

/// A string of an input.
#[allow(missing_debug_implementations)] // nobody else can name it
pub struct InputText<'t> {
    pub(crate) text: &'t str,
    /// True for a key of an object.
    pub(crate) is_key: bool,
    /// The keys and places that lead to it; for a key to its entry.
    pub(super) path: &'t dyn Fn() -> SmallVec<[Cow<'t, str>; 8]>,
}

impl InputText<'_> {
    /// Its JSON Pointer (RFC 6901 section 3), with the keys as `shown` shows them; for a key that
    /// of its entry.
    pub(crate) fn pointer(&self, shown: impl Fn(&str) -> Cow<'_, str>) -> String {
        let mut pointer = String::new();
        for step in (self.path)() {
            push(&mut pointer, &shown(&step));
        }
        pointer
    }
}

pub(super) mod sealed {
    pub trait Sealed {}
}
