//! Reads one placeholder, by hand and in one pass: nothing it reads over holds the first character
//! of an opening mark, so that no two openers read the same bytes and the whole scan stays linear.

use std::ops::Range;

use super::flaw::Flaw;
use super::syntax::{BareNames, Dialect, Intent};
use crate::name::SecretName;
use crate::record::Version;
use crate::reference::ReferenceKind;

/// What stands after an opener.
pub(super) enum Parsed<'t> {
    Placeholder(Placeholder<'t>),
    /// Means to be a placeholder, but is none; the flaw shows at that byte.
    Flawed(Flaw, usize),
    Text,
}

/// A placeholder by its grammar. Whether its name is one and its filters exist is checked later: an
/// escaped placeholder need not be right.
#[derive(Clone, Debug)]
pub(super) struct Placeholder<'t> {
    pub(super) form: ReferenceKind,
    pub(super) name: &'t str,
    /// Whether the name is nothing but letters, digits and `_`.
    pub(super) is_word: bool,
    pub(super) version: Option<Version>,
    /// Where its filters are written; empty when there are none.
    pub(super) filters: Range<usize>,
    pub(super) end: usize,
}

impl Placeholder<'_> {
    /// Whether its name is one by more than its characters.
    pub(super) fn has_name(&self) -> bool {
        SecretName::check_parsed(self.name, self.is_word).is_ok()
    }
}

/// Reads what follows an opener; `body` is the byte after it.
#[inline]
pub(super) fn parse<'t>(dialect: &Dialect, text: &'t str, body: usize) -> Parsed<'t> {
    let mut cursor = Cursor {
        dialect,
        text,
        at: body,
    };
    cursor.skip(SPACE);
    let spaced = cursor.at > body;
    if let Some(prefix) = dialect.prefix.as_deref() {
        if cursor.eat(prefix) {
            let start = cursor.at;
            let name = cursor.take(WORD);
            // As most are: closed right after a name of one word.
            if !name.is_empty() && !dialect.identifiers && cursor.eat(&dialect.close) {
                return Parsed::Placeholder(cursor.plain(ReferenceKind::Secret, name));
            }
            return cursor.secret(start, name);
        }
    }
    if dialect.intent == Intent::Dollar && cursor.eat("$") {
        return cursor.dollar(spaced);
    }
    let Some(names) = dialect.bare else {
        return Parsed::Text;
    };
    cursor
        .bare(names, spaced)
        .map_or(Parsed::Text, Parsed::Placeholder)
}

struct Cursor<'d, 't> {
    dialect: &'d Dialect,
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'_, 't> {
    fn bare(&mut self, names: BareNames, spaced: bool) -> Option<Placeholder<'t>> {
        let name = self.take(WORD);
        if !names.takes(name) {
            return None;
        }
        if !spaced && self.eat(&self.dialect.close) {
            return Some(self.plain(ReferenceKind::Bare, name));
        }
        let rest = self.extras(ReferenceKind::Bare, name, true).ok()?;
        let gap = self.skip(SPACE) > 0;
        (gap == spaced && self.eat(&self.dialect.close)).then_some(Placeholder {
            end: self.at,
            ..rest
        })
    }

    /// From behind `$`, which no prefix followed.
    fn dollar(&mut self, spaced: bool) -> Parsed<'t> {
        let word = self.take(WORD);
        let namespace = self
            .dialect
            .prefix
            .as_deref()
            .map_or("", |prefix| prefix.trim_matches(['$', '.']));
        if word.eq_ignore_ascii_case(namespace) {
            let flaw = match word == namespace {
                false => Flaw::Case,
                true if self.is_at_end_of_line() => Flaw::Unclosed,
                true => Flaw::Shape,
            };
            return Parsed::Flawed(flaw, self.at);
        }
        if spaced || !is_identifier(word) {
            return Parsed::Text;
        }
        if self.eat(".") {
            self.skip(WORD | DOT);
        }
        self.skip(SPACE);
        if self.eat(&self.dialect.close) {
            Parsed::Flawed(Flaw::Namespace, self.at)
        } else {
            Parsed::Text
        }
    }

    /// From behind a word to behind the closing mark; the name began at `start`.
    fn secret(&mut self, start: usize, word: &'t str) -> Parsed<'t> {
        match (self.rest_of_secret(start, word), self.dialect.intent) {
            (Ok(placeholder), _) => Parsed::Placeholder(placeholder),
            (Err(_), Intent::None) => Parsed::Text,
            (Err(flaw), _) => Parsed::Flawed(flaw, self.at),
        }
    }

    fn rest_of_secret(&mut self, start: usize, word: &'t str) -> Result<Placeholder<'t>, Flaw> {
        let mut name = word;
        let is_word =
            self.dialect.identifiers || !self.peek().is_some_and(|byte| is(byte, DOT | BLANK));
        if !is_word {
            // Names hold spaces, but do not end with one.
            self.skip(WORD | DOT | BLANK);
            name = self
                .text
                .get(start..self.at)
                .unwrap_or_default()
                .trim_end_matches(' ');
            self.at = start + name.len();
        }
        if name.is_empty() || (self.dialect.identifiers && !is_identifier(name)) {
            self.skip(SPACE);
            return Err(self.why_not_closed(None));
        }
        let rest = self.extras(ReferenceKind::Secret, name, is_word)?;
        self.skip(SPACE);
        if self.eat(&self.dialect.close) {
            return Ok(Placeholder {
                end: self.at,
                ..rest
            });
        }
        Err(self.why_not_closed(Some(&rest)))
    }

    /// What closes right after a name of one word.
    #[inline]
    fn plain(&self, form: ReferenceKind, name: &'t str) -> Placeholder<'t> {
        Placeholder {
            form,
            name,
            is_word: true,
            version: None,
            filters: self.at..self.at,
            end: self.at,
        }
    }

    #[cold]
    fn why_not_closed(&self, rest: Option<&Placeholder<'_>>) -> Flaw {
        let only_name = rest.is_none_or(|rest| rest.version.is_none() && rest.filters.is_empty());
        let at_close = self
            .dialect
            .close
            .chars()
            .next()
            .is_some_and(|first| self.rest().starts_with(first));
        match self.peek() {
            None | Some(b'\r' | b'\n') => Flaw::Unclosed,
            _ if self.is_at(&self.dialect.open) && !self.is_at(&self.dialect.close) => Flaw::Nested,
            Some(b'@' | b'|') if rest.is_none() => Flaw::NoName,
            _ if at_close && rest.is_none() => Flaw::NoName,
            Some(b'@') => Flaw::Pin,
            Some(_) if only_name && !at_close => Flaw::Name,
            Some(_) => Flaw::Unclosed,
        }
    }

    /// The pin and the filters.
    fn extras(
        &mut self,
        form: ReferenceKind,
        name: &'t str,
        is_word: bool,
    ) -> Result<Placeholder<'t>, Flaw> {
        let mut version = None;
        let mut filters = self.at..self.at;
        if self.dialect.extras {
            if self.peek() == Some(b'@') && !self.is_at(&self.dialect.close) {
                self.at += 1;
                version = Some(pin(self.take(DIGIT))?);
            }
            filters = self.at..self.at;
            while let Some(one) = self.filter()? {
                filters.end = one.place.end;
            }
        }
        Ok(Placeholder {
            form,
            name,
            is_word,
            version,
            filters,
            end: self.at,
        })
    }

    /// One filter with the `|` before it, if there is one.
    fn filter(&mut self) -> Result<Option<Written<'t>>, Flaw> {
        let before = self.at;
        self.skip(SPACE);
        if !self.eat("|") {
            self.at = before;
            return Ok(None);
        }
        self.skip(SPACE);
        let start = self.at;
        if !self.peek().is_some_and(|byte| byte.is_ascii_lowercase()) {
            return Err(Flaw::Filter);
        }
        let name = self.take(LOWER | DIGIT | UNDERSCORE);
        let argument = if self.eat(":") {
            Some(self.argument()?)
        } else {
            None
        };
        Ok(Some(Written {
            name,
            argument,
            place: start..self.at,
        }))
    }

    fn argument(&mut self) -> Result<&'t str, Flaw> {
        let marks = [&self.dialect.open, &self.dialect.close].map(|mark| mark.chars().next());
        let ends = |c: char| {
            matches!(c, ' ' | '\t' | '\r' | '\n' | '|' | '<' | '>' | '{' | '}')
                || marks.contains(&Some(c))
        };
        let rest = self.rest();
        let length = rest.find(ends).unwrap_or(rest.len());
        count_read(length + 1);
        self.at += length;
        let argument = rest.get(..length).unwrap_or_default();
        // 128 characters are 512 bytes at most, which keeps the count short.
        if argument.is_empty() || argument.len() > 512 || argument.chars().count() > 128 {
            return Err(Flaw::Argument);
        }
        Ok(argument)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Byte by byte, because marks are so short that a call to compare them costs more.
    #[inline]
    fn is_at(&self, mark: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.len() >= mark.len()
            && rest
                .iter()
                .zip(mark.as_bytes())
                .all(|(byte, mark)| byte == mark)
    }

    fn is_at_end_of_line(&self) -> bool {
        matches!(self.peek(), None | Some(b'\r' | b'\n'))
    }

    #[inline]
    fn eat(&mut self, mark: &str) -> bool {
        let found = self.is_at(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    #[inline]
    fn skip(&mut self, class: u8) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|&byte| !is(byte, class))
            .unwrap_or(rest.len());
        count_read(length + 1);
        self.at += length;
        length
    }

    /// The bytes of a class from here. All classes are of ASCII, so this is whole text.
    #[inline]
    fn take(&mut self, class: u8) -> &'t str {
        let start = self.at;
        self.skip(class);
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// Counts, for a test, what is read to find where a run ends.
fn count_read(bytes: usize) {
    #[cfg(test)]
    tests::READ.with(|read| read.set(read.get() + bytes));
    let _ = bytes;
}

/// A filter as it is written.
pub(super) struct Written<'t> {
    pub(super) name: &'t str,
    pub(super) argument: Option<&'t str>,
    pub(super) place: Range<usize>,
}

/// The filters of a placeholder, read again now that they are needed.
pub(super) fn filters<'t>(
    dialect: &Dialect,
    text: &'t str,
    place: Range<usize>,
) -> impl Iterator<Item = Written<'t>> {
    let mut cursor = Cursor {
        dialect,
        text: text.get(..place.end).unwrap_or_default(),
        at: place.start,
    };
    // They were read before, so none has a flaw.
    std::iter::from_fn(move || cursor.filter().ok().flatten())
}

/// A pin after a name, if that is all of the text.
pub(super) fn pin(digits: &str) -> Result<Version, Flaw> {
    if digits.len() > 10 || digits.starts_with('0') || digits.starts_with('+') {
        return Err(Flaw::Pin);
    }
    digits.parse().ok().and_then(Version::new).ok_or(Flaw::Pin)
}

const SPACE: u8 = 1;
const LOWER: u8 = 1 << 1;
const UPPER: u8 = 1 << 2;
const DIGIT: u8 = 1 << 3;
const UNDERSCORE: u8 = 1 << 4;
/// What only names of secrets hold.
const DOT: u8 = 1 << 5;
const BLANK: u8 = 1 << 6;
const WORD: u8 = LOWER | UPPER | DIGIT | UNDERSCORE;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        #[allow(clippy::indexing_slicing)] // checked by the compiler, once
        {
            classes[byte] = class(byte);
        }
        byte += 1;
    }
    classes
};

const fn class(byte: usize) -> u8 {
    #[allow(clippy::cast_possible_truncation)] // of 256
    match byte as u8 {
        b' ' => SPACE | BLANK,
        b'\t' => SPACE,
        b'a'..=b'z' => LOWER,
        b'A'..=b'Z' => UPPER,
        b'0'..=b'9' => DIGIT,
        b'_' => UNDERSCORE,
        b'.' | b'-' => DOT,
        _ => 0,
    }
}

#[inline]
fn is(byte: u8, class: u8) -> bool {
    CLASSES
        .get(usize::from(byte))
        .is_some_and(|of| of & class != 0)
}

/// Whether names of secrets hold a byte.
pub(super) fn is_name(byte: u8) -> bool {
    is(byte, WORD | DOT | BLANK)
}

pub(super) fn is_space(byte: u8) -> bool {
    is(byte, SPACE)
}

/// `[A-Za-z_][A-Za-z0-9_]{0,127}`, of word characters.
pub(super) fn is_identifier(word: &str) -> bool {
    word.len() <= 128
        && word.bytes().all(|byte| is(byte, WORD))
        && word
            .bytes()
            .next()
            .is_some_and(|first| !first.is_ascii_digit())
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
            for text in texts.chain([
                format!("{}A>>", "<<".repeat(size)),
                format!("{}>>", "<<A".repeat(size)),
            ]) {
                let (bytes, start) = (text.len(), text.chars().take(12).collect::<String>());
                let read = read_for(text);
                assert!(read <= 4 * bytes, "{start}… of {bytes} bytes: {read} read");
            }
        }
        assert!(read_for("<<$secret.A>>".to_owned()) > 0, "the count counts");
    }
}
