//! A filter: a change of a value before it goes in.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::encoding::Encoding;
use super::filtered::Filtered;
#[cfg(feature = "json")]
use super::get;
use super::room::Room;
use super::typed::Typed;
use super::url_part::UrlPart;
use crate::error::{Error, ErrorKind, Result};
use crate::template::cut::Slot;

/// A filter of the host: takes a value and the argument that was written, and says in fixed words
/// why it cannot.
pub(in crate::template) type Custom =
    dyn Fn(&str, Option<&str>) -> Result<SecretString, &'static str> + Send + Sync;

/// One filter of a placeholder.
#[derive(Clone)]
pub(in crate::template) enum Filter {
    /// Writes the value in another way. As the last filter it may do what the surface would; see
    /// [`Encoding::is_done_by`].
    Encode(Encoding),
    /// Says that the value is a part of a URL already, and checks that. As the last filter it goes
    /// into that part as it is.
    Ready(UrlPart),
    /// Joins the value, which is a user, with a password, and writes them for HTTP Basic
    /// authentication (RFC 7617). Holds the slot of the password once it was planned.
    Basic(Option<Slot>),
    /// Drops ASCII white space at both ends.
    Trim,
    /// A field of a JSON value, by its pointer.
    #[cfg(feature = "json")]
    Get(get::Pointer),
    /// Says that the value goes into a document as JSON, which the document checks. Always last.
    Typed(Typed),
    /// One of the host; the surface still does its part.
    Custom {
        apply: Arc<Custom>,
        argument: Option<Box<str>>,
    },
}

impl Filter {
    /// Applies it. `room` is the number of bytes that the filters of this call may still read and
    /// write: without that, a chain such as `hex|hex|hex…` would grow without bound.
    fn apply<'v>(
        &self,
        value: Filtered<'v>,
        password: Option<&str>,
        room: &mut Room,
    ) -> Result<Filtered<'v>> {
        room.take(value.len())?;
        match self {
            Self::Encode(encoding) => encode(*encoding, &value, room).map(Filtered::Owned),
            Self::Ready(part) => match part.flaw(&value) {
                None => Ok(value),
                Some(flaw) => Err(Error::new(
                    ErrorKind::FilterFailed,
                    format!("the value {flaw}"),
                )),
            },
            Self::Basic(_) => basic(&value, password, room).map(Filtered::Owned),
            Self::Trim => Ok(value.trimmed()),
            Self::Typed(_) => Ok(value),
            #[cfg(feature = "json")]
            Self::Get(pointer) => pointer.get(&value, room).map(Filtered::Owned),
            Self::Custom { apply, argument } => {
                let made = apply(&value, argument.as_deref());
                let made = made.map_err(|reason| Error::new(ErrorKind::FilterFailed, reason))?;
                room.take(made.expose_secret().len())?;
                Ok(Filtered::Custom(made))
            }
        }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(encoding) => f.debug_tuple("Encode").field(encoding).finish(),
            Self::Ready(part) => f.debug_tuple("Ready").field(part).finish(),
            Self::Basic(_) => f.write_str("Basic"),
            Self::Trim => f.write_str("Trim"),
            Self::Typed(typed) => f.debug_tuple("Typed").field(typed).finish(),
            #[cfg(feature = "json")]
            Self::Get(pointer) => f.debug_tuple("Get").field(pointer).finish(),
            Self::Custom { apply: _, argument } => f.debug_tuple("Custom").field(argument).finish(),
        }
    }
}

/// Applies all filters of a placeholder in their order. `password` is the value of the name that
/// [`basic`](Filter::Basic) has.
///
/// # Errors
///
/// `FilterFailed`, `TooLarge`; neither holds the value.
pub(in crate::template) fn apply<'v>(
    filters: &[Filter],
    value: &'v str,
    password: Option<&str>,
    room: &mut Room,
) -> Result<Filtered<'v>> {
    let mut filters = filters.iter();
    filters.try_fold(Filtered::Borrowed(value), |value, filter| {
        filter.apply(value, password, room)
    })
}

/// The slot of the password of a chain that has one.
pub(in crate::template) fn password_slot(filters: &[Filter]) -> Option<Slot> {
    filters.iter().find_map(|filter| match filter {
        Filter::Basic(slot) => *slot,
        _ => None,
    })
}

/// User and password as HTTP Basic authentication has them.
fn basic(user: &str, password: Option<&str>, room: &mut Room) -> Result<Zeroizing<String>> {
    let failed = |why| Error::new(ErrorKind::FilterFailed, why);
    let password =
        password.ok_or_else(|| failed("basic has a password only where secrets are resolved"))?;
    if user.contains(':') {
        return Err(failed(
            "the user of basic has a colon, which would end the user",
        ));
    }
    if [user, password]
        .iter()
        .any(|text| text.contains(is_control))
    {
        return Err(failed(
            "the user or the password of basic has a control character, such as a line end",
        ));
    }
    let pair = Zeroizing::new([user, ":", password].concat());
    room.take(pair.len())?;
    encode(Encoding::Base64, &pair, room)
}

/// Writes a value into memory of exactly its length.
fn encode(encoding: Encoding, value: &str, room: &mut Room) -> Result<Zeroizing<String>> {
    let length = encoding.length(value);
    room.take(length)?;
    let mut out = Zeroizing::new(String::with_capacity(length));
    encoding.push(value, &mut out);
    Ok(out)
}

fn is_control(c: char) -> bool {
    c.is_control()
}

/// The part of a URL that the last filter says a value is.
pub(super) fn ready_part(filters: &[Filter]) -> Option<UrlPart> {
    match filters.last() {
        Some(Filter::Ready(part)) => Some(*part),
        _ => None,
    }
}

/// The way in which a surface writes a value after these filters, if `encoding` is its own. Only
/// the last filter counts: what it made of what the others made is text like any other.
pub(in crate::template) fn encoding_after(encoding: Encoding, filters: &[Filter]) -> Encoding {
    match filters.last() {
        Some(Filter::Encode(filter)) if encoding.is_done_by(*filter) => Encoding::Plain,
        // In another part of a URL, and in no URL at all, it was refused or is text.
        Some(Filter::Ready(_)) if matches!(encoding, Encoding::Percent | Encoding::Form) => {
            Encoding::Plain
        }
        _ => encoding,
    }
}
