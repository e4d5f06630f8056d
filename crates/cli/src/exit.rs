//! Exit codes: one table for all commands.

use keyslot::ErrorKind;

/// An exit code of the command. The numbers never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command did its work.
    Done,
    /// The operating system or the store failed.
    Failed,
    /// The arguments, the settings or a value are not valid.
    Usage,
    /// There is no such secret, version or scope.
    NotFound,
    /// The secret exists, and may not be used so or now.
    Refused,
    /// The key is missing, wrong or weak.
    Key,
    /// There is no vault, or one already, or one that this version does not read.
    Vault,
    /// The vault is damaged, or older rows were put back.
    Damaged,
    /// The same command may succeed later.
    TryAgain,
    /// A file or folder is open to other users.
    UnsafeFile,
    /// A check found something: `verify`, `status`, `render --check`.
    Found,
    /// A signal ended the command when a part of its work was done: `import`.
    Part,
    /// The user ended the command at a prompt.
    Interrupted,
    /// The reader of the output went away.
    BrokenPipe,
    /// The program of `run` ended with this code.
    Program(u8),
}

impl Exit {
    /// Returns the number that the process exits with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Key => 5,
            Self::Vault => 6,
            Self::Damaged => 7,
            Self::TryAgain => 8,
            Self::UnsafeFile => 9,
            Self::Found => 10,
            Self::Part => 11,
            // As a shell reports a process that SIGINT or SIGPIPE ended.
            Self::Interrupted => 130,
            Self::BrokenPipe => 141,
            Self::Program(code) => code,
        }
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Syntax
            | ErrorKind::UnknownFilter
            | ErrorKind::FilterFailed
            | ErrorKind::Unencodable
            | ErrorKind::TooLarge
            | ErrorKind::InvalidDocument
            | ErrorKind::InvalidName
            | ErrorKind::InvalidScope
            | ErrorKind::InvalidValue
            | ErrorKind::InvalidInput => Self::Usage,
            ErrorKind::NotFound | ErrorKind::NoSuchVersion => Self::NotFound,
            ErrorKind::Inactive
            | ErrorKind::Revoked
            | ErrorKind::Expired
            | ErrorKind::NotYetValid
            | ErrorKind::Denied => Self::Refused,
            ErrorKind::InvalidKey
            | ErrorKind::WeakKey
            | ErrorKind::WrongKey
            | ErrorKind::KeyDenied
            | ErrorKind::KeyProvider => Self::Key,
            ErrorKind::VaultNotFound
            | ErrorKind::VaultExists
            | ErrorKind::NotAVault
            | ErrorKind::UnsupportedFormat
            | ErrorKind::UnsafeSqlite => Self::Vault,
            ErrorKind::Corrupt | ErrorKind::Tampered => Self::Damaged,
            ErrorKind::Conflict
            | ErrorKind::Busy
            | ErrorKind::Unavailable
            | ErrorKind::Unsettled
            | ErrorKind::VaultKeyReplaced => Self::TryAgain,
            ErrorKind::UnsafeFile => Self::UnsafeFile,
            ErrorKind::Stopped => Self::Interrupted,
            _ => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_for_ever() {
        let codes = [
            (Exit::Done, 0),
            (Exit::Failed, 1),
            (Exit::Usage, 2),
            (Exit::NotFound, 3),
            (Exit::Refused, 4),
            (Exit::Key, 5),
            (Exit::Vault, 6),
            (Exit::Damaged, 7),
            (Exit::TryAgain, 8),
            (Exit::UnsafeFile, 9),
            (Exit::Found, 10),
            (Exit::Part, 11),
            (Exit::Interrupted, 130),
            (Exit::BrokenPipe, 141),
        ];
        let readme = include_str!("../README.md");
        for (exit, code) in codes {
            assert_eq!(exit.code(), code);
            let row = format!("\n| {code} | ");
            assert!(readme.contains(&row), "the table has no row for {code}");
        }
        assert!(!readme.contains("\n| 12 | "), "the control");
    }

    #[test]
    fn kinds_of_errors_have_a_code() {
        for (kind, exit) in [
            (ErrorKind::InvalidName, Exit::Usage),
            (ErrorKind::NoSuchVersion, Exit::NotFound),
            (ErrorKind::Revoked, Exit::Refused),
            (ErrorKind::WrongKey, Exit::Key),
            (ErrorKind::VaultNotFound, Exit::Vault),
            (ErrorKind::Tampered, Exit::Damaged),
            (ErrorKind::Busy, Exit::TryAgain),
            (ErrorKind::VaultKeyReplaced, Exit::TryAgain),
            (ErrorKind::UnsafeFile, Exit::UnsafeFile),
            (ErrorKind::StorageFull, Exit::Failed),
        ] {
            assert_eq!(Exit::from(kind), exit, "{kind}");
        }
    }
}
