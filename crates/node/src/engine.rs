//! Engines: the syntaxes and surfaces of a vault, and resolves without one.

use keyslot::template::{BareNames, Engine, Escape, Surfaces, Syntax};
use keyslot::{Error, ErrorKind, Result, Surface};
use napi_derive::napi;
use serde::Deserialize;

use crate::failure::{json, refuse};
use crate::input::{Form, Input};
use crate::resolved::NativeResolved;
use crate::run::NativeValues;

/// Settings as they are written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    syntax: Vec<Part>,
    keys: bool,
    mcp: bool,
    surfaces: Vec<(String, Surface)>,
}

/// One syntax: names of presets, or marks of the host's own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Presets(String),
    Bookmarks(Bookmarks),
    Built(Built),
}

/// Bookmarks at other pointers than the usual one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bookmarks {
    bookmark_at: Vec<String>,
}

/// Marks of the host's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Built {
    open: String,
    close: String,
    prefix: Option<String>,
    bare: Option<String>,
    escape: Option<(String, Option<char>)>,
}

fn refused(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

fn syntax(part: Part) -> Result<Syntax> {
    match part {
        Part::Presets(names) => names.parse(),
        Part::Bookmarks(Bookmarks { bookmark_at }) => Syntax::bookmark_at(bookmark_at),
        Part::Built(built) => build(built),
    }
}

fn build(built: Built) -> Result<Syntax> {
    let mut builder = Syntax::builder(built.open, built.close);
    if let Some(prefix) = built.prefix {
        builder = builder.secret_prefix(prefix);
    }
    builder = match built.bare.as_deref() {
        None => builder,
        Some("identifier") => builder.bare(BareNames::Identifier),
        Some("upper") => builder.bare(BareNames::Upper),
        Some(_) => return Err(refused("bare names of a syntax are identifier or upper")),
    };
    let escape = match built.escape {
        None => return builder.build(),
        Some((kind, mark)) => match (kind.as_str(), mark) {
            ("none", None) => Escape::None,
            ("before", Some(mark)) => Escape::Before(mark),
            ("after", Some(mark)) => Escape::After(mark),
            ("doubled", Some(mark)) => Escape::Doubled(mark),
            _ => {
                return Err(refused(
                    "the escape of a syntax is none, or before, after or doubled with a character",
                ));
            }
        },
    };
    builder.escape(escape).build()
}

/// Reads the settings of an engine from JSON.
pub(crate) fn engine(settings: &str) -> Result<Engine> {
    let written: Written = serde_json::from_str(settings)
        .map_err(|_| refused("the settings of an engine have another form"))?;
    let mut engine = Engine::new().keys(written.keys);
    let mut parts = written.syntax.into_iter();
    if let Some(first) = parts.next() {
        let all: Result<Syntax> =
            parts.try_fold(syntax(first)?, |all, part| Ok(all.and(syntax(part)?)));
        engine = engine.syntax(all?);
    }
    let surfaces = if written.mcp {
        Surfaces::mcp()
    } else {
        Surfaces::new()
    };
    let mut rules = written.surfaces.into_iter();
    let surfaces = rules.try_fold(surfaces, |all, (at, surface)| all.at(&at, surface))?;
    if !surfaces.is_empty() {
        engine = engine.surfaces(surfaces);
    }
    Ok(engine)
}

/// An engine, for texts whose values the run brings along.
#[napi]
#[derive(Debug)]
pub struct NativeEngine(Engine);

#[napi]
impl NativeEngine {
    /// Makes an engine of settings in JSON.
    #[napi(constructor)]
    pub fn new(settings: String) -> napi::Result<Self> {
        engine(&settings).map(Self).map_err(refuse)
    }

    /// Resolves with the values of a run alone.
    #[napi]
    pub fn resolve(
        &self,
        text: String,
        form: Form,
        target: String,
        values: &NativeValues,
    ) -> napi::Result<NativeResolved> {
        let (input, target) = (Input::read(text, form)?, crate::options::target(&target)?);
        let resolved = input.resolve(&self.0, &values.alone(), &target)?;
        Ok(NativeResolved::new(resolved))
    }

    /// The references of a text, as JSON.
    #[napi]
    pub fn references(&self, text: String, form: Form) -> napi::Result<String> {
        let input = Input::read(text, form)?;
        json(&input.references(&self.0)?)
    }
}
