//! Values of a vault in documents.

use super::findings::Findings;
use super::literal::Literal;
use super::redactor::Redactor;
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::target::Target;
use crate::template::Resolvable;
use crate::vault::{ScopedVault, Unusable};

/// The secrets whose values are looked for at once.
const PART: usize = 64;

impl ScopedVault {
    /// Finds the strings of a document that are a value of this scope or those above it, or have
    /// one in them, and says which placeholder would stand there: for configs that were written
    /// before there was a vault.
    ///
    /// It finds what [`Redactor::find`] finds with the [redactor](ScopedVault::redactor) of all
    /// names that resolve in this scope, and the same permissions decide: with
    /// [`REDACT`](crate::Permissions::REDACT) the kept versions of all secrets, with
    /// [`USE`](crate::Permissions::USE) alone the newest ones that a resolve could use now; the
    /// others are left out. [`READ`](crate::Permissions::READ) is needed for the names: without it
    /// nothing is found. Whoever may ask can test guesses of whole values, as with a redactor.
    ///
    /// Opens all these values, 64 secrets at a time, so it costs time in proportion to the secrets
    /// and, for each 64 of them, to the document. May block as a resolve does.
    ///
    /// ```
    /// use keyslot::template::Tree;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_4eC39HqLyjWD")?;
    /// let config = Tree::of(&["sk_live_4eC39HqLyjWD", "eu-central"])?;
    /// let found = project.find_values(&config)?;
    /// assert_eq!(found.len(), 1);
    /// assert_eq!((found[0].pointer.as_str(), found[0].is_whole), ("/0", true));
    /// assert_eq!(found[0].replacement, "<<$secret.STRIPE_KEY>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) for a document that is nested too deep, and for a secret
    /// that is too much for a redactor by itself; [`Corrupt`](ErrorKind::Corrupt) and
    /// [`Tampered`](ErrorKind::Tampered) for stored secrets that are damaged; or why the store
    /// cannot be read.
    pub fn find_values<I: Resolvable + Copy>(&self, document: I) -> Result<Vec<Literal>> {
        let mut names = Vec::new();
        for listed in self.list().inherited() {
            let listed = listed?;
            if listed.shadowed_by.is_none() {
                names.push(listed.info.name);
            }
        }
        let mut found = Findings::default();
        let mut parts: Vec<&[SecretName]> = names.chunks(PART).rev().collect();
        while let Some(part) = parts.pop() {
            match self.redactor_of_part(part) {
                Ok(redactor) => found.add(&redactor, document)?,
                // Many versions, or many parts of them: fewer secrets at once.
                Err(error) if error.kind() == ErrorKind::TooLarge && part.len() > 1 => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Err(error) => return Err(error),
            }
        }
        found.into_literals(document)
    }

    /// A redactor of the secrets that are not left out.
    fn redactor_of_part(&self, names: &[SecretName]) -> Result<Redactor> {
        let hidden = self.hidden(&Target::unspecified(), names, Unusable::LeftOut)?;
        Redactor::builder().hidden(names, hidden).build()
    }
}
