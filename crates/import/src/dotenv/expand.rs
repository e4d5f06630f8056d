//! References to variables: `$NAME`, `${NAME}` and those with a word for the case that there is no
//! value, as Docker Compose has them.

use super::decode::{Flaw, Raw};

/// The most references within the words of each other.
const DEPTH: usize = 8;

/// Variables that references stand for.
pub(super) trait Known {
    /// Returns the value of a variable; `None` if it is not set.
    fn value(&self, name: &str) -> Option<&str>;
}

/// A reference, without its `$`.
pub(super) struct Reference<'r> {
    name: &'r str,
    rule: Rule,
    /// The word of the rule, and its place behind the `$`.
    word: (&'r str, usize),
    /// The bytes behind the `$`.
    pub(super) len: usize,
}

/// A rule for a variable that is not set. `empty` is true if an empty one counts as not set.
#[derive(Clone, Copy)]
enum Rule {
    /// It must be set.
    Set,
    /// The word stands for it: `-`.
    Default { empty: bool },
    /// The word stands in place of a value that is set: `+`.
    Alternative { empty: bool },
    /// It must be set, and not empty: `?`. The word is for other programs.
    Required { empty: bool },
}

/// Reads a reference behind a `$`; `None` for other text, whose `$` stands for itself.
pub(super) fn reference(rest: &str) -> Result<Option<Reference<'_>>, &'static str> {
    let Some(braced) = rest.strip_prefix('{') else {
        let name = name(rest);
        return Ok((!name.is_empty()).then_some(Reference {
            name,
            rule: Rule::Set,
            word: ("", 0),
            len: name.len(),
        }));
    };
    let name = name(braced);
    if name.is_empty() {
        return Err("\"${\" without the name of a variable");
    }
    let behind = braced.get(name.len()..).unwrap_or_default();
    let (empty, sign) = match behind.strip_prefix(':') {
        Some(sign) => (true, sign),
        None => (false, behind),
    };
    let rule = match sign.bytes().next() {
        Some(b'}') if !empty => Rule::Set,
        Some(b'-') => Rule::Default { empty },
        Some(b'+') => Rule::Alternative { empty },
        Some(b'?') => Rule::Required { empty },
        _ => return Err("\"${\" without a \"}\" behind the name, or with an unknown rule"),
    };
    if matches!(rule, Rule::Set) {
        let len = name.len() + 2;
        let word = ("", len);
        return Ok(Some(Reference {
            name,
            rule,
            word,
            len,
        }));
    }
    let begin = 1 + name.len() + usize::from(empty) + 1;
    let word = rest.get(begin..).unwrap_or_default();
    let end = end_of_word(word).ok_or("\"${\" without its \"}\"")?;
    let word = (word.get(..end).unwrap_or_default(), begin);
    let len = begin + end + 1;
    Ok(Some(Reference {
        name,
        rule,
        word,
        len,
    }))
}

impl Reference<'_> {
    /// Gives the pieces of the value that the reference stands for. `at` is the place of its `$` in
    /// the whole value.
    pub(super) fn put(
        &self,
        raw: Raw<'_>,
        known: &dyn Known,
        at: usize,
        depth: usize,
        out: &mut dyn FnMut(&str),
    ) -> Result<(), Flaw> {
        let flaw = |why| Err(Flaw { at, why });
        let value = known.value(self.name);
        let is_set = |empty: bool| value.filter(|value| !(empty && value.is_empty()));
        let word = |out: &mut dyn FnMut(&str)| {
            if depth == DEPTH {
                return flaw("references stand within each other too deep");
            }
            let (text, begin) = self.word;
            Raw { text, ..raw }.pieces(at + 1 + begin, depth + 1, out)
        };
        match self.rule {
            Rule::Set => match value {
                Some(value) => out(value),
                None => {
                    return flaw(
                        "a variable that is not set before in this file; give it a default, as in \
                         ${NAME:-text}",
                    );
                }
            },
            Rule::Default { empty } => match is_set(empty) {
                Some(value) => out(value),
                None => word(out)?,
            },
            Rule::Alternative { empty } => {
                if is_set(empty).is_some() {
                    word(out)?;
                }
            }
            Rule::Required { empty } => match is_set(empty) {
                Some(value) => out(value),
                None => return flaw("a variable that the list requires is not set"),
            },
        }
        Ok(())
    }
}

/// The name at the beginning of a text; empty for a text that begins otherwise.
fn name(text: &str) -> &str {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let len = text.bytes().take_while(is_inner).count();
    let name = text.get(..len).unwrap_or_default();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    name
}

/// The end of a word, before its `}`.
fn end_of_word(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if before == b'$' => open += 1,
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
        before = byte;
    }
    None
}
