//! Sets of surfaces.

use serde::{Serialize, Serializer};

use super::surface::Surface;

/// A set of surfaces: the places that one call puts values in, or those that a secret may stand in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SurfaceSet(u16);

impl SurfaceSet {
    pub(crate) fn insert(&mut self, surface: Surface) {
        self.0 |= bit(surface);
    }

    pub(crate) fn contains(self, surface: Surface) -> bool {
        self.0 & bit(surface) != 0
    }

    fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns true if a value with these surfaces may stand on one of those that a call uses. The
    /// path and the query of a whole URL count as surfaces of their own.
    pub(crate) fn allows_some(self, mut used: Self) -> bool {
        if used.contains(Surface::Url) {
            used.insert(Surface::UrlPath);
            used.insert(Surface::UrlQuery);
        }
        self.intersects(used)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The surfaces, in the order of their numbers.
    pub(crate) fn iter(self) -> impl Iterator<Item = Surface> {
        Surface::ALL
            .into_iter()
            .filter(move |surface| self.contains(*surface))
    }
}

fn bit(surface: Surface) -> u16 {
    1 << surface.number()
}

impl From<Surface> for SurfaceSet {
    fn from(surface: Surface) -> Self {
        Self(bit(surface))
    }
}

impl FromIterator<Surface> for SurfaceSet {
    fn from_iter<I: IntoIterator<Item = Surface>>(surfaces: I) -> Self {
        surfaces
            .into_iter()
            .fold(Self::default(), |set, surface| Self(set.0 | bit(surface)))
    }
}

impl Serialize for SurfaceSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in_and_nothing_else() {
        let mut set = SurfaceSet::default();
        assert!(set.is_empty() && set.iter().next().is_none());
        set.insert(Surface::Env);
        set.insert(Surface::Header);
        set.insert(Surface::Env);
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [Surface::Header, Surface::Env]
        );
        assert!(!set.is_empty() && set.contains(Surface::Header) && !set.contains(Surface::Text));
        assert_eq!(set, [Surface::Env, Surface::Header].into_iter().collect());
        assert!(set.intersects(Surface::Env.into()) && !set.intersects(Surface::Url.into()));
        assert!(!set.intersects(SurfaceSet::default()));
    }

    #[test]
    fn tells_every_surface_from_every_other() {
        for one in Surface::ALL {
            let set = SurfaceSet::from(one);
            assert_eq!(
                Surface::ALL
                    .into_iter()
                    .filter(|other| set.contains(*other))
                    .collect::<Vec<_>>(),
                [one]
            );
        }
        assert_eq!(
            SurfaceSet::from_iter(Surface::ALL)
                .iter()
                .collect::<Vec<_>>(),
            Surface::ALL
        );
    }

    #[test]
    fn a_url_is_its_path_and_its_query_too() {
        for part in [Surface::Url, Surface::UrlPath, Surface::UrlQuery] {
            assert!(
                SurfaceSet::from(part).allows_some(Surface::Url.into()),
                "{part:?}"
            );
            let whole = SurfaceSet::from(Surface::Url).allows_some(part.into());
            assert_eq!(whole, part == Surface::Url, "{part:?}");
        }
        assert!(!SurfaceSet::from(Surface::Form).allows_some(Surface::Url.into()));
        assert!(!SurfaceSet::default().allows_some(Surface::Url.into()));
    }
}
