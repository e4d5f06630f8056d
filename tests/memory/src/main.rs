//! Looks for keys in the memory of a program that uses keyslot as a host does: as another crate,
//! optimised.
//!
//! Each scenario runs in a process of its own, which ends with an error if it finds a key where
//! none may be. The parent makes the keys and hands them over masked, so that nothing of a key is
//! in the child but what the scenario puts there.
#![cfg(target_os = "linux")]

mod format;
mod given;
mod keys;
#[path = "../../../src/memory.rs"]
mod memory;
mod registers;
mod scenarios;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use given::{Given, QUESTION, VARIABLE};
use keys::Material;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => run(|_| true),
        ["only", part] => run(|name| name.contains(part)),
        ["child", name, folder, ref masked @ ..] => child(name, folder, masked),
        _ => ExitCode::from(2),
    }
}

/// Runs the scenarios whose names are wanted.
fn run(is_wanted: impl Fn(&str) -> bool) -> ExitCode {
    let (mut ran, mut failed) = (0, 0);
    for (name, _) in scenarios::all().filter(|(name, _)| is_wanted(name)) {
        let folder = tempfile::tempdir().expect("a folder");
        let material = Material::new();
        material.lay_out(folder.path());
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command
            .args(["child", name])
            .arg(folder.path())
            .args(material.masked());
        // The environment of a process is a part of its memory.
        if name.contains("variable") {
            command.env(VARIABLE, material.base64());
        }
        let (succeeded, report) = talk(&mut command, &material);
        ran += 1;
        if succeeded {
            println!("ok      {name}");
        } else {
            failed += 1;
            println!("FAILED  {name}\n{report}");
        }
    }
    println!("{ran} scenarios, {failed} failed");
    if failed == 0 && ran > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs a child, answers its questions for keys, and returns what else it says.
fn talk(command: &mut Command, material: &Material) -> (bool, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let (mut answers, lines) = (
        child.stdin.take().expect("a pipe"),
        child.stdout.take().expect("a pipe"),
    );
    let mut report = String::new();
    for line in BufReader::new(lines).lines() {
        let line = line.expect("a line");
        if let Some(file) = line.strip_prefix(QUESTION) {
            writeln!(answers, "{}", material.masked_keys(Path::new(file))).expect("an answer");
        } else {
            report.push_str(&line);
            report.push('\n');
        }
    }
    (child.wait().expect("its end").success(), report)
}

fn child(name: &str, folder: &str, masked: &[&str]) -> ExitCode {
    let Some((_, scenario)) = scenarios::all().find(|(known, _)| *known == name) else {
        return ExitCode::from(2);
    };
    registers::take_signals();
    let given = Given::new(folder, masked);
    scenario(&given);
    given.outcome()
}
