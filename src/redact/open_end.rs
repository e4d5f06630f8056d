//! The end of a text that what follows decides.

use super::pieces::PIECE;
use super::table::Table;

/// Returns the number of bytes at the end of a text that may go on behind it: the beginning of a
/// secret or of a character, or a secret if no letter follows. Of a guarded table they are as many
/// as the longest possible pattern has, whatever they are.
pub(super) fn open_end(table: &Table, text: &[u8]) -> usize {
    let partial = table.partial(text).unwrap_or(PIECE.min(text.len()));
    let cut = cut_character(text);
    let undecided = table.undecided(text.get(..text.len() - cut).unwrap_or_default());
    let undecided = if undecided > 0 { undecided + cut } else { 0 };
    let open = partial.max(undecided);
    let sure = text.get(..text.len() - open).unwrap_or_default();
    open + cut_character(sure)
}

/// Returns the number of bytes at the end that begin a character of UTF-8 which goes on.
pub(super) fn cut_character(text: &[u8]) -> usize {
    let behind = text.iter().rev().take(3).position(|&byte| byte >= 0xc0);
    let Some((behind, lead)) = behind.and_then(|at| Some((at, *text.get(text.len() - 1 - at)?)))
    else {
        return 0;
    };
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 0,
    };
    if behind + 1 < length { behind + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_go_on_are_known() {
        for c in ["a", "é", "€", "🔑"] {
            let text = format!("x{c}");
            for end in 1..=text.len() {
                let expected = if end == text.len() { 0 } else { end - 1 };
                assert_eq!(
                    cut_character(&text.as_bytes()[..end]),
                    expected,
                    "{c} {end}"
                );
            }
        }
        for other in [
            &b""[..],
            b"\xff",
            b"\xc3\xa9",
            b"\x80\x80\x80\x80",
            b"\xc0",
            b"\xf5\x80",
        ] {
            assert_eq!(cut_character(other), 0, "{other:?}");
        }
    }
}
