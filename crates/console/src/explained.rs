//! A text with references, explained: what it needs, and what would fail.

use keyslot::template::Resolvable;
use keyslot::{Document, Error, ErrorKind, Explanation, Lint, Permissions, ScopedVault, Target};
use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// The text and the place that it is for. Nothing of it is stored.
pub(crate) struct Question<'q> {
    pub(crate) text: &'q str,
    /// True for a JSON document, in whose strings the references stand.
    pub(crate) is_json: bool,
    pub(crate) tool: Option<&'q str>,
    pub(crate) host: Option<&'q str>,
}

/// The answer.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Explained {
    /// The reason why a resolve would fail.
    pub(crate) error: Option<Error>,
    pub(crate) references: Vec<Explanation>,
    pub(crate) lints: Vec<Lint>,
}

impl Explained {
    /// Explains a text as a handle sees it.
    pub(crate) fn of(scoped: &ScopedVault, question: &Question<'_>) -> Outcome<Self> {
        let mut target = question.tool.map_or_else(Target::unspecified, Target::tool);
        if let Some(host) = question.host {
            target = target.with_host(host)?;
        }
        if !question.is_json {
            return Self::input(scoped, &target, || question.text);
        }
        match Document::parse(question.text) {
            Ok(document) => Self::input(scoped, &target, || &document),
            Err(error) => Self::failed(error),
        }
    }

    fn input<I: Resolvable>(
        scoped: &ScopedVault,
        target: &Target,
        input: impl Fn() -> I,
    ) -> Outcome<Self> {
        let references = match scoped.references(input()) {
            Ok(references) => references,
            Err(error) => return Self::failed(error),
        };
        let references = scoped.explain(target, &references)?;
        if !scoped.permissions().contains(Permissions::USE) {
            // To a handle that may use nothing every name is unknown: the verdicts say more.
            return Ok(Self {
                references,
                ..Self::default()
            });
        }
        match scoped.check(target, input()) {
            Ok(lints) => Ok(Self {
                error: None,
                references,
                lints,
            }),
            Err(error) if is_of_the_store(&error) => Err(error.into()),
            Err(error) => Ok(Self {
                error: Some(error),
                references,
                lints: Vec::new(),
            }),
        }
    }

    fn failed(error: Error) -> Outcome<Self> {
        if is_of_the_store(&error) {
            return Err(Failure::from(error));
        }
        Ok(Self {
            error: Some(error),
            ..Self::default()
        })
    }
}

/// Returns true if the text is not the reason of an error.
fn is_of_the_store(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Busy
            | ErrorKind::Unavailable
            | ErrorKind::Io
            | ErrorKind::Store
            | ErrorKind::Tampered
            | ErrorKind::VaultKeyReplaced
    )
}
