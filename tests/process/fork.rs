//! A vault in the child of a fork. A program of its own without a test harness, because a fork is
//! sound in a process of one thread only.
#![cfg_attr(
    unix,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test fails by panicking"
    )
)]

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    unix::bad_input_99_a_child_may_not_use_the_vault_of_its_parent();
    println!("1 passed");
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::Path;

    use fork::Fork;
    use keyslot::secrecy::ExposeSecret;
    use keyslot::{ErrorKind, RootKey, Vault};

    const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

    fn key() -> RootKey {
        RootKey::from_base64(KEY).unwrap()
    }

    fn value(vault: &Vault, name: &str) -> String {
        let text = format!("<<$secret.{name}>>");
        let found = vault.scope("acme").unwrap().resolve(&text).unwrap();
        found.expose_secret().to_string()
    }

    pub(super) fn bad_input_99_a_child_may_not_use_the_vault_of_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.db");
        let report = folder.path().join("report");
        let vault = Vault::create(&file, &key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        scope.put("PARENT", "t-1").unwrap();
        match fork::fork().unwrap() {
            Fork::Child => {
                let done = catch_unwind(AssertUnwindSafe(|| in_the_child(vault, &file)));
                fs::write(&report, if done.is_ok() { "passed" } else { "failed" }).unwrap();
                std::process::exit(0);
            }
            Fork::Parent(child) => {
                fork::waitpid(child).unwrap();
                assert_eq!(fs::read_to_string(&report).unwrap(), "passed");
            }
        }
        // The parent is as it was, and sees what the child wrote.
        assert_eq!(value(&vault, "PARENT"), "t-1");
        assert_eq!(value(&vault, "CHILD"), "t-2");
        scope.put("PARENT", "t-3").unwrap();
        assert!(vault.verify().unwrap().is_intact());
        drop((vault, scope));
        assert_eq!(value(&Vault::open(&file, &key()).unwrap(), "PARENT"), "t-3");
    }

    fn in_the_child(vault: Vault, file: &Path) {
        let scope = vault.scope("acme").unwrap();
        for error in [
            scope.put("CHILD", "t-9").unwrap_err(),
            scope.revoke("PARENT").unwrap_err(),
            scope.resolve("<<$secret.PARENT>>").unwrap_err(),
            scope.list().sorted().page().unwrap_err(),
            scope.snapshot(&[]).unwrap_err(),
            vault.verify().unwrap_err(),
            vault.backup_to(file.with_extension("copy")).unwrap_err(),
            vault.compact().unwrap_err(),
            vault.purge().unwrap_err(),
            vault.rebuild_head("acme", "a test").unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Forked, "{error}");
            assert!(error.to_string().contains("open it anew"), "{error}");
        }
        drop((vault, scope));
        let own = Vault::open(file, &key()).unwrap();
        assert_eq!(value(&own, "PARENT"), "t-1");
        own.scope("acme").unwrap().put("CHILD", "t-2").unwrap();
    }
}
