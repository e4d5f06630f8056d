//! The journal of operations, in one file for all processes of a test. A line is one system call,
//! so a process that is killed leaves whole lines, in the order in which they were written.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use keyslot::{AuditCursor, ErrorKind};

use super::operations::{Key, Operation, State, States};

/// The end of a journal, to which a process writes.
pub struct Writer(File);

impl Writer {
    pub fn open(file: &Path) -> Self {
        let file = OpenOptions::new().append(true).create(true).open(file);
        Self(file.unwrap())
    }

    pub fn begins(&self, worker: u32, operation: Operation) {
        self.line(&format!("> {worker} {operation}\n"));
    }

    /// Says that an operation begins which an audit log knows by its run.
    pub fn begins_as(&self, worker: u32, operation: Operation, run: &str) {
        self.line(&format!("> {worker} {operation} #{run}\n"));
    }

    /// Says that a worker has a value of a secret.
    pub fn given(&self, worker: u32) {
        self.line(&format!("= {worker} given\n"));
    }

    /// Says how an operation ended: "ok", or the kind of an error.
    pub fn ended(&self, worker: u32, outcome: Result<(), ErrorKind>) {
        let outcome = outcome.map_or_else(|kind| kind.to_string(), |()| "ok".to_owned());
        self.line(&format!("< {worker} {outcome}\n"));
    }

    fn line(&self, text: &str) {
        (&self.0).write_all(text.as_bytes()).unwrap();
    }
}

/// Expected state of a vault, as its journal says.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub states: States,
    /// Operations that had begun and had not ended. Each may have happened or not.
    pub open: BTreeMap<u32, Operation>,
    /// The states that each backup must be of: those as it began, and all that came after.
    pub backups: BTreeMap<u64, Copied>,
    pub acknowledged: usize,
    /// Operations that had not ended when a vault was compared.
    pub cut_off: usize,
    pub refused: BTreeMap<String, usize>,
    /// True if faults are injected, so that any operation may fail.
    pub is_faulty: bool,
    /// Operations that are not compared with the audit log yet; `None` if there is no log.
    pub begun: Option<Vec<Begun>>,
    /// The place up to which the audit log was read.
    pub place: Option<AuditCursor>,
}

/// An operation as an audit log may have it.
#[derive(Clone, Debug)]
pub struct Begun {
    worker: u32,
    operation: Operation,
    pub run: String,
    /// The entries of it, if it is done.
    pub entries: Vec<(&'static str, usize)>,
    /// The states of its secrets then.
    pub after: States,
    /// True once a value was given.
    pub is_given: bool,
    /// True if it is known to be done or not.
    pub is_done: Option<bool>,
}

/// A backup.
#[derive(Clone, Debug)]
pub struct Copied {
    pub is_acknowledged: bool,
    pub may_be: BTreeMap<Key, Vec<State>>,
}

impl Journal {
    /// Reads on. The last line may lack its end, if a machine lost power.
    ///
    /// # Errors
    ///
    /// An answer that no state of the vault explains.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().try_for_each(|line| self.line(line))
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let mut parts = line.splitn(3, ' ');
        let (mark, worker) = (parts.next(), parts.next());
        let worker: u32 = worker.and_then(|worker| worker.parse().ok()).ok_or(line)?;
        let rest = parts.next().ok_or(line)?;
        match mark {
            Some(">") => {
                let (rest, run) = rest.split_once(" #").unwrap_or((rest, ""));
                let operation: Operation = rest.parse().map_err(|()| line)?;
                self.note(worker, operation, run);
                self.begins(worker, operation);
                Ok(())
            }
            Some("=") => {
                if let Some(begun) = self.noted(worker) {
                    begun.is_given = true;
                }
                Ok(())
            }
            Some("<") => self.ended(worker, rest),
            _ => Err(line.to_owned()),
        }
    }

    /// Notes an operation that an audit log knows.
    fn note(&mut self, worker: u32, operation: Operation, run: &str) {
        let after = match operation.effect(worker, &self.states) {
            Some(Ok(changes)) => changes.into_iter().collect(),
            _ => States::new(),
        };
        let begun = Begun {
            worker,
            operation,
            run: run.to_owned(),
            entries: operation.entries(worker, &self.states),
            after,
            is_given: false,
            is_done: None,
        };
        if let Some(all) = self.begun.as_mut().filter(|_| !run.is_empty()) {
            all.push(begun);
        }
    }

    /// The operation that a worker began last.
    fn noted(&mut self, worker: u32) -> Option<&mut Begun> {
        let mut all = self.begun.iter_mut().flatten();
        all.rfind(|begun| begun.worker == worker)
    }

    fn begins(&mut self, worker: u32, operation: Operation) {
        if let Some(Ok(changes)) = operation.effect(worker, &self.states) {
            for (key, state) in changes {
                for copied in self.backups.values_mut() {
                    let may_be = copied.may_be.entry(key);
                    may_be.or_insert_with(|| vec![State::Absent]).push(state);
                }
            }
        }
        if let Operation::Backup(number) = operation {
            let mut may_be: BTreeMap<_, _> = self
                .states
                .iter()
                .map(|(key, state)| (*key, vec![*state]))
                .collect();
            for (worker, operation) in &self.open {
                if let Some(Ok(changes)) = operation.effect(*worker, &self.states) {
                    for (key, state) in changes {
                        may_be
                            .entry(key)
                            .or_insert_with(|| vec![State::Absent])
                            .push(state);
                    }
                }
            }
            let copied = Copied {
                is_acknowledged: false,
                may_be,
            };
            self.backups.insert(number, copied);
        }
        self.open.insert(worker, operation);
    }

    fn ended(&mut self, worker: u32, outcome: &str) -> Result<(), String> {
        let operation = self.open.remove(&worker).ok_or("an end without a begin")?;
        let expected = operation.effect(worker, &self.states);
        // The opening of a vault is not noted.
        let noted = self.noted(worker);
        if let Some(begun) = noted.filter(|begun| begun.operation == operation) {
            begun.is_done = Some(outcome == "ok").filter(|_| outcome != "unsettled");
        }
        if outcome != "ok" {
            *self.refused.entry(outcome.to_owned()).or_default() += 1;
        }
        if self.is_faulty && outcome != "ok" && operation == Operation::EraseOther {
            self.open.insert(worker, operation);
        }
        match (expected, outcome) {
            (Some(Ok(changes)), "ok") => self.states.extend(changes),
            (None, "ok") => {}
            // Stored or not, as the error says; and a change of the root key is of several writes.
            (Some(Ok(_)), outcome)
                if self.is_faulty
                    && (outcome == "unsettled" || matches!(operation, Operation::Root(_))) =>
            {
                self.open.insert(worker, operation);
                return Ok(());
            }
            (Some(Err(kind)), outcome) if outcome == kind.to_string() => {}
            (Some(Err(kind)), outcome) if !self.is_faulty || outcome == "ok" => {
                return Err(format!("{operation} of {worker}: {outcome}, not {kind}"));
            }
            (Some(Ok(_)), outcome) if !self.is_faulty => {
                return Err(format!("{operation} of {worker}: {outcome}"));
            }
            _ => {}
        }
        if outcome == "ok" {
            self.acknowledged += 1;
            if let Operation::Backup(number) = operation {
                if let Some(copied) = self.backups.get_mut(&number) {
                    copied.is_acknowledged = true;
                }
            }
        }
        Ok(())
    }

    /// The states that some secrets may have: none or all of the changes of each operation that had
    /// not ended.
    pub fn may_be(&self) -> Vec<(Vec<Key>, [States; 2])> {
        let mut all = Vec::new();
        for (worker, operation) in &self.open {
            if let Some(Ok(changes)) = operation.effect(*worker, &self.states) {
                let old = changes
                    .iter()
                    .map(|(key, _)| (*key, self.states.get(key).copied().unwrap_or_default()))
                    .collect();
                let keys = changes.iter().map(|(key, _)| *key).collect();
                all.push((keys, [old, changes.into_iter().collect()]));
            }
        }
        all
    }
}
