//! Tokens: where they come from, and who may have them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use keyslot::{ErrorKind, RootKeyProvider};
use keyslot_keys::{Token, Transit};
use tempfile::TempDir;

use crate::engine::Engine;
use crate::server::Server;
use crate::transit::key;
use crate::{TOKEN, context, printed};

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn outcome(server: &Server, token: Token) -> Result<(), keyslot::Error> {
    let provider = Transit::new(&server.address, "keyslot", token).unwrap();
    provider.wrap(&key(7), &context(1)).map(drop)
}

fn server() -> Server {
    Server::new(|request| Engine::default().answer(request))
}

#[test]
fn a_token_file_is_read_for_each_call() {
    let (folder, server) = (TempDir::new().unwrap(), server());
    let path = folder.path().join("token");
    let provider = Transit::new(&server.address, "keyslot", Token::from_file(&path)).unwrap();
    let wrap = || provider.wrap(&key(7), &context(1));
    for text in [
        TOKEN.to_owned(),
        format!("{TOKEN}\n"),
        format!("{TOKEN}\r\n"),
    ] {
        write(&path, &text, 0o600);
        wrap().unwrap();
    }
    write(&path, "hvs.of-yesterday", 0o600);
    assert_eq!(wrap().unwrap_err().kind(), ErrorKind::KeyDenied);
    write(&path, TOKEN, 0o640);
    wrap().unwrap();
}

#[test]
fn a_token_file_that_others_have_is_refused() {
    let (folder, server) = (TempDir::new().unwrap(), server());
    let path = folder.path().join("token");
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    for (mode, is_private, is_mounted) in [
        (0o600, true, true),
        (0o640, true, true),
        (0o644, false, true),
        (0o660, false, true),
        (0o620, false, true),
        (0o606, false, false),
        (0o666, false, false),
    ] {
        write(&path, TOKEN, mode);
        for (token, is_fine) in [
            (Token::from_file(&path), is_private),
            (Token::from_file(&link), false),
            (Token::from_mounted_file(&path), is_mounted),
            (Token::from_mounted_file(&link), is_mounted),
        ] {
            let before = server.seen().len();
            let kind = outcome(&server, token).err().map(|error| error.kind());
            let wanted = (!is_fine).then_some(ErrorKind::UnsafeFile);
            assert_eq!(kind, wanted, "{mode:o}");
            assert_eq!(server.seen().len() > before, is_fine, "{mode:o}");
        }
    }
    for token in [
        Token::from_file(folder.path()),
        Token::from_mounted_file(folder.path()),
    ] {
        assert_eq!(
            outcome(&server, token).unwrap_err().kind(),
            ErrorKind::UnsafeFile
        );
    }
    let absent = Token::from_file(folder.path().join("absent"));
    assert_eq!(outcome(&server, absent).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn text_that_is_no_token_is_not_sent_and_not_shown() {
    let (folder, server) = (TempDir::new().unwrap(), server());
    let path = folder.path().join("token");
    let long = "canary".repeat(2000);
    for text in [
        "",
        "canary token",
        "canary\r\nX-Vault-Namespace: root",
        "canary\n\n",
        "canary\0",
        "canary-schlüssel",
        &long,
    ] {
        write(&path, text, 0o600);
        for token in [Token::new(text), Token::from_file(&path)] {
            assert!(!format!("{token:?}").contains("canary"));
            let error = outcome(&server, token).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text:?}");
            assert!(!printed(&error).contains("canary"));
        }
    }
    assert!(server.seen().is_empty());
}
