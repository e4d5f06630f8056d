//! The surfaces that the strings of a document stand on.

use std::borrow::Cow;
use std::sync::Arc;

use super::rules::Rules;
use crate::error::Result;
use crate::target::Surface;
use crate::template::pointer::{Pattern, steps};

/// Rules that say on which [`Surface`] each string of a document stands, so that a value cannot
/// leave its place in the config of a tool: a header refuses line ends, a URL is percent-encoded
/// and keeps its host. Cheap to clone.
///
/// A rule has a pattern over the JSON Pointer of the string (RFC 6901). In it, the segment `*` is
/// any one segment, and `**` as the last segment is one segment or more. A key that holds a star is
/// written with `~2`, as `~` is written `~0` and `/` is written `~1`.
///
/// Of several rules that match, the closest decides: at the first segment in which their patterns
/// differ, a name wins over `*`, and `*` over `**`. The order in which they are given does not
/// matter, but the same pattern given twice means the later surface. A string that no rule matches
/// has the surface of the [`Target`](crate::Target).
///
/// ```
/// use keyslot::Surface;
/// use keyslot::template::Surfaces;
///
/// let surfaces = Surfaces::new()
///     .at("/request/headers/*", Surface::Header)?
///     .at("/request/**", Surface::Url)?;
/// assert_eq!(surfaces.surface_at("/request/headers/Authorization"), Some(Surface::Header));
/// assert_eq!(surfaces.surface_at("/request/mirrors/0"), Some(Surface::Url));
/// assert_eq!(surfaces.surface_at("/note"), None);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Surfaces {
    rules: Arc<Rules>,
}

impl Surfaces {
    /// No rules.
    ///
    /// ```
    /// use keyslot::template::Surfaces;
    ///
    /// assert!(Surfaces::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Rules that were made elsewhere.
    pub(super) fn of(rules: Rules) -> Self {
        Self {
            rules: Arc::new(rules),
        }
    }

    /// Adds a rule, or replaces the one with the same pattern.
    ///
    /// ```
    /// use keyslot::Surface;
    /// use keyslot::template::Surfaces;
    ///
    /// let surfaces = Surfaces::new().at("/links/*", Surface::Url)?;
    /// assert_eq!(surfaces.surface_at("/links/3"), Some(Surface::Url));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when `pattern` neither starts with `/` nor
    /// is empty, when a star is not a whole segment, when `**` is not the last one, or for a `~`
    /// that begins no escape.
    pub fn at(mut self, pattern: &str, surface: Surface) -> Result<Self> {
        Arc::make_mut(&mut self.rules).insert(&Pattern::new(pattern)?, surface);
        Ok(self)
    }

    /// The surface of the string at a JSON Pointer, if a rule matches it.
    ///
    /// ```
    /// use keyslot::Surface;
    /// use keyslot::template::Surfaces;
    ///
    /// let surfaces = Surfaces::new().at("/env/**", Surface::Env)?;
    /// assert_eq!(surfaces.surface_at("/env/a/b"), Some(Surface::Env));
    /// assert_eq!(surfaces.surface_at("/name"), None);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn surface_at(&self, pointer: &str) -> Option<Surface> {
        self.surface_on(&steps(pointer))
    }

    /// Returns the surface of a string by the keys and places that lead to it.
    pub(in crate::template) fn surface_on(&self, path: &[Cow<'_, str>]) -> Option<Surface> {
        self.rules.find(path)
    }

    /// Returns true if there are no rules.
    ///
    /// ```
    /// use keyslot::template::Surfaces;
    ///
    /// assert!(!Surfaces::mcp().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_rule_decides_whatever_the_order() {
        let rules = [
            ("/**", Surface::Text),
            ("/a/**", Surface::Json),
            ("/a/*", Surface::Env),
            ("/*/b", Surface::Form),
            ("/a/b", Surface::Url),
        ];
        let with = |rules: &mut dyn Iterator<Item = &(&str, Surface)>| {
            rules.fold(Surfaces::new(), |surfaces, (pattern, surface)| {
                surfaces.at(pattern, *surface).unwrap()
            })
        };
        for surfaces in [with(&mut rules.iter()), with(&mut rules.iter().rev())] {
            for (pointer, expected) in [
                ("/a/b", Some(Surface::Url)),
                ("/a/c", Some(Surface::Env)),
                ("/a/c/d", Some(Surface::Json)),
                ("/x/b", Some(Surface::Form)),
                ("/x", Some(Surface::Text)),
                ("", None),
            ] {
                assert_eq!(surfaces.surface_at(pointer), expected, "{pointer}");
            }
        }
    }

    #[test]
    fn the_same_pattern_again_replaces() {
        let one = Surfaces::new().at("/a/~2", Surface::Url).unwrap();
        let two = one.clone().at("/a/~2", Surface::Header).unwrap();
        assert_eq!(
            (one.surface_at("/a/*"), two.surface_at("/a/*")),
            (Some(Surface::Url), Some(Surface::Header))
        );
        assert!(Surfaces::new().is_empty() && !one.is_empty());
        assert!(one.at("no pointer", Surface::Url).is_err());
    }
}
