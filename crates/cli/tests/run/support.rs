//! A vault in a folder, calls of the program, and a terminal.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use tempfile::TempDir;

/// The value of `TOKEN`.
pub const VALUE: &str = "sk_live_9f86d081884c7d659a2feaa0c55ad015";

/// A folder with a vault, a key and settings.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.done(&["init", "--scope", "acme"], "");
        home.done(&["set", "TOKEN"], VALUE);
        home
    }

    /// Makes a folder without a vault.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyslot"));
        self.set(command.args(args));
        command
    }

    /// Gives a program our folder and an environment of its own.
    pub fn set(&self, command: &mut Command) {
        command
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("T", "<<$secret.TOKEN>>")
            .env("PS1", "$ ");
    }

    pub fn call(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut to = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A program need not read its input.
        std::thread::spawn(move || to.write_all(&input));
        child.wait_with_output().unwrap()
    }

    /// Makes a call that must succeed, and returns its output.
    pub fn done(&self, args: &[&str], input: &str) -> String {
        let output = self.call(args, input.as_bytes());
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a script of a shell, and returns its output.
    pub fn sh(&self, options: &[&str], script: &str) -> Output {
        let args = [&["run"], options, &["--", "sh", "-c", script]].concat();
        self.call(&args, b"")
    }

    /// Begins a program at a terminal of its own.
    pub fn at_terminal(&self, program: &str, args: &[&str]) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        set_size(&ours, 33, 101);
        let mut command = Command::new("setsid");
        self.set(command.args(["--ctty", program]).args(args));
        let copy = || Stdio::from(theirs.try_clone().unwrap());
        command.stdin(copy()).stdout(copy()).stderr(copy());
        let usual = tcgetattr(&theirs).unwrap();
        Terminal {
            child: command.spawn().unwrap(),
            ours,
            usual,
            seen: Vec::new(),
        }
    }

    /// Runs a script of a shell at a terminal.
    pub fn job(&self, script: &str) -> Terminal {
        let keyslot = env!("CARGO_BIN_EXE_keyslot");
        self.at_terminal(keyslot, &["run", "--", "sh", "-c", script])
    }
}

fn set_size(terminal: &OwnedFd, ws_row: u16, ws_col: u16) {
    let size = Winsize {
        ws_row,
        ws_col,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(terminal, size).unwrap();
}

/// A terminal, and the program at it.
pub struct Terminal {
    pub child: Child,
    pub ours: OwnedFd,
    usual: Termios,
    seen: Vec<u8>,
}

impl Terminal {
    pub fn press(&self, keys: &str) {
        rustix::io::write(&self.ours, keys.as_bytes()).unwrap();
    }

    pub fn resize(&self, rows: u16, columns: u16) {
        set_size(&self.ours, rows, columns);
    }

    /// Waits for a text on the screen, and returns all up to it.
    pub fn until(&mut self, text: &str) -> String {
        loop {
            let found = self
                .seen
                .windows(text.len())
                .position(|part| part == text.as_bytes());
            if let Some(at) = found {
                let rest = self.seen.split_off(at + text.len());
                let shown = std::mem::replace(&mut self.seen, rest);
                return String::from_utf8(shown).unwrap();
            }
            assert!(
                self.read(),
                "no {text:?} in {:?}",
                String::from_utf8_lossy(&self.seen)
            );
        }
    }

    /// Reads more; false at the end, or when nothing has come for long.
    fn read(&mut self) -> bool {
        let most = Timespec {
            tv_sec: 60,
            tv_nsec: 0,
        };
        let mut fds = [PollFd::new(&self.ours, PollFlags::IN)];
        let mut part = [0; 4096];
        if poll(&mut fds, Some(&most)).unwrap() == 0 {
            return false;
        }
        match rustix::io::read(&self.ours, &mut part) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.seen.extend_from_slice(&part[..count]);
                true
            }
        }
    }

    /// Waits for the end, and returns the rest of the screen and the exit code, as a shell has it.
    pub fn end(mut self) -> (String, i32) {
        use std::os::unix::process::ExitStatusExt;
        while self.read() {}
        let status = self.child.wait().unwrap();
        let code = status.code().unwrap_or_else(|| -status.signal().unwrap());
        (String::from_utf8_lossy(&self.seen).into_owned(), code)
    }

    /// Returns true if the terminal has the settings that it began with.
    pub fn is_as_before(&self) -> bool {
        let now = tcgetattr(&self.ours).unwrap();
        now.local_modes == self.usual.local_modes
            && now.output_modes == self.usual.output_modes
            && now.input_modes == self.usual.input_modes
    }
}

/// Reads a file of `/proc`, which may have gone.
pub fn proc_file(pid: &str, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(mut file) = fs::File::open(format!("/proc/{pid}/{name}")) {
        let _ = file.read_to_end(&mut bytes);
    }
    bytes
}

pub fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}
