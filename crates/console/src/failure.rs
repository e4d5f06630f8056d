//! Refusals, each with the status of its answer.

use http::StatusCode;
use keyslot::{Error, ErrorKind};
use serde::Serialize;

use crate::texts as t;

/// The result of a request.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// The reason why a request was refused.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The error of the vault; none where it could tell what the session may not know.
    pub(crate) error: Option<Error>,
    /// The methods of the route, if that was the reason.
    pub(crate) allow: Option<String>,
}

/// A refusal as the API writes it: the form of an error of the vault, or its first two fields.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Written<'f> {
    Vault(&'f Error),
    Own { code: &'f str, message: &'f str },
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            error: None,
            allow: None,
        }
    }

    /// The one answer for what is not there and for what the session may not see.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", t::NOT_FOUND)
    }

    pub(crate) fn forbidden(message: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(crate) fn foreign_origin() -> Self {
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", t::FOREIGN_ORIGIN)
    }

    pub(crate) fn malformed(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    pub(crate) fn too_large(message: &'static str) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    pub(crate) fn target_too_long() -> Self {
        Self::new(StatusCode::URI_TOO_LONG, "too_large", t::TARGET_TOO_LONG)
    }

    pub(crate) fn media_type(message: &'static str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", message)
    }

    pub(crate) fn too_many_reveals() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_reveals",
            t::TOO_MANY_REVEALS,
        )
    }

    pub(crate) fn conflict(message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// A field of a form that is not what it should be.
    pub(crate) fn field(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", message)
    }

    pub(crate) fn method(allow: String) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", t::METHOD)
        }
    }

    pub(crate) fn written(&self) -> Written<'_> {
        match &self.error {
            Some(error) => Written::Vault(error),
            None => Written::Own {
                code: self.code,
                message: &self.message,
            },
        }
    }

    /// Returns true if the same request may succeed in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        self.error
            .as_ref()
            .is_some_and(|error| error.kind().is_retryable())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.kind() == ErrorKind::NotFound {
            return Self::not_found();
        }
        Self {
            error: Some(error.clone()),
            ..Self::new(
                status(error.kind()),
                error.kind().as_str(),
                error.to_string(),
            )
        }
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NotFound | ErrorKind::NoSuchVersion => StatusCode::NOT_FOUND,
        ErrorKind::Denied => StatusCode::FORBIDDEN,
        ErrorKind::Conflict
        | ErrorKind::Inactive
        | ErrorKind::Revoked
        | ErrorKind::Expired
        | ErrorKind::NotYetValid => StatusCode::CONFLICT,
        ErrorKind::Syntax
        | ErrorKind::UnknownFilter
        | ErrorKind::FilterFailed
        | ErrorKind::Unencodable
        | ErrorKind::TooLarge
        | ErrorKind::InvalidDocument
        | ErrorKind::InvalidName
        | ErrorKind::InvalidScope
        | ErrorKind::InvalidValue
        | ErrorKind::InvalidInput => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::Busy
        | ErrorKind::Unavailable
        | ErrorKind::ReadOnly
        | ErrorKind::KeyDenied
        | ErrorKind::KeyProvider
        | ErrorKind::VaultKeyReplaced => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
