//! A cache of a vault on a server, while other vaults write to the same database.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use keyslot::secrecy::ExposeSecret;
use keyslot::{Cache, ErrorKind, ScopedVault, Vault};
use keyslot_postgres::PostgresStore;

use crate::support::{root_key, server};

/// A vault with a cache, and another one on the same database.
fn two_vaults(cache: Cache) -> Option<(Vault, Vault)> {
    let config = server()?.config();
    let store = PostgresStore::create(&config).unwrap();
    let builder = Vault::builder().cache(cache).store(store);
    let cached = builder.create(&root_key()).unwrap();
    let store = PostgresStore::open(&config).unwrap();
    let other = Vault::builder().store(store).open(&root_key()).unwrap();
    Some((cached, other))
}

fn value(scope: &ScopedVault) -> Result<String, ErrorKind> {
    let resolved = scope.resolve("<<$secret.KEY>>");
    resolved
        .map(|text| text.expose_secret().to_string())
        .map_err(|error| error.kind())
}

#[test]
fn an_exact_cache_sees_each_change_of_another_vault_at_once() {
    let Some((cached, other)) = two_vaults(Cache::new()) else {
        return;
    };
    let [own, theirs] = [&cached, &other].map(|vault| vault.scope("acme/billing").unwrap());
    let above = other.scope("acme").unwrap();
    above.put("KEY", "above").unwrap();
    for round in 0..10 {
        theirs.put("KEY", format!("value-{round}")).unwrap();
        // Twice: the second one is from memory.
        let given = [value(&own), value(&own)];
        assert_eq!(
            given,
            [Ok(format!("value-{round}")), Ok(format!("value-{round}"))]
        );
        theirs.set_status("KEY", keyslot::Status::Inactive).unwrap();
        assert_eq!(value(&own), Err(ErrorKind::Inactive));
        theirs.set_status("KEY", keyslot::Status::Active).unwrap();
    }
    theirs.delete("KEY").unwrap();
    assert_eq!(value(&own), Ok("above".to_owned()));
    other.rotate_data_key("acme").unwrap();
    other.rewrap("acme").unwrap().finish().unwrap();
    assert_eq!(value(&own), Ok("above".to_owned()));
    above.revoke("KEY").unwrap();
    assert_eq!(value(&own), Err(ErrorKind::Revoked));
    other.erase_tenant("acme").unwrap();
    assert_eq!(value(&own), Err(ErrorKind::NotFound));
}

#[test]
fn no_reader_is_behind_a_change_that_was_acknowledged() {
    let Some((cached, other)) = two_vaults(Cache::new()) else {
        return;
    };
    let [own, theirs] = [&cached, &other].map(|vault| vault.scope("acme").unwrap());
    theirs.put("KEY", "0").unwrap();
    let (acknowledged, is_revoked) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|threads| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                threads.spawn(|| {
                    let mut given = 0;
                    loop {
                        // Asked before the value is: what was acknowledged by then counts.
                        let least = acknowledged.load(Ordering::SeqCst);
                        let revoked = is_revoked.load(Ordering::SeqCst);
                        match value(&own) {
                            Ok(_) if revoked => panic!("a value after it was revoked"),
                            Ok(number) => assert!(number.parse::<u64>().unwrap() >= least),
                            Err(kind) => {
                                assert_eq!(kind, ErrorKind::Revoked);
                                return given;
                            }
                        }
                        given += 1;
                    }
                })
            })
            .collect();
        for number in 1..=100 {
            theirs.put("KEY", number.to_string()).unwrap();
            acknowledged.store(number, Ordering::SeqCst);
        }
        theirs.revoke("KEY").unwrap();
        is_revoked.store(true, Ordering::SeqCst);
        for reader in readers {
            assert!(reader.join().unwrap() > 0, "it was given values before");
        }
    });
}

#[test]
fn within_an_age_own_changes_are_seen_and_those_of_others_later() {
    let age = Duration::from_secs(3600);
    let Some((cached, other)) = two_vaults(Cache::new().max_age(age)) else {
        return;
    };
    let [own, theirs] = [&cached, &other].map(|vault| vault.scope("acme").unwrap());
    own.put("KEY", "first").unwrap();
    assert_eq!(value(&own), Ok("first".to_owned()));
    theirs.put("KEY", "of another vault").unwrap();
    assert_eq!(value(&own), Ok("first".to_owned()), "within the age");
    assert_eq!(
        value(&theirs),
        Ok("of another vault".to_owned()),
        "the control"
    );
    own.put("KEY", "own").unwrap();
    assert_eq!(value(&own), Ok("own".to_owned()));
    own.revoke("KEY").unwrap();
    assert_eq!(value(&own), Err(ErrorKind::Revoked));
}
