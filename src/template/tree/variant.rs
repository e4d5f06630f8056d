//! The variant of an enum that a list or object is in.

use super::node::Node;
use super::refusal::Refusal;

/// A variant, or none: what is in it is the only entry of an object.
#[derive(Clone, Copy)]
pub(super) struct Variant(Option<&'static str>);

impl Variant {
    pub(super) const NONE: Self = Self(None);

    pub(super) fn of(name: &'static str) -> Self {
        Self(Some(name))
    }

    pub(super) fn is_some(self) -> bool {
        self.0.is_some()
    }

    pub(super) fn around(self, node: Node) -> Node {
        match self.0 {
            Some(name) => Node::Object(vec![(Node::Text(name.to_owned()), node)]),
            None => node,
        }
    }

    /// Adds the variant to the way to what was refused.
    pub(super) fn within(self, refusal: Refusal) -> Refusal {
        match self.0 {
            Some(name) => refusal.within(|| name.to_owned()),
            None => refusal,
        }
    }
}
