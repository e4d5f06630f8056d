//! The records, rows and chain of audit logs.

use super::super::log_state::{LogPlace, LogState};
use super::super::tlv::FieldWriter;
use super::super::{
    Facts, Head, KeyId, LogChain, LogRow, LoggedKey, SubKeys, Timestamp, decode_entry,
};
use super::Vault;
use crate::actor::Actor;
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{AuditAction, AuditEntry, Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::{Surface, Target};

fn at(micros: i64) -> Timestamp {
    Timestamp::of_micros(micros).unwrap()
}

/// Gives an entry with every fact that there is to a function.
fn with_all<T>(take: impl FnOnce(Facts<'_>) -> T) -> T {
    let scope = Scope::new("acme/billing").unwrap();
    let above = Scope::new("acme").unwrap();
    let name = SecretName::new("STRIPE_KEY").unwrap();
    let actor = Actor::new("user:ada").unwrap();
    let target = Target::tool("stripe")
        .with_url("https://api.stripe.com/v1/a-path-that-is-kept-nowhere")
        .unwrap()
        .with_surface(Surface::Header);
    take(Facts {
        name: Some(&name),
        actor: Some(&actor),
        refused: Some(ErrorKind::Expired),
        found_in: Some(&above),
        record: Some(RecordId::from_bytes([3; 16])),
        version: Version::new(7),
        fingerprint: Some(Fingerprint::from_bytes([4; 32])),
        target: Some(&target),
        run: Some("run-17"),
        reason: Some("ticket 12"),
        generation: Some(2),
        count: Some(5),
        ..Facts::new(at(1_800_000_000_000_001), AuditAction::Use, &scope)
    })
}

fn least() -> Vec<u8> {
    let scope = Scope::new("acme").unwrap();
    Facts::new(at(5), AuditAction::Prune, &scope).encode()
}

#[test]
fn an_entry_comes_back_with_what_is_allowed_in_it() {
    let entry = decode_entry(9, &with_all(|facts| facts.encode())).unwrap();
    assert_eq!((entry.number, entry.action), (9, AuditAction::Use));
    assert_eq!(entry.time, at(1_800_000_000_000_001).time());
    assert_eq!(entry.scope.as_ref().unwrap().as_str(), "acme/billing");
    assert_eq!(entry.name.as_ref().unwrap().as_str(), "STRIPE_KEY");
    assert_eq!(entry.actor.as_ref().unwrap().as_str(), "user:ada");
    assert_eq!(entry.outcome, Err(ErrorKind::Expired));
    assert_eq!(entry.found_in.as_ref().unwrap().as_str(), "acme");
    assert_eq!(entry.record, Some(RecordId::from_bytes([3; 16])));
    assert_eq!(entry.version, Version::new(7));
    assert_eq!(entry.fingerprint, Some(Fingerprint::from_bytes([4; 32])));
    assert_eq!(entry.tool.as_deref(), Some("stripe"));
    assert_eq!(entry.host.as_deref(), Some("api.stripe.com:443"));
    assert_eq!(entry.surface, Some(Surface::Header));
    assert!(!entry.instructions);
    assert_eq!(entry.run.as_deref(), Some("run-17"));
    assert_eq!(entry.reason.as_deref(), Some("ticket 12"));
    assert_eq!((entry.generation, entry.count), (Some(2), Some(5)));
    // The path of a URL may hold a value.
    let bytes = with_all(|facts| facts.encode());
    assert!(!bytes.windows(5).any(|window| window == b"/v1/a"));

    for (id, text) in [(&[7; 16][..], "07".repeat(16)), (&[8; 32], "08".repeat(32))] {
        for name in ["recovery", ""] {
            let key = Some(LoggedKey { id, name });
            let facts = Facts {
                key,
                ..Facts::of_vault(at(5), AuditAction::AddKey)
            };
            let entry = decode_entry(1, &facts.encode()).unwrap();
            assert_eq!((entry.scope, entry.key), (None, Some(text.clone())));
            assert_eq!(entry.key_name.unwrap_or_default(), name);
        }
    }

    let entry = decode_entry(1, &least()).unwrap();
    let expected = AuditEntry {
        number: 1,
        time: at(5).time(),
        action: AuditAction::Prune,
        scope: Some(Scope::new("acme").unwrap()),
        name: None,
        actor: None,
        found_in: None,
        record: None,
        version: None,
        fingerprint: None,
        tool: None,
        host: None,
        surface: None,
        instructions: false,
        run: None,
        reason: None,
        generation: None,
        count: None,
        key: None,
        key_name: None,
        outcome: Ok(()),
    };
    assert_eq!(entry, expected);
}

#[test]
fn the_scope_of_a_secret_is_there_if_it_is_another_one() {
    let scope = Scope::new("acme/billing").unwrap();
    let facts = Facts {
        found_in: Some(&scope),
        ..Facts::new(at(5), AuditAction::Put, &scope)
    };
    assert_eq!(decode_entry(1, &facts.encode()).unwrap().found_in, None);
}

#[test]
fn other_bytes_are_no_entry() {
    let kind = |record: &[u8]| decode_entry(1, record).unwrap_err().kind();
    let whole = with_all(|facts| facts.encode());
    for end in 0..whole.len() {
        let cut = decode_entry(1, &whole[..end]);
        // An optional field may be missing at the end.
        if let Ok(entry) = cut {
            assert!(entry.count.is_none(), "cut at {end}");
        }
    }
    let with = |tag: u8, bytes: &[u8]| {
        let scope = Scope::new("acme").unwrap();
        let least = Facts::new(at(5), AuditAction::Use, &scope).encode();
        let field = FieldWriter::new().field(tag, bytes).finish();
        [&least[..], &field[1..]].concat()
    };
    for (tag, bytes) in [
        (4, &b"two  spaces"[..]),
        (5, b""),
        (5, b"a\nb"),
        (7, b"acme//x"),
        (8, &[1; 15]),
        (9, &[0; 8]),
        (10, &[1; 31]),
        (11, b""),
        (12, b""),
        (14, &[0]),
        (15, b""),
        (16, b""),
        (17, &[1; 5]),
        (18, &[1; 7]),
        (19, &[1; 15]),
        (19, &[1; 17]),
        (20, b""),
        // The name of no key.
        (20, b"recovery"),
    ] {
        assert_eq!(kind(&with(tag, bytes)), ErrorKind::Corrupt, "{tag}");
    }
    for (tag, bytes) in [(6, &b"no_such_code"[..]), (13, &[99]), (21, b"x")] {
        assert_eq!(kind(&with(tag, bytes)), ErrorKind::UnsupportedFormat);
    }
}

fn row(before: LogPlace) -> LogRow {
    LogRow {
        writer: [1; 16],
        written_at: at(6),
        before,
        entries: vec![least(), with_all(|facts| facts.encode())],
    }
}

#[test]
fn a_row_opens_in_its_place_alone() {
    let Vault { sub_keys, .. } = Vault::new();
    let before = LogPlace {
        row: 4,
        entry: 40,
        chain: [8; 32],
    };
    let (row, place) = (row(before), sub_keys.uses_tag("acme"));
    let sealed = row.seal(&sub_keys, &place).unwrap();
    let open = |keys: &SubKeys, place, number| -> Result<LogRow> {
        LogRow::open(keys, place, number, &sealed)
    };
    assert_eq!(open(&sub_keys, &place, 5).unwrap(), row);
    let other = Vault::new().sub_keys;
    for refused in [
        open(&sub_keys, &place, 4),
        open(&sub_keys, &place, 6),
        open(&sub_keys, &sub_keys.tenant_tag("acme"), 5),
        open(&other, &place, 5),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Corrupt);
    }
    let empty = LogRow {
        entries: Vec::new(),
        ..row
    };
    assert!(
        LogRow::decode(5, &empty.encode()).is_err(),
        "without entries"
    );
    assert!(
        LogRow::decode(0, &row.encode()).is_err(),
        "without a number"
    );
}

#[test]
fn the_chain_tells_number_order_and_place() {
    let Vault { sub_keys, .. } = Vault::new();
    let acme = LogChain::new(&sub_keys, sub_keys.tenant_tag("acme"));
    let (a, b) = (least(), with_all(|facts| facts.encode()));
    let two = |chain: &LogChain<'_>, first: &[u8], second: &[u8]| {
        chain.after(&chain.after(&[0; 32], 1, first), 2, second)
    };
    let value = two(&acme, &a, &b);
    assert_eq!(value, two(&acme, &a, &b));
    let uses = LogChain::new(&sub_keys, sub_keys.uses_tag("acme"));
    let other_keys = Vault::new().sub_keys;
    let other = LogChain::new(&other_keys, sub_keys.tenant_tag("acme"));
    for changed in [
        two(&acme, &b, &a),
        two(&acme, &a, &a),
        acme.after(&[0; 32], 2, &b),
        two(&uses, &a, &b),
        two(&other, &a, &b),
    ] {
        assert_ne!(value, changed);
    }
}

#[test]
fn a_head_has_the_state_of_a_log() {
    let state = LogState::new(at(7));
    let uses = Head::of_uses("acme", state);
    assert!(uses.is_of_uses());
    let tenant = Head {
        log: Some(state),
        ..Head::first("acme", KeyId([9; 16]))
    };
    assert!(!tenant.is_of_uses());
    let erased = Head {
        erased_before: 2,
        ..uses.clone()
    };
    for head in [&uses, &erased, &tenant] {
        assert_eq!(Head::decode(&head.encode()).unwrap(), *head);
    }
    // What has no data key has no secrets.
    for wrong in [
        Head {
            log: None,
            ..uses.clone()
        },
        Head {
            live: 1,
            ..uses.clone()
        },
        Head {
            accumulator: [1; 32],
            ..uses
        },
    ] {
        let error = Head::decode(&wrong.encode()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    }
}
