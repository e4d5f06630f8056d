//! Syntaxes as arguments: names of presets, marks of one's own, or a list of both.

use keyslot::ErrorKind;
use keyslot::template::{BareNames, Escape, Syntax};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::error::{Failed, Outcome, refused};
use crate::text::Text;

const SHAPE: &str = "a syntax is names of presets with | between them, a dict of open, close, \
                     prefix, bare and escape, a dict of bookmark_at, or a list of these";

fn shape() -> Failed {
    refused(ErrorKind::InvalidInput, SHAPE)
}

/// Reads a syntax. Those of a list are joined in their order.
pub(crate) fn of(given: &Bound<'_, PyAny>) -> Outcome<Syntax> {
    if given.is_instance_of::<PyString>() {
        return Ok(given.extract::<Text>()?.as_str().parse()?);
    }
    if let Ok(marks) = given.cast::<PyDict>() {
        return built(marks);
    }
    let list = given.cast::<PyList>().map_err(|_| shape())?;
    let mut all = None;
    for one in list.iter().take(32) {
        // A list in a list may hold itself.
        if one.is_instance_of::<PyList>() {
            return Err(shape());
        }
        let one = of(&one)?;
        all = Some(all.map_or_else(|| one.clone(), |all: Syntax| all.and(one.clone())));
    }
    all.ok_or_else(shape)
}

fn built(marks: &Bound<'_, PyDict>) -> Outcome<Syntax> {
    let get = |name: &str| -> PyResult<Option<Text>> {
        let value = marks.get_item(name)?;
        value.map(|value| value.extract()).transpose()
    };
    if let Some(pointers) = marks.get_item("bookmark_at")? {
        return Ok(Syntax::bookmark_at(pointers.extract::<Vec<Text>>()?)?);
    }
    let (Some(open), Some(close)) = (get("open")?, get("close")?) else {
        return Err(shape());
    };
    let mut builder = Syntax::builder(open, close);
    if let Some(prefix) = get("prefix")? {
        builder = builder.secret_prefix(prefix);
    }
    if let Some(bare) = get("bare")? {
        builder = builder.bare(match bare.as_str() {
            "identifier" => BareNames::Identifier,
            "upper" => BareNames::Upper,
            _ => return Err(shape()),
        });
    }
    if let Some(escape) = marks.get_item("escape")? {
        builder = builder.escape(of_escape(&escape)?);
    }
    Ok(builder.build()?)
}

/// Reads an escape: `None`, or a pair of `before`, `after` or `doubled` and a character.
fn of_escape(given: &Bound<'_, PyAny>) -> Outcome<Escape> {
    if given.is_none() {
        return Ok(Escape::None);
    }
    let pair = given.extract::<(String, char)>().map_err(|_| shape())?;
    Ok(match (pair.0.as_str(), pair.1) {
        ("before", mark) => Escape::Before(mark),
        ("after", mark) => Escape::After(mark),
        ("doubled", mark) => Escape::Doubled(mark),
        _ => return Err(shape()),
    })
}
