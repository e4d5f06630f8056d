//! Rows and entries of audit logs in any bytes, and exports that somebody changed.
#![no_main]

use keyslot_fuzz::vault::audit::{Logs, check, known};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data, known(), Logs::OURS));
