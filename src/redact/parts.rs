//! The parts of a value that are secrets by themselves: what a program may take out of it and print alone.

use zeroize::Zeroizing;

use super::variants::Variant;
use crate::error::Result;

/// Gives the parts of a value. A part may be the whole, and may have parts in turn.
///
/// # Errors
///
/// What `add` says.
pub(super) fn parts(value: &str, add: &mut impl FnMut(Variant, &str) -> Result<()>) -> Result<()> {
    let trimmed = value.trim();
    add(Variant::Trimmed, trimmed)?;
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = trimmed.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            add(Variant::Trimmed, inner)?;
        }
    }
    if trimmed.starts_with("-----BEGIN ") && trimmed.contains("\\n") {
        // A key in an environment variable: its line ends are written out.
        add(Variant::Trimmed, &unescaped(trimmed))?;
    }
    if trimmed.starts_with(['{', '[']) {
        leaves(trimmed, add)?;
    }
    for (user, password) in credentials(trimmed) {
        for (variant, part) in [(Variant::User, user), (Variant::Password, password)] {
            add(variant, part)?;
            add(variant, &percent_decoded(part))?;
        }
    }
    scheme(trimmed, add)?;
    if let Some([payload, signature]) = token(trimmed) {
        add(Variant::Token, payload)?;
        add(Variant::Token, signature)?;
    }
    Ok(())
}

/// The lines of a value that has several, without what is around them. The first and last line of a PEM are no secret.
pub(super) fn lines(value: &str) -> impl Iterator<Item = &str> {
    let lines = value.trim().split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let many = value.trim().contains(['\n', '\r']);
    lines.filter(move |line| many && !(line.starts_with("-----") && line.ends_with("-----")))
}

/// The strings of a JSON value, keys excepted. Read by hand, because a parser would do it in memory of its own; so what is not
/// quite JSON has its strings too.
fn leaves(json: &str, add: &mut impl FnMut(Variant, &str) -> Result<()>) -> Result<()> {
    let mut rest = json;
    while let Some((_, behind)) = rest.split_once('"') {
        let mut escaped = false;
        let end = behind.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some((inside, after)) = end.and_then(|end| behind.split_at_checked(end)) else { break };
        rest = after.strip_prefix('"').unwrap_or_default();
        if !rest.trim_start().starts_with(':') {
            add(Variant::Leaf, &unescaped(inside))?;
        }
    }
    Ok(())
}

/// Undoes the escapes of a JSON string (RFC 8259 section 7). What is none, and half of a surrogate pair, stays as it is.
fn unescaped(text: &str) -> Zeroizing<String> {
    // An escape is never shorter than what it stands for, so this does not grow.
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        let escaped = match chars.next() {
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => code_point(&mut chars),
            Some(other) => Some(other),
            None => None,
        };
        if let Some(c) = escaped {
            out.push(c);
            rest = chars.as_str();
        } else {
            out.push('\\');
            rest = escape;
        }
    }
    out.push_str(rest);
    out
}

fn code_point(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let mut unit = || (0..4).try_fold(0, |unit: u32, _| Some(unit << 4 | chars.next()?.to_digit(16)?));
    let first = unit()?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    (chars.next()? == '\\' && chars.next()? == 'u').then_some(())?;
    let mut unit = || (0..4).try_fold(0, |unit: u32, _| Some(unit << 4 | chars.next()?.to_digit(16)?));
    let second = unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
}

/// User and password of `scheme://user:password@host`. A password that nobody encoded may hold what ends the host elsewhere:
/// then they are read in two ways.
fn credentials(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_scheme = |scheme: &str| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let rest = url.split_once("://").filter(|(scheme, _)| is_scheme(scheme)).map(|(_, rest)| rest);
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let both = [authority, rest].into_iter().flatten().filter_map(|text| text.rsplit_once('@'));
    both.map(|(userinfo, _)| userinfo.split_once(':').unwrap_or((userinfo, "")))
}

/// Undoes percent-encoding; the text itself where that makes no text.
fn percent_decoded(text: &str) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    bytes.extend(percent_encoding::percent_decode_str(text));
    Zeroizing::new(std::str::from_utf8(&bytes).unwrap_or(text).to_owned())
}

/// What stands behind the scheme of an `Authorization` header; of `Basic`, what it decodes to as well.
fn scheme(header: &str, add: &mut impl FnMut(Variant, &str) -> Result<()>) -> Result<()> {
    let header = match header.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case("authorization") => value.trim_start(),
        _ => header,
    };
    let Some((scheme, rest)) = header.split_once(' ') else { return Ok(()) };
    let rest = rest.trim();
    let is = |known: &str| scheme.eq_ignore_ascii_case(known);
    if is("bearer") || is("token") || is("basic") {
        add(Variant::Token, rest)?;
    }
    if is("basic") {
        if let Some(decoded) = decoded(rest) {
            add(Variant::Token, &decoded)?;
            if let Some((user, password)) = decoded.split_once(':') {
                add(Variant::User, user)?;
                add(Variant::Password, password)?;
            }
        }
    }
    Ok(())
}

/// What base64 of either alphabet stands for, if that is text.
fn decoded(base64: &str) -> Option<Zeroizing<String>> {
    use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};
    let base64 = base64.trim_end_matches('=');
    let mut bytes = Zeroizing::new(vec![0; base64.len()]);
    let length = Base64Unpadded::decode(base64, &mut bytes).map(<[u8]>::len);
    let length = length.or_else(|_| Base64UrlUnpadded::decode(base64, &mut bytes).map(<[u8]>::len)).ok()?;
    Some(Zeroizing::new(std::str::from_utf8(bytes.get(..length)?).ok()?.to_owned()))
}

/// Payload and signature of a JWT (RFC 7519). The header is the same for all tokens of an issuer, and no secret.
fn token(text: &str) -> Option<[&str; 2]> {
    let is_base64 = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let mut segments = text.split('.');
    let (header, payload, signature) = (segments.next()?, segments.next()?, segments.next()?);
    let is_token = header.starts_with("eyJ") && segments.next().is_none();
    (is_token && [header, payload, signature].into_iter().all(is_base64)).then_some([payload, signature])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(value: &str) -> Vec<(Variant, String)> {
        let mut found = Vec::new();
        parts(value, &mut |variant, part| {
            found.push((variant, part.to_owned()));
            Ok(())
        })
        .unwrap();
        found
    }

    fn of(variant: Variant, value: &str) -> Vec<String> {
        all(value).into_iter().filter(|(found, _)| *found == variant).map(|(_, part)| part).collect()
    }

    #[test]
    fn lines_are_those_of_values_with_several() {
        assert_eq!(lines("one line").count(), 0);
        assert_eq!(lines("one line\n").count(), 0);
        assert_eq!(lines(" a\r\n\tb \n\nc").collect::<Vec<_>>(), ["a", "b", "c"]);
        let pem = "-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n";
        assert_eq!(lines(pem).collect::<Vec<_>>(), ["MIIE"]);
    }

    #[test]
    fn quotes_and_white_space_are_trimmed() {
        assert_eq!(of(Variant::Trimmed, " \"a b\"\n"), ["\"a b\"", "a b"]);
        assert_eq!(
            of(Variant::Trimmed, "-----BEGIN K-----\\nMII\\n"),
            ["-----BEGIN K-----\\nMII\\n", "-----BEGIN K-----\nMII\n"]
        );
    }

    #[test]
    fn leaves_are_the_strings_that_are_no_keys() {
        let json = r#"{"key": "va\"l\\ue", "list": ["\u00e9\ud83d\udd11\/", 1, "two"], "o": {"k" : "v"}}"#;
        assert_eq!(of(Variant::Leaf, json), ["va\"l\\ue", "é🔑/", "two", "v"]);
        assert_eq!(of(Variant::Leaf, "\"quoted\""), [""; 0]);
        assert_eq!(of(Variant::Leaf, r#"["\ud83d", "cut"#), [r"\ud83d"]);
    }

    #[test]
    fn urls_have_users_and_passwords() {
        for (url, user, password) in [
            ("postgres://ada:s3cret@db/x", "ada", "s3cret"),
            ("postgres://ada:p@ss/w?rd#1@db/x", "ada", "p@ss/w?rd#1"),
            ("amqp+ssl://ada:a%40b@db:1/x?y=@z", "ada", "a%40b"),
            ("https://token@git.example/x", "token", ""),
        ] {
            assert!(of(Variant::User, url).contains(&user.to_owned()), "{url}");
            assert!(of(Variant::Password, url).contains(&password.to_owned()), "{url}");
        }
        assert!(of(Variant::Password, "redis://:a%40b@db").contains(&"a@b".to_owned()));
        for text in ["https://host/path", "no url: a@b", "://a:b@c"] {
            assert_eq!(of(Variant::Password, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn headers_and_tokens_are_taken_apart() {
        assert_eq!(of(Variant::Token, "Bearer abc"), ["abc"]);
        assert_eq!(of(Variant::Token, "authorization: Bearer abc"), ["abc"]);
        let basic = "Basic YWRhOnMzY3JldA==";
        assert_eq!(of(Variant::Token, basic), ["YWRhOnMzY3JldA==", "ada:s3cret"]);
        assert_eq!(
            (of(Variant::User, basic), of(Variant::Password, basic)),
            (vec!["ada".into()], vec!["s3cret".into()])
        );
        assert_eq!(of(Variant::Token, "eyJhbGci.eyJzdWIi.c2ln-_"), ["eyJzdWIi", "c2ln-_"]);
        for text in ["a.b.c", "eyJh.b", "eyJh.b.c.d", "eyJh.b.c!", "two words"] {
            assert_eq!(of(Variant::Token, text), [""; 0], "{text}");
        }
    }
}
