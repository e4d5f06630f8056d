//! Text of a vault as a terminal may show it.

/// Replaces characters that could steer the terminal or reorder the line: descriptions and metadata
/// are written by other people.
pub(crate) fn shown(text: &str) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
            || c == '\u{feff}'
    };
    text.chars()
        .map(|c| if is_unsafe(c) { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(
            shown("a\x1b[2Jb\nc\u{202e}d"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d"
        );
        assert_eq!(shown("schlüssel 鍵"), "schlüssel 鍵");
    }
}
