//! The error of a command: its exit code, its message, and the next thing to do.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::Path;

use keyslot::ErrorKind;
use serde_json::json;

use crate::exit::Exit;

/// The result of every step of a command.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// An error of a command. No part of it holds a value, a key or rejected input.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    code: &'static str,
    message: String,
    causes: Vec<String>,
    next: Option<String>,
}

impl Failure {
    /// Makes an error of the command itself.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            code: code(exit),
            message: message.into(),
            causes: Vec::new(),
            next: None,
        }
    }

    /// Makes an error about arguments or settings.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Makes an error of the operating system: `doing` says what was tried, such as
    /// `cannot read the file`.
    pub(crate) fn io(doing: impl fmt::Display, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::BrokenPipe, "the reader went away"),
            // Not its text: an error of a reader could hold a part of what was read.
            kind => Self::new(Exit::Failed, format!("{doing}: {kind}")),
        }
    }

    /// Adds the next thing to do, in place of the one that is known for the kind of error.
    pub(crate) fn next(mut self, words: impl Into<String>) -> Self {
        self.next = Some(words.into());
        self
    }

    /// Names the file that the error is in. `drawn` are its lines with carets under the places,
    /// which hold the messages.
    pub(crate) fn in_file(mut self, path: &Path, drawn: Option<&str>) -> Self {
        self.message = match drawn {
            Some(drawn) => format!("{}\n{}", path.display(), drawn.trim_end()),
            None => format!("{}: {}", path.display(), self.message),
        };
        if drawn.is_some() {
            self.causes.clear();
        }
        self
    }

    /// Returns the exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Returns the message alone.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Returns the next thing to do.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Returns the error as an object: `code`, `message`, `next` and `exit`.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        json!({ "error": {
            "code": self.code,
            "message": self.message,
            "causes": self.causes,
            "next": self.next,
            "exit": self.exit.code(),
        }})
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, "\n  because: {cause}")?;
        }
        match &self.next {
            Some(next) => write!(f, "\n  next: {next}"),
            None => Ok(()),
        }
    }
}

impl From<keyslot::Error> for Failure {
    fn from(error: keyslot::Error) -> Self {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        let others = error.all().skip(1).map(ToString::to_string);
        Self {
            exit: error.kind().into(),
            code: error.kind().as_str(),
            message: error.to_string(),
            causes: others.chain(causes.map(ToString::to_string)).collect(),
            next: next(error.kind()).map(str::to_owned),
        }
    }
}

/// The code of an error that the command itself makes.
fn code(exit: Exit) -> &'static str {
    match exit {
        Exit::Usage => "usage",
        Exit::Key => "key",
        Exit::Vault => "vault",
        Exit::Found => "found",
        Exit::Part => "part",
        Exit::Interrupted => "interrupted",
        Exit::BrokenPipe => "broken_pipe",
        Exit::UnsafeFile => "unsafe_file",
        Exit::NotFound => "not_found",
        Exit::Refused => "refused",
        Exit::Damaged => "corrupt",
        Exit::TryAgain => "busy",
        Exit::Done | Exit::Failed | Exit::Program(_) => "io",
    }
}

/// The next thing to do after an error of the library, where there is one for all of its kind.
fn next(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::VaultNotFound => {
            "make a vault with `keyslot init`, or name another with --vault"
        }
        ErrorKind::VaultExists => "use it as it is, or name another place with --vault",
        ErrorKind::WrongKey => {
            "name the key of this vault with --key-file, KEYSLOT_KEY or --passphrase"
        }
        ErrorKind::InvalidKey => "make a key with `keyslot keygen`, and name it with --key-file",
        ErrorKind::NotFound => "see what there is with `keyslot list`",
        ErrorKind::NoSuchVersion => "see the kept versions with `keyslot history`",
        ErrorKind::Inactive => "switch it on with `keyslot enable`",
        ErrorKind::Revoked => {
            "revoking is final; store a new value with `keyslot set --replace-revoked`"
        }
        ErrorKind::Corrupt => "run `keyslot verify`, and restore a backup with `keyslot restore`",
        ErrorKind::UnsafeFile => "`keyslot status` says what is open to whom",
        ErrorKind::Busy | ErrorKind::Unavailable | ErrorKind::VaultKeyReplaced => {
            "run the same command again"
        }
        ErrorKind::Conflict => "look at it with `keyslot show`, and decide again",
        ErrorKind::Unsettled => "look with `keyslot show` if the change was stored",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_to_do_next() {
        let failure = Failure::from(keyslot::Error::new(ErrorKind::WrongKey, "not the key"));
        assert_eq!(failure.exit(), Exit::Key);
        let shown = failure.to_string();
        assert!(
            shown.starts_with("not the key\n  next: name the key"),
            "{shown}"
        );
        assert_eq!(failure.to_json()["error"]["code"], "wrong_key");
        assert_eq!(failure.to_json()["error"]["exit"], 5);

        let own = Failure::usage("no name").next("give one");
        assert_eq!(own.to_string(), "no name\n  next: give one");
    }

    #[test]
    fn a_broken_pipe_has_a_code_of_its_own() {
        let error = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::io("cannot write", &error).exit(), Exit::BrokenPipe);
        let error = io::Error::other("a value that was read");
        let failure = Failure::io("cannot write", &error);
        assert_eq!(failure.exit(), Exit::Failed);
        assert!(!failure.to_string().contains("value"), "{failure}");
    }
}
