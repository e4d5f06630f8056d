//! The two vaults, and the list of what was done in them.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::{
    AccessRules, Actor, AuditLimits, AuditMode, AuditRetention, ErrorKind, OnExisting, Permissions,
    Reference, Resolver, Scope, ScopedVault, SecretChange, SecretInfo, SecretName, Status, Target,
    Vault, VaultBuilder, Version,
};

use super::Open;
use super::history::{Entry, Log};
use super::steps::{NAMES, Op, SCOPES, Setting, Step, Who, target};
use crate::support::root_key;

/// A wrong log, or a log of something else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Plant {
    Nothing,
    /// One vault says nothing of its uses.
    LosesUses,
    /// A use is logged twice.
    Twice,
    OtherActor,
    OtherTarget,
    /// A change that nobody was told of.
    HiddenChange,
    /// Entries are taken away that nobody was told of.
    HiddenPrune,
    /// Entries that wait are stored earlier.
    Early,
}

impl Plant {
    pub(super) const ALL: [Self; 7] = [
        Self::LosesUses,
        Self::Twice,
        Self::OtherActor,
        Self::OtherTarget,
        Self::HiddenChange,
        Self::HiddenPrune,
        Self::Early,
    ];
}

/// The two logs of an organization.
#[derive(Default)]
pub(super) struct Logs {
    pub(super) changes: Log,
    pub(super) uses: Log,
    generation: u32,
    /// True while there was nothing since an erasure.
    is_erased: bool,
}

pub(super) struct Opened {
    pub(super) vault: Vault,
    setting: Setting,
    /// Entries that wait to be stored, with their organization.
    waiting: Vec<(String, Entry)>,
}

pub(super) struct World<'s> {
    open: Open<'s>,
    clock: Arc<AtomicU64>,
    pub(super) opened: [Opened; 2],
    pub(super) logs: BTreeMap<String, Logs>,
    plant: Plant,
}

fn builder(clock: &Arc<AtomicU64>, setting: Setting) -> VaultBuilder {
    let clock = Arc::clone(clock);
    let now = move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst));
    let builder = Vault::builder().clock(now);
    // Stored when it is asked for, and by nobody before.
    let limits = AuditLimits::new()
        .batch(100_000)
        .queue(100_000)
        .delay(Duration::from_secs(36_000));
    match setting {
        Setting::Plain => builder,
        Setting::Logs(mode) => builder.audit(mode).audit_limits(limits),
    }
}

/// One handle, and what entries say of it.
struct Hand {
    handle: ScopedVault,
    entry: Entry,
}

impl Hand {
    fn entry(&self, action: &'static str, name: &str) -> Entry {
        Entry {
            action,
            name: Some(name.to_owned()),
            ..self.entry.clone()
        }
    }

    /// An entry about a secret as it is now.
    fn about(&self, action: &'static str, info: &SecretInfo) -> Entry {
        let newest = info.versions.last();
        let scope = info.scope.to_string();
        Entry {
            found_in: Some(scope).filter(|scope| *scope != self.entry.scope),
            record: Some(info.record),
            version: newest.map(|kept| kept.version.get()),
            fingerprint: newest.and_then(|kept| kept.fingerprint),
            ..self.entry(action, info.name.as_str())
        }
    }
}

impl<'s> World<'s> {
    pub(super) fn new(open: Open<'s>, settings: [Setting; 2], plant: Plant) -> Self {
        let clock = Arc::new(AtomicU64::new(1_800_000_000));
        let opened = settings.map(|setting| {
            let builder = builder(&clock, setting).store(open());
            Opened {
                vault: builder.open_or_create(&root_key()).unwrap(),
                setting,
                waiting: Vec::new(),
            }
        });
        Self {
            open,
            clock,
            opened,
            logs: BTreeMap::new(),
            plant,
        }
    }

    fn hand(&self, vault: usize, scope: &str, who: Who) -> Hand {
        let mut handle = self.opened[vault].vault.scope(scope).unwrap();
        let mut actor = who.actor;
        if self.plant == Plant::OtherActor {
            actor = actor.map(|_| "eve");
        }
        if let Some(actor) = actor {
            handle = handle.acting_as(Actor::new(actor).unwrap());
        }
        if let Some(run) = who.run {
            handle = handle.for_run(run).unwrap();
        }
        if let Some(reason) = who.reason {
            handle = handle.because(reason).unwrap();
        }
        let entry = Entry {
            time: self.clock.load(Ordering::SeqCst),
            scope: scope.to_owned(),
            actor: who.actor.map(str::to_owned),
            run: who.run.map(str::to_owned),
            reason: who.reason.map(str::to_owned),
            ..Entry::default()
        };
        Hand { handle, entry }
    }

    fn logs(&mut self, tenant: &str) -> &mut Logs {
        self.logs.entry(tenant.to_owned()).or_default()
    }

    /// Notes a change that was made.
    fn changed(&mut self, vault: usize, tenant: &str, entries: Vec<Entry>) {
        let is_asked_for = self.opened[vault].setting != Setting::Plain;
        let logs = self.logs(tenant);
        logs.generation = logs.generation.max(1);
        logs.is_erased = entries.iter().all(|entry| entry.action == "erase");
        if is_asked_for || logs.changes.is_begun() {
            logs.changes.write(entries);
        }
    }

    /// Notes uses of one call.
    fn used(&mut self, vault: usize, tenant: &str, entries: Vec<Entry>) {
        let opened = &mut self.opened[vault];
        let Setting::Logs(mode) = opened.setting else {
            return;
        };
        let waits = |entry: &Entry| mode == AuditMode::Batched || entry.refused.is_some();
        let (waiting, given): (Vec<_>, Vec<_>) = entries.into_iter().partition(waits);
        if mode == AuditMode::Off {
            return;
        }
        let waiting = waiting.into_iter().map(|entry| (tenant.to_owned(), entry));
        opened.waiting.extend(waiting);
        self.logs(tenant).uses.write(given);
    }

    /// Notes that what waited was stored.
    pub(super) fn flushed(&mut self, vault: usize) {
        let waiting = mem::take(&mut self.opened[vault].waiting);
        let mut by_tenant: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for (tenant, entry) in waiting {
            by_tenant.entry(tenant).or_default().push(entry);
        }
        for (tenant, entries) in by_tenant {
            self.logs(&tenant).uses.write(entries);
        }
    }

    pub(super) fn take(&mut self, number: usize, step: &Step) -> Result<(), String> {
        self.clock.fetch_add(7, Ordering::SeqCst);
        let (scope, name) = (SCOPES[step.scope], NAMES[step.name]);
        let tenant = scope.split('/').next().unwrap();
        let hand = self.hand(step.vault, scope, step.who);
        self.trick(number, step, &hand);
        let h = &hand.handle;
        let before = h.info(name).ok();
        let value = format!("value-{number}");
        let vault = step.vault;
        let shown = |action, done: keyslot::Result<SecretInfo>| {
            done.ok().map(|info| hand.about(action, &info))
        };
        // A change that changes nothing is none.
        let moved = |action, done: keyslot::Result<SecretInfo>| {
            let is_moved = |info: &SecretInfo| {
                before.as_ref().map(|info| info.revision) != Some(info.revision)
            };
            let info = done.ok().filter(is_moved);
            info.map(|info| hand.about(action, &info))
        };
        let gone = |action, done: keyslot::Result<()>| {
            let record = before.as_ref().map(|info| info.record);
            let entry = Entry {
                record,
                ..hand.entry(action, name)
            };
            done.ok().map(|()| entry)
        };
        let one = match &step.op {
            Op::Put => shown("put", h.put(name, &*value)),
            Op::Describe(long) => {
                let text = if *long { "the live key" } else { "" };
                moved(
                    "update",
                    h.update(name, SecretChange::new().description(text)),
                )
            }
            Op::Rules(narrow) => {
                let rules = AccessRules::new();
                let rules = if *narrow {
                    rules.tool("stripe").unwrap()
                } else {
                    rules
                };
                moved("update", h.update(name, SecretChange::new().rules(rules)))
            }
            Op::SetStatus(active) => {
                let status = if *active {
                    Status::Active
                } else {
                    Status::Inactive
                };
                moved("set_status", h.set_status(name, status))
            }
            Op::Revoke => {
                let revoked = gone("revoke", h.revoke(name).map(drop));
                let status = before.as_ref().map(|info| info.status);
                // It was so before.
                revoked.filter(|_| status != Some(Status::Revoked))
            }
            Op::Delete => gone("delete", h.delete(name).map(drop)),
            Op::Replace => shown("replace_revoked", h.replace_revoked(name, &*value)),
            Op::RollBack => shown("roll_back", h.rollback(name, Version::FIRST)),
            Op::Copy { to } if SCOPES[*to].starts_with(tenant) => {
                let to = self.hand(vault, SCOPES[*to], step.who);
                let copied = h.clone_to(name, &to.handle).ok();
                copied.map(|info| to.about("clone_to", &info))
            }
            _ => None,
        };
        if let Some(entry) = one {
            self.changed(vault, tenant, vec![entry]);
            return Ok(());
        }
        match &step.op {
            Op::PutAll => {
                let names = &NAMES[..2];
                let items = names
                    .iter()
                    .map(|name| (*name, format!("value-{number}-{name}")));
                if h.put_all(items, OnExisting::Version).is_ok() {
                    let info = |name: &&str| hand.about("put", &h.info(name).unwrap());
                    self.changed(vault, tenant, names.iter().map(info).collect());
                }
            }
            Op::PutBlind => {
                let error = h.with(Permissions::USE).put(name, &*value).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Denied);
            }
            Op::Look { more, aim } => {
                let more = more.iter().map(|(name, pin)| (NAMES[*name], *pin));
                let asked: Vec<_> = [(name, None)].into_iter().chain(more).collect();
                let used = self.looked(&hand, h, &asked, &target(*aim));
                self.used(vault, tenant, used);
            }
            Op::LookBlind => {
                let blind = h.with(Permissions::READ);
                let used = self.looked(&hand, &blind, &[(name, None)], &target(3));
                assert!(used.iter().all(|entry| entry.refused.is_some()));
                self.used(vault, tenant, used);
            }
            Op::LookBound => {
                let bound = h.for_target(target(2));
                let used = self.looked(&hand, &bound, &[(name, None)], &target(3));
                assert!(used.iter().all(|entry| entry.refused.is_some()));
                self.used(vault, tenant, used);
            }
            Op::Resolve { aim } => {
                let (aimed, text) = (self.aimed(*aim), placeholder(name));
                let done = h.resolve_for(&aimed, &*text);
                let used = resolved(&hand, name, &target(*aim), done);
                self.used(vault, tenant, vec![used]);
            }
            Op::Run { aim } => {
                let reference = Reference::secret(SecretName::new(name).unwrap());
                let run = h
                    .snapshot(&[reference])
                    .map_err(|error| error.to_string())?;
                let (aimed, text) = (self.aimed(*aim), placeholder(name));
                let done = run.resolve_for(&aimed, &*text);
                let used = resolved(&hand, name, &target(*aim), done);
                self.used(vault, tenant, vec![used]);
            }
            Op::Reveal => {
                let done = h.reveal(name).map(drop);
                let used = self.told(vault, &hand, "reveal", name, done);
                self.used(vault, tenant, vec![used]);
            }
            Op::RevealBlind => {
                let done = h.with(Permissions::USE).reveal(name).map(drop);
                let used = Entry {
                    refused: done.err().map(|error| error.kind()),
                    ..hand.entry("reveal", name)
                };
                assert!(used.refused.is_some());
                self.used(vault, tenant, vec![used]);
            }
            Op::Redact => {
                let done = h.redactor([name]).map(drop);
                let used = self.told(vault, &hand, "redact", name, done);
                self.used(vault, tenant, vec![used]);
            }
            Op::Rotate => {
                if let Ok(generation) = self.opened[vault].vault.rotate_data_key(tenant) {
                    self.operated(vault, tenant, "rotate", Some(generation), None);
                }
            }
            Op::Rewrap => {
                let walk = self.opened[vault].vault.rewrap(tenant);
                let done = walk.and_then(|walk| walk.finish());
                if let Some(done) = done.ok().filter(|done| done.rewrapped > 0) {
                    let generation = self.logs(tenant).generation;
                    let count = Some(done.rewrapped);
                    self.operated(vault, tenant, "rewrap", Some(generation), count);
                }
            }
            Op::Erase => {
                let is_erased = self.opened[vault].vault.erase_tenant(tenant).is_ok();
                // There is nothing more to erase.
                let is_erased = is_erased && !self.logs(tenant).is_erased;
                if is_erased {
                    let generation = self.logs(tenant).generation + 1;
                    self.operated(vault, tenant, "erase", Some(generation), None);
                }
            }
            Op::Prune(newest) => {
                let log = self.opened[vault].vault.audit(tenant).unwrap();
                let kept = AuditRetention::new().max_entries(*newest);
                let taken = log.prune(&kept, "the policy").unwrap();
                let entry = Entry {
                    reason: Some("the policy".to_owned()),
                    ..self.operator("prune", tenant)
                };
                let logs = self.logs(tenant);
                let expected =
                    logs.changes.prune(*newest, &entry) + logs.uses.prune(*newest, &entry);
                if taken != expected {
                    return Err(format!("{taken} entries were taken, not {expected}"));
                }
            }
            Op::Flush => {
                self.opened[vault].vault.flush_audit().unwrap();
                self.flushed(vault);
            }
            Op::Reopen(setting) => {
                drop(hand);
                self.reopen(vault, *setting);
            }
            Op::Read => return self.compare(vault),
            _ => {}
        }
        Ok(())
    }

    /// The entry of a value that was told outside of templates: of the nearest secret.
    fn told(
        &self,
        vault: usize,
        hand: &Hand,
        action: &'static str,
        name: &str,
        done: keyslot::Result<()>,
    ) -> Entry {
        let vault = &self.opened[vault].vault;
        let mut infos = hand.handle.scope().chain().map(|scope| {
            let info = vault.scope(scope).unwrap().info(name);
            info.map_err(|error| error.kind())
        });
        let nearest = infos
            .find(Result::is_ok)
            .unwrap_or(Err(ErrorKind::NotFound));
        match done.map_err(|error| error.kind()).and(nearest) {
            Ok(info) => hand.about(action, &info),
            Err(refused) => Entry {
                refused: Some(refused),
                ..hand.entry(action, name)
            },
        }
    }

    fn aimed(&self, aim: usize) -> Target {
        let is_other = self.plant == Plant::OtherTarget && aim == 2;
        if is_other {
            Target::tool("browser")
        } else {
            target(aim)
        }
    }

    fn operator(&self, action: &'static str, tenant: &str) -> Entry {
        Entry {
            time: self.clock.load(Ordering::SeqCst),
            action,
            scope: tenant.to_owned(),
            ..Entry::default()
        }
    }

    fn operated(
        &mut self,
        vault: usize,
        tenant: &str,
        action: &'static str,
        generation: Option<u32>,
        count: Option<u64>,
    ) {
        let entry = Entry {
            generation,
            count,
            ..self.operator(action, tenant)
        };
        self.changed(vault, tenant, vec![entry]);
        let logs = self.logs(tenant);
        logs.generation = generation.unwrap_or(logs.generation);
    }

    /// Looks names up together.
    fn looked(
        &self,
        hand: &Hand,
        handle: &ScopedVault,
        asked: &[(&str, Option<u64>)],
        target: &Target,
    ) -> Vec<Entry> {
        let reference = |(name, pin): &(&str, Option<u64>)| {
            let reference = Reference::secret(SecretName::new(name).unwrap());
            match pin {
                Some(pin) => reference.with_version(Version::new(*pin).unwrap()),
                None => reference,
            }
        };
        let references: Vec<Reference> = asked.iter().map(reference).collect();
        let outcomes = handle.lookup(&references, target).unwrap();
        let entry = |((name, pin), outcome): (&(&str, Option<u64>), &keyslot::Outcome)| {
            let entry = Entry {
                version: *pin,
                ..aimed(hand.entry("use", name), target)
            };
            match outcome {
                Ok(found) => of_used(entry, found.used()),
                Err(error) => Entry {
                    refused: Some(error.kind()),
                    ..entry
                },
            }
        };
        asked.iter().zip(&outcomes).map(entry).collect()
    }

    /// Ends an open vault, and opens another one.
    pub(super) fn reopen(&mut self, vault: usize, setting: Setting) {
        let builder = builder(&self.clock, setting).store((self.open)());
        let next = builder.open(&root_key()).unwrap();
        self.opened[vault].vault = next;
        self.flushed(vault);
        self.opened[vault].setting = setting;
    }

    /// Does what is not told to the list.
    fn trick(&mut self, number: usize, step: &Step, hand: &Hand) {
        let vault = &self.opened[step.vault].vault;
        let aim = target(0);
        match self.plant {
            Plant::LosesUses if number == 0 => {
                let builder = builder(&self.clock, Setting::Logs(AuditMode::Off));
                let quiet = builder.store((self.open)()).open(&root_key()).unwrap();
                self.opened[1].vault = quiet;
            }
            Plant::Twice if number % 9 == 0 => {
                let reference = Reference::secret(SecretName::new("A").unwrap());
                drop(hand.handle.lookup(&[reference], &aim));
            }
            Plant::HiddenChange if number == 20 => drop(hand.handle.put("A", "hidden")),
            Plant::HiddenPrune if number == 40 => {
                let none = AuditRetention::new().max_entries(0);
                for tenant in ["acme", "globex"] {
                    let log = vault.audit(tenant).unwrap();
                    log.prune(&none, "hidden").unwrap();
                }
            }
            Plant::Early => vault.flush_audit().unwrap(),
            _ => {}
        }
    }
}

fn placeholder(name: &str) -> String {
    format!("<<$secret.{name}>>")
}

fn aimed(entry: Entry, target: &Target) -> Entry {
    Entry {
        tool: target.tool_name().map(str::to_owned),
        host: target.host().map(|host| format!("{host}:443")),
        surface: Some(target.surface()),
        instructions: target.is_instructions(),
        ..entry
    }
}

fn of_used(entry: Entry, used: &keyslot::Used) -> Entry {
    let scope = used.scope.as_ref().map(Scope::to_string);
    Entry {
        found_in: scope.filter(|scope| *scope != entry.scope),
        record: used.record,
        version: used.version.map(|version| version.get()),
        fingerprint: used.fingerprint,
        ..entry
    }
}

/// The entry of a text with one placeholder.
fn resolved(
    hand: &Hand,
    name: &str,
    target: &Target,
    done: keyslot::Result<keyslot::Resolved<std::borrow::Cow<'_, str>>>,
) -> Entry {
    let entry = aimed(hand.entry("use", name), target);
    match done {
        Ok(text) => of_used(entry, text.used()[0]),
        Err(error) => Entry {
            refused: Some(error.kind()),
            ..entry
        },
    }
}
