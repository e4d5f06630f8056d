//! Tokens: what a header `Authorization` holds, and what a JWT is made of.

use zeroize::Zeroizing;

use super::login::login;
use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Least length of base64 that is decoded, in bytes: shorter words may decode to text by chance.
const LEAST_BASE64: usize = 12;

/// Adds the text behind the scheme of an `Authorization` header; for `Basic`, its decoded text as
/// well.
pub(super) fn behind_scheme(header: &str, add: &mut Add<'_>) -> Result<()> {
    let header = match header.split_once(':') {
        Some((name, value))
            if name.eq_ignore_ascii_case("authorization")
                || name.eq_ignore_ascii_case("proxy-authorization") =>
        {
            value.trim_start()
        }
        _ => header,
    };
    let Some((scheme, rest)) = header.split_once(' ') else {
        return Ok(());
    };
    let rest = rest.trim();
    let is = |known: &str| scheme.eq_ignore_ascii_case(known);
    if is("bearer") || is("token") || is("basic") {
        add(Variant::Token, rest)?;
    }
    if is("basic") {
        if let Some(decoded) = decoded(rest) {
            add(Variant::Token, &decoded)?;
            if let Some((user, password)) = decoded.split_once(':') {
                login(user, Some(password), add)?;
            }
        }
    }
    Ok(())
}

/// Adds the same of each header `Authorization` among several.
pub(super) fn in_headers(text: &str, add: &mut Add<'_>) -> Result<()> {
    let headers = text.split(['\n', '\r']).filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        let name = name.trim_start();
        line.len() < text.len()
            && ["authorization", "proxy-authorization"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
    });
    headers
        .map(str::trim)
        .try_for_each(|line| behind_scheme(line, add))
}

/// Decodes base64 of either alphabet; `None` if the result is not text.
fn decoded(base64: &str) -> Option<Zeroizing<String>> {
    use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};
    let base64 = base64.trim_end_matches('=');
    let mut bytes = Zeroizing::new(vec![0; base64.len()]);
    let length = Base64Unpadded::decode(base64, &mut bytes).map(<[u8]>::len);
    let length = length
        .or_else(|_| Base64UrlUnpadded::decode(base64, &mut bytes).map(<[u8]>::len))
        .ok()?;
    Some(Zeroizing::new(
        std::str::from_utf8(bytes.get(..length)?).ok()?.to_owned(),
    ))
}

/// Decodes base64, also in lines, where it makes text that can be read: a key file in an
/// environment variable, `user:password` in a file of Docker or npm.
pub(super) fn in_base64(text: &str) -> Option<Zeroizing<String>> {
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let is_base64 =
        |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte) || is_line_end(&byte);
    if text.len() < LEAST_BASE64 || !text.bytes().all(is_base64) {
        return None;
    }
    let mut one_line = Zeroizing::new(String::with_capacity(text.len()));
    text.split(['\n', '\r'])
        .for_each(|line| one_line.push_str(line));
    decoded(&one_line).filter(|text| {
        let is_shown = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
        text.chars().all(is_shown)
    })
}

/// Payload and signature of a JWT (RFC 7519). The header is the same for all tokens of an issuer,
/// and no secret.
pub(super) fn of_jwt(text: &str) -> Option<[&str; 2]> {
    let is_base64 = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let mut segments = text.split('.');
    let (header, payload, signature) = (segments.next()?, segments.next()?, segments.next()?);
    let is_token = header.starts_with("eyJ") && segments.next().is_none();
    (is_token && [header, payload, signature].into_iter().all(is_base64))
        .then_some([payload, signature])
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use super::*;

    #[test]
    fn base64_of_text_is_decoded() {
        let encoded = "YWRhOnMzY3JldC1vZi1hZGE";
        for written in [
            encoded.to_owned(),
            format!("{encoded}="),
            encoded.replacen("Mz", "M\nz", 1) + "\n",
        ] {
            assert_eq!(
                of(Variant::Token, &written),
                ["ada:s3cret-of-ada"],
                "{written}"
            );
        }
        for text in [
            "sk_live_4eC39HqLyjWDarjt",
            "YWRhOnM",
            "AAECAwQFBgcICQoLDA",
            "two words here",
        ] {
            assert_eq!(of(Variant::Token, text), [""; 0], "{text}");
        }
        // A part of a header or of a JWT is not decoded: that was done, or says who issued it.
        let mut found = Vec::new();
        super::super::parts(Variant::Token, encoded, &mut |variant, part| {
            found.push((variant, part.to_owned()));
            Ok(())
        })
        .unwrap();
        assert_eq!(found, [(Variant::Trimmed, encoded.to_owned())]);
    }

    #[test]
    fn headers_and_tokens_are_taken_apart() {
        assert_eq!(of(Variant::Token, "Bearer abc"), ["abc"]);
        assert_eq!(of(Variant::Token, "authorization: Bearer abc"), ["abc"]);
        assert_eq!(
            of(
                Variant::Token,
                "Accept: */*\r\nProxy-Authorization: Bearer abc"
            ),
            ["abc"]
        );
        let basic = "Basic YWRhOnMzY3JldA==";
        assert_eq!(
            of(Variant::Token, basic),
            ["YWRhOnMzY3JldA==", "ada:s3cret"]
        );
        assert_eq!(
            (of(Variant::User, basic), of(Variant::Password, basic)),
            (vec!["ada".into()], vec!["s3cret".into()])
        );
        assert_eq!(
            of(Variant::Token, "eyJhbGci.eyJzdWIi.c2ln-_"),
            ["eyJzdWIi", "c2ln-_"]
        );
        for text in ["a.b.c", "eyJh.b", "eyJh.b.c.d", "eyJh.b.c!", "two words"] {
            assert_eq!(of(Variant::Token, text), [""; 0], "{text}");
        }
    }
}
