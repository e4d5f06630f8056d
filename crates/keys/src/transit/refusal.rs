//! Errors. None of them holds a word of the server: it may repeat what it was sent.

use std::io;

use keyslot::{Error, ErrorKind};

/// The operation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Encrypt,
    Decrypt,
}

/// The error for a status other than 200.
pub(super) fn of_status(operation: Operation, status: u16) -> Error {
    let unavailable = || {
        Error::new(
            ErrorKind::Unavailable,
            format!("the transit engine is not available now (status {status}); try again"),
        )
    };
    match status {
        400 if operation == Operation::Decrypt => wrong_key(),
        400 => Error::new(
            ErrorKind::KeyProvider,
            "the transit engine does not wrap with this key (status 400): it needs a key of an \
             AEAD type such as aes256-gcm96, and derived_key where the key is a derived one",
        ),
        401 | 403 => Error::new(
            ErrorKind::KeyDenied,
            format!(
                "the transit engine refuses this token (status {status}): it needs `update` on \
                 encrypt and decrypt of the key, and may have expired"
            ),
        ),
        404 => Error::new(
            ErrorKind::KeyProvider,
            "there is no transit engine under this mount and namespace, or it has no such key \
             (status 404)",
        ),
        300..=399 => Error::new(
            ErrorKind::KeyProvider,
            format!(
                "the server redirects (status {status}), which is not followed, because the token \
                 would go along; give the address of the active node or of a load balancer"
            ),
        ),
        // The state of another node is not here yet; too many requests; and nodes that serve reads.
        412 | 429 | 472 | 473 | 500..=599 => unavailable(),
        _ => Error::new(
            ErrorKind::KeyProvider,
            format!("the transit engine refused the request with status {status}"),
        ),
    }
}

/// The error for a call that got no status or no whole reply.
pub(super) fn of_call(error: &ureq::Error) -> Error {
    match error {
        ureq::Error::Timeout(_) => Error::new(
            ErrorKind::Unavailable,
            "the transit engine did not answer in time; try again",
        ),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => untrusted(),
        ureq::Error::Io(error) => of_io(error),
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => unreachable(),
        ureq::Error::BodyExceedsLimit(_) => too_long(),
        _ => strange(),
    }
}

/// The error for a connection that failed, perhaps while the reply was read.
pub(super) fn of_io(error: &io::Error) -> Error {
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        // Made by ureq for a reader.
        Some(ureq::Error::Io(_)) | None => match error.kind() {
            io::ErrorKind::TimedOut => of_call(&ureq::Error::Timeout(ureq::Timeout::Global)),
            io::ErrorKind::InvalidData => untrusted(),
            _ => unreachable(),
        },
        Some(error) => of_call(error),
    }
}

pub(super) fn wrong_key() -> Error {
    Error::new(
        ErrorKind::WrongKey,
        "the transit engine does not unwrap this key slot: it was wrapped by another key, by a \
         version that is not accepted any more, or for another vault",
    )
}

/// The error for a server that takes any associated data.
pub(super) fn unbound() -> Error {
    Error::new(
        ErrorKind::KeyProvider,
        "the transit engine does not bind a wrapped key to its vault; use OpenBao, or HashiCorp \
         Vault from 1.13",
    )
}

/// The error for a server that unwraps into something else.
pub(super) fn another() -> Error {
    Error::new(
        ErrorKind::KeyProvider,
        "the transit engine gives back another key than it wrapped; check the address",
    )
}

/// The error for a reply of another shape.
pub(super) fn strange() -> Error {
    Error::new(
        ErrorKind::KeyProvider,
        "the server answered something that no transit engine answers; check the address",
    )
}

pub(super) fn too_long() -> Error {
    Error::new(
        ErrorKind::KeyProvider,
        "the server answered more than 16 KiB, which no transit engine does; check the address",
    )
}

fn unreachable() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the transit engine cannot be reached, or the connection to it was lost; try again",
    )
}

fn untrusted() -> Error {
    Error::new(
        ErrorKind::KeyProvider,
        "no encrypted connection to the transit engine: its certificate is not trusted or not for \
         this host, or it does not speak TLS; give the roots with tls_roots",
    )
}
