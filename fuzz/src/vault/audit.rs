//! Rows of audit logs in any bytes, and exports that somebody changed: an export is believed if it
//! is a piece of the log of each kind, to the byte.

use std::sync::OnceLock;

use keyslot_internals::fuzzing::{self, Record};
use keyslot_internals::{
    Actor, AuditEntry, AuditExport, AuditLog, AuditMode, ErrorKind, Result, RootKey, Target, Vault,
};

/// The code that is checked.
#[derive(Clone, Copy)]
pub struct Logs {
    /// Reads a row and writes it again.
    pub rewrite: fn(&[u8]) -> Result<Vec<u8>>,
    /// Reads the record of an entry.
    pub entry: fn(&[u8]) -> Result<AuditEntry>,
    /// Checks an export.
    pub check: fn(&AuditLog, &[u8]) -> Result<AuditExport>,
}

impl Logs {
    /// That of the crate.
    pub const OURS: Self = Self {
        rewrite: |bytes| fuzzing::rewrite(Record::LogRow, bytes),
        entry: |bytes| fuzzing::entry(7, bytes),
        check: |log, text| log.check_export(text),
    };
}

/// A log, and the lines of its export: those about changes, then those about uses.
pub struct Known {
    log: AuditLog,
    lines: Vec<String>,
    changes: usize,
}

/// The log that exports are changed of. Its keys are others in each process, and its entries the
/// same.
pub fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| live().expect("a vault in memory"))
}

fn live() -> Result<Known> {
    let builder = Vault::builder().audit(AuditMode::Required);
    let vault = builder.create(&RootKey::generate()?)?;
    let project = vault.scope("acme/billing")?;
    let project = project
        .acting_as(Actor::new("user:ada")?)
        .for_run("run-17")?;
    for number in 0..4 {
        project.put("KEY", format!("value-{number}"))?;
        project.resolve_for(&Target::tool("mail"), "<<$secret.KEY>>")?;
    }
    let (log, mut file) = (vault.audit("acme")?, Vec::new());
    log.export(&mut file)?;
    let text = String::from_utf8(file).expect("lines of JSON");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    Ok(Known {
        log,
        changes: lines.len() / 2,
        lines,
    })
}

/// Checks an input: a byte that selects a row, an entry or an export, and the bytes of it. Those of
/// an export are changes of a known one.
pub fn check(data: &[u8], known: &Known, logs: Logs) {
    match data.split_first() {
        Some((0, row)) => check_row(row, logs),
        Some((1, record)) => check_entry(record, logs),
        Some((_, changes)) => check_export(changes, known, logs),
        None => {}
    }
}

fn check_row(row: &[u8], logs: Logs) {
    match (logs.rewrite)(row) {
        Ok(written) => assert_eq!(written, row, "a row has two forms"),
        Err(error) => is_refused(error.kind()),
    }
}

fn check_entry(record: &[u8], logs: Logs) {
    match (logs.entry)(record) {
        Ok(entry) => {
            assert_eq!(entry.number, 7);
            serde_json::to_value(&entry).expect("an entry as JSON");
            for other in [&record[..record.len() - 1], &[record, &[0]].concat()] {
                let again = (logs.entry)(other);
                assert!(again.is_err(), "an entry is read without its end");
            }
        }
        Err(error) => is_refused(error.kind()),
    }
}

fn is_refused(kind: ErrorKind) {
    assert!(
        matches!(kind, ErrorKind::Corrupt | ErrorKind::UnsupportedFormat),
        "{kind:?}"
    );
}

fn check_export(changes: &[u8], known: &Known, logs: Logs) {
    let text = changed(changes, known);
    let believed = (logs.check)(&known.log, &text);
    match (&believed, piece(&text, known)) {
        (Ok(found), Some([changes, uses])) => {
            let range = |range: Option<(u64, u64)>| range.map(|(first, last)| first..=last);
            assert_eq!(found.changes, range(changes), "another range");
            assert_eq!(found.uses, range(uses), "another range");
        }
        (Ok(_), None) => panic!("an export is believed that nobody wrote"),
        (Err(_), Some(_)) => panic!("an export is refused that was written"),
        (Err(error), None) => assert_eq!(error.kind(), ErrorKind::Tampered),
    }
}

/// An export after changes of four bytes each: the kind of the change, and where.
fn changed(mut changes: &[u8], known: &Known) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let line = |at: u8| {
        known.lines[usize::from(at) % known.lines.len()]
            .clone()
            .into_bytes()
    };
    while let Some((&[kind, one, other, byte], rest)) = changes.split_first_chunk() {
        changes = rest;
        let at = usize::from(one) % lines.len().max(1);
        match kind % 6 {
            0 => lines.push(line(one)),
            1 => lines.extend((0..8).map(line)),
            2 if !lines.is_empty() => drop(lines.remove(at)),
            3 if !lines.is_empty() => {
                let to = usize::from(other) % lines.len();
                lines.swap(at, to);
            }
            4 if !lines.is_empty() => {
                let place = usize::from(other) * 256 + usize::from(byte);
                let length = lines[at].len();
                if let Some(changed) = lines[at].get_mut(place % length.max(1)) {
                    *changed ^= 1 << (byte % 7);
                }
            }
            5 if !lines.is_empty() => lines[at].truncate(usize::from(other) * 4),
            _ => {}
        }
    }
    let mut text = lines.join(&b'\n');
    if !text.is_empty() && changes.is_empty() {
        text.push(b'\n');
    }
    // The rest is a line of its own.
    text.extend(changes);
    text
}

/// The numbers of the entries of both logs, if each line is one of the export, and those of a log
/// follow each other.
fn piece(text: &[u8], known: &Known) -> Option<[Option<(u64, u64)>; 2]> {
    let mut found: [Option<(u64, u64)>; 2] = [None; 2];
    if text.is_empty() {
        return Some(found);
    }
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    for line in text.split(|byte| *byte == b'\n') {
        let at = known.lines.iter().position(|own| own.as_bytes() == line)?;
        let (log, number) = if at < known.changes {
            (0, at + 1)
        } else {
            (1, at - known.changes + 1)
        };
        let number = number as u64;
        found[log] = match found[log] {
            None => Some((number, number)),
            Some((first, last)) if last + 1 == number => Some((first, number)),
            Some(_) => return None,
        };
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole export, and changes of it.
    const WHOLE: &[u8] = b"\x02\x01\0\0\0";
    const GONE: &[u8] = b"\x02\x01\0\0\0\x02\x02\0\0";
    const CHANGED: &[u8] = b"\x02\x01\0\0\0\x04\x02\0\x07";

    #[test]
    fn ours_passes() {
        let known = known();
        assert_eq!((known.lines.len(), known.changes), (8, 4), "the control");
        for data in [
            WHOLE,
            GONE,
            CHANGED,
            b"",
            b"\x02",
            b"\x02a",
            b"\x02\n",
            b"\x02\0\x02\0\0\0\x05\0\0",
            b"\x02\0\x02\0\0\0\x02\0\0",
            b"\x02\x01\0\0\0\x03\x01\x02\0",
            b"\x02\x01\0\0\0\x05\x07\x09\0",
            b"\0",
            b"\x01\x01",
        ] {
            check(data, known, Logs::OURS);
        }
    }

    #[test]
    #[should_panic = "believed that nobody wrote"]
    fn a_check_that_looks_at_nothing_is_noticed() {
        let check = |log: &AuditLog, text: &[u8]| {
            let lines = text.split_inclusive(|byte| *byte == b'\n').take(1);
            log.check_export(&lines.collect::<Vec<_>>().concat()[..])
        };
        super::check(
            GONE,
            known(),
            Logs {
                check,
                ..Logs::OURS
            },
        );
    }

    #[test]
    #[should_panic = "refused that was written"]
    fn a_check_that_refuses_all_is_noticed() {
        let check = |log: &AuditLog, _: &[u8]| log.check_export(&b"{}"[..]);
        super::check(
            WHOLE,
            known(),
            Logs {
                check,
                ..Logs::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another range"]
    fn a_wrong_range_is_noticed() {
        let check = |_: &AuditLog, _: &[u8]| Ok(AuditExport::default());
        super::check(
            WHOLE,
            known(),
            Logs {
                check,
                ..Logs::OURS
            },
        );
    }

    #[test]
    #[should_panic = "two forms"]
    fn a_row_that_is_read_without_its_end_is_noticed() {
        let (_, _, row) = super::super::seeds::all()
            .into_iter()
            .find(|(target, name, _)| *target == "audit_row" && name == "row")
            .unwrap();
        let rewrite = |bytes: &[u8]| (Logs::OURS.rewrite)(&bytes[..bytes.len() - 1]);
        let longer = [&row[..], &[0]].concat();
        super::check(
            &longer,
            known(),
            Logs {
                rewrite,
                ..Logs::OURS
            },
        );
    }
}
