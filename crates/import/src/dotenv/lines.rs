//! Pieces of lines.

/// Characters that part words of a line.
pub(super) const BLANK: [char; 2] = [' ', '\t'];

/// The first line of a text, with its end.
pub(super) fn line_of(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// The value of a line without quotes. `is_apart` says that a blank is before it.
pub(super) fn plain(line: &str, is_apart: bool) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let begins = |at: usize| match line.get(..at).and_then(|before| before.chars().last()) {
        Some(before) => BLANK.contains(&before),
        None => is_apart,
    };
    let comment = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| begins(at));
    let value = line
        .get(..comment.unwrap_or(line.len()))
        .unwrap_or_default();
    value.trim_end_matches(BLANK)
}

/// The place of the double quote that ends a text.
pub(super) fn end_of_double(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at),
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    None
}
