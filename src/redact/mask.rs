//! Replacements of secrets.

use std::sync::Arc;

use super::pattern::Claim;
use super::table::Table;
use super::variants::Variant;
use crate::reference::Reference;
use crate::template::Syntax;

/// The replacement of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mask {
    /// The placeholder of the secret, so that whoever reads the text may go on using it. Where
    /// secrets overlap, and where two have the same value, the placeholders of all, one behind the
    /// other.
    #[default]
    Placeholder,
    /// `***`, which does not tell which secret it was.
    Stars,
}

/// Writes a mask of the host.
pub(super) type Write = dyn Fn(&[&Reference], Variant) -> String + Send + Sync;

/// Way to write the replacements of secrets.
#[derive(Clone)]
pub(super) enum Masking {
    Fixed(Mask),
    Syntax(Syntax),
    Custom(Arc<Write>),
}

impl Default for Masking {
    fn default() -> Self {
        Self::Fixed(Mask::default())
    }
}

/// The patterns, and the way to write their replacements.
#[derive(Clone, Copy)]
pub(super) struct Masks<'r> {
    pub(super) table: &'r Table,
    pub(super) masking: &'r Masking,
}

impl Masks<'_> {
    /// Writes what stands in the place of secrets that overlap.
    pub(super) fn write(self, claims: &[Claim], out: &mut impl FnMut(&str)) {
        let references = claims
            .iter()
            .filter_map(|claim| self.table.reference(claim.owner));
        match self.masking {
            Masking::Fixed(Mask::Placeholder) => references.for_each(|one| out(&one.to_string())),
            Masking::Fixed(Mask::Stars) => out("***"),
            Masking::Syntax(syntax) => {
                references
                    .for_each(|one| out(&syntax.write(one).unwrap_or_else(|| one.to_string())));
            }
            Masking::Custom(write) => {
                let variant = claims.first().map_or(Variant::Value, |claim| claim.variant);
                out(&write(&references.collect::<Vec<_>>(), variant));
            }
        }
    }
}
