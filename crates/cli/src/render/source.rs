//! A file with placeholders.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use keyslot::secrecy::ExposeSecret as _;
use keyslot::template::{JsonText, Resolvable, Tree};
use keyslot::{ErrorKind, Lint, Resolved, ScopedVault, Target};
use keyslot_import::dotenv::Dotenv;
use zeroize::Zeroizing;

use super::format::Format;
use super::rendered::Rendered;
use super::variables::Values;
use crate::failure::{Failure, Result};

/// A file with placeholders, as it was read.
pub(crate) struct Source {
    path: PathBuf,
    format: Format,
    text: String,
}

/// The use of a file: the scope of its secrets, and the target that they go to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use<'u> {
    /// The scope, with the syntax and the surfaces of the file.
    pub(crate) scope: &'u ScopedVault,
    /// The target.
    pub(crate) target: &'u Target,
}

impl Use<'_> {
    /// Resolves a text or document. An unknown name comes with the most similar one.
    pub(crate) fn resolve<I: Resolvable + Copy>(
        self,
        input: I,
    ) -> keyslot::Result<Resolved<I::Output>> {
        let resolved = self.scope.resolve_for(self.target, input);
        resolved.map_err(|error| match error.kind() {
            ErrorKind::NotFound => self.scope.check(self.target, input).err().unwrap_or(error),
            _ => error,
        })
    }
}

impl Source {
    /// Reads a file, in the format that is given or that its name tells.
    pub(crate) fn read(path: &Path, format: Option<Format>) -> Result<Self> {
        let bytes = std::fs::read(path)
            .map_err(|error| Failure::io(format!("cannot read {}", path.display()), &error))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::usage(format!("{} is not UTF-8 text", path.display())))?;
        Ok(Self {
            path: path.to_owned(),
            format: format.unwrap_or_else(|| Format::of(path)),
            text,
        })
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the variables, if the file is a list of them.
    pub(crate) fn variables(&self) -> Result<Dotenv<'_>> {
        Dotenv::read(&self.text).map_err(|error| self.refuse(error))
    }

    /// Puts the values in. Two placeholders of one file get values of the same moment.
    pub(crate) fn render(&self, to: Use<'_>) -> Result<Rendered> {
        match self.format {
            Format::Text => {
                let resolved = to.resolve(self.text.as_str());
                of_text(&resolved.map_err(|error| self.refuse(error))?)
            }
            Format::Json | Format::Jsonc => {
                let resolved = to.resolve(&self.json()?);
                of_text(&resolved.map_err(|error| self.refuse(error))?)
            }
            Format::Yaml => self.render_tree(to, &self.yaml()?, |tree| {
                serde_saphyr::to_string(tree).map_err(|_| ())
            }),
            Format::Toml => self.render_tree(to, &self.toml()?, |tree| {
                toml::to_string(tree).map_err(|_| ())
            }),
            Format::Dotenv => {
                let list = self.variables()?;
                let resolved = to.resolve(&tree_of(&list)?);
                let resolved = resolved.map_err(|error| self.refuse(error))?;
                let values = Values::of(resolved.expose_secret())?;
                Rendered::new(list.with(|name| values.get(name)), &resolved)
            }
        }
    }

    /// Checks that the values could be put in, without opening them, and returns remarks.
    pub(crate) fn check(&self, to: Use<'_>) -> Result<Vec<Lint>> {
        let (scope, target) = (to.scope, to.target);
        let lints = match self.format {
            Format::Text => scope.check(target, self.text.as_str()),
            Format::Json | Format::Jsonc => scope.check(target, &self.json()?),
            Format::Yaml => scope.check(target, &self.yaml()?),
            Format::Toml => scope.check(target, &self.toml()?),
            Format::Dotenv => scope.check(target, &tree_of(&self.variables()?)?),
        };
        lints.map_err(|error| self.refuse(error))
    }

    /// Returns the place of a remark: the file, and in it the line and column or the JSON Pointer.
    pub(crate) fn place(&self, lint: &Lint) -> String {
        let path = self.path.display();
        if let Some(pointer) = lint.pointer() {
            return format!("{path}: {pointer}");
        }
        let before = self.text.get(..lint.span().start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        format!("{path}:{line}:{column}")
    }

    /// The error with the name of the file, and of a text the lines with carets.
    fn refuse(&self, error: keyslot::Error) -> Failure {
        let drawn = match self.format {
            Format::Text => error.diagram(&self.text),
            _ => None,
        };
        Failure::from(error).in_file(&self.path, drawn.as_deref())
    }

    fn json(&self) -> Result<JsonText> {
        let text = self.text.as_str();
        match self.format {
            Format::Jsonc => JsonText::parse_jsonc(text),
            _ => JsonText::parse(text),
        }
        .map_err(|error| self.refuse(error))
    }

    fn yaml(&self) -> Result<Tree> {
        // Not its own text: that shows the line.
        serde_saphyr::from_str(&self.text).map_err(|_| self.invalid("YAML"))
    }

    fn toml(&self) -> Result<Tree> {
        toml::from_str(&self.text).map_err(|error: toml::de::Error| {
            let start = error.span().map(|span| span.start);
            let before = start.and_then(|start| self.text.get(..start));
            match before.map(|before| before.matches('\n').count() + 1) {
                Some(line) => self.invalid(&format!("TOML (line {line})")),
                None => self.invalid("TOML"),
            }
        })
    }

    fn invalid(&self, what: &str) -> Failure {
        Failure::usage(format!("{} is not valid {what}", self.path.display()))
            .next("correct it, or say --format text")
    }

    fn render_tree(
        &self,
        to: Use<'_>,
        tree: &Tree,
        write: impl Fn(&Tree) -> Result<String, ()>,
    ) -> Result<Rendered> {
        let resolved = to.resolve(tree);
        let resolved = resolved.map_err(|error| self.refuse(error))?;
        // Not the error of the writer, which may hold a value.
        let text = write(resolved.expose_secret()).map_err(|()| {
            let path = self.path.display();
            Failure::usage(format!(
                "{path} with its values cannot be written in its format"
            ))
        })?;
        Rendered::new(Zeroizing::new(text.into_bytes()), &resolved)
    }
}

/// Shows no text.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("path", &self.path)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// Returns variables as a document, whose JSON Pointers are `/NAME`.
fn tree_of(list: &Dotenv<'_>) -> Result<Tree> {
    let variables: BTreeMap<&str, &str> = list.variables().collect();
    Ok(Tree::of(&variables)?)
}

fn of_text(resolved: &Resolved<std::borrow::Cow<'_, str>>) -> Result<Rendered> {
    let text = Zeroizing::new(resolved.expose_secret().as_bytes().to_vec());
    Rendered::new(text, resolved)
}
