//! The same answer after the same work: for what is not there and what a session may not see.

use http::Method;
use keyslot::Permissions;
use keyslot_console::Console;

use crate::support::{request, session};
use crate::watched::watched_vault;
use crate::ways::WAYS;

/// The same path about something else.
fn about(target: &str, scope: &str, name: &str) -> String {
    let organization = scope.split('/').next().unwrap();
    target
        .replace("scope=acme/billing", &format!("scope={scope}"))
        .replace("organization=acme", &format!("organization={organization}"))
        .replace("STRIPE_KEY", name)
}

#[test]
fn a_foreign_organization_is_answered_like_one_that_is_not_there() {
    let (store, vault) = watched_vault();
    let console = Console::new(vault);
    let ada = session(Permissions::ALL);
    let mut compared = 0;
    for way in WAYS {
        for method in way.methods {
            for body in ["", way.body] {
                let ask = |scope: &str, name: &str| {
                    let before = store.calls();
                    let target = about(way.target, scope, name);
                    let response = console.respond(&ada, &request(method.clone(), &target, body));
                    let told = (response.status(), response.headers().clone());
                    (told, response.body().to_vec(), store.calls() - before)
                };
                let foreign = ask("umbrella", "STRIPE_KEY");
                assert_eq!(foreign.0.0, 404, "{method} {}", way.target);
                let others = [
                    ask("umbrella", "NOT_THERE"),
                    ask("nowhere", "STRIPE_KEY"),
                    ask("nowhere/at/all", "STRIPE_KEY"),
                ];
                for other in others {
                    assert_eq!(other, foreign, "{method} {}", way.target);
                    compared += 1;
                }
                if way.target.contains("STRIPE_KEY") {
                    let missing = ask("acme/billing", "NOT_THERE");
                    assert_eq!(missing, foreign, "{method} {}", way.target);
                    assert!(missing.2 > 0, "the store is asked");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 250, "{compared}");
    // The calls are counted, and more work is told.
    let before = store.calls();
    let all = request(Method::GET, "/attention?scope=acme/billing", "");
    assert_eq!(console.respond(&ada, &all).status(), 200);
    assert!(store.calls() > before);
}

#[test]
fn without_the_permission_to_read_one_s_own_is_foreign() {
    let (store, vault) = watched_vault();
    let console = Console::new(vault);
    let blind = session(Permissions::USE | Permissions::MANAGE | Permissions::REVEAL);
    for way in WAYS {
        for method in way.methods {
            let ask = |target: &str| {
                let before = store.calls();
                let response = console.respond(&blind, &request(method.clone(), target, way.body));
                (
                    response.status(),
                    response.body().to_vec(),
                    store.calls() - before,
                )
            };
            let own = ask(way.target);
            assert_eq!(own.0, 404);
            assert_eq!(
                own,
                ask(&about(way.target, "umbrella", "STRIPE_KEY")),
                "{}",
                way.target
            );
        }
    }
}

#[test]
fn a_secret_of_another_scope_is_not_found_under_this_one() {
    let (_, vault) = watched_vault();
    let console = Console::new(vault);
    let ada = session(Permissions::ALL);
    let shown = |scope: &str| {
        let target = format!("/secrets/STRIPE_KEY?scope={scope}");
        console
            .respond(&ada, &request(Method::GET, &target, ""))
            .status()
            .as_u16()
    };
    assert_eq!(
        (
            shown("acme/billing"),
            shown("acme"),
            shown("acme/billing/x")
        ),
        (200, 404, 404)
    );
}
