//! Refusals of a vault and its handles.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyslot::store::{Kind, MemoryStore, Partition, Row, RowKey, SecretStore as _};
use keyslot::template::Template;
use keyslot::{
    AccessRules, OnExisting, OnReferenced, Permissions, Redactor, Revision, RootKey, ScopedVault,
    SecretChange, SecretInput, Status, Surface, Target, Vault, Version,
};

use super::Messages;
use crate::support::rows::{delete, put, rows};
use crate::support::{memory_vault, root_key};

const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A vault at a time that stands still.
fn vault() -> Vault {
    let builder = Vault::builder().store(MemoryStore::new()).clock(|| at(NOW));
    builder.create(&root_key()).unwrap()
}

fn scope() -> ScopedVault {
    let scope = vault().scope("acme/billing").unwrap();
    scope.put("KEY", "sk_live_4eC39HqLyjWD").unwrap();
    scope
}

pub(super) fn all(messages: &mut Messages) {
    openings(messages);
    uses(messages);
    handles(messages);
    writes(messages);
    fields(messages);
    copies(messages);
    many(messages);
    snapshots(messages);
    lists(messages);
    stores(messages);
    data_keys(messages);
    vault_key(messages);
    documents(messages);
}

fn documents(messages: &mut Messages) {
    let store = MemoryStore::new();
    let builder = Vault::builder().store(store.clone());
    let scope = builder.create(&root_key()).unwrap().scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    let documents = scope.documents();
    documents.set("a", "<<$secret.KEY>>").unwrap();
    documents.set("b", "").unwrap();
    messages.of(documents.set("a\nb", ""));
    messages.of(documents.get("c"));
    messages.of(documents.rename("a", "b"));
    messages.of(documents.rebuild([("c", ""), ("c", "")]));
    messages.of(documents.rebuild((0..=10_000).map(|number| (format!("{number}"), ""))));
    let many: Vec<String> = (0..4097)
        .map(|number| format!("<<$secret.N{number}>>"))
        .collect();
    let many = many.concat();
    messages.of(documents.set("c", many.as_str()));
    messages.of(scope.with(Permissions::READ).documents().remove("a"));
    messages.of(scope.delete_with("KEY", OnReferenced::Refuse));
    let stored = rows(&store, Kind::Document).remove(0);
    put(&store, &stored.with(|row| row.body = vec![1]));
    messages.of(documents.missing());
    delete(&store, &stored);
    messages.of(documents.missing());
}

fn vault_key(messages: &mut Messages) {
    let store = MemoryStore::new();
    let builder = || Vault::builder().store(store.clone());
    let vault = builder().create(&root_key()).unwrap();
    let stale = builder().open(&root_key()).unwrap();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    messages.of(vault.replace_vault_key(&[]));
    while vault.replace_vault_key(&[&root_key()]).is_ok() {}
    messages.of(vault.replace_vault_key(&[&root_key()]));
    messages.of(vault.drop_previous_vault_keys());
    messages.of(stale.keys());
}

fn data_keys(messages: &mut Messages) {
    let vault = vault();
    messages.of(vault.rotate_data_key("nobody"));
    messages.of(vault.rotate_data_key("acme/billing"));
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    messages.of(vault.destroy_data_key("acme", 1));
    messages.of(vault.destroy_data_key("acme", 9));
    vault.rotate_data_key("acme").unwrap();
    messages.of(vault.destroy_data_key("acme", 1));
    messages.of(vault.erase_tenant("nobody"));
    while vault.rotate_data_key("acme").is_ok() {}
    messages.of(vault.rotate_data_key("acme"));
}

fn many(messages: &mut Messages) {
    let vault = vault();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("KEY", "sk_live_4eC39HqLyjWD").unwrap();
    messages.of(vault.verify_with(|_| ControlFlow::Break(())));
    let mut put_all = |items: [&str; 2], existing| {
        let items = items.map(|name| (name, "value"));
        match scope.put_all(items, existing) {
            Ok(_) => messages.passed.push(format!("{existing:?}")),
            Err(error) => messages.push(format!("{}: {error}", error.kind())),
        }
    };
    put_all(["NEW", "NEW"], OnExisting::Fail);
    put_all(["NEW", "KEY"], OnExisting::Fail);
    scope.revoke("KEY").unwrap();
    put_all(["NEW", "KEY"], OnExisting::Version);
}

fn openings(messages: &mut Messages) {
    let store = MemoryStore::new();
    let builder = || Vault::builder().store(store.clone());
    messages.of(builder().open(&root_key()));
    builder().create(&root_key()).unwrap();
    messages.of(builder().create(&root_key()));
    messages.of(builder().open(&RootKey::generate().unwrap()));
    messages.of(memory_vault().accept_rollback(""));
    let vault = memory_vault();
    messages.of(vault.rebuild_head("acme", "none"));
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    messages.of(vault.revoke_lost("acme", "KEY", "none"));
    keys(messages);
}

fn keys(messages: &mut Messages) {
    let (old, new) = (root_key(), RootKey::generate().unwrap());
    let store = MemoryStore::new();
    let vault = Vault::builder().store(store.clone()).create(&old).unwrap();
    let only = vault.keys().unwrap().remove(0).id;
    messages.of(vault.remove_key(&only));
    messages.of(vault.remove_key("none"));
    messages.of(vault.add_key("", &new));
    messages.of(vault.add_key(&only, &new));
    messages.of(vault.add_key("old", &old));
    messages.of(vault.change_root_key(&old, &root_key()));
    vault.add_key("new", &new).unwrap();
    messages.of(vault.add_key("new", &RootKey::generate().unwrap()));
    messages.of(vault.change_root_key(&old, &new));
    for number in 2..Vault::MAX_KEYS {
        let key = RootKey::generate().unwrap();
        vault.add_key(number.to_string(), &key).unwrap();
    }
    messages.of(vault.add_key("one more", &RootKey::generate().unwrap()));
}

fn uses(messages: &mut Messages) {
    let scope = scope();
    messages.of(scope.resolve("<<$secret.NONE>>"));
    messages.of(scope.resolve("<<$secret.KEY@9>>"));
    scope.put("STRIPE_KEY", "value").unwrap();
    messages.of(scope.check(&Target::tool("stripe"), "<<$secret.STRIPE_KYE>>"));
    messages.of(vault().scope("acme").unwrap().resolve("<<$secret.NONE>>"));
    scope
        .put("OFF", SecretInput::new("value").inactive())
        .unwrap();
    scope
        .put("EARLY", SecretInput::new("value").not_before(at(NOW + 9)))
        .unwrap();
    scope
        .put("LATE", SecretInput::new("value").expires_at(at(NOW)))
        .unwrap();
    scope.put("GONE", "value").unwrap();
    scope.revoke("GONE").unwrap();
    let rules = AccessRules::new().tool("stripe").unwrap();
    scope
        .put("RULED", SecretInput::new("value").rules(rules))
        .unwrap();
    for name in ["OFF", "EARLY", "LATE", "GONE", "RULED"] {
        messages.of(scope.resolve(&format!("<<$secret.{name}>>")));
    }
    messages.of(scope.resolve_for(&Target::tool("shell"), "<<$secret.RULED>>"));
    messages.of(scope.reveal("NONE"));
    messages.of(scope.reveal("GONE"));

    let strict = Vault::builder().store(MemoryStore::new()).strict();
    let strict = strict.create(&root_key()).unwrap().scope("acme").unwrap();
    strict.put("KEY", "value").unwrap();
    messages.of(strict.resolve("<<$secret.KEY>>"));
    messages.of(strict.resolve_for(&Target::tool("shell"), "<<$secret.KEY>>"));

    let guarded = |rows| {
        let store = MemoryStore::new();
        let vault = Vault::builder().store(store.clone()).guard(rows);
        let scope = vault.create(&root_key()).unwrap().scope("acme").unwrap();
        scope.put("KEY", "value").unwrap();
        (scope, store)
    };
    messages.of(guarded(1).0.resolve("<<$secret.KEY>>"));
    let (scope, store) = guarded(1000);
    delete(&store, &rows(&store, Kind::Secret)[0]);
    messages.of(scope.resolve("<<$secret.KEY>>"));
}

fn handles(messages: &mut Messages) {
    let scope = scope();
    let none = scope.with(Permissions::NONE);
    messages.of(none.resolve("<<$secret.KEY>>"));
    messages.of(none.info("KEY"));
    messages.of(none.put("KEY", "value"));
    messages.of(none.reveal("KEY"));
    messages.of(none.matches("KEY", "value"));
    messages.of(none.redactor(["KEY"]));
    messages.of(none.clone_to("KEY", &scope));
    let bound = scope.for_target(Target::tool("stripe"));
    messages.of(bound.resolve_for(&Target::tool("shell"), "<<$secret.KEY>>"));
    let nowhere = bound.for_target(Target::tool("shell"));
    messages.of(nowhere.resolve("<<$secret.KEY>>"));
    let guarded = scope.with(Permissions::REDACT);
    let builder = Redactor::builder().secrets_of(&guarded, ["KEY"]).unwrap();
    messages.of(builder.min_len(6).build());
}

/// Fails as it is read.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("no"))
    }
}

fn writes(messages: &mut Messages) {
    let scope = scope();
    messages.of(scope.put("KEY", ""));
    messages.of(scope.put("KEY", "a".repeat((1 << 20) + 1)));
    messages.of(SecretInput::from_bytes(vec![0xff]));
    messages.of(SecretInput::from_reader(io::repeat(b'a')));
    messages.of(SecretInput::from_reader(Broken));
    messages.of(scope.put("KEY", SecretInput::new("value").if_absent()));
    let stale = SecretChange::new().if_revision(Revision::new(77));
    messages.of(scope.update("KEY", stale));
    messages.of(scope.update("NONE", SecretChange::new()));
    messages.of(scope.set_status("NONE", Status::Inactive));
    messages.of(scope.rollback("KEY", Version::new(9).unwrap()));
    messages.of(scope.replace_revoked("KEY", "value"));
    messages.of(scope.delete("NONE"));
    scope.put("GONE", "value").unwrap();
    scope.revoke("GONE").unwrap();
    messages.of(scope.put("GONE", "value"));
    messages.of(scope.put("GONE", SecretInput::new("value").if_absent()));
    messages.of(scope.set_status("GONE", Status::Active));
    messages.of(scope.update("GONE", SecretChange::new().active()));
    messages.of(scope.rollback("GONE", Version::new(1).unwrap()));
    messages.of(scope.delete("GONE"));
    messages.of(scope.matches("GONE", "value"));
    let small = Vault::builder().store(MemoryStore::new()).max_value(3);
    let small = small.create(&root_key()).unwrap().scope("acme").unwrap();
    messages.of(small.put("KEY", "1234"));
}

fn fields(messages: &mut Messages) {
    let scope = scope();
    let long = "a".repeat(5_000);
    let change = SecretChange::new;
    for refused in [
        change().description(&long),
        change().metadata("", "a"),
        change().metadata("a", &long),
        change().description("sk_live_0123456789abcdefghijABCDEFGHIJ"),
        change().description("is sk_live_4eC39HqLyjWD here"),
        change().rotate_every(Duration::ZERO),
        change().not_before(at(9)).expires_at(at(8)),
        change().expires_at(at(7)),
        change().expires_at(UNIX_EPOCH - Duration::from_secs(1)),
        (0..65).fold(change(), |change, number| {
            change.metadata(format!("k{number}"), "v")
        }),
    ] {
        messages.of(scope.update("KEY", refused));
    }
    let told = SecretInput::new("hunter2hunter2").description("hunter2hunter2");
    messages.of(scope.put("KEY", told));
    messages.of(r#"{"value": "a"}"#.parse::<SecretChange>());
    messages.of(r#"{"status": "revoked"}"#.parse::<SecretChange>());
    messages.of(r#"{"never_rotate": true, "rotate_every": 9}"#.parse::<SecretChange>());
    let rules = AccessRules::new().surface(Surface::Header);
    messages.of(scope.put("KEY", SecretInput::new("token\n").rules(rules)));
}

fn copies(messages: &mut Messages) {
    let (vault, scope) = (memory_vault(), scope());
    let from = vault.scope("acme/billing").unwrap();
    from.put("KEY", "value").unwrap();
    messages.of(from.clone_to("KEY", &scope));
    messages.of(from.clone_to("KEY", &vault.scope("globex").unwrap()));
    messages.of(from.clone_to("KEY", &vault.scope("acme/billing").unwrap()));
    let to = vault.scope("acme/other").unwrap();
    to.put("KEY", "value").unwrap();
    messages.of(from.clone_to("KEY", &to));
}

fn snapshots(messages: &mut Messages) {
    let scope = scope();
    let template = Template::compile("<<$secret.KEY>>").unwrap();
    let snapshot = scope.snapshot(template.references()).unwrap();
    messages.of(snapshot.resolve("<<$secret.OTHER>>"));
    scope.revoke("KEY").unwrap();
    messages.of(snapshot.resolve("<<$secret.KEY>>"));
    messages.of(scope
        .snapshot(template.references())
        .and_then(|held| held.resolve("<<$secret.KEY>>").map(|_| ())));
    scope.replace_revoked("KEY", "another").unwrap();
    messages.of(snapshot.resolve("<<$secret.KEY>>"));
}

fn lists(messages: &mut Messages) {
    messages.of(vault().scopes("acme/billing"));
}

fn stores(messages: &mut Messages) {
    let store = MemoryStore::new();
    let key = RowKey {
        kind: Kind::Secret,
        key: [7; 32],
    };
    let row = |epoch, info: usize| Row {
        key,
        epoch,
        info: vec![0; info],
        body: Vec::new(),
    };
    let put = |row: &Row| store.write(Partition::VAULT, &[], &mut |_, tx| tx.put(row));
    messages.of(put(&row(0, Row::MAX_INFO + 1)));
    messages.of(put(&row(u64::MAX, 1)));
    messages.of(store.write(Partition::VAULT, &[], &mut |_, _| {
        store.write(Partition::VAULT, &[], &mut |_, _| Ok(()))
    }));
}
