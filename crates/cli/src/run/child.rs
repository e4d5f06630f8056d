//! The program that is run: all that it is given, and how it ended.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, ExitStatus};

use signal_hook::consts::SIGINT;
use std::os::unix::process::ExitStatusExt;
use zeroize::Zeroizing;

/// A program to run, with its whole environment and what it reads.
pub(crate) struct Child {
    /// The program, as it is looked up in `PATH`.
    pub(crate) program: OsString,
    /// Its arguments, which hold no values.
    pub(crate) arguments: Vec<OsString>,
    /// The whole environment: nothing of ours is added.
    pub(crate) environment: Vec<(OsString, Zeroizing<Vec<u8>>)>,
    /// The text that is its standard input; without one it has ours.
    pub(crate) input: Option<Zeroizing<Vec<u8>>>,
}

impl Child {
    /// Returns the call that starts the program, with all but its streams.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear();
        command.envs(self.variables());
        command
    }

    /// Returns the variables of its environment.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        let variables = self.environment.iter();
        variables.map(|(name, value)| (name.as_os_str(), OsStr::from_bytes(value)))
    }
}

/// Shows no values, and no arguments.
impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child")
            .field("arguments", &self.arguments.len())
            .field("variables", &self.environment.len())
            .field("input", &self.input.is_some())
            .finish_non_exhaustive()
    }
}

/// The end of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It ended by itself, with this code.
    Code(u8),
    /// A signal ended it.
    Signal(u8),
}

impl Exit {
    /// Code for a program that is there but cannot be run, as shells have it.
    pub(crate) const CANNOT_RUN: Self = Self::Code(126);

    /// Code for a program that is not found, as shells have it.
    pub(crate) const NOT_FOUND: Self = Self::Code(127);

    /// Returns the end that stands for a program that could not be started.
    pub(crate) fn of_error(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NOT_FOUND,
            _ => Self::CANNOT_RUN,
        }
    }

    /// Returns the exit code of a shell: 128 and the number of the signal that ended the program.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => signal.saturating_add(128),
        }
    }

    /// Returns the code that this process ends with. After `SIGINT` it ends here, by that signal
    /// too, so that a shell stops the loop or script that it runs. The others have a code: some of
    /// them write the memory of a process to a file.
    pub(crate) fn pass_on(self) -> u8 {
        if self == Self::Signal(2) {
            // It returns only if the signal is ignored.
            let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
        }
        self.code()
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        let byte = |number: i32| u8::try_from(number & 0xff).unwrap_or(u8::MAX);
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(byte(code)),
            (None, Some(signal)) => Self::Signal(byte(signal)),
            (None, None) => Self::Code(1),
        }
    }
}

/// Says on an error output why a program could not be started.
pub(crate) fn tell(mut to: impl Write, error: &io::Error) {
    let message = match error.kind() {
        io::ErrorKind::NotFound => "the program behind `--` was not found",
        io::ErrorKind::PermissionDenied => "the program behind `--` may not be executed",
        io::ErrorKind::ArgumentListTooLong => {
            "the program behind `--` cannot take so long an environment"
        }
        _ => "the program behind `--` could not be started",
    };
    // Nobody else could be told that this fails.
    let _ = writeln!(to, "keyslot: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_of(script: &str) -> Exit {
        let status = Command::new("sh").args(["-c", script]).status();
        Exit::from(status.unwrap())
    }

    #[test]
    fn ends_are_those_of_a_shell() {
        for (script, exit, code) in [
            ("exit 0", Exit::Code(0), 0),
            ("exit 7", Exit::Code(7), 7),
            ("exit 255", Exit::Code(255), 255),
            ("kill -TERM $$", Exit::Signal(15), 143),
            ("kill -KILL $$", Exit::Signal(9), 137),
            ("kill -INT $$", Exit::Signal(2), 130),
        ] {
            assert_eq!(exit_of(script), exit, "{script}");
            assert_eq!(exit.code(), code, "{script}");
        }
    }

    #[test]
    fn a_program_that_cannot_start_has_the_codes_of_a_shell() {
        let failed = |program| Command::new(program).spawn().map(drop).unwrap_err();
        let missing = failed("/nowhere/at/all");
        assert_eq!(Exit::of_error(&missing).code(), 127);
        assert_eq!(Exit::of_error(&failed("/etc/passwd")).code(), 126);
    }

    #[test]
    fn the_environment_is_the_given_one_alone_and_never_shown() {
        let child = Child {
            program: "env".into(),
            arguments: Vec::new(),
            environment: vec![("TOKEN".into(), Zeroizing::new(b"t0ken-of-ada".to_vec()))],
            input: None,
        };
        // Looked up in our own PATH.
        let shown = child.command().output().unwrap().stdout;
        assert_eq!(shown, b"TOKEN=t0ken-of-ada\n");
        assert!(!format!("{child:?}").contains("t0ken"));
    }
}
