//! No way round: whatever calls handles without USE, COPY, REVEAL or REDACT make, in whatever
//! order, they are told no value that they did not put themselves. They may confirm whole guesses:
//! by `matches`, and by fingerprints that are equal.

use keyslot::secrecy::ExposeSecret;
use keyslot::template::Grants;
use keyslot::{
    AccessRules, Error, ErrorKind, OnExisting, Permissions, Redactor, Result, ScopedVault,
    SecretChange, SecretInput, Status, Target, Vault, Version,
};
use proptest::prelude::*;

use crate::support::{memory_vault, value};

const NAMES: [&str; 3] = ["A", "B", "C"];
const SCOPES: [&str; 4] = ["acme", "acme/billing", "acme/sales", "globex"];
/// A part of every value that the owner stores, and of nothing else.
const CANARY: &str = "cAnArY-0f-ThE-0wNeR";

/// One call by one of the narrowed handles.
#[derive(Clone, Debug)]
struct Call {
    by: usize,
    at: usize,
    to: usize,
    name: &'static str,
    other: &'static str,
    what: usize,
    number: u64,
}

/// All that a call gives away: its answer, its error, and both in the form for debugging.
fn told<T: std::fmt::Debug>(answer: Result<T>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?} {answer:#?}"),
        Err(error) => format!(
            "{error} {error:?} {:?}",
            error.all().map(ToString::to_string).collect::<Vec<_>>()
        ),
    }
}

fn shown<T: ExposeSecret<S>, S: ?Sized>(answer: Result<T>, show: impl Fn(&S) -> String) -> String {
    match answer {
        Ok(answer) => show(answer.expose_secret()),
        Err(error) => told::<()>(Err(error)),
    }
}

const CALLS: usize = 34;

/// Makes the call, and gives all that comes out of it, values included.
fn call(scope: &ScopedVault, to: &ScopedVault, call: &Call) -> String {
    let Call {
        name,
        other,
        what,
        number,
        ..
    } = *call;
    let text = format!(
        "x <<$secret.{name}>> <<{other}@{}>> <<{name}|base64>>",
        number % 3 + 1
    );
    let target = Target::tool("crm").with_host("crm.example").unwrap();
    let version = Version::new(number % 3 + 1).unwrap();
    let status = [Status::Active, Status::Inactive, Status::Revoked][(number % 3) as usize];
    let fine = Target::unspecified();
    match what {
        0 => shown(scope.resolve(&text), |text| text.to_string()),
        1 => shown(scope.resolve_for(&target, &*text), |text| text.to_string()),
        2 => shown(
            scope.resolve_json(&serde_json::json!({ "a": text })),
            ToString::to_string,
        ),
        3 => {
            let grants = Grants::new().name(name).unwrap().name(other).unwrap();
            shown(scope.resolve_model_args(&target, &*text, &grants), |text| {
                text.to_string()
            })
        }
        4 => shown(scope.reveal(name), |value: &str| value.to_owned()),
        5 => told(scope.put(name, format!("put by a handle {number}"))),
        6 => told(scope.replace_revoked(name, "put by a handle")),
        7 => told(
            scope.update(
                name,
                SecretChange::default()
                    .rules(AccessRules::new())
                    .in_instructions(true),
            ),
        ),
        8 => told(scope.update(name, SecretChange::default().clear_times().active())),
        9 => told(scope.set_status(name, status)),
        10 => told(scope.rollback(name, version)),
        11 => told(scope.revoke(name)),
        12 => told(scope.delete(name)),
        13 => told(scope.force_delete(name)),
        14 => told(scope.clone_to(name, to)),
        15 => told(scope.clone_all_to(to)),
        16 => told(scope.info(name)),
        17 => told(scope.list().collect::<Result<Vec<_>>>()),
        18 => told(scope.list().name_contains(name).collect::<Result<Vec<_>>>()),
        19 => told(scope.list().inherited().collect::<Result<Vec<_>>>()),
        20 => told(scope.names()),
        21 => told(scope.matches(name, "a guess that is wrong")),
        22 => told(scope.check(&target, &*text)),
        23 => told(
            scope
                .references(&*text)
                .and_then(|all| scope.explain(&target, &all)),
        ),
        24 => told(scope.references(&*text).and_then(|all| scope.missing(&all))),
        25 => told(scope.unused([])),
        26 => match scope.redactor([name, other]) {
            Ok(redactor) => feed(&redactor),
            Err(error) => told::<()>(Err(error)),
        },
        27 => match scope
            .references(&*text)
            .and_then(|all| scope.snapshot(&all))
        {
            Ok(run) => format!(
                "{run:?} {} {}",
                shown(run.resolve(&text), |text| text.to_string()),
                shown(
                    run.refresh()
                        .and_then(|()| run.resolve_for(&target, &*text)),
                    |text| text.to_string()
                )
            ),
            Err(error) => told::<()>(Err(error)),
        },
        28 => told(scope.put(name, SecretInput::new("put").if_absent())),
        29 => told(
            scope.update(
                name,
                SecretChange::default()
                    .description("a description")
                    .metadata("owner", "ada"),
            ),
        ),
        30 => format!(
            "{scope:?} {:?} {:?}",
            scope.permissions(),
            scope.with(Permissions::ALL)
        ),
        31 => shown(scope.with(Permissions::ALL).resolve(&text), |text| {
            text.to_string()
        }),
        32 => {
            let items = [(name, "put by a handle"), (other, "put by a handle")];
            let rule = [OnExisting::Skip, OnExisting::Replace, OnExisting::Version];
            let done = scope.put_all(items, rule[(number % 3) as usize]);
            told(done.map_err(Error::from))
        }
        _ => told(keyslot::Resolver::lookup(
            scope,
            &scope.references(&*text).unwrap(),
            &fine,
        )),
    }
}

/// Guesses that are parts of what the owner stores are fed to a redactor that should not be there.
fn feed(redactor: &Redactor) -> String {
    format!(
        "{} {:?} {redactor:?}",
        redactor.redact(CANARY),
        redactor.skipped()
    )
}

fn owner(vault: &Vault) {
    for (number, scope) in SCOPES.iter().enumerate() {
        let scope = vault.scope(*scope).unwrap();
        for name in NAMES {
            scope
                .put(name, format!("{CANARY} {number} {name} one"))
                .unwrap();
            let rules = AccessRules::new().tool("crm").unwrap();
            scope
                .put(
                    name,
                    SecretInput::new(format!("{CANARY} {number} {name} two")).rules(rules),
                )
                .unwrap();
        }
    }
    vault
        .scope("acme/billing")
        .unwrap()
        .set_status("B", Status::Inactive)
        .unwrap();
    vault.scope("acme/billing").unwrap().revoke("C").unwrap();
}

fn is_told(said: &str) -> bool {
    use base64ct::{Base64, Encoding};
    // Any eight characters of it, as they are or in base64.
    let of_it = |text: &str| {
        text.as_bytes()
            .windows(8)
            .any(|part| said.contains(std::str::from_utf8(part).unwrap()))
    };
    of_it(CANARY) || of_it(Base64::encode_string(CANARY.as_bytes()).trim_end_matches('='))
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let one = (
        0..3_usize,
        0..SCOPES.len(),
        0..SCOPES.len(),
        0..3_usize,
        0..3_usize,
        0..CALLS,
        0..9_u64,
    );
    let one = one.prop_map(|(by, at, to, name, other, what, number)| Call {
        by,
        at,
        to,
        name: NAMES[name],
        other: NAMES[other],
        what,
        number,
    });
    prop::collection::vec(one, 1..40)
}

fn harmless() -> impl Strategy<Value = Permissions> {
    (any::<bool>(), any::<bool>()).prop_map(|(read, manage)| {
        let some = if read {
            Permissions::READ
        } else {
            Permissions::NONE
        };
        if manage {
            some | Permissions::MANAGE
        } else {
            some
        }
    })
}

/// The number of sequences: `KEYSLOT_NARROWED_CASES` for campaigns.
fn cases() -> u32 {
    std::env::var("KEYSLOT_NARROWED_CASES")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn handles_that_may_use_nothing_are_told_no_value(
        permissions in prop::array::uniform3(harmless()),
        calls in calls(),
    ) {
        let vault = memory_vault();
        owner(&vault);
        for one in &calls {
            let scope = vault.scope(SCOPES[one.at]).unwrap().with(permissions[one.by]);
            let to = vault.scope(SCOPES[one.to]).unwrap().with(permissions[(one.by + 1) % 3]);
            let said = call(&scope, &to, one);
            prop_assert!(!is_told(&said), "{one:?} by {:?}: {said}", permissions[one.by]);
        }
    }
}

/// The control: each of the four permissions is enough to be told, or to have it told in another
/// scope.
#[test]
fn each_of_the_four_permissions_is_enough() {
    let call_of = |what| Call {
        by: 0,
        at: 0,
        to: 0,
        name: "A",
        other: "A",
        what,
        number: 0,
    };
    let vault = memory_vault();
    owner(&vault);
    let billing = vault.scope("acme/billing").unwrap();
    let said = |permission, what| call(&billing.with(permission), &billing, &call_of(what));
    // For the tool that the rules name; by a snapshot after its rules were lifted.
    assert!(is_told(&said(Permissions::USE, 1)) && is_told(&said(Permissions::REVEAL, 4)));
    assert!(
        said(Permissions::REDACT, 26).contains(CANARY),
        "a part of a value is not the value"
    );
    let redactor = billing.with(Permissions::REDACT).redactor(["A"]).unwrap();
    let whole = format!("{CANARY} 1 A two");
    assert_eq!(
        redactor.redact(&whole),
        "<<$secret.A>>",
        "a whole guess is confirmed"
    );
    let sales = vault.scope("acme/other").unwrap();
    assert!(
        billing
            .with(Permissions::COPY)
            .clone_to("A", &sales)
            .is_ok()
    );
    assert_eq!(sales.reveal("A").unwrap().expose_secret(), whole);
    // And none of the others.
    for permission in [
        Permissions::READ,
        Permissions::MANAGE,
        Permissions::READ | Permissions::MANAGE,
    ] {
        for what in 0..CALLS {
            let vault = memory_vault();
            owner(&vault);
            let scope = vault.scope("acme/billing").unwrap().with(permission);
            let to = vault.scope("acme/target").unwrap().with(permission);
            assert!(
                !is_told(&call(&scope, &to, &call_of(what))),
                "{permission:?} {what}"
            );
        }
    }
}

/// A screen copies what it may not see to where somebody else may: not without a permission that
/// says so.
#[test]
fn a_screen_cannot_carry_a_value_to_whoever_may_see_it() {
    let vault = memory_vault();
    owner(&vault);
    let screen = Permissions::READ | Permissions::MANAGE;
    let (billing, target) = (
        vault.scope("acme/billing").unwrap(),
        vault.scope("acme/target").unwrap(),
    );
    let copied = billing.with(screen).clone_to("A", &target.with(screen));
    assert_eq!(copied.unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(
        billing
            .with(screen)
            .clone_all_to(&target)
            .unwrap_err()
            .kind(),
        ErrorKind::Denied
    );
    assert!(target.reveal("A").is_err() && value(&target, "A").is_err());
}
