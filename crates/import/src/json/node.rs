//! A value of JSON.

use keyslot::secrecy::SecretString;

/// A value of JSON, with its place in the text.
pub(super) struct Node<'t> {
    pub(super) at: usize,
    pub(super) value: Value<'t>,
}

/// The kinds of values.
pub(super) enum Value<'t> {
    /// A string, decoded.
    Text(SecretString),
    /// A number, `true` or `false`, as it is written.
    Word(&'t str),
    /// `null`.
    Null,
    /// A list.
    List(Vec<Node<'t>>),
    /// An object.
    Object(Vec<Member<'t>>),
}

/// A member of an object.
pub(super) struct Member<'t> {
    /// Its key, decoded.
    pub(super) key: String,
    /// The place of the key.
    pub(super) at: usize,
    /// Its value.
    pub(super) node: Node<'t>,
}
