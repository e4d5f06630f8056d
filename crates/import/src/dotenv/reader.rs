//! Reading a list of variables.

use std::collections::{BTreeMap, HashMap};

use keyslot::secrecy::ExposeSecret as _;
use keyslot::{Error, SecretName};

use super::decode::{Quotes, Raw, TOO_LONG};
use super::expand::Known;
use super::lines::{BLANK, end_of_double, line_of, plain};
use super::variable::Variable;
use crate::limits::too_many_entries;
use crate::place::Text;

/// Name of the format in errors.
pub(super) const FORMAT: &str = "a list of variables";

/// Marks at both ends of a key that is written in PEM.
const PEM: [&str; 2] = ["-----BEGIN ", "-----END "];

/// A reader of a list.
pub(super) struct Reader<'t, 'g> {
    text: Text<'t>,
    at: usize,
    line: usize,
    /// The variables of the caller, if references are to be replaced.
    given: Option<&'g BTreeMap<String, String>>,
    set: HashMap<&'t str, usize>,
    variables: Vec<Variable<'t>>,
    /// The bytes of all values.
    total: usize,
}

/// The variables that are set so far, and those of the caller.
struct Set<'a, 't>(&'a Reader<'t, 'a>, &'a BTreeMap<String, String>);

impl Known for Set<'_, '_> {
    fn value(&self, name: &str) -> Option<&str> {
        let Self(reader, given) = self;
        match reader.set.get(name) {
            Some(&number) => Some(reader.variables.get(number)?.value.expose_secret()),
            None => given.get(name).map(String::as_str),
        }
    }
}

impl<'t, 'g> Reader<'t, 'g> {
    /// Reads a whole list.
    pub(super) fn read(
        text: Text<'t>,
        given: Option<&'g BTreeMap<String, String>>,
    ) -> Result<Vec<Variable<'t>>, Error> {
        let mark = '\u{feff}';
        let mut reader = Self {
            at: usize::from(text.text.starts_with(mark)) * mark.len_utf8(),
            line: 1,
            given,
            text,
            set: HashMap::new(),
            variables: Vec::new(),
            total: 0,
        };
        while let Some(rest) = reader.rest() {
            let line = line_of(rest);
            let words = line.trim_start_matches(BLANK);
            if words.trim_start_matches(['\r', '\n']).is_empty() || words.starts_with('#') {
                reader.go_to(reader.at + line.len());
            } else {
                reader.variable(reader.at + line.len() - words.len(), words)?;
            }
        }
        Ok(reader.variables)
    }

    /// Reads a variable that begins at a byte, with the text of its first line.
    fn variable(&mut self, begin: usize, words: &'t str) -> Result<(), Error> {
        let text = self.text;
        let (name, name_at, sign) = self.name(begin, words)?;
        let line = self.line;
        let behind = text.text.get(sign + 1..).unwrap_or_default();
        let blanks = behind.len() - behind.trim_start_matches(BLANK).len();
        let start = sign + 1 + blanks;
        let (quotes, raw, len) = self.raw(start, blanks > 0)?;
        // Before the blanks: one that is put there must not touch a comment behind them.
        let start = if len == 0 { sign + 1 } else { start };
        let inside = start + usize::from(quotes != Quotes::None);
        let value = {
            let set = self.given.map(|given| Set(self, given));
            let known = set.as_ref().map(|set| set as &dyn Known);
            let text = raw;
            Raw {
                text,
                quotes,
                known,
            }
            .decode()
        };
        let value = value.map_err(|flaw| match flaw.why {
            TOO_LONG => text.too_long(inside),
            why => text.refuse(inside + flaw.at, why),
        })?;
        self.go_to(start + len);
        if quotes != Quotes::None {
            self.end_of_line()?;
        }
        self.total = self.total.saturating_add(value.expose_secret().len());
        // With references, a short file has long values.
        if self.total > crate::MAX_FILE {
            return Err(crate::limits::file_too_long());
        }
        if self.variables.len() == crate::MAX_ENTRIES {
            return Err(too_many_entries());
        }
        if let Some(&first) = self.set.get(name) {
            return Err(self.twice(name, name_at, first));
        }
        self.set.insert(name, self.variables.len());
        let place = start..start + len;
        self.variables.push(Variable {
            name,
            value,
            place,
            line,
        });
        Ok(())
    }

    /// The name of a variable, its place, and the place of the `=` behind it.
    fn name(&self, begin: usize, words: &'t str) -> Result<(&'t str, usize, usize), Error> {
        let refuse = |at: usize, why| Err(self.text.refuse(at, why));
        let Some(sign) = words.find('=') else {
            return refuse(begin, "a line without \"=\"");
        };
        let left = words
            .get(..sign)
            .unwrap_or_default()
            .trim_end_matches(BLANK);
        let name = match left.strip_prefix("export") {
            Some(rest) if rest.starts_with(BLANK) => rest.trim_start_matches(BLANK),
            _ => left,
        };
        let at = begin + left.len() - name.len();
        if name.is_empty() {
            return refuse(at, "a \"=\" without a name before it");
        }
        if name.len() > crate::MAX_NAME {
            return refuse(at, "the name of a variable is too long");
        }
        let is_odd = |c: char| !(c.is_alphanumeric() || "_.-/:".contains(c));
        if let Some(odd) = name.find(is_odd) {
            return refuse(
                at + odd,
                "a character that the name of a variable cannot have",
            );
        }
        Ok((name, at, begin + sign))
    }

    /// The quotes at a byte, the text between them, and the bytes that both take.
    fn raw(&self, start: usize, is_apart: bool) -> Result<(Quotes, &'t str, usize), Error> {
        let refuse = |at: usize, why| Err(self.text.refuse(at, why));
        let value = self.text.text.get(start..).unwrap_or_default();
        let (quotes, end) = match value.bytes().next() {
            Some(b'\'') => (
                Quotes::Single,
                value.get(1..).and_then(|text| text.find('\'')),
            ),
            Some(b'"') => (Quotes::Double, value.get(1..).and_then(end_of_double)),
            Some(b'`') => {
                let why = "a backtick, which is a command to a shell; write the value in quotes";
                return refuse(start, why);
            }
            _ => {
                let raw = plain(line_of(value), is_apart);
                if let Some(at) = raw.find('\r') {
                    return refuse(start + at, "a carriage return without a line feed");
                }
                if raw.starts_with(PEM[0]) && !raw.contains(PEM[1]) {
                    let why = "a key of several lines without quotes; write it in double quotes";
                    return refuse(start, why);
                }
                return Ok((Quotes::None, raw, raw.len()));
            }
        };
        let Some(end) = end else {
            return refuse(start, "a quote without its end");
        };
        let raw = value.get(1..=end).unwrap_or_default();
        if quotes == Quotes::Single && raw.ends_with('\\') {
            return refuse(
                start + end,
                "a \"\\\" before a single quote reads differently in other programs; write the \
                 value in double quotes",
            );
        }
        Ok((quotes, raw, end + 2))
    }

    /// Passes over the rest of the line behind a quote, which may be a comment.
    fn end_of_line(&mut self) -> Result<(), Error> {
        let line = line_of(self.rest().unwrap_or_default());
        let words = line.trim_start_matches(BLANK);
        let is_comment = words.starts_with('#') && words.len() < line.len();
        if !is_comment && !matches!(words, "" | "\n" | "\r\n" | "\r") {
            return Err(self
                .text
                .refuse(self.at, "text directly behind a quoted value"));
        }
        self.go_to(self.at + line.len());
        Ok(())
    }

    /// The error of a name that is set for the second time.
    fn twice(&self, name: &str, at: usize, first: usize) -> Error {
        let line = self.variables.get(first).map_or(0, |first| first.line);
        let why = format!("the variable of line {line} is set for the second time");
        let error = self.text.refuse(at, &why);
        match SecretName::new(name) {
            Ok(name) => error.with_name(name),
            Err(_) => error,
        }
    }

    fn rest(&self) -> Option<&'t str> {
        self.text
            .text
            .get(self.at..)
            .filter(|rest| !rest.is_empty())
    }

    /// Goes on at a byte, and counts the lines on the way.
    fn go_to(&mut self, at: usize) {
        let passed = self.text.text.get(self.at..at).unwrap_or_default();
        self.line += passed.bytes().filter(|&byte| byte == b'\n').count();
        self.at = at;
    }
}
