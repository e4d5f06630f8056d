//! System calls of a run: the values are nowhere but in the environment of the program, in pipes,
//! in sockets and in memory.

use std::fs;
use std::process::Command;

use super::support::{Home, VALUE};

const KEYSLOT: &str = env!("CARGO_BIN_EXE_keyslot");

/// Arguments of `strace`: each call with the file behind each descriptor, and long texts whole.
const STRACE: [&str; 7] = ["-f", "-y", "-v", "-s", "65536", "-o", "trace"];

/// Beginning of the folder of files for the program.
const FILES: &str = "/keyslot-";

/// A file in memory.
const IN_MEMORY: &str = "</memfd:keyslot";

/// Returns true if this machine lets us trace.
fn can_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status();
    let can = traced.is_ok_and(|status| status.success());
    if !can {
        eprintln!("NOT TESTED HERE: strace");
    }
    can
}

/// Returns the lines of system calls that hold the value, but those that a program gets it by.
fn elsewhere(trace: &str) -> Vec<&str> {
    let is_allowed = |line: &&str| {
        let call = line
            .split_once(' ')
            .map_or("", |(_, call)| call.trim_start());
        // The helper that becomes the program, and the program.
        let starts = call.starts_with("execve(") && !call.contains("[\"keyslot\", \"@monitor\"");
        let reads = call.starts_with("read(") || call.starts_with("<... read resumed>");
        let moves = ["<pipe:[", "<socket:[", "<UNIX", IN_MEMORY];
        // What the program itself does with it.
        let own = ["/got>", "</dev/null>"];
        starts || reads || moves.iter().chain(&own).any(|place| call.contains(place))
    };
    trace
        .lines()
        .filter(|line| line.contains(VALUE) && !is_allowed(line))
        .collect()
}

fn check(home: &Home) {
    let trace = fs::read_to_string(home.path().join("trace")).unwrap();
    let given = format!("\"T={VALUE}\"");
    assert!(
        trace.lines().any(|line| line.contains(&given)),
        "the control: the program has it"
    );
    let planted = format!("1 write(3</tmp/x>, \"{VALUE}\", 40) = 40");
    assert_eq!(
        elsewhere(&planted),
        [planted.as_str()],
        "the control: a file would be found"
    );
    assert_eq!(elsewhere(&trace), [""; 0]);
    // An argument, apart from the environment that stands behind it.
    let calls = trace.lines().filter(|line| line.contains("execve("));
    let mut arguments = calls
        .filter_map(|line| line.split_once("], ["))
        .map(|(before, _)| before);
    assert!(!arguments.any(|before| before.contains(VALUE)));
}

#[test]
fn a_run_with_pipes_shows_no_value() {
    if !can_trace() {
        return;
    }
    let home = Home::new();
    home.write("a.txt", "<<$secret.TOKEN>>");
    let mut command = Command::new("strace");
    home.set(command.args(STRACE).arg(KEYSLOT));
    let script = "cat \"$1\" >/dev/null; printf %s \"$T\" >got; echo $T";
    let run = [
        "run", "--file", "a.txt", "--", "sh", "-c", script, "sh", "a.txt",
    ];
    let output = command.args(run).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    check(&home);
    // Nothing in that folder has text: there are links to files in memory.
    let trace = fs::read_to_string(home.path().join("trace")).unwrap();
    let mut there = trace.lines().filter(|line| line.contains(FILES));
    assert!(
        there.clone().any(|line| line.contains("symlink")),
        "the control"
    );
    assert!(!there.any(|line| line.contains("O_CREAT")));
    assert!(trace.contains(IN_MEMORY), "the control");
}

#[test]
fn a_run_at_a_terminal_shows_no_value() {
    if !can_trace() {
        return;
    }
    let home = Home::new();
    let run = ["run", "--", "sh", "-c", "printf %s \"$T\" >got"];
    let args = [&STRACE[..], &[KEYSLOT], &run].concat();
    let (screen, code) = home.at_terminal("strace", &args).end();
    assert_eq!(code, 0, "{screen}");
    check(&home);
}
