//! Content types and lengths of requests.

use http::Request;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use crate::failure::{Failure, Outcome};
use crate::texts as t;

/// Returns true if the body says that it is JSON.
pub(crate) fn is_json(request: &Request<Vec<u8>>) -> bool {
    is(request, "application/json")
}

/// Checks that the body is a form of a browser. Plain text, which any site may send, is refused.
pub(crate) fn must_be_form(request: &Request<Vec<u8>>) -> Outcome<()> {
    if is(request, "application/x-www-form-urlencoded") {
        return Ok(());
    }
    Err(Failure::media_type(t::NO_FORM))
}

/// Checks that the body is JSON.
pub(crate) fn must_be_json(request: &Request<Vec<u8>>) -> Outcome<()> {
    if is_json(request) {
        return Ok(());
    }
    Err(Failure::media_type(t::NO_JSON))
}

/// Checks the length of the body, and that all of it came.
pub(crate) fn check_length(request: &Request<Vec<u8>>, most: usize) -> Outcome<()> {
    let length = request.body().len();
    if length > most {
        return Err(Failure::too_large(t::BODY_TOO_LARGE));
    }
    match request.headers().get(CONTENT_LENGTH) {
        Some(said) if said.as_bytes() != length.to_string().as_bytes() => {
            Err(Failure::malformed(t::INCOMPLETE))
        }
        _ => Ok(()),
    }
}

fn is(request: &Request<Vec<u8>>, expected: &str) -> bool {
    let mut types = request.headers().get_all(CONTENT_TYPE).iter();
    let (Some(said), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(said) = said.to_str() else {
        return false;
    };
    let mut parts = said.split(';').map(str::trim);
    let is_expected = parts
        .next()
        .is_some_and(|said| said.eq_ignore_ascii_case(expected));
    let is_utf8 = |part: &str| {
        let charset = part
            .split_once('=')
            .filter(|(key, _)| key.eq_ignore_ascii_case("charset"));
        charset.is_none_or(|(_, set)| set.trim_matches('"').eq_ignore_ascii_case("utf-8"))
    };
    is_expected && parts.all(is_utf8)
}
