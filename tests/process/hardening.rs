//! Measures for the whole process, each taken in a child, next to one that does not take it.
//!
//! Root may do everything, so where these tests run as root most of them run once more as another
//! user.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File, Permissions};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keyslot::{ErrorKind, MemoryLock, RootKey, Vault};
use tempfile::TempDir;

/// A user without rights.
const NOBODY: u32 = 65534;

/// The measures of a child, and what it does then.
const MEASURES: &str = "KEYSLOT_TEST_MEASURES";
const THEN: &str = "KEYSLOT_TEST_THEN";

/// The complement of what a child holds.
const NEEDLE: [u8; 16] = *b"a needle of 16 B";

/// A child, which says what it finds on its error output: the other one is the harness's.
#[test]
#[ignore = "the others run it in processes of their own"]
fn child() {
    let measures = std::env::var(MEASURES).unwrap();
    if measures.contains("harden") {
        let hardening = keyslot::harden_process();
        assert!(hardening.is_complete(), "{hardening:?}");
        assert_eq!(keyslot::harden_process(), hardening);
        hardening.require().unwrap();
    }
    let lock = measures.contains("lock").then(keyslot::lock_memory);
    use_a_vault();
    match &*std::env::var(THEN).unwrap() {
        "abort" => std::process::abort(),
        "wait" => wait_with_needle(),
        "read own" => eprintln!("{}", fs::read("/proc/self/environ").is_ok()),
        "limit" => {
            let Some(MemoryLock::Limited { limit, .. }) = lock else {
                panic!("not limited: {lock:?}")
            };
            let error = lock.unwrap().require().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io);
            eprintln!("{limit} {}", locked());
        }
        _ => {
            assert!(lock.is_none_or(MemoryLock::is_locked), "{lock:?}");
            let before = locked();
            // More than an allocator has in hand.
            let more = black_box(vec![1_u8; 64 << 20]);
            eprintln!("{before} {}", locked());
            drop(more);
        }
    }
}

fn use_a_vault() {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    assert!(scope.reveal("KEY").is_ok());
    assert!(vault.verify().unwrap().is_intact());
}

/// Says where the needle lies, and stays until the parent has looked.
fn wait_with_needle() {
    let needle = black_box(NEEDLE.map(|byte| !byte).to_vec());
    eprintln!("{}", needle.as_ptr().addr());
    io::stdin().read_line(&mut String::new()).unwrap();
    drop(black_box(needle));
}

/// The memory of this process that is locked, in KiB.
fn locked() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

/// A child under limits that a shell sets.
fn child_of(limits: &str, measures: &str, then: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "child", "--nocapture"])
        .env(MEASURES, measures)
        .env(THEN, then);
    command
}

fn words(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    text.split_whitespace().map(str::to_owned).collect()
}

fn said(output: &Output) -> Vec<String> {
    let said = words(&output.stderr);
    assert!(output.status.success(), "{said:?}");
    said
}

fn of_shell(command: &str) -> Vec<String> {
    let output = Command::new("sh").args(["-c", command]).output().unwrap();
    words(&output.stdout)
}

/// Does the work of a test as a user without rights. For root, that is this test once more in
/// another process.
fn without_rights(test: &str, work: impl FnOnce()) {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return work();
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    // By another process: a program that somebody has open for writing cannot be run, and a child
    // that another thread starts meanwhile would have it open.
    let mut copy = Command::new("cp");
    copy.arg(std::env::current_exe().unwrap()).arg(&program);
    assert!(copy.status().unwrap().success());
    for path in [folder.path(), &program] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let done = Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success() && report.contains("1 passed"),
        "{report}{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Returns true if the needle of a child is found. Reading the memory of another process takes the
/// right to attach to it.
fn is_needle_read(measures: &str) -> bool {
    let mut child = child_of(":", measures, "wait")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    lines.read_line(&mut line).unwrap();
    let address: u64 = line.trim().parse().unwrap();
    let mut found = [0; NEEDLE.len()];
    let memory = format!("/proc/{}/mem", child.id());
    let read = File::open(&memory).and_then(|mut memory| {
        memory.seek(SeekFrom::Start(address))?;
        memory.read_exact(&mut found)
    });
    let is_root_owner = fs::metadata(&memory).unwrap().uid() == 0;
    assert_eq!(is_root_owner, read.is_err(), "{measures}: {read:?}");
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(child.wait().unwrap().success());
    read.is_ok() && found == NEEDLE.map(|byte| !byte)
}

#[test]
fn nobody_of_the_same_user_reads_the_memory() {
    without_rights("nobody_of_the_same_user_reads_the_memory", || {
        assert!(is_needle_read("nothing"), "the control");
        assert!(!is_needle_read("harden"));
    });
}

#[test]
fn a_process_cannot_read_its_own_files_in_proc() {
    without_rights("a_process_cannot_read_its_own_files_in_proc", || {
        let reads_own = |measures| said(&child_of(":", measures, "read own").output().unwrap());
        assert_eq!(reads_own("nothing"), ["true"], "the control");
        assert_eq!(reads_own("harden"), ["false"]);
    });
}

/// A child that dies by a signal that dumps. Returns true if it dumped, and the number of files
/// that it left.
fn dump(folder: &Path, limits: &str, measures: &str) -> (bool, usize) {
    let mut child = child_of(limits, measures, "abort");
    let done = child.current_dir(folder).output().unwrap();
    assert!(done.status.signal().is_some(), "{}", done.status);
    (
        done.status.core_dumped(),
        fs::read_dir(folder).unwrap().count(),
    )
}

#[test]
fn nothing_is_dumped() {
    without_rights("nothing_is_dumped", || {
        let folder = TempDir::new().unwrap();
        if of_shell("ulimit -Hc") != ["unlimited"] {
            eprintln!("NOT TESTED: core dumps, which this system limits");
            return;
        }
        let limits = "ulimit -c unlimited";
        assert_eq!(dump(folder.path(), limits, "harden"), (false, 0));
        let (is_dumped, _) = dump(folder.path(), limits, "nothing");
        assert!(is_dumped, "the control");
    });
}

#[test]
fn a_limit_on_locked_memory_is_told_and_nothing_is_locked() {
    let test = "a_limit_on_locked_memory_is_told_and_nothing_is_locked";
    without_rights(test, || {
        for (limit, told) in [("0", "0"), ("64", "65536")] {
            let child = child_of(&format!("ulimit -l {limit}"), "lock", "limit").output();
            assert_eq!(said(&child.unwrap()), [told, "0"]);
        }
    });
}

/// Returns true if no limit on locked memory counts for this process: it has `CAP_IPC_LOCK` or
/// `CAP_SYS_RESOURCE`, and not in a user namespace alone.
fn is_exempt() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = u64::from_str_radix(line.unwrap().trim(), 16).unwrap();
    let map = fs::read_to_string("/proc/self/uid_map").unwrap();
    map.split_whitespace().eq(["0", "0", "4294967295"]) && capabilities & (1 << 14 | 1 << 24) != 0
}

/// Memory that is allocated later is locked, too.
#[test]
fn everything_is_locked_where_there_is_no_limit() {
    if of_shell("ulimit -l") != ["unlimited"] && !is_exempt() {
        eprintln!("NOT TESTED: locked memory, which this system limits");
        return;
    }
    let kib = |measures| -> (u64, u64) {
        let said = said(&child_of(":", measures, "allocate").output().unwrap());
        (said[0].parse().unwrap(), said[1].parse().unwrap())
    };
    assert_eq!(kib("nothing"), (0, 0), "the control");
    let (before, behind) = kib("lock");
    assert!(
        before > 0 && behind >= before + (64 << 10),
        "{before} KiB, then {behind}"
    );
}
