//! Memory that a vault takes, in a process that did not build it.

use std::path::Path;
use std::process::Command;

use keyslot::Vault;

use crate::grown;

/// The argument that makes this program measure memory.
pub const MEASURE: &str = "--memory";

/// The most memory of a process above what it had before it opened the vault, in bytes.
pub struct Memory {
    /// After opening, and calls that are made all the time.
    pub calls: u64,
    /// After calls that go through everything, too.
    pub walks: u64,
}

impl Memory {
    /// Runs this program again. What a process once had for building a vault, its allocator has
    /// ready for other things, so that their memory would not show.
    pub fn in_a_process_of_its_own(file: &Path, projects: u64) -> Self {
        let program = std::env::current_exe().unwrap();
        let projects = projects.to_string();
        let mut command = Command::new(program);
        let done = command
            .arg(MEASURE)
            .arg(file)
            .arg(projects)
            .output()
            .unwrap();
        assert!(done.status.success());
        let text = String::from_utf8(done.stdout).unwrap();
        let (calls, walks) = text.trim().split_once(' ').unwrap();
        let [calls, walks] = [calls, walks].map(|bytes| bytes.parse().unwrap());
        Self { calls, walks }
    }

    /// The other side: measures, and prints both numbers.
    pub fn measure(file: &Path, projects: u64) {
        let before = of_this_process("VmRSS:");
        let above = || of_this_process("VmHWM:").saturating_sub(before);
        let folder = tempfile::tempdir_in(file.parent().unwrap()).unwrap();
        let vault = Vault::open(file, &grown::key()).unwrap();
        grown::reads(&vault, projects);
        let calls = above();
        grown::walks(&vault, folder.path());
        println!("{calls} {}", above());
    }
}

/// Memory of this process, in bytes; 0 where the system does not say.
fn of_this_process(kind: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(kind));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}
