//! Escapes in strings of programs and of JSON.

use super::code_point::{number, printable};
use super::lookalike::look;
use super::means::Means;

/// Reads `\u003c`, `\u{3c}`, `\U0000003c` and `\x3c`, also behind more backslashes than one.
pub(super) fn backslash(rest: &str) -> (Means, usize) {
    let run = rest.len() - rest.trim_start_matches('\\').len();
    let behind = rest.as_bytes().get(run..).unwrap_or_default();
    let (digits, begins, ends) = match behind {
        [b'u', b'{', digits @ ..] => {
            let length = digits
                .iter()
                .take(9)
                .position(|byte| *byte == b'}')
                .unwrap_or_default();
            (digits.get(..length), 2, 1)
        }
        [b'u', digits @ ..] => (digits.get(..4), 1, 0),
        [b'U', digits @ ..] => (digits.get(..8), 1, 0),
        [b'x', digits @ ..] => (digits.get(..2), 1, 0),
        _ => (None, 0, 0),
    };
    let read = digits.and_then(|digits| {
        let code = number(digits, 16)?;
        let means = match printable(code) {
            Some(character) => Means::Character(character),
            None => look(char::from_u32(code)?),
        };
        Some((means, run + begins + digits.len() + ends))
    });
    read.filter(|(means, _)| *means != Means::Itself)
        .unwrap_or((Means::Itself, run))
}
