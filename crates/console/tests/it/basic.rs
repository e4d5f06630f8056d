//! Every page does its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;
use keyslot::{AuditAction, ErrorKind, Status};
use keyslot_console::{Console, Limits};

use crate::support::{
    PLANTED, admin, get, location, operator, page, post, request, revision, text, vault,
};

const STRIPE: &str = "/secrets/STRIPE_KEY";
const SCOPE: &str = "?scope=acme/billing";

fn at(path: &str) -> String {
    format!("{path}{SCOPE}")
}

#[test]
#[allow(clippy::too_many_lines, reason = "one life, step by step")]
fn a_secret_lives_its_life() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let ada = admin();
    let scope = vault.scope("acme/billing").unwrap();

    // Created, with a PEM whose line ends a browser changed.
    let form = "name=TLS_KEY&value=one%0D%0Atwo%0D%0A&description=for+mail&metadata=\
                owner+%3D+ops&not_before=&expires_at=2100-01-01T00%3A00&rotate_every=90d";
    let response = post(&console, &ada, &at("/new"), form);
    let target = location(&response).to_owned();
    assert_eq!(target, "/secrets/TLS_KEY?scope=acme/billing&done=created");
    let shown = page(&console, &ada, &target);
    for part in [
        "TLS_KEY",
        "for mail",
        "owner",
        "2100-01-01",
        "90d",
        "user:ada",
        "was created",
    ] {
        assert!(shown.contains(part), "{part}");
    }
    assert!(scope.matches("TLS_KEY", "one\ntwo\n").unwrap());

    // Rotated, with the revision that was seen.
    let form = page(&console, &ada, &at("/secrets/TLS_KEY/rotate"));
    let body = format!("value=+next+&trim=on&revision={}", revision(&form));
    let response = post(&console, &ada, &at("/secrets/TLS_KEY/rotate"), &body);
    assert!(location(&response).ends_with("done=rotated"));
    assert!(scope.matches("TLS_KEY", "next").unwrap());
    let late = post(&console, &ada, &at("/secrets/TLS_KEY/rotate"), &body);
    assert_eq!(late.status(), 409);
    assert!(text(&late).contains("changed by somebody else"));

    // Edited.
    let form = page(&console, &ada, &at("/secrets/TLS_KEY/edit"));
    let body = format!(
        "description=for+all&metadata=&not_before=&expires_at=&rotate_every=&revision={}",
        revision(&form)
    );
    location(&post(&console, &ada, &at("/secrets/TLS_KEY/edit"), &body));
    let info = scope.info("TLS_KEY").unwrap();
    assert_eq!(info.description, "for all");
    assert!(info.metadata.is_empty() && info.expires_at.is_none() && info.rotate_every.is_none());
    assert_eq!(
        post(&console, &ada, &at("/secrets/TLS_KEY/edit"), &body).status(),
        409
    );

    // Restricted.
    let form = page(&console, &ada, &at("/secrets/TLS_KEY/rules"));
    let body = format!(
        "tools=stripe%0D%0A&hosts=api.stripe.com&surface=header&surface=env&instructions=on&\
         revision={}",
        revision(&form)
    );
    location(&post(&console, &ada, &at("/secrets/TLS_KEY/rules"), &body));
    let rules = scope.info("TLS_KEY").unwrap().rules;
    assert!(rules.tools().eq(["stripe"]) && rules.hosts().eq(["api.stripe.com"]));
    assert!(rules.surfaces().count() == 2 && rules.instructions());

    // Switched off and on.
    for (status, stored) in [("inactive", Status::Inactive), ("active", Status::Active)] {
        let shown = page(&console, &ada, &at("/secrets/TLS_KEY"));
        let body = format!("status={status}&revision={}", revision(&shown));
        location(&post(&console, &ada, &at("/secrets/TLS_KEY/status"), &body));
        assert_eq!(scope.info("TLS_KEY").unwrap().status, stored);
    }

    // Rolled back.
    let form = page(
        &console,
        &ada,
        "/secrets/TLS_KEY/rollback?scope=acme/billing&version=1",
    );
    let body = format!("revision={}", revision(&form));
    location(&post(
        &console,
        &ada,
        "/secrets/TLS_KEY/rollback?scope=acme/billing&version=1",
        &body,
    ));
    assert!(scope.matches("TLS_KEY", "one\ntwo\n").unwrap());
    assert_eq!(
        post(
            &console,
            &ada,
            "/secrets/TLS_KEY/rollback?scope=acme/billing&version=1",
            &body
        )
        .status(),
        409
    );

    // Copied.
    let response = post(
        &console,
        &ada,
        &at("/secrets/TLS_KEY/clone"),
        "to=acme/test",
    );
    assert!(location(&response).starts_with("/secrets/TLS_KEY?scope=acme/test"));
    assert!(
        vault
            .scope("acme/test")
            .unwrap()
            .matches("TLS_KEY", "one\ntwo\n")
            .unwrap()
    );
    let abroad = post(&console, &ada, &at("/secrets/TLS_KEY/clone"), "to=umbrella");
    assert_eq!(abroad.status(), 422);

    // Revoked with its name typed, and its name taken by a new one.
    let target = at("/secrets/TLS_KEY/revoke");
    assert_eq!(post(&console, &ada, &target, "name=TLS").status(), 422);
    assert_eq!(scope.info("TLS_KEY").unwrap().status, Status::Active);
    assert!(location(&post(&console, &ada, &target, "name=TLS_KEY")).ends_with("done=revoked"));
    assert_eq!(scope.info("TLS_KEY").unwrap().status, Status::Revoked);
    let form = page(&console, &ada, &at("/secrets/TLS_KEY/rotate"));
    let body = format!("value=anew&revision={}", revision(&form));
    location(&post(&console, &ada, &at("/secrets/TLS_KEY/rotate"), &body));
    assert!(scope.matches("TLS_KEY", "anew").unwrap());

    // Deleted with its name typed.
    let target = at("/secrets/TLS_KEY/delete");
    assert_eq!(post(&console, &ada, &target, "name=").status(), 422);
    let response = post(&console, &ada, &target, "name=TLS_KEY");
    assert_eq!(
        location(&response),
        "/secrets?scope=acme/billing&done=deleted"
    );
    assert_eq!(
        scope.info("TLS_KEY").unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn a_value_is_revealed_with_a_reason_in_the_log() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let target = at("/secrets/STRIPE_KEY/reveal");
    assert!(!page(&console, &admin(), &target).contains(PLANTED));
    assert_eq!(post(&console, &admin(), &target, "reason=").status(), 422);
    let count = || {
        let entries = vault.audit("acme").unwrap().entries();
        let reveals = entries.filter(|entry| {
            let entry = entry.as_ref().unwrap();
            entry.action == AuditAction::Reveal && entry.reason.as_deref() == Some("to see it")
        });
        reveals.count()
    };
    assert_eq!(count(), 0);
    let response = post(&console, &admin(), &target, "reason=to+see+it");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(text(&response).contains(PLANTED));
    assert_eq!(count(), 1);
}

#[test]
fn lists_are_filtered_and_inherited() {
    let console = Console::new(vault());
    let list = |more: &str| page(&console, &admin(), &format!("/secrets{SCOPE}{more}"));
    let all = list("");
    assert!(all.contains("STRIPE_KEY") && all.contains("OLD_KEY") && all.contains("Revoked"));
    assert!(!all.contains("nightly import"), "that is the one above");
    let some = list("&name=STRIPE");
    assert!(some.contains(">STRIPE_KEY<") && !some.contains(">OLD_KEY<"));
    let some = list("&status=revoked");
    assert!(!some.contains(">STRIPE_KEY<") && some.contains(">OLD_KEY<"));
    let none = list("&key=owner&value=ops");
    assert!(none.contains("No secret fits"));
    let inherited = list("&inherited=on");
    assert!(inherited.contains("nightly import") && inherited.contains("hidden by"));
    let sorted = list("&sorted=on");
    assert!(sorted.find(">OLD_KEY<").unwrap() < sorted.find(">STRIPE_KEY<").unwrap());
    assert!(page(&console, &admin(), "/secrets?scope=acme/new").contains("Create one"));
}

#[test]
fn organizations_scopes_attention_explanations_and_the_log_are_shown() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let ada = admin();
    let first = page(&console, &ada, "/");
    assert!(first.contains("acme") && !first.contains("umbrella"));
    assert!(page(&console, &operator(), "/").contains("umbrella"));
    let tree = page(&console, &ada, "/scopes?organization=acme");
    assert!(tree.contains("scope=acme/billing"));

    let attention = page(&console, &ada, &at("/attention"));
    assert!(attention.contains("Never used") && attention.contains("STRIPE_KEY"));
    vault
        .scope("acme/billing")
        .unwrap()
        .resolve("<<$secret.STRIPE_KEY>>")
        .unwrap();
    let attention = page(&console, &ada, &at("/attention"));
    assert!(attention.contains("REGION_TOKEN") && !attention.contains(">STRIPE_KEY<"));

    let explain = |text: &str| text_of(&console, &format!("text={text}&tool=&host="));
    assert!(explain("%3C%3C%24secret.STRIPE_KEY%3E%3E").contains("This would resolve"));
    let failing = explain("%3C%3C%24secret.OLD_KEY%3E%3E");
    assert!(failing.contains("This would fail") && failing.contains("revoked"));
    let broken = explain("key+%3D+%3C%3C%24secret.+%3E%3E");
    assert!(broken.contains("This would fail") && broken.contains("class=\"diagram\""));
    assert!(explain("no+references").contains("No references"));

    let log = page(&console, &ada, &at("/audit"));
    assert!(log.contains("revoke") && log.contains("user:setup"));
    let none = page(
        &console,
        &ada,
        &at("/audit").replace("scope", "actor=nobody&scope"),
    );
    assert!(none.contains("No entries"));
}

fn text_of(console: &Console, form: &str) -> String {
    let response = post(console, &admin(), &at("/explain"), form);
    assert_eq!(response.status(), 200, "{}", text(&response));
    text(&response)
}

#[test]
fn an_operator_verifies_the_vault() {
    let console = Console::new(vault());
    assert_eq!(get(&console, &admin(), "/verify").status(), 404);
    assert!(page(&console, &operator(), "/verify").contains("Not verified"));
    location(&post(&console, &operator(), "/verify", ""));
    let mut shown = page(&console, &operator(), "/verify");
    while shown.contains("Under way") {
        shown = page(&console, &operator(), "/verify");
    }
    assert!(shown.contains("The vault is intact"), "{shown}");
    location(&post(&console, &operator(), "/verify/stop", ""));
}

#[test]
fn heads_and_options_are_answered() {
    let console = Console::new(vault());
    let ask = |method| console.respond(&admin(), &request(method, &at(STRIPE), ""));
    let head = ask(Method::HEAD);
    assert!(head.status() == 200 && head.body().is_empty());
    let options = ask(Method::OPTIONS);
    assert_eq!(
        (options.status().as_u16(), &options.headers()["allow"]),
        (204, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
    let put = ask(Method::PUT);
    assert_eq!(
        (put.status().as_u16(), &put.headers()["allow"]),
        (405, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
}

#[test]
fn documents_keep_a_secret_from_deletion() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let scope = vault.scope("acme/billing").unwrap();
    let none = page(&console, &admin(), &at("/secrets/STRIPE_KEY/references"));
    assert!(none.contains("No document"));
    let text = "<<$secret.STRIPE_KEY>> <<$secret.NOT_THERE>>";
    scope.documents().set("workflow:42", text).unwrap();
    for path in ["references", "delete", "revoke"] {
        let shown = page(
            &console,
            &admin(),
            &at(&format!("/secrets/STRIPE_KEY/{path}")),
        );
        assert!(shown.contains("workflow:42"), "{path}");
    }
    let attention = page(&console, &admin(), &at("/attention"));
    assert!(attention.contains("find nothing") && attention.contains("NOT_THERE"));
    assert!(attention.contains("Hide a secret") && !attention.contains("not usable"));
    scope.set_status("STRIPE_KEY", Status::Inactive).unwrap();
    assert!(page(&console, &admin(), &at("/attention")).contains("not usable"));
    let delete = |body| post(&console, &admin(), &at("/secrets/STRIPE_KEY/delete"), body);
    let refused = delete("name=STRIPE_KEY");
    assert_eq!(refused.status(), 409);
    assert!(self::text(&refused).contains("documents need this secret"));
    assert!(scope.info("STRIPE_KEY").is_ok());
    location(&delete("name=STRIPE_KEY&needed=on"));
    assert!(scope.info("STRIPE_KEY").is_err());
}

#[test]
fn uses_that_are_counted_are_shown_without_an_audit_log() {
    let builder = keyslot::Vault::builder().count_uses(true);
    let vault = builder
        .create(&keyslot::RootKey::generate().unwrap())
        .unwrap();
    crate::support::fill(&vault);
    let console = Console::new(vault.clone());
    let attention = || page(&console, &admin(), &at("/attention"));
    assert!(attention().contains("neither counts nor logs"));
    vault
        .scope("acme/billing")
        .unwrap()
        .resolve("<<$secret.STRIPE_KEY>>")
        .unwrap();
    vault.flush_usage().unwrap();
    assert!(page(&console, &admin(), &at(STRIPE)).contains("uses: 1, reveals: 0"));
    let told = attention();
    assert!(told.contains("Never used") && told.contains("REGION_TOKEN"));
    assert!(!told.contains(">STRIPE_KEY<"));
}

#[test]
fn the_page_of_what_needs_attention_reads_a_bounded_part_of_the_log() {
    let store = keyslot::MemoryStore::new();
    let begin = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let builder = keyslot::Vault::builder()
        .store(store)
        .audit(keyslot::AuditMode::Required)
        .clock(move || begin + Duration::from_secs(clock.load(Ordering::SeqCst)));
    let vault = builder
        .create(&keyslot::RootKey::generate().unwrap())
        .unwrap();
    crate::support::fill(&vault);
    let scope = vault.scope("acme/billing").unwrap();
    let used = |name: &str| {
        let text = format!("<<$secret.{name}>>");
        scope.resolve(&text).map(drop).unwrap();
    };
    used("REGION_TOKEN");
    for _ in 0..5 {
        used("STRIPE_KEY");
    }
    let asked = |audited| {
        let console = Console::new(vault.clone()).limits(Limits::new().audited(audited));
        let html = page(&console, &admin(), &at("/attention"));
        let json = get(&console, &admin(), &at("/api/v1/attention"));
        let json: serde_json::Value = serde_json::from_slice(json.body()).unwrap();
        (html, json)
    };
    let names = |json: &serde_json::Value, list: &str| {
        let all = json[list].as_array().unwrap().iter();
        all.map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<String>>()
    };
    // All of it: both were used long ago, by the clock of the page.
    let (html, json) = asked(1000);
    assert!(!html.contains("longer than this page reads"));
    assert_eq!(json["usage_partial"], false);
    assert_eq!(names(&json, "unused"), ["REGION_TOKEN", "STRIPE_KEY"]);
    // Cut behind the five uses of one: of the other it knows that it was not used since.
    let (html, json) = asked(5);
    assert!(html.contains("longer than this page reads") && html.contains("2023-11-14"));
    assert_eq!(json["usage_partial"], true);
    assert_eq!(names(&json, "unused"), ["REGION_TOKEN", "STRIPE_KEY"]);
    assert!(names(&json, "never_used").is_empty());
    // Cut within 90 days: nothing is said of a secret without a known use.
    let since = SystemTime::now().duration_since(begin).unwrap();
    now.store(since.as_secs(), Ordering::SeqCst);
    scope.put("NEW_KEY", "a value").unwrap();
    for _ in 0..6 {
        used("STRIPE_KEY");
    }
    let (_, json) = asked(5);
    assert!(names(&json, "unused").is_empty() && names(&json, "never_used").is_empty());
    // But for one that is newer than the cut.
    now.store(since.as_secs() + 1, Ordering::SeqCst);
    scope.put("NEWER_KEY", "a value").unwrap();
    let (_, json) = asked(5);
    assert_eq!(names(&json, "never_used"), ["NEWER_KEY"]);
    // Cut behind all that is of these days, and the control: all of the log.
    for (audited, is_partial) in [(8, true), (1000, false)] {
        let (_, json) = asked(audited);
        assert_eq!(json["usage_partial"], is_partial);
        assert_eq!(names(&json, "unused"), ["REGION_TOKEN"]);
        assert_eq!(names(&json, "never_used"), ["NEWER_KEY", "NEW_KEY"]);
    }
}

#[test]
fn a_console_is_shared_between_threads_and_tells_nothing_in_debug() {
    fn shared<T: Send + Sync + std::fmt::Debug>(_: &T) {}
    let console = Console::new(vault());
    shared(&console);
    shared(&admin());
    let response = post(
        &console,
        &admin(),
        &at("/secrets/STRIPE_KEY/reveal"),
        "reason=r",
    );
    assert!(text(&response).contains(PLANTED));
    let said = format!("{console:?} {:?} {response:?}", admin());
    assert!(!said.contains(PLANTED) && said.contains("Console"));
}
