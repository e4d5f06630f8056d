//! Events that the observer of a vault receives, and everything that it does not receive.
#![cfg(all(feature = "vault", feature = "json"))]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};

use crate::support::root_key;
use keyslot::template::Grants;
use keyslot::{
    AccessRules, Actor, ErrorKind, Event, Permissions, SecretChange, SecretInput, Status, Target,
    Vault, Version,
};

type Lines = Arc<Mutex<Vec<String>>>;

/// An event as a line that has everything but the random identity.
fn line(event: &Event<'_>) -> String {
    let place = event.found_in.map_or("-", |scope| scope.as_str());
    let version = event.version.map_or(0, Version::get);
    let tool = event
        .target
        .and_then(|target| target.tool_name())
        .unwrap_or("-");
    let outcome = event
        .outcome
        .map_or_else(|kind| format!("{kind:?}"), |()| "done".to_owned());
    let known = [event.record.is_some(), event.fingerprint.is_some()].map(u8::from);
    let actor = event.actor.map_or("-", Actor::as_str);
    format!(
        "{actor} {} {} {} {place} v{version} {tool} {known:?} {outcome}",
        event.action, event.scope, event.name
    )
}

fn vault() -> (Vault, Lines) {
    let lines = Lines::default();
    let sink = Arc::clone(&lines);
    let observer = move |event: &Event<'_>| sink.lock().unwrap().push(line(event));
    (
        Vault::builder()
            .observer(observer)
            .create(&root_key())
            .unwrap(),
        lines,
    )
}

fn taken(lines: &Lines) -> Vec<String> {
    std::mem::take(&mut lines.lock().unwrap())
}

#[test]
fn every_change_is_told_once_with_who_and_what() {
    let (vault, lines) = vault();
    let scope = vault
        .scope("acme/billing")
        .unwrap()
        .acting_as(Actor::new("ada").unwrap());
    scope.put("A", "one").unwrap();
    scope.put("A", "two").unwrap();
    scope
        .update("A", SecretChange::default().description("d"))
        .unwrap();
    scope.rollback("A", Version::FIRST).unwrap();
    scope.set_status("A", Status::Inactive).unwrap();
    scope.set_status("A", Status::Active).unwrap();
    scope.reveal("A").unwrap();
    scope.redactor(["A"]).unwrap();
    scope
        .clone_to("A", &vault.scope("acme/sales").unwrap())
        .unwrap();
    scope.revoke("A").unwrap();
    scope.replace_revoked("A", "three").unwrap();
    scope.delete("A").unwrap();
    assert_eq!(
        taken(&lines),
        [
            "ada put acme/billing A acme/billing v1 - [1, 1] done",
            "ada put acme/billing A acme/billing v2 - [1, 1] done",
            "ada update acme/billing A acme/billing v2 - [1, 1] done",
            "ada roll_back acme/billing A acme/billing v3 - [1, 1] done",
            "ada set_status acme/billing A acme/billing v3 - [1, 1] done",
            "ada set_status acme/billing A acme/billing v3 - [1, 1] done",
            "ada reveal acme/billing A acme/billing v3 - [1, 1] done",
            "ada redact acme/billing A acme/billing v3 - [1, 1] done",
            "- clone_to acme/sales A acme/sales v1 - [1, 1] done",
            "ada revoke acme/billing A acme/billing v0 - [1, 0] done",
            "ada replace_revoked acme/billing A acme/billing v4 - [1, 1] done",
            "ada delete acme/billing A acme/billing v0 - [1, 0] done",
        ]
    );
    assert!(
        scope.redactor(["A"]).is_err() && scope.with(Permissions::MANAGE).redactor(["A"]).is_err()
    );
    let missing = "ada redact acme/billing A - v0 - [0, 0] NotFound";
    assert_eq!(taken(&lines), [missing, missing]);
    assert!(
        scope.rollback("A", Version::FIRST).is_err()
            && scope.with(Permissions::USE).reveal("A").is_err()
    );
    assert_eq!(
        taken(&lines),
        [
            "ada roll_back acme/billing A - v0 - [0, 0] NotFound",
            "ada reveal acme/billing A - v0 - [0, 0] NotFound"
        ]
    );
    let other = vault.scope("acme/other").unwrap();
    vault.scope("acme/sales").unwrap().put("B", "b").unwrap();
    taken(&lines);
    assert_eq!(
        vault
            .scope("acme/sales")
            .unwrap()
            .clone_all_to(&other)
            .unwrap(),
        2
    );
    let mut copied = taken(&lines);
    copied.sort();
    assert_eq!(
        copied,
        ["A", "B"].map(|name| format!("- clone_to acme/other {name} acme/other v1 - [1, 1] done"))
    );
}

#[test]
fn every_use_is_told_whatever_becomes_of_it() {
    let (vault, lines) = vault();
    let scope = vault.scope("acme/billing").unwrap();
    vault.scope("acme").unwrap().put("ABOVE", "one").unwrap();
    scope
        .put(
            "BOUND",
            SecretInput::new("two").rules(AccessRules::new().tool("stripe").unwrap()),
        )
        .unwrap();
    scope
        .put("OFF", SecretInput::new("three").inactive())
        .unwrap();
    taken(&lines);
    let text = "<<$secret.ABOVE>> <<$secret.ABOVE>> <<BOUND@1>> <<$secret.OFF>> <<$secret.NONE>> \
                <<ABOVE@9>>";
    scope.resolve_for(&Target::tool("mail"), text).unwrap_err();
    let expected = [
        "- use acme/billing ABOVE acme v1 mail [1, 1] done",
        "- use acme/billing BOUND - v1 mail [0, 0] Denied",
        "- use acme/billing OFF - v0 mail [0, 0] Inactive",
        "- use acme/billing NONE - v0 mail [0, 0] NotFound",
        "- use acme/billing ABOVE - v9 mail [0, 0] NoSuchVersion",
    ];
    assert_eq!(taken(&lines), expected);
    let run = scope.snapshot(&scope.references(text).unwrap()).unwrap();
    assert!(taken(&lines).is_empty(), "nothing is used yet");
    run.resolve_for(&Target::tool("mail"), text).unwrap_err();
    assert_eq!(taken(&lines), expected, "a snapshot tells the same");

    scope.check(&Target::tool("mail"), text).unwrap_err();
    scope
        .explain(&Target::tool("mail"), &scope.references(text).unwrap())
        .unwrap();
    assert!(
        taken(&lines).is_empty(),
        "asking what would happen is no use"
    );

    let grants = Grants::new().name("ABOVE").unwrap();
    scope
        .resolve_model_args(
            &Target::tool("mail"),
            "<<ABOVE>> <<$secret.BOUND>> <<$secret.",
            &grants,
        )
        .unwrap();
    assert_eq!(
        taken(&lines),
        [
            "- use acme/billing ABOVE acme v1 mail [1, 1] done",
            "- attempt acme/billing BOUND - v0 mail [0, 0] Denied",
        ]
    );
}

#[test]
fn what_was_used_can_be_written_down() {
    let (vault, _) = vault();
    let scope = vault.scope("acme").unwrap();
    let info = scope.put("A", "value").unwrap();
    let resolved = scope.resolve("<<$secret.A>>").unwrap();
    let used = serde_json::to_value(resolved.used()).unwrap();
    let expected = serde_json::json!([{
        "name": "A", "scope": "acme", "version": 1, "record": info.record.to_string(),
        "fingerprint": info.fingerprint().unwrap().to_string(),
    }]);
    assert_eq!(used, expected);
    assert_eq!(
        ErrorKind::NotFound,
        scope.resolve("<<$secret.B>>").unwrap_err().kind()
    );
}

#[cfg(feature = "tracing")]
mod with_tracing {
    use std::fmt::{Debug, Write as _};

    use keyslot::TracingObserver;
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;

    /// Records every event at every level.
    struct Recorder(Lines);

    struct Fields(String);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            let _ = write!(self.0, " {}={value:?}", field.name());
        }
    }

    impl Subscriber for Recorder {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            let mut fields = Fields(format!(
                "{} {}",
                event.metadata().level(),
                event.metadata().target()
            ));
            event.record(&mut fields);
            self.0.lock().unwrap().push(fields.0);
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn events_of_the_vault_are_events_of_tracing() {
        let lines = Lines::default();
        let value = "canary-value-71f0";
        tracing::subscriber::with_default(Recorder(Arc::clone(&lines)), || {
            let vault = Vault::builder()
                .observer(TracingObserver::new())
                .create(&root_key())
                .unwrap();
            let scope = vault
                .scope("acme")
                .unwrap()
                .acting_as(Actor::new("ada").unwrap());
            scope.put("A", value).unwrap();
            scope
                .resolve_for(
                    &Target::tool("mail").with_host("smtp.example").unwrap(),
                    "<<$secret.A>> <<$secret.A@2>>",
                )
                .unwrap_err();
        });
        let lines = taken(&lines);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines[0].starts_with(
            r#"INFO keyslot action="put" scope="acme" name="A" actor="ada" found_in="acme" record="#
        ));
        assert!(
            lines[1].starts_with(r#"INFO keyslot action="use""#)
                && lines[1].contains(r#"tool="mail" host="smtp.example""#)
        );
        assert!(lines[1].contains(" version=1 fingerprint="));
        assert!(
            lines[2].starts_with("WARN") && lines[2].ends_with(" version=2 refused=NoSuchVersion")
        );
        assert!(
            !lines.iter().any(|line| line.contains("canary")),
            "the control is that names are there"
        );
    }
}

/// An attempt to carry a value out is worth as much to an audit as a change.
#[test]
fn refused_changes_and_copies_are_told() {
    let (vault, lines) = vault();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("A", "one").unwrap();
    taken(&lines);
    let reader = scope.with(Permissions::READ);
    assert!(
        reader.put("A", "two").is_err()
            && reader.revoke("A").is_err()
            && reader.rollback("A", Version::FIRST).is_err()
    );
    let screen = scope.with(Permissions::READ | Permissions::MANAGE);
    assert!(
        screen
            .clone_to("A", &vault.scope("acme/sales").unwrap())
            .is_err()
    );
    assert_eq!(
        taken(&lines),
        [
            "- put acme/billing A - v0 - [0, 0] Denied",
            "- revoke acme/billing A - v0 - [0, 0] Denied",
            "- roll_back acme/billing A - v0 - [0, 0] Denied",
            "- clone_to acme/sales A - v0 - [0, 0] Denied",
        ]
    );
}
