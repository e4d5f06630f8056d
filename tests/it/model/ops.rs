//! The steps of a life, and their frequencies.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyslot::{AccessRules, OnExisting, Permissions, Scope, SecretChange, Status, Surface, Target};
use proptest::prelude::*;

use crate::support::SINGLE;

pub const TENANTS: [&str; 3] = ["acme", "globex", "initech"];
const PATHS: [&str; 4] = ["", "/billing", "/billing/agents", "/support"];
/// Few names in few scopes, so that lives cross.
pub const NAMES: [&str; 3] = ["A", "B", "A key"];

/// One call, and who makes it.
#[derive(Clone, Debug)]
pub struct Step {
    pub who: Who,
    pub op: Op,
}

#[derive(Clone, Copy, Debug)]
pub struct Who {
    pub permissions: Permissions,
    pub actor: Option<&'static str>,
}

impl Who {
    pub fn may(self, permission: Permissions) -> bool {
        self.permissions.contains(permission)
    }
}

#[derive(Clone, Debug)]
pub enum Op {
    Put {
        place: Place,
        value: String,
        say: Say,
        expect: Option<Expect>,
    },
    Replace {
        place: Place,
        value: String,
        say: Say,
        expect: Option<Expect>,
    },
    PutAll {
        scope: Scope,
        items: Vec<(&'static str, String, Say)>,
        rule: OnExisting,
    },
    Update {
        place: Place,
        say: Say,
        revision: Option<u64>,
    },
    SetStatus {
        place: Place,
        status: Status,
    },
    Revoke(Place),
    Delete {
        place: Place,
        force: bool,
    },
    RollBack {
        place: Place,
        to: u64,
    },
    Clone {
        from: Place,
        to: Scope,
        by: Who,
    },
    CloneAll {
        from: Scope,
        to: Scope,
        by: Who,
    },
    Resolve {
        place: Place,
        pin: Pin,
        aim: Aim,
    },
    Check {
        place: Place,
        pin: Pin,
        aim: Aim,
    },
    Explain {
        place: Place,
        pin: Pin,
        aim: Aim,
    },
    Unmatched {
        scope: Scope,
        names: Vec<&'static str>,
    },
    Info(Place),
    Names(Scope),
    List {
        scope: Scope,
        filter: Filter,
    },
    Inherited {
        scope: Scope,
        filter: Filter,
    },
    Reveal(Place),
    Matches {
        place: Place,
        value: String,
    },
    Snapshot {
        scope: Scope,
        references: Vec<(&'static str, Pin)>,
    },
    Use {
        name: &'static str,
        pin: Pin,
        aim: Aim,
    },
    /// Somebody else commits to the same tenant while the snapshot asks for its head.
    UseBeside {
        name: &'static str,
        pin: Pin,
        aim: Aim,
    },
    Refresh,
    Clock(u64),
    Scopes(&'static str),
    Rotate(&'static str),
    /// Everything moves to the newest data key; unless a snapshot is held, the older ones are
    /// destroyed.
    Rewrap(&'static str),
    Erase(&'static str),
    Reopen,
    Verify,
}

pub type Pin = Option<u64>;

#[derive(Clone, Debug)]
pub struct Place {
    pub scope: Scope,
    pub name: &'static str,
}

/// A secret that no step but one writes, in a scope that no other step names.
pub const BESIDE: &str = "BESIDE";

pub fn beside(scope: &Scope) -> Scope {
    Scope::new(format!("{}/beside", scope.tenant())).unwrap()
}

#[derive(Clone, Copy, Debug)]
pub enum Expect {
    Absent,
    Revision(u64),
}

/// Changes of a secret's metadata; a field that is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Say {
    pub active: Option<bool>,
    pub description: Option<&'static str>,
    pub metadata: Option<(&'static str, Option<&'static str>)>,
    pub clear_times: bool,
    pub not_before: Option<u64>,
    pub expires_at: Option<u64>,
    /// `Some(None)` takes it back.
    pub rotation: Option<Option<u64>>,
    pub rules: Option<Rules>,
    pub instructions: Option<bool>,
}

/// The kinds of rules that are set; each allows one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    pub tool: bool,
    pub host: bool,
    pub header: bool,
}

pub const TOOL_RULE: &str = "mail_*";
pub const HOST: &str = "api.example.com";

impl Rules {
    fn real(self) -> AccessRules {
        let mut rules = AccessRules::new();
        if self.tool {
            rules = rules.tool(TOOL_RULE).unwrap();
        }
        if self.host {
            rules = rules.host(HOST).unwrap();
        }
        if self.header {
            rules.surface(Surface::Header)
        } else {
            rules
        }
    }
}

/// The target of a value.
#[derive(Clone, Copy, Debug)]
pub struct Aim {
    pub tool: Option<&'static str>,
    pub host: Option<&'static str>,
    pub header: bool,
    pub instructions: bool,
}

impl Aim {
    const NOWHERE: Self = Self {
        tool: None,
        host: None,
        header: false,
        instructions: false,
    };
    const ALL: [Self; 7] = [
        Self::NOWHERE,
        Self {
            instructions: true,
            ..Self::NOWHERE
        },
        Self {
            host: Some(HOST),
            ..Self::NOWHERE
        },
        Self {
            tool: Some("mail_send"),
            ..Self::NOWHERE
        },
        Self {
            tool: Some("mail_send"),
            host: Some(HOST),
            header: true,
            ..Self::NOWHERE
        },
        Self {
            tool: Some("mail_send"),
            host: Some("evil.example"),
            ..Self::NOWHERE
        },
        Self {
            tool: Some("browser"),
            host: Some(HOST),
            header: true,
            ..Self::NOWHERE
        },
    ];

    pub fn target(self) -> Target {
        let target = match (self.instructions, self.tool) {
            (true, _) => Target::instructions(),
            (false, Some(tool)) => Target::tool(tool),
            (false, None) => Target::unspecified(),
        };
        let target = self
            .host
            .into_iter()
            .fold(target, |target, host| target.with_host(host).unwrap());
        if self.header {
            target.with_surface(Surface::Header)
        } else {
            target
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Filter {
    All,
    Name(&'static str),
    Metadata(&'static str, &'static str),
}

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

impl Say {
    /// Says it to the real vault.
    pub fn change(&self) -> SecretChange {
        let mut input = SecretChange::new();
        input = match self.active {
            Some(true) => input.active(),
            Some(false) => input.inactive(),
            None => input,
        };
        input = self
            .description
            .into_iter()
            .fold(input, SecretChange::description);
        input = match self.metadata {
            Some((key, Some(value))) => input.metadata(key, value),
            Some((key, None)) => input.without_metadata(key),
            None => input,
        };
        input = if self.clear_times {
            input.clear_times()
        } else {
            input
        };
        input = self
            .not_before
            .map(at)
            .into_iter()
            .fold(input, SecretChange::not_before);
        input = self
            .expires_at
            .map(at)
            .into_iter()
            .fold(input, SecretChange::expires_at);
        input = match self.rotation {
            Some(Some(seconds)) => input.rotate_every(Duration::from_secs(seconds)),
            Some(None) => input.never_rotate(),
            None => input,
        };
        input = self
            .rules
            .map(Rules::real)
            .into_iter()
            .fold(input, SecretChange::rules);
        self.instructions
            .into_iter()
            .fold(input, SecretChange::in_instructions)
    }
}

fn scope() -> impl Strategy<Value = Scope> + Clone {
    // One tenant more often than the others, so that its secrets live long and meet.
    let tenant = prop_oneof![3 => Just(TENANTS[0]), 1 => prop::sample::select(&TENANTS[1..])];
    (tenant, prop::sample::select(&PATHS[..]))
        .prop_map(|(tenant, path)| Scope::new(format!("{tenant}{path}")).unwrap())
}

fn name() -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(&NAMES[..])
}

fn place() -> impl Strategy<Value = Place> + Clone {
    (scope(), name()).prop_map(|(scope, name)| Place { scope, name })
}

fn who() -> impl Strategy<Value = Who> + Clone {
    let some = prop::sample::subsequence(SINGLE[1..].to_vec(), 0..SINGLE.len()).prop_map(|some| {
        some.into_iter()
            .fold(Permissions::NONE, |all, one| all | one)
    });
    let permissions = prop_oneof![4 => Just(Permissions::ALL), 1 => some];
    (
        permissions,
        prop::sample::select(vec![None, Some("user:ada"), Some("service/deploy")]),
    )
        .prop_map(|(permissions, actor)| Who { permissions, actor })
}

fn value() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        3 => "[a-z<>$é]{1,12}",
        1 => Just("apple".to_owned()),
        1 => Just("pineapples".to_owned()),
    ]
}

/// Mostly nothing.
fn rarely<T: Clone + std::fmt::Debug>(
    some: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Option<T>> + Clone {
    prop::option::weighted(0.2, some)
}

fn say() -> impl Strategy<Value = Say> + Clone {
    // Values are of lower case, so that of the texts only these two may tell one.
    let text = prop::sample::select(vec!["", "LIVE MODE", "FOR AN apple", "OF pineapples"]);
    let entry = (
        prop::sample::select(vec!["OWNER", "STAGE"]),
        prop::sample::select(vec![None, Some("ADA"), Some("BOB"), Some("apple")]),
    );
    let rules = [false, true].map(|tool| {
        [false, true].map(|host| [false, true].map(|header| Rules { tool, host, header }))
    });
    let rules = prop::sample::select(rules.concat().concat());
    let flags = (
        rarely(any::<bool>()),
        prop::bool::weighted(0.1),
        rarely(rules),
        rarely(any::<bool>()),
    );
    let numbers = (
        rarely(0..200_u64),
        rarely(0..250_u64),
        rarely(prop::option::of(1..100_u64)),
    );
    let some = (rarely(text), rarely(entry), flags, numbers).prop_map(
        |(description, metadata, flags, numbers)| {
            let (active, clear_times, rules, instructions) = flags;
            let (not_before, expires_at, rotation) = numbers;
            Say {
                active,
                description,
                metadata,
                clear_times,
                not_before,
                expires_at,
                rotation,
                rules,
                instructions,
            }
        },
    );
    prop_oneof![1 => Just(Say::default()), 2 => some]
}

fn aim() -> impl Strategy<Value = Aim> + Clone {
    prop::sample::select(&Aim::ALL[..])
}

fn pin() -> impl Strategy<Value = Pin> + Clone {
    prop::option::weighted(0.3, 1..6_u64)
}

fn writes() -> BoxedStrategy<Op> {
    let expect = rarely(prop_oneof![
        Just(Expect::Absent),
        (0..6_u64).prop_map(Expect::Revision)
    ]);
    let status = prop::sample::select(vec![Status::Active, Status::Inactive, Status::Revoked]);
    let rule = prop::sample::select(vec![
        OnExisting::Fail,
        OnExisting::Skip,
        OnExisting::Replace,
        OnExisting::Version,
    ]);
    let said = prop::collection::vec((value(), say()), NAMES.len());
    let names = prop::sample::subsequence(NAMES.to_vec(), 0..=NAMES.len());
    let items = (names.prop_shuffle(), said).prop_map(|(names, said)| {
        let items = names.into_iter().zip(said);
        let items = items.map(|(name, (value, say))| (name, value, say));
        items.collect()
    });
    let put_all = |(scope, items, rule)| Op::PutAll { scope, items, rule };
    let written = (place(), value(), say(), expect);
    let updated = (place(), say(), rarely(0..6_u64));
    let put = |(place, value, say, expect)| Op::Put {
        place,
        value,
        say,
        expect,
    };
    let replace = |(place, value, say, expect)| Op::Replace {
        place,
        value,
        say,
        expect,
    };
    let update = |(place, say, revision)| Op::Update {
        place,
        say,
        revision,
    };
    prop_oneof![
        2 => (scope(), items, rule).prop_map(put_all),
        8 => written.clone().prop_map(put),
        2 => written.prop_map(replace),
        3 => updated.prop_map(update),
        2 => (place(), status).prop_map(|(place, status)| Op::SetStatus { place, status }),
        1 => place().prop_map(Op::Revoke),
        2 => (place(), any::<bool>()).prop_map(|(place, force)| Op::Delete { place, force }),
        2 => (place(), 1..6_u64).prop_map(|(place, to)| Op::RollBack { place, to }),
        2 => (place(), scope(), who()).prop_map(|(from, to, by)| Op::Clone { from, to, by }),
        1 => (scope(), scope(), who()).prop_map(|(from, to, by)| Op::CloneAll { from, to, by }),
    ]
    .boxed()
}

fn reads() -> BoxedStrategy<Op> {
    let asked = (place(), pin(), aim());
    let filter = prop_oneof![
        Just(Filter::All),
        prop::sample::select(vec!["A", "key", "a"]).prop_map(Filter::Name),
        Just(Filter::Metadata("OWNER", "ADA")),
    ];
    let names = prop::sample::subsequence(NAMES.to_vec(), 0..=NAMES.len());
    prop_oneof![
        8 => asked.clone().prop_map(|(place, pin, aim)| Op::Resolve { place, pin, aim }),
        1 => asked.clone().prop_map(|(place, pin, aim)| Op::Check { place, pin, aim }),
        3 => asked.prop_map(|(place, pin, aim)| Op::Explain { place, pin, aim }),
        1 => (scope(), names).prop_map(|(scope, names)| Op::Unmatched { scope, names }),
        3 => place().prop_map(Op::Info),
        1 => scope().prop_map(Op::Names),
        1 => (scope(), filter.clone()).prop_map(|(scope, filter)| Op::List { scope, filter }),
        2 => (scope(), filter).prop_map(|(scope, filter)| Op::Inherited { scope, filter }),
        1 => place().prop_map(Op::Reveal),
        1 => (place(), value()).prop_map(|(place, value)| Op::Matches { place, value }),
        1 => prop::sample::select(&TENANTS[..]).prop_map(Op::Scopes),
    ]
    .boxed()
}

fn keys() -> BoxedStrategy<Op> {
    let tenant = || prop::sample::select(&TENANTS[..]);
    prop_oneof![
        3 => tenant().prop_map(Op::Rotate),
        3 => tenant().prop_map(Op::Rewrap),
        1 => tenant().prop_map(Op::Erase),
    ]
    .boxed()
}

pub fn step() -> impl Strategy<Value = Step> {
    let references = prop::collection::vec((name(), pin()), 1..4);
    let op = prop_oneof![
        24 => writes(),
        22 => reads(),
        2 => (scope(), references)
            .prop_map(|(scope, references)| Op::Snapshot { scope, references }),
        8 => (name(), pin(), aim()).prop_map(|(name, pin, aim)| Op::Use { name, pin, aim }),
        2 => (name(), pin(), aim()).prop_map(|(name, pin, aim)| Op::UseBeside { name, pin, aim }),
        1 => Just(Op::Refresh),
        3 => (0..250_u64).prop_map(Op::Clock),
        2 => keys(),
        1 => Just(Op::Reopen),
        1 => Just(Op::Verify),
    ];
    (who(), op).prop_map(|(who, op)| Step { who, op })
}
