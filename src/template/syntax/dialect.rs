//! One way to write placeholders anywhere in a text.

use std::borrow::Cow;

use crate::reference::{Reference, ReferenceKind};
use crate::template::chars::{is_identifier, is_identifier_of};

/// The names that a bare placeholder such as `{{NAME}}` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BareNames {
    /// `[A-Za-z_][A-Za-z0-9_]{0,127}`
    Identifier,
    /// `[A-Z_][A-Z0-9_]{0,127}`: what other template engines write in small letters stays text.
    Upper,
}

impl BareNames {
    /// Returns true for a name that a bare placeholder takes.
    pub(in crate::template) fn takes(self, name: &str) -> bool {
        is_identifier(name) && self.takes_case(name)
    }

    /// Returns the same for a text of letters, digits and `_`.
    #[inline]
    pub(in crate::template) fn takes_word(self, word: &str) -> bool {
        is_identifier_of(word) && self.takes_case(word)
    }

    fn takes_case(self, name: &str) -> bool {
        self == Self::Identifier || !name.bytes().any(|byte| byte.is_ascii_lowercase())
    }
}

/// The way to write text that would be a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Escape {
    /// There is no way.
    None,
    /// This character behind the opening mark, as in `<<!NAME>>`. Of several, one is dropped.
    After(char),
    /// This character before the opening mark, as in `\{{NAME}}`. Two of them are one, and a
    /// placeholder (`\\{{NAME}}`).
    Before(char),
    /// This character twice, anywhere in the text, is this character once, and begins nothing:
    /// `$$` in Docker Compose.
    Doubled(char),
}

/// Text that means to be a placeholder, so that it is an error unless it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Intent {
    /// Nothing.
    None,
    /// Text that begins as a secret reference does.
    Prefix,
    /// The same in any case of letters, and text that begins with `$` and a word.
    Dollar,
    /// A name with a default value, as shells read it.
    Default,
}

/// The use that other programs make of the marks of a dialect: the more they have, the closer to a
/// placeholder must a near miss be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Near {
    /// Other template engines have the same marks.
    Engines,
    /// The marks are brackets, or open and close alike, and stand in other texts too.
    Brackets,
    /// The opening mark alone says that a placeholder is meant.
    Own,
}

/// The marks and rules of one dialect, and the prepared search for its opening mark.
#[derive(Debug)]
pub(in crate::template) struct Dialect {
    pub(in crate::template) open: Cow<'static, str>,
    pub(in crate::template) close: Cow<'static, str>,
    /// The beginning of a secret reference; without it there are only bare names.
    pub(in crate::template) prefix: Option<Cow<'static, str>>,
    /// The kind of a reference with the prefix.
    pub(in crate::template) kind: ReferenceKind,
    pub(in crate::template) bare: Option<BareNames>,
    /// True if secret references take identifiers only.
    pub(in crate::template) identifiers: bool,
    pub(in crate::template) escape: Escape,
    /// True if there are versions and filters.
    pub(in crate::template) extras: bool,
    pub(in crate::template) intent: Intent,
    /// True if the opening mark and `!` begin a comment.
    pub(in crate::template) comments: bool,
    pub(in crate::template) near: Near,
}

impl Dialect {
    pub(in crate::template) fn angle() -> Self {
        Self {
            open: "<<".into(),
            close: ">>".into(),
            prefix: Some("$secret.".into()),
            kind: ReferenceKind::Secret,
            bare: Some(BareNames::Identifier),
            identifiers: false,
            escape: Escape::After('!'),
            extras: true,
            intent: Intent::Dollar,
            comments: false,
            near: Near::Brackets,
        }
    }

    pub(in crate::template) fn mustache() -> Self {
        Self {
            open: "{{".into(),
            close: "}}".into(),
            bare: Some(BareNames::Upper),
            escape: Escape::Before('\\'),
            intent: Intent::Prefix,
            comments: true,
            near: Near::Engines,
            ..Self::angle()
        }
    }

    /// The form that Julep takes inside of other text, in one pair of braces or two.
    pub(in crate::template) fn julep(open: &'static str, close: &'static str) -> Self {
        Self {
            open: open.into(),
            close: close.into(),
            prefix: Some("secrets.".into()),
            kind: ReferenceKind::Secret,
            bare: None,
            identifiers: true,
            escape: Escape::None,
            extras: false,
            intent: Intent::None,
            comments: false,
            near: Near::Engines,
        }
    }

    /// Only to name `secret://` references in messages: these are read as a whole.
    pub(in crate::template) fn uri() -> Self {
        Self {
            open: "secret://".into(),
            close: "".into(),
            prefix: None,
            ..Self::julep("", "")
        }
    }

    /// `${NAME}`, without default values.
    pub(in crate::template) fn dollar() -> Self {
        Self {
            open: "${".into(),
            close: "}".into(),
            prefix: None,
            escape: Escape::Doubled('$'),
            intent: Intent::Default,
            near: Near::Own,
            ..Self::angle()
        }
    }

    /// `$NAME`, which ends where the name does.
    pub(in crate::template) fn dollar_name() -> Self {
        Self {
            open: "$".into(),
            close: "".into(),
            extras: false,
            ..Self::dollar()
        }
    }

    /// `${env:NAME}` or another prefix of VS Code.
    pub(in crate::template) fn vscode(prefix: &'static str) -> Self {
        Self {
            prefix: Some(prefix.into()),
            kind: ReferenceKind::Bare,
            bare: None,
            escape: Escape::None,
            intent: Intent::Prefix,
            ..Self::dollar()
        }
    }

    /// `${{ secrets.NAME }}` or another context of GitHub Actions.
    pub(in crate::template) fn github(prefix: &'static str, kind: ReferenceKind) -> Self {
        Self {
            open: "${{".into(),
            close: "}}".into(),
            prefix: Some(prefix.into()),
            kind,
            bare: None,
            identifiers: true,
            escape: Escape::None,
            intent: Intent::None,
            ..Self::dollar()
        }
    }

    /// Returns true if all else between the marks is an expression of another program.
    pub(in crate::template) fn has_expressions(&self) -> bool {
        self.intent == Intent::None && self.near == Near::Own && self.prefix.is_some()
    }

    /// Returns how near a miss must be for marks that a host chose.
    pub(super) fn near_of(open: &str, close: &str) -> Near {
        let is_bracket = |mark: char| "<([{".contains(mark);
        if open == close || open.chars().all(is_bracket) {
            Near::Brackets
        } else {
            Near::Own
        }
    }

    /// An example of a placeholder, for messages.
    pub(in crate::template) fn example(&self) -> String {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        format!("{}{prefix}NAME{}", self.open, self.close)
    }

    /// The placeholder of a secret, if there is one for this name and version.
    pub(in crate::template) fn write(&self, reference: &Reference) -> Option<String> {
        let (prefix, name) = (self.prefix.as_deref()?, reference.name().as_str());
        if self.kind != ReferenceKind::Secret {
            return None;
        }
        let version = reference
            .version()
            .map(|version| format!("@{version}"))
            .unwrap_or_default();
        let is_written =
            (!self.identifiers || is_identifier(name)) && (self.extras || version.is_empty());
        is_written.then(|| format!("{}{prefix}{name}{version}{}", self.open, self.close))
    }

    /// Says what to write instead if text was meant.
    pub(in crate::template) fn escaped(&self) -> Option<String> {
        match self.escape {
            Escape::None => None,
            Escape::After(mark) => Some(format!("{}{mark}", self.open)),
            Escape::Before(mark) | Escape::Doubled(mark) => Some(format!("{mark}{}", self.open)),
        }
    }
}
