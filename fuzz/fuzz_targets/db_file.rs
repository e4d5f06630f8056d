//! Files of vaults that somebody edited, and files that are no vault.
#![no_main]

use std::sync::LazyLock;

use keyslot_fuzz::vault::file::{Known, check, known};
use libfuzzer_sys::fuzz_target;

static KNOWN: LazyLock<Known> = LazyLock::new(known);

fuzz_target!(|data: &[u8]| check(data, &KNOWN));
