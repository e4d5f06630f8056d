//! Masked keys of an object, kept apart.

use std::collections::{HashMap, HashSet};

/// The keys of an object while it is redacted. Masked keys may become the same, or the same as a
/// key that was there; then a number is put behind them.
pub(super) struct Keys {
    taken: HashSet<String>,
    /// The numbers that were tried for each masked key. Whoever writes the document may make all
    /// keys the same, so no number is tried twice.
    numbers: HashMap<String, u64>,
}

impl Keys {
    /// Begins with the keys in which no secret is found, which stay as they are.
    pub(super) fn new(clean: impl IntoIterator<Item = String>) -> Self {
        Self {
            taken: clean.into_iter().collect(),
            numbers: HashMap::new(),
        }
    }

    /// Returns the masked key, with a number behind it if it is taken.
    pub(super) fn unique(&mut self, masked: &str) -> String {
        let number = self.numbers.entry(masked.to_owned()).or_default();
        loop {
            *number += 1;
            let key = if *number == 1 {
                masked.to_owned()
            } else {
                format!("{masked} ({number})")
            };
            if self.taken.insert(key.clone()) {
                return key;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_numbered_where_they_are_the_same() {
        let mut keys = Keys::new(["M (2)".to_owned(), "N".to_owned()]);
        let mut unique = |masked: &str| keys.unique(masked);
        assert_eq!(
            ["M", "M", "N", "M", "O"].map(&mut unique),
            ["M", "M (3)", "N (2)", "M (4)", "O"]
        );
    }
}
