//! Events with time and duration, kept and written as JSON.
#![cfg(all(feature = "vault", feature = "json"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use crate::support::root_key;
use keyslot::{Actor, Event, OwnedEvent, Permissions, Target, Vault, Version};
use serde_json::{Value, json};

type Kept = Arc<Mutex<Vec<(OwnedEvent, Value)>>>;

/// A vault of 2027-01-15, whose events are kept with their JSON.
fn vault() -> (Vault, Kept) {
    let kept = Kept::default();
    let sink = Arc::clone(&kept);
    let observer = move |event: &Event<'_>| {
        let json = serde_json::to_value(event).unwrap();
        sink.lock().unwrap().push((event.to_owned(), json));
    };
    let vault = Vault::builder()
        .clock(|| UNIX_EPOCH + Duration::new(1_800_000_000, 250_000_000))
        .observer(observer)
        .create(&root_key())
        .unwrap();
    (vault, kept)
}

#[test]
fn every_event_has_a_time_and_its_json_is_that_of_its_copy() {
    let (vault, kept) = vault();
    let scope = vault.scope("acme/billing").unwrap();
    let scope = scope.acting_as(Actor::new("ada").unwrap());
    scope.put("A", "one").unwrap();
    scope.put("A", "two").unwrap();
    scope.rollback("A", Version::FIRST).unwrap();
    let target = Target::tool("crm").with_host("crm.example").unwrap();
    scope.resolve_for(&target, "<<$secret.A>>").unwrap();
    scope.resolve("<<$secret.B>>").unwrap_err();
    let run = scope.snapshot(&scope.references("<<A>>").unwrap()).unwrap();
    run.resolve("<<A>>").unwrap();
    scope.reveal("A").unwrap();
    scope.redactor(["A"]).unwrap();
    scope.with(Permissions::READ).put("A", "no").unwrap_err();
    let bound = scope.for_target(target);
    bound.resolve_for(&Target::tool("x"), "<<A>>").unwrap_err();
    let other = vault.scope("acme/other").unwrap();
    scope.clone_to("A", &other).unwrap();
    scope.revoke("A").unwrap();
    let kept = kept.lock().unwrap();
    assert_eq!(kept.len(), 12);
    for (event, json) in &*kept {
        assert_eq!(json["time"], "2027-01-15T08:00:00.250Z", "{json}");
        let micros = u64::try_from(event.duration.as_micros()).unwrap();
        assert_eq!(json["duration_us"], micros);
        assert!(event.duration < Duration::from_secs(3600));
        assert_eq!(serde_json::to_value(event).unwrap(), *json);
    }
    // A write does more than nothing: its time was measured.
    assert!(
        kept.iter()
            .any(|(event, _)| event.duration > Duration::ZERO)
    );
}

#[test]
fn an_event_is_written_with_all_its_fields() {
    let (vault, kept) = vault();
    let scope = vault.scope("acme/billing").unwrap();
    let scope = scope.acting_as(Actor::new("ada").unwrap());
    let info = scope.put("A", "one").unwrap();
    let target = Target::tool("crm").with_host("crm.example").unwrap();
    scope.resolve_for(&target, "<<$secret.A@1>>").unwrap();
    let kept = kept.lock().unwrap();
    let (_, mut json) = kept[1].clone();
    json["duration_us"] = Value::Null;
    let expected = json!({
        "time": "2027-01-15T08:00:00.250Z",
        "duration_us": null,
        "action": "use",
        "scope": "acme/billing",
        "name": "A",
        "actor": "ada",
        "target": {"tool": "crm", "host": "crm.example", "surface": "text"},
        "found_in": "acme/billing",
        "record": info.record.to_string(),
        "version": 1,
        "fingerprint": info.fingerprint().unwrap().to_string(),
        "refused": null,
    });
    assert_eq!(json, expected);
    assert!(!json.to_string().contains("one"));
}

#[test]
fn lists_and_explanations_are_written_as_json() {
    let (vault, _) = vault();
    vault.scope("acme").unwrap().put("A", "above").unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("A", "one").unwrap();
    let listed = scope.list().inherited().map(Result::unwrap);
    let listed = serde_json::to_value(listed.collect::<Vec<_>>()).unwrap();
    assert_eq!(listed[0]["shadowed_by"], Value::Null);
    assert_eq!(listed[0]["info"]["name"], "A");
    assert_eq!(listed[1]["shadowed_by"], "acme/billing");

    let references = scope.references("<<$secret.A>> <<$secret.B>>").unwrap();
    let explained = scope.explain(&Target::tool("crm"), &references).unwrap();
    let explained = serde_json::to_value(&explained).unwrap();
    let expected = json!({
        "reference": {"name": "A", "version": null, "kind": "secret"},
        "scope": "acme/billing",
        "status": "active",
        "version": 1,
        "shadowed": ["acme"],
        "refused": null,
    });
    assert_eq!(explained[0], expected);
    assert_eq!(explained[1]["refused"]["code"], "not_found");
    assert_eq!(explained[1]["scope"], Value::Null);
}
