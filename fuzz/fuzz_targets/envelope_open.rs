//! Envelopes that an attacker wrote, and changes of those that were sealed.
#![no_main]

use keyslot_fuzz::vault::envelope::{Envelopes, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, Envelopes::OURS));
