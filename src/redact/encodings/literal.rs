//! String literals of programming languages and of SQL, which is how debuggers and logs show a
//! text.

use super::digits::{Hex, LOWER, UPPER, pair, unicode};
use super::writing::{Writings, Written, backslash};
use crate::error::Result;
use crate::redact::variants::Variant;

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    // `{:?}` of Rust, which leaves apostrophes.
    writings.each(Variant::Literal, text, |c, out| {
        if c == '\'' {
            out.push(c);
        } else {
            c.escape_debug().for_each(|c| out.push(c));
        }
    })?;
    for is_mysql in [true, false] {
        writings.each(Variant::Literal, text, |c, out| sql(c, is_mysql, out))?;
    }
    LANGUAGES.iter().try_for_each(|language| {
        writings.each(Variant::Literal, text, |c, out| {
            literal(c, language, out);
        })
    })
}

/// Writes a character as `mysql_real_escape_string` does, or as `addslashes` of PHP, which leaves
/// control characters.
fn sql(c: char, is_mysql: bool, out: &mut Written) {
    let letter = match c {
        '\0' => '0',
        '\n' if is_mysql => 'n',
        '\r' if is_mysql => 'r',
        '\x1a' if is_mysql => 'Z',
        _ => return backslash("\\'\"".contains(c), c, out),
    };
    backslash(true, letter, out);
}

struct Language {
    /// Quotes that are escaped.
    quotes: &'static str,
    /// Control characters, each with the letter that stands for it.
    letters: &'static [(char, char)],
    /// True if `\xNN` is for ASCII only.
    units: bool,
    /// True if the no-break space and the soft hyphen are escaped as well.
    unseen: bool,
    hex: Hex,
}

const GO: Language = Language {
    quotes: "\"",
    letters: &[
        ('\x07', 'a'),
        ('\x08', 'b'),
        ('\t', 't'),
        ('\n', 'n'),
        ('\x0b', 'v'),
        ('\x0c', 'f'),
        ('\r', 'r'),
    ],
    units: true,
    unseen: true,
    hex: LOWER,
};
const PYTHON: Language = Language {
    quotes: "",
    letters: &[('\t', 't'), ('\n', 'n'), ('\r', 'r')],
    units: false,
    unseen: true,
    hex: LOWER,
};
const NODE: Language = Language {
    quotes: "",
    letters: &[
        ('\x08', 'b'),
        ('\t', 't'),
        ('\n', 'n'),
        ('\x0c', 'f'),
        ('\r', 'r'),
    ],
    units: false,
    unseen: false,
    hex: UPPER,
};

/// `%q` of Go; `repr` of Python and `inspect` of Node, which take the quotes that a text does not
/// hold if they can.
const LANGUAGES: [Language; 5] = [
    GO,
    PYTHON,
    Language {
        quotes: "'",
        ..PYTHON
    },
    NODE,
    Language {
        quotes: "'",
        ..NODE
    },
];

fn literal(c: char, language: &Language, out: &mut Written) {
    if let Some((_, letter)) = language.letters.iter().find(|(known, _)| *known == c) {
        backslash(true, *letter, out);
    } else if c.is_control() || language.unseen && matches!(c, '\u{a0}' | '\u{ad}') {
        match u8::try_from(c) {
            Ok(byte) if c.is_ascii() || !language.units => {
                let [high, low] = pair(byte, language.hex);
                out.push_ascii([b'\\', b'x', high, low]);
            }
            _ => unicode(c, language.hex, out),
        }
    } else {
        backslash(c == '\\' || language.quotes.contains(c), c, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    const TEXT: &str = "a\0\x07\x1b\n\u{85}\u{a0}\u{200d}e\u{301}\x7f\\'\"é";

    #[test]
    fn literals_are_written_as_in_rust() {
        let shown = format!("{TEXT:?}");
        assert!(
            all(TEXT, Variant::Literal).contains(shown.trim_matches('"')),
            "{shown}"
        );
    }

    /// By the manual of `MySQL`, "String Literals", and that of PHP.
    #[test]
    fn literals_are_written_as_in_sql() {
        let found = all("a\0b'c\"d\\e\nf\rg\x1ah\t", Variant::Literal);
        for expected in [
            r#"a\0b\'c\"d\\e\nf\rg\Zh"#.to_owned() + "\t",
            r#"a\0b\'c\"d\\e"#.to_owned() + "\nf\rg\x1ah\t",
        ] {
            assert!(found.contains(&expected), "{expected} in {found:#?}");
        }
    }

    /// The output of Go, Python 3.11 and Node 20.
    #[test]
    fn literals_are_written_as_in_other_languages() {
        let found = all(&TEXT.replace('\u{200d}', ""), Variant::Literal);
        for expected in [
            "a\\x00\\a\\x1b\\n\\u0085\\u00a0e\u{301}\\x7f\\\\'\\\"é",
            "a\\x00\\x07\\x1b\\n\\x85\\xa0e\u{301}\\x7f\\\\\\'\"é",
            "a\\x00\\x07\\x1B\\n\\x85\u{a0}e\u{301}\\x7F\\\\\\'\"é",
        ] {
            assert!(found.contains(expected), "{expected} in {found:#?}");
        }
    }
}
