//! Headers of every answer.

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION,
    REFERRER_POLICY, REFRESH, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, Response};

use crate::body::Body;
use crate::reply::Reply;

/// Nothing runs, nothing is loaded but the style of the console, no form goes elsewhere, and no
/// other page frames it.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Headers of every answer, whatever it is.
const ALWAYS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Makes the answer of a reply; without its body for `HEAD`.
pub(crate) fn finish(reply: Reply, is_head: bool) -> Response<Body> {
    let Reply {
        status,
        content_type,
        body,
        location,
        allow,
        refresh,
        retry_after,
        is_public,
    } = reply;
    let mut response = Response::new(if is_head { Body::default() } else { body });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let cache = if is_public {
        "public, max-age=600"
    } else {
        "no-store"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let seconds = |seconds: Option<u32>| seconds.map(|seconds| seconds.to_string());
    let optional = [
        (LOCATION, location),
        (ALLOW, allow),
        (REFRESH, seconds(refresh)),
        (RETRY_AFTER, seconds(retry_after)),
    ];
    for (name, value) in optional {
        let value = value.and_then(|value| HeaderValue::try_from(value).ok());
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
    response
}
