//! Plain lists of the things that were done.

use std::collections::VecDeque;
use std::time::UNIX_EPOCH;

use keyslot::{AuditEntry, ErrorKind, Fingerprint, RecordId, Surface};

/// One entry, in plain words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) time: u64,
    pub(super) action: &'static str,
    pub(super) scope: String,
    pub(super) name: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) run: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) found_in: Option<String>,
    pub(super) record: Option<RecordId>,
    pub(super) version: Option<u64>,
    pub(super) fingerprint: Option<Fingerprint>,
    pub(super) tool: Option<String>,
    pub(super) host: Option<String>,
    pub(super) surface: Option<Surface>,
    pub(super) instructions: bool,
    pub(super) generation: Option<u32>,
    pub(super) count: Option<u64>,
    pub(super) refused: Option<ErrorKind>,
}

impl Entry {
    /// An entry as a log has it.
    pub(super) fn of(entry: &AuditEntry) -> Self {
        Self {
            number: entry.number,
            time: entry.time.duration_since(UNIX_EPOCH).unwrap().as_secs(),
            action: entry.action.as_str(),
            scope: entry.scope.as_ref().unwrap().to_string(),
            name: entry.name.as_ref().map(ToString::to_string),
            actor: entry.actor.as_ref().map(ToString::to_string),
            run: entry.run.clone(),
            reason: entry.reason.clone(),
            found_in: entry.found_in.as_ref().map(ToString::to_string),
            record: entry.record,
            version: entry.version.map(|version| version.get()),
            fingerprint: entry.fingerprint,
            tool: entry.tool.clone(),
            host: entry.host.clone(),
            surface: entry.surface,
            instructions: entry.instructions,
            generation: entry.generation,
            count: entry.count,
            refused: entry.outcome.err(),
        }
    }
}

/// One log: the entries of each write.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    writes: VecDeque<Vec<Entry>>,
    last: u64,
}

impl Log {
    /// True once something was written to it.
    pub(super) fn is_begun(&self) -> bool {
        self.last > 0
    }

    /// Writes entries together.
    pub(super) fn write(&mut self, mut entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        for entry in &mut entries {
            self.last += 1;
            entry.number = self.last;
        }
        self.writes.push_back(entries);
    }

    /// Takes writes away of which none is among the newest entries; in steps of 64, each of which
    /// `told` is written of.
    pub(super) fn prune(&mut self, newest: u64, told: &Entry) -> u64 {
        let (end, mut left, mut taken) = (self.last, self.writes.len(), 0);
        loop {
            let mut count = 0;
            for _ in 0..left.min(64) {
                let number = self.writes[0].last().unwrap().number;
                if end - number < newest {
                    break;
                }
                count += self.writes.pop_front().unwrap().len() as u64;
                left -= 1;
            }
            if count == 0 {
                return taken;
            }
            taken += count;
            self.write(vec![Entry {
                count: Some(count),
                ..told.clone()
            }]);
        }
    }

    /// All that is left, the oldest first.
    pub(super) fn all(&self) -> Vec<Entry> {
        self.writes.iter().flatten().cloned().collect()
    }
}
