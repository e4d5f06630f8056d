//! Copies of a revealed value in the memory of the process.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use keyslot_console::Console;

use crate::support::{admin, post, vault};

/// A part of the value that is searched, changed so that it is no copy itself.
fn sought() -> Vec<u8> {
    let part = (100..164_usize).map(character);
    part.map(|byte| byte ^ 0x5a).collect()
}

fn character(at: usize) -> u8 {
    b"qwertzuiopasdfghjklyxcvbnm"[(at * at + at / 7) % 26]
}

/// The number of copies in memory that the process may write.
fn copies() -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let (sought, mut found) = (sought(), 0);
    for line in std::fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // Other threads give memory back meanwhile.
        let Ok(read) = memory.read_at(&mut bytes, start) else {
            continue;
        };
        let first = sought[0] ^ 0x5a;
        for (at, _) in bytes[..read]
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == first)
        {
            let here = bytes[at..].iter().zip(&sought);
            found += usize::from(here.clone().count() == sought.len())
                * usize::from(here.clone().all(|(byte, part)| *byte ^ 0x5a == *part));
        }
        bytes.fill(0);
    }
    found
}

#[test]
fn a_value_that_was_revealed_leaves_no_copy() {
    let vault = vault();
    let mut value = String::with_capacity(2_000);
    value.extend((0..2_000).map(|at| char::from(character(at))));
    let billing = vault.scope("acme/billing").unwrap();
    billing.put("LONG_KEY", value).unwrap();
    let console = Console::new(vault.clone());
    assert_eq!(copies(), 0, "before");
    let target = "secrets/LONG_KEY/reveal?scope=acme/billing";
    for (target, body) in [
        (format!("/api/v1/{target}"), "{\"reason\":\"a test\"}"),
        (format!("/{target}"), "reason=a+test"),
    ] {
        let response = post(&console, &admin(), &target, body);
        assert_eq!(response.status(), 200);
        let length = response.body().len();
        assert!(length > 2_000, "{length}");
        if target.starts_with("/api") {
            assert!(copies() > 0, "the control");
        }
        drop(response);
        assert_eq!(copies(), 0, "{target}");
    }
}
