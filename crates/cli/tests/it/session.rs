//! The session of the README.

use std::fs;

use crate::support::Home;

#[test]
fn the_session_of_the_readme_is_true() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, session) = readme.split_once("```console\n").unwrap();
    let (session, _) = session.split_once("```").unwrap();
    let home = Home::empty();
    let mut calls = 0;
    for step in session.trim().split("\n\n") {
        let (call, expected) = step.split_once('\n').unwrap();
        let call = call.strip_prefix("$ ").unwrap();
        let done = home.command("/bin/sh").args(["-c", call]).output().unwrap();
        assert!(done.status.success(), "{call}: {done:?}");
        let shown = String::from_utf8(done.stdout).unwrap();
        let shown = shown.replace(&home.path().display().to_string(), "/home/ada");
        assert_eq!(shown.trim(), expected.trim(), "{call}");
        calls += 1;
    }
    assert!(calls >= 4);
}
