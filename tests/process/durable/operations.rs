//! Operations on a vault, and what each does to the secrets that a worker has for itself.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use keyslot::ErrorKind;

/// Secrets of each worker.
pub const NAMES: usize = 6;

/// One secret: the number of its worker, and its number.
pub type Key = (u32, usize);

/// The pseudo secret that stands for the root key of the vault.
pub const ROOT: Key = (u32::MAX, 0);

/// State of a secret. A value is known by a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Absent,
    Live(u64),
    Off(u64),
    Revoked,
}

pub type States = BTreeMap<Key, State>;

/// One call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Put(usize, u64),
    Replace(usize, u64),
    Revoke(usize),
    Delete(usize),
    Off(usize),
    On(usize),
    /// A put of all secrets of the worker in one write.
    PutAll(u64),
    /// The root key becomes the one with this number.
    Root(u64),
    Rotate,
    Rewrap,
    Destroy,
    AddKey,
    RemoveKey,
    Compact,
    Purge,
    /// A backup into the file with this number.
    Backup(u64),
    EraseOther,
    Read,
    /// A secret is resolved.
    Use(usize),
    /// The vault is opened, or made.
    Open,
}

use Operation::{
    AddKey, Backup, Compact, Delete, Destroy, EraseOther, Off, On, Open, Purge, Put, PutAll, Read,
    RemoveKey, Replace, Revoke, Rewrap, Root, Rotate, Use,
};

impl Operation {
    /// The entries of an audit log about the operation of a worker, if it is done: the action, and
    /// the number of the secret. Operators have no run, so theirs are not told apart.
    pub fn entries(self, worker: u32, states: &States) -> Vec<(&'static str, usize)> {
        let Some(Ok(changes)) = self.effect(worker, states) else {
            return Vec::new();
        };
        let is_change = |(key, state): &(Key, State)| states.get(key) != Some(state);
        let action = match self {
            Put(..) | PutAll(_) => "put",
            Replace(..) => "replace_revoked",
            // It may be so already, and then nothing is done.
            Revoke(_) if changes.iter().any(is_change) => "revoke",
            Off(_) | On(_) if changes.iter().any(is_change) => "set_status",
            Delete(_) => "delete",
            _ => return Vec::new(),
        };
        changes.iter().map(|((_, at), _)| (action, *at)).collect()
    }

    /// Returns true for a write of one secret that erases nothing, so that no purge follows it.
    pub fn only_writes(self) -> bool {
        matches!(self, Put(..) | Replace(..) | Off(_) | On(_))
    }

    /// The states after the operation of a worker, or the error that it must give. `None` for an
    /// operation that changes no state, and may be refused.
    pub fn effect(
        self,
        worker: u32,
        states: &States,
    ) -> Option<Result<Vec<(Key, State)>, ErrorKind>> {
        let of = |name| states.get(&(worker, name)).copied().unwrap_or_default();
        let becomes = |name, state| Ok(vec![((worker, name), state)]);
        Some(match self {
            Put(name, token) => match of(name) {
                State::Revoked => Err(ErrorKind::Revoked),
                State::Off(_) => becomes(name, State::Off(token)),
                State::Absent | State::Live(_) => becomes(name, State::Live(token)),
            },
            Replace(name, token) => match of(name) {
                State::Revoked => becomes(name, State::Live(token)),
                State::Absent => Err(ErrorKind::NotFound),
                State::Live(_) | State::Off(_) => Err(ErrorKind::Conflict),
            },
            Revoke(name) => match of(name) {
                State::Absent => Err(ErrorKind::NotFound),
                _ => becomes(name, State::Revoked),
            },
            Delete(name) => match of(name) {
                State::Absent => Err(ErrorKind::NotFound),
                State::Revoked => Err(ErrorKind::Revoked),
                _ => becomes(name, State::Absent),
            },
            Off(name) | On(name) => match of(name) {
                State::Absent => Err(ErrorKind::NotFound),
                State::Revoked => Err(ErrorKind::Revoked),
                State::Live(token) | State::Off(token) if matches!(self, Off(_)) => {
                    becomes(name, State::Off(token))
                }
                State::Live(token) | State::Off(token) => becomes(name, State::Live(token)),
            },
            PutAll(token) => {
                let all: Result<Vec<_>, _> = (0..NAMES)
                    .map(|name| match of(name) {
                        State::Revoked => Err(ErrorKind::Revoked),
                        State::Off(_) => Ok(((worker, name), State::Off(token))),
                        _ => Ok(((worker, name), State::Live(token))),
                    })
                    .collect();
                all
            }
            Root(number) => Ok(vec![(ROOT, State::Live(number))]),
            Rotate | Rewrap | Destroy | AddKey | RemoveKey | Compact | Purge | Backup(_)
            | EraseOther | Read | Use(_) | Open => return None,
        })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Put(name, token) => write!(f, "put {name} {token}"),
            Replace(name, token) => write!(f, "replace {name} {token}"),
            Revoke(name) => write!(f, "revoke {name}"),
            Delete(name) => write!(f, "delete {name}"),
            Off(name) => write!(f, "off {name}"),
            On(name) => write!(f, "on {name}"),
            PutAll(token) => write!(f, "put_all {token}"),
            Root(number) => write!(f, "root {number}"),
            Rotate => f.write_str("rotate"),
            Rewrap => f.write_str("rewrap"),
            Destroy => f.write_str("destroy"),
            AddKey => f.write_str("add_key"),
            RemoveKey => f.write_str("remove_key"),
            Compact => f.write_str("compact"),
            Purge => f.write_str("purge"),
            Backup(number) => write!(f, "backup {number}"),
            EraseOther => f.write_str("erase_other"),
            Read => f.write_str("read"),
            Use(name) => write!(f, "use {name}"),
            Open => f.write_str("open"),
        }
    }
}

impl FromStr for Operation {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let what = words.next().ok_or(())?;
        let numbers: Vec<u64> = words.map(|word| word.parse().unwrap()).collect();
        let name = |at: usize| usize::try_from(numbers[at]).unwrap();
        Ok(match what {
            "put" => Put(name(0), numbers[1]),
            "replace" => Replace(name(0), numbers[1]),
            "revoke" => Revoke(name(0)),
            "delete" => Delete(name(0)),
            "off" => Off(name(0)),
            "on" => On(name(0)),
            "put_all" => PutAll(numbers[0]),
            "root" => Root(numbers[0]),
            "rotate" => Rotate,
            "rewrap" => Rewrap,
            "destroy" => Destroy,
            "add_key" => AddKey,
            "remove_key" => RemoveKey,
            "compact" => Compact,
            "purge" => Purge,
            "backup" => Backup(numbers[0]),
            "erase_other" => EraseOther,
            "read" => Read,
            "use" => Use(name(0)),
            "open" => Open,
            _ => return Err(()),
        })
    }
}
