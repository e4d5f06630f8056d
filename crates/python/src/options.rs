//! Statements about a secret, as keyword arguments.

use std::time::{Duration, SystemTime};

use keyslot::{ErrorKind, Revision, SecretChange, Status};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{Outcome, refused};
use crate::rules::AccessRules;
use crate::text::Text;

/// Makes a change of the keyword arguments that `put` and `update` share.
pub(crate) fn change(given: Option<&Bound<'_, PyDict>>) -> Outcome<SecretChange> {
    let mut change = SecretChange::new();
    let Some(given) = given else {
        return Ok(change);
    };
    for (key, value) in given.iter() {
        let key: Text = key.extract()?;
        change = one(change, key.as_str(), &value)?;
    }
    Ok(change)
}

fn one(change: SecretChange, key: &str, value: &Bound<'_, PyAny>) -> Outcome<SecretChange> {
    Ok(match key {
        "description" => change.description(value.extract::<Text>()?),
        "metadata" => {
            let entries = value.cast::<PyDict>().map_err(|_| {
                refused(
                    ErrorKind::InvalidInput,
                    "metadata is a dict of str; None removes a key",
                )
            })?;
            let mut change = change;
            for (key, value) in entries.iter() {
                let key: Text = key.extract()?;
                change = match value.extract::<Option<Text>>()? {
                    Some(value) => change.metadata(key, value),
                    None => change.without_metadata(key),
                };
            }
            change
        }
        "not_before" => change.not_before(time(value)?),
        "expires_at" => change.expires_at(time(value)?),
        "clear_times" if value.is_truthy()? => change.clear_times(),
        "rotate_every" if value.is_none() => change.never_rotate(),
        "rotate_every" => change.rotate_every(value.extract::<Duration>()?),
        "rules" => change.rules(
            value
                .cast::<AccessRules>()
                .map_err(PyErr::from)?
                .get()
                .0
                .clone(),
        ),
        "instructions" => change.in_instructions(value.extract()?),
        "if_revision" => change.if_revision(Revision::new(value.extract()?)),
        "status" => match value.extract::<Text>()?.as_str().parse()? {
            Status::Active => change.active(),
            Status::Inactive => change.inactive(),
            _ => {
                return Err(refused(
                    ErrorKind::InvalidInput,
                    "to revoke a secret, call revoke",
                ));
            }
        },
        "clear_times" => change,
        _ => {
            return Err(refused(
                ErrorKind::InvalidInput,
                "no such statement about a secret",
            ));
        }
    })
}

/// Reads a time. One without a zone could mean any hour.
fn time(value: &Bound<'_, PyAny>) -> Outcome<SystemTime> {
    let time = value.extract::<SystemTime>();
    time.map_err(|_| {
        refused(
            ErrorKind::InvalidInput,
            "a time is a datetime with a time zone",
        )
    })
}
