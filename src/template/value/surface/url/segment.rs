//! Segments of a path.

use crate::target::count_dots;

/// The segment of a path that a slot stands in, as far as it could become `.` or `..`, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::value) enum Segment {
    /// Has something of its own besides dots.
    Named,
    /// Is this many dots and the value.
    Dots(usize),
    /// Is dots, perhaps none, and several values.
    Values,
}

impl Segment {
    pub(super) fn of(text: &str, slots: impl Iterator<Item = usize>, count: usize) -> Self {
        let (mut at, mut dots) = (0, Some(0));
        for slot in slots.chain([text.len()]) {
            // Parsers drop spaces at the ends of a URL.
            let literal = count_dots(
                text.get(at..slot)
                    .unwrap_or_default()
                    .trim_matches(|c| c <= ' '),
            );
            dots = dots.zip(literal).map(|(dots, more)| dots + more);
            at = slot + 1;
        }
        match dots {
            None => Self::Named,
            Some(dots) if count <= 1 => Self::Dots(dots),
            Some(_) => Self::Values,
        }
    }

    /// A segment of dots climbs in the path, also when it is percent-encoded (WHATWG URL Standard
    /// section 4.1); an empty one may be left out, or make the next one the host.
    pub(super) fn refusal(self, value: &str) -> Option<&'static str> {
        let dots = count_dots(value)?;
        let is_refused = match self {
            Self::Named => dots == 1 || dots == 2,
            Self::Dots(more) => dots + more <= 2,
            Self::Values => dots <= 2,
        };
        is_refused.then_some(
            "makes a segment of a URL path empty, \".\" or \"..\", which leads elsewhere",
        )
    }
}
