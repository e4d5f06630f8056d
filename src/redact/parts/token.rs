//! Tokens: what a header `Authorization` holds, and what a JWT is made of.

use zeroize::Zeroizing;

use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Adds the text behind the scheme of an `Authorization` header; for `Basic`, its decoded text as
/// well.
pub(super) fn behind_scheme(header: &str, add: &mut Add<'_>) -> Result<()> {
    let header = match header.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case("authorization") => value.trim_start(),
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
                add(Variant::User, user)?;
                add(Variant::Password, password)?;
            }
        }
    }
    Ok(())
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
    fn headers_and_tokens_are_taken_apart() {
        assert_eq!(of(Variant::Token, "Bearer abc"), ["abc"]);
        assert_eq!(of(Variant::Token, "authorization: Bearer abc"), ["abc"]);
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
