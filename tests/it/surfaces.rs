//! No value leaves its place: random texts of each surface are resolved with random values, and
//! what comes out is read by a parser that knows nothing of this crate. It must find what it finds
//! with a harmless value, and the value where that was.
#![allow(
    clippy::struct_excessive_bools,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use http::HeaderValue;
use keyslot::secrecy::ExposeSecret;
use keyslot::secrecy::SecretString;
use keyslot::template::Engine;
use keyslot::{ErrorKind, Result, Surface, Target, UnknownNames, Variables};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Stands in for every value; no text and no parser changes it.
const HARMLESS: &str = "QharmlessQ";

fn resolve(surface: Surface, text: &str, value: &str) -> Result<String> {
    // Two filters of a host: one that does nothing, and one whose output looks like an encoding.
    let engine = Engine::new().filter("same", |value, _| Ok(SecretString::from(value)))?;
    let engine = engine.filter("slash", |value, _| {
        Ok(SecretString::from(format!("{value}%2F")))
    })?;
    let variables = Variables::new().with("A", value)?;
    let resolved = engine.resolve(
        &variables,
        &Target::tool("test").with_surface(surface),
        text,
    )?;
    Ok(resolved.expose_secret().to_string())
}

/// The filter that is the encoding of a surface.
fn own_filter(surface: Surface) -> Option<&'static str> {
    match surface {
        Surface::Url | Surface::UrlPath | Surface::UrlQuery | Surface::Form => Some("|url>>"),
        Surface::Json => Some("|json>>"),
        Surface::Shell => Some("|shell>>"),
        _ => None,
    }
}

/// The only slot of a text, in which there is one `<<A`.
fn slot_of(text: &str) -> &str {
    let start = text.find("<<A").unwrap();
    let length = text[start..].find(">>").unwrap() + 2;
    &text[start..start + length]
}

/// The text that must arrive where a slot is: that of its filters, without the last if that is the
/// encoding of the surface.
fn arriving(surface: Surface, text: &str, value: &str) -> String {
    let slot = slot_of(text);
    let before = own_filter(surface)
        .and_then(|own| slot.strip_suffix(own))
        .map(|rest| format!("{rest}>>"));
    resolve(Surface::Text, before.as_deref().unwrap_or(slot), value).unwrap()
}

/// The text with the harmless value and with this one, unless the value is refused.
#[track_caller]
fn both(surface: Surface, text: &str, value: &str) -> Option<(String, String)> {
    match resolve(surface, text, value) {
        // Its filters change the harmless value too, so it goes in without them.
        Ok(out) => Some((
            resolve(surface, &text.replace(slot_of(text), "<<A>>"), HARMLESS).unwrap(),
            out,
        )),
        Err(error) => {
            let kinds = [ErrorKind::Unencodable, ErrorKind::Syntax];
            assert!(
                error.all().all(|one| kinds.contains(&one.kind())),
                "{error}"
            );
            None
        }
    }
}

const ATTACKS: &[&str] = &[
    "/",
    "..",
    ".",
    "%2e",
    "%2F",
    "\\",
    "@",
    ":",
    "?",
    "#",
    "&",
    "=",
    "+",
    "%",
    "//",
    "evil.example",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\0",
    "\u{7f}",
    "\u{85}",
    "é",
    "\u{2028}",
    "\"",
    "'",
    "\\\"",
    ",",
    "{",
    "}",
    "[",
    "]",
    "\"admin\":true",
    "1",
    "null",
    "Host: evil",
    "host",
    "h",
    "ost",
    "<<A>>",
    "<<$secret.A>>",
    "`",
    "$",
    "$(",
    ")",
    ";",
    "|",
    "*",
    "~",
    "a",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => vec(select(ATTACKS), 0..6).prop_map(|parts| parts.concat()),
        1 => vec(any::<char>(), 0..12).prop_map(String::from_iter),
    ]
}

fn text(tokens: &'static [&'static str]) -> impl Strategy<Value = String> {
    (
        vec(select(tokens), 0..7),
        select(SLOTS),
        vec(select(tokens), 0..7),
    )
        .prop_map(|(before, slot, after)| before.concat() + slot + &after.concat())
}

/// Filters are a part of the text, and write for one place only.
const SLOTS: &[&str] = &[
    "<<A>>",
    "<<A>>",
    "<<A>>",
    "<<A|json>>",
    "<<A|shell>>",
    "<<A|base64>>",
    "<<A|url>>",
    "<<A|trim>>",
    "<<A|same>>",
    "<<A|slash>>",
    "<<A|url|json>>",
];

fn decoded(text: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(text).collect()
}

/// The bytes with the value in place of the harmless one.
fn put(harmless: &[u8], value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = harmless;
    while let Some((&first, others)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(HARMLESS.as_bytes()) {
            out.extend_from_slice(value.as_bytes());
            rest = behind;
        } else {
            out.push(first);
            rest = others;
        }
    }
    out
}

/// The shape of a URL, which no value may change: the number of parts of each kind, and all that
/// stands before the path but users.
#[derive(Debug, PartialEq)]
struct Shape {
    scheme: String,
    host: Option<String>,
    port: Option<u16>,
    has_user: bool,
    has_password: bool,
    segments: usize,
    has_query: bool,
    has_fragment: bool,
}

fn shape(url: &url::Url) -> Shape {
    Shape {
        scheme: url.scheme().to_owned(),
        host: url.host_str().map(str::to_owned),
        port: url.port(),
        has_user: !url.username().is_empty(),
        has_password: url.password().is_some(),
        segments: url.path().split('/').count(),
        has_query: url.query().is_some(),
        has_fragment: url.fragment().is_some(),
    }
}

/// The parts in which values may stand, decoded.
fn parts(url: &url::Url) -> Vec<Vec<u8>> {
    let others = [
        Some(url.username()),
        url.password(),
        url.query(),
        url.fragment(),
    ];
    url.path()
        .split('/')
        .map(Some)
        .chain(others)
        .map(|part| decoded(part.unwrap_or_default()))
        .collect()
}

fn parse_url(text: &str) -> Option<url::Url> {
    let base = url::Url::parse("https://base.example/dir/file").unwrap();
    url::Url::options().base_url(Some(&base)).parse(text).ok()
}

/// `value` is what must arrive.
fn check_url(value: &str, harmless: &str, out: &str) -> Result<(), TestCaseError> {
    let Some(expected) = parse_url(harmless) else {
        return Ok(());
    };
    let found =
        parse_url(out).ok_or_else(|| TestCaseError::fail(format!("no URL any more: {out}")))?;
    // An empty user is none, as far as the parser says.
    let (mut expected_shape, mut found_shape) = (shape(&expected), shape(&found));
    if out.contains('@') && value.trim().is_empty() {
        (expected_shape.has_user, found_shape.has_user) = (true, true);
        (expected_shape.has_password, found_shape.has_password) = (true, true);
    }
    prop_assert_eq!(expected_shape, found_shape, "{}", out);
    // Without a value, spaces of the text may come to be at the end, and are dropped there.
    if !value.is_empty() {
        let expected: Vec<_> = parts(&expected)
            .iter()
            .map(|part| put(part, value))
            .collect();
        prop_assert_eq!(parts(&found), expected, "{}", out);
    }
    Ok(())
}

const URLS: &[&str] = &[
    "https:",
    "http://",
    "HTTPS:",
    "file:",
    "mailto:",
    "foo:",
    "/",
    "/",
    "//",
    "\\",
    "@",
    ":",
    "?",
    "#",
    ".",
    "..",
    "%2e",
    "%",
    "%2",
    "api.example",
    "api.example/",
    "v1",
    ";x",
    "\t",
    "\n",
    " ",
    "\u{1}",
    "=",
    "&",
    "8080",
    "a@",
];

const FORMS: &[&str] = &["a", "=", "=", "&", "&", "b", "%", "%2", "%3D", "x=", "&y="];

fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

const LINES: &[&str] = &[
    "Host",
    "host",
    "X-A",
    "X-",
    "h",
    "H",
    "ost",
    "t",
    ":",
    ": ",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "b",
    ":authority",
    "Bearer ",
];

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\r', '\n']).filter(|line| !line.is_empty())
}

/// All lines that say the host: as they are, and with those that go on a line which is a header in
/// `model`.
fn hosts(text: &str, model: &str) -> Vec<String> {
    let mut folded: Vec<String> = Vec::new();
    let mut is_header = false;
    for (line, model) in lines(text).zip(lines(model)) {
        match folded.last_mut() {
            Some(last) if is_header && line.starts_with([' ', '\t']) => last.push_str(line),
            _ => {
                folded.push(line.to_owned());
                is_header = model.contains(':');
            }
        }
    }
    let is_host = |name: &str| name.trim_matches(|c| c <= ' ').eq_ignore_ascii_case("host");
    let all = lines(text).map(str::to_owned).chain(folded);
    all.filter(|line| line.split_once(':').is_some_and(|(name, _)| is_host(name)))
        .collect()
}

/// Kind of each line of a header: the end of it all, one that goes on, and, where it has a name in
/// `model`, whether that is one.
fn layout(text: &str, model: &str) -> Vec<(bool, bool, bool)> {
    // A text of one line without a colon is the value of a header: nothing stands before it.
    if !model.contains([':', '\r', '\n']) {
        return Vec::new();
    }
    let is_named = |line: &str| {
        line.split_once(':')
            .is_some_and(|(name, _)| http::HeaderName::from_bytes(name.as_bytes()).is_ok())
    };
    let ends = ['\r', '\n'];
    let lines = text.split(ends).zip(model.split(ends));
    lines
        .map(|(line, model)| {
            (
                line.is_empty(),
                line.starts_with([' ', '\t']),
                is_named(model) && is_named(line),
            )
        })
        .collect()
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"",
    "\"",
    ":",
    ",",
    "\\",
    "\\u",
    "00",
    "e9",
    "lit",
    "1",
    "true",
    " ",
    "//",
    "\n",
    "{\"k\":\"",
    "\"}",
    "\\\"",
    "[\"",
    "\"]",
];

/// Replaces in every string, and in keys.
fn put_json(value: &serde_json::Value, by: &str) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(text.replace(HARMLESS, by)),
        Value::Array(items) => items.iter().map(|item| put_json(item, by)).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, entry)| (key.replace(HARMLESS, by), put_json(entry, by)))
            .collect(),
        other => other.clone(),
    }
}

fn is_same_shape(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same_shape(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .values()
                    .all(|one| other.values().any(|other| is_same_shape(one, other)))
        }
        (Value::String(_), Value::String(_)) => true,
        _ => one == other,
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(4_000)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_url_goes_where_it_says(text in text(URLS), value in value()) {
        if let Some((harmless, out)) = both(Surface::Url, &text, &value) {
            check_url(&arriving(Surface::Url, &text, &value), &harmless, &out)?;
        }
    }

    #[test]
    fn a_piece_of_a_path_stays_one(text in text(URLS), value in value()) {
        let text: String = text.replace(['?', '#', '\\', '\t', '\n'], "");
        if let Some((harmless, out)) = both(Surface::UrlPath, &text, &value) {
            let root = "https://api.example/a/";
            let value = arriving(Surface::UrlPath, &text, &value);
            check_url(&value, &format!("{root}{harmless}/z"), &format!("{root}{out}/z"))?;
        }
    }

    #[test]
    fn a_query_and_a_form_keep_their_pairs(
        text in text(FORMS),
        value in value(),
        is_form in any::<bool>(),
    ) {
        let surface = if is_form { Surface::Form } else { Surface::UrlQuery };
        if let Some((harmless, out)) = both(surface, &text, &value) {
            let (expected, found) = (pairs(&harmless), pairs(&out));
            let value = arriving(surface, &text, &value);
            // Where nothing is left of a pair, there is none.
            if !value.is_empty() {
                prop_assert_eq!(expected.len(), found.len(), "{}", out);
                let put = |text: &str| text.replace(HARMLESS, &value);
                let expected: Vec<_> = expected
                    .iter()
                    .map(|(name, value)| (put(name), put(value)))
                    .collect();
                prop_assert_eq!(expected, found, "{}", out);
            }
        }
    }

    #[test]
    fn a_header_stays_a_line_and_does_not_choose_the_host(text in text(LINES), value in value()) {
        if let Some((harmless, out)) = both(Surface::Header, &text, &value) {
            prop_assert_eq!(
                &harmless.replace(HARMLESS, &arriving(Surface::Header, &text, &value)),
                &out
            );
            prop_assert_eq!(layout(&harmless, &harmless), layout(&out, &harmless), "{:?}", out);
            // The same hosts as with another value, so that no value is in them.
            let expected = hosts(&harmless, &harmless);
            prop_assert!(
                hosts(&out, &harmless)
                    .iter()
                    .all(|host| expected.contains(host)),
                "{:?}",
                out
            );
            for line in out.split(['\r', '\n']) {
                prop_assert!(HeaderValue::from_bytes(line.as_bytes()).is_ok(), "{:?}", line);
            }
        }
    }

    #[test]
    fn json_keeps_its_structure(text in text(JSON), value in value()) {
        let Some((harmless, out)) = both(Surface::Json, &text, &value) else { return Ok(()) };
        // What is not JSON may be the inside of a string.
        for frame in ["", "\""] {
            let parse = |text: &str| {
                serde_json::from_str::<serde_json::Value>(&format!("{frame}{text}{frame}"))
            };
            let Ok(expected) = parse(&harmless) else { continue };
            let found = parse(&out);
            prop_assert!(found.is_ok(), "no JSON any more: {}", out);
            let found = found.unwrap();
            prop_assert!(is_same_shape(&expected, &found), "{}", out);
            prop_assert_eq!(
                put_json(&expected, &arriving(Surface::Json, &text, &value)),
                found,
                "{}",
                out
            );
        }
    }

    #[test]
    fn an_environment_variable_is_as_it_is_or_refused(value in value()) {
        let out = resolve(Surface::Env, "<<A>>", &value).ok();
        prop_assert_eq!(out.is_some(), std::ffi::CString::new(value.as_str()).is_ok());
        prop_assert!(out.is_none_or(|out| out == value));
    }
}

const SCRIPTS: &[&str] = &[
    "echo ",
    "'",
    "'",
    "\"",
    "\"",
    "\\",
    "\\",
    "$",
    "`",
    "#",
    " ",
    " ",
    "\n",
    "\n",
    "(",
    ")",
    "$(",
    "$((",
    "))",
    "${x:-",
    "}",
    "<",
    "<<E\n",
    "\nE\n",
    "<<",
    ";",
    "&&",
    "x=",
    "a",
    "[[ ",
    " -eq 1 ]]",
    "[",
    "]",
    "{",
    "case x in x) ",
    ";; esac",
    "\\\n",
    "<<A|shell>>",
    "\t",
];

/// Each runs what follows the mark, if a shell reads it at all.
const CODE: &[&str] = &[
    "'; : >>$MARK; '",
    "\\'; : >>$MARK; #",
    "\\'; : >>$MARK; '",
    "\"; : >>$MARK; \"",
    "$(: >>$MARK)",
    "`: >>$MARK`",
    "\n: >>$MARK\n",
    "'\n: >>$MARK\n'",
    "a[$(: >>$MARK)]",
    "); : >>$MARK; (",
    "}; : >>$MARK; {",
    "x\nE\n: >>$MARK\n",
    "\\",
    "'",
    "'$(: >>$MARK)'",
    "#",
    " ",
];

/// Runs a script with nothing but what is built into the shell.
fn run(shell: &str, script: &str, folder: &std::path::Path) -> Option<std::process::Output> {
    let mut command = std::process::Command::new(shell);
    command
        .arg("-c")
        .arg(script)
        .env_clear()
        .env("PATH", "/nonexistent")
        .env("MARK", folder.join("mark"));
    command
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .ok()
}

const SHELLS: &[&str] = &["/bin/sh", "/bin/bash"];

#[cfg(unix)]
#[test]
fn no_shell_runs_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    // The control: what is not quoted does run.
    assert!(run(SHELLS[0], "echo $(: >>$MARK)", folder.path()).is_some() && mark.exists());
    std::fs::remove_file(&mark).unwrap();

    let cases = cases() / 10;
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let code = vec(select(CODE), 1..4).prop_map(|parts| parts.concat());
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let ran = std::cell::Cell::new(0_u32);
    let result = runner.run(&(text(SCRIPTS), code), |(text, value)| {
        let Some((_, script)) = both(Surface::Shell, &text, &value) else {
            return Ok(());
        };
        ran.set(ran.get() + 1);
        for shell in SHELLS {
            run(shell, &script, folder.path());
            let has_run = std::fs::remove_file(&mark).is_ok();
            prop_assert!(!has_run, "{} ran {}", shell, script);
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(
        ran.get() > cases / 20,
        "only {} scripts of {cases} took their value",
        ran.get()
    );
}

#[cfg(unix)]
#[test]
fn a_shell_reads_each_value_as_one_word() {
    let folder = tempfile::tempdir().unwrap();
    let words = [
        "<<A>>",
        "a<<A>>",
        "'a'<<A>>\"b\"",
        "x=<<A>>",
        r"\\<<A>>",
        "<<A|shell>>",
    ];
    let value = value().prop_filter("an argument cannot hold it", |value| !value.contains('\0'));
    let config = ProptestConfig {
        cases: cases() / 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let result = proptest::test_runner::TestRunner::new(config).run(&value, |value| {
        let script = format!("printf '%s\\0' {}", words.join(" "));
        let script = resolve(Surface::Shell, &script, &value).unwrap();
        let expected = format!("{value}\0a{value}\0a{value}b\0x={value}\0\\{value}\0{value}\0");
        for shell in SHELLS {
            let Some(output) = run(shell, &script, folder.path()) else {
                continue;
            };
            prop_assert_eq!(
                &String::from_utf8(output.stdout).unwrap(),
                &expected,
                "{}",
                shell
            );
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Each of these let a value out of its place once.
#[test]
fn places_that_were_left_stay_closed() {
    for (surface, text, value) in [
        (Surface::Shell, r"echo \<<A>>", "$(id)"),
        (Surface::Shell, "echo $<<A>>", r"\'; id #"),
        (Surface::Shell, "# key: <<A>>", "x\nid"),
        (Surface::Shell, "# it's\necho '<<A>>'", "$(id)"),
        (Surface::Shell, "cat <<EOF\n<<A>>\nEOF", "$(id)"),
        (Surface::Shell, "echo `echo <<A>>`", "`id`"),
        (Surface::Shell, "echo $((<<A>>))", "a[$(id)]"),
        (Surface::Shell, "echo \"$(echo \"<<A>>\")\"", "$(id)"),
        (Surface::Json, r#"{"n": <<A>>}"#, r#"1, "admin": true"#),
        (
            Surface::Json,
            r#"{"k": "C:\<<A>>"}"#,
            r#"", "admin": true, "x": ""#,
        ),
        (Surface::Url, "https://api.example/v1/<<A>><<A>>/x", "."),
        (Surface::Url, "https://api.example/v1/.<<A>>/x", "."),
        (Surface::Url, "https://api.example/v1/<<A|json>>", "%2e%2e"),
        (Surface::Url, "/<<A>>/evil.example/x", ""),
        (Surface::Url, "\u{1}https:<<A>>", "evil.example"),
        (Surface::Url, "https://api.example/%<<A>>%2e/x", "2e"),
        (Surface::Header, "<<A>>: evil.example", "Host"),
        (Surface::Header, "Host: a.example\r\n <<A>>", "evil.example"),
        (Surface::Header, "X-A: 1\r\n<<A>>: 2", ""),
        (Surface::Header, "X-A: 1\r\n<<A>>\r\nX-B: 2", ""),
        (Surface::Header, "X-A: 1\r\n<<A>>X-B: 2", ""),
        (Surface::Header, "X-A: 1\r\n<<A>> X-B: 2", ""),
        (Surface::Header, "X-A: 1\r\n<<A>>", " , admin"),
        (Surface::Header, "X-A: 1\n<<A>>", " "),
        (Surface::Header, "X-A: 1\r<<A>>: 2", " x"),
        (Surface::Header, "X-A: 1\r\n<<A|trim>>: 2", "  "),
        (Surface::Header, "<<A>>\r\nX-A: 1", ""),
        (Surface::Header, "<<A>> X-A: 1", ""),
        (Surface::Header, "<<A>>: 1", "X-Admin: 1; "),
        (Surface::Header, "<<A>>: chunked", "Transfer-Encoding "),
        (Surface::Header, ":auth<<A>>: evil.example", "ority"),
        (Surface::Header, ":<<A>>: evil.example", "authority"),
        (Surface::Header, "X-A: 1\n:<<A>>", "authority: evil.example"),
        (Surface::Header, "X-A: 1\r\n <<A>>\r\nX-B: 2", ""),
        (Surface::Header, "X-A: 1\r\n <<A>>\r\nX-B: 2", "  "),
        (Surface::Header, " <<A>>:authority: evil.example", ""),
        (
            Surface::Header,
            "X-A: 1\n\t<<A>>:authority: evil.example",
            "",
        ),
    ] {
        assert_eq!(
            resolve(surface, text, value).unwrap_err().kind(),
            ErrorKind::Unencodable,
            "{text}"
        );
        let ordinary = [
            "echo <<A>>",
            r#"{"k": "<<A>>"}"#,
            "https://api.example/<<A>>",
            "a=<<A>>",
            "X: <<A>>",
        ];
        assert!(
            ordinary
                .iter()
                .any(|text| resolve(surface, text, HARMLESS).is_ok()),
            "{surface:?}"
        );
    }
}

/// The filters that there are, alone and in chains in which the last is another than the first.
const CHAINS: &[&str] = &[
    "",
    "|json",
    "|shell",
    "|url",
    "|base64",
    "|base64url",
    "|hex",
    "|trim",
    "|same",
    "|slash",
    "|json|url",
    "|url|json",
    "|url|url",
    "|url|trim",
    "|url|same",
    "|shell|json",
    "|json|shell",
    "|json|json",
    "|shell|shell",
    "|json|same",
    "|shell|trim",
    "|shell|slash",
    "|base64|url",
    "|url|base64",
    "|hex|json|shell|url",
];

const HOSTILE: &[&str] = &[
    "%2F",
    "%00",
    "..%2Fadmin",
    "%2e%2e",
    "%0d%0aX-Admin: 1",
    "+",
    "a+b c",
    "&admin=1",
    "'",
    "\"",
    "\\",
    "\\u0041\\n",
    "$(id)",
    "`id`",
    "é💣",
    "/../..",
    "?#;=",
    "???>>>~~~",
    "\r\nX: y",
    "a\0b",
    "",
    " ",
    "~",
    "-n",
    "<<A>>",
];

/// The text that a foreign parser finds at each slot, which stands where an `x` is before and a `z`
/// behind it.
fn found_by_parsers(surface: Surface, slot: &str, value: &str) -> Result<Vec<Vec<u8>>> {
    let resolve = |text: &str| resolve(surface, &text.replace('§', slot), value);
    let text = |text: String| text.into_bytes();
    Ok(match surface {
        Surface::Url => {
            let out = resolve("https://x§z:x§z@api.example/p/x§z/q?k=x§z&l=m#x§z")?;
            let url = url::Url::parse(&out).unwrap();
            assert_eq!(
                (url.host_str(), url.path().split('/').count()),
                (Some("api.example"), 4),
                "{out}"
            );
            let pairs: Vec<_> = url.query_pairs().collect();
            assert_eq!(
                (pairs.len(), &*pairs[0].0, &*pairs[1].0, &*pairs[1].1),
                (2, "k", "l", "m"),
                "{out}"
            );
            let parts = [
                url.username(),
                url.password().unwrap(),
                url.path_segments().unwrap().nth(1).unwrap(),
            ];
            let decoded_parts = parts.into_iter().chain(url.fragment()).map(decoded);
            decoded_parts
                .chain([text(pairs[0].1.clone().into_owned())])
                .collect()
        }
        Surface::UrlPath => {
            let url =
                url::Url::parse(&format!("https://api.example/p/{}/q", resolve("x§z")?)).unwrap();
            assert_eq!(url.path().split('/').count(), 4, "{url}");
            vec![decoded(url.path_segments().unwrap().nth(1).unwrap())]
        }
        Surface::UrlQuery | Surface::Form => {
            let out = resolve("k=x§z&l=m")?;
            let pairs = pairs(&out);
            assert_eq!(
                (pairs.len(), &*pairs[0].0, &pairs[1]),
                (2, "k", &("l".to_owned(), "m".to_owned())),
                "{out}"
            );
            vec![text(pairs[0].1.clone())]
        }
        Surface::Json => {
            let out = resolve(r#"{"k": "x§z", "x§z": [1]}"#)?;
            let json: serde_json::Value = serde_json::from_str(&out).unwrap();
            let object = json.as_object().unwrap();
            assert_eq!(object.len(), 2, "{out}");
            let key = object.keys().find(|key| *key != "k").unwrap();
            vec![
                text(object["k"].as_str().unwrap().to_owned()),
                text(key.clone()),
            ]
        }
        Surface::Shell => {
            let script = resolve("printf '%s\\0' 'x'§z")?;
            let folder = tempfile::tempdir().unwrap();
            let outputs = SHELLS
                .iter()
                .filter_map(|shell| run(shell, &script, folder.path()));
            outputs
                .map(|output| output.stdout.strip_suffix(b"\0").unwrap().to_vec())
                .collect()
        }
        Surface::Header => {
            let out = resolve("x§z")?;
            vec![
                HeaderValue::from_str(&out)
                    .map_or(out.into_bytes(), |value| value.as_bytes().to_vec()),
            ]
        }
        Surface::Env => vec![
            std::ffi::CString::new(resolve("x§z")?)
                .unwrap()
                .into_bytes(),
        ],
        _ => vec![text(resolve("x§z")?)],
    })
}

#[cfg(unix)]
#[test]
fn what_the_filters_made_arrives_on_every_surface() {
    use Surface::{Env, Form, Header, Json, Shell, Text, Url, UrlPath, UrlQuery};
    for surface in [Text, Header, Url, UrlPath, UrlQuery, Form, Json, Shell, Env] {
        for chain in CHAINS {
            let slot = format!("<<A{chain}>>");
            for value in HOSTILE {
                let expected = arriving(surface, &slot, value);
                match found_by_parsers(surface, &slot, value) {
                    Ok(found) => {
                        let expected = format!("x{expected}z").into_bytes();
                        assert!(
                            found.iter().all(|found| *found == expected),
                            "{surface:?} {slot} {value:?}: {found:?}"
                        );
                        assert!(!found.is_empty());
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Unencodable);
                        let made = resolve(Text, &slot, value).unwrap();
                        let is_refused = match surface {
                            Header => made.contains(|c: char| c.is_ascii_control()),
                            Shell | Env => made.contains('\0'),
                            // Two dots, which lead up, also where they are not all of the segment.
                            Url | UrlPath => ["%2e%2e", ".."].contains(&made.as_str()),
                            _ => false,
                        };
                        assert!(is_refused, "{surface:?} {slot} {value:?}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_placeholder_that_stays_is_text_that_counts() {
    let resolve = |surface, text: &str, value: &str| {
        let target = Target::tool("test")
            .with_surface(surface)
            .with_unknown_names(UnknownNames::Keep);
        let resolved =
            Engine::new().resolve(&Variables::new().with("A", value).unwrap(), &target, text);
        resolved.map(|resolved| resolved.expose_secret().to_string())
    };
    for (surface, text, value) in [
        (Surface::Shell, "cat <<EOF>>log\n<<A>>\nEOF\n", "$(id)"),
        (Surface::Shell, "echo <<B|get:/'>> <<A>>", "$(id)"),
        (
            Surface::Json,
            r#"{"k": "<<B|get:/">> <<A>>"}"#,
            r#", "admin": true"#,
        ),
    ] {
        let error = resolve(surface, text, value).unwrap_err();
        // Without the feature `json` there is no filter `get`.
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Unencodable | ErrorKind::UnknownFilter
            ),
            "{text}"
        );
    }
    assert_eq!(
        resolve(Surface::Shell, "echo <<A>> <<B>>", "$(id)").unwrap(),
        "echo '$(id)' <<B>>"
    );
    assert_eq!(
        resolve(Surface::Json, r#"{"<<B>>": "<<A>>"}"#, "\"").unwrap(),
        r#"{"<<B>>": "\""}"#
    );
}

#[test]
fn values_are_looked_at_no_longer_than_a_result_may_be() {
    // Each would be looked at to its end before it is refused.
    let engine = Engine::new().limits(keyslot::template::Limits::default().output(1_000));
    let variables = Variables::new()
        .with("A", format!("{}\0", "a".repeat(99)))
        .unwrap();
    let resolve = |slots: usize| {
        let target = Target::tool("test").with_surface(Surface::Header);
        engine
            .resolve(&variables, &target, "X: <<A>>\r\n".repeat(slots).as_str())
            .unwrap_err()
    };
    assert_eq!(
        (resolve(10).kind(), resolve(10).count()),
        (ErrorKind::Unencodable, 10),
        "the control"
    );
    assert_eq!(resolve(11).kind(), ErrorKind::TooLarge);
}
