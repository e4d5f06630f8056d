//! Records that no caller can bring about: only a vault with its keys can seal them, at the ends of
//! all numbers.

use std::num::NonZeroU32;

use secrecy::ExposeSecret;

use super::core::Core;
use super::guarded::Since;
use super::hashed_scope::{HashedScope, head_row};
use super::stored::Stored;
use super::tenant_key::TenantKey;
use super::tenant_view::Views;
use super::{ScopedVault, Vault};
use crate::crypto::{
    DataKeyRecord, DataKeyState, Envelope, Head, Info, InfoPlace, InfoState, PARSED, ROW_KEYS,
    RootKey, SealedInfo,
};
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{Revision, Version};
use crate::scope::Scope;
use crate::status::Status;
use crate::store::{
    Cursor, Kind, MemoryStore, PageSize, Partition, Row, Scan, SecretStore, WriteTx,
};

fn vault() -> Vault {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    for scope in ["acme", "globex"] {
        vault
            .scope(scope)
            .unwrap()
            .put("KEY", format!("value of {scope}"))
            .unwrap();
    }
    vault
}

fn all_rows(core: &Core) -> Vec<(Partition, Vec<Row>)> {
    let rows = |partition, kind| {
        let all = Scan {
            kind,
            scope: None,
            from: Cursor::START,
            size: PageSize::MAX,
            bodies: true,
        };
        core.store.scan(partition, &all).unwrap().rows
    };
    let partitions = core.store.partitions(None, NonZeroU32::MAX).unwrap();
    let all = partitions
        .into_iter()
        .flat_map(|partition| Kind::ALL.map(|kind| (partition, rows(partition, kind))));
    all.collect()
}

/// Puts a row among those of a tenant.
fn put(core: &Core, tenant: &str, row: &Row) {
    core.store
        .write(place(core, tenant).partition, &[], &mut |_, tx| tx.put(row))
        .unwrap();
}

fn value(scope: &ScopedVault) -> Result<String> {
    scope
        .resolve("<<$secret.KEY>>")
        .map(|resolved| resolved.expose_secret().to_string())
}

fn place(core: &Core, scope: &str) -> HashedScope {
    core.hashed(&Scope::new(scope).unwrap())
}

fn key_id(row: &Row) -> crate::crypto::KeyId {
    SealedInfo::parse(&row.info).unwrap().key_id()
}

fn name() -> SecretName {
    SecretName::new("KEY").unwrap()
}

fn stored(core: &Core, place: &HashedScope) -> (Row, Stored) {
    let row = core
        .store
        .get(place.partition, &[core.secret_row(place, &name())])
        .unwrap()
        .remove(0)
        .unwrap();
    let stored = Stored {
        info: core.open_named(place, &name(), &row).unwrap(),
        body: row.body.clone(),
    };
    (row, stored)
}

/// Seals the secret of a scope anew, changed, and accounts for it as a write would.
fn reseal(core: &Core, scope: &str, change: impl Fn(&mut Info)) {
    let place = place(core, scope);
    let (row, was) = stored(core, &place);
    let mut next = was.clone();
    change(&mut next.info);
    let key = core.key_for(place.partition, key_id(&row)).unwrap();
    let sealed = core
        .seal_info(&place, row.key, &next, row.epoch, &key)
        .unwrap();
    let entry = |stored: &Stored, row: &Row| {
        let commitment = *SealedInfo::parse(&row.info).unwrap().commitment();
        core.keys
            .sub()
            .accumulator_entry(stored.info.record, stored.info.revision, &commitment)
    };
    reseal_head(core, scope, |head| {
        head.toggle(&entry(&was, &row));
        head.toggle(&entry(&next, &sealed));
    });
    put(core, scope, &sealed);
}

fn reseal_head(core: &Core, scope: &str, change: impl Fn(&mut Head)) {
    let tenant = place(core, scope).partition;
    let row = core.get_one(tenant, head_row(tenant)).unwrap().unwrap();
    let mut head = core.open_head(tenant, &row).unwrap();
    change(&mut head);
    put(core, scope, &core.seal_head(tenant, &head).unwrap());
    // A second head of the same epoch would be taken for what it is.
    core.seen.clear();
}

/// Every way to write the secret fails as `kind` and changes nothing.
fn no_write_works(vault: &Vault, kind: ErrorKind) {
    let scope = vault.scope("acme").unwrap();
    let before = all_rows(&vault.core);
    let writes: [(&str, &dyn Fn() -> Result<()>); 4] = [
        ("put", &|| scope.put("KEY", "next").map(drop)),
        ("set_status", &|| {
            scope.set_status("KEY", Status::Inactive).map(drop)
        }),
        ("revoke", &|| scope.revoke("KEY").map(drop)),
        ("delete", &|| scope.delete("KEY").map(drop)),
    ];
    for (what, write) in writes {
        assert_eq!(write().unwrap_err().kind(), kind, "{what}");
        assert_eq!(all_rows(&vault.core), before, "{what} changes nothing");
    }
    assert_eq!(value(&scope).unwrap(), "value of acme");
}

#[test]
fn a_data_key_opens_and_seals_for_its_own_tenant_only() {
    let vault = vault();
    let (core, globex) = (&*vault.core, place(&vault.core, "globex"));
    let (row, _) = stored(core, &globex);
    let key = core.key_for(globex.partition, key_id(&row)).unwrap();
    assert!(key.of(&globex.scope).is_ok());
    assert!(key.of(&Scope::new("globex/below").unwrap()).is_ok());
    for other in ["acme", "globe", "globex2"] {
        assert_eq!(
            key.of(&Scope::new(other).unwrap()).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
    }
    let acme = place(core, "acme");
    let (_, ours) = stored(core, &acme);
    assert_eq!(
        core.seal_info(&acme, row.key, &ours, 1, &key)
            .unwrap_err()
            .kind(),
        ErrorKind::Corrupt
    );
}

/// Whoever leaked one tenant's data key must not get to write another tenant's secrets with it.
#[test]
fn a_record_sealed_with_the_key_of_another_tenant_is_refused() {
    let vault = vault();
    let core = &*vault.core;
    let (acme, globex) = (place(core, "acme"), place(core, "globex"));
    let ((row, ours), (theirs, _)) = (stored(core, &acme), stored(core, &globex));
    let key_of =
        |place: &HashedScope, row: &Row| core.key_for(place.partition, key_id(row)).unwrap();
    let sealed_with = |key: &TenantKey| {
        let sealed_for = InfoPlace {
            row_key: row.key.key,
            epoch: row.epoch,
        };
        let info = ours
            .info
            .seal(core.keys.header(), &sealed_for, key.of_any())
            .unwrap();
        put(
            core,
            "acme",
            &Row {
                info,
                ..row.clone()
            },
        );
    };
    let scope = vault.scope("acme").unwrap();
    sealed_with(&key_of(&acme, &row));
    assert_eq!(
        value(&scope).unwrap(),
        "value of acme",
        "the control: with its own key it opens"
    );
    sealed_with(&key_of(&globex, &theirs));
    assert_eq!(value(&scope).unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(scope.info("KEY").unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(
        scope.list().next().unwrap().unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(
        scope.put("KEY", "next").unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert!(
        vault
            .verify()
            .unwrap()
            .findings
            .contains(&super::Finding::Record)
    );
}

#[test]
fn a_value_sealed_with_the_key_of_another_tenant_is_refused() {
    let vault = vault();
    let core = &*vault.core;
    let (acme, globex) = (place(core, "acme"), place(core, "globex"));
    let (_, theirs) = stored(core, &globex);
    let (row, ours) = stored(core, &acme);
    let version = ours.info.newest().unwrap().version;
    let own = core.key_for(acme.partition, key_id(&row)).unwrap();
    let sealed_with = |key: &TenantKey| {
        let Stored { mut info, .. } = ours.clone();
        let body = info
            .seal_value(core.keys.header(), version, key.of_any(), b"planted")
            .unwrap();
        info.versions[0].commitment = *Envelope::parse(&body).unwrap().commitment();
        put(
            core,
            "acme",
            &core
                .seal_info(&acme, row.key, &Stored { info, body }, row.epoch, &own)
                .unwrap(),
        );
    };
    let scope = vault.scope("acme").unwrap();
    sealed_with(&own);
    assert_eq!(
        value(&scope).unwrap(),
        "planted",
        "the control: with its own key it opens"
    );
    sealed_with(
        &core
            .key_for(
                globex.partition,
                Envelope::parse(&theirs.body).unwrap().key_id(),
            )
            .unwrap(),
    );
    assert_eq!(value(&scope).unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn a_destroyed_data_key_opens_nothing() {
    let vault = vault();
    let core = &*vault.core;
    let (row, _) = stored(core, &place(core, "acme"));
    let id = key_id(&row);
    let key = core
        .get_one(
            place(core, "acme").partition,
            super::keyring::data_key_row(id),
        )
        .unwrap()
        .unwrap();
    assert!(core.keys.open_data_key(&key).is_ok());
    let about = DataKeyRecord {
        state: DataKeyState::Destroyed,
        generation: 1,
        tenant: "acme".to_owned(),
        made_at: None,
    };
    let info = core.keys.seal_about(id, &about);
    assert_eq!(
        core.keys
            .open_data_key(&Row { info, ..key })
            .unwrap_err()
            .kind(),
        ErrorKind::Corrupt
    );
}

/// A tenant that can be read, but to which nothing can be added, is not intact.
#[test]
fn a_head_whose_key_may_not_seal_is_told() {
    let vault = vault();
    let core = &*vault.core;
    let (row, _) = stored(core, &place(core, "acme"));
    let id = key_id(&row);
    let key = core
        .get_one(
            place(core, "acme").partition,
            super::keyring::data_key_row(id),
        )
        .unwrap()
        .unwrap();
    let about = DataKeyRecord {
        state: DataKeyState::OpenOnly,
        generation: 1,
        tenant: "acme".to_owned(),
        made_at: None,
    };
    assert!(vault.verify().unwrap().is_intact(), "the control");
    put(
        core,
        "acme",
        &Row {
            info: core.keys.seal_about(id, &about),
            ..key
        },
    );
    assert_eq!(
        value(&vault.scope("acme").unwrap()).unwrap(),
        "value of acme"
    );
    assert_eq!(
        vault
            .scope("acme")
            .unwrap()
            .put("NEW", "value")
            .unwrap_err()
            .kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(vault.verify().unwrap().findings, [super::Finding::DataKey]);
}

#[test]
fn the_last_revision_is_the_last_write() {
    let vault = vault();
    reseal(&vault.core, "acme", |info| {
        info.revision = Revision::new(u64::MAX - 1);
    });
    let scope = vault.scope("acme").unwrap();
    scope.set_status("KEY", Status::Inactive).unwrap();
    assert_eq!(
        scope.info("KEY").unwrap().revision,
        Revision::new(u64::MAX),
        "the control: one more is left"
    );
    reseal(&vault.core, "acme", |info| info.state = InfoState::Active);
    assert!(vault.verify().unwrap().is_intact());
    no_write_works(&vault, ErrorKind::Store);
}

#[test]
fn the_last_version_has_no_next_one() {
    let vault = vault();
    let last = |number| move |info: &mut Info| info.last_version = Version::new(number).unwrap();
    let scope = vault.scope("acme").unwrap();
    reseal(&vault.core, "acme", last(u64::MAX - 1));
    assert_eq!(
        scope.put("KEY", "next").unwrap().version(),
        Version::new(u64::MAX),
        "the control: one more is left"
    );
    assert!(vault.verify().unwrap().is_intact());
    let before = all_rows(&vault.core);
    assert_eq!(
        scope.put("KEY", "after").unwrap_err().kind(),
        ErrorKind::Store
    );
    assert_eq!(all_rows(&vault.core), before, "nothing changes");
    assert_eq!(value(&scope).unwrap(), "next");
    scope.revoke("KEY").unwrap();
    assert_eq!(
        scope.replace_revoked("KEY", "after").unwrap_err().kind(),
        ErrorKind::Store,
        "and never a number again"
    );
    scope.force_delete("KEY").unwrap();
    assert_eq!(
        scope.put("KEY", "after").unwrap_err().kind(),
        ErrorKind::Store
    );
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn the_last_epoch_is_the_last_write_of_the_tenant() {
    let vault = vault();
    let end = u64::try_from(i64::MAX).unwrap();
    reseal_head(&vault.core, "acme", |head| head.epoch = end - 1);
    vault.scope("acme").unwrap().put("OTHER", "value").unwrap();
    assert!(
        vault.verify().unwrap().is_intact(),
        "the control: one more is left"
    );
    no_write_works(&vault, ErrorKind::Store);
    assert_eq!(
        vault
            .scope("acme/below")
            .unwrap()
            .put("NEW", "value")
            .unwrap_err()
            .kind(),
        ErrorKind::Store
    );
    assert!(
        vault.scope("globex").unwrap().put("NEW", "value").is_ok(),
        "another tenant has epochs of its own"
    );
}

#[test]
fn an_account_never_goes_below_nothing_or_beyond_the_numbers() {
    let vault = vault();
    reseal_head(&vault.core, "acme", |head| head.live = 0);
    no_write_works(&vault, ErrorKind::Corrupt);
    reseal_head(&vault.core, "acme", |head| head.live = u64::MAX);
    let before = all_rows(&vault.core);
    assert_eq!(
        vault
            .scope("acme")
            .unwrap()
            .put("NEW", "value")
            .unwrap_err()
            .kind(),
        ErrorKind::Store
    );
    assert_eq!(all_rows(&vault.core), before);
}

/// A process that meets more tenants than it keeps keys for goes on, and keeps no more of them.
#[test]
fn the_data_keys_that_are_kept_are_bounded() {
    const TENANTS: usize = 10_000;
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let scopes: Vec<ScopedVault> = (0..TENANTS)
        .map(|number| vault.scope(format!("tenant-{number}").as_str()).unwrap())
        .collect();
    for (number, scope) in scopes.iter().enumerate() {
        scope.put("KEY", format!("value {number}")).unwrap();
    }
    assert!(
        (4096..=8192).contains(&vault.core.keys.len()),
        "{}",
        vault.core.keys.len()
    );
    // Those that are used stay: all others pass by twice.
    for round in 0..2 {
        for (number, scope) in scopes.iter().enumerate() {
            assert_eq!(
                value(scope).unwrap(),
                format!("value {number}"),
                "round {round}"
            );
            assert_eq!(value(&scopes[0]).unwrap(), "value 0");
        }
    }
    assert!(vault.core.keys.len() <= 8192);
    let (row, _) = stored(&vault.core, &place(&vault.core, "tenant-0"));
    assert!(
        vault.core.keys.known(key_id(&row)).is_some(),
        "one that is used all the time"
    );
}

/// The number of envelopes that were parsed, and of keys of secrets' rows that were hashed.
fn counted(work: impl FnOnce()) -> (u64, u64) {
    let before = (PARSED.get(), ROW_KEYS.get());
    work();
    (PARSED.get() - before.0, ROW_KEYS.get() - before.1)
}

#[test]
fn an_envelope_is_parsed_once_and_a_row_key_hashed_once() {
    let vault = vault();
    let scope = vault.scope("acme").unwrap();
    let resolve = counted(|| assert_eq!(value(&scope).unwrap(), "value of acme"));
    assert_eq!(resolve, (2, 1), "the info and the value");

    let below = vault.scope("acme/below").unwrap();
    let resolve = counted(|| assert_eq!(value(&below).unwrap(), "value of acme"));
    assert_eq!(resolve, (2, 2), "a name has a row in each scope");

    let put = counted(|| drop(scope.put("KEY", "next").unwrap()));
    assert_eq!(put.1, 1, "for reading and for writing");
    let pinned = counted(|| {
        let old = scope.resolve("<<$secret.KEY@1>>").unwrap();
        assert_eq!(*old.expose_secret(), "value of acme");
    });
    assert_eq!(
        pinned,
        (3, 1),
        "the info, the newest value and the pinned one"
    );
}

/// A data key that is known is not opened again by a write, unless its row has other bytes.
#[test]
fn a_known_data_key_serves_while_its_row_is_the_same() {
    let vault = vault();
    let core = &*vault.core;
    let scope = vault.scope("acme").unwrap();
    let (row, _) = stored(core, &place(core, "acme"));
    let id = key_id(&row);
    let key_row = core
        .get_one(
            place(core, "acme").partition,
            super::keyring::data_key_row(id),
        )
        .unwrap()
        .unwrap();
    let known = core.keys.known(id).unwrap();
    scope.put("KEY", "second").unwrap();
    assert!(
        std::sync::Arc::ptr_eq(&known, &core.keys.known(id).unwrap()),
        "the same"
    );

    for damage in [
        |row: &mut Row| row.info[60] ^= 1,
        |row: &mut Row| row.body[60] ^= 1,
        |row: &mut Row| row.body.truncate(10),
    ] {
        let mut damaged = key_row.clone();
        damage(&mut damaged);
        put(core, "acme", &damaged);
        let error = scope.put("KEY", "third").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(
            value(&scope).unwrap(),
            "second",
            "what is known still opens"
        );
    }
    put(core, "acme", &key_row);
    assert!(scope.put("KEY", "third").is_ok(), "the control");
}

#[test]
fn more_changes_than_an_answer_names_are_a_change_of_everything() {
    let vault = vault();
    let scope = vault.scope("acme").unwrap();
    let since = |epoch, most| Since {
        tenant: scope.partition(),
        scopes: scope.chain(),
        epoch,
        most,
    };
    for name in ["A", "B"] {
        scope.put(name, "a value").unwrap();
    }
    let store = Box::new(MemoryStore::new());
    let mut guarded = vault.core.over(store, vault.core.seen.copy());
    guarded.views = Some(Views::new(1000));
    for (partition, rows) in all_rows(&vault.core) {
        for row in rows {
            let put = &mut |_: Vec<Option<Row>>, tx: &mut dyn WriteTx| tx.put(&row);
            guarded.store.write(partition, &[], put).unwrap();
        }
    }
    for core in [&*vault.core, &guarded] {
        let named = |epoch, most| {
            let changed = core.changed_since(since(epoch, most), |_, info| info.name);
            changed.unwrap().secrets.map(|names| names.len())
        };
        assert_eq!(named(0, 3), Some(3));
        assert_eq!(named(0, 2), None);
        assert_eq!(named(1, 2), Some(2));
        assert_eq!(named(3, 0), Some(0));
        assert_eq!(named(2, 0), None);
    }
}

/// Another thread replaced the vault key while a write made a data key, and may have dropped it by
/// now.
#[test]
fn a_data_key_under_a_vault_key_of_before_is_not_confirmed() {
    let key = RootKey::generate().unwrap();
    let vault = Vault::in_memory(&key).unwrap();
    let core = &vault.core;
    let now = core.clock.now().unwrap().reading;
    let (made, _) = core.keys.new_data_key("acme", 1, now, 1).unwrap();
    core.confirm_vault_key(&made).unwrap();
    let _ = vault.replace_vault_key(&[&key]).unwrap();
    let told = core.confirm_vault_key(&made).unwrap_err();
    assert_eq!(told.kind(), ErrorKind::VaultKeyReplaced);
}
