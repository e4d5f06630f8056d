//! The inputs that can be resolved.

use crate::error::Result;
use crate::reference::Reference;
use crate::resolve::{Permit, Resolved, Resolver, Wipe};
use crate::target::Target;

use super::lint::Lint;
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
    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        settings: &Settings,
        target: &Target,
        verdicts: F,
    ) -> Result<Vec<Lint>>;
}

pub(super) mod sealed {
    pub trait Sealed {}
}
