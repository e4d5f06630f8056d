//! Names that a model may use.

use std::collections::BTreeMap;

use pyo3::prelude::*;

use crate::error::{Outcome, refused};
use crate::text::Text;

/// The names that a model may use in the arguments that it writes for a tool.
///
/// Each is granted anywhere, `Grants("API_KEY")`, or at JSON Pointers, whose `*` stands for any one
/// key: `Grants({"API_KEY": ["/headers/*"]})`.
#[pyclass(frozen, module = "keyslot")]
#[derive(Clone, Debug)]
pub(crate) struct Grants(pub(crate) keyslot::template::Grants);

/// An argument of `Grants`.
#[derive(FromPyObject)]
enum Granted {
    Places(BTreeMap<String, Places>),
    Name(String),
}

/// The places of a name.
#[derive(FromPyObject)]
enum Places {
    Anywhere(bool),
    At(Vec<String>),
}

#[pymethods]
impl Grants {
    #[new]
    #[pyo3(signature = (*names, strict=false))]
    fn new(names: Vec<Bound<'_, PyAny>>, strict: bool) -> Outcome<Self> {
        const SHAPE: &str =
            "grants are names, or a dict of names, each with True or a list of JSON Pointers";
        let shape = || refused(keyslot::ErrorKind::InvalidInput, SHAPE);
        let mut grants = keyslot::template::Grants::new();
        for granted in names {
            // The error of the conversion is dropped: it may show what it found.
            grants = match granted.extract::<Granted>().map_err(|_| shape())? {
                Granted::Name(name) => grants.name(name)?,
                Granted::Places(places) => {
                    for (name, places) in places {
                        grants = match places {
                            Places::Anywhere(true) => grants.name(name)?,
                            Places::At(pointers) if !pointers.is_empty() => {
                                let at = |all: keyslot::template::Grants, pointer: &String| {
                                    all.name_at(&name, pointer)
                                };
                                pointers.iter().try_fold(grants, at)?
                            }
                            Places::Anywhere(false) | Places::At(_) => return Err(shape()),
                        };
                    }
                    grants
                }
            };
        }
        Ok(Self(if strict { grants.strict() } else { grants }))
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Grants as an argument: an object of the class, a name, a list of names, or a dict.
pub(crate) fn of(grants: Option<&Bound<'_, PyAny>>) -> Outcome<Grants> {
    let Some(grants) = grants.filter(|grants| !grants.is_none()) else {
        return Ok(Grants(keyslot::template::Grants::new()));
    };
    if let Ok(ready) = grants.cast::<Grants>() {
        return Ok(ready.get().clone());
    }
    let list = grants.extract::<Vec<Text>>().ok();
    match list {
        Some(names) => {
            let all = keyslot::template::Grants::new();
            let all = names
                .iter()
                .try_fold(all, keyslot::template::Grants::name)?;
            Ok(Grants(all))
        }
        None => Grants::new(vec![grants.clone()], false),
    }
}
