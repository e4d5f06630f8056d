//! Exports, and checking them.

use keyslot::store::MemoryStore;
use keyslot::{AuditLog, AuditMode, AuditRetention, ErrorKind, Vault};

use super::kit::{entries, logged};

/// An export of five changes and five uses.
fn exported() -> (Vault, AuditLog, Vec<String>) {
    let vault = logged(&MemoryStore::new(), AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    for number in 0..5 {
        project.put("A", format!("value-{number}")).unwrap();
        project.resolve("<<$secret.A>>").unwrap();
    }
    let log = vault.audit("acme").unwrap();
    let lines = lines(&log);
    (vault, log, lines)
}

fn lines(log: &AuditLog) -> Vec<String> {
    let mut file = Vec::new();
    let count = log.export(&mut file).unwrap();
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len() as u64, count);
    lines
}

fn check(log: &AuditLog, lines: &[String]) -> keyslot::Result<keyslot::AuditExport> {
    let mut text = lines.join("\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    log.check_export(text.as_bytes())
}

#[test]
fn an_export_has_the_entries_and_is_believed() {
    let (vault, log, lines) = exported();
    let all = check(&log, &lines).unwrap();
    assert_eq!((all.changes, all.uses), (Some(1..=5), Some(1..=5)));
    let first: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    let entry = serde_json::to_value(&entries(&vault)[0]).unwrap();
    for (field, value) in entry.as_object().unwrap() {
        assert_eq!(&first[field], value);
    }
    assert_eq!(
        (&first["log"], &first["name"]),
        (&"changes".into(), &"A".into())
    );
    assert!(!lines.concat().contains("value-"), "no value");
    // Also when the vault has them no more.
    log.prune(&AuditRetention::new().max_entries(1), "the policy")
        .unwrap();
    check(&log, &lines).unwrap();
    let rest = self::lines(&log);
    let rest = check(&log, &rest).unwrap();
    assert_eq!((rest.changes, rest.uses), (Some(5..=6), Some(5..=6)));
    assert_eq!(check(&log, &[]).unwrap(), keyslot::AuditExport::default());
}

#[test]
fn a_line_that_is_changed_gone_added_or_moved_is_told() {
    let (_vault, log, lines) = exported();
    let refused = |changed: &[String], at: usize, what: &str| {
        let error = check(&log, changed).expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Tampered, "{what}");
        assert!(
            error.to_string().starts_with(&format!("line {at} ")),
            "{what}: {error}"
        );
    };
    for at in 0..lines.len() {
        for byte in (0..lines[at].len()).step_by(7) {
            let mut changed = lines.clone();
            let old = changed[at].as_bytes()[byte];
            let new = if old == b'1' { "2" } else { "1" };
            changed[at].replace_range(byte..=byte, new);
            refused(&changed, at + 1, &format!("byte {byte} of line {at}"));
        }
        let (is_first, is_last) = (at % 5 == 0, at % 5 == 4);
        if !is_first && !is_last {
            let mut gone = lines.clone();
            gone.remove(at);
            refused(&gone, at + 1, "a line that is gone");
        }
        let mut twice = lines.clone();
        twice.insert(at, lines[at].clone());
        refused(&twice, at + 2, "a line twice");
        if !is_last {
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            let told = if is_first { at + 2 } else { at + 1 };
            refused(&swapped, told, "two lines swapped");
        }
    }
    // Cut at an end, it says so itself.
    let cut = check(&log, &lines[1..9]).unwrap();
    assert_eq!((cut.changes, cut.uses), (Some(2..=5), Some(1..=4)));
}

#[test]
fn other_vaults_and_other_texts_are_refused() {
    let (_vault, log, lines) = exported();
    let (_other, theirs, _) = exported();
    assert!(check(&theirs, &lines).is_err());
    for text in ["", "{}", "[1]", "no json", "null"] {
        assert!(check(&log, &[text.to_owned()]).is_err(), "{text}");
    }
    let long = "x".repeat(1 << 20);
    assert!(check(&log, &[long]).is_err());
    let no_text = log.check_export(&b"\xFF\n"[..]).unwrap_err();
    assert_eq!(no_text.kind(), ErrorKind::Tampered);
    let part = exported().0.scope("acme").unwrap().audit();
    assert_eq!(
        part.export(Vec::new()).unwrap_err().kind(),
        ErrorKind::Denied
    );
}

#[test]
fn an_export_of_a_log_that_is_pruned_meanwhile_is_refused() {
    /// Prunes the log at the first line.
    struct Pruning(AuditLog, bool);

    impl std::io::Write for Pruning {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if !std::mem::replace(&mut self.1, true) {
                let most = AuditRetention::new().max_entries(5);
                assert_eq!(self.0.prune(&most, "the policy").unwrap(), 35);
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let vault = logged(&MemoryStore::new(), AuditMode::Off);
    let project = vault.scope("acme").unwrap();
    for number in 0..40 {
        project.put("A", format!("value-{number}")).unwrap();
    }
    let log = vault.audit("acme").unwrap();
    let refused = log.export(Pruning(log.clone(), false)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert_eq!(log.export(Vec::new()).unwrap(), 6, "the control");
}
