//! The log of the process, which the libraries of a connection write to.

use std::sync::Mutex;

use base64ct::{Base64, Encoding};
use keyslot::RootKeyProvider;

use crate::engine::Engine;
use crate::server::Server;
use crate::transit::{key, provider};
use crate::{TOKEN, context};

/// Keeps all that is logged, down to the least important.
struct Log(Mutex<String>);

static LOG: Log = Log(Mutex::new(String::new()));

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        self.0.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

#[test]
fn neither_the_token_nor_a_key_is_logged() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let server = Server::new(|request| Engine::default().answer(request));
    let provider = provider(&server);
    let wrapped = provider.wrap(&key(0xA7), &context(1)).unwrap();
    provider.unwrap(&wrapped, &context(1)).unwrap();
    let logged = LOG.0.lock().unwrap().clone();
    assert!(
        logged.contains("ureq") && logged.contains("POST"),
        "the control: {logged}"
    );
    let key = Base64::encode_string(&[0xA7; 32]);
    for secret in [
        TOKEN,
        "canary-token",
        &key[..16],
        std::str::from_utf8(&wrapped).unwrap(),
    ] {
        assert!(!logged.contains(secret), "{logged}");
    }
}
