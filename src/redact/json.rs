//! Redacting JSON documents.

use std::borrow::Cow;
use std::mem;

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::keys::Keys;
use super::redactor::Redactor;

impl Redactor {
    /// Masks the strings of a document and the keys of its objects. A number in which a secret is
    /// found becomes a string.
    ///
    /// Keys that become the same, or the same as one that was there, have a number put behind them:
    /// no entry is lost, and what held no secret keeps its key.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    /// use serde_json::json;
    ///
    /// let redactor = Redactor::builder()
    ///     .secret(SecretName::new("ACCOUNT")?, "4716108999716531")
    ///     .build()?;
    /// let mut output =
    ///     json!({"paid": 4716108999716531_u64, "4716108999716531": ["of 4716108999716531", 12]});
    /// redactor.redact_json(&mut output);
    /// let expected = json!({
    ///     "paid": "<<$secret.ACCOUNT>>",
    ///     "<<$secret.ACCOUNT>>": ["of <<$secret.ACCOUNT>>", 12],
    /// });
    /// assert_eq!(output, expected);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn redact_json(&self, document: &mut Value) {
        // No recursion: the output of a tool may be nested deeply.
        let mut open = vec![document];
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => {
                    if let Cow::Owned(masked) = self.redact(text) {
                        text.zeroize();
                        *text = masked;
                    }
                }
                Value::Number(number) => {
                    let digits = Zeroizing::new(number.to_string());
                    // A number is not a text that somebody cut off.
                    if let Cow::Owned(masked) = self.redact_whole(&digits) {
                        *value = Value::String(masked);
                    }
                }
                Value::Array(items) => open.extend(items),
                Value::Object(entries) => {
                    self.redact_keys(entries);
                    open.extend(entries.values_mut());
                }
                Value::Null | Value::Bool(_) => {}
            }
        }
    }

    fn redact_keys(&self, entries: &mut Map<String, Value>) {
        let masked = |key: &String| match self.redact(key) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        };
        let masked: Vec<Option<String>> = entries.keys().map(masked).collect();
        if masked.iter().all(Option::is_none) {
            return;
        }
        let clean = entries.keys().zip(&masked);
        let clean = clean.filter(|(_, masked)| masked.is_none());
        let mut keys = Keys::new(clean.map(|(key, _)| key.clone()));
        let renamed = mem::take(entries)
            .into_iter()
            .zip(masked)
            .map(|((key, value), masked)| {
                let Some(masked) = masked else {
                    return (key, value);
                };
                drop(Zeroizing::new(key));
                (keys.unique(&masked), value)
            });
        *entries = renamed.collect();
    }
}
