//! A profile, as data.

use keyslot::template::{BareNames, Escape as Mark, Syntax};
use keyslot::{ReferenceKind, Result};

/// A set of rules.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) dialects: Vec<Dialect>,
    /// True if `secret://NAME` is a whole-string rule.
    pub(crate) uri: bool,
    /// True if `$ …` is a whole-string rule.
    pub(crate) julep: bool,
    /// The same rules as the engine has them.
    pub(crate) syntax: Syntax,
    /// Texts from which one character makes the difference.
    pub(crate) examples: Vec<String>,
    /// Parts of texts that are nearly right, beside marks and prefixes.
    pub(crate) parts: Vec<String>,
    /// Six or seven parts, of which every short text is tried.
    pub(crate) few: Vec<String>,
}

/// One pair of marks and what may stand between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    pub(crate) prefix: Option<&'static str>,
    /// The kind of reference that a name with the prefix is.
    pub(crate) form: ReferenceKind,
    pub(crate) bare: Bare,
    pub(crate) secret_names: SecretNames,
    pub(crate) escape: Escape,
    /// True if names take pins and filters.
    pub(crate) extras: bool,
    pub(crate) intent: Intent,
    /// True if `{{!…}}` and `{{!--…--}}` are comments.
    pub(crate) comments: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bare {
    None,
    Identifier,
    Upper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretNames {
    Any,
    Identifier,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    None,
    After(char),
    Before(char),
    /// Twice is once, anywhere.
    Doubled(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    None,
    /// Text that begins with the prefix, if there is one.
    Prefix,
    /// Text that begins with `$secret` in any case, and `<<$word.word>>`.
    Angle,
    /// A name, and a sign with which shells begin a default.
    Default,
}

/// The dialect that the builder makes of marks and a prefix alone.
pub(crate) const BUILT: Dialect = Dialect {
    open: "",
    close: "",
    prefix: None,
    form: ReferenceKind::Secret,
    bare: Bare::None,
    secret_names: SecretNames::Any,
    escape: Escape::After('!'),
    extras: true,
    intent: Intent::Prefix,
    comments: false,
};

impl Profile {
    /// One that the engine brings.
    pub(crate) fn known(name: &str, syntax: Syntax, dialects: &[Dialect]) -> Self {
        let (name, dialects) = (name.to_owned(), dialects.to_vec());
        let (examples, parts, few) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            name,
            dialects,
            uri: false,
            julep: false,
            syntax,
            examples,
            parts,
            few,
        }
    }

    /// One of marks of one's own, if it can be built.
    pub(crate) fn built(name: &str, dialect: Dialect) -> Result<Self> {
        let mut builder = Syntax::builder(dialect.open, dialect.close);
        if let Some(prefix) = dialect.prefix {
            builder = builder.secret_prefix(prefix);
        }
        builder = match dialect.bare {
            Bare::None => builder,
            Bare::Identifier => builder.bare(BareNames::Identifier),
            Bare::Upper => builder.bare(BareNames::Upper),
        };
        builder = match dialect.escape {
            // The default.
            Escape::After('!') => builder,
            Escape::None => builder.escape(Mark::None),
            Escape::After(mark) => builder.escape(Mark::After(mark)),
            Escape::Before(mark) => builder.escape(Mark::Before(mark)),
            Escape::Doubled(mark) => builder.escape(Mark::Doubled(mark)),
        };
        Ok(Self::known(name, builder.build()?, &[dialect]))
    }

    /// Both in one scan, this one first.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.name = format!("{} and {}", self.name, other.name);
        self.dialects.extend(other.dialects);
        self.uri |= other.uri;
        self.julep |= other.julep;
        self.syntax = self.syntax.and(other.syntax);
        self.examples.extend(other.examples);
        self.parts.extend(other.parts);
        self
    }

    /// Texts with a `¦` between them.
    pub(crate) fn examples(self, texts: &str) -> Self {
        Self {
            examples: texts.split('¦').map(str::to_owned).collect(),
            ..self
        }
    }

    /// Texts with a `¦` between them.
    pub(crate) fn parts(self, texts: &str) -> Self {
        Self {
            parts: texts.split('¦').map(str::to_owned).collect(),
            ..self
        }
    }

    /// Texts with a `¦` between them.
    pub(crate) fn few(self, texts: &str) -> Self {
        Self {
            few: texts.split('¦').map(str::to_owned).collect(),
            ..self
        }
    }
}
