//! Redaction of documents of any format.

use std::borrow::Cow;
use std::mem;

use zeroize::{Zeroize, Zeroizing};

use super::keys::Keys;
use super::redactor::Redactor;
use crate::template::{Tree, TreeNode as Node};

impl Redactor {
    /// Masks the texts and bytes of a document of any format, and the keys of its objects. A number
    /// in which a secret is found becomes a text.
    ///
    /// Keys that become the same, or the same as one that was there, have a number put behind them:
    /// no entry is lost, and a key without a secret stays as it is.
    ///
    /// ```
    /// use keyslot::template::Tree;
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let redactor = Redactor::builder()
    ///     .secret(SecretName::new("TOKEN")?, "t0ken-of-ada")
    ///     .build()?;
    /// let mut output = Tree::of(&["401 for t0ken-of-ada", "200"])?;
    /// redactor.redact_tree(&mut output);
    /// assert_eq!(
    ///     output.to::<Vec<String>>()?,
    ///     ["401 for <<$secret.TOKEN>>", "200"]
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn redact_tree(&self, document: &mut Tree) {
        let mut open = vec![document.root_mut()];
        while let Some(node) = open.pop() {
            if let Some(masked) = self.masked_number(node) {
                *node = Node::Text(masked);
            }
            match node {
                Node::Text(text) => {
                    if let Cow::Owned(masked) = self.redact(text) {
                        text.zeroize();
                        *text = masked;
                    }
                }
                Node::Bytes(bytes) => {
                    if let Cow::Owned(masked) = self.redact_bytes(bytes) {
                        bytes.zeroize();
                        *bytes = masked;
                    }
                }
                Node::Some(inner) => open.push(inner),
                Node::List(items) => open.extend(items),
                Node::Object(entries) => {
                    self.redact_tree_keys(entries);
                    for (key, value) in entries {
                        // A key that is itself a list or an object holds texts, too.
                        if !is_plain(key) {
                            open.push(key);
                        }
                        open.push(value);
                    }
                }
                _ => {}
            }
        }
    }

    /// Masks the keys that are texts or numbers.
    fn redact_tree_keys(&self, entries: &mut [(Node, Node)]) {
        let masked: Vec<Option<String>> = entries.iter().map(|(key, _)| self.masked(key)).collect();
        if masked.iter().all(Option::is_none) {
            return;
        }
        let clean = entries.iter().zip(&masked);
        let clean = clean.filter(|(_, masked)| masked.is_none());
        let mut keys = Keys::new(clean.filter_map(|((key, _), _)| text_of(key)));
        for ((key, _), masked) in entries.iter_mut().zip(masked) {
            let Some(masked) = masked else { continue };
            if let Node::Text(old) = mem::replace(key, Node::Text(keys.unique(&masked))) {
                drop(Zeroizing::new(old));
            }
        }
    }

    /// Returns the masked text of a key in which a secret is found.
    fn masked(&self, key: &Node) -> Option<String> {
        match key {
            Node::Text(text) => match self.redact(text) {
                Cow::Owned(masked) => Some(masked),
                Cow::Borrowed(_) => None,
            },
            _ => self.masked_number(key),
        }
    }

    /// Returns the masked digits of a number in which a secret is found.
    fn masked_number(&self, number: &Node) -> Option<String> {
        let writings = [digits(number), with_point(number)].map(|one| one.map(Zeroizing::new));
        // A number is not a text that somebody cut off.
        let mut masked = (writings.iter().flatten()).map(|digits| self.redact_whole(digits));
        masked.find_map(|masked| match masked {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        })
    }
}

/// Returns false for keys that hold other nodes, or bytes.
fn is_plain(key: &Node) -> bool {
    !matches!(
        key,
        Node::Some(_) | Node::Bytes(_) | Node::List(_) | Node::Object(_)
    )
}

/// Returns the text or digits of a key.
fn text_of(key: &Node) -> Option<String> {
    match key {
        Node::Text(text) => Some(text.clone()),
        _ => digits(key),
    }
}

fn digits(number: &Node) -> Option<String> {
    match number {
        Node::I64(number) => Some(number.to_string()),
        Node::U64(number) => Some(number.to_string()),
        Node::I128(number) => Some(number.to_string()),
        Node::U128(number) => Some(number.to_string()),
        Node::F32(number) => Some(number.to_string()),
        Node::F64(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns a float with `.0` behind a whole number, and with an exponent where it is long.
fn with_point(number: &Node) -> Option<String> {
    match number {
        Node::F32(number) => Some(format!("{number:?}")),
        Node::F64(number) => Some(format!("{number:?}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::name::SecretName;

    fn redactor() -> Redactor {
        let name = |name| SecretName::new(name).unwrap();
        Redactor::builder()
            .secret(name("TOKEN"), "t0ken-of-ada")
            .secret(name("ACCOUNT"), "4716108999716531")
            .build()
            .unwrap()
    }

    fn redacted(document: &Value) -> Value {
        let mut tree = Tree::of(document).unwrap();
        redactor().redact_tree(&mut tree);
        tree.to().unwrap()
    }

    #[test]
    fn masks_texts_numbers_and_keys_at_every_depth() {
        let document = json!({
            "paid": 4_716_108_999_716_531_u64, "sum": 12.5, "done": true, "none": null,
            "list": ["of t0ken-of-ada", {"t0ken-of-ada": [[], "clean"]}],
        });
        assert_eq!(
            redacted(&document),
            json!({
                "paid": "<<$secret.ACCOUNT>>", "sum": 12.5, "done": true, "none": null,
                "list": ["of <<$secret.TOKEN>>", {"<<$secret.TOKEN>>": [[], "clean"]}],
            })
        );
        let clean = json!({"a": ["b", 1, null], "c": {}});
        assert_eq!(redacted(&clean), clean);
    }

    #[test]
    fn keeps_entries_whose_keys_become_the_same() {
        let document = json!({
            "t0ken-of-ada": 1, "<<$secret.TOKEN>>": 2, "<<$secret.TOKEN>> (3)": 3,
            "dDBrZW4tb2YtYWRh": 4, "x": 5,
        });
        let mut values: Vec<u64> = Vec::new();
        let Value::Object(entries) = redacted(&document) else {
            panic!()
        };
        values.extend(entries.values().filter_map(Value::as_u64));
        values.sort_unstable();
        assert_eq!(values, [1, 2, 3, 4, 5]);
        assert_eq!(
            (
                &entries["<<$secret.TOKEN>>"],
                &entries["<<$secret.TOKEN>> (3)"]
            ),
            (&2.into(), &3.into())
        );
        assert!(!Value::Object(entries).to_string().contains("t0ken"));
    }

    struct Bytes;
    impl serde::Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"\xff t0ken-of-ada")
        }
    }

    #[test]
    fn masks_keys_that_are_numbers_and_bytes() {
        let numbers = BTreeMap::from([(4_716_108_999_716_531_u64, "t0ken-of-ada"), (7, "x")]);
        let mut tree = Tree::of(&numbers).unwrap();
        redactor().redact_tree(&mut tree);
        assert_eq!(
            serde_json::to_value(&tree).unwrap(),
            json!({"7": "x", "<<$secret.ACCOUNT>>": "<<$secret.TOKEN>>"})
        );

        let mut tree = Tree::of(&Some(Bytes)).unwrap();
        redactor().redact_tree(&mut tree);
        assert!(
            matches!(tree.root_mut(), Node::Bytes(bytes) if bytes == b"\xff <<$secret.TOKEN>>")
        );
    }

    /// Both redactions follow the same rules: a document of JSON is masked alike.
    #[cfg(feature = "json")]
    #[test]
    fn agrees_with_the_redaction_of_json() {
        for document in [
            json!("t0ken-of-ada"),
            json!({"a": {
                "t0ken-of-ada": "t0ken-of-ada",
                "<<$secret.TOKEN>>": [1.5, 4_716_108_999_716_531_u64],
            }}),
            json!([{"t0ken-of-ada": 1, "dDBrZW4tb2YtYWRh": 2, "<<$secret.TOKEN>> (2)": 3}]),
        ] {
            let mut expected = document.clone();
            redactor().redact_json(&mut expected);
            assert_eq!(redacted(&document), expected);
        }
    }
}
