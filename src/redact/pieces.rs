//! Long texts in pieces.

/// Longest pattern in bytes; a longer text is cut into pieces that overlap. So a stream never holds
/// back more than this.
pub(super) const PIECE: usize = 64 << 10;
/// Bytes of each piece that are part of the next one.
const OVERLAP: usize = 64;

/// Cuts a text into pieces that overlap if it is long.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = boundary(text.len().min(start + PIECE));
        next = (end < text.len()).then(|| boundary(end - OVERLAP));
        text.get(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_into_pieces_that_overlap() {
        for unit in ["a", "é", "🔑x"] {
            for length in [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
                let text: String = unit.chars().cycle().take(length / 2).collect::<String>()
                    + &unit.repeat(length / 4);
                let mut end = 0;
                for piece in pieces(&text) {
                    let start = piece.as_ptr().addr() - text.as_ptr().addr();
                    assert!(piece.len() <= PIECE && (start == 0 || start + OVERLAP <= end));
                    end = start + piece.len();
                }
                assert_eq!(end, text.len());
            }
        }
    }
}
