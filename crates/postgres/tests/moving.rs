//! A vault that moves from a file to a server, and back.

use keyslot::store::{SecretStore, SqliteStore, copy_vault};
use keyslot::{ErrorKind, Vault, Version};

use crate::support::{root_key, server, store};

fn open(store: impl SecretStore) -> Vault {
    Vault::builder().store(store).open(&root_key()).unwrap()
}

#[test]
fn a_vault_moves_from_a_file_to_a_server_and_back() {
    let Some(server) = server() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    let vault = Vault::create(&file, &root_key()).unwrap();
    // More rows than a page, in several tenants.
    for tenant in ["acme", "globex", "initech"] {
        let scope = vault.scope(format!("{tenant}/agents").as_str()).unwrap();
        for number in 0..100 {
            scope.put(format!("KEY_{number}"), "first").unwrap();
            scope.put(format!("KEY_{number}"), tenant).unwrap();
        }
        scope.revoke("KEY_7").unwrap();
    }
    drop(vault);

    let source = SqliteStore::open(&file).unwrap();
    let target = store(&server.url);
    let copied = copy_vault(&source, &target).unwrap();
    assert_eq!(copied.tenants, 3);
    let again = copy_vault(&source, &target).unwrap_err();
    assert_eq!(
        again.kind(),
        ErrorKind::Conflict,
        "a vault is no empty store"
    );
    let back = SqliteStore::create(folder.path().join("back.db")).unwrap();
    assert_eq!(copy_vault(&target, &back).unwrap(), copied);

    for vault in [open(target), open(back)] {
        let report = vault.verify().unwrap();
        assert!(report.is_intact(), "{:?}", report.findings);
        assert_eq!(
            (report.tenants, report.secrets, report.tombstones),
            (3, 297, 3)
        );
        for tenant in ["acme", "globex", "initech"] {
            let scope = vault.scope(format!("{tenant}/agents").as_str()).unwrap();
            assert!(scope.matches("KEY_3", tenant).unwrap());
            scope.rollback("KEY_3", Version::FIRST).unwrap();
            assert!(scope.matches("KEY_3", "first").unwrap());
            let refused = scope.resolve("<<$secret.KEY_7>>").unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Revoked);
        }
    }
}
