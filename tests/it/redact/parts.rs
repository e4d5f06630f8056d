//! Parts of a value that are secrets by themselves, and parts that are not.

use base64ct::{Base64, Encoding as _};
use keyslot::redact::{RedactorBuilder, SkipReason, Variant};
use keyslot::template::Engine;
use keyslot::{Redactor, RunSecrets, Target};

use super::cases::{hides, keeps};
use super::{builder, redactor};

#[test]
fn passwords_of_connection_strings_are_found() {
    for (text, password) in [
        (
            "Server=db;User Id=svc_app;Password=S3cr3tPassw0rd!;",
            "S3cr3tPassw0rd!",
        ),
        (
            "Driver={ODBC Driver 18 for SQL Server};Uid=svc_app;Pwd={S3cr3t;}}Passw0rd}",
            "S3cr3t;}Passw0rd",
        ),
        ("host=db user=ada password=S3cr3tPassw0rd", "S3cr3tPassw0rd"),
        (
            "host=db user=ada password='S3cr3t Passw0rd'",
            "S3cr3t Passw0rd",
        ),
        ("ada:S3cr3tPassw0rd@tcp(db:3306)/x", "S3cr3tPassw0rd"),
        ("jdbc:mysql://ada:S3cr3tPassw0rd@db/x", "S3cr3tPassw0rd"),
        (
            "jdbc:postgresql://db/x?user=ada&password=S3cr3tPassw0rd",
            "S3cr3tPassw0rd",
        ),
        (
            "DATABASE_URL=postgres://ada:S3cr3tPassw0rd@db/x",
            "S3cr3tPassw0rd",
        ),
        ("ada:S3cr3tPassw0rd@db.example/x", "S3cr3tPassw0rd"),
        (
            "{\"url\": \"jdbc:postgresql://db/x?user=ada&password=S3cr3tPassw0rd\"}",
            "S3cr3tPassw0rd",
        ),
    ] {
        hides(text, text);
        hides(text, password);
        hides(text, &Base64::encode_string(password.as_bytes()));
    }
    // What is the same for everybody stays.
    let secret = redactor(&[(
        "A",
        "Server=db;Database=application;Password=S3cr3tPassw0rd!;Encrypt=mandatory",
    )]);
    keeps(
        &secret,
        "Server Database=application Password Encrypt=mandatory",
    );
}

/// Asserts that the name of a user is hidden when that is asked for, and stays otherwise.
pub fn hides_user(secret: &str, user: &str) {
    keeps(&redactor(&[("A", secret)]), user);
    let asked = builder(&[("A", secret)]).users(true).build().unwrap();
    assert_eq!(asked.redact(user), "<<$secret.A>>", "{user}");
}

#[test]
fn hosts_are_no_users() {
    for (value, text) in [
        (
            "https://registry.npmjs.org:443/@acme/pkg",
            "GET https://registry.npmjs.org/left-pad",
        ),
        (
            "{\"registry\": \"https://registry.npmjs.org:443/@acme/pkg\"}",
            "GET https://registry.npmjs.org/left-pad",
        ),
        (
            "https://calendar.example.com/invite?to=ada@acme.example",
            "GET https://calendar.example.com/invite?to=bob@acme.example",
        ),
    ] {
        hides(value, value);
        keeps(&redactor(&[("A", value)]), text);
    }
    hides_user("postgres://robot-account:p@ss/w?rd#1@db/x", "robot-account");
    hides("postgres://robot-account:p@ss/w?rd#1@db/x", "p@ss/w?rd#1");
}

#[test]
fn white_space_and_quotes_make_nothing_longer() {
    for (value, why, text) in [
        (
            "password\n",
            SkipReason::Harmless,
            "enter your password\nplease",
        ),
        (
            "\"password\"",
            SkipReason::Harmless,
            r#"{"password": "hunter2"}"#,
        ),
        (
            " 'password' \n",
            SkipReason::Harmless,
            "enter 'password' \n",
        ),
        (
            "        ",
            SkipReason::TooShort,
            "if true {\n        indented\n}",
        ),
        (
            "12\n\n\n\n\n\n\n",
            SkipReason::TooShort,
            "at 12\n\n\n\n\n\n\n",
        ),
        ("\"1234567\"", SkipReason::TooShort, "[\"1234567\"]"),
    ] {
        let secret = redactor(&[("A", value)]);
        keeps(&secret, text);
        let skipped: Vec<_> = secret
            .skipped()
            .iter()
            .map(|one| (one.variant, one.reason))
            .collect();
        assert_eq!(skipped, [(Variant::Value, why)], "{value:?}");
    }
    hides("\"12345678\"\n", "12345678");
}

#[test]
fn what_all_manifests_say_is_kept() {
    let config = "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: \
                  https://k8s.acme.example:6443\n  name: acme\n\
                  users:\n- name: ada\n  user:\n    token: s3cr3t-of-the-cluster\ncontexts:\n- \
                  context:\n    user: ada\n";
    hides(config, config);
    hides(config, "token: s3cr3t-of-the-cluster");
    keeps(
        &redactor(&[("A", config)]),
        "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\ncontexts:\n- context:\n",
    );
}

#[test]
fn strings_and_numbers_of_json_are_found() {
    let json = r#"{"key": "s3cr3t-of-ada", "account": 4716108999716531, "retries": 3}"#;
    hides(json, "s3cr3t-of-ada");
    hides(json, "4716108999716531");
    keeps(&redactor(&[("A", json)]), "key account retries 3");
}

#[test]
fn parts_have_parts() {
    let json = r#"{"database": "postgres://ada:S3cr3tPassw0rd@db/x"}"#;
    let header = format!("Basic {}", Base64::encode_string(json.as_bytes()));
    hides(&header, json);
    hides(&header, "S3cr3tPassw0rd");
    let engine = Engine::new()
        .filter("header", |value, _| {
            Ok(format!("Bearer {}", value.to_uppercase()).into())
        })
        .unwrap();
    let secrets = RunSecrets::new().with("A", "a-value-of-a-secret").unwrap();
    let resolved = engine
        .resolve(&secrets, &Target::unspecified(), "<<A|header>>")
        .unwrap();
    assert_eq!(
        Redactor::of(&resolved)
            .unwrap()
            .redact("is A-VALUE-OF-A-SECRET"),
        "is <<$secret.A>>"
    );
}

#[test]
fn lines_are_found_in_json_or_told() {
    let secret = redactor(&[("A", "the \"first\" line\nshort\npassword\nthe last line")]);
    assert_eq!(
        secret.redact(r#"{"a": "the \"first\" line", "b": "short"}"#),
        r#"{"a": "<<$secret.A>>", "b": "short"}"#
    );
    let skipped: Vec<_> = secret
        .skipped()
        .iter()
        .map(|one| (one.variant, one.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            (Variant::Line, SkipReason::TooShort),
            (Variant::Line, SkipReason::Harmless)
        ]
    );
}

#[test]
fn of_very_many_parts_the_rest_is_found_in_fewer_writings() {
    let leaf = |number: usize| format!("s3cr\"t-{number:05}");
    let count = 10_000;
    let json = serde_json::to_string(&(0..count).map(leaf).collect::<Vec<_>>()).unwrap();
    let secret = redactor(&[("A", &json)]);
    let hex = |number: usize| base16ct::lower::encode_string(leaf(number).as_bytes());
    for number in [0, 100, RedactorBuilder::MAX_PARTS, count - 1] {
        let text = format!("({}|{})", leaf(number), leaf(number).replace('"', "\\\""));
        assert_eq!(
            secret.redact(&text),
            "(<<$secret.A>>|<<$secret.A>>)",
            "{number}"
        );
    }
    assert_eq!(secret.redact(&hex(100)), "<<$secret.A>>");
    keeps(&secret, &hex(count - 1));
    let skipped: Vec<_> = secret
        .skipped()
        .iter()
        .map(|one| (one.variant, one.reason))
        .collect();
    assert_eq!(skipped, [(Variant::Leaf, SkipReason::TooMany)]);
    assert_eq!(
        secret.skipped()[0].to_string(),
        "a string or number of A is one of too many and masked only as it is and in JSON"
    );
    assert_eq!(
        redactor(&[("A", r#"["value-of-a", "value-of-b"]"#)])
            .skipped()
            .len(),
        0
    );
    // Each value counts for itself.
    let two = builder(&[("A", &json), ("B", r#"["value-of-b"]"#)])
        .build()
        .unwrap();
    assert_eq!(two.redact("76616c75652d6f662d62"), "<<$secret.B>>");
}
