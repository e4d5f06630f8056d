//! The JSON API, held against its description.

use http::{Method, Response};
use keyslot::{ErrorKind, Permissions, Status, Vault};
use keyslot_console::{Body, Console, Session};
use serde_json::{Value, json};

use crate::support::{PLANTED, admin, operator, request, session, vault};

const SCOPE: &str = "?scope=acme/billing";

fn described() -> Value {
    let console = Console::new(vault());
    json_of(
        &ask(
            &console,
            &admin(),
            Method::GET,
            "/openapi.json",
            &Value::Null,
        ),
        200,
    )
}

fn ask(
    console: &Console,
    session: &Session,
    method: Method,
    path: &str,
    body: &Value,
) -> Response<Body> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    console.respond(session, &request(method, &format!("/api/v1{path}"), &body))
}

fn json_of(response: &Response<Body>, status: u16) -> Value {
    let text = String::from_utf8_lossy(response.body());
    assert_eq!(response.status().as_u16(), status, "{text}");
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "no-store");
    serde_json::from_str(&text).unwrap()
}

/// The flaws of a value under a schema, as far as this description uses JSON Schema.
fn flaws(all: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.strip_prefix('#').unwrap();
        return flaws(all, all.pointer(pointer).unwrap(), value, at);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = any.iter().any(|one| flaws(all, one, value, at).is_empty());
        return if fits {
            vec![]
        } else {
            vec![format!("{at}: fits nothing")]
        };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut open = all
            .pointer(
                parts[0]["$ref"]
                    .as_str()
                    .unwrap()
                    .strip_prefix('#')
                    .unwrap(),
            )
            .unwrap()
            .clone();
        open["additionalProperties"] = json!(true);
        return flaws(all, &open, value, at);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.contains(&kind) {
        return vec![format!("{at}: {kind} and not {kinds:?}")];
    }
    let mut found = Vec::new();
    if let Some(codes) = schema["enum"].as_array() {
        if !codes.contains(value) {
            found.push(format!("{at}: another code"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(flaws(all, &schema["items"], item, &format!("{at}/{index}")));
    }
    if let Some(fields) = value.as_object() {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(required.as_str().unwrap()) {
                found.push(format!("{at}: {required} is missing"));
            }
        }
        for (key, value) in fields {
            let at = format!("{at}/{key}");
            match (&schema["properties"][key], &schema["additionalProperties"]) {
                (Value::Null, Value::Bool(false)) => found.push(format!("{at}: not described")),
                (Value::Null, other) if other.is_object() => {
                    found.extend(flaws(all, other, value, &at));
                }
                (Value::Null, _) => {}
                (described, _) => found.extend(flaws(all, described, value, &at)),
            }
        }
    }
    found
}

/// One request, whose answer must be as it is described.
fn hold(
    console: &Console,
    session: &Session,
    way: (&str, &str, &str),
    body: &Value,
    status: u16,
) -> Value {
    let (method, path, template) = way;
    let all = described();
    let response = ask(console, session, method.parse().unwrap(), path, body);
    let operation = &all["paths"][template][method.to_lowercase()];
    let answer = &operation["responses"][status.to_string()];
    assert!(
        answer.is_object(),
        "{method} {template} {status}: not described"
    );
    if status == 204 {
        assert_eq!(response.status(), 204);
        return Value::Null;
    }
    let value = json_of(&response, status);
    let schema = &answer["content"]["application/json"]["schema"];
    assert_eq!(
        flaws(&all, schema, &value, ""),
        Vec::<String>::new(),
        "{method} {template}"
    );
    if !body.is_null() && status < 300 {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(
            flaws(&all, schema, body, ""),
            Vec::<String>::new(),
            "{method} {template}"
        );
    }
    value
}

#[test]
fn what_is_served_is_what_is_committed() {
    let committed: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    assert_eq!(described(), committed);
    assert_eq!(committed["openapi"], "3.1.0");
}

#[test]
fn each_path_and_method_is_described_and_no_other() {
    let console = Console::new(vault());
    let described = described();
    for (template, operations) in described["paths"].as_object().unwrap() {
        let path = format!("/api/v1{}", template.replace("{name}", "A"));
        let options = console.respond(&admin(), &request(Method::OPTIONS, &path, ""));
        assert_eq!(options.status(), 204, "{path} is not there");
        let allow = options.headers()["allow"].to_str().unwrap();
        let allowed = allow
            .split(", ")
            .filter(|method| !["HEAD", "OPTIONS"].contains(method));
        let mut allowed: Vec<String> = allowed.map(str::to_lowercase).collect();
        let mut told: Vec<String> = operations.as_object().unwrap().keys().cloned().collect();
        allowed.sort();
        told.sort();
        assert_eq!(allowed, told, "{path}");
    }
    // The words of the source, so that no path is forgotten here.
    let source = include_str!("../../src/route.rs");
    let api = source.split_once("impl Api {").unwrap().1;
    let arms = api
        .lines()
        .filter(|line| line.trim().starts_with('[') && line.contains("=> Self::"));
    assert_eq!(arms.count(), described["paths"].as_object().unwrap().len());
}

#[test]
fn the_check_finds_what_is_not_described() {
    let all = json!({});
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}},
        "required": ["a"], "additionalProperties": false});
    assert!(flaws(&all, &schema, &json!({"a": "x"}), "").is_empty());
    for wrong in [
        json!({}),
        json!({"a": 1}),
        json!({"a": "x", "b": 1}),
        json!([]),
    ] {
        assert_eq!(flaws(&all, &schema, &wrong, "").len(), 1, "{wrong}");
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "one life, step by step")]
fn a_secret_lives_its_life_in_json() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let ada = admin();
    let scope = vault.scope("acme/billing").unwrap();
    let path = |rest: &str| format!("/secrets{rest}{SCOPE}");
    let tls = |verb: &str| path(&format!("/TLS_KEY{verb}"));

    let body = json!({"name": "TLS_KEY", "value": "one\r\ntwo", "change": {
        "description": "for mail", "metadata": {"owner": "ops"},
        "expires_at": "2100-01-01T00:00:00Z", "rotate_every": 60}});
    let created = hold(&console, &ada, ("POST", &path(""), "/secrets"), &body, 201);
    assert_eq!(
        (&created["name"], &created["description"]),
        (&json!("TLS_KEY"), &json!("for mail"))
    );
    assert!(
        scope.matches("TLS_KEY", "one\r\ntwo").unwrap(),
        "JSON is taken as it is"
    );
    hold(&console, &ada, ("POST", &path(""), "/secrets"), &body, 409);

    let name = "/secrets/{name}";
    let shown = hold(&console, &ada, ("GET", &tls(""), name), &Value::Null, 200);
    assert_eq!(shown, created);
    let change = json!({"description": "for all", "if_revision": created["revision"]});
    let updated = hold(&console, &ada, ("PATCH", &tls(""), name), &change, 200);
    assert_eq!(updated["description"], "for all");
    hold(&console, &ada, ("PATCH", &tls(""), name), &change, 409);

    let rotate = json!({"value": "next", "if_revision": updated["revision"]});
    let template = "/secrets/{name}/rotate";
    let rotated = hold(
        &console,
        &ada,
        ("POST", &tls("/rotate"), template),
        &rotate,
        200,
    );
    assert_eq!(rotated["version"], 2);
    hold(
        &console,
        &ada,
        ("POST", &tls("/rotate"), template),
        &rotate,
        409,
    );

    let back = json!({"version": 1, "if_revision": rotated["revision"]});
    let template = "/secrets/{name}/rollback";
    let rolled = hold(
        &console,
        &ada,
        ("POST", &tls("/rollback"), template),
        &back,
        200,
    );
    assert_eq!(rolled["version"], 3);
    hold(
        &console,
        &ada,
        ("POST", &tls("/rollback"), template),
        &back,
        409,
    );
    let missing = json!({"version": 9, "if_revision": rolled["revision"]});
    hold(
        &console,
        &ada,
        ("POST", &tls("/rollback"), template),
        &missing,
        404,
    );

    let template = "/secrets/{name}/clone";
    let to = json!({"to": "acme/test"});
    let copy = hold(&console, &ada, ("POST", &tls("/clone"), template), &to, 201);
    assert_eq!(copy["scope"], "acme/test");
    hold(&console, &ada, ("POST", &tls("/clone"), template), &to, 409);
    hold(
        &console,
        &ada,
        ("POST", &tls("/clone"), template),
        &json!({"to": "umbrella"}),
        422,
    );

    let template = "/secrets/{name}/reveal";
    let reason = json!({"reason": "to see it"});
    let told = hold(
        &console,
        &ada,
        ("POST", &tls("/reveal"), template),
        &reason,
        200,
    );
    assert_eq!(told, json!({"value": "one\r\ntwo"}));
    hold(
        &console,
        &ada,
        ("POST", &tls("/reveal"), template),
        &json!({"reason": ""}),
        422,
    );

    let template = "/secrets/{name}/revoke";
    hold(
        &console,
        &ada,
        ("POST", &tls("/revoke"), template),
        &json!({"name": "TLS"}),
        422,
    );
    let late = json!({"name": "TLS_KEY", "if_revision": rotated["revision"]});
    hold(
        &console,
        &ada,
        ("POST", &tls("/revoke"), template),
        &late,
        409,
    );
    let named = json!({"name": "TLS_KEY", "if_revision": rolled["revision"]});
    let revoked = hold(
        &console,
        &ada,
        ("POST", &tls("/revoke"), template),
        &named,
        200,
    );
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(scope.info("TLS_KEY").unwrap().status, Status::Revoked);
    hold(
        &console,
        &ada,
        ("DELETE", &tls(""), name),
        &Value::Null,
        200,
    );
    hold(&console, &ada, ("GET", &tls(""), name), &Value::Null, 404);
    assert_eq!(
        scope.info("TLS_KEY").unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn what_is_read_is_as_described() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let ada = admin();
    vault
        .scope("acme/billing")
        .unwrap()
        .resolve("<<$secret.STRIPE_KEY>>")
        .unwrap();
    let null = Value::Null;
    let organizations = ("GET", "/organizations", "/organizations");
    assert_eq!(
        hold(&console, &ada, organizations, &null, 200),
        json!(["acme"])
    );
    let all = hold(&console, &operator(), organizations, &null, 200);
    assert_eq!(all, json!(["acme", "umbrella"]));
    let scopes = ("GET", "/scopes?organization=acme", "/scopes");
    assert_eq!(
        hold(&console, &ada, scopes, &null, 200),
        json!(["acme", "acme/billing"])
    );
    let list = |more: &str, status| {
        hold(
            &console,
            &ada,
            ("GET", &format!("/secrets{SCOPE}{more}"), "/secrets"),
            &null,
            status,
        )
    };
    assert_eq!(list("", 200)["secrets"].as_array().unwrap().len(), 3);
    let inherited = list("&inherited=on&name=REGION", 200);
    assert_eq!(inherited["secrets"][1]["shadowed_by"], "acme/billing");
    list("&status=lost", 422);
    list("&moon=1", 400);
    let audit = |more: &str, status| {
        hold(
            &console,
            &ada,
            ("GET", &format!("/audit{SCOPE}{more}"), "/audit"),
            &null,
            status,
        )
    };
    assert!(audit("", 200)["entries"].as_array().unwrap().len() > 4);
    assert_eq!(
        audit("&action=revoke", 200)["entries"][0]["name"],
        "OLD_KEY"
    );
    audit("&since=soon", 422);
    let attention = ("GET", "/attention?scope=acme/billing", "/attention");
    let attention = hold(&console, &ada, attention, &null, 200);
    assert_eq!(attention["never_used"][0]["name"], "REGION_TOKEN");
    let explain = |body: &Value, status| {
        hold(
            &console,
            &ada,
            ("POST", "/explain?scope=acme/billing", "/explain"),
            body,
            status,
        )
    };
    let fine = explain(
        &json!({"text": "<<$secret.STRIPE_KEY>>", "tool": "mail"}),
        200,
    );
    assert!(fine["error"].is_null());
    let broken = explain(
        &json!({"text": "{\"a\": \"<<$secret.OLD_KEY>>\"}", "json": true}),
        200,
    );
    assert_eq!(broken["error"]["code"], "revoked");
    explain(&json!({"text": "", "host": "https://x"}), 422);
}

#[test]
fn an_operator_verifies_in_json() {
    let console = Console::new(vault());
    let way = |method| (method, "/verification", "/verification");
    hold(&console, &admin(), way("GET"), &Value::Null, 404);
    hold(&console, &admin(), way("POST"), &json!({}), 404);
    hold(&console, &operator(), way("POST"), &json!({}), 202);
    loop {
        let state = hold(&console, &operator(), way("GET"), &Value::Null, 200);
        if state["running"] == false {
            assert_eq!(state["result"]["intact"], true);
            break;
        }
    }
    hold(&console, &operator(), way("DELETE"), &Value::Null, 204);
}

#[test]
fn bodies_that_are_not_described_are_refused_and_not_repeated() {
    let console = Console::new(vault());
    let send = |path: &str, body: &str| {
        console.respond(
            &admin(),
            &request(Method::POST, &format!("/api/v1{path}{SCOPE}"), body),
        )
    };
    for body in [
        "",
        "canary",
        "[]",
        "null",
        "\"canary\"",
        "{",
        "{\"name\":\"canary\"}",
        "{\"name\":\"N\",\"value\":7}",
        "{\"name\":\"N\",\"value\":\"v\",\"more\":\"canary\"}",
        "{\"name\":\"N\",\"name\":\"canary\",\"value\":\"v\"}",
        "[\"canary\",\"v\",{}]",
        "{\"name\":\"N\",\"value\":\"v\",\"change\":{\"status\":\"canary\"}}",
        "{\"name\":\"N\",\"value\":\"v\"} canary",
        "\u{feff}{}",
    ] {
        let response = send("/secrets", body);
        assert_eq!(response.status(), 400, "{body}");
        assert!(
            !String::from_utf8_lossy(response.body()).contains("canary"),
            "{body}"
        );
    }
    assert_eq!(
        send("/secrets", "{\"name\":\"N\",\"value\":\"v\"}").status(),
        201
    );
    let all = Permissions::READ | Permissions::MANAGE;
    let response = console.respond(
        &session(all),
        &request(
            Method::POST,
            "/api/v1/secrets/STRIPE_KEY/reveal?scope=acme/billing",
            "{}",
        ),
    );
    assert_eq!(response.status(), 403);
    assert!(!String::from_utf8_lossy(response.body()).contains(PLANTED));
}

#[test]
fn errors_of_the_vault_have_its_form() {
    let vault: Vault = vault();
    let console = Console::new(vault);
    let body = json!({"name": "two  spaces", "value": "v"});
    let error = ask(
        &console,
        &admin(),
        Method::POST,
        &format!("/secrets{SCOPE}"),
        &body,
    );
    let error = json_of(&error, 422);
    assert_eq!(error["code"], "invalid_name");
    assert!(error["failures"].is_array());
}

#[test]
fn documents_keep_a_secret_from_deletion_in_json() {
    let vault = vault();
    let console = Console::new(vault.clone());
    let documents = vault.scope("acme/billing").unwrap().documents();
    documents
        .set(
            "workflow:42",
            "<<$secret.STRIPE_KEY>> <<$secret.NOT_THERE>>",
        )
        .unwrap();
    let ask = |method: &str, path: &str, template: &str, status: u16| {
        let target = format!("/secrets/STRIPE_KEY{path}");
        hold(
            &console,
            &admin(),
            (method, &target, template),
            &Value::Null,
            status,
        )
    };
    let template = "/secrets/{name}/references";
    let uses = ask("GET", "/references?scope=acme/billing", template, 200);
    assert_eq!(uses["documents"][0]["id"], "workflow:42");
    let attention = ("GET", "/attention?scope=acme/billing", "/attention");
    let attention = hold(&console, &admin(), attention, &Value::Null, 200);
    assert_eq!(attention["missing"]["references"][0]["id"], "workflow:42");
    let template = "/secrets/{name}";
    ask("DELETE", "?scope=acme/billing", template, 409);
    ask(
        "DELETE",
        "?scope=acme/billing&referenced=refuse",
        template,
        409,
    );
    ask(
        "DELETE",
        "?scope=acme/billing&referenced=often",
        template,
        400,
    );
    let deleted = ask(
        "DELETE",
        "?scope=acme/billing&referenced=report",
        template,
        200,
    );
    assert_eq!(deleted["total"], 1);
}
