//! Copies of a revealed value in the memory of the process.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Mutex;

use keyslot_console::Console;

use crate::support::{admin, post, vault};

/// Held by each test: they look for the same value.
static ALONE: Mutex<()> = Mutex::new(());

/// A part of the value that is searched, changed so that it is no copy itself.
fn sought() -> Vec<u8> {
    let part = (100..164_usize).map(character);
    part.map(|byte| byte ^ 0x5a).collect()
}

fn character(at: usize) -> u8 {
    b"qwertzuiopasdfghjklyxcvbnm"[(at * at + at / 7) % 26]
}

/// Memory that is read at once. It is no part of the heap: a buffer that is made for each search
/// would take the place of what was given back, and of the copies in it.
static READ: Mutex<[u8; 1 << 16]> = Mutex::new([0; 1 << 16]);

/// The number of copies in memory that the process may write.
fn copies() -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let (sought, mut found) = (sought(), 0);
    let mut bytes = READ.lock().unwrap();
    let size = bytes.len() as u64;
    for line in std::fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [mut start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
        while start < end {
            let most = usize::try_from((end - start).min(size)).unwrap();
            // Other threads give memory back meanwhile.
            let Ok(read @ 1..) = memory.read_at(&mut bytes[..most], start) else {
                break;
            };
            let first = sought[0] ^ 0x5a;
            for (at, _) in bytes[..read]
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == first)
            {
                let here = bytes[at..read].iter().zip(&sought);
                found += usize::from(here.clone().count() == sought.len())
                    * usize::from(here.clone().all(|(byte, part)| *byte ^ 0x5a == *part));
            }
            // One that begins at the end of a part is whole in the next.
            let is_last = start + read as u64 >= end || read < sought.len();
            start += if is_last {
                read
            } else {
                read - sought.len() + 1
            } as u64;
        }
    }
    bytes.fill(0);
    found
}

#[test]
fn a_value_that_was_revealed_leaves_no_copy() {
    let _alone = ALONE.lock().unwrap();
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

#[cfg(feature = "axum")]
#[test]
fn a_value_that_was_sent_leaves_no_copy() {
    use axum::Extension;
    use axum::body::Body;
    use tower::ServiceExt as _;

    let _alone = ALONE.lock().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let vault = vault();
    let console = std::sync::Arc::new(Console::new(vault.clone()));
    let app = keyslot_console::router(console).layer(Extension(admin()));
    let (api, form) = (
        "/api/v1/secrets?scope=acme/billing",
        "/new?scope=acme/billing",
    );
    let in_json = "{\"name\":\"SENT_KEY\",\"value\":\"";
    // What is refused is not overwritten by the work of a write.
    for (target, status, begin, end) in [
        (api, 201, in_json, "\"}"),
        (api, 400, in_json, "\",\"another\":1}"),
        (
            form,
            303,
            "name=FORM_KEY&value=",
            "&description=&metadata=&not_before=&expires_at=&rotate_every=",
        ),
        (form, 400, "name=FORM_KEY&value=", "&another="),
    ] {
        let mut body = String::with_capacity(64_000);
        body.push_str(begin);
        // Memory that is given back is used again from its beginning.
        body.extend(std::iter::repeat_n('x', 60_000));
        // An escape in JSON, of which a key in PEM has many.
        body.push_str("\\n");
        body.extend((0..2_000).map(|at| char::from(character(at))));
        body.push_str(end);
        let request = crate::support::request(http::Method::POST, target, "");
        let request = request.map(|_| Body::from(body));
        assert!(copies() > 0, "the control: {target}");
        let response = runtime.block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), status, "{target}");
        drop(response);
        assert_eq!(copies(), 0, "{target}");
    }
    let billing = vault.scope("acme/billing").unwrap();
    assert!(billing.info("SENT_KEY").is_ok() && billing.info("FORM_KEY").is_ok());
}
