//! Characters that are not ASCII and look as one that is, or that cannot be seen.

use super::means::Means;

/// Returns the meaning of a character that is not ASCII.
pub(super) fn look(character: char) -> Means {
    match character {
        '\u{ff01}'..='\u{ff5e}' => u32::from(character)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .map_or(Means::Itself, Means::Character),
        '\u{fe64}' | '\u{2039}' | '\u{3008}' | '\u{27e8}' => Means::Character('<'),
        '\u{fe65}' | '\u{203a}' | '\u{3009}' | '\u{27e9}' => Means::Character('>'),
        '\u{fe5b}' => Means::Character('{'),
        '\u{fe5c}' => Means::Character('}'),
        '\u{fe69}' => Means::Character('$'),
        '\u{ab}' | '\u{226a}' | '\u{300a}' | '\u{27ea}' => Means::Pair('<'),
        '\u{bb}' | '\u{226b}' | '\u{300b}' | '\u{27eb}' => Means::Pair('>'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Means::Character(' ')
        }
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => Means::Nothing,
        _ => Means::Itself,
    }
}
