//! Strings of JSON.

use super::digits::{Hex, LOWER, UPPER, unicode};
use super::writing::{Add, Writings, Written};
use crate::error::Result;
use crate::redact::variants::Variant;

/// Gives a text as programs write it in JSON.
///
/// # Errors
///
/// What `add` says.
pub(in crate::redact) fn forms(text: &str, add: &mut Add<'_>) -> Result<()> {
    forms_in(text, &mut Writings::new(text.len(), add))
}

/// Gives the same among other writings.
pub(super) fn forms_in(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    WRITERS
        .iter()
        .try_for_each(|writer| writings.each(Variant::Json, text, |c, out| json(c, writer, out)))
}

/// The characters that a writer of JSON escapes besides quotes, backslashes and control characters.
struct Json {
    /// `/`, as `\/`.
    slash: bool,
    /// All but ASCII.
    foreign: bool,
    /// These, as `\uXXXX` even where a shorter escape is known.
    more: &'static str,
    hex: Hex,
}

const PLAIN: Json = Json {
    slash: false,
    foreign: false,
    more: "",
    hex: LOWER,
};

const WRITERS: [Json; 12] = [
    // serde_json, JavaScript, Ruby
    PLAIN,
    // Jackson, .NET when told to be relaxed
    Json {
        hex: UPPER,
        ..PLAIN
    },
    // Jackson when told to write ASCII
    Json {
        foreign: true,
        hex: UPPER,
        ..PLAIN
    },
    // Newtonsoft
    Json {
        more: "\u{85}\u{2028}\u{2029}",
        ..PLAIN
    },
    // Python
    Json {
        foreign: true,
        more: "\x7f",
        ..PLAIN
    },
    // PHP, and when told to leave slashes, other letters, or both
    Json {
        slash: true,
        foreign: true,
        ..PLAIN
    },
    Json {
        foreign: true,
        ..PLAIN
    },
    Json {
        slash: true,
        more: "\u{2028}\u{2029}",
        ..PLAIN
    },
    Json {
        slash: true,
        ..PLAIN
    },
    // Go, Rails
    Json {
        more: "<>&\u{2028}\u{2029}",
        ..PLAIN
    },
    // Gson
    Json {
        more: "<>&='\u{2028}\u{2029}",
        ..PLAIN
    },
    // .NET
    Json {
        foreign: true,
        more: "\"<>&'+`\x7f",
        hex: UPPER,
        ..PLAIN
    },
];

fn json(c: char, writer: &Json, out: &mut Written) {
    let short = match c {
        _ if writer.more.contains(c) || writer.foreign && !c.is_ascii() => {
            return unicode(c, writer.hex, out);
        }
        '"' | '\\' => c,
        '/' if writer.slash => c,
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\0'..='\x1f' => return unicode(c, writer.hex, out),
        _ => return out.push(c),
    };
    out.push_ascii([b'\\']);
    out.push(short);
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn json_is_written_as_its_writers_do() {
        let expected = [
            r#"/<é=\"\n"#,
            r#"/<\u00e9=\"\n"#,
            r#"/<\u00E9=\"\n"#,
            r#"\/<é=\"\n"#,
            r#"\/<\u00e9=\"\n"#,
            r#"/\u003cé=\"\n"#,
            r#"/\u003cé\u003d\"\n"#,
            r"/\u003C\u00E9=\u0022\n",
        ];
        assert_eq!(
            all("/<é=\"\n", Variant::Json),
            expected.map(str::to_owned).into()
        );
        assert_eq!(
            all("\x1b", Variant::Json),
            [r"\u001b", r"\u001B"].map(str::to_owned).into()
        );
        // Of the byte 7F, nothing, as Python, and as .NET.
        let expected = ["\x7f\\n", "\\u007f\\n", "\\u007F\\n"].map(str::to_owned);
        assert_eq!(all("\x7f\n", Variant::Json), expected.into());
    }
}
