//! Errors of connections that could not be made. None of them holds a part of the connection
//! string.

use std::error::Error as _;

use keyslot::{Error, ErrorKind};

use crate::failure::SqlState;

pub(crate) fn no_host() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "PostgreSQL does not answer; check host and port, or try again",
    )
}

pub(crate) fn no_writable_host() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "no host of the connection string accepts writes; try again",
    )
}

pub(crate) fn plaintext() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "a connection to another machine must be encrypted: give the roots of the server's \
         certificate with tls_roots, or allow plain text with insecure_plaintext",
    )
}

pub(crate) fn certificate() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the certificate of PostgreSQL is not one for this host name, or none of the given roots \
         stands for it",
    )
}

fn no_tls() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "PostgreSQL offers no encrypted connections; switch ssl on there",
    )
}

fn credentials() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "PostgreSQL refused the user, the password or the client certificate",
    )
}

/// The error for a handshake that failed.
pub(crate) fn of(error: &tokio_postgres::Error) -> Error {
    if let Some(refused) = error.as_db_error() {
        let state = SqlState::of(refused);
        let error = match state.code() {
            "28P01" | "28000" => credentials(),
            "3D000" => Error::new(
                ErrorKind::InvalidInput,
                "PostgreSQL has no database of this name",
            ),
            "42501" => Error::new(
                ErrorKind::StoreDenied,
                "the role of this connection lacks a grant: CONNECT on the database",
            ),
            "53300" => Error::new(
                ErrorKind::Busy,
                "PostgreSQL has no free connection; raise max_connections or make the pools \
                 smaller",
            ),
            // It starts, stops, or recovers.
            code if code.starts_with("57") || code.starts_with("08") => no_host(),
            _ => Error::new(ErrorKind::Store, "PostgreSQL refused the connection"),
        };
        return error.with_source(state);
    }
    // The kind of an error is in its text alone.
    match error.to_string().as_str() {
        "error performing TLS handshake" => match error.source() {
            Some(source) if source.to_string() == "server does not support TLS" => no_tls(),
            Some(source)
                if source
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(is_network) =>
            {
                no_host()
            }
            _ => certificate(),
        },
        "authentication error" | "invalid configuration" => credentials(),
        "unexpected message from server" | "error parsing response from server" => Error::new(
            ErrorKind::InvalidInput,
            "the server at this host and port does not speak the protocol of PostgreSQL",
        ),
        _ => no_host(),
    }
}

/// An error of the network below TLS, not of TLS.
fn is_network(error: &std::io::Error) -> bool {
    error.get_ref().is_none()
}
