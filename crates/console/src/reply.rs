//! Answers before they get their headers.

use http::StatusCode;
use maud::Markup;
use serde::Serialize;

use crate::body::Body;
use crate::failure::Failure;

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: Body,
    /// The page to go to.
    pub(crate) location: Option<String>,
    /// The methods of the route.
    pub(crate) allow: Option<String>,
    /// Seconds until the page should be asked for again.
    pub(crate) refresh: Option<u32>,
    /// Seconds until the request may be sent again.
    pub(crate) retry_after: Option<u32>,
    /// True for what holds no data, and may be kept.
    pub(crate) is_public: bool,
}

impl Reply {
    pub(crate) fn html(status: StatusCode, page: Markup) -> Self {
        Self {
            status,
            content_type: Some("text/html; charset=utf-8"),
            body: Body::new(page.into_string().into_bytes()),
            ..Self::default()
        }
    }

    pub(crate) fn style(css: &'static str) -> Self {
        Self {
            content_type: Some("text/css; charset=utf-8"),
            body: Body::new(css.as_bytes().to_vec()),
            is_public: true,
            ..Self::default()
        }
    }

    /// The page to show after a form was taken; a reload sends nothing again.
    pub(crate) fn see_other(location: String) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            location: Some(location),
            ..Self::default()
        }
    }

    pub(crate) fn options(allow: String) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            allow: Some(allow),
            ..Self::default()
        }
    }

    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        Self::json_within(status, value, 128)
    }

    /// An answer whose text has so many bytes at most, so that its buffer never grows and leaves no
    /// copy behind.
    pub(crate) fn json_within(status: StatusCode, value: &impl Serialize, most: usize) -> Self {
        let mut bytes = Vec::with_capacity(most);
        match serde_json::to_writer(&mut bytes, value) {
            Ok(()) => Self::json_text(status, bytes),
            // A time outside of the years that RFC 3339 has.
            Err(_) => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                ..Self::default()
            },
        }
    }

    pub(crate) fn json_text(status: StatusCode, bytes: Vec<u8>) -> Self {
        Self {
            status,
            content_type: Some("application/json"),
            body: Body::new(bytes),
            ..Self::default()
        }
    }

    /// The answer with what a refusal says in headers.
    pub(crate) fn refused(self, failure: &Failure) -> Self {
        let is_rate = failure.status == StatusCode::TOO_MANY_REQUESTS;
        let passing = failure.is_passing().then_some(1);
        Self {
            allow: failure.allow.clone(),
            retry_after: if is_rate { Some(60) } else { passing },
            ..self
        }
    }
}
