//! The places where words begin and end.

/// Most bytes of a character.
const CHARACTER: usize = 4;

/// The end of what stood before a text: as many bytes as a character may have.
#[derive(Clone, Copy, Default)]
pub(in crate::redact) struct Before {
    bytes: [u8; CHARACTER],
    len: usize,
}

impl Before {
    /// The end of all that stood before, and of this text.
    pub(in crate::redact) fn and(self, text: &[u8]) -> Self {
        let known = self.bytes.get(..self.len).unwrap_or_default();
        let rest = known.iter().chain(
            text.get(text.len().saturating_sub(CHARACTER)..)
                .unwrap_or_default(),
        );
        let skipped = (self.len + text.len().min(CHARACTER)).saturating_sub(CHARACTER);
        let mut both = Self::default();
        for (to, from) in both.bytes.iter_mut().zip(rest.skip(skipped)) {
            *to = *from;
            both.len += 1;
        }
        both
    }
}

/// A text that is searched, with the end of what stood before it.
#[derive(Clone, Copy)]
pub(in crate::redact) struct Text<'t> {
    pub(in crate::redact) bytes: &'t [u8],
    before: Before,
}

impl<'t> Text<'t> {
    /// A text with nothing before it.
    pub(in crate::redact) fn alone(bytes: &'t [u8]) -> Self {
        Self::behind(Before::default(), bytes)
    }

    /// A text behind another one.
    pub(in crate::redact) fn behind(before: Before, bytes: &'t [u8]) -> Self {
        Self { bytes, before }
    }

    /// Returns true if this part of the text is no part of a longer word: no letter or digit stands
    /// beside a letter or digit of its ends.
    pub(super) fn is_word(self, start: usize, end: usize) -> bool {
        let of = |from: usize, to: usize| self.bytes.get(from..to).unwrap_or_default();
        let inside = of(start, end);
        let behind = of(end, self.bytes.len().min(end + CHARACTER));
        let before = self.before.and(of(0, start));
        let before = before.bytes.get(..before.len).unwrap_or_default();
        !(is_part(last(before)) && is_part(first(inside))
            || is_part(last(inside)) && is_part(first(behind)))
    }
}

fn is_part(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// The first character of bytes, if they begin with one.
fn first(bytes: &[u8]) -> Option<char> {
    (1..=CHARACTER.min(bytes.len())).find_map(|len| only(bytes.get(..len)?))
}

/// The last character of bytes, if they end in one.
fn last(bytes: &[u8]) -> Option<char> {
    let lens = 1..=CHARACTER.min(bytes.len());
    lens.into_iter()
        .find_map(|len| only(bytes.get(bytes.len() - len..)?))
}

fn only(bytes: &[u8]) -> Option<char> {
    std::str::from_utf8(bytes).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_by_their_neighbours() {
        for (before, text, is_word) in [
            ("", "(1234)", true),
            ("", "x1234)", false),
            ("", "é1234 ", false),
            ("", " 12345", false),
            ("", " 1234é", false),
            ("", " 1234€", true),
            ("", "_1234_", true),
            ("x", "1234", false),
            ("ü", "1234", false),
            ("x ", "1234", true),
            ("🔑", "1234", true),
        ] {
            let start = text.find("1234").unwrap();
            for end in 0..=before.len() {
                let (one, other) = before.as_bytes().split_at(end);
                let behind = Before::default().and(one).and(other);
                let text = Text::behind(behind, text.as_bytes());
                assert_eq!(text.is_word(start, start + 4), is_word, "{before}|{start}");
            }
        }
        assert!(
            Text::alone(b"a#1234-b").is_word(1, 7),
            "signs are no part of a word"
        );
        assert!(
            Text::alone(b"\xff1234\xc3").is_word(1, 5),
            "half of a character is none"
        );
    }
}
