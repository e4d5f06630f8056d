//! Values that stand in documents where placeholders should.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use keyslot::redact::Literal;
use keyslot::template::{JsonText, Template, Tree};
use keyslot::{
    AccessRules, ErrorKind, OnExisting, Permissions, Redactor, RootKey, SecretInput, SecretName,
    Status, Target, Vault,
};

use crate::support::memory_vault;

const STRIPE: &str = "sk_live_4eC39HqLyjWD";
const CRM: &str = "crm-token-71828182";

fn redactor() -> Redactor {
    Redactor::builder()
        .secret(SecretName::new("STRIPE_KEY").unwrap(), STRIPE)
        .secret(SecretName::new("CRM_TOKEN").unwrap(), CRM)
        .build()
        .unwrap()
}

/// The pointer, the replacement and the names of what was found.
fn told(found: &[Literal]) -> Vec<(&str, &str, Vec<&str>)> {
    let names = |one: &Literal| -> Vec<String> {
        let names = one.references.iter();
        names
            .map(|reference| reference.name().to_string())
            .collect()
    };
    found
        .iter()
        .map(|one| {
            let names = names(one).into_iter().map(|name| &*name.leak()).collect();
            (one.pointer.as_str(), one.replacement.as_str(), names)
        })
        .collect()
}

#[test]
fn strings_and_keys_are_found_in_documents_of_each_kind() {
    let json = format!(
        r#"{{"url": "https://api.example/?key={STRIPE}", "safe": "eu", "both": ["{CRM} {STRIPE}", 7],
            "{CRM}": {{"a/b": "{STRIPE}"}}, "escaped": "{}"}}"#,
        STRIPE.replace('_', "\\u005f")
    );
    let expected = [
        (
            "/url",
            "https://api.example/?key=<<$secret.STRIPE_KEY>>",
            vec!["STRIPE_KEY"],
        ),
        (
            "/both/0",
            "<<$secret.CRM_TOKEN>> <<$secret.STRIPE_KEY>>",
            vec!["CRM_TOKEN", "STRIPE_KEY"],
        ),
        (
            "/<<$secret.CRM_TOKEN>>",
            "<<$secret.CRM_TOKEN>>",
            vec!["CRM_TOKEN"],
        ),
        (
            "/<<$secret.CRM_TOKEN>>/a~1b",
            "<<$secret.STRIPE_KEY>>",
            vec!["STRIPE_KEY"],
        ),
        ("/escaped", "<<$secret.STRIPE_KEY>>", vec!["STRIPE_KEY"]),
    ];
    let text = JsonText::parse(&json).unwrap();
    let found = redactor().find(&text).unwrap();
    assert_eq!(told(&found), expected);
    let is_key: Vec<bool> = found.iter().map(|one| one.is_key).collect();
    assert_eq!(is_key, [false, false, true, false, false]);
    let is_whole: Vec<bool> = found.iter().map(|one| one.is_whole).collect();
    assert_eq!(is_whole, [false, false, true, true, true]);

    let tree: Tree = serde_json::from_str(&json).unwrap();
    assert_eq!(told(&redactor().find(&tree).unwrap()), expected);
    let document = keyslot::Document::compile(tree).unwrap();
    assert_eq!(told(&redactor().find(&document).unwrap()), expected);

    let text = format!("key = {STRIPE}\n");
    let expected = [("", "key = <<$secret.STRIPE_KEY>>\n", vec!["STRIPE_KEY"])];
    assert_eq!(told(&redactor().find(text.as_str()).unwrap()), expected);
    let template = Template::compile(text.as_str()).unwrap();
    assert_eq!(told(&redactor().find(&template).unwrap()), expected);
    assert!(
        redactor()
            .find("key = <<$secret.STRIPE_KEY>>")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_string_that_is_cut_off_is_not_a_value() {
    let found = redactor().find(&STRIPE[..18]).unwrap();
    assert!(found.is_empty(), "{found:?}");
    assert_ne!(
        redactor().redact(&STRIPE[..18]),
        STRIPE[..18],
        "the control"
    );
}

#[test]
fn nothing_of_the_string_is_shown() {
    let found = redactor()
        .find(&*format!("{STRIPE} another-secret"))
        .unwrap();
    let shown = format!("{found:?}");
    assert!(shown.contains("STRIPE_KEY"));
    assert!(!shown.contains("another-secret") && !shown.contains(STRIPE));
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(
        json[0]["replacement"],
        "<<$secret.STRIPE_KEY>> another-secret"
    );
    assert_eq!(json[0]["is_whole"], false);
}

#[test]
fn all_that_resolves_in_the_scope_is_looked_for() {
    let vault = memory_vault();
    vault.scope("acme").unwrap().put("CRM_TOKEN", CRM).unwrap();
    let elsewhere = vault.scope("acme/sales").unwrap();
    elsewhere.put("SALES_KEY", "sales-key-31415926").unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    // So many that they are looked for in parts.
    let items = (0..300).map(|number| (format!("KEY_{number}"), format!("value-{number:08}")));
    scope.put_all(items, OnExisting::Fail).unwrap();
    scope.put("KEY_7", "value-7-is-another").unwrap();

    let config = [
        "value-00000299",
        CRM,
        "sales-key-31415926",
        "value-00000007",
        "value-7-is-another and value-00000250",
    ];
    let found = scope.find_values(&Tree::of(&config).unwrap()).unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.pointer.as_str(), one.replacement.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("/0", "<<$secret.KEY_299>>"),
            ("/1", "<<$secret.CRM_TOKEN>>"),
            ("/3", "<<$secret.KEY_7@1>>"),
            ("/4", "<<$secret.KEY_7>> and <<$secret.KEY_250>>"),
        ]
    );
    assert_eq!(found[3].references.len(), 2);
    assert!(found[0].is_whole && !found[3].is_whole);
}

#[test]
fn secrets_of_different_parts_are_masked_as_those_of_one() {
    let (inner, outer) = ("inner-31415926", "https://ada:inner-31415926@db.example");
    let (first, second) = ("value-of-one-27182818", "27182818-value-of-two");
    let secrets = [
        ("INNER", inner),
        ("OUTER", outer),
        ("FIRST", first),
        ("SECOND", second),
        ("ALIKE", "a value of two"),
        ("ALSO", "a value of two"),
    ];
    let json = format!(
        r#"{{"{inner}": {{"{first}": ["{outer}", "value-of-one-27182818-value-of-two"],
            "eu": "{second} a value of two"}}, "{second}": "{first}"}}"#
    );
    let text: Tree = serde_json::from_str(&json).unwrap();
    // Where they are few, they are looked for at once.
    let mut expected = None;
    for others in [0, 400] {
        let scope = memory_vault().scope("acme").unwrap();
        scope.put_all(secrets, OnExisting::Fail).unwrap();
        let items =
            (0..others).map(|number| (format!("KEY_{number}"), format!("other-{number:08}")));
        scope.put_all(items, OnExisting::Fail).unwrap();
        let mut found = scope.find_values(&text).unwrap();
        for one in &mut found {
            // Of secrets with one value, which comes first means nothing.
            one.references.sort();
            let both = "<<$secret.ALSO>><<$secret.ALIKE>>";
            one.replacement = one
                .replacement
                .replace(both, "<<$secret.ALIKE>><<$secret.ALSO>>");
            for part in [inner, "db.example", "value-of", "27182818"] {
                assert!(!one.pointer.contains(part), "{others}: {}", one.pointer);
                assert!(
                    !one.replacement.contains(part),
                    "{others}: {}",
                    one.replacement
                );
            }
        }
        assert_eq!(found.len(), 7);
        assert_eq!(found, *expected.get_or_insert(found.clone()), "{others}");
    }
}

#[test]
fn permissions_are_those_of_a_redactor() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    scope.put("USABLE", "usable-31415926").unwrap();
    scope.put("OFF", "inactive-31415926").unwrap();
    scope.set_status("OFF", Status::Inactive).unwrap();
    let rules = AccessRules::new().tool("stripe").unwrap();
    scope
        .put("BOUND", SecretInput::new("bound-31415926").rules(rules))
        .unwrap();
    scope.put("GONE", "revoked-31415926").unwrap();
    scope.revoke("GONE").unwrap();
    let config = "usable-31415926 inactive-31415926 bound-31415926 revoked-31415926";
    let names = |permissions: Permissions| {
        let found = scope.with(permissions).find_values(config).unwrap();
        let mut names: Vec<String> = found
            .iter()
            .flat_map(|one| &one.references)
            .map(|one| one.name().to_string())
            .collect();
        names.sort();
        names.join(" ")
    };
    let read = Permissions::READ;
    assert_eq!(names(read | Permissions::REDACT), "BOUND OFF USABLE");
    assert_eq!(names(read | Permissions::USE), "USABLE");
    assert_eq!(names(read), "");
    assert_eq!(
        names(Permissions::USE | Permissions::REDACT),
        "",
        "no names"
    );
    let runner = scope
        .with(read | Permissions::USE)
        .for_target(Target::tool("stripe"));
    assert_eq!(runner.find_values(config).unwrap()[0].references.len(), 2);
}

#[test]
fn more_versions_than_a_redactor_takes_are_looked_for_in_parts() {
    let builder = Vault::builder().kept_versions(20);
    let vault = builder.create(&RootKey::generate().unwrap()).unwrap();
    let scope = vault.scope("acme").unwrap();
    for version in 1..=20 {
        let items = (0..60).map(|number| {
            let value = format!("value-of-{number:04}-{version:04}");
            (format!("KEY_{number}"), value)
        });
        scope.put_all(items, OnExisting::Version).unwrap();
    }
    let all = scope.redactor(scope.names().unwrap());
    assert_eq!(all.unwrap_err().kind(), ErrorKind::TooLarge, "the control");
    let config = ["value-of-0000-0001", "value-of-0059-0020"];
    let found = scope.find_values(&Tree::of(&config).unwrap()).unwrap();
    let told: Vec<_> = found.iter().map(|one| &*one.replacement).collect();
    assert_eq!(told, ["<<$secret.KEY_0@1>>", "<<$secret.KEY_59>>"]);
}

#[test]
fn a_document_that_is_nested_too_deep_is_refused() {
    let scope = memory_vault().scope("acme").unwrap();
    scope.put("STRIPE_KEY", STRIPE).unwrap();
    let deep = |levels: usize| {
        let json = format!("{}\"{STRIPE}\"{}", "[".repeat(levels), "]".repeat(levels));
        serde_json::from_str::<serde_json::Value>(&json).unwrap()
    };
    let found = scope.find_values(&deep(100)).unwrap();
    assert_eq!(found.len(), 1, "the control");
    let mut deeper = deep(100);
    for _ in 0..100 {
        deeper = serde_json::Value::Array(vec![deeper]);
    }
    let error = scope.find_values(&deeper).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}
