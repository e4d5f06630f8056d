//! Doing what a plan says.

use std::ops::{ControlFlow, Range};

use keyslot::secrecy::SecretString;
use keyslot::{Error, ErrorKind, OnExisting, ScopedVault, SecretInput, SecretName};

use super::error::ImportError;
use super::imported::{ImportProgress, Imported, ImportedEntry, Outcome};
use super::planned::{Planned, Step, Verdict};
use super::this::{Input, Plan};

/// The key of metadata that holds the name in the file, where the secret has another.
const OLD_NAME: &str = "imported_name";

/// A plan that is being done.
struct Doing {
    planned: Vec<Planned>,
    outcomes: Vec<Outcome>,
    purge: Option<keyslot::store::Purge>,
}

/// Does what a plan says.
pub(super) fn apply(
    plan: Plan,
    mut progress: impl FnMut(ImportProgress) -> ControlFlow<()>,
) -> Result<Imported, ImportError> {
    let total = plan.count(Step::Store);
    let Plan {
        planned,
        inputs,
        parts,
        existing,
    } = plan;
    let outcome = |entry: &Planned| match entry.step {
        Step::Leave => Outcome::Left,
        _ => Outcome::NotStored,
    };
    let outcomes = planned.iter().map(outcome).collect();
    let mut doing = Doing {
        planned,
        outcomes,
        purge: None,
    };
    if let Some((number, error)) = doing.refused() {
        return Err(doing.fail(error, Some(number)));
    }
    // One rule for the whole call: a name that is new must be new, and one that changes must be as
    // the plan saw it, so no rule skips anything.
    let rule = match existing {
        OnExisting::Replace => OnExisting::Replace,
        _ => OnExisting::Version,
    };
    let mut inputs: Vec<Option<Input>> = inputs.into_iter().map(Some).collect();
    for (scoped, members) in parts {
        let members: Vec<usize> = members
            .into_iter()
            .filter(|&number| doing.step(number) == Some(Step::Store))
            .collect();
        if members.is_empty() {
            continue;
        }
        let items = members.iter().filter_map(|&number| {
            let input = inputs.get_mut(number)?.take()?;
            doing.item(number, input)
        });
        let items: Vec<Item> = items.collect();
        match doing.store(&scoped, &members, items, rule, total, &mut progress) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err((error, number)) => return Err(doing.fail(error, number)),
        }
    }
    Ok(doing.into_imported())
}

/// An entry that is stored.
struct Item {
    name: SecretName,
    input: SecretInput,
    /// The value once more, to look for it after a write whose answer is lost.
    value: SecretString,
}

/// The outcomes of a write whose answer is lost, as another look finds them. Values that are there
/// are stored. Of others it is not known: a write that is not there yet may still come.
fn settled(
    scoped: &ScopedVault,
    known: &[(SecretName, SecretString)],
    written: Range<usize>,
) -> Vec<Outcome> {
    let mut is_readable = true;
    let outcome = |(name, value): &(SecretName, SecretString)| {
        // A store that is still lost is not asked again for each entry.
        let found = is_readable.then(|| scoped.matches(name, value.clone()));
        match found {
            Some(Ok(true)) => return Outcome::Stored,
            Some(Err(error)) if error.kind() != ErrorKind::NotFound => is_readable = false,
            _ => {}
        }
        Outcome::Unknown
    };
    known
        .get(written)
        .unwrap_or_default()
        .iter()
        .map(outcome)
        .collect()
}

impl Doing {
    /// The first entry that stops the import, and its error.
    fn refused(&self) -> Option<(usize, Error)> {
        let mut entries = self.planned.iter().enumerate();
        let (number, entry) = entries.find(|(_, entry)| entry.step == Step::Refuse)?;
        let line = entry.line;
        let named = entry.name.as_ref().map_or("", |name| name.as_str());
        let scope = &entry.scope;
        let (kind, message) = match &entry.verdict {
            Verdict::Invalid { error, .. } => (error.kind(), format!("{error} (line {line})")),
            Verdict::Revoked => (
                ErrorKind::Revoked,
                format!("secret {named} is revoked in {scope} (line {line})"),
            ),
            _ => (
                ErrorKind::Conflict,
                format!(
                    "a secret {named} with another value exists already in {scope} (line {line})"
                ),
            ),
        };
        let error = Error::new(kind, message);
        Some((
            number,
            match &entry.name {
                Some(name) => error.with_name(name),
                None => error,
            },
        ))
    }

    fn step(&self, number: usize) -> Option<Step> {
        self.planned.get(number).map(|entry| entry.step)
    }

    /// The name and the input of an entry that is stored.
    fn item(&self, number: usize, input: Input) -> Option<Item> {
        let entry = self.planned.get(number)?;
        let value = input.value;
        let mut item = SecretInput::new(value.clone());
        if let Some(text) = input.description {
            item = item.description(text);
        }
        if let Some(name) = input.old_name {
            item = item.metadata(OLD_NAME, name);
        }
        let item = match entry.verdict {
            Verdict::Changes { revision, .. } => item.if_revision(revision),
            _ => item.if_absent(),
        };
        let name = entry.name.clone()?;
        Some(Item {
            name,
            input: item,
            value,
        })
    }

    /// Stores the entries of one scope.
    fn store(
        &mut self,
        scoped: &ScopedVault,
        members: &[usize],
        items: Vec<Item>,
        rule: OnExisting,
        total: usize,
        progress: &mut impl FnMut(ImportProgress) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, (Error, Option<usize>)> {
        let before = self.stored();
        let mut flow = ControlFlow::Continue(());
        let split = |item: Item| ((item.name.clone(), item.input), (item.name, item.value));
        let (items, known): (Vec<_>, Vec<_>) = items.into_iter().map(split).unzip();
        let stored = scoped.put_all_with(items, rule, |part| {
            let done = before + part.changed;
            flow = progress(ImportProgress { done, total });
            flow
        });
        let (part, failed) = match stored {
            Ok(part) => (part, None),
            Err(error) => (error.progress(), Some(error)),
        };
        self.purge = part.purge.or(self.purge);
        for &number in members.iter().take(part.changed) {
            self.set(number, Outcome::Stored);
        }
        let Some(failed) = failed else {
            return Ok(flow);
        };
        let outcomes = settled(scoped, &known, failed.unsettled());
        for (&number, outcome) in members.iter().skip(part.changed).zip(outcomes) {
            self.set(number, outcome);
        }
        let number = failed.item().and_then(|item| members.get(item).copied());
        Err((failed.into(), number))
    }

    fn set(&mut self, number: usize, outcome: Outcome) {
        if let Some(place) = self.outcomes.get_mut(number) {
            *place = outcome;
        }
    }

    fn stored(&self) -> usize {
        let is_stored = |outcome: &&Outcome| **outcome == Outcome::Stored;
        self.outcomes.iter().filter(is_stored).count()
    }

    fn fail(self, error: Error, entry: Option<usize>) -> ImportError {
        let imported = Box::new(self.into_imported());
        ImportError {
            error,
            entry,
            imported,
        }
    }

    fn into_imported(self) -> Imported {
        let entry = |(planned, outcome): (Planned, Outcome)| ImportedEntry {
            line: planned.line,
            scope: planned.scope,
            name: planned.name,
            outcome,
        };
        let entries = self.planned.into_iter().zip(self.outcomes).map(entry);
        Imported {
            entries: entries.collect(),
            purge: self.purge,
        }
    }
}
