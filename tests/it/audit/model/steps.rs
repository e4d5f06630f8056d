//! The steps of a life.

use keyslot::{AuditMode, Surface, Target};
use proptest::prelude::*;

pub(super) const SCOPES: [&str; 4] = ["acme", "acme/billing", "acme/sales", "globex"];
pub(super) const NAMES: [&str; 3] = ["A", "B", "A key"];

/// The settings of an open vault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Setting {
    /// Nothing is said of a log.
    Plain,
    Logs(AuditMode),
}

/// One call, of a handle of one of the two vaults.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) vault: usize,
    pub(super) scope: usize,
    pub(super) name: usize,
    pub(super) who: Who,
    pub(super) op: Op,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Who {
    pub(super) actor: Option<&'static str>,
    pub(super) run: Option<&'static str>,
    pub(super) reason: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Put,
    PutAll,
    Describe(bool),
    SetStatus(bool),
    /// Only the tool `stripe` may have it, or every one.
    Rules(bool),
    Revoke,
    Delete,
    Replace,
    RollBack,
    Copy {
        to: usize,
    },
    Look {
        more: Vec<(usize, Option<u64>)>,
        aim: usize,
    },
    Resolve {
        aim: usize,
    },
    Run {
        aim: usize,
    },
    Reveal,
    Redact,
    /// By handles that may not.
    LookBlind,
    RevealBlind,
    PutBlind,
    LookBound,
    Rotate,
    Rewrap,
    Erase,
    Prune(u64),
    Flush,
    Reopen(Setting),
    Read,
}

pub(super) fn target(aim: usize) -> Target {
    match aim {
        0 => Target::unspecified(),
        1 => Target::instructions(),
        2 => Target::tool("mail"),
        _ => Target::tool("stripe")
            .with_host("api.stripe.com")
            .unwrap()
            .with_surface(Surface::Header),
    }
}

pub(super) fn setting() -> impl Strategy<Value = Setting> {
    prop_oneof![
        1 => Just(Setting::Plain),
        1 => Just(Setting::Logs(AuditMode::Off)),
        2 => Just(Setting::Logs(AuditMode::Batched)),
        2 => Just(Setting::Logs(AuditMode::Required)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let more = (0..NAMES.len(), prop::option::weighted(0.3, 1..4_u64));
    prop_oneof![
        8 => Just(Op::Put),
        2 => Just(Op::PutAll),
        2 => any::<bool>().prop_map(Op::Describe),
        3 => any::<bool>().prop_map(Op::SetStatus),
        2 => any::<bool>().prop_map(Op::Rules),
        2 => Just(Op::Revoke),
        2 => Just(Op::Delete),
        1 => Just(Op::Replace),
        2 => Just(Op::RollBack),
        2 => (0..SCOPES.len()).prop_map(|to| Op::Copy { to }),
        6 => (prop::collection::vec(more, 0..3), 0..4_usize)
            .prop_map(|(more, aim)| Op::Look { more, aim }),
        4 => (0..4_usize).prop_map(|aim| Op::Resolve { aim }),
        2 => (0..4_usize).prop_map(|aim| Op::Run { aim }),
        2 => Just(Op::Reveal),
        2 => Just(Op::Redact),
        1 => Just(Op::LookBlind),
        1 => Just(Op::RevealBlind),
        1 => Just(Op::PutBlind),
        1 => Just(Op::LookBound),
        1 => Just(Op::Rotate),
        1 => Just(Op::Rewrap),
        1 => Just(Op::Erase),
        2 => (0..12_u64).prop_map(Op::Prune),
        3 => Just(Op::Flush),
        2 => setting().prop_map(Op::Reopen),
        2 => Just(Op::Read),
    ]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = (
        prop::option::of(prop::sample::select(vec!["ada", "bob"])),
        prop::option::weighted(0.3, Just("run-17")),
        prop::option::weighted(0.2, Just("ticket 12")),
    );
    let who = who.prop_map(|(actor, run, reason)| Who { actor, run, reason });
    let place = (0..2_usize, 0..SCOPES.len(), 0..NAMES.len());
    (place, who, op()).prop_map(|((vault, scope, name), who, op)| Step {
        vault,
        scope,
        name,
        who,
        op,
    })
}
