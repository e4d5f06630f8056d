//! Records in plain sight and those that envelopes hold, in any bytes.
#![no_main]

use keyslot_fuzz::vault::records::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, keyslot_internals::fuzzing::rewrite));
