//! Parts of URLs, and forms.

use super::digits::{Hex, LOWER, UPPER, pair};
use super::writing::{LONG, Writings, Written};
use crate::error::Result;
use crate::redact::variants::Variant;

/// Characters besides letters and digits that stay, where spaces become `+` as well and digits may
/// be in lower case.
const IN_FORMS: [Ascii; 7] = [
    // RFC 3986, .NET, Go in a query
    ascii("-._~"),
    // PHP
    ascii("-._"),
    // Forms of the URL standard, Java; of ASP.NET
    ascii("-._*"),
    ascii("-._!*()"),
    // `encodeURIComponent`, and what axios makes of it
    ascii("-._~!*'()"),
    ascii("-._~!*'():$,[]"),
    // Python
    ascii("-._~/"),
];

/// And elsewhere.
const IN_URLS: [Ascii; 14] = [
    // `encodeURI`, and of requests
    ascii("-._~!*'();/?:@&=+$,#"),
    ascii("-._~!*'();/?:@&=+$,#[]%"),
    // A segment of a path in RFC 3986
    ascii("-._~!$&'()*+,;=:@"),
    // Go: a segment of a path, a path, a fragment, user and password
    ascii("-._~$&+:=@"),
    ascii("-._~$&+:=@,;/"),
    ascii("-._~$&+:=@,;/?!*()"),
    ascii("-._~$&+,;="),
    // The URL standard: user and password; a segment of a path, and a path, in which `^` stayed
    // until 2024
    ascii("-._~!$&'()*+,%"),
    ascii("-._~!$&'()*+,;=:@[]|^"),
    ascii("-._~!$&'()*+,;=:@[]|^%/\\"),
    ascii("-._~!$&'()*+,;=:@[]|%/\\"),
    // The query of http, of other schemes; a fragment
    ascii("-._~!$&()*+,;=:@[]|^%/\\?`{}"),
    ascii("-._~!$&'()*+,;=:@[]|^%/\\?`{}"),
    ascii("-._~!$&'()*+,;=:@[]|^%/\\?{}#"),
];

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    let present = ascii(text);
    let mut known = Vec::with_capacity(IN_FORMS.len() + IN_URLS.len());
    for (keeps, in_forms) in IN_FORMS
        .map(|keeps| (keeps, true))
        .into_iter()
        .chain(IN_URLS.map(|keeps| (keeps, false)))
    {
        // Those that agree on the characters of this text write the same.
        let kept = keeps & present;
        if known.contains(&kept) || !in_forms && text.len() > LONG {
            continue;
        }
        known.push(kept);
        let mut add = |hex, plus| {
            writings.each(Variant::Percent, text, |c, out| {
                percent(c, keeps, hex, plus, out);
            })
        };
        add(UPPER, false)?;
        if in_forms {
            add(LOWER, false)?;
            if text.contains(' ') {
                add(UPPER, true)?;
                add(LOWER, true)?;
            }
        }
    }
    Ok(())
}

/// A set of ASCII characters.
type Ascii = u128;

/// The ASCII characters of a text.
const fn ascii(text: &str) -> Ascii {
    let (mut set, mut rest) = (0, text.as_bytes());
    while let [byte, behind @ ..] = rest {
        if byte.is_ascii() {
            set |= 1 << *byte;
        }
        rest = behind;
    }
    set
}

fn percent(c: char, keeps: Ascii, hex: Hex, plus: bool, out: &mut Written) {
    if c.is_ascii_alphanumeric() || c.is_ascii() && keeps >> u32::from(c) & 1 == 1 {
        out.push(c);
    } else if c == ' ' && plus {
        out.push('+');
    } else {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            let [high, low] = pair(byte, hex);
            out.push_ascii([b'%', high, low]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn percent_signs_have_both_cases_and_spaces_both_ways() {
        let found = all("p@ss/w?rd é!", Variant::Percent);
        for expected in [
            "p%40ss%2Fw%3Frd%20%C3%A9%21",
            "p%40ss%2fw%3frd+%c3%a9!",
            "p%40ss/w%3Frd%20%C3%A9%21",
        ] {
            assert!(found.contains(expected), "{expected}");
        }
    }

    /// By the tables of `net/url`, of PHP, and of ECMAScript.
    #[test]
    fn each_writer_keeps_what_it_keeps() {
        let found = all("a~b*c$d&e+f,g/h:i;j=k?l@m#n^o|p", Variant::Percent);
        for (writer, expected) in [
            (
                "PathEscape",
                "a~b%2Ac$d&e+f%2Cg%2Fh:i%3Bj=k%3Fl@m%23n%5Eo%7Cp",
            ),
            ("a path of Go", "a~b%2Ac$d&e+f,g/h:i;j=k%3Fl@m%23n%5Eo%7Cp"),
            (
                "a password of Go",
                "a~b%2Ac$d&e+f,g%2Fh%3Ai;j=k%3Fl%40m%23n%5Eo%7Cp",
            ),
            (
                "PHP",
                "a%7Eb%2Ac%24d%26e%2Bf%2Cg%2Fh%3Ai%3Bj%3Dk%3Fl%40m%23n%5Eo%7Cp",
            ),
            ("encodeURI", "a~b*c$d&e+f,g/h:i;j=k?l@m#n%5Eo%7Cp"),
        ] {
            assert!(found.contains(expected), "{writer}: {expected}");
        }
    }

    #[test]
    fn writers_that_agree_cost_nothing() {
        assert_eq!(all("c2VjcmV0=", Variant::Percent).len(), 2);
        assert_eq!(all("no plus no slash", Variant::Percent).len(), 2);
    }
}
