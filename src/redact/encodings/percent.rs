//! Parts of URLs, and forms.

use super::digits::{Hex, LOWER, UPPER, pair, utf8};
use super::writing::{Add, LONG, each};
use crate::error::Result;
use crate::redact::variants::Variant;

/// Characters besides letters and digits that stay, where spaces become `+` as well and digits may
/// be in lower case.
const IN_FORMS: [&str; 7] = [
    // RFC 3986, .NET, Go in a query
    "-._~",
    // PHP
    "-._",
    // Forms of the URL standard, Java; of ASP.NET
    "-._*",
    "-._!*()",
    // `encodeURIComponent`, and what axios makes of it
    "-._~!*'()",
    "-._~!*'():$,[]",
    // Python
    "-._~/",
];

/// And elsewhere.
const IN_URLS: [&str; 14] = [
    // `encodeURI`, and of requests
    "-._~!*'();/?:@&=+$,#",
    "-._~!*'();/?:@&=+$,#[]%",
    // A segment of a path in RFC 3986
    "-._~!$&'()*+,;=:@",
    // Go: a segment of a path, a path, a fragment, user and password
    "-._~$&+:=@",
    "-._~$&+:=@,;/",
    "-._~$&+:=@,;/?!*()",
    "-._~$&+,;=",
    // The URL standard: user and password; a segment of a path, and a path, in which `^` stayed
    // until 2024
    "-._~!$&'()*+,%",
    "-._~!$&'()*+,;=:@[]|^",
    "-._~!$&'()*+,;=:@[]|^%/\\",
    "-._~!$&'()*+,;=:@[]|%/\\",
    // The query of http, of other schemes; a fragment
    "-._~!$&()*+,;=:@[]|^%/\\?`{}",
    "-._~!$&'()*+,;=:@[]|^%/\\?`{}",
    "-._~!$&'()*+,;=:@[]|^%/\\?{}#",
];

pub(super) fn forms(text: &str, add: &mut Add<'_>) -> Result<()> {
    let present = ascii(text);
    let mut known = Vec::with_capacity(IN_FORMS.len() + IN_URLS.len());
    for (keeps, in_forms) in IN_FORMS
        .map(|keeps| (keeps, true))
        .into_iter()
        .chain(IN_URLS.map(|keeps| (keeps, false)))
    {
        // Those that agree on the characters of this text write the same.
        let kept = ascii(keeps) & present;
        if known.contains(&kept) || !in_forms && text.len() > LONG {
            continue;
        }
        known.push(kept);
        let mut add = |hex, plus| {
            each(Variant::Percent, text, add, |c, out| {
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

/// A set of the ASCII characters of a text.
fn ascii(text: &str) -> u128 {
    text.bytes()
        .filter(u8::is_ascii)
        .fold(0, |set, byte| set | 1 << byte)
}

fn percent(c: char, keeps: &str, hex: Hex, plus: bool, out: &mut dyn FnMut(char)) {
    if c.is_ascii_alphanumeric() || keeps.contains(c) {
        out(c);
    } else if c == ' ' && plus {
        out('+');
    } else {
        utf8(c, |byte| {
            out('%');
            pair(byte, hex, out);
        });
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
