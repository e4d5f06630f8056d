//! Bodies of answers.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

/// The body of an answer: bytes that are wiped when it is dropped, because one page shows a value.
///
/// Its text is no part of `Debug`. What a host copies of it is not wiped.
///
/// ```
/// # use keyslot::{Actor, Permissions, RootKey, Vault};
/// # use keyslot_console::{Console, Session};
/// let console = Console::new(Vault::in_memory(&RootKey::generate()?)?);
/// let session = Session::operator(Actor::new("root")?, Permissions::READ);
/// let request = http::Request::get("/").body(Vec::new()).unwrap();
/// let body = console.respond(&session, &request).into_body();
/// assert!(body.starts_with(b"<!DOCTYPE html>"));
/// assert!(format!("{body:?}").starts_with("Body("));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Body(Zeroizing<Vec<u8>>);

impl Body {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Says how long it is.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}
