//! The same steps, taken in a vault.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::SecretStore;
use keyslot::{
    Actor, DataKeyState, Error, ErrorKind, List, Reference, Resolved, Revision, Scope, ScopedVault,
    SecretChange, SecretInfo, SecretInput, Snapshot, Vault, VaultBuilder, Version,
};

use super::card::{Answer, Seen};
use super::late::{Hook, Late};
use super::ops::{Aim, BESIDE, Expect, Filter, Op, Pin, Place, Say, Step, Who, at, beside};
use crate::support::root_key;

/// Home of a vault: makes the store, and opens it again.
pub trait Home {
    fn create(&self) -> Box<dyn SecretStore>;
    fn open(&self) -> Box<dyn SecretStore>;
}

/// A fault that is planted in a vault, to see that it is noticed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    Forgets,
    Lenient,
    ClockStops,
    ClockForgets,
    NeverNarrows,
    NoActors,
    NoTargets,
    SnapshotsMove,
    ExpectsNothing,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::Forgets,
        Self::Lenient,
        Self::ClockStops,
        Self::ClockForgets,
        Self::NeverNarrows,
        Self::NoActors,
        Self::NoTargets,
        Self::SnapshotsMove,
        Self::ExpectsNothing,
    ];
}

pub struct Real<'h> {
    vault: Vault,
    home: &'h dyn Home,
    clock: Arc<AtomicU64>,
    strict: bool,
    kept: usize,
    fault: Fault,
    run: Option<(Scope, Snapshot)>,
    is_aged: bool,
    hook: Hook,
    seen: Seen,
}

fn settings(strict: bool, kept: usize, clock: &Arc<AtomicU64>, fault: Fault) -> VaultBuilder {
    let (clock, start) = (Arc::clone(clock), clock.load(Ordering::SeqCst));
    let stands_still = fault == Fault::ClockStops;
    let now = move || {
        at(if stands_still {
            start
        } else {
            clock.load(Ordering::SeqCst)
        })
    };
    let kept = if fault == Fault::Forgets { 1 } else { kept };
    let settings = Vault::builder().kept_versions(kept).clock(now);
    // Half of the lives are guarded: nothing may be refused that was not tampered with.
    let settings = if kept % 2 == 0 {
        settings.guard(100_000)
    } else {
        settings
    };
    if strict && fault != Fault::Lenient {
        settings.strict()
    } else {
        settings
    }
}

fn kind(error: Error) -> ErrorKind {
    error.kind()
}

impl<'h> Real<'h> {
    pub fn new(home: &'h dyn Home, strict: bool, kept: usize, now: u64, fault: Fault) -> Self {
        let clock = Arc::new(AtomicU64::new(now));
        let hook = Hook::default();
        let store = Late::new(home.create(), hook.clone());
        let vault = settings(strict, kept, &clock, fault)
            .store(store)
            .create(&root_key())
            .unwrap();
        let real = Self {
            vault,
            home,
            clock,
            strict,
            kept,
            fault,
            run: None,
            is_aged: false,
            hook,
            seen: Seen::default(),
        };
        real.tick();
        real
    }

    fn handle(&self, scope: &Scope, who: Who) -> ScopedVault {
        let mut handle = self.vault.scope(scope).unwrap();
        if self.fault != Fault::NeverNarrows {
            handle = handle.with(who.permissions);
        }
        match who.actor.filter(|_| self.fault != Fault::NoActors) {
            Some(actor) => handle.acting_as(Actor::new(actor).unwrap()),
            None => handle,
        }
    }

    fn target(&self, aim: Aim) -> keyslot::Target {
        if self.fault == Fault::NoTargets {
            keyslot::Target::unspecified()
        } else {
            aim.target()
        }
    }

    fn show(&mut self, info: Result<SecretInfo, Error>) -> Answer {
        let now = self.clock.load(Ordering::SeqCst);
        info.map(|info| self.seen.card(&info, now)).map_err(kind)
    }

    fn input(&self, value: &str, say: &Say, expect: Option<Expect>) -> SecretInput {
        let input = SecretInput::new(value).apply(say.change());
        match expect.filter(|_| self.fault != Fault::ExpectsNothing) {
            Some(Expect::Absent) => input.if_absent(),
            Some(Expect::Revision(revision)) => input.if_revision(Revision::new(revision)),
            None => input,
        }
    }

    fn listed(list: List, filter: Filter) -> List {
        match filter {
            Filter::All => list,
            Filter::Name(part) => list.name_contains(part),
            Filter::Metadata(key, value) => list.with_metadata(key, value),
        }
    }

    /// Sorted by name, because the order of a list means nothing.
    fn list(&mut self, list: List) -> Answer {
        let mut all = list.collect::<Result<Vec<_>, _>>().map_err(kind)?;
        all.sort_by(|one, other| one.name.cmp(&other.name));
        let cards: Vec<_> = all
            .into_iter()
            .map(|info| self.show(Ok(info)).unwrap())
            .collect();
        Ok(cards.join("\n"))
    }

    fn inherited(&mut self, list: List) -> Answer {
        let mut all = list
            .inherited()
            .collect::<Result<Vec<_>, _>>()
            .map_err(kind)?;
        let depth = |listed: &keyslot::Listed| std::cmp::Reverse(listed.info.scope.depth());
        assert!(all.is_sorted_by_key(depth), "nearest first");
        all.sort_by(|one, other| {
            (depth(one), &one.info.name).cmp(&(depth(other), &other.info.name))
        });
        let line = |listed: keyslot::Listed| {
            let by = listed.shadowed_by.map(|scope| scope.to_string());
            format!("{} {by:?}", self.show(Ok(listed.info)).unwrap())
        };
        Ok(all.into_iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    fn explain(&self, handle: &ScopedVault, text: &str, aim: Aim) -> Answer {
        let references = handle.references(text).unwrap();
        let one = handle
            .explain(&self.target(aim), &references)
            .map_err(kind)?
            .remove(0);
        let scope = one.scope.as_ref().map(ToString::to_string);
        let decides = scope.clone().map(|scope| (scope, one.status));
        let verdict = one
            .verdict
            .map_err(kind)
            .map(|()| format!("of {} v{}", scope.unwrap(), one.version.unwrap()));
        let shadowed: Vec<String> = one.shadowed.iter().map(ToString::to_string).collect();
        Ok(format!("{decides:?} {verdict:?} {shadowed:?}"))
    }

    fn unmatched(handle: &ScopedVault, names: &[&str]) -> Answer {
        let text: String = names.iter().map(|name| placeholder(name, None)).collect();
        let references = handle.references(&*text).unwrap();
        let missing = handle.missing(&references).map_err(kind)?;
        let missing: Vec<&str> = missing
            .iter()
            .map(|one: &Reference| one.name().as_str())
            .collect();
        let unused = handle.unused(&references).map_err(kind)?;
        let unused: Vec<&str> = unused.iter().map(keyslot::SecretName::as_str).collect();
        Ok(format!("{missing:?} {unused:?}"))
    }

    fn use_run(&self, text: &str, aim: Aim) -> Answer {
        let Some((_, run)) = &self.run else {
            return Ok("no run".into());
        };
        if self.fault == Fault::SnapshotsMove {
            run.refresh().unwrap();
        }
        run.resolve_for(&self.target(aim), text)
            .map(told)
            .map_err(kind)
    }

    /// Makes the vault read the clock.
    fn tick(&self) {
        let none = self
            .vault
            .scope("nobody")
            .unwrap()
            .resolve("<<$secret.NONE>>")
            .unwrap_err();
        assert_eq!(none.kind(), ErrorKind::NotFound);
    }

    fn open_again(&mut self) {
        self.run = None;
        // As a process that ends: what it saw of the store is forgotten.
        let store = Late::new(self.home.open(), self.hook.clone());
        self.vault = settings(self.strict, self.kept, &self.clock, self.fault)
            .store(store)
            .open(&root_key())
            .unwrap();
        self.tick();
    }

    pub fn apply(&mut self, Step { who, op }: &Step) -> Answer {
        let handle = |scope: &Scope| self.handle(scope, *who);
        let at = |place: &Place| self.handle(&place.scope, *who);
        match op {
            Op::Put {
                place,
                value,
                say,
                expect,
            } => {
                let info = at(place).put(place.name, self.input(value, say, *expect));
                self.show(info)
            }
            Op::Replace {
                place,
                value,
                say,
                expect,
            } => {
                let info = at(place).replace_revoked(place.name, self.input(value, say, *expect));
                self.show(info)
            }
            Op::PutAll { scope, items, rule } => {
                let input = |(name, value, say): &(&'static str, String, Say)| {
                    (*name, self.input(value, say, None))
                };
                let done = handle(scope).put_all(items.iter().map(input), *rule);
                done.map(|done| done.changed.to_string())
                    .map_err(|error| error.kind())
            }
            Op::Update {
                place,
                say,
                revision,
            } => {
                let change = say.change();
                let revision = revision
                    .filter(|_| self.fault != Fault::ExpectsNothing)
                    .map(Revision::new);
                let change = revision.into_iter().fold(change, SecretChange::if_revision);
                let info = at(place).update(place.name, change);
                self.show(info)
            }
            Op::SetStatus { place, status } => {
                let info = at(place).set_status(place.name, *status);
                self.show(info)
            }
            Op::Revoke(place) => at(place)
                .revoke(place.name)
                .map(|_| "revoked".into())
                .map_err(kind),
            Op::Delete {
                place,
                force: false,
            } => at(place)
                .delete(place.name)
                .map(|_| "deleted".into())
                .map_err(kind),
            Op::Delete { place, force: true } => at(place)
                .force_delete(place.name)
                .map(|_| "deleted".into())
                .map_err(kind),
            Op::RollBack { place, to } => {
                let info = at(place).rollback(place.name, Version::new(*to).unwrap());
                self.show(info)
            }
            Op::Clone { from, to, by } => {
                let info = at(from).clone_to(from.name, &self.handle(to, *by));
                self.show(info)
            }
            Op::CloneAll { from, to, by } => {
                let count = handle(from).clone_all_to(&self.handle(to, *by));
                count.map(|count| count.to_string()).map_err(kind)
            }
            Op::Resolve { place, pin, aim } => {
                let text = placeholder(place.name, *pin);
                at(place)
                    .resolve_for(&self.target(*aim), &*text)
                    .map(told)
                    .map_err(kind)
            }
            Op::Check { place, pin, aim } => {
                let text = placeholder(place.name, *pin);
                at(place)
                    .check(&self.target(*aim), &*text)
                    .map(|_| "would go".into())
                    .map_err(kind)
            }
            Op::Explain { place, pin, aim } => {
                self.explain(&at(place), &placeholder(place.name, *pin), *aim)
            }
            Op::Unmatched { scope, names } => Self::unmatched(&handle(scope), names),
            Op::Info(place) => {
                let info = at(place).info(place.name);
                self.show(info)
            }
            Op::Names(scope) => {
                let names = handle(scope).names().map_err(kind)?;
                Ok(names
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(","))
            }
            Op::List { scope, filter } => {
                let list = Self::listed(handle(scope).list(), *filter);
                self.list(list)
            }
            Op::Inherited { scope, filter } => {
                let list = Self::listed(handle(scope).list(), *filter);
                self.inherited(list)
            }
            Op::Reveal(place) => at(place)
                .reveal(place.name)
                .map(|value| value.expose_secret().to_owned())
                .map_err(kind),
            Op::Matches { place, value } => at(place)
                .matches(place.name, value.as_str())
                .map(|same| same.to_string())
                .map_err(kind),
            Op::Snapshot { scope, references } => {
                let text: String = references
                    .iter()
                    .map(|(name, pin)| placeholder(name, *pin))
                    .collect();
                let handle = handle(scope);
                let run = handle.snapshot(&handle.references(&*text).unwrap());
                let run = run.map_err(kind)?;
                // All writers are of this open vault, so an age must make no difference.
                self.is_aged = references.len() % 2 == 0;
                let age = Duration::from_secs(if self.is_aged { 100 } else { 0 });
                self.run = Some((scope.clone(), run.with_max_age(age)));
                Ok("taken".into())
            }
            Op::Use { name, pin, aim } => self.use_run(&placeholder(name, *pin), *aim),
            Op::UseBeside { name, pin, aim } => {
                let Some((scope, _)) = &self.run else {
                    return Ok("no run".into());
                };
                let beside = self.vault.scope(beside(scope)).unwrap();
                self.hook
                    .arm(move || drop(beside.put(BESIDE, "beside").unwrap()));
                let answer = self.use_run(&placeholder(name, *pin), *aim);
                if let Some(beside) = self.hook.take() {
                    assert!(self.is_aged, "somebody else committed meanwhile");
                    // Within an age no head was asked for, so it comes after the use.
                    beside();
                }
                answer
            }
            Op::Refresh => match &self.run {
                Some((_, run)) => run.refresh().map(|()| "taken".into()).map_err(kind),
                None => Ok("no run".into()),
            },
            Op::Clock(seconds) => {
                self.clock.store(*seconds, Ordering::SeqCst);
                // The latest time that was ever read is what counts for expiry, so this one is
                // read.
                if self.fault == Fault::ClockForgets {
                    self.open_again()
                } else {
                    self.tick()
                }
                Ok("moved".into())
            }
            Op::Scopes(tenant) => {
                let text =
                    |scopes: Vec<Scope>| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
                let organizations = text(self.vault.organizations().map_err(kind)?);
                Ok(format!(
                    "{organizations:?} {:?}",
                    text(self.vault.scopes(*tenant).map_err(kind)?)
                ))
            }
            Op::Rotate(tenant) => {
                let rotated = self.vault.rotate_data_key(*tenant);
                rotated.map(|_| "rotated".into()).map_err(kind)
            }
            Op::Rewrap(tenant) => self.rewrap(tenant),
            Op::Erase(tenant) => {
                self.vault.erase_tenant(*tenant).map_err(kind)?;
                let run = self.run.take();
                self.run = run.filter(|(scope, _)| scope.tenant() != *tenant);
                Ok("erased".into())
            }
            Op::Reopen => {
                self.open_again();
                Ok("open".into())
            }
            Op::Verify => {
                let report = self.vault.verify().map_err(kind)?;
                assert!(report.is_intact(), "{:?}", report.findings);
                Ok(format!("{} and {}", report.secrets, report.tombstones))
            }
        }
    }
}

impl Real<'_> {
    fn rewrap(&self, tenant: &str) -> Answer {
        let walk = self.vault.rewrap(tenant).unwrap();
        let progress = walk.finish().map_err(kind)?;
        assert!(progress.done && progress.unreadable == 0, "{progress:?}");
        let status = self.vault.key_status().map_err(kind)?;
        let mut organizations = status.organizations.iter();
        let is_own = |scope: &Scope| scope.tenant() == tenant;
        let own = organizations.find(|keys| keys.organization.as_ref().is_some_and(is_own));
        let own = own.unwrap();
        assert_eq!(own.left(), 0);
        for key in &own.keys {
            if self.run.is_none() && key.state == DataKeyState::OpenOnly {
                let destroyed = self.vault.destroy_data_key(tenant, key.generation);
                destroyed.map_err(kind)?;
            }
        }
        Ok("rewrapped".into())
    }
}

fn placeholder(name: &str, pin: Pin) -> String {
    let pin = pin.map_or(String::new(), |pin| format!("@{pin}"));
    format!("<<$secret.{name}{pin}>>")
}

/// The value, and where it is from.
fn told(resolved: Resolved<std::borrow::Cow<'_, str>>) -> String {
    let used = &resolved.used()[0];
    format!(
        "{} of {} v{}",
        resolved.expose_secret(),
        used.scope.as_ref().unwrap(),
        used.version.unwrap()
    )
}
