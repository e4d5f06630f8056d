//! Values in documents, where placeholders should stand.

use std::collections::{BTreeMap, BTreeSet};

use super::literal::Literal;
use super::redactor::Redactor;
use crate::error::Result;
use crate::reference::Reference;
use crate::template::{InputText, Resolvable};

impl Redactor {
    /// Finds the strings of a document that are a value, or have one in them: of a config that
    /// should hold placeholders, for example. Keys of objects are strings too; numbers are not.
    ///
    /// It finds what [`redact`](Redactor::redact) masks, but for secrets that the end of a string
    /// truncates; [`skipped`](Redactor::skipped) lists what is not looked for. The strings come in
    /// the order of the document.
    ///
    /// ```
    /// use keyslot::template::Tree;
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let redactor = Redactor::builder()
    ///     .secret(SecretName::new("TOKEN")?, "t0ken-of-ada")
    ///     .build()?;
    /// let config = Tree::of(&["Bearer t0ken-of-ada", "https://api.example"])?;
    /// let found = redactor.find(&config)?;
    /// assert_eq!(found.len(), 1);
    /// assert_eq!((found[0].pointer.as_str(), found[0].is_whole), ("/0", false));
    /// assert_eq!(found[0].replacement, "Bearer <<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](crate::ErrorKind::TooLarge) for a document that is nested too deep.
    pub fn find<I: Resolvable>(&self, document: I) -> Result<Vec<Literal>> {
        let mut found = Findings::default();
        self.find_more(document, &mut found)?;
        Ok(found.into_literals())
    }

    /// Adds what this redactor finds to what others, which have other secrets, found in the same
    /// document.
    pub(super) fn find_more<I: Resolvable>(&self, document: I, found: &mut Findings) -> Result<()> {
        let mut number = 0;
        document.each_text(&mut |text| {
            self.find_in(text, number, found);
            number += 1;
        })
    }

    fn find_in(&self, text: &InputText<'_>, number: usize, found: &mut Findings) {
        let Some((references, is_whole)) = self.secrets_in(text.text) else {
            return;
        };
        let literal = found.0.entry(number).or_insert_with(|| Literal {
            pointer: text.pointer(|key| self.redact_whole(key)),
            is_key: text.is_key,
            is_whole: false,
            references: Vec::new(),
            replacement: text.text.to_owned(),
        });
        literal.is_whole |= is_whole;
        literal.replacement = self.redact_whole(&literal.replacement).into_owned();
        literal.references.extend(references);
    }

    /// The secrets in a text, each once, in its order; and true if it is nothing but one of them.
    fn secrets_in(&self, text: &str) -> Option<(Vec<Reference>, bool)> {
        let (mut owners, mut references) = (BTreeSet::new(), Vec::new());
        let (mut end, mut is_whole) = (0, false);
        for found in self.table().searcher().matches(text.as_bytes()) {
            // What lies within another match is part of it.
            if found.end <= end {
                continue;
            }
            (is_whole, end) = (found.start == 0 && found.end == text.len(), found.end);
            for claim in self.table().claims(found.pattern) {
                if owners.insert(claim.owner) {
                    references.extend(self.table().reference(claim.owner).cloned());
                }
            }
        }
        (end > 0).then_some((references, is_whole))
    }
}

/// The strings in which values were found, by their numbers.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<usize, Literal>);

impl Findings {
    pub(super) fn into_literals(self) -> Vec<Literal> {
        self.0.into_values().collect()
    }
}
