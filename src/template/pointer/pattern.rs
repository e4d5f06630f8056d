//! Patterns over the JSON Pointers of a document.

use super::{escapes_only, unescaped};
use crate::error::{Error, ErrorKind, Result};

/// A JSON Pointer (RFC 6901) whose segments may be wildcards. Patterns that match the same pointer
/// are ordered by how closely they name it: at the first segment in which they differ, a name comes
/// before `*`, and `*` before `**`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::template) struct Pattern(Box<[Segment]>);

/// A segment of a pattern. The order of the variants is the order of the patterns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::template) enum Segment {
    /// The key itself, without escapes.
    Name(Box<str>),
    Any,
    /// One segment or more.
    Rest,
}

impl Pattern {
    /// Reads a pattern: a JSON Pointer in which `~2` is a star that is no wildcard.
    ///
    /// # Errors
    ///
    /// `InvalidInput`; the message does not repeat the pattern.
    pub(in crate::template) fn new(text: &str) -> Result<Self> {
        let Some(segments) = text.strip_prefix('/') else {
            return if text.is_empty() {
                Ok(Self(Box::default()))
            } else {
                Err(refused("starts with \"/\" or is empty"))
            };
        };
        let segments = segments
            .split('/')
            .map(Segment::new)
            .collect::<Result<Box<[_]>>>()?;
        if segments
            .iter()
            .rev()
            .skip(1)
            .any(|segment| *segment == Segment::Rest)
        {
            return Err(refused("has \"**\" only as its last segment"));
        }
        Ok(Self(segments))
    }

    pub(in crate::template) fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns the number of its segments, or `None` when it matches no way of `depth` segments. Of
    /// a way it looks at no more segments than it has.
    pub(in crate::template) fn fits(&self, depth: usize) -> Option<usize> {
        let length = self.0.len();
        let is_open = self.0.last() == Some(&Segment::Rest);
        (depth == length || (is_open && depth > length)).then_some(length)
    }

    /// Returns true if it matches a way into a document: keys as they are, and places in lists.
    /// Compares no more bytes than the pattern has.
    pub(in crate::template) fn matches<'p>(
        &self,
        mut segments: impl Iterator<Item = &'p str>,
    ) -> bool {
        for segment in &self.0 {
            let Some(given) = segments.next() else {
                return false;
            };
            match segment {
                Segment::Name(name) if **name == *given => {}
                Segment::Name(_) => return false,
                Segment::Any => {}
                Segment::Rest => return true,
            }
        }
        segments.next().is_none()
    }
}

impl Segment {
    fn new(text: &str) -> Result<Self> {
        match text {
            "*" => Ok(Self::Any),
            "**" => Ok(Self::Rest),
            _ if text.contains('*') => Err(refused(
                "has \"*\" only as a whole segment; write ~2 for the character",
            )),
            _ if !escapes_only(text, &['0', '1', '2']) => Err(refused(
                "writes ~0 for \"~\", ~1 for \"/\" and ~2 for \"*\"",
            )),
            _ => Ok(Self::Name(unescaped(&text.replace("~2", "*")).into())),
        }
    }
}

fn refused(rule: &str) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("a pattern for JSON Pointers {rule}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, pointer: &str) -> bool {
        let path = crate::template::pointer::steps(pointer);
        Pattern::new(pattern)
            .unwrap()
            .matches(path.iter().map(|step| &**step))
    }

    #[test]
    fn a_pointer_matches_itself_only() {
        for pointer in ["", "/", "/a", "/a/0/b", "/a//", "/a~1b/~0", "/m~0n", "/é b"] {
            assert!(matches(pointer, pointer), "{pointer:?}");
            for other in ["", "/", "/A", "/a/0", "/a/0/b/c", "/a/", "/a~1b/~1", "/x"] {
                assert_eq!(
                    matches(pointer, other),
                    pointer == other,
                    "{pointer:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn a_star_is_exactly_one_segment() {
        for (pointer, expected) in [
            ("/a/b", true),
            ("/a/", true),
            ("/a/0", true),
            ("/a/~1", true),
            ("/a/*", true),
        ] {
            assert_eq!(matches("/a/*", pointer), expected, "{pointer:?}");
        }
        for pointer in ["", "/a", "/a/b/c", "/b/b", "/aa/b", "a/b"] {
            assert!(!matches("/a/*", pointer), "{pointer:?}");
        }
        assert!(matches("/*/x/*", "/1/x/2") && !matches("/*/x/*", "/1/y/2"));
    }

    #[test]
    fn two_stars_are_one_segment_or_more() {
        for pointer in ["/a/b", "/a/", "/a/b/c/d"] {
            assert!(matches("/a/**", pointer), "{pointer:?}");
        }
        for pointer in ["", "/a", "/b/a/c", "/ab/c"] {
            assert!(!matches("/a/**", pointer), "{pointer:?}");
        }
        assert!(matches("/**", "/") && matches("/**", "/a/b") && !matches("/**", ""));
    }

    #[test]
    fn a_star_of_a_key_is_written_as_an_escape() {
        assert!(matches("/a/~2", "/a/*") && !matches("/a/~2", "/a/b"));
        assert!(matches("/a/~2~2", "/a/**") && !matches("/a/~2~2", "/a/b/c"));
        assert!(matches("/x~2y", "/x*y"));
        // The key "~2" is written "~02" in a pointer and in a pattern.
        assert!(matches("/~02", "/~02") && !matches("/~02", "/~0*"));
        assert!(matches("/~0~2", "/~0*") && matches("/~00~1", "/~00~1"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_and_not_repeated() {
        for text in [
            "CANARY",
            "*",
            "#/CANARY",
            "/CANARY*",
            "/**/CANARY",
            "/a/***",
            "/CANARY~",
            "/CANARY~3",
            "/~CANARY/b",
        ] {
            let error = Pattern::new(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text:?}");
            assert!(!error.to_string().contains("CANARY"), "{error}");
        }
    }

    #[test]
    fn the_closest_comes_first() {
        let mut patterns = [
            "/**", "/*/**", "/*/b", "/a/**", "/*/*", "/a/*", "/a/b", "/*",
        ]
        .map(|p| Pattern::new(p).unwrap());
        patterns.sort();
        let expected = [
            "/a/b", "/a/*", "/a/**", "/*", "/*/b", "/*/*", "/*/**", "/**",
        ];
        assert_eq!(patterns, expected.map(|p| Pattern::new(p).unwrap()));
    }
}
