//! The vault as the documentation describes it, with nothing sealed.

use std::collections::{BTreeMap, BTreeSet};

use keyslot::{ErrorKind, OnExisting, Permissions, Scope, Status};

use super::card::{Answer, Numbers, Stamp};
use super::life::{About, Life, Time};
use super::ops::{Aim, BESIDE, Expect, Filter, NAMES, Op, Pin, Place, Say, Step, Who, beside};

pub struct Model {
    secrets: BTreeMap<(String, &'static str), Life>,
    /// The organizations that were ever erased.
    erased: BTreeSet<&'static str>,
    run: Option<Run>,
    time: Time,
    strict: bool,
    kept: usize,
    born: usize,
    ids: Numbers<usize>,
    prints: Numbers<(String, String)>,
}

/// A snapshot.
struct Run {
    scope: Scope,
    who: Who,
    held: BTreeMap<(&'static str, Pin), Result<Held, ErrorKind>>,
}

struct Held {
    id: usize,
    value: String,
    from: String,
}

impl Model {
    pub fn new(strict: bool, kept: usize, now: u64) -> Self {
        let time = Time { now, latest: now };
        let (ids, prints) = (Numbers::default(), Numbers::default());
        Self {
            secrets: BTreeMap::new(),
            erased: BTreeSet::new(),
            run: None,
            time,
            strict,
            kept,
            born: 0,
            ids,
            prints,
        }
    }

    fn any(&self, place: &Place) -> Option<&Life> {
        self.secrets.get(&(place.scope.to_string(), place.name))
    }

    /// The secret of this very scope, revoked or not.
    fn own(&self, place: &Place) -> Option<&Life> {
        self.any(place).filter(|life| life.status.is_some())
    }

    fn visible(
        &self,
        place: &Place,
        who: Who,
        permission: Permissions,
    ) -> Result<&Life, ErrorKind> {
        self.own(place)
            .filter(|_| who.may(permission))
            .ok_or(ErrorKind::NotFound)
    }

    /// The secret of this very scope, for somebody who may change it.
    fn managed(&self, place: &Place, who: Who) -> Result<&Life, ErrorKind> {
        if who.may(Permissions::MANAGE) {
            self.own(place).ok_or(ErrorKind::NotFound)
        } else {
            Err(ErrorKind::Denied)
        }
    }

    /// The secrets of a name that a scope sees, nearest first.
    fn chain(&self, place: &Place) -> impl Iterator<Item = (Place, &Life)> {
        let name = place.name;
        let places = place.scope.chain().map(move |scope| Place { scope, name });
        places
            .filter_map(|place| self.own(&place).map(|life| (place, life)))
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn stamp(&self, who: Who) -> Stamp {
        (self.time.now, who.actor.map(str::to_owned))
    }

    fn card(&mut self, place: &Place) -> Answer {
        let life = self.own(place).cloned().ok_or(ErrorKind::NotFound)?;
        Ok(life.card(place, &mut self.prints, &mut self.ids, self.time.now))
    }

    fn store(&mut self, place: &Place, life: Life) {
        self.secrets
            .insert((place.scope.to_string(), place.name), life);
    }

    /// A secret without a value that comes after whatever was under the name.
    fn newborn(&mut self, place: &Place, who: Who) -> Life {
        self.born += 1;
        let (last, revision) = self
            .any(place)
            .map_or((0, 0), |life| (life.last, life.revision));
        let (created, updated) = (self.stamp(who), self.stamp(who));
        let (id, status) = (self.born, Some(Status::Active));
        Life {
            id,
            status,
            versions: vec![],
            last,
            revision: revision + 1,
            about: About::default(),
            created,
            updated,
        }
    }

    fn as_expected(&self, place: &Place, expect: Option<Expect>) -> Result<(), ErrorKind> {
        let life = self.own(place);
        let is_met = match expect {
            None => true,
            Some(Expect::Absent) => life.is_none(),
            Some(Expect::Revision(revision)) => life.is_some_and(|life| life.revision == revision),
        };
        if is_met {
            Ok(())
        } else {
            Err(ErrorKind::Conflict)
        }
    }

    fn put(
        &mut self,
        who: Who,
        place: &Place,
        value: &str,
        say: &Say,
        expect: Option<Expect>,
        replace: bool,
    ) -> Result<(), ErrorKind> {
        if !who.may(Permissions::MANAGE) {
            return Err(ErrorKind::Denied);
        }
        if say.tells(value) {
            return Err(ErrorKind::InvalidInput);
        }
        self.as_expected(place, expect)?;
        let life = self.own(place).cloned();
        match (life.as_ref().and_then(|life| life.status), replace) {
            (Some(Status::Revoked), false) => return Err(ErrorKind::Revoked),
            (Some(Status::Revoked), true) | (_, false) => {}
            (Some(_), true) => return Err(ErrorKind::Conflict),
            (None, true) => return Err(ErrorKind::NotFound),
        }
        let stamp = self.stamp(who);
        let mut life = match life.filter(|life| life.status != Some(Status::Revoked)) {
            Some(mut life) => {
                life.written(&stamp);
                life
            }
            None => self.newborn(place, who),
        };
        life.hear(say, false)?;
        life.push(value, &stamp, self.kept);
        self.store(place, life);
        Ok(())
    }

    fn put_all(
        &mut self,
        who: Who,
        scope: &Scope,
        items: &[(&'static str, String, Say)],
        rule: OnExisting,
    ) -> Answer {
        if !who.may(Permissions::MANAGE) {
            return Err(ErrorKind::Denied);
        }
        if items.iter().any(|(_, value, say)| say.tells(value)) {
            return Err(ErrorKind::InvalidInput);
        }
        let place = |name| Place {
            scope: scope.clone(),
            name,
        };
        for (name, ..) in items {
            match (self.own(&place(name)).map(|life| life.status), rule) {
                (Some(_), OnExisting::Fail) => return Err(ErrorKind::Conflict),
                (Some(Some(Status::Revoked)), OnExisting::Replace | OnExisting::Version) => {
                    return Err(ErrorKind::Revoked);
                }
                _ => {}
            }
        }
        let (before, mut stored) = (self.secrets.clone(), 0);
        let stamp = self.stamp(who);
        for (name, value, say) in items {
            let (place, mut next) = (place(name), self.own(&place(name)).cloned());
            if next.is_some() && rule == OnExisting::Skip {
                continue;
            }
            if let Some(life) = &mut next {
                life.written(&stamp);
            }
            let next = next.filter(|_| rule == OnExisting::Version);
            let mut life = next.unwrap_or_else(|| self.newborn(&place, who));
            if let Err(kind) = life.hear(say, true) {
                self.secrets = before;
                return Err(kind);
            }
            life.push(value, &stamp, self.kept);
            self.store(&place, life);
            stored += 1;
        }
        Ok(stored.to_string())
    }

    fn update(
        &mut self,
        who: Who,
        place: &Place,
        say: &Say,
        revision: Option<u64>,
    ) -> Result<(), ErrorKind> {
        let before = self.managed(place, who)?.clone();
        self.as_expected(place, revision.map(Expect::Revision))?;
        if before.status == Some(Status::Revoked) && say.active.is_some() {
            return Err(ErrorKind::Revoked);
        }
        let mut life = before.clone();
        life.hear(say, false)?;
        if (life.status, &life.about) != (before.status, &before.about) {
            life.written(&self.stamp(who));
        }
        self.store(place, life);
        Ok(())
    }

    fn set_status(&mut self, who: Who, place: &Place, status: Status) -> Result<(), ErrorKind> {
        let mut life = self.managed(place, who)?.clone();
        if life.status != Some(status) {
            if life.status == Some(Status::Revoked) {
                return Err(ErrorKind::Revoked);
            }
            life.status = Some(status);
            life.written(&self.stamp(who));
            if status == Status::Revoked {
                life.versions.clear();
            }
        }
        self.store(place, life);
        Ok(())
    }

    fn delete(&mut self, who: Who, place: &Place, force: bool) -> Result<(), ErrorKind> {
        let mut life = self.managed(place, who)?.clone();
        if life.status == Some(Status::Revoked) && !force {
            return Err(ErrorKind::Revoked);
        }
        life.written(&self.stamp(who));
        (life.status, life.about) = (None, About::default());
        life.versions.clear();
        self.store(place, life);
        Ok(())
    }

    fn roll_back(&mut self, who: Who, place: &Place, to: u64) -> Result<(), ErrorKind> {
        let mut life = self.managed(place, who)?.clone();
        if life.status == Some(Status::Revoked) {
            return Err(ErrorKind::Revoked);
        }
        let value = life
            .kept(Some(to))
            .ok_or(ErrorKind::NoSuchVersion)?
            .value
            .clone();
        let stamp = self.stamp(who);
        life.push(&value, &stamp, self.kept);
        life.written(&stamp);
        self.store(place, life);
        Ok(())
    }

    fn may_clone(from: &Scope, who: Who, to: &Scope, by: Who) -> Result<(), ErrorKind> {
        match () {
            () if !who.may(Permissions::COPY) || !by.may(Permissions::MANAGE) => {
                Err(ErrorKind::Denied)
            }
            () if from.tenant() != to.tenant() || from == to => Err(ErrorKind::InvalidInput),
            () => Ok(()),
        }
    }

    fn clone_one(&mut self, who: Who, from: &Place, to: &Scope, by: Who) -> Result<(), ErrorKind> {
        Self::may_clone(&from.scope, who, to, by)?;
        let original = self.own(from).ok_or(ErrorKind::NotFound)?.clone();
        let to = Place {
            scope: to.clone(),
            name: from.name,
        };
        if self.own(&to).is_some() {
            return Err(ErrorKind::Conflict);
        }
        let mut copy = self.newborn(&to, by);
        (copy.about, copy.status) = (original.about.clone(), original.status);
        match original.kept(None) {
            Some(kept) => copy.push(&kept.value, &self.stamp(by), self.kept),
            // A revoked one counts as the first that was there.
            None => copy.last = copy.last.max(1),
        }
        self.store(&to, copy);
        Ok(())
    }

    fn clone_all(&mut self, who: Who, from: &Scope, to: &Scope, by: Who) -> Answer {
        Self::may_clone(from, who, to, by)?;
        let place = |scope: &Scope, name| Place {
            scope: scope.clone(),
            name,
        };
        let mut names = NAMES.to_vec();
        names.retain(|name| self.own(&place(from, name)).is_some());
        if names
            .iter()
            .any(|name| self.own(&place(to, name)).is_some())
        {
            return Err(ErrorKind::Conflict);
        }
        for name in &names {
            self.clone_one(who, &place(from, name), to, by)?;
        }
        Ok(names.len().to_string())
    }

    fn admit(
        &self,
        who: Who,
        permission: Permissions,
        place: &Place,
        pin: Pin,
        aim: Aim,
    ) -> Result<Held, ErrorKind> {
        let (found, life) = self
            .chain(place)
            .next()
            .filter(|_| who.may(permission))
            .ok_or(ErrorKind::NotFound)?;
        life.may_go(aim, self.strict, self.time)?;
        hold(&found, life, pin).ok_or(ErrorKind::NoSuchVersion)
    }

    fn explain(&self, who: Who, place: &Place, pin: Pin, aim: Aim) -> String {
        let may = who.may(Permissions::READ);
        let verdict = self
            .admit(who, Permissions::READ, place, pin, aim)
            .map(|held| held.from);
        let mut chain = self.chain(place).filter(|_| may);
        let decides = chain
            .next()
            .map(|(place, life)| (place.scope.to_string(), life.status));
        let shadowed: Vec<String> = chain.map(|(place, _)| place.scope.to_string()).collect();
        format!("{decides:?} {verdict:?} {shadowed:?}")
    }

    fn names(&self, who: Who, scope: &Scope, filter: Filter) -> Vec<&'static str> {
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        names.retain(|name| {
            self.visible(
                &Place {
                    scope: scope.clone(),
                    name,
                },
                who,
                Permissions::READ,
            )
            .is_ok_and(|life| match filter {
                Filter::All => true,
                Filter::Name(part) => name.contains(part),
                Filter::Metadata(key, value) => life.about.metadata.get(key) == Some(&value),
            })
        });
        names
    }

    fn inherited(&mut self, who: Who, scope: &Scope, filter: Filter) -> Answer {
        let mut lines = vec![];
        for here in scope.chain() {
            for name in self.names(who, &here, filter) {
                let card = self
                    .card(&Place {
                        scope: here.clone(),
                        name,
                    })
                    .unwrap();
                let nearest = self
                    .chain(&Place {
                        scope: scope.clone(),
                        name,
                    })
                    .next()
                    .unwrap()
                    .0
                    .scope;
                lines.push(format!(
                    "{card} {:?}",
                    (nearest != here).then(|| nearest.to_string())
                ));
            }
        }
        Ok(lines.join("\n"))
    }

    fn unmatched(&self, who: Who, scope: &Scope, names: &[&'static str]) -> Answer {
        let place = |name| Place {
            scope: scope.clone(),
            name,
        };
        let may = who.may(Permissions::READ);
        let missing = names
            .iter()
            .filter(|name| !may || self.chain(&place(name)).next().is_none());
        let missing: Vec<_> = missing.copied().collect();
        let here = |name: &&'static str| self.visible(&place(name), who, Permissions::READ).is_ok();
        let mut unused: Vec<_> = NAMES
            .into_iter()
            .filter(here)
            .filter(|name| !names.contains(name))
            .collect();
        unused.sort_unstable();
        Ok(format!("{missing:?} {unused:?}"))
    }

    fn revealed(&self, who: Who, place: &Place, permission: Permissions) -> Answer {
        let life = self.visible(place, who, permission)?;
        life.kept(None)
            .map(|kept| kept.value.clone())
            .ok_or(ErrorKind::Revoked)
    }

    fn snapshot(&mut self, who: Who, scope: &Scope, references: &[(&'static str, Pin)]) -> Answer {
        let held = references.iter().map(|&(name, pin)| {
            let found = self
                .chain(&Place {
                    scope: scope.clone(),
                    name,
                })
                .next()
                .filter(|_| who.may(Permissions::USE));
            let held = found.ok_or(ErrorKind::NotFound).and_then(|(place, life)| {
                let is_gone = pin.is_none() || life.status == Some(Status::Revoked);
                let none = if is_gone {
                    ErrorKind::Revoked
                } else {
                    ErrorKind::NoSuchVersion
                };
                hold(&place, life, pin).ok_or(none)
            });
            ((name, pin), held)
        });
        let held = held.collect();
        self.run = Some(Run {
            scope: scope.clone(),
            who,
            held,
        });
        Ok("taken".into())
    }

    fn use_run(&self, name: &'static str, pin: Pin, aim: Aim) -> Answer {
        let Some(run) = &self.run else {
            return Ok("no run".into());
        };
        let held = run
            .held
            .get(&(name, pin))
            .ok_or(ErrorKind::NotFound)?
            .as_ref()
            .map_err(|kind| *kind)?;
        for (_, life) in self.chain(&Place {
            scope: run.scope.clone(),
            name,
        }) {
            if life.id == held.id {
                life.may_go(aim, self.strict, self.time)?;
                return Ok(format!("{} {}", held.value, held.from));
            }
            life.may_go(aim, self.strict, self.time)?;
        }
        Err(ErrorKind::Revoked)
    }

    pub fn apply(&mut self, Step { who, op }: &Step) -> Answer {
        let who = *who;
        match op {
            Op::Put {
                place,
                value,
                say,
                expect,
            } => {
                self.put(who, place, value, say, *expect, false)?;
                self.card(place)
            }
            Op::Replace {
                place,
                value,
                say,
                expect,
            } => {
                self.put(who, place, value, say, *expect, true)?;
                self.card(place)
            }
            Op::PutAll { scope, items, rule } => self.put_all(who, scope, items, *rule),
            Op::Update {
                place,
                say,
                revision,
            } => {
                self.update(who, place, say, *revision)?;
                self.card(place)
            }
            Op::SetStatus { place, status } => {
                self.set_status(who, place, *status)?;
                self.card(place)
            }
            Op::Revoke(place) => self
                .set_status(who, place, Status::Revoked)
                .map(|()| "revoked".into()),
            Op::Delete { place, force } => {
                self.delete(who, place, *force).map(|()| "deleted".into())
            }
            Op::RollBack { place, to } => {
                self.roll_back(who, place, *to)?;
                self.card(place)
            }
            Op::Clone { from, to, by } => {
                self.clone_one(who, from, to, *by)?;
                self.card(&Place {
                    scope: to.clone(),
                    name: from.name,
                })
            }
            Op::CloneAll { from, to, by } => self.clone_all(who, from, to, *by),
            Op::Resolve { place, pin, aim } => self
                .admit(who, Permissions::USE, place, *pin, *aim)
                .map(|held| format!("{} {}", held.value, held.from)),
            Op::Check { place, pin, aim } => self
                .admit(who, Permissions::USE, place, *pin, *aim)
                .map(|_| "would go".into()),
            Op::Explain { place, pin, aim } => Ok(self.explain(who, place, *pin, *aim)),
            Op::Unmatched { scope, names } => self.unmatched(who, scope, names),
            Op::Info(place) => self
                .visible(place, who, Permissions::READ)
                .map(drop)
                .and_then(|()| self.card(place)),
            Op::Names(scope) => Ok(self.names(who, scope, Filter::All).join(",")),
            Op::List { scope, filter } => {
                let names = self.names(who, scope, *filter);
                let cards: Vec<_> = names
                    .into_iter()
                    .map(|name| {
                        self.card(&Place {
                            scope: scope.clone(),
                            name,
                        })
                        .unwrap()
                    })
                    .collect();
                Ok(cards.join("\n"))
            }
            Op::Inherited { scope, filter } => self.inherited(who, scope, *filter),
            Op::Reveal(place) => self.revealed(who, place, Permissions::REVEAL),
            Op::Matches { place, value } => {
                let permission = if who.may(Permissions::MANAGE) {
                    Permissions::MANAGE
                } else {
                    Permissions::REVEAL
                };
                self.revealed(who, place, permission)
                    .map(|known| (known == *value).to_string())
            }
            Op::Snapshot { scope, references } => self.snapshot(who, scope, references),
            Op::Use { name, pin, aim } => self.use_run(name, *pin, *aim),
            Op::UseBeside { name, pin, aim } => {
                let answer = self.use_run(name, *pin, *aim);
                if let Some(run) = &self.run {
                    let place = Place {
                        scope: beside(&run.scope),
                        name: BESIDE,
                    };
                    let anybody = Who {
                        permissions: Permissions::ALL,
                        actor: None,
                    };
                    self.put(anybody, &place, "beside", &Say::default(), None, false)?;
                }
                answer
            }
            Op::Refresh => {
                let Some(run) = self.run.take() else {
                    return Ok("no run".into());
                };
                let references: Vec<_> = run.held.into_keys().collect();
                self.snapshot(run.who, &run.scope, &references)
            }
            Op::Clock(seconds) => {
                self.time = Time {
                    now: *seconds,
                    latest: self.time.latest.max(*seconds),
                };
                Ok("moved".into())
            }
            Op::Scopes(tenant) => Ok(self.scopes(tenant)),
            Op::Rotate(tenant) => self.stored(tenant, "rotated"),
            Op::Rewrap(tenant) => self.stored(tenant, "rewrapped"),
            Op::Erase(tenant) => {
                let answer = self.stored(tenant, "erased")?;
                self.secrets
                    .retain(|(scope, _), _| organization(scope) != *tenant);
                self.erased.insert(*tenant);
                self.run = self.run.take().filter(|run| run.scope.tenant() != *tenant);
                Ok(answer)
            }
            Op::Reopen => {
                (self.run, self.time.latest) = (None, self.time.now);
                Ok("open".into())
            }
            Op::Verify => {
                let live =
                    |life: &&Life| life.status.is_some_and(|status| status != Status::Revoked);
                let secrets = self.secrets.values().filter(live).count();
                Ok(format!("{secrets} and {}", self.secrets.len() - secrets))
            }
        }
    }

    /// The organizations that ever stored a secret.
    fn organizations(&self) -> BTreeSet<String> {
        let stored = self.secrets.keys().map(|(scope, _)| organization(scope));
        let erased = self.erased.iter().map(|tenant| (*tenant).to_owned());
        stored.chain(erased).collect()
    }

    /// The answer about the keys of an organization.
    fn stored(&self, tenant: &str, answer: &str) -> Answer {
        if self.organizations().contains(tenant) {
            Ok(answer.to_owned())
        } else {
            Err(ErrorKind::NotFound)
        }
    }

    fn scopes(&self, tenant: &str) -> String {
        let organizations: Vec<_> = self.organizations().into_iter().collect();
        let here = self
            .secrets
            .iter()
            .filter(|(_, life)| life.status.is_some())
            .map(|((scope, _), _)| scope.clone());
        let mut scopes: Vec<_> = here.filter(|scope| organization(scope) == tenant).collect();
        scopes.dedup();
        format!("{organizations:?} {scopes:?}")
    }
}

fn organization(scope: &str) -> String {
    scope.split('/').next().unwrap().to_owned()
}

/// The version that is meant, with where it is from.
fn hold(place: &Place, life: &Life, pin: Pin) -> Option<Held> {
    let kept = life.kept(pin)?;
    Some(Held {
        id: life.id,
        value: kept.value.clone(),
        from: format!("of {} v{}", place.scope, kept.number),
    })
}
