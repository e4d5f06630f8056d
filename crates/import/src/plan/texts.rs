//! Texts that are stored beside a value, checked as a vault does, before anything is stored.

use keyslot::secrecy::ExposeSecret as _;
use keyslot::{Error, ErrorKind};

use super::this::Input;
use crate::names::is_credential;

/// The longest description, in bytes.
const MAX_DESCRIPTION: usize = 4096;

/// The fewest bytes of a value that is looked for in the texts: a shorter one may stand in a text
/// by accident.
const TOLD: usize = 8;

/// Returns the error of a description, or of a name that another one takes the place of, which no
/// vault takes.
pub(super) fn refused(input: &Input) -> Option<Error> {
    let (description, old_name) = (input.description.as_deref(), input.old_name.as_deref());
    let value = input.value.expose_secret().trim();
    let mut texts = description.into_iter().chain(old_name);
    let message = if description.is_some_and(|text| text.len() > MAX_DESCRIPTION || steers(text)) {
        "a description may have 4096 bytes at most and no control characters"
    } else if old_name.is_some_and(steers) {
        "a name with a control character; correct it in the file"
    } else if texts
        .clone()
        .any(|text| text.split_whitespace().any(is_credential))
    {
        "a description or name that looks like a secret value; everybody who may list secrets \
         reads it"
    } else if value.len() >= TOLD && texts.any(|text| text.contains(value)) {
        "a description or name that holds the value; everybody who may list secrets reads it"
    } else {
        return None;
    };
    Some(Error::new(ErrorKind::InvalidInput, message))
}

fn steers(text: &str) -> bool {
    text.chars().any(char::is_control)
}
