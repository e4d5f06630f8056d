//! Requests that another site made a browser send.

use http::header::{HOST, ORIGIN};
use http::{HeaderName, Method, Request};

use super::content;
use crate::failure::{Failure, Outcome};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Checks that a request which changes something comes from a page of this very origin.
///
/// A browser says it in `Sec-Fetch-Site`; older ones, and those on plain HTTP, in `Origin`, which
/// must then name the host that was asked. Without both it is no browser: it may send JSON, and
/// `DELETE`, which has no body. No form of another site can.
pub(crate) fn check(request: &Request<Vec<u8>>) -> Outcome<()> {
    let foreign = || Err(Failure::foreign_origin());
    let one = |name: &HeaderName| {
        let mut values = request.headers().get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(drop),
            (Some(_), Some(_)) => Err(()),
        }
    };
    let (Ok(site), Ok(origin), Ok(host)) = (one(&FETCH_SITE), one(&ORIGIN), one(&HOST)) else {
        return foreign();
    };
    if let Some(site) = site {
        return match site {
            "same-origin" | "none" => Ok(()),
            _ => foreign(),
        };
    }
    let Some(origin) = origin else {
        return if content::is_json(request) || *request.method() == Method::DELETE {
            Ok(())
        } else {
            foreign()
        };
    };
    let host = host.or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
    let named = origin.split_once("://").map(|(_, host)| host);
    match (named, host) {
        (Some(named), Some(host)) if named.eq_ignore_ascii_case(host) => Ok(()),
        _ => foreign(),
    }
}
