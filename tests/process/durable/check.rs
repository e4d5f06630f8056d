//! The comparison of a vault with the journal of what was done to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use keyslot::secrecy::ExposeSecret;
use keyslot::{AuditEntry, AuditQuery, ErrorKind, Finding, SqliteStore, Status, Vault};

use super::journal::Journal;
use super::operations::{Key, NAMES, Operation, ROOT, State, States};
use super::worker::{VALUE, name, open, root_key, scope, value};

/// State of a secret in a vault. The value of a live one must be one that a worker puts, and whole.
fn state(vault: &Vault, (worker, at): Key) -> Result<State, String> {
    let scope = vault.scope(scope(worker)).unwrap();
    let name = name(at);
    let status = match scope.info(&name) {
        Ok(info) => info.status,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::Absent),
        Err(error) => return Err(format!("{name} of {worker}: {error}")),
    };
    let refused = scope.resolve(&format!("<<$secret.{name}>>")).map(drop);
    let refused = refused.map_err(|error| error.kind());
    match (status, refused) {
        (Status::Revoked, Err(ErrorKind::Revoked)) => return Ok(State::Revoked),
        (Status::Active, Ok(())) | (Status::Inactive, Err(ErrorKind::Inactive)) => {}
        other => return Err(format!("{name} of {worker}: {other:?}")),
    }
    let text = scope
        .reveal(&name)
        .map_err(|error| format!("{name}: {error}"))?;
    let text = text.expose_secret();
    let token = text
        .strip_prefix(VALUE)
        .and_then(|text| text.split_once('>'))
        .and_then(|(token, _)| token.parse().ok())
        .filter(|token| value(*token) == *text)
        .ok_or_else(|| format!("{name} of {worker}: a value that nobody put"))?;
    Ok(if status == Status::Active {
        State::Live(token)
    } else {
        State::Off(token)
    })
}

/// The states of all secrets of some workers.
fn states(vault: &Vault, workers: u32) -> Result<States, String> {
    let keys = (0..workers).flat_map(|worker| (0..NAMES).map(move |at| (worker, at)));
    keys.map(|key| Ok((key, state(vault, key)?))).collect()
}

/// Number of the root key that opens the vault in a file.
pub fn root_of(file: &Path) -> Result<u64, String> {
    for number in [0, 1] {
        let store = SqliteStore::open(file).map_err(|error| format!("unopenable: {error}"))?;
        match Vault::builder().store(store).open(&root_key(number)) {
            Ok(_) => return Ok(number),
            Err(error) if error.kind() == ErrorKind::WrongKey => {}
            Err(error) => return Err(format!("unopenable: {:?} {error}", error.kind())),
        }
    }
    Err("no root key opens the vault".to_owned())
}

/// Compares the vault in a file with the journal: everything that was acknowledged is there, and
/// what had begun is there whole or not at all. Then the journal knows which.
///
/// # Errors
///
/// The first difference.
pub fn check(file: &Path, journal: &mut Journal, workers: u32) -> Result<(), String> {
    let root = State::Live(root_of(file)?);
    let vault = open(file, true).map_err(|error| format!("unopenable: {error}"))?;
    let mut seen = states(&vault, workers)?;
    seen.insert(ROOT, root);
    let initial = |key: &Key| {
        if *key == ROOT {
            State::Live(0)
        } else {
            State::Absent
        }
    };
    let mut expected: States = seen.keys().map(|key| (*key, initial(key))).collect();
    expected.extend(journal.states.iter().map(|(key, state)| (*key, *state)));
    for (keys, [old, new]) in journal.may_be() {
        let now: States = keys.iter().map(|key| (*key, seen[key])).collect();
        let old: States = old.into_keys().map(|key| (key, expected[&key])).collect();
        if now != old && now != new {
            return Err(format!("half of a write: {now:?}, not {old:?} or {new:?}"));
        }
        expected.extend(now);
    }
    for (key, state) in &seen {
        if expected.get(key) != Some(state) {
            return Err(format!("{key:?} is {state:?}, not {:?}", expected.get(key)));
        }
    }
    let mut findings = vault
        .verify()
        .map_err(|error| format!("not verified: {error}"))?
        .findings;
    // An erasure that was cut off says so, and the same call ends it.
    if journal
        .open
        .values()
        .any(|open| *open == Operation::EraseOther)
    {
        let other = Finding::Erased {
            tenant: "other".to_owned(),
        };
        findings.retain(|finding| *finding != other);
        vault
            .erase_tenant("other")
            .map_err(|error| format!("an erasure does not go on: {error}"))?;
    }
    if !findings.is_empty() {
        return Err(format!("{findings:?}"));
    }
    check_log(&vault, journal, &seen)?;
    check_backups(file, journal, workers)?;
    // It takes writes as before.
    let beside = vault.scope("acme/after").unwrap();
    beside
        .put("LAST", "written after it")
        .map_err(|error| format!("takes no write: {error}"))?;
    journal.states = seen;
    journal.cut_off += journal.open.len();
    journal.open.clear();
    Ok(())
}

/// Compares what the audit log has since it was read last with the journal: each operation that was
/// acknowledged and each value that was given is there, and nothing that was not done.
fn check_log(vault: &Vault, journal: &mut Journal, seen: &States) -> Result<(), String> {
    let Some(begun) = journal.begun.as_mut().map(std::mem::take) else {
        return Ok(());
    };
    let unreadable = |error: keyslot::Error| format!("the audit log: {error}");
    let log = vault.audit("acme").map_err(unreadable)?;
    let oldest = AuditQuery::new().oldest_first();
    let start = log.page(&oldest, None, 0).map_err(unreadable)?.next;
    let mut runs: BTreeMap<String, Vec<AuditEntry>> = BTreeMap::new();
    if let Some(place) = journal.place.or(start) {
        // A log that was cut behind the place, or is another one, is refused.
        let mut follow = log.follow_from(place);
        loop {
            let entries = follow.poll().map_err(unreadable)?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                if let Some(run) = &entry.run {
                    runs.entry(run.clone()).or_default().push(entry);
                }
            }
        }
        journal.place = Some(follow.cursor());
    }
    for begun in begun {
        let all = runs.remove(&begun.run).unwrap_or_default();
        let (uses, changes): (Vec<_>, Vec<_>) = all.iter().partition(|entry| entry.action.is_use());
        let said = |entry: &&AuditEntry| {
            let name = entry.name.as_ref().map(ToString::to_string);
            (entry.action.as_str(), name.unwrap_or_default())
        };
        let said: Vec<_> = changes.iter().map(said).collect();
        let entries = begun
            .entries
            .iter()
            .map(|(action, at)| (*action, name(*at)));
        let entries: Vec<_> = entries.collect();
        let is_there = begun
            .after
            .iter()
            .all(|(key, state)| seen.get(key) == Some(state));
        let is_done = begun.is_done.unwrap_or(is_there && !entries.is_empty());
        if said != if is_done { entries } else { Vec::new() } {
            return Err(format!("the audit log has {said:?} of {begun:?}"));
        }
        if begun.is_given && !uses.iter().any(|entry| entry.outcome.is_ok()) {
            return Err(format!("the audit log has no use of {begun:?}"));
        }
    }
    match runs.into_values().next() {
        None => Ok(()),
        Some(entries) => Err(format!("the audit log has {entries:?} of nobody")),
    }
}

/// Checks that the backups in the folder are whole and of a moment since they began, and removes
/// them.
fn check_backups(file: &Path, journal: &mut Journal, workers: u32) -> Result<(), String> {
    for (number, copied) in std::mem::take(&mut journal.backups) {
        let path = file.with_file_name(format!("copy-{number}.db"));
        if !path.exists() {
            if copied.is_acknowledged {
                return Err(format!("backup {number} is gone"));
            }
            continue;
        }
        let of = |what: String| format!("backup {number}: {what}");
        root_of(&path).map_err(of)?;
        let vault = open(&path, false).map_err(|error| of(error.to_string()))?;
        for (key, state) in states(&vault, workers)? {
            let may_be: &[State] = copied.may_be.get(&key).map_or(&[State::Absent], |it| it);
            if !may_be.contains(&state) {
                return Err(of(format!("{key:?} is {state:?}, not of {may_be:?}")));
            }
        }
        let findings = vault
            .verify()
            .map_err(|error| of(error.to_string()))?
            .findings;
        if !findings.is_empty() {
            return Err(of(format!("{findings:?}")));
        }
        drop(vault);
        remove(&path);
    }
    Ok(())
}

/// Removes a vault and the files beside it.
pub fn remove(file: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal", "-queue", "-ballast"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        let _ = fs::remove_file(path);
    }
}

/// Counts of something by its name, as one line.
pub fn counts(of: &BTreeMap<String, usize>) -> String {
    let all: Vec<_> = of
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    all.join(", ")
}
