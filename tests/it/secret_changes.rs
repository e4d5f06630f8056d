//! Facts about a secret: set with its value, or changed alone.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::{Duration, UNIX_EPOCH};

use crate::support::{memory_vault, value};
use keyslot::{
    AccessRules, ErrorKind, Permissions, Revision, ScopedVault, SecretChange, SecretInfo,
    SecretInput, Status, Surface,
};
use proptest::prelude::*;

fn project() -> ScopedVault {
    memory_vault().scope("acme/billing").unwrap()
}

/// The facts that a caller can set, in the form for screens.
fn facts(info: &SecretInfo) -> String {
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?}",
        info.status,
        info.description,
        info.metadata,
        info.not_before,
        info.expires_at,
        info.rotate_every,
        info.rules
    )
}

macro_rules! set_all {
    ($facts:expr) => {
        $facts
            .inactive()
            .description("billing")
            .metadata("owner", "ada")
            .metadata("team", "payments")
            .without_metadata("owner")
            .not_before(UNIX_EPOCH + Duration::from_secs(4_000_000_000))
            .expires_at(UNIX_EPOCH + Duration::from_secs(4_000_000_001))
            .rotate_every(Duration::from_secs(60))
            .rules(AccessRules::new().surface(Surface::Header))
            .in_instructions(true)
    };
}

#[test]
fn a_change_and_an_input_set_the_same_facts() {
    let project = project();
    let by_input = set_all!(SecretInput::new("one"));
    let by_input = project.put("A", by_input).unwrap();
    let change = set_all!(SecretChange::new());
    let by_change = SecretInput::new("one").apply(change.clone());
    let by_change = project.put("B", by_change).unwrap();
    let plain = project.put("C", "one").unwrap();
    assert_ne!(facts(&plain), facts(&by_input), "the control");
    let updated = project.update("C", change).unwrap();
    assert_eq!(facts(&by_change), facts(&by_input));
    assert_eq!(facts(&updated), facts(&by_input));
    assert_eq!(updated.version(), plain.version());
    assert_eq!(by_input.status, Status::Inactive);
    assert_eq!(by_input.metadata.len(), 1);
}

#[test]
fn a_change_that_is_applied_replaces_what_it_sets_and_nothing_else() {
    let project = project();
    let later = SecretChange::new()
        .active()
        .metadata("team", "sales")
        .clear_times()
        .never_rotate();
    let input = set_all!(SecretInput::new("one").metadata("kept", "yes")).apply(later);
    let info = project.put("A", input).unwrap();
    assert_eq!(info.status, Status::Active);
    assert_eq!(info.metadata["team"], "sales");
    assert_eq!(info.metadata["kept"], "yes");
    assert_eq!(info.description, "billing");
    assert_eq!((info.not_before, info.expires_at), (None, None));
    assert_eq!(info.rotate_every, None);
    assert!(info.rules.instructions());
    // Rules replace all rules, those for instructions included, as they do by themselves.
    let rules = SecretChange::new().rules(AccessRules::new());
    let input = set_all!(SecretInput::new("one")).apply(rules);
    assert!(!project.put("B", input).unwrap().rules.instructions());

    let stale = SecretChange::new().if_revision(Revision::new(9));
    let error = project.put("A", SecretInput::new("two").apply(stale));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Conflict);
    let input = SecretInput::new("two").if_absent();
    let error = project.put("A", input.apply(SecretChange::new()));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Conflict);
}

/// The facts that a change may set, each alone.
const STEPS: [fn(SecretChange) -> SecretChange; 14] = [
    SecretChange::inactive,
    SecretChange::active,
    |change| change.description("billing"),
    |change| change.description(""),
    |change| change.metadata("team", "payments"),
    |change| change.metadata("team", "sales"),
    |change| change.without_metadata("team"),
    SecretChange::clear_times,
    |change| change.not_before(UNIX_EPOCH + Duration::from_secs(4_000_000_000)),
    |change| change.expires_at(UNIX_EPOCH + Duration::from_secs(5_000_000_000)),
    |change| change.rotate_every(Duration::from_secs(60)),
    SecretChange::never_rotate,
    |change| change.rules(AccessRules::new().surface(Surface::Header)),
    |change| change.in_instructions(true),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Applied to an input one after another, changes set what they set as updates one after
    /// another.
    #[test]
    fn changes_add_up_as_updates_do(
        changes in prop::collection::vec(prop::collection::vec(0..STEPS.len(), 1..4), 1..5),
    ) {
        let project = project();
        let changes: Vec<SecretChange> = changes
            .iter()
            .map(|steps| steps.iter().fold(SecretChange::new(), |all, step| STEPS[*step](all)))
            .collect();
        let input = changes.iter().cloned().fold(SecretInput::new("one"), SecretInput::apply);
        let at_once = project.put("A", input).unwrap();
        let mut one_by_one = project.put("B", "one").unwrap();
        for change in changes {
            one_by_one = project.update("B", change).unwrap();
        }
        prop_assert_eq!(facts(&at_once), facts(&one_by_one));
    }
}

#[test]
fn an_empty_change_changes_nothing() {
    let project = project();
    let before = project.put("A", set_all!(SecretInput::new("one"))).unwrap();
    assert_eq!(project.update("A", SecretChange::new()).unwrap(), before);
}

#[test]
fn what_exists_already_is_said_to_exist() {
    let project = project();
    let absent = |value: &str| SecretInput::new(value).if_absent();
    project.put("A", absent("one")).unwrap();
    let error = project.put("A", absent("two")).unwrap_err();
    assert_eq!(
        (error.kind(), error.name()),
        (ErrorKind::Conflict, Some("A"))
    );
    assert_eq!(
        error.to_string(),
        "a secret A exists already in acme/billing; use put without if_absent to add a version"
    );
    assert_eq!(value(&project, "A").unwrap(), "one");
    project.put("A", "two").unwrap();
    assert_eq!(value(&project, "A").unwrap(), "two", "the message is right");

    project.revoke("A").unwrap();
    for error in [
        project.put("A", absent("three")).unwrap_err(),
        project.replace_revoked("A", absent("three")).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(
            error.to_string(),
            "a secret A exists already in acme/billing, and is revoked; use replace_revoked \
             without if_absent to put a new one in its place"
        );
    }
    project.replace_revoked("A", "three").unwrap();
    assert_eq!(
        value(&project, "A").unwrap(),
        "three",
        "the message is right"
    );

    let stale = SecretInput::new("four").if_revision(Revision::new(1));
    let error = project.put("A", stale).unwrap_err();
    assert_eq!(
        error.to_string(),
        "secret A was changed by somebody else; read it again"
    );
    project.delete("A").unwrap();
    assert!(
        project.put("A", absent("five")).is_ok(),
        "a deleted name is free"
    );
}

#[test]
fn a_put_without_the_permission_is_denied() {
    let error = project()
        .with(Permissions::USE)
        .put("A", "one")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[test]
fn a_change_does_not_show_what_may_be_private() {
    let change = set_all!(SecretChange::new());
    let shown = format!(
        "{change:?} {:?}",
        SecretInput::new("a value").apply(change.clone())
    );
    for private in ["billing", "payments", "a value"] {
        assert!(!shown.contains(private), "{shown}");
    }
    assert!(
        shown.contains("Inactive") && shown.contains("[REDACTED]"),
        "the control"
    );
}
