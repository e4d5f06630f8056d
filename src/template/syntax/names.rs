//! Syntaxes by the names of their presets.

use std::str::FromStr;

use super::syntax::Syntax;
use crate::error::{Error, ErrorKind, Result};

/// Longest text that is read: all names, with spaces.
const MAX_LEN: usize = 256;

/// Makes the syntax of a preset.
type Preset = fn() -> Syntax;

impl Syntax {
    /// The presets that need nothing else, by the names of their functions.
    const PRESETS: [(&'static str, Preset); 9] = [
        ("angle", Self::angle),
        ("mustache", Self::mustache),
        ("julep", Self::julep),
        ("uri", Self::uri),
        ("bookmark", Self::bookmark),
        ("dollar", Self::dollar),
        ("dollar_names", Self::dollar_names),
        ("vscode", Self::vscode),
        ("github", Self::github),
    ];
}

/// Reads the name of a preset, such as `mustache`, or several with `|` between them, which are
/// joined as [`and`](Syntax::and) does: for hosts that have it in a config.
///
/// ```
/// use keyslot::template::{Engine, Syntax};
///
/// let engine = Engine::new().syntax("mustache | uri".parse::<Syntax>()?);
/// assert_eq!(engine.compile("{{USER}}")?.render(&["ada"])?, "ada");
/// # Ok::<(), keyslot::Error>(())
/// ```
impl FromStr for Syntax {
    type Err = Error;

    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for any other text, which is not repeated.
    fn from_str(text: &str) -> Result<Self> {
        let preset = |name: &str| {
            let known = Self::PRESETS
                .iter()
                .find(|(known, _)| *known == name.trim());
            known.map(|(_, make)| make())
        };
        let mut names = text.split('|').map(preset);
        let first = names.next().flatten().filter(|_| text.len() <= MAX_LEN);
        let joined = first.and_then(|first| names.try_fold(first, |all, one| Some(all.and(one?))));
        joined.ok_or_else(|| {
            let names: Vec<&str> = Self::PRESETS.iter().map(|(name, _)| *name).collect();
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "a syntax is some of {} with | between them",
                    names.join(", ")
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dialects of a syntax, as far as `Debug` shows them.
    fn shown(syntax: &Syntax) -> String {
        format!("{syntax:?}")
    }

    #[test]
    fn every_preset_has_its_name() {
        for (name, make) in Syntax::PRESETS {
            assert_eq!(shown(&name.parse().unwrap()), shown(&make()), "{name}");
        }
        assert_ne!(shown(&Syntax::angle()), shown(&Syntax::mustache()));
    }

    #[test]
    fn names_are_joined_in_their_order() {
        let both: Syntax = " mustache |angle ".parse().unwrap();
        assert_eq!(
            shown(&both),
            shown(&Syntax::mustache().and(Syntax::angle()))
        );
        let other: Syntax = "angle|mustache".parse().unwrap();
        assert_ne!(shown(&both), shown(&other));
    }

    #[test]
    fn other_text_is_refused_and_not_repeated() {
        let long = "angle|".repeat(50) + "angle";
        for text in [
            "",
            " ",
            "|",
            "angle|",
            "|angle",
            "Angle",
            "canary",
            "angle, uri",
            &long,
        ] {
            let error = text.parse::<Syntax>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
            assert!(!error.to_string().contains("canary"));
        }
    }
}
