//! Calls that resolve texts and documents, for scopes and snapshots alike.

use std::borrow::Cow;

use keyslot::template::{Engine, Lint, Tree};
use keyslot::{Chain, Resolver, RunSecrets, Target, Variables};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use zeroize::Zeroizing;

use crate::document;
use crate::error::{Outcome, refused};
use crate::resolved::{Content, NO_INPUT, Resolved};
use crate::text::{self, Text, Value};

/// A text or document that is to be resolved.
pub(crate) enum Input {
    Text(Zeroizing<String>),
    Document(Tree),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Input {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(string) = object.cast::<PyString>() {
            return Ok(Self::Text(text::of(&string)?));
        }
        let is_document = object.is_instance_of::<PyDict>()
            || object.is_instance_of::<PyList>()
            || object.is_instance_of::<PyTuple>();
        if !is_document {
            return Err(refused(NO_INPUT.0, NO_INPUT.1).into());
        }
        Ok(Self::Document(document::of(&object)?))
    }
}

/// Values of one call, beside those of the vault.
pub(crate) struct Beside {
    secrets: Option<RunSecrets>,
    variables: Option<Variables>,
}

impl Beside {
    /// Reads secrets and variables, by name.
    pub(crate) fn of(
        secrets: Option<&Bound<'_, PyDict>>,
        variables: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Self> {
        let mut beside = Self {
            secrets: None,
            variables: None,
        };
        if let Some(given) = secrets {
            let mut all = RunSecrets::new();
            for (name, value) in given.iter() {
                let (name, value): (Text, Value) = (name.extract()?, value.extract()?);
                all = all.with(name, value.into_secret()?)?;
            }
            beside.secrets = Some(all);
        }
        if let Some(given) = variables {
            let mut all = Variables::new();
            for (name, value) in given.iter() {
                let (name, value): (Text, Text) = (name.extract()?, value.extract()?);
                all = all.with(name, value)?;
            }
            beside.variables = Some(all);
        }
        Ok(beside)
    }
}

/// Resolves an input while other threads of the interpreter go on.
pub(crate) fn resolve<R: Resolver + Clone + Send + Sync + 'static>(
    py: Python<'_>,
    (engine, resolver): (&Engine, &R),
    target: &Target,
    beside: Beside,
    input: &Input,
) -> Outcome<Resolved> {
    let content = py.detach(|| {
        if beside.secrets.is_none() && beside.variables.is_none() {
            return with(engine, resolver, target, input);
        }
        let mut chain = Chain::new();
        if let Some(secrets) = beside.secrets {
            chain = chain.then(secrets);
        }
        chain = chain.then(resolver.clone());
        if let Some(variables) = beside.variables {
            chain = chain.then(variables);
        }
        with(engine, &chain, target, input)
    })?;
    Ok(Resolved(content))
}

fn with<R: Resolver>(
    engine: &Engine,
    resolver: &R,
    target: &Target,
    input: &Input,
) -> keyslot::Result<Content> {
    Ok(match input {
        Input::Text(text) => {
            let resolved = engine.resolve(resolver, target, text.as_str())?;
            Content::Text(owned(resolved))
        }
        Input::Document(tree) => Content::Document(engine.resolve(resolver, target, tree)?),
    })
}

fn owned(text: keyslot::Resolved<Cow<'_, str>>) -> keyslot::Resolved<Cow<'static, str>> {
    text.into_owned()
}

/// Returns the references of an input, as placeholders of the default syntax.
pub(crate) fn references(
    engine: &Engine,
    input: &Input,
) -> keyslot::Result<Vec<keyslot::Reference>> {
    match input {
        Input::Text(text) => engine.references(text.as_str()),
        Input::Document(tree) => engine.references(tree),
    }
}

/// Returns the lints of a check.
pub(crate) fn check(
    scope: &keyslot::ScopedVault,
    target: &Target,
    input: &Input,
) -> keyslot::Result<Vec<Lint>> {
    match input {
        Input::Text(text) => scope.check(target, text.as_str()),
        Input::Document(tree) => scope.check(target, tree),
    }
}
