//! Redaction of JSON as text.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::keys::Keys;
use super::redactor::Redactor;
use crate::template::{JsonNode as Node, JsonSpan as Span, JsonText, Replacement};

/// Masked strings, each with the place that it takes.
type Masked = Vec<(Span, Replacement)>;

impl Redactor {
    /// Masks the strings of a JSON text and the keys of its objects; all else is as it was, byte
    /// for byte. A number in which a secret is found becomes a string. A text without secrets is
    /// borrowed.
    ///
    /// Keys that become the same, or the same as one that was there, have a number put behind them:
    /// no entry is lost, and a key without a secret stays as it is.
    ///
    /// ```
    /// use keyslot::template::JsonText;
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let redactor = Redactor::builder()
    ///     .secret(SecretName::new("TOKEN")?, "t0ken-of-ada")
    ///     .build()?;
    /// let output = JsonText::parse(r#"{"z": 1.50, "a": "401 for t0ken-of-ada"}"#)?;
    /// assert_eq!(
    ///     redactor.redact_json_text(&output),
    ///     r#"{"z": 1.50, "a": "401 for <<$secret.TOKEN>>"}"#
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn redact_json_text<'t>(&self, document: &'t JsonText) -> Cow<'t, str> {
        let mut masked = Masked::new();
        self.mask_node(document.as_str(), document.node(), &mut masked);
        if masked.is_empty() {
            return Cow::Borrowed(document.as_str());
        }
        Cow::Owned(document.spliced(&masked, &mut |_| {}))
    }

    /// Masks a value. It is nested as deep as documents may be, at most.
    fn mask_node(&self, json: &str, node: &Node, masked: &mut Masked) {
        match node {
            Node::Text(string) => {
                if let Cow::Owned(mask) = self.redact(&string.text) {
                    masked.push((string.span, text(mask)));
                }
            }
            Node::Number(span) => {
                // A number is not a text that somebody cut off.
                let digits = json.get(span.range()).unwrap_or_default();
                if let Cow::Owned(mask) = self.redact_whole(digits) {
                    masked.push((*span, text(mask)));
                }
            }
            Node::List(items) => {
                for item in items {
                    self.mask_node(json, item, masked);
                }
            }
            Node::Object(entries) => {
                let keys: Vec<&str> = entries.iter().map(|(key, _)| &*key.text).collect();
                let mut keys = self.masked_keys(&keys).into_iter();
                for (key, entry) in entries {
                    if let Some(mask) = keys.next().flatten() {
                        masked.push((key.span, text(mask)));
                    }
                    self.mask_node(json, entry, masked);
                }
            }
            Node::Null | Node::Bool(_) => {}
        }
    }

    /// Returns for each key of an object the one that takes its place, if it holds a secret.
    fn masked_keys(&self, keys: &[&str]) -> Vec<Option<String>> {
        let mut masked: Vec<Option<String>> = keys
            .iter()
            .map(|key| match self.redact(key) {
                Cow::Owned(masked) => Some(masked),
                Cow::Borrowed(_) => None,
            })
            .collect();
        if masked.iter().any(Option::is_some) {
            let clean = keys.iter().zip(&masked);
            let clean = clean.filter(|(_, masked)| masked.is_none());
            let mut unique = Keys::new(clean.map(|(key, _)| (*key).to_owned()));
            for masked in masked.iter_mut().flatten() {
                *masked = unique.unique(masked);
            }
        }
        masked
    }
}

fn text(mask: String) -> Replacement {
    Replacement::Text(Zeroizing::new(mask))
}
