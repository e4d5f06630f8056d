//! Permits: the surfaces on which a value may stand.

use crate::target::{Surface, SurfaceSet};

/// Permission to use a value, on every surface or on some: a verdict without the value, as
/// [`Engine::check`](crate::template::Engine::check) takes it. [`AccessRules`](crate::AccessRules)
/// compares the four words for "allowed".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permit(Option<SurfaceSet>);

impl Permit {
    /// Returns a permit for every surface.
    ///
    /// ```
    /// use keyslot::Permit;
    ///
    /// assert_eq!(Permit::new(), Permit::default());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Narrows the permit to these surfaces, as [`Found::only_on`](crate::Found::only_on) does. Set
    /// again, only the surfaces that both allow are left.
    ///
    /// ```
    /// use keyslot::{Permit, Surface};
    ///
    /// let permit = Permit::new().only_on([Surface::Header, Surface::Url]);
    /// assert_eq!(permit.only_on([Surface::Url]), Permit::new().only_on([Surface::Url]));
    /// ```
    #[must_use]
    pub fn only_on(self, surfaces: impl IntoIterator<Item = Surface>) -> Self {
        Self(Some(
            surfaces
                .into_iter()
                .filter(|surface| self.allows(*surface))
                .collect(),
        ))
    }

    /// Returns a permit for these surfaces, or for all.
    #[cfg(feature = "vault")]
    pub(crate) fn on(surfaces: Option<SurfaceSet>) -> Self {
        Self(surfaces)
    }

    pub(crate) fn allows(self, surface: Surface) -> bool {
        self.0.is_none_or(|surfaces| surfaces.contains(surface))
    }

    /// Returns the surfaces; `None` for all.
    #[inline]
    pub(crate) fn surfaces(self) -> Option<SurfaceSet> {
        self.0
    }
}
