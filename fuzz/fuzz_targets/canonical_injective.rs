//! Lists of fields, and places made of them: different ones are different bytes.
#![no_main]

use keyslot_fuzz::vault::canonical::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, keyslot_internals::fuzzing::fields));
