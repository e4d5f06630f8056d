//! A home folder of its own for each test.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A home with a vault, a key, and a project whose `keyslot.toml` names the scope `acme/billing`.
pub(crate) struct Home(TempDir);

impl Home {
    /// Makes the home, its vault and its key.
    pub(crate) fn new() -> Self {
        let home = Self::empty();
        let made = home.run(&["init", "--scope", "acme/billing"]);
        assert!(made.status.success(), "{made:?}");
        home
    }

    /// Makes a home without anything.
    pub(crate) fn empty() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir(home.project()).unwrap();
        home
    }

    /// The path of the home.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The folder in which commands run.
    pub(crate) fn project(&self) -> PathBuf {
        self.path().join("project")
    }

    /// A command that is not started yet.
    pub(crate) fn command(&self, program: &str) -> Command {
        let folder = Path::new(env!("CARGO_BIN_EXE_keyslot")).parent().unwrap();
        let mut command = Command::new(program);
        command
            .current_dir(self.project())
            .env_clear()
            .env("HOME", self.path())
            .env("USER", "ada")
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .stdin(Stdio::null());
        command
    }

    /// Runs `keyslot` without standard input.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let program = env!("CARGO_BIN_EXE_keyslot");
        self.command(program).args(args).output().unwrap()
    }

    /// Runs `keyslot` with standard input.
    pub(crate) fn feed(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .command(env!("CARGO_BIN_EXE_keyslot"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that does not read its input closes it.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }
}

/// The exit code and standard error of a call that failed.
pub(crate) fn failed(output: &Output) -> (i32, String) {
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    (output.status.code().unwrap(), error)
}
