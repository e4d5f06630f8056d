//! Servers that refuse, break off, lie or never end.

use std::time::Duration;

use keyslot::{ErrorKind, Result, RootKeyProvider};
use keyslot_keys::{Token, Transit};

use crate::engine::Engine;
use crate::server::{Reply, Server, nobody};
use crate::transit::{LONG, key, provider};
use crate::{TOKEN, context, printed};

const CANARY: &str = "canary-of-the-server";

fn wrap(provider: &Transit) -> Result<Vec<u8>> {
    provider.wrap(&key(7), &context(1))
}

fn unwrap(provider: &Transit) -> Result<()> {
    provider.unwrap(b"vault:v1:AAAA", &context(1)).map(drop)
}

fn fails(server: &Server, of_wrap: ErrorKind, of_unwrap: ErrorKind) {
    fails_within(LONG, server, of_wrap, of_unwrap);
}

/// Checks that each of the two operations fails with its kind, once, and says nothing of the
/// server, the token or the key.
fn fails_within(timeout: Duration, server: &Server, of_wrap: ErrorKind, of_unwrap: ErrorKind) {
    let provider = provider(server).timeout(timeout);
    let errors = [wrap(&provider).unwrap_err(), unwrap(&provider).unwrap_err()];
    assert_eq!(
        errors.each_ref().map(|error| error.kind()),
        [of_wrap, of_unwrap]
    );
    for error in errors {
        let text = printed(&error);
        for word in ["canary", "BwcHBwcH", "127.0.0.1", "vault:v1"] {
            assert!(!text.contains(word), "{text}");
        }
    }
    // Whoever does not wait for an answer may be gone before the request is read.
    let seen = server.seen().len();
    let is_once = seen == 2 || seen < 2 && timeout < LONG;
    assert!(is_once, "nothing is tried again: {seen} requests");
}

#[test]
fn each_status_has_its_kind() {
    use ErrorKind::{KeyDenied, KeyProvider, Unavailable, WrongKey};
    for (status, of_wrap, of_unwrap) in [
        (201, KeyProvider, KeyProvider),
        (204, KeyProvider, KeyProvider),
        (400, KeyProvider, WrongKey),
        (401, KeyDenied, KeyDenied),
        (403, KeyDenied, KeyDenied),
        (404, KeyProvider, KeyProvider),
        (405, KeyProvider, KeyProvider),
        (412, Unavailable, Unavailable),
        (413, KeyProvider, KeyProvider),
        (429, Unavailable, Unavailable),
        (472, Unavailable, Unavailable),
        (473, Unavailable, Unavailable),
        (500, Unavailable, Unavailable),
        (502, Unavailable, Unavailable),
        (503, Unavailable, Unavailable),
        (504, Unavailable, Unavailable),
    ] {
        let server = Server::new(move |request| {
            // A server that repeats what it was sent.
            let token = request.header("x-vault-token").unwrap_or_default();
            let body = String::from_utf8_lossy(&request.body);
            Reply::Status(
                status,
                format!("{{\"errors\":[\"{CANARY} {token}\"]}} {body}"),
            )
        });
        fails(&server, of_wrap, of_unwrap);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let target = Server::new(|request| Engine::default().answer(request));
    for status in [301, 302, 303, 307, 308] {
        let address = target.address.clone();
        let server = Server::new(move |request| {
            let path = &request.path;
            Reply::Raw(
                format!(
                    "HTTP/1.1 {status} Moved\r\nLocation: {address}{path}\r\n\
                     Content-Length: 0\r\n\r\n"
                )
                .into_bytes(),
            )
        });
        fails(&server, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
    }
    assert!(target.seen().is_empty(), "the token stayed here");
    assert!(wrap(&provider(&target)).is_ok(), "the control");
}

#[test]
fn another_answer_than_that_of_an_engine_is_refused() {
    for body in [
        "",
        "null",
        "<html>canary-of-the-server</html>",
        "{\"data\":{}}",
        "{\"data\":{\"plaintext\":\"canary\",\"ciphertext\":\"canary of the server\"}}",
        "{\"data\":{\"plaintext\":\"BwcHBw==\",\"ciphertext\":\"\"}}",
        "{\"data\":{\"plaintext\":[7],\"ciphertext\":{}}}",
        "[[[[[[[[[[[[[[[[",
    ] {
        let server = Server::new(move |_| Reply::Status(200, body.to_owned()));
        fails(&server, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
    }
    let deep = "[".repeat(15_000);
    let server = Server::new(move |_| Reply::Status(200, deep.clone()));
    fails(&server, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
}

#[test]
fn more_than_an_engine_answers_is_not_read() {
    let whole = Server::new(|_| Reply::Status(200, " ".repeat(16 << 10 | 1)));
    fails(&whole, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
    let endless = |head: &'static str, again: &'static str| {
        Server::new(move |_| {
            Reply::Endless(head.as_bytes().to_vec(), again.repeat(1000).into_bytes())
        })
    };
    for server in [
        endless(
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            " ",
        ),
        endless(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "4\r\n    \r\n",
        ),
        endless("HTTP/1.1 200 OK\r\n\r\n", " "),
    ] {
        fails(&server, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
    }
    // Headers without an end.
    let server = endless("HTTP/1.1 200 OK\r\n", "X-Canary: 1\r\n");
    fails(&server, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
    // One byte less than the limit is read, and is no answer of an engine.
    let most = Server::new(|request| {
        let Reply::Status(status, body) = Engine::default().answer(request) else {
            panic!("a status")
        };
        Reply::Status(
            status,
            format!("{body}{}", " ".repeat((16 << 10) - body.len())),
        )
    });
    assert!(wrap(&provider(&most)).is_ok(), "the control");
}

#[test]
fn a_server_that_does_not_answer_in_time_is_unavailable() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\"";
    for server in [
        Server::new(|_| Reply::Stuck(Vec::new())),
        Server::new(|_| Reply::Stuck(b"HTTP/1.1 200".to_vec())),
        Server::new(move |_| Reply::Stuck(head.to_vec())),
        Server::new(|_| {
            Reply::Drops(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{\"data\"".to_vec())
        }),
    ] {
        let short = Duration::from_millis(200);
        fails_within(
            short,
            &server,
            ErrorKind::Unavailable,
            ErrorKind::Unavailable,
        );
    }
}

#[test]
fn a_connection_that_breaks_is_unavailable() {
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\"",
    ] {
        let server = Server::new(move |_| Reply::Raw(bytes.as_bytes().to_vec()));
        fails(&server, ErrorKind::Unavailable, ErrorKind::Unavailable);
    }
    let absent = Transit::new(&nobody(), "keyslot", Token::new(TOKEN)).unwrap();
    assert_eq!(wrap(&absent).unwrap_err().kind(), ErrorKind::Unavailable);
}

#[test]
fn what_is_no_http_is_refused() {
    let server = Server::new(|_| Reply::Raw(b"220 mail.example.com ESMTP canary\r\n".to_vec()));
    fails(&server, ErrorKind::KeyProvider, ErrorKind::KeyProvider);
}

#[test]
fn plain_text_goes_to_this_machine_alone() {
    let away = Transit::new("http://bao.example.com:8200", "keyslot", Token::new(TOKEN)).unwrap();
    for error in [wrap(&away).unwrap_err(), unwrap(&away).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("https"), "{error}");
    }
}

/// The proxies of the environment see no token. Their variables are those of a child.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let proxy = Server::new(|_| Reply::Status(200, String::new()));
    let server = Server::new(|request| Engine::default().answer(request));
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "transit_failures::behind_a_proxy"])
        .env("http_proxy", &proxy.address)
        .env("HTTP_PROXY", &proxy.address)
        .env("ALL_PROXY", &proxy.address)
        .env("KEYSLOT_TEST_SERVER", &server.address)
        .output();
    let child = child.unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    assert!(proxy.seen().is_empty() && server.seen().len() == 2);
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn behind_a_proxy() {
    let address = std::env::var("KEYSLOT_TEST_SERVER").unwrap();
    let provider = Transit::new(&address, "keyslot", Token::new(TOKEN)).unwrap();
    wrap(&provider).unwrap();
}
