//! What stands in the place of a secret.

use std::sync::Arc;

use super::variants::Variant;
use crate::reference::Reference;
use crate::template::Syntax;

/// What stands in the place of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mask {
    /// The placeholder of the secret, so that whoever reads the text may go on using it. Where secrets overlap, and where two
    /// have the same value, the placeholders of all, one behind the other.
    #[default]
    Placeholder,
    /// `***`, which does not tell which secret it was.
    Stars,
}

/// Writes a mask of the host.
pub(super) type Write = dyn Fn(&[&Reference], Variant) -> String + Send + Sync;

#[derive(Clone)]
pub(super) enum Masking {
    Fixed(Mask),
    Syntax(Syntax),
    Custom(Arc<Write>),
}
