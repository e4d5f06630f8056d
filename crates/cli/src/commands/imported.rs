//! Plans and results of imports, as they are shown.

use keyslot::{Scope, SecretName};
use keyslot_import::{Imported, Outcome, Plan, Planned, Step, Verdict};
use serde_json::{Value, json};

use crate::failure::Result;
use crate::output::{Output, Table};

/// Numbers of entries by what is done with them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) store: usize,
    pub(super) leave: usize,
    pub(super) refuse: usize,
}

impl Counts {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            store: plan.count(Step::Store),
            leave: plan.count(Step::Leave),
            refuse: plan.count(Step::Refuse),
        }
    }
}

/// Shows what would happen.
pub(super) fn show_plan(plan: &Plan, counts: Counts, output: Output) -> Result<()> {
    let Counts {
        store,
        leave,
        refuse,
    } = counts;
    if output.is_json() {
        let entries: Vec<Value> = plan.entries().iter().map(entry).collect();
        let counts = json!({ "store": store, "leave": leave, "refuse": refuse });
        return output.json(&json!({ "entries": entries, "counts": counts }));
    }
    let mut table = Table::new(["LINE", "NAME", "SCOPE", "STATE", "STEP", "NOTE"]);
    for entry in plan.entries() {
        table.row([
            &entry.line.to_string(),
            name(entry.name.as_ref()),
            entry.scope.as_str(),
            entry.verdict.as_str(),
            entry.step.as_str(),
            &note(entry),
        ]);
    }
    output.table(&table)?;
    output.line(&format!(
        "{store} to store, {leave} to leave, {refuse} refused"
    ))
}

/// Shows what was done.
pub(super) fn show_result(done: &Imported, scope: &Scope, output: Output) -> Result<()> {
    let (stored, left) = (done.stored(), done.count(Outcome::Left));
    let message = format!("stored {stored} secrets in {scope}; left {left} as they are");
    output.either(&result(done), &message)
}

/// Shows which half of the file is stored, if it is only one.
pub(super) fn show_half(done: &Imported, output: Output) -> Result<()> {
    if output.is_json() {
        return output.json(&result(done));
    }
    if done.stored() == 0 && done.count(Outcome::Unknown) == 0 {
        return Ok(());
    }
    let mut table = Table::new(["LINE", "NAME", "SCOPE", "OUTCOME"]);
    for entry in done.entries() {
        table.row([
            &entry.line.to_string(),
            name(entry.name.as_ref()),
            entry.scope.as_str(),
            entry.outcome.as_str(),
        ]);
    }
    output.table(&table)
}

fn result(done: &Imported) -> Value {
    let entry = |entry: &keyslot_import::ImportedEntry| {
        json!({
            "line": entry.line,
            "scope": entry.scope,
            "name": entry.name,
            "outcome": entry.outcome.as_str(),
        })
    };
    let entries: Vec<Value> = done.entries().iter().map(entry).collect();
    let count = |outcome: Outcome| done.count(outcome);
    json!({
        "entries": entries,
        "counts": {
            "stored": count(Outcome::Stored),
            "left": count(Outcome::Left),
            "not_stored": count(Outcome::NotStored),
            "unknown": count(Outcome::Unknown),
        },
    })
}

fn entry(entry: &Planned) -> Value {
    let (mut version, mut error, mut proposal) = (None, None, None);
    match &entry.verdict {
        Verdict::Changes { version: found, .. } => version = Some(found.get()),
        Verdict::Invalid {
            error: found,
            proposed,
            ..
        } => {
            error = Some(found.to_string());
            proposal = proposed.as_ref();
        }
        _ => {}
    }
    json!({
        "line": entry.line,
        "scope": entry.scope,
        "name": entry.name,
        "renamed": entry.is_renamed,
        "state": entry.verdict.as_str(),
        "step": entry.step.as_str(),
        "version": version,
        "error": error,
        "proposed": proposal,
    })
}

/// The note on an entry. A name that is not valid is not shown: it may be a part of a value.
fn note(entry: &Planned) -> String {
    match &entry.verdict {
        Verdict::Changes { version, .. } => format!("has version {version}"),
        Verdict::Invalid {
            error,
            proposed: Some(name),
            ..
        } => {
            format!("{error}; proposed: {name}")
        }
        Verdict::Invalid { error, .. } => error.to_string(),
        _ if entry.is_renamed => "renamed".to_owned(),
        _ => String::new(),
    }
}

fn name(name: Option<&SecretName>) -> &str {
    name.map_or("-", SecretName::as_str)
}
