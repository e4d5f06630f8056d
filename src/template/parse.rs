//! Reads one placeholder, by hand and in one pass: nothing it reads over holds a `<`, so that no two openers read the same
//! bytes and the whole scan stays linear.

use std::ops::Range;

use super::filter::Filter;
use super::flaw::Flaw;
use super::syntax::Marks;
use crate::record::Version;
use crate::reference::Form;

/// What stands after an opener.
pub(super) enum Parsed<'t> {
    Placeholder(Placeholder<'t>),
    /// Means to be a placeholder, but is none; the flaw shows at that byte.
    Flawed(Flaw, usize),
    Text,
}

/// A placeholder by its grammar. Whether its name is one and its filters exist is checked later: an escaped placeholder
/// need not be right.
pub(super) struct Placeholder<'t> {
    pub(super) form: Form,
    pub(super) name: &'t str,
    pub(super) version: Option<Version>,
    pub(super) filters: Vec<Filter>,
    /// The first filter that does not exist or has the wrong argument.
    pub(super) wrong_filter: Option<(Flaw, Range<usize>)>,
    pub(super) end: usize,
}

/// Reads what follows an opener; `body` is the byte after it.
pub(super) fn parse<'t>(marks: &Marks, text: &'t str, body: usize) -> Parsed<'t> {
    let mut cursor = Cursor { marks, text, at: body };
    cursor.skip(is_space);
    let spaced = cursor.at > body;
    if cursor.eat("$") {
        return dollar(cursor, spaced);
    }
    bare(cursor, spaced).map_or(Parsed::Text, Parsed::Placeholder)
}

fn bare<'t>(mut cursor: Cursor<'_, 't>, spaced: bool) -> Option<Placeholder<'t>> {
    let name = cursor.take(is_word);
    if !is_identifier(name) {
        return None;
    }
    let rest = cursor.rest(Form::Bare, name).ok()?;
    let gap = cursor.skip(is_space) > 0;
    (gap == spaced && cursor.eat(cursor.marks.close)).then_some(Placeholder { end: cursor.at, ..rest })
}

fn dollar<'t>(mut cursor: Cursor<'_, 't>, spaced: bool) -> Parsed<'t> {
    let word = cursor.take(is_word);
    if word.eq_ignore_ascii_case(cursor.marks.namespace) {
        return match cursor.secret(word) {
            Ok(placeholder) => Parsed::Placeholder(placeholder),
            Err(flaw) => Parsed::Flawed(flaw, cursor.at),
        };
    }
    if spaced || !is_identifier(word) {
        return Parsed::Text;
    }
    if cursor.eat(".") {
        cursor.skip(|byte| is_word(byte) || matches!(byte, b'.' | b'-'));
    }
    cursor.skip(is_space);
    if cursor.eat(cursor.marks.close) { Parsed::Flawed(Flaw::Namespace, cursor.at) } else { Parsed::Text }
}

struct Cursor<'m, 't> {
    marks: &'m Marks,
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'_, 't> {
    /// From behind `$secret` to behind the closing mark.
    fn secret(&mut self, word: &str) -> Result<Placeholder<'t>, Flaw> {
        if word != self.marks.namespace {
            return Err(Flaw::Case);
        }
        if !self.eat(".") {
            return Err(if self.is_at_end_of_line() { Flaw::Unclosed } else { Flaw::Shape });
        }
        let start = self.at;
        // Names hold spaces, but do not end with one.
        let name = self.take(is_name).trim_end_matches(' ');
        self.at = start + name.len();
        let rest = match name {
            "" => None,
            name => Some(self.rest(Form::Secret, name)?),
        };
        self.skip(is_space);
        match rest {
            Some(rest) if self.eat(self.marks.close) => Ok(Placeholder { end: self.at, ..rest }),
            rest => Err(self.why_not_closed(rest.as_ref())),
        }
    }

    fn why_not_closed(&self, rest: Option<&Placeholder<'_>>) -> Flaw {
        let only_name = rest.is_none_or(|rest| rest.version.is_none() && rest.filters.is_empty());
        match self.peek() {
            None | Some(b'\r' | b'\n') => Flaw::Unclosed,
            _ if self.is_at(self.marks.open) => Flaw::Nested,
            Some(b'@' | b'|' | b'>') if rest.is_none() => Flaw::NoName,
            Some(b'@') => Flaw::Pin,
            Some(byte) if only_name && byte != b'>' => Flaw::Name,
            Some(_) => Flaw::Unclosed,
        }
    }

    /// The pin and the filters.
    fn rest(&mut self, form: Form, name: &'t str) -> Result<Placeholder<'t>, Flaw> {
        let version = if self.eat("@") { Some(pin(self.take(|byte| byte.is_ascii_digit()))?) } else { None };
        let mut rest = Placeholder { form, name, version, filters: Vec::new(), wrong_filter: None, end: self.at };
        loop {
            let before = self.at;
            self.skip(is_space);
            if !self.eat("|") {
                self.at = before;
                return Ok(rest);
            }
            self.skip(is_space);
            let start = self.at;
            match self.filter()? {
                Ok(filter) => rest.filters.push(filter),
                Err(flaw) => rest.wrong_filter = rest.wrong_filter.or(Some((flaw, start..self.at))),
            }
        }
    }

    /// One filter: the outer error says that it is none by the grammar, the inner one that there is no such filter.
    fn filter(&mut self) -> Result<Result<Filter, Flaw>, Flaw> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_lowercase()) {
            return Err(Flaw::Filter);
        }
        let name = self.take(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !self.eat(":") {
            return Ok(Filter::new(name, None));
        }
        let argument = self.take(is_argument);
        // 128 characters are 512 bytes at most, which keeps the count short.
        if argument.is_empty() || argument.len() > 512 || argument.chars().count() > 128 {
            return Err(Flaw::Argument);
        }
        Ok(Filter::new(name, Some(argument)))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn is_at(&self, mark: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(mark.as_bytes()))
    }

    fn is_at_end_of_line(&self) -> bool {
        matches!(self.peek(), None | Some(b'\r' | b'\n'))
    }

    fn eat(&mut self, mark: &str) -> bool {
        let found = self.is_at(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    fn skip(&mut self, class: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| !class(byte)).unwrap_or(rest.len());
        #[cfg(test)]
        tests::READ.with(|read| read.set(read.get() + length + 1));
        self.at += length;
        length
    }

    /// The bytes of a class from here; the class ends at ASCII or takes every byte of a character, so this is whole text.
    fn take(&mut self, class: impl Fn(u8) -> bool) -> &'t str {
        let start = self.at;
        self.skip(class);
        self.text.get(start..self.at).unwrap_or_default()
    }
}

fn pin(digits: &str) -> Result<Version, Flaw> {
    if digits.len() > 10 || digits.starts_with('0') {
        return Err(Flaw::Pin);
    }
    digits.parse().ok().and_then(Version::new).ok_or(Flaw::Pin)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_name(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b' ' | b'.' | b'-')
}

fn is_argument(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'|' | b'<' | b'>' | b'{' | b'}')
}

/// `[A-Za-z_][A-Za-z0-9_]{0,127}`, of word characters.
pub(super) fn is_identifier(word: &str) -> bool {
    word.len() <= 128 && word.bytes().all(is_word) && word.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::Template;

    thread_local! {
        /// How many bytes were read to find where a run of a class ends.
        pub(super) static READ: Cell<usize> = const { Cell::new(0) };
    }

    fn read_for(text: String) -> usize {
        READ.set(0);
        // Both outcomes count: an error must not take longer either.
        let _ = Template::compile(text);
        READ.get()
    }

    #[test]
    fn what_is_read_grows_as_the_text_does() {
        let repeated = [
            "<",
            "<<",
            "<<A",
            "<<A ",
            "<< ",
            "<<!",
            "<<!!",
            "<<A|",
            "<<A|trim",
            "<<A|get:/",
            "<<A@1",
            "<<$",
            "<<$secret.",
            "<<$secret.A",
            "<<$secret.A |",
            "<<$env.a",
            "<<$env.a>>",
            "<<!A>>",
            "<<A>",
            "<<A >>",
        ];
        let once = ["!", " ", "A", "|trim", " | trim", "$secret."];
        for size in [1 << 10, 1 << 13, 1 << 16] {
            let texts = repeated.iter().map(|piece| piece.repeat(size));
            let texts = texts.chain(once.iter().map(|piece| format!("<<{}", piece.repeat(size))));
            for text in texts.chain([format!("{}A>>", "<<".repeat(size)), format!("{}>>", "<<A".repeat(size))]) {
                let (bytes, start) = (text.len(), text.chars().take(12).collect::<String>());
                let read = read_for(text);
                assert!(read <= 4 * bytes, "{start}… of {bytes} bytes: {read} read");
            }
        }
        assert!(read_for("<<$secret.A>>".to_owned()) > 0, "the count counts");
    }
}
