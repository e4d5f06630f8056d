//! The ways in which programs write a text that they were given as it is.

use base64ct::{Base64Unpadded, Encoding as _};
use zeroize::Zeroizing;

use super::variants::Variant;
use crate::error::Result;

/// Gives each way in which a text may be written, itself excepted. Many are equal to it or to each other.
///
/// # Errors
///
/// What `add` says.
pub(super) fn encodings(text: &str, add: &mut impl FnMut(Variant, &str) -> Result<()>) -> Result<()> {
    json_forms(text, add)?;
    for quotes in QUOTES {
        add(Variant::Xml, &written(text, |c, out| xml(c, quotes, out)))?;
    }
    for form in SHELL {
        add(Variant::Shell, &written(text, form))?;
    }
    for keeps in KEPT_IN_URLS {
        for hex in [UPPER, LOWER] {
            for plus in [false, true] {
                add(Variant::Percent, &written(text, |c, out| percent(c, keeps, hex, plus, out)))?;
            }
        }
    }
    for hex in [UPPER, LOWER] {
        let bytes =
            |c: char, out: &mut dyn FnMut(char)| utf8(c, |byte| pair(byte, hex).into_iter().for_each(&mut *out));
        add(Variant::Hex, &written(text, bytes))?;
        add(Variant::Unicode, &written(text, |c, out| unicode(c, hex, out)))?;
    }
    base64(text, add)
}

/// As [`encodings`], but only what a program that writes JSON makes of it.
pub(super) fn json_forms(text: &str, add: &mut impl FnMut(Variant, &str) -> Result<()>) -> Result<()> {
    JSON.iter().try_for_each(|style| add(Variant::Json, &written(text, |c, out| json(c, style, out))))
}

/// A text with each of its characters written in some way. Measured first: a text that grew would leave copies behind.
fn written(text: &str, write: impl Fn(char, &mut dyn FnMut(char))) -> Zeroizing<String> {
    let mut length = 0;
    text.chars().for_each(|c| write(c, &mut |c| length += c.len_utf8()));
    let mut out = Zeroizing::new(String::with_capacity(length));
    text.chars().for_each(|c| write(c, &mut |c| out.push(c)));
    out
}

/// What the writers of JSON escape beyond what they must.
struct Json {
    slash: bool,
    /// All but ASCII.
    foreign: bool,
    /// What means something in HTML.
    html: Html,
    hex: Hex,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Html {
    No,
    /// `<`, `>`, `&` and the line separators.
    Go,
    /// `"`, `'`, `+`, the grave accent and DEL as well.
    DotNet,
}

const JSON: [Json; 6] = [
    // serde_json, JavaScript
    Json { slash: false, foreign: false, html: Html::No, hex: LOWER },
    Json { slash: true, foreign: false, html: Html::No, hex: LOWER },
    // Python
    Json { slash: false, foreign: true, html: Html::No, hex: LOWER },
    // PHP
    Json { slash: true, foreign: true, html: Html::No, hex: LOWER },
    Json { slash: false, foreign: false, html: Html::Go, hex: LOWER },
    Json { slash: false, foreign: true, html: Html::DotNet, hex: UPPER },
];

fn json(c: char, style: &Json, out: &mut dyn FnMut(char)) {
    let Json { slash, foreign, html, hex } = *style;
    let short = match c {
        '"' if html != Html::DotNet => '"',
        '\\' => '\\',
        '/' if slash => '/',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{c}' => 'f',
        '\r' => 'r',
        _ => {
            let escaped = match c {
                '\0'..='\x1f' => true,
                '<' | '>' | '&' => html != Html::No,
                '\u{2028}' | '\u{2029}' => foreign || html != Html::No,
                '"' | '\'' | '+' | '`' | '\x7f' => html == Html::DotNet,
                _ => foreign && !c.is_ascii(),
            };
            return if escaped { unicode(c, hex, out) } else { out(c) };
        }
    };
    out('\\');
    out(short);
}

/// How quotes and apostrophes are written: not at all, and as XML, Go, Django, PHP and Python do.
const QUOTES: [[&str; 2]; 7] = [
    ["\"", "'"],
    ["&quot;", "'"],
    ["&quot;", "&apos;"],
    ["&#34;", "&#39;"],
    ["&quot;", "&#39;"],
    ["&quot;", "&#039;"],
    ["&quot;", "&#x27;"],
];

fn xml(c: char, [quote, apostrophe]: [&str; 2], out: &mut dyn FnMut(char)) {
    match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => quote,
        '\'' => apostrophe,
        _ => return out(c),
    }
    .chars()
    .for_each(out);
}

type Write = fn(char, &mut dyn FnMut(char));

/// Inside single quotes, two ways; behind backslashes, as bash and as Ruby have it; in double quotes; in `$'…'`.
const SHELL: [Write; 6] = [
    |c, out| if c == '\'' { r"'\''".chars().for_each(out) } else { out(c) },
    |c, out| if c == '\'' { r#"'"'"'"#.chars().for_each(out) } else { out(c) },
    |c, out| backslash(" \t\"\\'`$|&;()<>!{}*[?]^,~#".contains(c), c, out),
    |c, out| backslash(c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-.,:+/@\n".contains(c), c, out),
    |c, out| backslash("\"\\$`".contains(c), c, out),
    |c, out| match c {
        '\n' => backslash(true, 'n', out),
        '\r' => backslash(true, 'r', out),
        '\t' => backslash(true, 't', out),
        _ => backslash("\\'".contains(c), c, out),
    },
];

fn backslash(escaped: bool, c: char, out: &mut dyn FnMut(char)) {
    if escaped {
        out('\\');
    }
    out(c);
}

/// Which characters besides letters and digits stay: in RFC 3986, `encodeURIComponent`, Python's `quote`, forms, and as the
/// query and the password of a URL in browsers.
const KEPT_IN_URLS: [&str; 6] =
    ["-._~", "-._~!*'()", "-._~/", "-._*", "-._~!*'()/?:@$&+,;=[]\\^`{|}%", "-._~!*'()$&+,%"];

fn percent(c: char, keeps: &str, hex: Hex, plus: bool, out: &mut dyn FnMut(char)) {
    if c.is_ascii_alphanumeric() || keeps.contains(c) {
        out(c);
    } else if c == ' ' && plus {
        out('+');
    } else {
        utf8(c, |byte| {
            out('%');
            pair(byte, hex).into_iter().for_each(&mut *out);
        });
    }
}

/// `\uXXXX`, of a surrogate pair twice.
fn unicode(c: char, hex: Hex, out: &mut dyn FnMut(char)) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        "\\u".chars().for_each(&mut *out);
        unit.to_be_bytes().into_iter().flat_map(|byte| pair(byte, hex)).for_each(&mut *out);
    }
}

fn utf8(c: char, byte: impl FnMut(u8)) {
    c.encode_utf8(&mut [0; 4]).bytes().for_each(byte);
}

/// What 10 is written as.
type Hex = u8;
const UPPER: Hex = b'A';
const LOWER: Hex = b'a';

fn pair(byte: u8, hex: Hex) -> [char; 2] {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { hex + (half - 10) });
    [digit(byte >> 4), digit(byte & 0xf)]
}

/// What base64 writes of a text that stands behind any number of other bytes, with both alphabets: the characters that no
/// neighbour has a part in, and, for a text that ends there, all to the end, padded or not.
fn base64(text: &str, add: &mut impl FnMut(Variant, &str) -> Result<()>) -> Result<()> {
    for before in 0..3_usize {
        let length = before + text.len();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        bytes.resize(before, 0);
        bytes.extend_from_slice(text.as_bytes());
        // With room for the padding; the encoder wants exactly what it fills.
        let mut buffer = Zeroizing::new(vec![b'='; length.div_ceil(3) * 4]);
        let end = Base64Unpadded::encoded_len(&bytes);
        let Some(room) = buffer.get_mut(..end) else { continue };
        if Base64Unpadded::encode(&bytes, room).is_err() {
            continue;
        }
        for url in [false, true] {
            if url {
                buffer.iter_mut().for_each(|byte| match byte {
                    b'+' => *byte = b'-',
                    b'/' => *byte = b'_',
                    _ => {}
                });
            }
            let start = (before * 8).div_ceil(6);
            for end in [length * 8 / 6, end, buffer.len()] {
                let part = buffer.get(start..end).and_then(|part| std::str::from_utf8(part).ok());
                part.map_or(Ok(()), |part| add(Variant::Base64, part))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all(text: &str, of: Variant) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        encodings(text, &mut |variant, text| {
            found.extend((variant == of).then(|| text.to_owned()));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn json_is_written_as_six_writers_do() {
        let expected = [
            r#"/<é\"\n"#,
            r#"\/<é\"\n"#,
            r#"/<\u00e9\"\n"#,
            r#"\/<\u00e9\"\n"#,
            r#"/\u003cé\"\n"#,
            r"/\u003C\u00E9\u0022\n",
        ];
        assert_eq!(all("/<é\"\n", Variant::Json), expected.map(str::to_owned).into());
        assert!(all("\0\u{1f}", Variant::Json).contains(r"\u0000\u001f"));
    }

    #[test]
    fn xml_is_written_with_all_sorts_of_quotes() {
        let found = all("&<>\"'", Variant::Xml);
        for quotes in ["\"'", "&quot;'", "&quot;&apos;", "&#34;&#39;", "&quot;&#39;", "&quot;&#x27;"] {
            assert!(found.contains(&format!("&amp;&lt;&gt;{quotes}")), "{quotes}");
        }
    }

    #[test]
    fn shells_are_quoted_and_escaped() {
        let found = all("a'b \"$", Variant::Shell);
        for expected in [r#"a'\''b "$"#, r#"a'"'"'b "$"#, r#"a\'b\ \"\$"#, r#"a'b \"\$"#, r#"a\'b "$"#] {
            assert!(found.contains(expected), "{expected}");
        }
    }

    #[test]
    fn percent_signs_have_both_cases_and_spaces_both_ways() {
        let found = all("p@ss/w?rd é!", Variant::Percent);
        for expected in ["p%40ss%2Fw%3Frd%20%C3%A9%21", "p%40ss%2fw%3frd+%c3%a9!", "p%40ss/w%3Frd%20%C3%A9%21"] {
            assert!(found.contains(expected), "{expected}");
        }
        let url = url::Url::parse("https://e.example/?q=p@ss/w?rd é!").unwrap();
        assert!(found.contains(url.query().unwrap().strip_prefix("q=").unwrap()));
        let form: String =
            url::form_urlencoded::Serializer::new(String::new()).append_key_only("p@ss/w?rd é!").finish();
        assert!(found.contains(form.as_str()), "{form}");
    }

    #[test]
    fn bytes_and_units_are_written_in_both_cases() {
        assert_eq!(all("J\u{e9}", Variant::Hex), ["4ac3a9", "4AC3A9"].map(str::to_owned).into());
        let expected = ["\\u00e9\\ud83d\\udd11", "\\u00E9\\uD83D\\uDD11"].map(str::to_owned);
        assert_eq!(all("é🔑", Variant::Unicode), expected.into());
    }

    #[test]
    fn base64_is_found_behind_and_before_anything() {
        use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded};
        for length in 8..20 {
            let text: String = ('\u{3d}'..).take(length).collect();
            let found = all(&text, Variant::Base64);
            for (before, after) in
                ["", "?", "~~", "~~~", "user:"].iter().flat_map(|b| ["", "?", ">>", ">>>"].map(|a| (b, a)))
            {
                let whole = format!("{before}{text}{after}");
                for encoded in [
                    Base64::encode_string(whole.as_bytes()),
                    Base64Unpadded::encode_string(whole.as_bytes()),
                    Base64Url::encode_string(whole.as_bytes()),
                    Base64UrlUnpadded::encode_string(whole.as_bytes()),
                ] {
                    let longest = found.iter().filter(|part| encoded.contains(*part)).map(String::len).max();
                    let rest = encoded.len() - longest.unwrap_or(0);
                    // Of the neighbours' bytes, and of at most two that are shared.
                    let most = (before.len() + after.len()).div_ceil(3) * 4 + 4;
                    assert!(rest <= most, "{whole:?}: {rest} characters of {encoded} stay");
                    if after.is_empty() {
                        assert!(
                            found.iter().any(|part| encoded.ends_with(part)),
                            "{whole:?}: the end of {encoded} stays"
                        );
                    }
                }
            }
        }
    }
}
