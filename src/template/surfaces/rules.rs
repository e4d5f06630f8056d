//! Rules by the segments of their patterns.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::target::Surface;
use crate::template::pointer::{Pattern, Segment};

/// The rules of one beginning of patterns, as a tree: a string is compared with those alone that
/// begin as its way does.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// The pattern that ends here.
    here: Option<Surface>,
    /// The pattern that goes on with `**`.
    rest: Option<Surface>,
    /// The patterns that go on with `*`.
    any: Option<Box<Rules>>,
    /// The patterns that go on with a key.
    names: BTreeMap<Box<str>, Rules>,
}

impl Rules {
    /// Adds a rule, or replaces the one with the same pattern.
    pub(super) fn insert(&mut self, pattern: &Pattern, surface: Surface) {
        let mut rules = self;
        for segment in pattern.segments() {
            rules = match segment {
                Segment::Name(name) => rules.names.entry(name.clone()).or_default(),
                Segment::Any => rules.any.get_or_insert_default(),
                // Always the last segment.
                Segment::Rest => {
                    rules.rest = Some(surface);
                    return;
                }
            };
        }
        rules.here = Some(surface);
    }

    /// Returns the surface that the closest rule gives to a way. A way is followed no deeper than
    /// the longest pattern, and no part of the tree is looked at twice.
    pub(super) fn find(&self, path: &[Cow<'_, str>]) -> Option<Surface> {
        let Some((first, later)) = path.split_first() else {
            return self.here;
        };
        let by_name = self.names.get(&**first);
        by_name
            .and_then(|rules| rules.find(later))
            .or_else(|| self.any.as_ref().and_then(|rules| rules.find(later)))
            .or(self.rest)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.here.is_none() && self.rest.is_none() && self.any.is_none() && self.names.is_empty()
    }
}

#[cfg(test)]
#[cfg(feature = "internals")]
mod tests {
    use super::*;
    use crate::template::pointer::steps;
    use proptest::prelude::*;

    const SURFACES: [Surface; 3] = [Surface::Url, Surface::Header, Surface::Env];

    /// The first match of the patterns in their order, which is what the tree has to find.
    fn by_order(rules: &BTreeMap<Pattern, Surface>, path: &[Cow<'_, str>]) -> Option<Surface> {
        let is_at = |pattern: &Pattern| pattern.matches(path.iter().map(|step| &**step));
        let found = rules.iter().find(|(pattern, _)| is_at(pattern));
        found.map(|(_, surface)| *surface)
    }

    fn segment() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["a", "b", "*", "~2", ""])
    }

    fn pattern() -> impl Strategy<Value = String> {
        let end = prop::sample::select(vec!["", "/**"]);
        (prop::collection::vec(segment(), 0..4), end).prop_map(|(segments, end)| {
            segments
                .iter()
                .fold(String::new(), |text, segment| text + "/" + segment)
                + end
        })
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_the_order_of_patterns_says(
            patterns in prop::collection::vec((pattern(), 0..3_usize), 0..8),
            path in prop::collection::vec(segment(), 0..5),
        ) {
            let (mut tree, mut ordered) = (Rules::default(), BTreeMap::new());
            for (text, surface) in patterns {
                let pattern = Pattern::new(&text).unwrap();
                tree.insert(&pattern, SURFACES[surface]);
                ordered.insert(pattern, SURFACES[surface]);
            }
            prop_assert_eq!(tree.is_empty(), ordered.is_empty());
            let path: Vec<_> = path.into_iter().map(Cow::Borrowed).collect();
            prop_assert_eq!(tree.find(&path), by_order(&ordered, &path));
        }
    }

    #[test]
    fn a_way_that_leads_nowhere_is_gone_back() {
        let mut rules = Rules::default();
        for (pattern, surface) in [
            ("/mcp/*/url", Surface::Url),
            ("/mcp/servers/*/env", Surface::Env),
        ] {
            rules.insert(&Pattern::new(pattern).unwrap(), surface);
        }
        assert_eq!(rules.find(&steps("/mcp/servers/url")), Some(Surface::Url));
        assert_eq!(rules.find(&steps("/mcp/servers/x/env")), Some(Surface::Env));
        assert_eq!(rules.find(&steps("/mcp/servers/x/url")), None);
    }
}
