//! The logs, read in all ways and held against the list.

use keyslot::{AuditLog, AuditQuery};

use super::history::Entry;
use super::steps::Setting;
use super::world::{Logs, World};

impl World<'_> {
    /// Holds what a vault reads against what was done.
    pub(super) fn compare(&self, vault: usize) -> Result<(), String> {
        let vault = &self.opened[vault].vault;
        for tenant in ["acme", "globex"] {
            let log = vault.audit(tenant).unwrap();
            let none = Logs::default();
            let logs = self.logs.get(tenant).unwrap_or(&none);
            let expected = [logs.changes.all(), logs.uses.all()];
            let read: Vec<Entry> = log
                .oldest_first()
                .map(|entry| entry.map(|entry| Entry::of(&entry)))
                .collect::<keyslot::Result<_>>()
                .map_err(|error| error.to_string())?;
            // The two logs are read as one, each in its own order.
            let mut left = [expected[0].iter().peekable(), expected[1].iter().peekable()];
            let mut rest = read.iter();
            let other = rest.find(|entry| {
                let mut logs = left.iter_mut();
                logs.all(|log| log.next_if_eq(entry).is_none())
            });
            let next = left.map(|mut log| log.next().cloned());
            if other.is_some() || next.iter().any(Option::is_some) {
                return Err(format!("{tenant}: {other:?} instead of {next:?}"));
            }
            Self::compare_ways(&log, &read)?;
        }
        let report = vault.verify().map_err(|error| error.to_string())?;
        if report.is_intact() {
            Ok(())
        } else {
            Err(format!("{:?}", report.findings))
        }
    }

    /// All ways to read a log give the same entries.
    fn compare_ways(log: &AuditLog, read: &[Entry]) -> Result<(), String> {
        let sorted = |mut entries: Vec<Entry>| {
            entries.sort_by_key(|entry| (entry.number, entry.action, entry.time));
            entries
        };
        let all = sorted(read.to_vec());
        let newest: Vec<Entry> = log
            .entries()
            .map(|entry| Entry::of(&entry.unwrap()))
            .collect();
        if sorted(newest) != all {
            return Err("the newest first are others".to_owned());
        }
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = log
                .page(&AuditQuery::new().oldest_first(), after, 3)
                .unwrap();
            pages.extend(page.entries.iter().map(Entry::of));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if pages != read {
            return Err("page by page there are others".to_owned());
        }
        #[cfg(feature = "json")]
        {
            let mut file = Vec::new();
            let lines = log.export(&mut file).unwrap();
            log.check_export(&file[..])
                .map_err(|error| error.to_string())?;
            if lines != read.len() as u64 {
                return Err("an export has others".to_owned());
            }
        }
        Ok(())
    }

    /// Stores all that waits, and holds the logs against what was done, read by both vaults and by
    /// one that was not there.
    pub(super) fn end(mut self) -> Result<(), String> {
        for vault in [1, 0] {
            self.compare(vault)?;
            self.opened[vault].vault.flush_audit().unwrap();
            self.flushed(vault);
        }
        self.compare(1)?;
        self.reopen(0, Setting::Plain);
        self.compare(0)
    }
}
