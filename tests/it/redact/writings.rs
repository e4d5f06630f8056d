//! Each writing that the documentation names, by the program that writes it or as it is written
//! there.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding as _};
use proptest::prelude::*;
use url::Url;

use super::cases::hides;
use super::{bare, redactor};

/// The encoders that the runner of GitHub Actions has for each secret.
#[test]
fn what_the_github_runner_masks() {
    let value = "c0mmand \"quoted\" isn't <b>+\\slash\u{85}";
    let base64 = |text: &str| Base64::encode_string(text.as_bytes());
    hides(value, value);
    hides(value, &base64(value));
    for (shift, before) in [(1, "ab"), (2, "a")] {
        // The runner leaves out bytes of the value, so that the rest is found behind others.
        let (text, shifted) = (base64(&format!("{before}{value}")), base64(&value[shift..]));
        assert!(text.ends_with(&shifted));
        assert!(
            redactor(&[("A", value)])
                .redact(&text)
                .ends_with("<<$secret.A>>"),
            "Base64StringEscapeShift{shift}"
        );
    }
    for (encoder, text) in [
        ("CommandLineArgumentEscape", value.replace('"', "\\\"")),
        ("ExpressionStringEscape", value.replace('\'', "''")),
        (
            "JsonStringEscape",
            r#"c0mmand \"quoted\" isn't <b>+\\slash\u0085"#.to_owned(),
        ),
        (
            "UriDataEscape",
            "c0mmand%20%22quoted%22%20isn%27t%20%3Cb%3E%2B%5Cslash%C2%85".to_owned(),
        ),
        (
            "XmlDataEscape",
            "c0mmand &quot;quoted&quot; isn&apos;t &lt;b&gt;+\\slash\u{85}".to_owned(),
        ),
    ] {
        assert_ne!(text, value, "{encoder}");
        hides(value, &text);
    }
    // TrimDoubleQuotes
    hides("\"quoted-value\"", "quoted-value");
    // PowerShellPreAmpersandEscape, PowerShellPostAmpersandEscape
    hides(
        "secretpart1&secretpart2&secretpart3",
        "secretpart1&secretpart2&",
    );
    hides("secretpart1&secretpart2&secretpart3", "secretpart3");
    hides("secretpart1&+secretpart2&secretpart3", "secretpart1&+");
    hides(
        "secretpart1&+secretpart2&secretpart3",
        "ecretpart2&secretpart3",
    );
}

/// The variants that Julep's scrubber makes of each value.
#[test]
fn what_julep_scrubs() {
    let value = "p@ss/wörd ~ of?the>run";
    hides(value, value);
    // b64encode, urlsafe_b64encode, and without padding
    hides(value, &Base64::encode_string(value.as_bytes()));
    hides(value, &Base64Url::encode_string(value.as_bytes()));
    hides(value, &Base64Unpadded::encode_string(value.as_bytes()));
    hides(value, &Base64UrlUnpadded::encode_string(value.as_bytes()));
    // quote, quote_plus, and in lower case
    for text in [
        "p%40ss%2Fw%C3%B6rd%20~%20of%3Fthe%3Erun",
        "p%40ss%2Fw%C3%B6rd+~+of%3Fthe%3Erun",
    ] {
        hides(value, text);
        hides(
            value,
            &text
                .replace("%2F", "%2f")
                .replace("%C3%B6", "%c3%b6")
                .replace("%3F", "%3f")
                .replace("%3E", "%3e"),
        );
    }
    #[cfg(feature = "json")]
    {
        let mut keys = serde_json::json!({value: "of a key"});
        redactor(&[("A", value)]).redact_json(&mut keys);
        assert_eq!(keys, serde_json::json!({"<<$secret.A>>": "of a key"}));
    }
}

/// Values as Python 3.11, Node 20, bash 5.2 and others wrote them.
#[test]
fn what_other_languages_write_is_found() {
    for (value, text) in [
        (
            r"pa$$w0rd!{a}[b]`c`;#%25",
            r"pa\$\$w0rd\!\{a\}\[b\]\`c\`\;#%25",
        ),
        ("#s3cr3t~of~ada", r"\#s3cr3t~of~ada"),
        ("abc\x7fdef\u{e9}gh", "abc\\u007fdef\\u00e9gh"),
        ("s3cr\u{e9}t/of\x1bada", "s3cr\\u00E9t/of\\u001Bada"),
        ("czNjcjN0LW9mLWFkYQ==", r"czNjcjN0LW9mLWFkYQ\u003d\u003d"),
        ("rock'n'roll-4ever", r"rock\u0027n\u0027roll-4ever"),
        ("rock'n'roll-4ever", "rock''n''roll-4ever"),
        ("back\\slash\"quote", "back\\slash\\\"quote"),
        ("comma,\"quote\"", "comma,\"\"quote\"\""),
        ("nul\0esc\x1bnbsp\u{a0}", "nul\\x00esc\\x1bnbsp\\xa0"),
        ("nul\0esc\x1bnbsp\u{a0}", "nul\\x00esc\\x1Bnbsp\u{a0}"),
        ("nul\0esc\x1bnbsp\u{a0}", "nul\\x00esc\\x1bnbsp\\u00a0"),
        ("c2VjcmV0/dG9rZW4+dGhhdA==", "c2VjcmV0%2FdG9rZW4+dGhhdA=="),
        ("~~~???>>>~~~", "fn5%2BPz8%2FPj4%2Bfn5%2B"),
        ("~~~???>>>~~~", "fn5+Pz8\\/Pj4+fn5+"),
        // `docker compose config`, make, Maven, Jenkins
        ("pa$$w0rd-x#1%", "pa$$$$w0rd-x#1%"),
        ("foo$bar-baz", "foo$$bar-baz"),
        // printf, cmd; a format string
        ("pa$$w0rd-x#1%", "pa$$w0rd-x#1%%"),
        ("{braces}-of-ada", "{{braces}}-of-ada"),
        // MySQL, and PHP
        ("rock'n\\roll\n4ever\x1a", "rock\\'n\\\\roll\\n4ever\\Z"),
        ("nul\0rock'n'roll", "nul\\0rock\\'n\\'roll"),
        // PowerShell
        ("pa$$w`rd \"x\"", "pa`$`$w``rd `\"x`\""),
        ("pa$$w`rd;x y", "pa`$`$w``rd`;x` y"),
    ] {
        hides(value, text);
    }
}

/// The writings that the documentation says are not found.
#[test]
fn what_is_said_not_to_be_found_is_not() {
    let value = "rock''n<roll>4ever-0123456789-abcdefghijklm-NOPQRSTUVWXYZ";
    let redactor = redactor(&[("A", value)]);
    for text in [
        value.replace('<', "^<").replace('>', "^>"),
        value.replace("''", "'\"''\"'"),
        Base64::encode_string(value.as_bytes())[5..40].to_owned(),
    ] {
        assert_eq!(redactor.redact(&format!("{text} .")), format!("{text} ."));
    }
    let control = format!("{} .", Base64::encode_string(value.as_bytes()));
    assert_eq!(redactor.redact(&control), "<<$secret.A>> .");
}

#[test]
fn lines_of_base64_are_found() {
    let key = format!(
        "-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n",
        "MIIEvQIBADANBgkqhkiG9w0B\n".repeat(60)
    );
    for width in [64, 76] {
        let encoded = Base64::encode_string(key.as_bytes());
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        assert!(lines.len() > 20);
        let redacted = redactor(&[("A", &key)])
            .redact(&lines.join("\n"))
            .into_owned();
        let masked = redacted
            .lines()
            .filter(|line| *line == "<<$secret.A>>")
            .count();
        // Of the last, there may be too little.
        assert!(
            masked >= lines.len() - 1 && redacted.lines().all(|line| line.len() < 14),
            "{redacted}"
        );
    }
}

/// Values that hold what is escaped somewhere.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{8,24}",
        "\\PC{8,16}",
        "[\x01-\x1f\x7f'\"\\\\&<>/+~?%=#,é\u{a0}\u{301}🔑a-z ]{8,24}"
    ]
    .prop_filter("long enough", |value| is_long(value))
}

/// Values that pass through a URL unchanged: URLs drop some white space, turn backslashes, and
/// resolve dots.
fn in_url() -> impl Strategy<Value = String> {
    prop_oneof!["[!-\\[\\]-~]{8,24}", "[é🔑 a-z'\"<>`{}|^%+/?#@:;=&]{8,20}"].prop_filter(
        "stays",
        |value| {
            is_long(value)
                && value.trim() == value
                && !["/.", "./", "%2e", "%2E"]
                    .iter()
                    .any(|dots| value.contains(dots))
        },
    )
}

fn is_long(value: &str) -> bool {
    bare(value).len() >= 8
}

/// Each character by a function that writes it in full, or as it is.
fn with(value: &str, write: impl Fn(char) -> Option<String>) -> String {
    value
        .chars()
        .map(|c| write(c).unwrap_or_else(|| c.to_string()))
        .collect()
}

fn units(c: char) -> String {
    c.encode_utf16(&mut [0; 2])
        .iter()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

/// The text in the quotes of a JSON document, of `{:?}` or of a word.
fn inner(quoted: &str) -> String {
    quoted[1..quoted.len() - 1].to_owned()
}

/// Every writing of the table in the documentation.
fn writings(value: &str) -> Vec<(&'static str, String)> {
    let json = inner(&serde_json::to_string(value).unwrap());
    let xml = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let quotes = |quote, apostrophe| xml.replace('"', quote).replace('\'', apostrophe);
    let hex = base16ct::lower::encode_string(value.as_bytes());
    let all_units: String = value.chars().map(units).collect();
    let base64 = Base64::encode_string(value.as_bytes());
    let percent = |upper: bool| {
        let byte = |byte| {
            if upper {
                format!("%{byte:02X}")
            } else {
                format!("%{byte:02x}")
            }
        };
        with(value, |c| {
            let bytes = c.encode_utf8(&mut [0; 4]).bytes().map(byte).collect();
            (!c.is_ascii_alphanumeric() && !"-._~".contains(c)).then_some(bytes)
        })
    };
    let foreign = |json: &str| with(json, |c| (!c.is_ascii()).then(|| units(c)));
    vec![
        ("the value", value.to_owned()),
        ("trimmed", value.trim().to_owned()),
        ("JSON of JavaScript", json.clone()),
        ("of Python", foreign(&json.replace('\x7f', "\\u007f"))),
        ("of PHP", foreign(&json.replace('/', "\\/"))),
        (
            "of Go",
            with(&json, |c| {
                "<>&\u{2028}\u{2029}".contains(c).then(|| units(c))
            }),
        ),
        (
            "of Gson",
            with(&json, |c| {
                "<>&='\u{2028}\u{2029}".contains(c).then(|| units(c))
            }),
        ),
        ("XML", quotes("\"", "'")),
        ("with quotes", quotes("&quot;", "'")),
        ("of the standard", quotes("&quot;", "&apos;")),
        ("of Go", quotes("&#34;", "&#39;")),
        ("of Django", quotes("&quot;", "&#39;")),
        ("of PHP", quotes("&quot;", "&#039;")),
        ("of Python", quotes("&quot;", "&#x27;")),
        ("in single quotes", value.replace('\'', "'\\''")),
        ("in single quotes of Python", value.replace('\'', "'\"'\"'")),
        ("in single quotes of PowerShell", value.replace('\'', "''")),
        (
            "in double quotes",
            with(value, |c| "\"\\$`".contains(c).then(|| format!("\\{c}"))),
        ),
        ("in double quotes of Windows", value.replace('"', "\\\"")),
        ("in double quotes of CSV", value.replace('"', "\"\"")),
        ("doubled for Compose", value.replace('$', "$$")),
        ("doubled for printf", value.replace('%', "%%")),
        (
            "doubled for a format string",
            value.replace('{', "{{").replace('}', "}}"),
        ),
        (
            "in double quotes of PowerShell",
            with(value, |c| "\"$`".contains(c).then(|| format!("`{c}"))),
        ),
        (
            "a literal of MySQL",
            with(value, |c| match c {
                '\0' => Some("\\0".to_owned()),
                '\n' => Some("\\n".to_owned()),
                '\r' => Some("\\r".to_owned()),
                '\x1a' => Some("\\Z".to_owned()),
                '\'' | '"' | '\\' => Some(format!("\\{c}")),
                _ => None,
            }),
        ),
        ("a literal of Rust", inner(&format!("{value:?}"))),
        ("a component", percent(true)),
        ("a component in lower case", percent(false)),
        ("with +", percent(true).replace("%20", "+")),
        ("base64", base64.clone()),
        (
            "without padding",
            Base64Unpadded::encode_string(value.as_bytes()),
        ),
        ("of URLs", Base64Url::encode_string(value.as_bytes())),
        (
            "of URLs without padding",
            Base64UrlUnpadded::encode_string(value.as_bytes()),
        ),
        ("in JSON of PHP", base64.replace('/', "\\/")),
        ("hexadecimal", hex.clone()),
        ("in upper case", hex.to_uppercase()),
        ("units", all_units.clone()),
        (
            "units in upper case",
            all_units.to_uppercase().replace("\\U", "\\u"),
        ),
    ]
}

proptest! {
    #[test]
    fn no_writing_survives(value in value()) {
        let redactor = redactor(&[("A", &value)]);
        for (writing, text) in writings(&value) {
            let redacted = redactor.redact(&format!("Ω{text}Ω")).into_owned();
            prop_assert_eq!(redacted.as_str(), "Ω<<$secret.A>>Ω", "{}: {}", writing, text);
        }
    }

    /// Parts are written by the crate `url`, which does as the URL standard says.
    #[test]
    fn no_part_of_a_url_survives(value in in_url()) {
        let redactor = redactor(&[("A", &value)]);
        let base = Url::parse("https://host.example/").unwrap();
        let made = |change: &dyn Fn(&mut Url)| {
            let mut url = base.clone();
            change(&mut url);
            url
        };
        let mut other = Url::parse("redis://host.example/").unwrap();
        other.set_query(Some(&value));
        for (part, url) in [
            ("a segment", made(&|url| { url.path_segments_mut().unwrap().push(&value); })),
            ("a path", made(&|url| url.set_path(&format!("Ω{value}Ω")))),
            ("a query", made(&|url| url.set_query(Some(&format!("Ω{value}Ω"))))),
            ("a query of another scheme", other),
            ("a fragment", made(&|url| url.set_fragment(Some(&format!("Ω{value}Ω"))))),
            ("a password", made(&|url| url.set_password(Some(&value)).unwrap())),
            ("a form", made(&|url| { url.query_pairs_mut().append_pair("Ω", &value); })),
        ] {
            let redacted = redactor.redact(url.as_str()).into_owned();
            // Nothing is left but what stands around it.
            let rest = redacted.replace("https://", "").replace("redis://", "").replace("host.example", "");
            let rest = rest.replace("%CE%A9", "").replace("<<$secret.A>>", "");
            // A percent sign at the end of the value is doubled by that of its neighbour.
            let rest = if value.ends_with('%') { rest.replace("CE%A9", "") } else { rest };
            prop_assert!(redacted.contains("<<$secret.A>>"), "{}: {} of {}", part, redacted, value);
            prop_assert!(
                rest.chars().all(|c| "/?#=:@".contains(c)),
                "{}: {} of {}",
                part,
                redacted,
                value
            );
        }
    }
}
