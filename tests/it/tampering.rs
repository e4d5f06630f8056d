//! Rows are swapped, replayed, deleted, duplicated, planted and damaged by somebody who can write
//! the store but has not the key: those of key slots and heads like all others. Asked are a process
//! that opens the vault then, one that has it open, and the snapshots of the latter. (Indexes are
//! damaged in `attacks/hidden.rs`.) Each secret still gives its exact value or a typed error; only
//! where a row is gone or of the past may an answer be that of the parent scope or of the past, and
//! then `verify` says so.

#![cfg(feature = "vault")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::collections::BTreeMap;

use crate::life::{
    ANSWERS, Answer, SCOPES, SCRIPT, STATUSES, act, ask, builder, change, past_values, store_of,
};
use crate::support::root_key;
use crate::support::rows::{Place, Stored, all_rows, delete, put, rows};
use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore, Partition, Row, RowKey};
use keyslot::{ErrorKind, Snapshot, Vault, VaultBuilder, Verification};

/// The answers besides the exact one or a typed error to which a case may lead, if `verify` reports
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// None at all.
    Nothing,
    /// A row cannot be found any more, so what is above shows.
    Gone,
    /// A row is an older copy of itself.
    Past,
}

/// The result of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    /// The vault did not open.
    Refused,
    /// Something was refused or `verify` found something.
    Reported,
    /// Nothing has changed for anybody.
    Harmless,
}

/// A subject of the questions: the vault, and in the controls something without seals.
trait Subject {
    fn ask(&self, scope: &str, name: &str) -> Result<String, ErrorKind>;
    fn is_intact(&self) -> bool;
}

impl Subject for Vault {
    fn ask(&self, scope: &str, name: &str) -> Result<String, ErrorKind> {
        ask(self, scope, name)
    }

    fn is_intact(&self) -> bool {
        self.verify().as_ref().is_ok_and(Verification::is_intact)
    }
}

/// The oracle. An error says what must never happen.
fn judge(subject: &dyn Subject, loss: Loss) -> Result<Seen, String> {
    judge_by(
        subject,
        loss,
        &[ErrorKind::Corrupt, ErrorKind::UnsupportedFormat],
    )
}

/// The oracle of a vault with a guard: nothing is ever lost, nothing of the past shows.
fn judge_guarded(vault: &Vault) -> Result<Seen, String> {
    let refusals = [
        ErrorKind::Corrupt,
        ErrorKind::UnsupportedFormat,
        ErrorKind::Tampered,
    ];
    check_lists(vault, &refusals)?;
    judge_by(vault, Loss::Nothing, &refusals)
}

fn judge_by(subject: &dyn Subject, loss: Loss, refusals: &[ErrorKind]) -> Result<Seen, String> {
    let told = !subject.is_intact();
    let mut seen = if told { Seen::Reported } else { Seen::Harmless };
    for (scope, name, expected) in ANSWERS {
        let given = subject.ask(scope, name);
        let given = given.as_deref().map_err(|kind| *kind);
        if given == expected {
            continue;
        }
        seen = Seen::Reported;
        let is_typed = given.is_err_and(|kind| refusals.contains(&kind));
        let is_lost = match loss {
            Loss::Nothing => false,
            Loss::Gone => is_above(scope, name, given),
            Loss::Past => is_past(scope, name, given),
        };
        if !(is_typed || told && is_lost) {
            return Err(format!("{scope} {name} gives {given:?}, told: {told}"));
        }
    }
    Ok(seen)
}

fn above(scope: &str) -> impl Iterator<Item = &str> {
    SCOPES
        .into_iter()
        .filter(move |above| {
            scope
                .strip_prefix(above)
                .is_some_and(|rest| rest.starts_with('/'))
        })
        .map(|above| &scope[..above.len()])
}

/// Returns true for the answer of a scope above, or for an answer that finds nothing.
fn is_above(scope: &str, name: &str, given: Result<&str, ErrorKind>) -> bool {
    let of_above = |above: &str| {
        ANSWERS
            .iter()
            .any(|(its, same, answer)| *its == above && *same == name && *answer == given)
    };
    matches!(given, Err(ErrorKind::NotFound | ErrorKind::NoSuchVersion))
        || above(scope).any(of_above)
}

/// Returns true for a possible answer of an earlier time.
fn is_past(scope: &str, name: &str, given: Result<&str, ErrorKind>) -> bool {
    let name = name.split('@').next().unwrap();
    let Ok(value) = given else { return true };
    std::iter::once(scope)
        .chain(above(scope))
        .any(|scope| past_values(scope, name).contains(&value))
}

/// A listing shows nothing that is not there, and no status that is not so.
fn check_statuses(vault: &Vault) -> Result<(), String> {
    for scope in SCOPES {
        let scope = vault.scope(scope).unwrap();
        for info in scope.list().filter_map(Result::ok) {
            let known = STATUSES
                .iter()
                .find(|(its, name, _)| *its == info.scope.as_str() && *name == info.name.as_str());
            let is_right = known.is_some_and(|(_, _, status)| *status == info.status);
            if !is_right || info.scope != *scope.scope() {
                return Err(format!(
                    "{} lists {} of {} as {}",
                    scope.scope(),
                    info.name,
                    info.scope,
                    info.status
                ));
            }
        }
    }
    for (scope, name, status) in STATUSES {
        match vault.scope(scope).unwrap().info(name) {
            Ok(info) if info.status != status => {
                return Err(format!("{scope} {name} is {}", info.status));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A list under a guard has every secret, or is refused.
fn check_lists(vault: &Vault, refusals: &[ErrorKind]) -> Result<(), String> {
    for scope in SCOPES {
        let handle = vault.scope(scope).unwrap();
        let listed: keyslot::Result<Vec<_>> = handle.list().collect();
        let known = STATUSES.iter().filter(|(its, ..)| *its == scope).count();
        match listed {
            Ok(listed) if listed.len() == known => {}
            Err(error) if refusals.contains(&error.kind()) => {}
            Ok(listed) => return Err(format!("{scope} lists {} of {known}", listed.len())),
            Err(error) => return Err(format!("{scope} is not listed: {:?}", error.kind())),
        }
    }
    Ok(())
}

/// A vault with a whole life behind it, a handle that has been open all the time, and what was ever
/// in its rows.
struct Lab {
    store: MemoryStore,
    warm: Vault,
    /// A snapshot of each scope, taken when all was well.
    runs: BTreeMap<&'static str, Snapshot>,
    before: BTreeMap<Place, Stored>,
    /// All rows after each step.
    snapshots: Vec<Vec<Stored>>,
    counts: BTreeMap<Seen, usize>,
    /// True if all vaults have a guard.
    is_guarded: bool,
}

impl Lab {
    fn new() -> Self {
        Self::of(false)
    }

    /// One without a guard, and one with.
    fn both() -> [Self; 2] {
        [Self::of(false), Self::of(true)]
    }

    fn of(is_guarded: bool) -> Self {
        let store = MemoryStore::new();
        let warm = if is_guarded {
            builder().guard(10_000)
        } else {
            builder()
        };
        let warm = warm.store(store.clone()).create(&root_key()).unwrap();
        let mut snapshots = vec![all_rows(&store)];
        for step in &SCRIPT {
            act(&warm, step);
            snapshots.push(all_rows(&store));
        }
        let before = all_rows(&store)
            .into_iter()
            .map(|row| (row.place(), row))
            .collect();
        let run = |scope: &'static str| {
            let asked = ANSWERS.iter().filter(|(its, ..)| *its == scope);
            let text = asked.fold(String::new(), |text, (_, name, _)| {
                text + "<<$secret." + name + ">>"
            });
            let handle = warm.scope(scope).unwrap();
            (
                scope,
                handle
                    .snapshot(&handle.references(text.as_str()).unwrap())
                    .unwrap(),
            )
        };
        let runs = SCOPES.into_iter().map(run).collect();
        let lab = Self {
            store,
            warm,
            runs,
            before,
            snapshots,
            counts: BTreeMap::new(),
            is_guarded,
        };
        assert_eq!(
            lab.look(Loss::Nothing),
            Ok([Seen::Harmless; 2]),
            "untouched, everything is as it should be"
        );
        lab
    }

    /// The row that is at a place when all is well.
    fn row(&self, place: &Place) -> Option<Row> {
        self.before.get(place).map(|stored| stored.row.clone())
    }

    fn rows(&self, kind: Kind) -> Vec<Stored> {
        self.before
            .values()
            .filter(|row| row.key.kind == kind)
            .cloned()
            .collect()
    }

    /// The results of a process that opens the vault now, and of one that had it open.
    fn look(&self, loss: Loss) -> Result<[Seen; 2], String> {
        let cold = match self.builder().store(self.store.clone()).open(&root_key()) {
            Ok(vault) if self.is_guarded => judge_guarded(&vault)?,
            Ok(vault) => {
                if loss != Loss::Past {
                    check_statuses(&vault)?;
                }
                judge(&vault, loss)?
            }
            Err(error) => match error.kind() {
                ErrorKind::Corrupt
                | ErrorKind::WrongKey
                | ErrorKind::UnsupportedFormat
                | ErrorKind::NotAVault => Seen::Refused,
                kind => return Err(format!("opening failed as {kind:?}")),
            },
        };
        self.ask_runs()?;
        let warm = if self.is_guarded {
            judge_guarded(&self.warm)?
        } else {
            judge(&self.warm, loss)?
        };
        Ok([cold, warm])
    }

    fn builder(&self) -> VaultBuilder {
        if self.is_guarded {
            builder().guard(10_000)
        } else {
            builder()
        }
    }

    /// A run is told the exact answer or an error, whatever is gone or of the past: it has seen
    /// better.
    fn ask_runs(&self) -> Result<(), String> {
        for (scope, name, expected) in ANSWERS {
            let given = self.ask_run(scope, name);
            let is_typed = |kind| {
                use ErrorKind::{
                    Corrupt, NoSuchVersion, NotFound, Revoked, Tampered, UnsupportedFormat,
                };
                matches!(
                    kind,
                    Corrupt | NoSuchVersion | NotFound | Revoked | Tampered | UnsupportedFormat
                )
            };
            match (&given, expected) {
                (Ok(given), Ok(expected)) if given == expected => {}
                (Err(given), Err(expected)) if *given == expected => {}
                (Err(kind), _) if is_typed(*kind) => {}
                _ => return Err(format!("a run in {scope} gives {given:?} for {name}")),
            }
        }
        Ok(())
    }

    fn ask_run(&self, scope: &str, name: &str) -> Result<String, ErrorKind> {
        let text = format!("<<$secret.{name}>>");
        let answer = self.runs[scope]
            .resolve(&text)
            .map(|text| text.expose_secret().to_string());
        answer.map_err(|error| error.kind())
    }

    /// The answers of the runs, to see that a case leaves nothing behind.
    fn runs_answer_as_before(&self) -> bool {
        ANSWERS.iter().all(|(scope, name, expected)| {
            let given = self.ask_run(scope, name);
            given.as_deref().map_err(|kind| *kind) == *expected
        })
    }

    /// Makes the changes, looks, and undoes them.
    fn case(&mut self, what: &str, changes: &[(Place, Option<Row>)], loss: Loss) -> [Seen; 2] {
        change(&self.store, changes);
        let seen = self
            .look(loss)
            .unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
        let undo: Vec<_> = changes
            .iter()
            .map(|(place, _)| (*place, self.row(place)))
            .collect();
        change(&self.store, &undo);
        *self.counts.entry(seen[0]).or_default() += 1;
        seen
    }

    fn report(&self, what: &str) -> usize {
        let total = self.counts.values().sum();
        assert!(self.runs_answer_as_before());
        println!("{what}: {total} cases, {:?}", self.counts);
        assert_eq!(
            self.look(Loss::Nothing),
            Ok([Seen::Harmless; 2]),
            "everything was undone"
        );
        total
    }
}

/// One part of a row goes into another row, whose place stays.
type Mix = fn(&Row, &Row) -> Row;

const MIXES: [(&str, Mix); 4] = [
    ("epoch", |row, from| Row {
        epoch: from.epoch,
        ..row.clone()
    }),
    ("info", |row, from| Row {
        info: from.info.clone(),
        ..row.clone()
    }),
    ("body", |row, from| Row {
        body: from.body.clone(),
        ..row.clone()
    }),
    ("everything", |row, from| Row {
        key: row.key,
        ..from.clone()
    }),
];

const SEALED: [Kind; 4] = [Kind::Secret, Kind::Version, Kind::DataKey, Kind::Head];

#[test]
fn no_part_of_a_row_is_of_use_in_another() {
    Lab::both()
        .into_iter()
        .for_each(no_part_of_a_row_is_of_use_in_another_in);
}

fn no_part_of_a_row_is_of_use_in_another_in(mut lab: Lab) {
    let mut silent = BTreeMap::<_, usize>::new();
    for kind in SEALED {
        let rows = lab.rows(kind);
        assert!(rows.len() >= 3, "{kind:?}");
        for (column, mix) in MIXES {
            for one in &rows {
                for other in rows.iter().filter(|other| other.place() != one.place()) {
                    let mixed = mix(one, other);
                    if mixed == one.row {
                        continue;
                    }
                    let what = format!("{column} of a {kind:?} row");
                    let copied =
                        lab.case(&what, &[(one.place(), Some(mixed.clone()))], Loss::Nothing);
                    let seen = if one.place() < other.place() {
                        let changes = [
                            (one.place(), Some(mixed)),
                            (other.place(), Some(mix(other, one))),
                        ];
                        lab.case(&format!("{what}, swapped"), &changes, Loss::Nothing)
                    } else {
                        copied
                    };
                    if copied.contains(&Seen::Harmless) || seen.contains(&Seen::Harmless) {
                        *silent.entry((kind, column)).or_default() += 1;
                    }
                }
            }
        }
    }
    // The scope of a row is part of its key.
    for kind in [Kind::Secret, Kind::Version] {
        let rows = lab.rows(kind);
        for one in &rows {
            for other in rows
                .iter()
                .filter(|other| other.key.scope() != one.key.scope())
            {
                let mut moved = one.key;
                moved.key[..16].copy_from_slice(&other.key.scope());
                let what = format!("a {kind:?} row in another scope");
                assert_moved_is_reported(&mut lab, &what, one, (one.partition, moved));
            }
        }
    }
    // And the tenant is its partition.
    for kind in SEALED {
        let rows = lab.rows(kind);
        for one in &rows {
            for other in rows.iter().filter(|other| other.partition != one.partition) {
                let what = format!("a {kind:?} row in another partition");
                assert_moved_is_reported(&mut lab, &what, one, (other.partition, one.key));
            }
        }
    }
    // What nothing is decided by, and nothing found by.
    println!("without effect: {silent:?}");
    assert!(lab.report("swapped and copied") > 2500);
}

/// A row is copied to another place, and moved there.
fn assert_moved_is_reported(lab: &mut Lab, what: &str, row: &Stored, to: Place) {
    let there = (to, Some(row.row.clone()));
    let copied = lab.case(what, std::slice::from_ref(&there), Loss::Nothing);
    assert_eq!(copied, [Seen::Reported; 2], "{what}");
    let moved = lab.case(what, &[(row.place(), None), there], Loss::Gone);
    assert_eq!(moved, [Seen::Reported; 2], "{what}");
}

#[test]
fn a_row_of_the_past_is_reported() {
    Lab::both()
        .into_iter()
        .for_each(a_row_of_the_past_is_reported_in);
}

fn a_row_of_the_past_is_reported_in(mut lab: Lab) {
    let mut answers_of_the_past = 0;
    let mut copies: Vec<Stored> = lab.snapshots.concat();
    copies.sort_by_key(|row| (row.place(), row.epoch));
    copies.dedup();
    copies.retain(|row| lab.before.get(&row.place()) != Some(row));
    for copy in copies {
        let what = format!("a {:?} row of epoch {}", copy.key.kind, copy.epoch);
        put(&lab.store, &copy);
        answers_of_the_past += usize::from(ANSWERS.iter().any(|(scope, name, answer)| {
            let given = ask(&lab.warm, scope, name);
            given.is_ok() && given.as_deref().map_err(|kind| *kind) != *answer
        }));
        let seen = lab.case(&what, &[(copy.place(), Some(copy.row))], Loss::Past);
        assert_eq!(seen, [Seen::Reported; 2], "{what}");
    }
    println!("the past answered in {answers_of_the_past} of them");
    assert_eq!(
        answers_of_the_past == 0,
        lab.is_guarded,
        "without `verify` the past can show, with a guard never"
    );
    assert!(lab.report("put back") > 20);
}

#[test]
fn several_rows_of_the_past_are_reported_unless_they_are_a_whole_tenant() {
    let mut lab = Lab::new();
    let (mut whole, mut parts) = (0, 0);
    for snapshot in lab.snapshots.clone() {
        for head in lab.rows(Kind::Head) {
            let Some(old_head) = snapshot.iter().find(|row| row.place() == head.place()) else {
                continue;
            };
            if old_head == &head {
                continue;
            }
            let of_tenant = |row: &&Stored| row.partition == head.partition;
            let now: Vec<Place> = lab
                .before
                .values()
                .filter(of_tenant)
                .map(Stored::place)
                .collect();
            let mut back: BTreeMap<Place, Option<Row>> =
                now.into_iter().map(|key| (key, None)).collect();
            back.extend(
                snapshot
                    .iter()
                    .filter(of_tenant)
                    .map(|row| (row.place(), Some(row.row.clone()))),
            );
            let changes: Vec<_> = back.into_iter().collect();

            // The limit of what a vault can know by itself: a whole tenant of the past is the past.
            change(&lab.store, &changes);
            let cold = builder()
                .store(lab.store.clone())
                .open(&root_key())
                .unwrap();
            assert!(cold.verify().unwrap().is_intact());
            for (scope, name, answer) in ANSWERS {
                if scope.split('/').next() != Some(tenant_of(&lab, &head)) {
                    assert_eq!(
                        ask(&cold, scope, name).as_deref().map_err(|kind| *kind),
                        answer,
                        "another tenant"
                    );
                }
            }
            let undo: Vec<_> = changes
                .iter()
                .map(|(place, _)| (*place, lab.row(place)))
                .collect();
            change(&lab.store, &undo);
            whole += 1;

            // All but one row of it: reported.
            for left_out in 0..changes.len() {
                let (place, row) = &changes[left_out];
                if lab.row(place) == *row {
                    continue;
                }
                let mut fewer = changes.clone();
                fewer.remove(left_out);
                let what = format!("a tenant of the past but for a {:?} row", place.1.kind);
                assert_eq!(
                    lab.case(&what, &fewer, Loss::Past)[0],
                    Seen::Reported,
                    "{what}"
                );
                parts += 1;
            }
        }
    }
    println!("{whole} whole tenants of the past, {parts} in part");
    assert!(whole > 25 && parts > 100);
    lab.report("put back together");
}

fn tenant_of(lab: &Lab, head: &Stored) -> &'static str {
    // The head of a tenant changes with each write of it, so the order in which heads come to be
    // tells whose they are.
    let mut order = Vec::new();
    for row in lab
        .snapshots
        .iter()
        .flatten()
        .filter(|row| row.key.kind == Kind::Head)
    {
        if !order.contains(&row.partition) {
            order.push(row.partition);
        }
    }
    ["acme", "globex", "initech"][order.iter().position(|its| *its == head.partition).unwrap()]
}

#[test]
fn a_row_that_is_gone_is_reported() {
    Lab::both()
        .into_iter()
        .for_each(a_row_that_is_gone_is_reported_in);
}

fn a_row_that_is_gone_is_reported_in(mut lab: Lab) {
    for row in lab.before.clone().into_values() {
        let what = format!("without a {:?} row", row.key.kind);
        let [cold, warm] = lab.case(&what, &[(row.place(), None)], Loss::Gone);
        if SEALED.contains(&row.key.kind) {
            assert_eq!([cold, warm], [Seen::Reported; 2], "{what}");
        } else {
            // The header, the slot, the vault secret: told before nobody can open the vault.
            assert_eq!([cold, warm], [Seen::Refused, Seen::Reported], "{what}");
        }
    }
    // Two at once: a pair that cancels out in no account.
    let secrets = lab.rows(Kind::Secret);
    for one in &secrets {
        for other in secrets.iter().filter(|other| other.place() > one.place()) {
            let seen = lab.case(
                "without two secrets",
                &[(one.place(), None), (other.place(), None)],
                Loss::Gone,
            );
            assert_eq!(seen, [Seen::Reported; 2]);
        }
    }
    assert!(lab.report("deleted") > 100);
}

#[test]
fn a_head_that_is_moved_aside_hides_no_loss() {
    Lab::both()
        .into_iter()
        .for_each(a_head_that_is_moved_aside_hides_no_loss_in);
}

fn a_head_that_is_moved_aside_hides_no_loss_in(mut lab: Lab) {
    let heads = lab.rows(Kind::Head);
    let secrets = lab.rows(Kind::Secret);
    for head in &heads {
        for other in heads.iter().filter(|other| other.place() != head.place()) {
            for secret in secrets
                .iter()
                .filter(|secret| secret.partition == head.partition)
            {
                let changes = [
                    (head.place(), None),
                    ((other.partition, head.key), Some(head.row.clone())),
                    (secret.place(), None),
                ];
                assert_eq!(
                    lab.case("a head aside and a secret gone", &changes, Loss::Gone),
                    [Seen::Reported; 2]
                );
            }
        }
    }
    assert!(lab.report("head aside") > 20);
}

#[test]
fn a_row_that_is_added_is_reported_or_refused() {
    Lab::both()
        .into_iter()
        .for_each(a_row_that_is_added_is_reported_or_refused_in);
}

fn a_row_that_is_added_is_reported_or_refused_in(mut lab: Lab) {
    let mut half = [0; 32];
    half[..16].fill(0xA5);
    for row in lab
        .before
        .clone()
        .into_values()
        .filter(|row| row.key.kind != Kind::Header)
    {
        for key in [half, [0xA5; 32], [0; 32], [0xFF; 32]] {
            let key = RowKey {
                kind: row.key.kind,
                key,
            };
            let place = (row.partition, key);
            if lab.before.contains_key(&place) {
                continue;
            }
            let what = format!("a {:?} row under another key", key.kind);
            let [cold, warm] = lab.case(&what, &[(place, Some(row.row.clone()))], Loss::Nothing);
            if SEALED.contains(&key.kind) || key.kind == Kind::Slot {
                assert_eq!([cold, warm], [Seen::Reported; 2], "{what}");
            }
        }
    }
    assert!(lab.report("duplicated") > 100);
}

#[test]
fn rows_of_another_vault_are_of_no_use_here() {
    Lab::both()
        .into_iter()
        .for_each(rows_of_another_vault_are_of_no_use_here_in);
}

fn rows_of_another_vault_are_of_no_use_here_in(mut lab: Lab) {
    let other = Lab::new();
    for kind in Kind::ALL {
        for own in lab.rows(kind) {
            for theirs in other.rows(kind) {
                // As they are, beside our own; then in the place of our own, whole and column by
                // column.
                let added = [(theirs.place(), Some(theirs.row.clone()))];
                if theirs.place() != own.place() {
                    let seen = lab.case(
                        &format!("a {kind:?} row of another vault added"),
                        &added,
                        Loss::Nothing,
                    );
                    if SEALED.contains(&kind) {
                        assert_eq!(seen, [Seen::Reported; 2], "{kind:?} added");
                    }
                }
                for (column, mix) in MIXES {
                    let planted = mix(&own, &theirs);
                    if planted == own.row {
                        continue;
                    }
                    let what = format!("{column} of a {kind:?} row of another vault");
                    let seen = lab.case(&what, &[(own.place(), Some(planted))], Loss::Nothing);
                    if matches!(column, "info" | "everything")
                        && kind != Kind::Version
                        && kind != Kind::VaultSecret
                    {
                        assert_ne!(seen[0], Seen::Harmless, "{what}");
                    }
                }
            }
        }
    }
    assert!(lab.report("planted") > 1000);
}

fn opening(lab: &Lab, row: &Stored) -> Option<ErrorKind> {
    put(&lab.store, row);
    let kind = builder()
        .store(lab.store.clone())
        .open(&root_key())
        .err()
        .map(|error| error.kind());
    assert!(!lab.warm.is_intact(), "whoever has it open is told");
    change(&lab.store, &[(row.place(), lab.row(&row.place()))]);
    kind
}

#[test]
fn every_bit_of_what_opens_a_vault_counts() {
    let lab = Lab::new();
    let mut counts = BTreeMap::<_, usize>::new();
    let header = &lab.rows(Kind::Header)[0];
    for (info, at) in flips(&header.info) {
        let kind = opening(&lab, &header.with(|row| row.info = info));
        let expected = match at {
            0..8 => ErrorKind::Corrupt,
            8..11 => ErrorKind::UnsupportedFormat,
            _ => ErrorKind::WrongKey,
        };
        assert_eq!(kind, Some(expected), "header byte {at}");
        *counts
            .entry(("header", format!("{expected:?}")))
            .or_default() += 1;
    }
    let (slot, secret) = (&lab.rows(Kind::Slot)[0], &lab.rows(Kind::VaultSecret)[0]);
    for (info, at) in flips(&slot.info) {
        let kind = opening(&lab, &slot.with(|row| row.info = info));
        let typed = [
            ErrorKind::Corrupt,
            ErrorKind::UnsupportedFormat,
            ErrorKind::WrongKey,
        ];
        assert!(
            kind.is_some_and(|kind| typed.contains(&kind)),
            "slot byte {at}: {kind:?}"
        );
        *counts
            .entry(("slot info", format!("{:?}", kind.unwrap())))
            .or_default() += 1;
    }
    for (what, row) in [("slot body", slot), ("vault secret", secret)] {
        for (body, at) in flips(&row.body) {
            let kind = opening(&lab, &row.with(|row| row.body = body));
            let expected = if at == 1 {
                ErrorKind::UnsupportedFormat
            } else {
                ErrorKind::Corrupt
            };
            assert_eq!(kind, Some(expected), "{what} byte {at}");
            *counts.entry((what, format!("{expected:?}"))).or_default() += 1;
        }
        for body in cuts(&row.body) {
            let kind = opening(&lab, &row.with(|row| row.body = body));
            assert_eq!(kind, Some(ErrorKind::Corrupt), "{what} cut");
        }
    }
    println!("bits of what opens a vault: {counts:?}");
    assert!(counts.values().sum::<usize>() > 2500);
}

#[test]
fn every_bit_of_what_is_sealed_counts() {
    Lab::both()
        .into_iter()
        .for_each(every_bit_of_what_is_sealed_counts_in);
}

fn every_bit_of_what_is_sealed_counts_in(mut lab: Lab) {
    let secret = lab
        .rows(Kind::Secret)
        .into_iter()
        .max_by_key(|row| (row.info.len(), row.body.len()))
        .unwrap();
    let version = lab.rows(Kind::Version).remove(0);
    let (head, data_key) = (
        lab.rows(Kind::Head).remove(0),
        lab.rows(Kind::DataKey).remove(0),
    );
    for (row, parts) in [(secret, 2), (version, 1), (head, 0), (data_key, 2)] {
        let what = row.key.kind;
        for (bytes, in_info) in [(&row.info, true), (&row.body, false)] {
            if in_info && parts == 1 || !in_info && parts == 0 {
                continue;
            }
            let changed = flips(bytes)
                .map(|(bytes, at)| (bytes, Some(at)))
                .chain(cuts(bytes).map(|bytes| (bytes, None)));
            for (bytes, at) in changed {
                let damaged = row.with(|row| {
                    if in_info {
                        row.info = bytes;
                    } else {
                        row.body = bytes;
                    }
                });
                let seen = lab.case(
                    &format!("{what:?} byte {at:?}"),
                    &[(row.place(), Some(damaged.row))],
                    Loss::Nothing,
                );
                assert_eq!(
                    seen,
                    [Seen::Reported; 2],
                    "{what:?} byte {at:?}, in info: {in_info}"
                );
            }
        }
    }
    assert!(lab.report("bits of sealed rows") > 5000);
}

/// Each bit turned, with the byte it is in.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (Vec<u8>, usize)> {
    let bytes = bytes.to_vec();
    (0..bytes.len() * 8).map(move |bit| {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        (changed, bit / 8)
    })
}

/// Each length but its own, and a byte more.
fn cuts(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let longer = [bytes, &[0]].concat();
    let own = bytes.len();
    (0..=longer.len())
        .filter(move |length| *length != own)
        .map(move |length| longer[..length].to_vec())
}

/// A table without seals: the rows hold what they say.
struct Plain(MemoryStore);

fn plain_row(scope: &str, name: &str, answer: Answer) -> Stored {
    let mut key = [0; 32];
    let text = format!(
        "{}{name}",
        SCOPES.iter().position(|its| *its == scope).unwrap()
    );
    key[..text.len()].copy_from_slice(text.as_bytes());
    let body = answer.unwrap_or_default().as_bytes().to_vec();
    let info = ANSWERS
        .iter()
        .find_map(|(.., other)| other.err().filter(|kind| answer == Err(*kind)));
    let info = info
        .map(|kind| format!("{kind:?}"))
        .unwrap_or_default()
        .into_bytes();
    let row = Row {
        key: RowKey {
            kind: Kind::Secret,
            key,
        },
        epoch: 0,
        info,
        body,
    };
    Stored {
        partition: Partition::VAULT,
        row,
    }
}

impl Subject for Plain {
    fn ask(&self, scope: &str, name: &str) -> Result<String, ErrorKind> {
        let key = plain_row(scope, name, Ok("")).key;
        let row = rows(&self.0, Kind::Secret)
            .into_iter()
            .find(|row| row.key == key)
            .ok_or(ErrorKind::NotFound)?;
        let kind = ANSWERS
            .iter()
            .filter_map(|(.., answer)| answer.err())
            .find(|kind| format!("{kind:?}").as_bytes() == row.info);
        kind.map_or_else(|| Ok(String::from_utf8(row.row.body).unwrap()), Err)
    }

    fn is_intact(&self) -> bool {
        true
    }
}

/// The controls: with no seals, and with no `verify`, the same oracle finds what must never happen.
#[test]
fn without_seals_the_oracle_finds_wrong_answers() {
    let plain: Vec<Stored> = ANSWERS
        .iter()
        .map(|(scope, name, answer)| plain_row(scope, name, *answer))
        .collect();
    assert_eq!(
        judge(&Plain(store_of(&plain)), Loss::Nothing),
        Ok(Seen::Harmless)
    );
    let mut wrong = 0;
    for one in &plain {
        for other in plain
            .iter()
            .filter(|other| (&other.info, &other.body) != (&one.info, &one.body))
        {
            let store = store_of(&plain);
            change(&store, &[(one.place(), Some(other.row.clone()))]);
            assert!(judge(&Plain(store), Loss::Nothing).is_err());
            wrong += 1;
        }
        let store = store_of(&plain);
        delete(&store, one);
        let is_not_found = one.info == b"NotFound";
        assert_eq!(judge(&Plain(store), Loss::Gone).is_err(), !is_not_found);
    }
    println!("without seals: {wrong} wrong answers found");
    assert!(wrong > 500);
}

#[test]
fn without_verify_the_oracle_finds_a_loss() {
    struct Mute(Vault);
    impl Subject for Mute {
        fn ask(&self, scope: &str, name: &str) -> Result<String, ErrorKind> {
            ask(&self.0, scope, name)
        }

        fn is_intact(&self) -> bool {
            true
        }
    }
    let lab = Lab::new();
    let mut found = 0;
    for row in lab.rows(Kind::Secret) {
        delete(&lab.store, &row);
        let mute = Mute(
            builder()
                .store(lab.store.clone())
                .open(&root_key())
                .unwrap(),
        );
        found += usize::from(judge(&mute, Loss::Gone).is_err());
        put(&lab.store, &row);
    }
    assert!(found > 8, "{found}");
}
