//! Exports of an audit log, and checking them.

use std::io::{BufRead, Write};
use std::ops::RangeInclusive;

use base16ct::lower::{decode_vec, encode_string};
use serde::Serialize;

use super::check::entry_of;
use super::log::AuditLog;
use super::reader::{Read, Reader};
use crate::crypto::LogChain;
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditEntry;
use crate::store::Partition;

/// The longest line of an export, in bytes. An entry has 4 KiB at most.
const MAX_LINE: u64 = 64 * 1024;

/// One line: an entry, and what proves it.
#[derive(Serialize)]
struct Line<'a> {
    log: &'static str,
    #[serde(flatten)]
    entry: &'a AuditEntry,
    /// The value of the chain before the entry, and behind it.
    before: String,
    chain: String,
    bytes: String,
}

/// Result of [`AuditLog::check_export`]: the entries that the export has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditExport {
    /// The numbers of the entries about changes.
    pub changes: Option<RangeInclusive<u64>>,
    /// The numbers of the entries about uses.
    pub uses: Option<RangeInclusive<u64>>,
    /// The numbers of the entries about the keys that open the vault.
    pub keys: Option<RangeInclusive<u64>>,
}

impl AuditExport {
    /// The numbers of the entries of a log.
    fn range(&mut self, log: &str) -> &mut Option<RangeInclusive<u64>> {
        match log {
            "changes" => &mut self.changes,
            "uses" => &mut self.uses,
            _ => &mut self.keys,
        }
    }
}

impl AuditLog {
    /// Writes all entries as lines of JSON: those about changes first, then those about uses, each
    /// the oldest first; or those about keys. Returns the number of lines.
    ///
    /// A line has the fields of an [`AuditEntry`], and `log`, `bytes` (its record in hexadecimal),
    /// `before` and `chain` (the value of the chain before the entry and behind it). Somebody with
    /// the vault can [check](AuditLog::check_export) it at any time later, also when the entries
    /// are not in the vault any more.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let (log, mut file) = (vault.audit("acme")?, Vec::new());
    /// assert_eq!(log.export(&mut file)?, 1);
    /// assert_eq!(log.check_export(&file[..])?.changes, Some(1..=1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`entries`](AuditLog::entries); [`Denied`](ErrorKind::Denied) for the log of a
    /// scope; [`Conflict`](ErrorKind::Conflict) when entries were [pruned](AuditLog::prune) that
    /// were to come; [`Io`](ErrorKind::Io) when the lines cannot be written.
    pub fn export(&self, mut to: impl Write) -> Result<u64> {
        self.must_be_whole()?;
        let mut lines = 0;
        for (log, partition) in self.logs() {
            let mut reader = Reader::new(self.core.clone(), partition, false, None);
            let (mut before, mut last) = (reader.chain_at_begin()?, None);
            while reader.peek()?.is_some() {
                let Some(read) = reader.take() else { break };
                let number = read.entry.number;
                if last.is_some_and(|last: u64| last.checked_add(1) != Some(number)) {
                    return Err(pruned());
                }
                last = Some(number);
                let line = line(log, &before, &read)?;
                before = read.chain;
                writeln!(to, "{line}").map_err(|error| {
                    Error::new(ErrorKind::Io, "an export of an audit log cannot be written")
                        .with_source(error)
                })?;
                lines += 1;
            }
        }
        Ok(lines)
    }

    /// Checks an [export](AuditLog::export): every byte of every line, and that no entry is missing
    /// between the first and the last one of each log. Returns which entries it has: an export that
    /// was cut at its ends has fewer.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let (log, mut file) = (vault.audit("acme")?, Vec::new());
    /// log.export(&mut file)?;
    /// let forged = String::from_utf8(file).unwrap().replace("STRIPE_KEY", "CRM_TOKEN");
    /// assert!(log.check_export(forged.as_bytes()).is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) with the number of the first line that is not what this
    /// vault wrote there; [`Io`](ErrorKind::Io) when the lines cannot be read.
    pub fn check_export(&self, from: impl BufRead) -> Result<AuditExport> {
        let mut from = from;
        let mut export = AuditExport::default();
        let mut last: [Option<(u64, [u8; 32])>; 2] = [None, None];
        for number in 1_u64.. {
            let mut text = Vec::new();
            let read = std::io::Read::take(&mut from, MAX_LINE).read_until(b'\n', &mut text);
            let length = read.map_err(|error| {
                Error::new(ErrorKind::Io, "an export of an audit log cannot be read")
                    .with_source(error)
            })?;
            if length == 0 {
                break;
            }
            let (at, log, entry, chain) = std::str::from_utf8(&text)
                .ok()
                .and_then(|text| self.check_line(text.strip_suffix('\n').unwrap_or(text), &last))
                .ok_or_else(|| forged(number))?;
            let range = export.range(log);
            let first = range.as_ref().map_or(entry, |range| *range.start());
            *range = Some(first..=entry);
            if let Some(last) = last.get_mut(at) {
                *last = Some((entry, chain));
            }
        }
        Ok(export)
    }

    /// The log of a line, with its index, the number and the chain value; `None` if it is not what
    /// this vault wrote behind the lines before.
    fn check_line(
        &self,
        text: &str,
        last: &[Option<(u64, [u8; 32])>; 2],
    ) -> Option<(usize, &'static str, u64, [u8; 32])> {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        let field = |name: &str| json.get(name)?.as_str();
        let mut logs = self.logs().enumerate();
        let (at, (log, partition)) = logs.find(|(_, (log, _))| field("log") == Some(log))?;
        let number = json.get("number")?.as_u64()?;
        let before: [u8; 32] = decode_vec(field("before")?).ok()?.try_into().ok()?;
        let record = decode_vec(field("bytes")?).ok()?;
        if let Some((entry, chain)) = last.get(at)? {
            if number != entry.checked_add(1)? || before != *chain {
                return None;
            }
        }
        let chain = LogChain::new(self.core.keys.sub(), partition.0);
        let chain = chain.after(&before, number, &record);
        let entry = entry_of(partition, number, &record).ok()?;
        let read = Read::new(entry, chain, record);
        let written = line(log, &before, &read).ok()?;
        (written == text).then_some((at, log, number, chain))
    }

    /// The names and the partitions of the logs.
    fn logs(&self) -> impl Iterator<Item = (&'static str, Partition)> {
        let changes = if self.organization.is_some() {
            "changes"
        } else {
            "keys"
        };
        let uses = self.uses.map(|uses| ("uses", uses));
        [Some((changes, self.changes)), uses].into_iter().flatten()
    }
}

fn line(log: &'static str, before: &[u8; 32], read: &Read) -> Result<String> {
    let line = Line {
        log,
        entry: &read.entry,
        before: encode_string(before),
        chain: encode_string(&read.chain),
        bytes: encode_string(&read.record),
    };
    serde_json::to_string(&line).map_err(|error| {
        Error::new(
            ErrorKind::Store,
            "an entry of an audit log cannot be written as JSON",
        )
        .with_source(error)
    })
}

/// The error of an export from which entries were taken away meanwhile: it would not be believed.
fn pruned() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "the audit log was pruned while it was exported; export it again",
    )
}

fn forged(line: u64) -> Error {
    let message = format!(
        "line {line} of the export is not what this vault wrote there: lines were changed, \
         deleted, added or moved"
    );
    Error::new(ErrorKind::Tampered, message)
}
