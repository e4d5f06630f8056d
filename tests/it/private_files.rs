//! Every file that is made is its owner's alone, whatever the umask of the process.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic)]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use keyslot::store::Purge;
use keyslot::{FileAnchor, SqliteStore, Vault};

use crate::support::root_key;

/// The variable that makes this program make files in a folder and then be cut off.
const CHILD: &str = "KEYSLOT_PRIVATE_FILES_FOLDER";

#[test]
fn bad_input_90_all_files_are_private_whatever_the_umask() {
    if let Some(folder) = env::var_os(CHILD) {
        make_files(Path::new(&folder));
    }
    for (umask, plain) in [("000", 0o666), ("077", 0o600), ("277", 0o400)] {
        let folder = tempfile::tempdir().unwrap();
        let (_, module) = module_path!().split_once("::").unwrap();
        let test = format!("{module}::bad_input_90_all_files_are_private_whatever_the_umask");
        let output = Command::new("sh")
            .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")])
            .arg(env::current_exe().unwrap())
            .args(["--exact", &test, "--nocapture"])
            .env(CHILD, folder.path())
            .output()
            .unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let last = folder.path().join("plain");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(last.exists(), "the child did not get to its end: {said}");
        assert_eq!(mode(&last), plain, "the control: the umask holds");
        let mut names = Vec::new();
        for entry in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if name != "plain" {
                assert_eq!(
                    mode(&entry.path()) & !0o600,
                    0,
                    "{name} under umask {umask}"
                );
                names.push(name);
            }
        }
        names.sort();
        let expected = "anchor anchor-lock copy.db restored.db restored.db-shm restored.db-wal \
                        rollback.db rollback.db-ballast rollback.db-queue vault.db \
                        vault.db-ballast vault.db-queue vault.db-shm vault.db-wal";
        assert_eq!(names.join(" "), expected);
    }
}

fn make_files(folder: &Path) {
    let at = |name: &str| folder.join(name);
    let anchor = FileAnchor::create(at("anchor")).unwrap();
    let store = SqliteStore::create(at("vault.db")).unwrap();
    let builder = Vault::builder().store(store).anchor(anchor);
    let vault = builder.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    vault.backup_to(at("copy.db")).unwrap();
    let restored = Vault::restore(at("copy.db"), at("restored.db"), &root_key()).unwrap();
    assert_eq!(vault.compact().unwrap(), Purge::Done);
    scope.put("KEY", "another value").unwrap();
    let options = SqliteStore::options().rollback_journal(true);
    let store = options.create(at("rollback.db")).unwrap();
    let rollback = Vault::builder().store(store).create(&root_key()).unwrap();
    rollback
        .scope("acme")
        .unwrap()
        .put("KEY", "a value")
        .unwrap();
    fs::write(at("plain"), "as the umask has it").unwrap();
    // Cut off, so that nothing is tidied up.
    let _open = (&vault, &restored, &rollback);
    std::process::exit(0);
}
