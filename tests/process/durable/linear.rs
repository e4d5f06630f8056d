//! A checker of histories: each call seems to happen at one moment between its begin and its end.
//!
//! The history of one secret is read once. Every state that the secret may be in is kept, together
//! with the calls that have happened by then and have not ended. At the end of a call, it must have
//! happened in at least one of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Status of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    #[default]
    Absent,
    Live,
    Off,
    Revoked,
}

/// A secret between two calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Secret {
    kind: Kind,
    revision: u64,
    value: u64,
}

/// A call on one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Put(u64),
    /// A put that expects a revision.
    Swap(u64, u64),
    Replace(u64),
    Revoke,
    Delete,
    Off,
    On,
    Read,
}

/// The answer of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// The revision that a write made.
    Wrote(u64),
    Value(u64),
    Refused(String),
}

/// A begin or an end, in the order in which they were written down. The number is that of whoever
/// calls.
#[derive(Clone, Debug)]
pub enum Event {
    Begin(u32, Call),
    End(u32, Answer),
}

impl Secret {
    /// Returns the secret after a call that gave this answer; `None` if it cannot give it now.
    fn after(self, call: Call, answer: &Answer) -> Option<Self> {
        let (kind, refusal) = match (call, self.kind) {
            (Call::Read, Kind::Live) => {
                return (*answer == Answer::Value(self.value)).then_some(self);
            }
            (Call::Read, Kind::Off) => (self.kind, "inactive"),
            (Call::Swap(revision, _), Kind::Absent | Kind::Live | Kind::Off | Kind::Revoked)
                if self.kind == Kind::Absent || revision != self.revision =>
            {
                (self.kind, "conflict")
            }
            (
                Call::Put(_) | Call::Swap(..) | Call::Delete | Call::Off | Call::On,
                Kind::Revoked,
            )
            | (Call::Read, Kind::Revoked) => (self.kind, "revoked"),
            (Call::Replace(_), Kind::Live | Kind::Off) => (self.kind, "conflict"),
            (Call::Put(_), Kind::Absent) | (Call::Replace(_), Kind::Revoked) => (Kind::Live, ""),
            (Call::Put(_) | Call::Swap(..), kind) => (kind, ""),
            (_, Kind::Absent) => (self.kind, "not_found"),
            (Call::Revoke, _) => (Kind::Revoked, ""),
            (Call::Delete, _) => (Kind::Absent, ""),
            (Call::Off, _) => (Kind::Off, ""),
            (Call::On, _) => (Kind::Live, ""),
        };
        if !refusal.is_empty() {
            return matches!(answer, Answer::Refused(kind) if kind == refusal).then_some(self);
        }
        let mut next = Self { kind, ..self };
        match call {
            Call::Put(value) | Call::Swap(_, value) | Call::Replace(value) => {
                (next.value, next.revision) = (value, self.revision + 1);
                return (*answer == Answer::Wrote(next.revision)).then_some(next);
            }
            // A status that it has already is no write.
            _ => next.revision += u64::from(self.kind != next.kind),
        }
        (*answer == Answer::Done).then_some(next)
    }
}

/// A state that a secret may be in, and the calls that have happened and not ended.
type May = (Secret, BTreeSet<u32>);

/// Checks the history of one secret.
///
/// # Errors
///
/// The number of the first event that no order of the calls explains, and the state before it.
pub fn check(history: &[Event]) -> Result<(), String> {
    let mut answers: BTreeMap<usize, &Answer> = BTreeMap::new();
    let mut begun: BTreeMap<u32, usize> = BTreeMap::new();
    for (number, event) in history.iter().enumerate() {
        match event {
            Event::Begin(who, _) => drop(begun.insert(*who, number)),
            Event::End(who, answer) => {
                answers.insert(begun[who], answer);
            }
        }
    }
    let mut open: BTreeMap<u32, (Call, &Answer)> = BTreeMap::new();
    let mut may: HashSet<May> = HashSet::from([(Secret::default(), BTreeSet::new())]);
    for (number, event) in history.iter().enumerate() {
        match event {
            // One that never ends is left out: the histories end when all have.
            Event::Begin(who, call) => {
                if let Some(answer) = answers.get(&number) {
                    open.insert(*who, (*call, answer));
                }
            }
            Event::End(who, answer) => {
                let next = happened(&may, *who, &open);
                if next.is_empty() {
                    return Err(format!(
                        "event {number}, {:?} gave {answer:?}, which nothing explains: {may:?}",
                        open[who].0
                    ));
                }
                may = next;
                open.remove(who);
            }
        }
    }
    Ok(())
}

/// All states in which a call has happened, with any others before it.
fn happened(may: &HashSet<May>, who: u32, open: &BTreeMap<u32, (Call, &Answer)>) -> HashSet<May> {
    let mut found = HashSet::new();
    let mut seen = may.clone();
    let mut left: Vec<May> = may.iter().cloned().collect();
    while let Some((secret, mut done)) = left.pop() {
        // Reads and refusals happen as soon as they can: they never change anything, so no other
        // call is hindered by that.
        let fits = |(_, (call, answer)): &(&u32, &(Call, &Answer))| {
            matches!(answer, Answer::Value(_) | Answer::Refused(_))
                && secret.after(*call, answer).is_some()
        };
        done.extend(open.iter().filter(fits).map(|(other, _)| *other));
        if done.remove(&who) {
            found.insert((secret, done));
            continue;
        }
        for (other, (call, answer)) in open {
            if done.contains(other) {
                continue;
            }
            if let Some(next) = secret.after(*call, answer) {
                let mut done = done.clone();
                done.insert(*other);
                if seen.insert((next, done.clone())) {
                    left.push((next, done));
                }
            }
        }
    }
    found
}

#[test]
fn orders_that_explain_a_history_are_found_and_others_are_not() {
    use Event::{Begin, End};
    let read = |value| [Begin(9, Call::Read), End(9, Answer::Value(value))];
    let refused = |kind: &str| {
        [
            Begin(9, Call::Read),
            End(9, Answer::Refused(kind.to_owned())),
        ]
    };
    let put = |who, value, revision| {
        [
            Begin(who, Call::Put(value)),
            End(who, Answer::Wrote(revision)),
        ]
    };
    let history = |parts: &[&[Event]]| parts.concat();
    // A read beside a write sees either, and then no older one.
    let (first, second) = (put(1, 10, 1), put(2, 20, 2));
    let beside = |reads: &[[Event; 2]]| {
        let reads: Vec<_> = reads.iter().flatten().cloned().collect();
        history(&[&first, &second[..1], &reads, &second[1..]])
    };
    for values in [[10, 10], [10, 20], [20, 20]] {
        check(&beside(&values.map(read))).unwrap();
    }
    check(&beside(&[read(20), read(10)])).unwrap_err();
    // A stale read, a value from nowhere, a lost update.
    check(&history(&[&first, &second, &read(10)])).unwrap_err();
    check(&history(&[&first, &read(11)])).unwrap_err();
    check(&history(&[&first, &put(2, 20, 1)])).unwrap_err();
    let swap = |who, value| [Begin(who, Call::Swap(1, value)), End(who, Answer::Wrote(2))];
    check(&history(&[&first, &swap(1, 11)])).unwrap();
    let both = history(&[&first, &swap(1, 11)[..1], &swap(2, 12), &swap(1, 11)[1..]]);
    check(&both).unwrap_err();
    // What was revoked stays so, also when the answer came late.
    let revoke = [Begin(3, Call::Revoke), End(3, Answer::Done)];
    check(&history(&[&first, &revoke, &refused("revoked")])).unwrap();
    check(&history(&[&first, &revoke, &read(10)])).unwrap_err();
    check(&history(&[&first, &revoke[..1], &read(10), &revoke[1..]])).unwrap();
    let back = history(&[
        &first,
        &revoke[..1],
        &refused("revoked"),
        &read(10),
        &revoke[1..],
    ]);
    check(&back).unwrap_err();
    // A switch that would change nothing at first, and does so later.
    let (on, off) = (
        [Begin(4, Call::On), End(4, Answer::Done)],
        [Begin(5, Call::Off), End(5, Answer::Done)],
    );
    let between = [refused("inactive"), read(10)].concat();
    let late = history(&[&first, &on[..1], &off, &between, &on[1..]]);
    check(&late).unwrap();
}
