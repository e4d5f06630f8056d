//! Bundles that an attacker wrote, and contents that no export writes.
#![no_main]

use keyslot_fuzz::vault::bundle::{Bundles, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, Bundles::OURS));
