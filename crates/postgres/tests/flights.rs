//! Flights to the server, counted by a proxy.

use keyslot::secrecy::ExposeSecret;
use keyslot::store::SecretStore;
use keyslot::{Reference, Vault};
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::proxy::Proxy;
use crate::support::sample::{HEAD, TENANT};
use crate::support::{config, root_key, server};

fn vault(config: &PostgresConfig) -> Vault {
    let store = PostgresStore::open(config).unwrap();
    Vault::builder().store(store).open(&root_key()).unwrap()
}

#[test]
fn a_vault_makes_few_flights() {
    let Some(server) = server() else { return };
    let proxy = Proxy::before(&server.address());
    let config = config(&server.url("postgres", &proxy.address, "postgres"));
    let store = PostgresStore::create(&config).unwrap();
    let made = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = made.scope("acme/agents").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "value").unwrap();
    }
    for (is_named, is_primary) in [(false, false), (true, true), (false, true)] {
        let config = config
            .clone()
            .named_statements(is_named)
            .one_primary(is_primary);
        // The greeting of the connection is one of them.
        let (vault, open) = proxy.flights(|| vault(&config));
        assert!((3..=5).contains(&open), "open: {open}");
        let scope = vault.scope("acme/agents").unwrap();
        let text = "<<$secret.A>> <<$secret.B>> <<$secret.C>>";
        let resolve = || scope.resolve(text).unwrap().expose_secret().to_string();
        // The first use of a tenant reads its data key too.
        let (_, first) = proxy.flights(resolve);
        assert!(first <= 3, "first resolve: {first}");
        let (found, again) = proxy.flights(resolve);
        assert_eq!((found.as_str(), again), ("value value value", 1));

        scope.put("D", "value").unwrap();
        let (_, put) = proxy.flights(|| scope.put("E", "value").unwrap());
        assert!((2..=3).contains(&put), "put: {put}");
        let (_, replace) = proxy.flights(|| scope.put("D", "other").unwrap());
        assert!((2..=3).contains(&replace), "put again: {replace}");

        let references = ["A", "B", "C"].map(|name| Reference::secret(name.parse().unwrap()));
        let (run, take) = proxy.flights(|| scope.snapshot(&references).unwrap());
        assert!((1..=3).contains(&take), "snapshot: {take}");
        for _ in 0..2 {
            let (_, used) = proxy.flights(|| run.resolve(text).map(drop).unwrap());
            // Of tests beside this one, the server tells too.
            assert!(
                used == 2 || is_primary && used == 1,
                "use of a snapshot: {used}"
            );
        }
    }
}

#[test]
fn nothing_is_asked_about_no_keys() {
    let Some(server) = server() else { return };
    let proxy = Proxy::before(&server.address());
    let config = config(&server.url("postgres", &proxy.address, "postgres"));
    let store = PostgresStore::create(&config).unwrap();
    let (found, none) = proxy.flights(|| store.get(TENANT, &[]).unwrap());
    assert_eq!((found, none), (vec![], 0));
    let (_, none) = proxy.flights(|| store.read(TENANT, &mut |_| Ok(())).unwrap());
    assert_eq!(none, 0);
    // The control.
    let (_, one) = proxy.flights(|| store.get(TENANT, &[HEAD]).unwrap());
    assert_eq!(one, 1);
}
