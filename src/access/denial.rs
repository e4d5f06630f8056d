//! Refusal of a target by access rules.

/// Most bytes of the list of what is allowed, besides its first entry.
const MAX_LIST: usize = 200;

/// The reason why rules refuse a target, and what they allow instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    /// The reason, to be said behind "secret NAME".
    pub(crate) what: &'static str,
    /// The list of what is allowed, for the holder of the handle.
    pub(crate) allowed: Option<String>,
}

impl From<&'static str> for Denial {
    fn from(what: &'static str) -> Self {
        Self {
            what,
            allowed: None,
        }
    }
}

impl Denial {
    /// Adds the texts of the rules, or as many of them as fit into 200 bytes, one at least.
    pub(super) fn but<'r>(what: &'static str, rules: impl IntoIterator<Item = &'r str>) -> Self {
        let mut rules = rules.into_iter();
        let mut list = rules.next().unwrap_or_default().to_owned();
        let mut unlisted = 0;
        for rule in rules {
            if unlisted == 0 && list.len() + ", ".len() + rule.len() <= MAX_LIST {
                list.push_str(", ");
                list.push_str(rule);
            } else {
                unlisted += 1;
            }
        }
        if unlisted > 0 {
            list = format!("{list} and {unlisted} more");
        }
        Self {
            what,
            allowed: Some(list),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_what_fits() {
        let list = |rules: &[&str]| Denial::but("no", rules.iter().copied()).allowed.unwrap();
        assert_eq!(list(&["a", "b*", "c"]), "a, b*, c");
        let long = "x".repeat(99);
        assert_eq!(list(&[&long, &long]), format!("{long}, {long}"));
        assert_eq!(
            list(&[&long, &long, "a", "b"]),
            format!("{long}, {long} and 2 more")
        );
        // Nothing stands behind a gap, also if it is short; and a rule counts with its length.
        let too_long = "x".repeat(100);
        assert_eq!(list(&[&long, &too_long]), format!("{long} and 1 more"));
        assert_eq!(list(&[&long, &too_long, "a"]), format!("{long} and 2 more"));
        assert_eq!(list(&[]), "");
        assert_eq!(Denial::but("no", ["a"]).what, "no");
        let longest = "x".repeat(259);
        assert_eq!(list(&[&longest, "a"]), format!("{longest} and 1 more"));
    }
}
