//! A vault with two organizations, people, and requests.

use http::{Method, Request, Response};
use keyslot::{Actor, AuditMode, Permissions, RootKey, Scope, SecretInput, Vault};
use keyslot_console::{Body, Console, Session};

/// A value that must be in no answer but that of a reveal.
pub(crate) const PLANTED: &str = "canary-7f3a-of-the-vault";

/// The form of a browser.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) fn vault() -> Vault {
    let builder = Vault::builder().audit(AuditMode::Required);
    let vault = builder.create(&RootKey::generate().unwrap()).unwrap();
    fill(&vault);
    vault
}

/// Stores secrets of `acme`, and of `umbrella`, where nobody of `acme` may look.
pub(crate) fn fill(vault: &Vault) {
    let scope = |path: &str| {
        let actor = Actor::new("user:setup").unwrap();
        vault.scope(path).unwrap().acting_as(actor)
    };
    let described = SecretInput::new(PLANTED).description("for the nightly import");
    scope("acme").put("REGION_TOKEN", described).unwrap();
    let billing = scope("acme/billing");
    billing.put("REGION_TOKEN", PLANTED).unwrap();
    billing.put("STRIPE_KEY", "the first value").unwrap();
    billing.put("STRIPE_KEY", PLANTED).unwrap();
    billing.put("OLD_KEY", PLANTED).unwrap();
    billing.revoke("OLD_KEY").unwrap();
    scope("umbrella").put("STRIPE_KEY", PLANTED).unwrap();
}

pub(crate) fn session(permissions: Permissions) -> Session {
    let organization = Scope::new("acme").unwrap();
    Session::new(Actor::new("user:ada").unwrap(), permissions, [organization])
}

pub(crate) fn admin() -> Session {
    session(Permissions::ALL)
}

pub(crate) fn operator() -> Session {
    Session::operator(Actor::new("user:root").unwrap(), Permissions::ALL)
}

/// A request as a browser sends it from a page of the console.
pub(crate) fn request(method: Method, target: &str, body: &str) -> Request<Vec<u8>> {
    let is_api = target.starts_with("/api/");
    let content_type = if is_api { "application/json" } else { FORM };
    Request::builder()
        .method(method)
        .uri(target)
        .header("host", "console.test")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", content_type)
        .body(body.as_bytes().to_vec())
        .unwrap()
}

pub(crate) fn get(console: &Console, session: &Session, target: &str) -> Response<Body> {
    console.respond(session, &request(Method::GET, target, ""))
}

pub(crate) fn post(
    console: &Console,
    session: &Session,
    target: &str,
    body: &str,
) -> Response<Body> {
    console.respond(session, &request(Method::POST, target, body))
}

pub(crate) fn text(response: &Response<Body>) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

/// The text of a page that must be there.
pub(crate) fn page(console: &Console, session: &Session, target: &str) -> String {
    let response = get(console, session, target);
    assert_eq!(response.status(), 200, "{target}: {}", text(&response));
    text(&response)
}

/// The target that an answer leads to.
pub(crate) fn location(response: &Response<Body>) -> &str {
    assert_eq!(response.status(), 303, "{}", text(response));
    response.headers()["location"].to_str().unwrap()
}

/// The revision that a form of a page has.
pub(crate) fn revision(page: &str) -> &str {
    let rest = page.split_once("name=\"revision\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0
}
