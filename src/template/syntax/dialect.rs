//! One way to write placeholders anywhere in a text.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memmem::Finder;

use crate::reference::Reference;
use crate::template::parse::is_identifier;

/// Which names a bare placeholder such as `{{NAME}}` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BareNames {
    /// `[A-Za-z_][A-Za-z0-9_]{0,127}`
    Identifier,
    /// `[A-Z_][A-Z0-9_]{0,127}`: what other template engines write in small letters stays text.
    Upper,
}

impl BareNames {
    pub(crate) fn takes(self, name: &str) -> bool {
        is_identifier(name)
            && (self == Self::Identifier || !name.bytes().any(|byte| byte.is_ascii_lowercase()))
    }
}

/// How to write text that would be a placeholder.
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
}

/// What means to be a placeholder, so that it is an error if it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Nothing.
    None,
    /// What begins as a secret reference does.
    Prefix,
    /// That in any case, and whatever begins with `$` and a word.
    Dollar,
}

/// The marks and rules of one dialect, and the prepared search for its opening mark.
#[derive(Debug)]
pub(crate) struct Dialect {
    pub(crate) open: Cow<'static, str>,
    pub(crate) close: Cow<'static, str>,
    /// What a secret reference begins with; without it there are only bare names.
    pub(crate) prefix: Option<Cow<'static, str>>,
    pub(crate) bare: Option<BareNames>,
    /// Whether secret references take identifiers only.
    pub(crate) identifiers: bool,
    pub(crate) escape: Escape,
    /// Whether there are pins and filters.
    pub(crate) extras: bool,
    pub(crate) intent: Intent,
    /// Whether the opening mark and `!` begin a comment.
    pub(crate) comments: bool,
}

impl Dialect {
    pub(crate) fn angle() -> Self {
        Self {
            open: "<<".into(),
            close: ">>".into(),
            prefix: Some("$secret.".into()),
            bare: Some(BareNames::Identifier),
            identifiers: false,
            escape: Escape::After('!'),
            extras: true,
            intent: Intent::Dollar,
            comments: false,
        }
    }

    pub(crate) fn mustache() -> Self {
        Self {
            open: "{{".into(),
            close: "}}".into(),
            bare: Some(BareNames::Upper),
            escape: Escape::Before('\\'),
            intent: Intent::Prefix,
            comments: true,
            ..Self::angle()
        }
    }

    /// What Julep takes inside of other text, in one pair of braces or two.
    pub(crate) fn julep(open: &'static str, close: &'static str) -> Self {
        Self {
            open: open.into(),
            close: close.into(),
            prefix: Some("secrets.".into()),
            bare: None,
            identifiers: true,
            escape: Escape::None,
            extras: false,
            intent: Intent::None,
            comments: false,
        }
    }

    /// Only to name `secret://` references in messages: these are read as a whole.
    pub(crate) fn uri() -> Self {
        Self {
            open: "secret://".into(),
            close: "".into(),
            prefix: None,
            ..Self::julep("", "")
        }
    }

    /// How a placeholder is written, for messages.
    pub(crate) fn example(&self) -> String {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        format!("{}{prefix}NAME{}", self.open, self.close)
    }

    /// The placeholder of a secret, if there is one for this name and version.
    pub(crate) fn write(&self, reference: &Reference) -> Option<String> {
        let (prefix, name) = (self.prefix.as_deref()?, reference.name().as_str());
        let version = reference
            .version()
            .map(|version| format!("@{version}"))
            .unwrap_or_default();
        let is_written =
            (!self.identifiers || is_identifier(name)) && (self.extras || version.is_empty());
        is_written.then(|| format!("{}{prefix}{name}{version}{}", self.open, self.close))
    }

    /// What to write instead if text was meant.
    pub(crate) fn escaped(&self) -> Option<String> {
        match self.escape {
            Escape::None => None,
            Escape::After(mark) => Some(format!("{}{mark}", self.open)),
            Escape::Before(mark) => Some(format!("{mark}{}", self.open)),
        }
    }
}

/// The dialects that share an opening mark, in the order in which they are asked.
#[derive(Debug)]
pub(crate) struct Opener {
    pub(crate) mark: Box<str>,
    pub(crate) finder: Finder<'static>,
    pub(crate) dialects: Vec<Arc<Dialect>>,
    /// The byte that the mark is made of, if it is one byte repeated.
    pub(crate) repeats: Option<u8>,
}

impl Opener {
    /// The openers of some dialects, the longest first.
    pub(crate) fn of(dialects: &[Arc<Dialect>]) -> Vec<Self> {
        let mut openers: Vec<Self> = Vec::new();
        for dialect in dialects {
            match openers
                .iter_mut()
                .find(|opener| *opener.mark == *dialect.open)
            {
                Some(opener) => opener.dialects.push(Arc::clone(dialect)),
                None => openers.push(Self::new(dialect)),
            }
        }
        openers.sort_by_key(|opener| std::cmp::Reverse(opener.mark.len()));
        openers
    }

    fn new(dialect: &Arc<Dialect>) -> Self {
        let mark = dialect.open.as_bytes();
        let first = mark.first().copied();
        Self {
            mark: dialect.open.as_ref().into(),
            finder: Finder::new(mark).into_owned(),
            dialects: vec![Arc::clone(dialect)],
            repeats: first.filter(|first| mark.len() > 1 && mark.iter().all(|byte| byte == first)),
        }
    }
}
