//! A process that is killed in the middle of a rotation, a rewrap, a destruction or an erasure.

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use keyslot::{DataKeyState, Finding, OrganizationKeys, SqliteStore, Vault};

use super::kit::{answers_as_ever, is_intact, opened};
use crate::life::{SCRIPT, act, builder};
use crate::support::{again, fast_folder, root_key, value};

const FILE: &str = "KEYSLOT_TEST_KILLED";

/// Starts this program once more, which changes keys without end.
fn start(file: &Path) -> Child {
    again(module_path!(), "child")
        .args(["--ignored", "--test-threads=1"])
        .env(FILE, file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the other process"]
fn child() {
    let Some(file) = std::env::var_os(FILE) else {
        return;
    };
    let vault = Vault::open(file, &root_key()).unwrap();
    loop {
        // The process before may have left older keys.
        vault.rotate_data_key("acme").unwrap();
        vault.rewrap("acme").unwrap().finish().unwrap();
        let status = vault.key_status().unwrap();
        let acme = status.organizations.iter().find(|keys| {
            let name = keys.organization.as_ref();
            name.is_some_and(|name| name.tenant() == "acme")
        });
        for key in &acme.unwrap().keys {
            if key.state == DataKeyState::OpenOnly {
                vault.destroy_data_key("acme", key.generation).unwrap();
            }
        }
        let other = vault.scope("waste").unwrap();
        (0..10).for_each(|number| drop(other.put(format!("KEY_{number}"), "value").unwrap()));
        vault.erase_tenant("waste").unwrap();
    }
}

#[test]
fn a_killed_process_leaves_a_vault_that_goes_on() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = builder()
        .store(SqliteStore::create(&file).unwrap())
        .create(&root_key())
        .unwrap();
    SCRIPT.iter().for_each(|step| act(&vault, step));
    let many = vault.scope("acme/many").unwrap();
    (0..80).for_each(|number| drop(many.put(format!("KEY_{number}"), "value").unwrap()));
    drop(vault);
    let (mut older, mut erased) = (0, 0);
    for round in 0..20_u64 {
        let mut process = start(&file);
        // The first part of that is the start of the process.
        thread::sleep(Duration::from_millis(60 + round * 67 % 700));
        process.kill().unwrap();
        process.wait().unwrap();
        let vault = opened(SqliteStore::open(&file).unwrap());
        let status = vault.key_status().unwrap();
        let left = |keys: &&OrganizationKeys| keys.left() > 0;
        older += status.organizations.iter().filter(left).count();
        let findings = vault.verify().unwrap().findings;
        let waste = Finding::Erased {
            tenant: "waste".to_owned(),
        };
        let is_erased = |finding: &Finding| *finding == waste;
        assert!(
            findings.iter().all(is_erased),
            "round {round}: {findings:?}"
        );
        erased += findings.len();
        let stored = vault.organizations().unwrap();
        if stored
            .iter()
            .any(|organization| organization.tenant() == "waste")
        {
            vault.erase_tenant("waste").unwrap();
        }
        answers_as_ever(&vault, &[]);
        let many = vault.scope("acme/many").unwrap();
        for number in (0..80).step_by(23) {
            assert_eq!(value(&many, &format!("KEY_{number}")).unwrap(), "value");
        }
    }
    let vault = opened(SqliteStore::open(&file).unwrap());
    vault.rewrap("acme").unwrap().finish().unwrap();
    let status = vault.key_status().unwrap();
    assert!(status.organizations.iter().all(|keys| keys.left() == 0));
    is_intact(&vault);
    println!("{older} rounds with rows on an older key, {erased} amid an erasure");
    assert!(older > 0, "no process was killed amid a rewrap");
}
