//! Text and attributes of XML and HTML.

use super::writing::{Writings, Written};
use crate::error::Result;
use crate::redact::variants::Variant;

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    QUOTES
        .iter()
        .try_for_each(|quotes| writings.each(Variant::Xml, text, |c, out| xml(c, *quotes, out)))
}

/// Ways to write quotes and apostrophes: as they are, and as XML, Go, Django, PHP and Python do.
const QUOTES: [[&str; 2]; 7] = [
    ["\"", "'"],
    ["&quot;", "'"],
    ["&quot;", "&apos;"],
    ["&#34;", "&#39;"],
    ["&quot;", "&#39;"],
    ["&quot;", "&#039;"],
    ["&quot;", "&#x27;"],
];

fn xml(c: char, [quote, apostrophe]: [&str; 2], out: &mut Written) {
    out.push_str(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => quote,
        '\'' => apostrophe,
        _ => return out.push(c),
    });
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn xml_is_written_with_all_sorts_of_quotes() {
        let found = all("&<>\"'", Variant::Xml);
        for quotes in [
            "\"'",
            "&quot;'",
            "&quot;&apos;",
            "&#34;&#39;",
            "&quot;&#39;",
            "&quot;&#039;",
            "&quot;&#x27;",
        ] {
            assert!(
                found.contains(&format!("&amp;&lt;&gt;{quotes}")),
                "{quotes}"
            );
        }
        assert_eq!(found.len(), QUOTES.len());
    }
}
