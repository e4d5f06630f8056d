//! Any text and any values, by any profile: the engine puts in what a naive scanner and naive
//! filters put in.
#![no_main]

use keyslot_fuzz::answers::Answers;
use keyslot_fuzz::{diff, input, known};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&select, data)) = data.split_first() else {
        return;
    };
    let known = known::profile(select);
    let mut parts = input::parts(data).map(|part| input::text(part, &known.pieces));
    let text = parts.next().unwrap_or_default();
    diff::agree(known, &text, &Answers::new(parts));
});
