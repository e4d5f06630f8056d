//! Values in documents, where placeholders should stand.

use super::literal::Literal;
use super::redactor::Redactor;
use super::span::{Span, all_references};
use super::variants::Variant;
use crate::error::Result;
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
        let mut literals = Vec::new();
        document.each_text(&mut |text| literals.extend(self.find_in(text)))?;
        Ok(literals)
    }

    fn find_in(&self, text: &InputText<'_>) -> Option<Literal> {
        let spans = self.spans(text.text);
        if spans.is_empty() {
            return None;
        }
        Some(Literal {
            pointer: text.pointer(|key| self.redact_whole(key)),
            is_key: text.is_key,
            is_whole: spans.iter().any(|span| span.is_all_of(text.text)),
            replacement: self.redact_whole(text.text).into_owned(),
            references: all_references(spans),
        })
    }

    /// The parts of a text that are values, in its order.
    pub(super) fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        for found in self.table().searcher().matches(text.as_bytes()) {
            let claims = self.table().claims(found.pattern);
            let (mut references, mut is_value) = (Vec::new(), false);
            for claim in claims {
                references.extend(self.table().reference(claim.owner).cloned());
                is_value |= claim.variant == Variant::Value;
            }
            Span::new(found.start..found.end, references, is_value).follow(&mut spans);
        }
        spans
    }
}
