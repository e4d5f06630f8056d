//! The fields of forms and queries.

use std::fmt;

use zeroize::Zeroizing;

use crate::failure::{Failure, Outcome};
use crate::texts as t;

/// The decoded fields of a form or a query, wiped when they are dropped.
///
/// Every byte is checked: a form that a browser did not make is refused, and not repaired.
pub(crate) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    /// Reads `key=value&key=value`.
    pub(crate) fn read(text: &[u8], most: usize) -> Outcome<Self> {
        let mut fields = Vec::new();
        if text.is_empty() {
            return Ok(Self(fields));
        }
        for pair in text.split(|byte| *byte == b'&') {
            if fields.len() == most {
                return Err(Failure::too_large(t::TOO_MANY_FIELDS));
            }
            let at = pair.iter().position(|byte| *byte == b'=');
            let (key, value) = at
                .and_then(|at| Some((pair.get(..at)?, pair.get(at + 1..)?)))
                .ok_or_else(malformed)?;
            fields.push((decoded(key)?.to_string(), decoded(value)?));
        }
        Ok(Self(fields))
    }

    /// The same with line ends as they were before a browser sent them: textareas give CR LF.
    pub(crate) fn with_line_feeds(self) -> Self {
        let with_feeds = |text: Zeroizing<String>| {
            if !text.contains("\r\n") {
                return text;
            }
            let mut kept = Zeroizing::new(String::with_capacity(text.len()));
            for (number, line) in text.split("\r\n").enumerate() {
                if number > 0 {
                    kept.push('\n');
                }
                kept.push_str(line);
            }
            kept
        };
        let fields = self.0.into_iter();
        Self(
            fields
                .map(|(key, value)| (key, with_feeds(value)))
                .collect(),
        )
    }

    /// Checks that there are no other fields than these, and each but those of `many` once.
    pub(crate) fn only(&self, known: &[&str], many: &[&str]) -> Outcome<()> {
        for (number, (key, _)) in self.0.iter().enumerate() {
            let key = key.as_str();
            let earlier = self.0.iter().take(number);
            let is_repeated = earlier.into_iter().any(|(other, _)| other == key);
            let is_known = many.contains(&key) || (known.contains(&key) && !is_repeated);
            if !is_known {
                return Err(malformed());
            }
        }
        Ok(())
    }

    /// The value of a field that must be there.
    pub(crate) fn one(&self, key: &str) -> Outcome<&str> {
        self.get(key)?
            .ok_or_else(|| Failure::malformed(t::INCOMPLETE))
    }

    /// The value of a field; `None` if it is not there or empty.
    pub(crate) fn filled(&self, key: &str) -> Outcome<Option<&str>> {
        Ok(self.get(key)?.filter(|value| !value.is_empty()))
    }

    /// The value of a field, which may be there once.
    pub(crate) fn get(&self, key: &str) -> Outcome<Option<&str>> {
        let mut values = self.all(key);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(malformed()),
            (value, None) => Ok(value),
        }
    }

    /// The values of a field that may be there several times.
    pub(crate) fn all<'f>(&'f self, key: &str) -> impl Iterator<Item = &'f str> {
        let fields = self.0.iter().filter(move |(other, _)| other == key);
        fields.map(|(_, value)| value.as_str())
    }
}

/// Names nothing of what is in it.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fields({})", self.0.len())
    }
}

fn malformed() -> Failure {
    Failure::malformed(t::MALFORMED)
}

/// Decodes one key or value. The buffer never grows, so that no copy stays behind.
fn decoded(text: &[u8]) -> Outcome<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    let digit = char::from(*rest.next()?).to_digit(16)?;
                    u8::try_from(digit).ok()
                };
                let (high, low) = (digit(), digit());
                high.zip(low)
                    .map(|(high, low)| high << 4 | low)
                    .ok_or_else(malformed)?
            }
            byte => *byte,
        });
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(malformed())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        let fields = Fields::read(text.as_bytes(), 9).ok()?.with_line_feeds();
        fields.one("a").ok().map(str::to_owned)
    }

    #[test]
    fn values_are_decoded() {
        for (text, expected) in [
            ("a=1", "1"),
            ("b=2&a=x+y", "x y"),
            ("a=%C3%A9%2B%26%3D", "é+&="),
            ("a=", ""),
            ("a=b=c", "b=c"),
            ("a=one%0D%0Atwo%0Athree%0D%0A", "one\ntwo\nthree\n"),
            ("a=%0D", "\r"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for text in [
            "a", "a=1&", "&a=1", "a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=2", "a=%+1", "b=1",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        let many = ["a=1"; 10].join("&");
        assert!(Fields::read(many.as_bytes(), 9).is_err());
        let fields = Fields::read(b"a=1&b=2&b=3", 9).unwrap();
        assert!(fields.only(&["a"], &["b"]).is_ok() && fields.only(&["a", "b"], &[]).is_err());
        assert!(fields.only(&["a"], &[]).is_err());
        assert_eq!(fields.all("b").collect::<Vec<_>>(), ["2", "3"]);
        assert_eq!(format!("{fields:?}"), "Fields(3)");
    }
}
