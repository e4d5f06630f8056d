//! A dialect of one's own.

use std::borrow::Cow;
use std::sync::Arc;

use super::dialect::{BareNames, Dialect, Escape, Intent};
use super::syntax::Syntax;
use crate::error::{Error, ErrorKind, Result};
use crate::reference::ReferenceKind;
use crate::template::chars::{is_name, is_space};

/// Makes a [`Syntax`] of marks of one's own; see [`Syntax::builder`].
#[derive(Clone, Debug)]
pub struct SyntaxBuilder {
    open: String,
    close: String,
    prefix: Option<String>,
    bare: Option<BareNames>,
    escape: Escape,
}

/// The longest mark or prefix, in bytes.
const LONGEST: usize = 32;

impl SyntaxBuilder {
    pub(super) fn new(open: String, close: String) -> Self {
        Self {
            open,
            close,
            prefix: None,
            bare: None,
            escape: Escape::After('!'),
        }
    }

    /// Sets the beginning of a secret reference, such as `secrets.` or `secret:`. Text that begins
    /// so and is no placeholder is an error.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let syntax = Syntax::builder("${", "}").secret_prefix("secret:").build()?;
    /// let template = Engine::new().syntax(syntax).compile("${secret:TOKEN} ${HOME}")?;
    /// assert_eq!(template.render(&["t-1"])?, "t-1 ${HOME}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn secret_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Takes bare names too; by default there are none.
    ///
    /// ```
    /// use keyslot::template::{BareNames, Engine, Syntax};
    ///
    /// let syntax = Syntax::builder("%(", ")").bare(BareNames::Upper).build()?;
    /// let engine = Engine::new().syntax(syntax);
    /// assert_eq!(engine.render("%(CITY) %(city)", |_| Some("Lima"))?, "Lima %(city)");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn bare(mut self, names: BareNames) -> Self {
        self.bare = Some(names);
        self
    }

    /// Sets the way to write text that would be a placeholder; by default [`Escape::After`] `!`.
    ///
    /// ```
    /// use keyslot::template::{BareNames, Engine, Escape, Syntax};
    ///
    /// let syntax = Syntax::builder("[[", "]]").bare(BareNames::Upper);
    /// let engine = Engine::new().syntax(syntax.escape(Escape::Before('\\')).build()?);
    /// assert_eq!(engine.render(r"[[A]] \[[A]]", |_| Some("1"))?, "1 [[A]]");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn escape(mut self, escape: Escape) -> Self {
        self.escape = escape;
        self
    }

    /// Checks the marks and makes the syntax.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::template::Syntax;
    ///
    /// assert!(Syntax::builder("[[", "]]").secret_prefix("secrets.").build().is_ok());
    /// let neither = Syntax::builder("[[", "]]").build();
    /// assert_eq!(neither.err().map(|error| error.kind()), Some(ErrorKind::InvalidInput));
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) when a text could be read in two ways, or in time
    /// that is not linear: each mark has 1 to 32 bytes without white space, does not begin with a
    /// character that names have (letters, digits, `_`, `.`, `-`) or with `|`, `:`, `!` or `\`; a
    /// prefix ends with none of letters, digits and `_`, and shares no first character with a mark;
    /// the character of an escape is ASCII punctuation that neither names nor the other rules use,
    /// and not all of the opening mark; one that is doubled begins the opening mark, once. And when
    /// there is neither a prefix nor a bare name.
    pub fn build(self) -> Result<Syntax> {
        let Self {
            open,
            close,
            prefix,
            bare,
            escape,
        } = self;
        check(is_mark(&open) && is_mark(&close), MARKS)?;
        check(
            prefix.is_some() || bare.is_some(),
            "a syntax needs a prefix for secrets or bare names",
        )?;
        let firsts = [first(&open), first(&close)];
        if let Some(prefix) = &prefix {
            check(
                is_visible(prefix) && !firsts.contains(&first(prefix)),
                PREFIX,
            )?;
            check(
                prefix.bytes().last().is_some_and(|last| !is_word(last)),
                PREFIX,
            )?;
        }
        let prefix_first = prefix.as_deref().and_then(first);
        let is_free = |mark: char| mark.is_ascii_punctuation() && !"_.-|@$<>{}".contains(mark);
        check(
            match escape {
                Escape::None => true,
                Escape::After(mark) => {
                    is_free(mark) && !firsts.contains(&Some(mark)) && prefix_first != Some(mark)
                }
                Escape::Before(mark) => {
                    (is_free(mark) || mark == '$')
                        && first(&close) != Some(mark)
                        && open.chars().any(|c| c != mark)
                }
                Escape::Doubled(mark) => {
                    let mut marks = open.chars();
                    (is_free(mark) || mark == '$')
                        && marks.next() == Some(mark)
                        && marks.next().is_some_and(|second| second != mark)
                        && first(&close) != Some(mark)
                }
            },
            ESCAPE,
        )?;
        let intent = if prefix.is_some() {
            Intent::Prefix
        } else {
            Intent::None
        };
        let near = Dialect::near_of(&open, &close);
        Ok(Syntax::of([Arc::new(Dialect {
            open: Cow::Owned(open),
            close: Cow::Owned(close),
            prefix: prefix.map(Cow::Owned),
            kind: ReferenceKind::Secret,
            bare,
            identifiers: false,
            escape,
            extras: true,
            intent,
            comments: false,
            near,
        })]))
    }
}

const MARKS: &str = "a mark has 1 to 32 bytes without white space, and does not begin with a \
                     letter, a digit or one of _ . - | : ! \\";
const PREFIX: &str = "a prefix has 1 to 32 bytes without white space, ends with no letter, digit \
                      or \"_\", and does not begin as a mark does";
const ESCAPE: &str = "an escape is ASCII punctuation, but none of _ . - | @ < > { }, and begins \
                      neither the closing mark nor the prefix";

fn check(holds: bool, rule: &'static str) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidInput, rule))
    }
}

fn first(text: &str) -> Option<char> {
    text.chars().next()
}

fn is_visible(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn is_mark(mark: &str) -> bool {
    is_visible(mark)
        && mark
            .bytes()
            .next()
            .is_some_and(|byte| !is_name(byte) && !is_space(byte) && !b"|:!\\".contains(&byte))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(open: &str, close: &str, prefix: &str, escape: Escape) -> bool {
        let built = Syntax::builder(open, close)
            .secret_prefix(prefix)
            .escape(escape)
            .build();
        if let Err(error) = &built {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        built.is_ok()
    }

    #[test]
    fn what_can_be_read_in_one_way_only_is_built() {
        for (open, close, prefix) in [
            ("${{", "}}", "secrets."),
            ("@@", "@@", "secret:"),
            ("§§", "§", "s/"),
            ("<|secret|>", "<|secret|>", "$."),
        ] {
            for escape in [
                Escape::None,
                Escape::After('!'),
                Escape::Before('\\'),
                Escape::Before('^'),
            ] {
                assert!(builds(open, close, prefix, escape), "{open} {escape:?}");
            }
        }
        assert!(builds("${", "}", "s.", Escape::Before('$')));
    }

    #[test]
    fn what_could_be_read_in_two_is_refused() {
        for mark in [
            "",
            " ",
            "a b",
            "a",
            "9",
            "_x",
            ".x",
            "-x",
            "|x",
            ":x",
            "!x",
            "\\x",
            "\t",
            &"<".repeat(33),
        ] {
            assert!(
                !builds(mark, ">", "s.", Escape::None) && !builds("<", mark, "s.", Escape::None),
                "{mark:?}"
            );
        }
        for prefix in ["", "s", "s_", "s9", "<s.", ">s.", "s .", &"s.".repeat(17)] {
            assert!(!builds("<", ">", prefix, Escape::None), "{prefix:?}");
        }
        for mark in [
            'a', '9', '_', ' ', '.', '-', '|', '@', '<', '>', '{', '}', '$', 'é',
        ] {
            assert!(!builds("<", ">", "~s.", Escape::After(mark)), "{mark:?}");
        }
        assert!(
            !builds("((", "))", "s.", Escape::Before('(')),
            "the mark itself"
        );
        assert!(!builds("((", "))", "~s.", Escape::After('~')), "the prefix");
        for (open, close) in [("$", "}"), ("$$", "}"), ("{", "}"), ("${", "$}")] {
            assert!(
                !builds(open, close, "s.", Escape::Doubled('$')),
                "{open} {close}"
            );
        }
        assert!(builds("${", "}", "s.", Escape::Doubled('$')), "the control");
        assert!(
            Syntax::builder("<", ">").build().is_err(),
            "nothing to read"
        );
    }
}
