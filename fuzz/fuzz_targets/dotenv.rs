//! Lists of variables, against a second reader.
#![no_main]

use keyslot_fuzz::dotenv::{Lists, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, Lists::OURS));
