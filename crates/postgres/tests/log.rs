//! The log of a server that writes down all that it is told.

use std::num::NonZeroU32;

use keyslot::store::SecretStore;
use keyslot::{SecretInput, Vault};
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::sample::step;
use crate::support::{fresh, root_key, server};

/// Words that no statement may hold, because not every server that speaks the protocol has them, or
/// because they do not survive a pooler.
const FOREIGN: [&str; 16] = [
    "advisory",
    "nextval",
    "sequence",
    "serial",
    "notify",
    "listen",
    "xmin",
    "ctid",
    "savepoint",
    "trigger",
    "discard",
    "declare ",
    "truncate",
    "copy ",
    "recursive",
    "unnest",
];

#[test]
fn statements_keep_to_the_common_subset() {
    let Some(server) = server() else { return };
    let logged = format!(
        "{}?options=-c%20log_statement%3Dall&application_name=subset",
        server.url
    );
    let schema = fresh("subset");
    let config = PostgresConfig::new(&logged)
        .unwrap()
        .schema(&schema)
        .unwrap();
    let store = PostgresStore::create(&config).unwrap();
    step(&store).unwrap();
    store.partitions(None, NonZeroU32::MAX).unwrap();
    let log = server.log();
    let mut statements = 0;
    for line in log.lines().filter(|line| line.contains(&schema)) {
        statements += 1;
        let line = line.to_lowercase();
        for word in FOREIGN {
            assert!(!line.contains(word), "{word} in {line}");
        }
    }
    assert!(
        statements > 10,
        "only {statements} statements are in the log"
    );
}

/// A word as it is, in hexadecimal, and in the three alignments of base64.
fn forms(word: &str) -> Vec<String> {
    let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![word.to_owned(), hex.clone(), hex.to_uppercase()];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for skip in 0..3 {
        let bytes = &word.as_bytes()[skip..];
        let whole = &bytes[..bytes.len() / 3 * 3];
        let groups = whole.chunks(3).flat_map(|group| {
            let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
            [18, 12, 6, 0].map(|shift| alphabet[(bits >> shift & 63) as usize] as char)
        });
        forms.push(groups.collect());
    }
    forms
}

#[test]
fn the_log_holds_no_name_scope_or_value() {
    let Some(server) = server() else { return };
    let schema = fresh("canary");
    let logged = format!(
        "{}?options=-c%20log_statement%3Dall%20-c%20log_parameter_max_length%3D-1%20-c%20\
         log_parameter_max_length_on_error%3D-1%20-c%20log_min_duration_statement%3D0",
        server.url
    );
    let config = PostgresConfig::new(&logged)
        .unwrap()
        .schema(&schema)
        .unwrap();
    let store = PostgresStore::create(&config).unwrap();
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("canaryorg-xq/canaryproject-xq").unwrap();
    let input = SecretInput::new("canaryvalue-xq-0123456789").description("canarywords-xq");
    scope.put("CANARYNAME_XQ", input).unwrap();
    scope.resolve("<<$secret.CANARYNAME_XQ>>").unwrap();
    scope
        .put("CANARYNAME_XQ", "canarysecond-xq-0123456789")
        .unwrap();
    scope.names().unwrap();
    assert!(vault.verify().unwrap().is_intact());
    scope.revoke("CANARYNAME_XQ").unwrap();
    scope.resolve("<<$secret.CANARYNAME_XQ>>").unwrap_err();
    // The control: what goes over the same connection in the clear is there, as a parameter too.
    server.sql("SELECT 'planted'");
    let log = server.log();
    // The word is in capitals since PostgreSQL 16.
    assert!(log.contains(&schema) && log.to_lowercase().contains("parameters: $1 = "));
    let words = [
        "canaryorg-xq",
        "canaryproject-xq",
        "CANARYNAME_XQ",
        "canaryname_xq",
        "canarywords-xq",
        "canaryvalue-xq-0123456789",
        "canarysecond-xq-0123456789",
    ];
    for form in words.into_iter().flat_map(forms) {
        assert!(!log.contains(&form), "{form} is in the log");
    }
    assert!(forms("ab")[1] == "6162" && forms("xabcabc")[4] == "YWJjYWJj");
}
