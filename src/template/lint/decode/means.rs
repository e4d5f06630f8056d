//! The meaning of a piece of a text.

/// The character that a piece stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::lint) enum Means {
    Itself,
    Character(char),
    /// This character twice, of one that looks so.
    Pair(char),
    /// An invisible character.
    Nothing,
}
