//! Texts and files of root keys, against a second reader.
#![no_main]

use keyslot_fuzz::vault::keys::{Keys, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, Keys::OURS));
