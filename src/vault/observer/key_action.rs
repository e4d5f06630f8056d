//! The actions on keys that events tell of.

use std::fmt;

use serde::{Serialize, Serializer};

/// Kind of a [`KeyEvent`](crate::KeyEvent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAction {
    /// An organization got a new data key.
    Rotate,
    /// Everything of an organization was moved to its newest data key.
    Rewrap,
    /// A data key that nothing uses was destroyed.
    Destroy,
    /// The data keys of an organization were destroyed, and all its secrets with them.
    Erase,
}

impl KeyAction {
    /// The name, as logs have it: `rotate` …
    ///
    /// ```
    /// use keyslot::KeyAction;
    ///
    /// assert_eq!(KeyAction::Rotate.as_str(), "rotate");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Rewrap => "rewrap",
            Self::Destroy => "destroy",
            Self::Erase => "erase",
        }
    }
}

impl fmt::Display for KeyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for KeyAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
