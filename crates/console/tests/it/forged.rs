//! Requests of other sites, and forms that no page of the console sends.

use http::header::{HeaderName, HeaderValue};
use http::{Method, Request};
use keyslot_console::{Console, Limits};

use crate::support::{FORM, admin, get, page, request, revision, text, vault};

const ROTATE: &str = "/secrets/STRIPE_KEY/rotate?scope=acme/billing";
const API: &str = "/api/v1/secrets/STRIPE_KEY?scope=acme/billing";

/// A request with these headers and no others.
fn with(method: Method, target: &str, headers: &[(&str, &str)], body: &str) -> Request<Vec<u8>> {
    let mut request = Request::new(body.as_bytes().to_vec());
    *request.method_mut() = method;
    *request.uri_mut() = target.parse().unwrap();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        request
            .headers_mut()
            .append(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let at = |headers: &[(&str, &str)]| {
        let shown = page(&console, &admin(), ROTATE);
        let body = format!("value=v&revision={}", revision(&shown));
        let mut all = vec![("host", "console.test"), ("content-type", FORM)];
        all.extend_from_slice(headers);
        console
            .respond(&admin(), &with(Method::POST, ROTATE, &all, &body))
            .status()
            .as_u16()
    };
    let own = ("origin", "https://console.test");
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[own],
        &[("origin", "http://CONSOLE.test")],
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://proxy.test"),
        ],
    ] {
        assert_eq!(at(headers), 303, "{headers:?}");
    }
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "")],
        &[("sec-fetch-site", "Same-Origin")],
        &[("sec-fetch-site", "cross-site"), own],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "https://evil.test")],
        &[("origin", "https://console.test.evil.test")],
        &[("origin", "https://console.test:8443")],
        &[("origin", "console.test")],
        &[own, ("origin", "https://evil.test")],
        &[("host", "evil.test"), own],
        &[("referer", "https://console.test/")],
    ] {
        assert_eq!(at(headers), 403, "{headers:?}");
    }
    let stored = vault
        .scope("acme/billing")
        .unwrap()
        .info("STRIPE_KEY")
        .unwrap();
    assert_eq!(stored.version().unwrap().get(), 2 + 5);
}

#[test]
fn a_program_sends_json_and_nothing_else() {
    let console = Console::new(vault());
    let ask = |headers: &[(&str, &str)]| {
        let body = "{\"description\":\"d\"}";
        let request = with(Method::PATCH, API, headers, body);
        console.respond(&admin(), &request).status().as_u16()
    };
    let json = ("content-type", "application/json");
    assert_eq!(ask(&[json]), 200);
    assert_eq!(
        ask(&[("content-type", "application/json; charset=UTF-8")]),
        200
    );
    assert_eq!(
        ask(&[
            json,
            ("origin", "https://evil.test"),
            ("host", "console.test")
        ]),
        403
    );
    assert_eq!(ask(&[json, ("sec-fetch-site", "cross-site")]), 403);
    for other in [
        "text/plain",
        FORM,
        "multipart/form-data",
        "application/jsonp",
        "",
    ] {
        let headers = [("content-type", other), ("sec-fetch-site", "same-origin")];
        assert_eq!(ask(&headers), 415, "{other}");
        assert_eq!(ask(&[("content-type", other)]), 403, "{other}");
    }
    assert_eq!(ask(&[json, json, ("sec-fetch-site", "same-origin")]), 415);
}

#[test]
fn a_post_of_text_is_refused() {
    let console = Console::new(vault());
    for other in [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=latin-1",
    ] {
        let headers = [("content-type", other), ("sec-fetch-site", "same-origin")];
        let request = with(Method::POST, ROTATE, &headers, "value=v&revision=2");
        assert_eq!(console.respond(&admin(), &request).status(), 415, "{other}");
    }
}

#[test]
fn a_delete_of_another_site_is_refused() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let foreign = [("sec-fetch-site", "cross-site")];
    let request = with(Method::DELETE, API, &foreign, "");
    assert_eq!(console.respond(&admin(), &request).status(), 403);
    assert!(
        vault
            .scope("acme/billing")
            .unwrap()
            .info("STRIPE_KEY")
            .is_ok()
    );
    for foreign in [("origin", "https://evil.test"), ("origin", "null")] {
        let headers = [foreign, ("host", "console.test")];
        let request = with(Method::DELETE, API, &headers, "");
        assert_eq!(console.respond(&admin(), &request).status(), 403);
    }
    // The description of the API asks for no header, and a program has none of a browser.
    let request = with(Method::DELETE, API, &[], "");
    assert_eq!(console.respond(&admin(), &request).status(), 200);
}

#[test]
fn forms_that_are_forged_repeated_or_cut_are_refused() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let send = |target: &str, body: &[u8]| {
        let mut request = request(Method::POST, target, "");
        *request.body_mut() = body.to_vec();
        console.respond(&admin(), &request)
    };
    for body in [
        "",
        "value",
        "value=v",
        "revision=2",
        "value=v&revision=2&revision=2",
        "value=v&value=w&revision=2",
        "value=v&revision=2&more=1",
        "value=v&revision=2&",
        "value=%&revision=2",
        "value=%4&revision=2",
        "value=%zz&revision=2",
        "value=%ff&revision=2",
        "value=%C3&revision=2",
        "VALUE=v&revision=2",
        "value=v;revision=2",
    ] {
        let response = send(ROTATE, body.as_bytes());
        assert_eq!(response.status(), 400, "{body}");
    }
    assert_eq!(send(ROTATE, b"value=\xff&revision=2").status(), 400);
    for revision in ["", "-1", "2.0", "two", "99999999999999999999"] {
        let body = format!("value=v&revision={revision}");
        assert_eq!(send(ROTATE, body.as_bytes()).status(), 422, "{revision}");
    }
    assert_eq!(send(ROTATE, b"value=v&revision=1").status(), 409);
    assert_eq!(send(ROTATE, b"value=&revision=2").status(), 422);
    let stored = vault
        .scope("acme/billing")
        .unwrap()
        .info("STRIPE_KEY")
        .unwrap();
    assert_eq!(stored.version().unwrap().get(), 2, "nothing was stored");
    assert_eq!(send(ROTATE, b"value=v&revision=2").status(), 303);
}

#[test]
fn a_body_that_did_not_arrive_whole_is_refused() {
    let console = Console::new(vault());
    let send = |length: &str| {
        let headers = [
            ("content-type", FORM),
            ("sec-fetch-site", "same-origin"),
            ("content-length", length),
        ];
        let request = with(Method::POST, ROTATE, &headers, "value=v&revision=2");
        console.respond(&admin(), &request).status().as_u16()
    };
    assert_eq!(
        (send("19"), send("1"), send("many"), send("18")),
        (400, 400, 400, 303)
    );
}

#[test]
fn what_is_too_large_is_refused() {
    let limits = Limits::new().body(100).target(100).fields(3);
    let console = Console::new(vault()).limits(limits);
    let post = |target: &str, body: &str| {
        console
            .respond(&admin(), &request(Method::POST, target, body))
            .status()
            .as_u16()
    };
    assert_eq!(
        post(ROTATE, &format!("value={}&revision=2", "v".repeat(100))),
        413
    );
    assert_eq!(post(ROTATE, "a=1&b=2&c=3&d=4"), 413);
    assert_eq!(
        get(
            &console,
            &admin(),
            &format!("/secrets?scope={}", "a".repeat(90))
        )
        .status(),
        414
    );
    assert_eq!(
        get(&console, &admin(), "/secrets?a=1&b=2&c=3&d=4").status(),
        413
    );
    assert_eq!(post(ROTATE, "value=v&revision=2"), 303);
}

#[test]
fn the_largest_value_fits_and_a_larger_one_is_told() {
    let builder = keyslot::Vault::builder().max_value(keyslot::Vault::MAX_VALUE);
    let vault = builder
        .create(&keyslot::RootKey::generate().unwrap())
        .unwrap();
    let console = Console::new(vault);
    let send = |value: String| {
        let facts = "description=&metadata=&not_before=&expires_at=&rotate_every=";
        let body = format!("name=LARGE&value={value}&{facts}");
        let target = "/new?scope=acme/billing";
        console.respond(&admin(), &request(Method::POST, target, &body))
    };
    let large = send("%C3%A9".repeat(keyslot::Vault::MAX_VALUE / 2 + 1));
    assert_eq!(large.status(), 422);
    assert!(text(&large).len() < 20_000, "the value is not given back");
    assert_eq!(
        send("%C3%A9".repeat(keyslot::Vault::MAX_VALUE / 2)).status(),
        303
    );
}

#[test]
fn what_was_typed_comes_back_but_for_the_value() {
    let console = Console::new(vault());
    let body = "name=bad%21name&value=canary-value&description=%3Cb%3Ekept%3C%2Fb%3E&metadata=&\
                not_before=&expires_at=&rotate_every=";
    let request = request(Method::POST, "/new?scope=acme", body);
    let response = console.respond(&admin(), &request);
    assert_eq!(response.status(), 422);
    let page = text(&response);
    assert!(page.contains("&lt;b&gt;kept") && page.contains("bad!name"));
    assert!(!page.contains("canary-value") && !page.contains("<b>kept"));
}

#[test]
fn paths_that_are_odd_lead_nowhere() {
    let console = Console::new(vault());
    for target in [
        "/secrets/STRIPE_KEY%2Frotate?scope=acme/billing",
        "/secrets/..%2FSTRIPE_KEY?scope=acme/billing",
        "/secrets/%2e%2e?scope=acme/billing",
        "/secrets/STRIPE_KEY/?scope=acme/billing",
        "//secrets/STRIPE_KEY?scope=acme/billing",
        "/secrets/STRIPE_KEY%00?scope=acme/billing",
        "/secrets/%?scope=acme/billing",
        "/secrets/STRIPE_KEY?scope=acme%2F",
        "/secrets/STRIPE_KEY?scope=",
        "/secrets/STRIPE_KEY",
        "/secrets/stripe_key?scope=acme/billing",
        "/secrets?scope=acme/../umbrella",
        "/scopes?organization=acme/billing",
        "/nowhere",
        "/favicon.ico",
        "/api/v1/nowhere",
        "/api/v1/secrets/STRIPE_KEY%2Freveal?scope=acme/billing",
    ] {
        assert_eq!(get(&console, &admin(), target).status(), 404, "{target}");
    }
    let encoded = get(
        &console,
        &admin(),
        "/secrets/STRIPE%5fKEY?scope=acme%2Fbilling",
    );
    assert_eq!(encoded.status(), 200);
    for target in [
        "/secrets/STRIPE_KEY?scope=acme/billing&scope=acme/billing",
        "/secrets?scope=acme&moon=1",
        "/?x=1",
        "/secrets?scope=acme&&",
    ] {
        assert_eq!(get(&console, &admin(), target).status(), 400, "{target}");
    }
}

#[test]
fn a_console_below_a_path_answers_there_and_links_there() {
    let console = Console::new(vault()).at("/admin/keys").unwrap();
    let shown = page(&console, &admin(), "/admin/keys/secrets?scope=acme/billing");
    assert!(shown.contains("href=\"/admin/keys/style.css\""));
    assert!(shown.matches("href=\"/").count() == shown.matches("href=\"/admin/keys/").count());
    assert!(!shown.contains("action=\"/secrets"));
    assert_eq!(get(&console, &admin(), "/admin/keys").status(), 200);
    for target in [
        "/secrets?scope=acme/billing",
        "/admin/keysecrets",
        "/",
        "/admin",
    ] {
        assert_eq!(get(&console, &admin(), target).status(), 404, "{target}");
    }
    let form = "value=v&revision=2";
    let target = "/admin/keys/secrets/STRIPE_KEY/rotate?scope=acme/billing";
    let response = console.respond(&admin(), &request(Method::POST, target, form));
    let to = crate::support::location(&response);
    assert!(to.starts_with("/admin/keys/secrets/STRIPE_KEY?"));
}

#[test]
fn reveals_have_a_rate() {
    let console = Console::new(vault()).limits(Limits::new().reveals(2));
    let target = "/secrets/STRIPE_KEY/reveal?scope=acme/billing";
    let reveal = || console.respond(&admin(), &request(Method::POST, target, "reason=r"));
    assert_eq!(
        (reveal().status().as_u16(), reveal().status().as_u16()),
        (200, 200)
    );
    let third = reveal();
    assert_eq!(third.status(), 429);
    assert_eq!(third.headers()["retry-after"], "60");
    assert!(!text(&third).contains(crate::support::PLANTED));
}

#[test]
fn without_an_audit_log_nothing_is_revealed() {
    let (_, vault) = crate::watched::watched_vault();
    let console = Console::new(vault);
    for (target, body) in [
        ("/secrets/STRIPE_KEY/reveal?scope=acme/billing", "reason=r"),
        (
            "/api/v1/secrets/STRIPE_KEY/reveal?scope=acme/billing",
            "{\"reason\":\"r\"}",
        ),
    ] {
        let response = console.respond(&admin(), &request(Method::POST, target, body));
        assert_eq!(response.status(), 403);
        assert!(!text(&response).contains(crate::support::PLANTED));
    }
}

#[test]
fn two_people_never_overwrite_each_other() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let targets = [
        ("rotate", "value=v"),
        (
            "edit",
            "description=d&metadata=&not_before=&expires_at=&rotate_every=",
        ),
        ("rules", "tools=&hosts=&surface=env"),
    ];
    for (verb, body) in targets {
        let target = format!("/secrets/STRIPE_KEY/{verb}?scope=acme/billing");
        let [one, two] = [(); 2].map(|()| {
            let shown = page(&console, &admin(), &target);
            format!("{body}&revision={}", revision(&shown))
        });
        let send = |body: &str| console.respond(&admin(), &request(Method::POST, &target, body));
        assert_eq!(send(&one).status(), 303, "{verb}");
        let late = send(&two);
        assert_eq!(late.status(), 409, "{verb}");
        // The form that comes back still has the revision of its reader after a reload.
        let shown = text(&late);
        assert!(shown.contains("changed by somebody else"), "{verb}");
        let again = format!("{body}&revision={}", revision(&shown));
        assert_eq!(
            send(&again).status(),
            409,
            "{verb}: nobody has seen the change yet"
        );
    }
}

#[test]
fn a_secret_that_was_replaced_meanwhile_does_not_end() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let billing = vault.scope("acme/billing").unwrap();
    let at = |verb: &str| format!("/secrets/OLD_KEY/{verb}?scope=acme/billing");
    let old = page(&console, &admin(), &at("delete"));
    billing.replace_revoked("OLD_KEY", "a new value").unwrap();
    let new = page(&console, &admin(), &at("revoke"));
    billing.put("OLD_KEY", "a newer value").unwrap();
    let send =
        |verb: &str, body: &str| console.respond(&admin(), &request(Method::POST, &at(verb), body));
    for (verb, shown) in [("delete", &old), ("revoke", &new)] {
        let body = format!("name=OLD_KEY&revision={}", revision(shown));
        let late = send(verb, &body);
        assert_eq!(late.status(), 409, "{verb}");
        let again = format!("name=OLD_KEY&revision={}", revision(&text(&late)));
        assert_eq!(send(verb, &again).status(), 409, "{verb}");
    }
    assert_eq!(billing.info("OLD_KEY").unwrap().versions.len(), 2);
    let shown = page(&console, &admin(), &at("delete"));
    let body = format!("name=OLD_KEY&revision={}", revision(&shown));
    assert_eq!(send("delete", &body).status(), 303, "the control");
}
