//! Which slots of a shell text stand between quotes.

use crate::template::plan::Cut;

/// For each slot, in order, whether it stands between quotes (POSIX.1, section 2.2). There its own quotes would end those of the
/// text, and the shell would read the value.
pub(super) fn quoted(text: &str, cuts: &[Cut]) -> Vec<bool> {
    let (mut quote, mut at) = (None, 0);
    let mut slots = Vec::with_capacity(cuts.len());
    for cut in cuts {
        quote = after(quote, text.get(at..cut.span.start).unwrap_or_default());
        at = cut.span.end;
        if cut.slot.is_some() {
            slots.push(quote.is_some());
        }
    }
    slots
}

/// The quote that is open after a piece of text, if one is.
fn after(mut quote: Option<u8>, piece: &str) -> Option<u8> {
    let mut bytes = piece.bytes();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            // Whatever follows is no quote; between single quotes a backslash is only a backslash.
            (None | Some(b'"'), b'\\') => _ = bytes.next(),
            _ => {}
        }
    }
    quote
}
