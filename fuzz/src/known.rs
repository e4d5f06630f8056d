//! Syntaxes of which one knows more than the engine does: their marks and rules as data.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex};

use keyslot::template::{BareNames, Engine, Escape as Mark};

use crate::dialect::{BUILT, Bare, Dialect, Escape, Profile};
use crate::profile;
use crate::rules::Rules;

pub struct Known {
    pub(crate) profile: Profile,
    /// The pieces that its texts are made of.
    pub pieces: Vec<String>,
    /// True if no mark has a character that something else within a placeholder has.
    pub(crate) is_regular: bool,
}

static PROFILES: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let profiles = profile::single().into_iter().chain(profile::combined());
    profiles.map(|profile| Known::new(profile, true)).collect()
});

/// The profile that a byte selects: `a` the first of all.
pub fn profile(select: u8) -> &'static Known {
    &PROFILES[usize::from(select.wrapping_sub(b'a')) % PROFILES.len()]
}

impl Known {
    fn new(profile: Profile, is_regular: bool) -> Self {
        let marks = profile
            .dialects
            .iter()
            .flat_map(|dialect| [Some(dialect.open), Some(dialect.close), dialect.prefix]);
        let mut pieces: Vec<String> = marks.flatten().map(str::to_owned).collect();
        pieces.extend(
            profile
                .examples
                .iter()
                .chain(&profile.parts)
                .chain(&profile.few)
                .cloned(),
        );
        pieces.extend(COMMON.map(str::to_owned));
        Self {
            profile,
            pieces,
            is_regular,
        }
    }

    /// The syntax of some rules, if they can be built.
    pub fn built(rules: &Rules<'_>) -> Option<Self> {
        let bare = match rules.bare {
            Some(BareNames::Identifier) => Bare::Identifier,
            Some(BareNames::Upper) => Bare::Upper,
            _ => Bare::None,
        };
        let escape = match rules.escape {
            Mark::After(mark) => Escape::After(mark),
            Mark::Before(mark) => Escape::Before(mark),
            Mark::Doubled(mark) => Escape::Doubled(mark),
            _ => Escape::None,
        };
        let prefix = match rules.prefix {
            Some(prefix) => Some(lasting(prefix)?),
            None => None,
        };
        let dialect = Dialect {
            open: lasting(rules.open)?,
            close: lasting(rules.close)?,
            prefix,
            bare,
            escape,
            ..BUILT
        };
        Some(Self::new(Profile::built("built", dialect).ok()?, false))
    }

    /// Both in one scan, this one first.
    pub fn and(&self, other: &Self) -> Self {
        Self::new(
            self.profile.clone().and(other.profile.clone()),
            self.is_regular && other.is_regular,
        )
    }

    pub fn engine(&self) -> Engine {
        Engine::new().syntax(self.profile.syntax.clone())
    }

    /// Returns true if nothing of a text can be more than text: there is no opening mark in it, and
    /// it is no reference as a whole.
    pub fn is_plainly_text(&self, text: &str) -> bool {
        let Profile {
            uri,
            julep,
            dialects,
            ..
        } = &self.profile;
        let is_whole =
            (*uri && text.starts_with("secret://")) || (*julep && text.starts_with("$ "));
        let opens = |dialect: &Dialect| {
            let doubled = match dialect.escape {
                Escape::Doubled(mark) => text.contains(&mark.to_string().repeat(2)),
                _ => false,
            };
            doubled || text.contains(dialect.open)
        };
        !is_whole && !dialects.iter().any(opens)
    }

    /// A placeholder as text, with the mark of an escape so many times. `None` where there is no
    /// way, where two dialects share the mark, so that one cannot know whose it is, and where the
    /// closing mark of what became text would open the next.
    pub fn as_text(&self, placeholder: &str, times: usize) -> Option<String> {
        let opens = self
            .profile
            .dialects
            .iter()
            .filter(|dialect| placeholder.starts_with(dialect.open));
        let longest = opens.clone().map(|dialect| dialect.open.len()).max()?;
        let mut opens = opens.filter(|dialect| dialect.open.len() == longest);
        let (dialect, None) = (opens.next()?, opens.next()) else {
            return None;
        };
        let (open, rest) = placeholder.split_at(longest);
        if open
            .chars()
            .next()
            .is_some_and(|first| dialect.close.contains(first))
        {
            return None;
        }
        match dialect.escape {
            Escape::After(mark) => Some(format!("{open}{}{rest}", mark.to_string().repeat(times))),
            Escape::Before(mark) | Escape::Doubled(mark) if times == 1 => {
                Some(format!("{mark}{open}{rest}"))
            }
            // Two marks before an opening mark are one, and a placeholder.
            Escape::None | Escape::Before(_) | Escape::Doubled(_) => None,
        }
    }

    /// The placeholder at the beginning of a text, and from it what stands behind the name if there
    /// are filters.
    pub(crate) fn written<'t>(&self, text: &'t str) -> (&'t str, &'t str) {
        let opens = self
            .profile
            .dialects
            .iter()
            .filter(|dialect| text.starts_with(dialect.open));
        let Some(dialect) = opens.max_by_key(|dialect| dialect.open.len()) else {
            return (text, "");
        };
        let body = dialect.open.len();
        if dialect.close.is_empty() {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = text[body..].find(|c| !is_word(c));
            return (
                &text[..length.map_or(text.len(), |length| body + length)],
                "",
            );
        }
        // Nothing in a placeholder holds its closing mark, and one of a dialect without filters
        // holds no bar.
        let close = body
            + text[body..]
                .find(dialect.close)
                .expect("a placeholder is closed");
        (&text[..close + dialect.close.len()], &text[body..close])
    }
}

/// Parts of every grammar, and parts of none.
pub const COMMON: [&str; 22] = [
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "A",
    "a",
    "0",
    "_",
    "N",
    "My Key",
    "@3",
    "@0",
    "|trim",
    " | base64",
    "|get:/a",
    "|get:/b/0",
    "|number",
    "|json_value",
    "|upper",
    "é",
    "AKIAIOSFODNN7EXAMPLE",
];

/// A mark that lasts as long as the process, as the marks of the profiles do; `None` when there
/// were very many.
fn lasting(mark: &str) -> Option<&'static str> {
    static MARKS: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut marks = MARKS.lock().expect("nobody panics with it");
    if let Some(known) = marks.get(mark) {
        return Some(known);
    }
    if marks.len() == 1 << 18 || mark.len() > 32 {
        return None;
    }
    let mark = mark.to_owned().leak();
    marks.insert(mark);
    Some(mark)
}
