//! Making a plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use keyslot::secrecy::{ExposeSecret as _, SecretString};
use keyslot::{Error, ErrorKind, OnExisting, ScopedVault, SecretName};

use super::importer::Importer;
use super::planned::{Planned, Step, Verdict};
use super::scopes::{Present, check, handle, present};
use super::texts::refused;
use super::this::{Input, Plan};
use crate::entries::{Entries, Entry};
use crate::names::propose;

/// A plan in the making.
pub(super) struct Planner<'i, 'v> {
    importer: &'i Importer<'v>,
    planned: Vec<Planned>,
    inputs: Vec<Input>,
    parts: Vec<(ScopedVault, Vec<usize>)>,
    /// The numbers of parts, by the members of the file that lead to them.
    numbers: BTreeMap<Vec<String>, usize>,
}

impl<'i, 'v> Planner<'i, 'v> {
    pub(super) fn new(importer: &'i Importer<'v>) -> Result<Self, Error> {
        check(importer.scoped)?;
        Ok(Self {
            importer,
            planned: Vec::new(),
            inputs: Vec::new(),
            parts: Vec::new(),
            numbers: BTreeMap::new(),
        })
    }

    pub(super) fn plan(mut self, entries: Entries) -> Result<Plan, Error> {
        self.check_renames(&entries)?;
        for entry in entries.0 {
            self.take(entry)?;
        }
        for number in 0..self.parts.len() {
            self.refuse_twins(number);
            self.compare(number)?;
        }
        for (entry, input) in self.planned.iter_mut().zip(&self.inputs) {
            let is_stored = matches!(entry.verdict, Verdict::New | Verdict::Changes { .. });
            if let Some(error) = is_stored.then(|| refused(input)).flatten() {
                let proposed = None;
                entry.verdict = Verdict::Invalid { error, proposed };
            }
            entry.step = step(&entry.verdict, self.importer);
        }
        Ok(Plan {
            planned: self.planned,
            inputs: self.inputs,
            parts: self.parts,
            existing: self.importer.existing,
        })
    }

    /// Refuses a new name for one that the file does not have: it would be a mistake in writing.
    fn check_renames(&self, entries: &Entries) -> Result<(), Error> {
        let names: HashSet<&str> = entries.iter().map(Entry::name).collect();
        let is_there = |from: &String| names.contains(from.as_str());
        match self
            .importer
            .renames
            .iter()
            .find(|(from, _)| !is_there(from))
        {
            None => Ok(()),
            Some((_, to)) => {
                let message = format!("the file has no entry with the name that becomes {to}");
                Err(Error::new(ErrorKind::InvalidInput, message).with_name(to))
            }
        }
    }

    /// Adds an entry, with its scope and name.
    fn take(&mut self, entry: Entry) -> Result<(), Error> {
        let known = self.numbers.get(&entry.scope).copied();
        let number = known.unwrap_or(self.parts.len());
        if known.is_none() {
            let handle = handle(self.importer, &entry.scope)?;
            self.parts.push((handle, Vec::new()));
            self.numbers.insert(entry.scope, number);
        }
        let Some((handle, members)) = self.parts.get_mut(number) else {
            return Ok(());
        };
        members.push(self.planned.len());
        let (name, refused) = match name(&entry.name, self.importer) {
            Ok(name) => (Some(name), None),
            Err((error, proposed)) => (None, Some(Verdict::Invalid { error, proposed })),
        };
        let flaw = || self::flaw(&entry.value, self.importer.max_value);
        let verdict = refused.or_else(flaw).unwrap_or(Verdict::New);
        let is_renamed = name
            .as_ref()
            .is_some_and(|name| name.as_str() != entry.name);
        self.planned.push(Planned {
            line: entry.line,
            scope: handle.scope().clone(),
            name,
            is_renamed,
            verdict,
            step: Step::Refuse,
        });
        self.inputs.push(Input {
            value: entry.value,
            description: entry.description,
            old_name: is_renamed.then_some(entry.name),
        });
        Ok(())
    }

    /// Marks entries of one scope that have one name: neither can be chosen.
    fn refuse_twins(&mut self, number: usize) {
        let members = self
            .parts
            .get(number)
            .map_or(&[][..], |(_, members)| members);
        let mut lines: HashMap<SecretName, Vec<usize>> = HashMap::new();
        for &member in members {
            let name = self
                .planned
                .get(member)
                .and_then(|entry| entry.name.clone());
            if let Some(name) = name {
                lines.entry(name).or_default().push(member);
            }
        }
        for (name, twins) in lines.into_iter().filter(|(_, twins)| twins.len() > 1) {
            for member in twins {
                if let Some(entry) = self.planned.get_mut(member) {
                    let message = format!("more than one entry becomes the secret {name}");
                    let error = Error::new(ErrorKind::InvalidInput, message).with_name(&name);
                    let proposed = None;
                    entry.verdict = Verdict::Invalid { error, proposed };
                }
            }
        }
    }

    /// Compares the entries of a scope with the secrets that are there.
    fn compare(&mut self, number: usize) -> Result<(), Error> {
        let Some((handle, members)) = self.parts.get(number) else {
            return Ok(());
        };
        let is_open = |entry: &&Planned| matches!(entry.verdict, Verdict::New);
        let entry = |member: &usize| self.planned.get(*member).filter(is_open);
        let names = members.iter().filter_map(entry);
        let names: HashSet<&SecretName> = names.filter_map(|entry| entry.name.as_ref()).collect();
        let present = present(handle, &names)?;
        let mut verdicts = Vec::new();
        for &member in members {
            let name = entry(&member).and_then(|entry| entry.name.as_ref());
            let found = name.and_then(|name| present.get(name).map(|present| (name, present)));
            if let (Some((name, present)), Some(input)) = (found, self.inputs.get(member)) {
                verdicts.push((member, verdict(handle, name, present, &input.value)?));
            }
        }
        for (member, verdict) in verdicts {
            if let Some(entry) = self.planned.get_mut(member) {
                entry.verdict = verdict;
            }
        }
        Ok(())
    }
}

/// The name of the secret that a name of the file means; or why it is not valid, and a proposal.
fn name(name: &str, importer: &Importer<'_>) -> Result<SecretName, (Error, Option<SecretName>)> {
    if let Some(renamed) = importer.renames.get(name) {
        return importer
            .policy
            .apply(renamed.as_str())
            .map_err(|error| (error, None));
    }
    importer
        .policy
        .apply(name)
        .or_else(|error| match propose(name, &importer.policy) {
            Some(proposed) if importer.takes_proposals => Ok(proposed),
            proposed => Err((error, proposed)),
        })
}

/// The verdict on a value that no vault takes.
fn flaw(value: &SecretString, most: usize) -> Option<Verdict> {
    let message = match value.expose_secret().len() {
        0 => "a secret value may not be empty".to_owned(),
        len if len > most => format!("a secret value may have {most} bytes at most"),
        _ => return None,
    };
    let error = Error::new(ErrorKind::InvalidValue, message);
    let proposed = None;
    Some(Verdict::Invalid { error, proposed })
}

/// The verdict on an entry whose name exists.
fn verdict(
    handle: &ScopedVault,
    name: &SecretName,
    present: &Present,
    value: &SecretString,
) -> Result<Verdict, Error> {
    let Some(version) = present.version.filter(|_| !present.is_revoked) else {
        return Ok(Verdict::Revoked);
    };
    match handle.matches(name, value.clone()) {
        Ok(true) => Ok(Verdict::Same),
        Ok(false) => {
            let revision = present.revision;
            Ok(Verdict::Changes { version, revision })
        }
        // Meanwhile.
        Err(error) if error.kind() == ErrorKind::Revoked => Ok(Verdict::Revoked),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Verdict::New),
        Err(error) => Err(error),
    }
}

fn step(verdict: &Verdict, importer: &Importer<'_>) -> Step {
    match (verdict, importer.existing) {
        (Verdict::New, _)
        | (Verdict::Changes { .. }, OnExisting::Version | OnExisting::Replace) => Step::Store,
        (Verdict::Same, _) | (Verdict::Changes { .. } | Verdict::Revoked, OnExisting::Skip) => {
            Step::Leave
        }
        (Verdict::Invalid { .. }, _) if importer.leaves_invalid => Step::Leave,
        _ => Step::Refuse,
    }
}
