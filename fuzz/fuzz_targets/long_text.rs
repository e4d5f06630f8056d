//! A long text of one piece again and again, by any profile or marks of one's own: what takes more
//! than linear time runs into the fuzzer's limit of seconds.
#![no_main]

use keyslot::template::{Limits, Syntax};
use keyslot_fuzz::rules::Rules;
use keyslot_fuzz::{checks, input, known};
use libfuzzer_sys::fuzz_target;

/// The length of a text in bytes: so that linear time is a small part of the limit and quadratic
/// time more than it.
const LENGTH: usize = 256 << 10;

/// The longest piece.
const PIECE: usize = 64;

fuzz_target!(|data: &[u8]| {
    let Some((&select, data)) = data.split_first() else {
        return;
    };
    let known = known::profile(select);
    let parts: Vec<_> = input::parts(data)
        .map(|part| input::text(part, &known.pieces))
        .collect();
    // Three parts are a text by a profile; before the text of a syntax of its own stand the rules.
    let (engine, [head, piece, tail]) = (match &*parts {
        text if text.len() == 3 => (known.engine(), text),
        parts => {
            let Some((rules, text)) = Rules::of(select, parts) else {
                return;
            };
            let Ok(syntax) = rules.build() else { return };
            (known.engine().syntax(syntax.and(Syntax::mustache())), text)
        }
    }) else {
        return;
    };
    if piece.is_empty() || head.len().max(piece.len()).max(tail.len()) > PIECE {
        return;
    }
    let text = format!("{head}{}{tail}", piece.repeat(LENGTH / piece.len()));
    match engine
        .limits(Limits::default().placeholders(usize::MAX))
        .compile(text.as_str())
    {
        Ok(template) => checks::linted(&template),
        Err(error) => checks::refused(&error, &text),
    }
});
