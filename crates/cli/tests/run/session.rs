//! The session of the documentation.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_session_of_the_documentation_is_real() {
    let text = include_str!("../../RUN.md");
    let session = text.split("```console\n").nth(1).unwrap();
    let session = session.split("```").next().unwrap();
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("project");
    fs::create_dir(&project).unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_keyslot")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();

    let mut shown = String::new();
    let commands = session.lines().filter_map(|line| line.strip_prefix("$ "));
    for command in commands.clone() {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(&project)
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", format!("{}:{path}", programs.display()))
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        let said = [output.stdout, output.stderr].concat();
        shown.extend(["$ ", command, "\n", std::str::from_utf8(&said).unwrap()]);
    }
    assert_eq!(commands.count(), 5);
    let shown = shown.replace(home.path().to_str().unwrap(), "/home/ada");
    assert_eq!(shown, session);
}
