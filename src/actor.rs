//! Actors: the people and programs that make changes.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result, is_printable};
use crate::text::checked_text;

/// The person or program that makes a change, as the host program names it: `user:ada`,
/// `service/deploy`. The vault records it and does not check that it is true. There is no default
/// actor, and every actor has a name.
///
/// 1 to 128 bytes of text, without white space at either end. Characters that would let a name
/// forge a line of a log are refused: control characters, line separators, and those that reorder
/// or hide text. Case counts, nothing is trimmed or normalised. Cheap to clone.
///
/// ```
/// use keyslot::Actor;
///
/// let actor = Actor::new("user:ada")?;
/// assert_eq!(actor.as_str(), "user:ada");
/// assert!(Actor::new("ada\nrevoked by bob").is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(Arc<str>);

impl Actor {
    /// The longest actor, in bytes.
    pub const MAX_LEN: usize = MAX_LABEL;

    /// Checks and takes a name.
    ///
    /// ```
    /// use keyslot::{Actor, ErrorKind};
    ///
    /// assert!(Actor::new("service/deploy").is_ok());
    /// assert_eq!(Actor::new(" ada").unwrap_err().kind(), ErrorKind::InvalidInput);
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`]; the message says which rule, and does not repeat the text.
    pub fn new(name: impl AsRef<str>) -> Result<Self> {
        let name = name.as_ref();
        match label_flaw(name) {
            None => Ok(Self(name.into())),
            Some(flaw) => Err(Error::new(
                ErrorKind::InvalidInput,
                format!("an actor {flaw}"),
            )),
        }
    }

    /// Reads an actor that was stored. Only its bounds count: the list of characters may grow, and
    /// the record of a change must not become unreadable.
    pub(crate) fn stored(name: &str) -> Option<Self> {
        let is_bounded = (1..=Self::MAX_LEN).contains(&name.len());
        (is_bounded && !name.contains(char::is_control)).then(|| Self(name.into()))
    }

    /// Returns the actor as text.
    ///
    /// ```
    /// use keyslot::Actor;
    ///
    /// assert_eq!(Actor::new("service:importer")?.as_str(), "service:importer");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The longest label, in bytes.
pub(crate) const MAX_LABEL: usize = 128;

/// Returns the rule that a label breaks. A label names an actor or a tool and is shown in logs.
pub(crate) fn label_flaw(text: &str) -> Option<&'static str> {
    match text {
        "" => Some("may not be empty"),
        _ if text.len() > MAX_LABEL => Some("may have 128 bytes at most"),
        _ if text.trim().len() < text.len() => Some("may not begin or end with white space"),
        _ if !text.chars().all(is_printable) => Some(
            "may not hold control characters, line separators, or characters that reorder or hide \
             text",
        ),
        _ => None,
    }
}

checked_text!(Actor, "an actor");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_as_its_text() {
        let actor = Actor::new("service/deploy of Ada Löwe").unwrap();
        assert_eq!(
            format!("{actor} {actor:?}"),
            "service/deploy of Ada Löwe Actor(service/deploy of Ada Löwe)"
        );
        assert_eq!(
            (actor.as_ref(), String::from(actor.clone()).as_str()),
            (actor.as_str(), actor.as_str())
        );
        assert_ne!(Actor::new("Ada").unwrap(), Actor::new("ada").unwrap());
    }

    #[test]
    fn says_which_rule_is_broken() {
        let message = |name: &str| Actor::new(name).unwrap_err().to_string();
        assert_eq!(message(""), "an actor may not be empty");
        assert_eq!(
            message(&"é".repeat(65)),
            "an actor may have 128 bytes at most"
        );
        assert_eq!(
            message("ada\u{a0}"),
            "an actor may not begin or end with white space"
        );
        let characters = "an actor may not hold control characters, line separators, or characters \
                          that reorder or hide text";
        for hidden in [
            "\0", "\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{200b}", "\u{2066}",
            "\u{feff}",
        ] {
            assert_eq!(message(&format!("a{hidden}b")), characters, "{hidden:?}");
        }
        assert_eq!(
            Actor::new("é".repeat(64)).unwrap().as_str().len(),
            Actor::MAX_LEN
        );
    }

    #[test]
    fn what_was_stored_stays_readable() {
        assert_eq!(Actor::stored("user:ada"), Actor::new("user:ada").ok());
        assert_eq!(Actor::stored("a\u{200b}").unwrap().as_str(), "a\u{200b}");
        assert_eq!(
            ["", "a\nb", &"a".repeat(129)].map(Actor::stored),
            [None, None, None]
        );
    }
}
