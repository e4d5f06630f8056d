//! A value that is planted in the vault is in no answer but that of a reveal.

use http::{Method, Response};
use keyslot_console::{Body, Console};

use crate::support::{PLANTED, admin, get, operator, request, text, vault};
use crate::ways::WAYS;

/// The value as it could be written.
fn writings() -> Vec<String> {
    let digits: Vec<String> = PLANTED.bytes().map(|byte| format!("{byte:02x}")).collect();
    let hex = digits.concat();
    let reversed: String = PLANTED.chars().rev().collect();
    // The middle alone, for an answer that cuts or escapes the ends.
    let middle = PLANTED[4..PLANTED.len() - 4].to_owned();
    vec![
        PLANTED.to_owned(),
        hex.clone(),
        hex.to_uppercase(),
        reversed,
        middle,
    ]
}

/// Returns true if an answer holds the value in any writing.
fn holds(response: &Response<Body>) -> bool {
    let said = format!("{}{:?}{response:?}", text(response), response.headers());
    writings().iter().any(|writing| said.contains(writing))
}

#[test]
fn a_planted_value_is_in_no_answer_but_the_one_that_reveals_it() {
    let (mut quiet, mut loud) = (0, 0);
    for way in WAYS {
        for method in way.methods {
            for body in ["", way.body] {
                let console = Console::new(vault());
                let ask = request(method.clone(), way.target, body);
                let response = console.respond(&admin(), &ask);
                let reveals = way.target.contains("/reveal") && *method == Method::POST;
                let expected = reveals && !body.is_empty();
                assert_eq!(holds(&response), expected, "{method} {} {body}", way.target);
                if expected { loud += 1 } else { quiet += 1 }
            }
        }
    }
    assert!(quiet > 70 && loud == 2, "{quiet} {loud}");
    let console = Console::new(vault());
    for target in [
        "/",
        "/verify",
        "/style.css",
        "/nowhere",
        "/api/v1/openapi.json",
        "/secrets?scope=acme/billing&inherited=on",
        "/secrets?scope=acme/billing&sorted=on",
    ] {
        assert!(!holds(&get(&console, &operator(), target)), "{target}");
    }
}

#[test]
fn a_typed_value_comes_back_in_no_answer() {
    let console = Console::new(vault());
    let bodies = [
        (
            "/new?scope=acme",
            format!(
                "name=&value={PLANTED}&description=&metadata=&not_before=&\
            expires_at=&rotate_every="
            ),
        ),
        (
            "/new?scope=acme",
            format!(
                "name=REGION_TOKEN&value={PLANTED}&description={PLANTED}&\
            metadata=&not_before=x&expires_at=&rotate_every="
            )
            .replace(&format!("description={PLANTED}"), "description="),
        ),
        (
            "/secrets/STRIPE_KEY/rotate?scope=acme/billing",
            format!("value={PLANTED}&revision=1"),
        ),
        (
            "/api/v1/secrets?scope=acme",
            format!("{{\"name\":\"\",\"value\":\"{PLANTED}\"}}"),
        ),
        (
            "/api/v1/secrets?scope=acme",
            format!("{{\"value\":\"{PLANTED}\"}}"),
        ),
    ];
    for (target, body) in bodies {
        let response = console.respond(&admin(), &request(Method::POST, target, &body));
        assert!(response.status().is_client_error(), "{target}");
        assert!(!holds(&response), "{target}");
    }
}

#[test]
fn every_answer_has_the_headers_that_keep_it_in() {
    let console = Console::new(vault());
    let mut targets: Vec<&str> = WAYS.iter().map(|way| way.target).collect();
    targets.extend(["/", "/nowhere", "/style.css", "/api/v1/nowhere"]);
    for target in targets {
        for method in crate::ways::methods() {
            let response = console.respond(&admin(), &request(method.clone(), target, ""));
            let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
            let policy = header("content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'; style-src 'self';"),
                "{target}"
            );
            assert!(policy.contains("frame-ancestors 'none'"));
            assert_eq!(header("referrer-policy"), "same-origin");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("x-frame-options"), "DENY");
            let kept = target == "/style.css" && [Method::GET, Method::HEAD].contains(&method);
            let cache = if kept {
                "public, max-age=600"
            } else {
                "no-store"
            };
            assert_eq!(header("cache-control"), cache, "{method} {target}");
        }
    }
    let shown = text(&get(
        &console,
        &admin(),
        "/secrets/STRIPE_KEY?scope=acme/billing",
    ));
    assert!(!shown.contains("<script") && !shown.contains("style=") && !shown.contains(" on"));
}

#[test]
fn what_people_wrote_is_text_on_every_page() {
    let vault = vault();
    let mark = "<img src=x onerror=alert(1)>\"'&";
    let scope = vault.scope("acme/billing").unwrap();
    let scope = scope.acting_as(keyslot::Actor::new(mark).unwrap());
    let input = keyslot::SecretInput::new("v")
        .description(mark)
        .metadata(mark, mark);
    scope.put("MARKED", input).unwrap();
    scope.because(mark).unwrap().reveal("MARKED").unwrap();
    let console = Console::new(vault);
    for target in [
        "/secrets?scope=acme/billing",
        "/secrets/MARKED?scope=acme/billing",
        "/secrets/MARKED/edit?scope=acme/billing",
        "/audit?scope=acme/billing",
        "/attention?scope=acme/billing",
    ] {
        let page = text(&get(&console, &admin(), target));
        assert!(!page.contains("<img"), "{target}");
        // A secret that was used needs no attention.
        let is_there = !target.starts_with("/attention");
        assert_eq!(page.contains("&lt;img"), is_there, "{target}");
    }
    let target = format!("/secrets?scope=acme/billing&name={}", "%3Cimg%22%3E");
    assert!(!text(&get(&console, &admin(), &target)).contains("<img"));
}
