//! Every page with every permission and every method.

use http::Method;
use keyslot::{Permissions, Vault};
use keyslot_console::{Console, Session};

use crate::support::{get, operator, request, session, text, vault};
use crate::ways::{WAYS, Way, methods};

const ONES: [Permissions; 6] = [
    Permissions::USE,
    Permissions::READ,
    Permissions::MANAGE,
    Permissions::REVEAL,
    Permissions::COPY,
    Permissions::REDACT,
];

/// Every set of permissions.
fn sets() -> Vec<Permissions> {
    let set = |bits: usize| {
        let chosen = ONES
            .iter()
            .enumerate()
            .filter(|(at, _)| bits >> at & 1 == 1);
        chosen.fold(Permissions::NONE, |set, (_, one)| set | *one)
    };
    let mut sets: Vec<Permissions> = (0..64).map(set).collect();
    sets.sort_by_key(ToString::to_string);
    sets.dedup();
    sets
}

/// Everything that a test could have changed.
fn state(vault: &Vault) -> String {
    let scopes = ["acme", "acme/billing", "acme/test", "umbrella"];
    let lists = scopes.map(|scope| vault.scope(scope).unwrap().list().sorted().page().unwrap());
    format!("{lists:?}")
}

fn may(set: Permissions, needed: Permissions) -> bool {
    let needed = if needed == Permissions::COPY {
        Permissions::COPY | Permissions::MANAGE
    } else {
        needed
    };
    set.contains(Permissions::READ) && set.contains(needed)
}

/// The status of a request without a body, which nobody's permission makes whole.
fn expected(way: &Way, method: &Method, set: Permissions) -> u16 {
    let is_read = [Method::GET, Method::HEAD].contains(method);
    let known = if is_read { &Method::GET } else { method };
    if *method == Method::OPTIONS {
        return 204;
    }
    if !way.methods.contains(known) {
        return 405;
    }
    let needed = if is_read { way.show } else { way.take };
    match set {
        _ if !set.contains(Permissions::READ) => 404,
        _ if !may(set, needed) => 403,
        _ if is_read => 200,
        _ if *method == Method::DELETE => 204,
        _ => 400,
    }
}

#[test]
fn every_path_takes_its_methods_and_its_permissions() {
    let (vault, mut asked) = (vault(), 0);
    let console = Console::new(vault.clone());
    let before = state(&vault);
    for set in sets() {
        for way in WAYS {
            for method in methods() {
                let expected = expected(&way, &method, set);
                if expected == 204 && method == Method::DELETE {
                    continue;
                }
                let response =
                    console.respond(&session(set), &request(method.clone(), way.target, ""));
                let found = response.status().as_u16();
                assert_eq!(found, expected, "{method} {} with {set}", way.target);
                if method == Method::HEAD {
                    assert!(response.body().is_empty());
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 12_000, "{asked}");
    assert_eq!(
        state(&vault),
        before,
        "no request without a body does anything"
    );
}

#[test]
fn without_the_permission_a_whole_request_changes_nothing() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let before = state(&vault);
    let (mut refused, mut taken) = (0, 0);
    for way in WAYS {
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            if !way.methods.contains(&method) {
                continue;
            }
            for set in sets().into_iter().filter(|set| !may(*set, way.take)) {
                let whole = request(method.clone(), way.target, way.body);
                let status = console.respond(&session(set), &whole).status().as_u16();
                assert!(
                    [403, 404].contains(&status),
                    "{method} {} with {set}",
                    way.target
                );
                assert_eq!(state(&vault), before, "{method} {} with {set}", way.target);
                refused += 1;
            }
            // The same request does something for somebody who may: in a vault of its own.
            let other = crate::support::vault();
            let whole = request(method.clone(), way.target, way.body);
            let able = session(Permissions::ALL);
            let status = Console::new(other.clone())
                .respond(&able, &whole)
                .status()
                .as_u16();
            assert!(
                [200, 201, 204, 303].contains(&status),
                "{method} {} {status}",
                way.target
            );
            let changes = ![Permissions::READ, Permissions::REVEAL].contains(&way.take);
            assert_eq!(
                state(&other) != before_times(&other, &before),
                changes,
                "{}",
                way.target
            );
            taken += 1;
        }
    }
    assert!(refused > 400 && taken == 20, "{refused} {taken}");
}

/// The state at the beginning: that of another vault has other identities, so only its length, and
/// the statuses and versions in it, can be compared.
fn before_times(other: &Vault, before: &str) -> String {
    let now = state(other);
    let shape = |text: &str| {
        [
            "status: Active",
            "status: Inactive",
            "status: Revoked",
            "version: ",
            "tools: {ToolRule",
        ]
        .map(|part| text.matches(part).count())
    };
    let same_text = now.contains("description: \"d\"") == before.contains("description: \"d\"");
    if shape(&now) == shape(before) && same_text {
        now
    } else {
        String::new()
    }
}

#[test]
fn a_session_that_loses_its_permissions_is_refused_at_its_form() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let target = "/secrets/STRIPE_KEY/rotate?scope=acme/billing";
    let before = session(Permissions::READ | Permissions::MANAGE);
    let form = text(&get(&console, &before, target));
    let body = format!("value=v&revision={}", crate::support::revision(&form));
    let send = |session: &Session| {
        console
            .respond(session, &request(Method::POST, target, &body))
            .status()
            .as_u16()
    };
    assert_eq!(send(&session(Permissions::READ)), 403);
    assert_eq!(send(&session(Permissions::MANAGE)), 404);
    assert_eq!(send(&before), 303);
}

#[test]
fn the_pages_offer_only_what_the_session_may_do() {
    let console = Console::new(vault());
    let shown = |set| {
        text(&get(
            &console,
            &session(set),
            "/secrets/STRIPE_KEY?scope=acme/billing",
        ))
    };
    let reader = shown(Permissions::READ);
    for verb in [
        "rotate", "edit", "revoke", "delete", "clone", "reveal", "rollback", "rules",
    ] {
        assert!(!reader.contains(&format!("STRIPE_KEY/{verb}")), "{verb}");
        assert!(
            shown(Permissions::ALL).contains(&format!("STRIPE_KEY/{verb}")),
            "{verb}"
        );
    }
    assert!(!reader.contains("<form") && !reader.contains("<button"));
}

#[test]
fn only_operators_verify() {
    let console = Console::new(vault());
    for target in ["/verify", "/api/v1/verification"] {
        assert_eq!(
            get(&console, &session(Permissions::ALL), target).status(),
            404
        );
        assert_eq!(get(&console, &operator(), target).status(), 200);
    }
    let blind = Session::operator(operator().actor().clone(), Permissions::MANAGE);
    assert_eq!(get(&console, &blind, "/verify").status(), 404);
    assert_eq!(get(&console, &blind, "/secrets?scope=acme").status(), 404);
}
