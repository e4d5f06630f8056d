//! Names, policies, scopes, actors, numbers, and what targets and rules are made of.

use keyslot::template::{Grants, Syntax};
use keyslot::{
    AccessRules, Actor, AuditAction, AuditMode, AuditQuery, Epoch, NamePolicy, Permissions,
    Revision, Scope, SecretName, Status, Surface, Target, UnknownNames, Version,
};
use serde_json::json;

use super::Messages;

pub(super) fn all(messages: &mut Messages) {
    let long = "a".repeat(129);
    for name in [
        "",
        &long,
        "-key",
        "a/b",
        "a  b",
        "key ",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    ] {
        messages.of(SecretName::new(name));
    }
    let name = |name| SecretName::new(name).unwrap();
    for (policy, refused) in [
        (NamePolicy::identifier(), "a-b"),
        (NamePolicy::upper_snake(), "a"),
        (NamePolicy::letter_first(), "_a"),
        (NamePolicy::slug(), "A"),
        (NamePolicy::matching("a+").unwrap(), "b"),
    ] {
        messages.of(policy.check(&name(refused)));
    }
    messages.of(NamePolicy::matching("("));
    let deep = ["a"; 17].join("/");
    for scope in ["", "a//b", "a/..", &format!("a/{long}"), "a/b c", &deep] {
        messages.of(Scope::new(scope));
    }
    for actor in ["", &long, " a", "a\nb"] {
        messages.of(Actor::new(actor));
    }
    messages.of("0".parse::<Version>());
    messages.of("-1".parse::<Epoch>());
    messages.of("x".parse::<Status>());
    messages.of("x".parse::<Surface>());
    messages.of("x".parse::<AuditAction>());
    messages.of("x".parse::<Permissions>());
    messages.json::<SecretName>(json!(7));
    messages.json::<Scope>(json!(7));
    messages.json::<Actor>(json!(7));
    messages.json::<AuditAction>(json!(7));
    messages.json::<Version>(json!(0));
    messages.json::<Revision>(json!(-1));
    messages.json::<Status>(json!("x"));
    messages.json::<UnknownNames>(json!("x"));
}

pub(super) fn targets(messages: &mut Messages) {
    let (long, label) = ("a.".repeat(127) + "aaaa", "a".repeat(64));
    let host = |host: &str| Target::unspecified().with_host(host);
    for refused in [
        "",
        "a/b",
        &long,
        &label,
        "010.0.0.1",
        "[0::1]",
        "a:0",
        "ä.com",
        "A.com",
        "a b.com",
        "a_b.com",
        "a.com.",
        "a..com",
        "-a.com",
    ] {
        messages.of(host(refused));
    }
    let url = |url: &str| Target::unspecified().with_url(url);
    let huge = format!("https://a.com/{}", "a".repeat(9_000));
    for refused in [
        huge.as_str(),
        "https://a.com/ä",
        "https://a.com\\b",
        "ftp://a.com",
        "https://user@a.com",
        "https://a.com/\"",
        "https://a.com/../b",
        "https:///a",
    ] {
        messages.of(url(refused));
    }
    let rules = AccessRules::new;
    for refused in ["*", "*.com", "a.*.com", "*.0.0.1", "https://a.com"] {
        messages.of(rules().host(refused));
    }
    for refused in ["", "*", "a*b"] {
        messages.of(rules().tool(refused));
    }
    let many = (0..33).try_fold(rules(), |rules, number| rules.tool(format!("t{number}")));
    messages.of(many);
    messages.json::<AccessRules>(json!({"tool": []}));
    messages.of("Mustache".parse::<Syntax>());
    messages.of("Batched".parse::<AuditMode>());
    messages.of("[]".parse::<AuditQuery>());
    messages.json::<Target>(json!({"tool": 7}));
    messages.json::<Target>(json!({"tool": "a", "instructions": true}));
    messages.json::<Target>(json!({"host": "a", "url": "https://a.com"}));
    messages.json::<Grants>(json!({"KEY": false}));
    let twice = serde_json::from_str::<Grants>(r#"{"KEY": true, "KEY": ["/a"]}"#);
    messages.push(format!("json: {}", twice.unwrap_err()));
    messages.of("{}x".parse::<Target>());
}
