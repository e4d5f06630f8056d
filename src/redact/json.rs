//! Redacting JSON documents.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;

use serde_json::{Map, Value};

use super::redactor::Redactor;

impl Redactor {
    /// Masks the strings of a document and the keys of its objects. A number in which a secret is found becomes a string.
    ///
    /// Keys that become the same, or the same as one that was there, have a number put behind them: no entry is lost, and what
    /// held no secret keeps its key.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    /// use serde_json::json;
    ///
    /// let redactor = Redactor::builder().secret(SecretName::new("ACCOUNT")?, "4716108999716531").build()?;
    /// let mut output = json!({"paid": 4716108999716531_u64, "4716108999716531": ["of 4716108999716531", 12]});
    /// redactor.redact_json(&mut output);
    /// assert_eq!(output, json!({"paid": "<<$secret.ACCOUNT>>", "<<$secret.ACCOUNT>>": ["of <<$secret.ACCOUNT>>", 12]}));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn redact_json(&self, document: &mut Value) {
        // No recursion: how deep the output of a tool is, is for the tool to say.
        let mut open = vec![document];
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => {
                    if let Cow::Owned(masked) = self.redact(text) {
                        zeroize::Zeroize::zeroize(text);
                        *text = masked;
                    }
                }
                Value::Number(number) => {
                    if let Cow::Owned(masked) = self.redact(&number.to_string()) {
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
        let is_clean = |key: &String| matches!(self.redact(key), Cow::Borrowed(_));
        if entries.keys().all(is_clean) {
            return;
        }
        let mut taken: HashSet<String> = entries.keys().filter(|key| is_clean(key)).cloned().collect();
        let renamed = mem::take(entries).into_iter().map(|(key, value)| {
            let Cow::Owned(masked) = self.redact(&key) else { return (key, value) };
            drop(zeroize::Zeroizing::new(key));
            let numbered = (2_u64..).map(|number| format!("{masked} ({number})"));
            let free = std::iter::once(masked.clone()).chain(numbered).find(|key| !taken.contains(key));
            let key = free.unwrap_or(masked);
            taken.insert(key.clone());
            (key, value)
        });
        *entries = renamed.collect();
    }
}
