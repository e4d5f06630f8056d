//! Exports while others write, of stores that begin again, and of many secrets.

use keyslot::store::{Partition, ReadWork, SecretStore};
use keyslot::{ErrorKind, Result, Vault};

use super::kit::{REASON, key, refused};
use crate::hand_on;
use crate::support::root_key;
use crate::support::shelf::Shelf;

/// A store that begins every read a second time.
#[derive(Debug)]
struct Hesitant(Shelf);

impl SecretStore for Hesitant {
    hand_on!(0: get scan write head partitions purge self_check);

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.0.read(partition, work)?;
        self.0.read(partition, work)
    }
}

#[test]
fn a_read_that_begins_again_ends_the_export() {
    let store = Hesitant(Shelf::new());
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let project = vault.scope("acme").unwrap();
    project.put("A", "value").unwrap();
    let mut file = Vec::new();
    let outcome = project.export(REASON).unwrap().bundle(&key(), &mut file);
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(refused(&file).unwrap().kind(), ErrorKind::Corrupt);
}

#[cfg(feature = "sqlite")]
#[test]
fn an_export_is_of_one_moment_and_holds_up_no_writer() {
    use std::io;
    use std::ops::ControlFlow;

    use super::kit::open;

    let folder = crate::support::fast_folder();
    let vault = Vault::create(folder.path().join("vault.db"), &root_key()).unwrap();
    let project = vault.scope("acme").unwrap();
    let items = (0..600).map(|number| (format!("KEY_{number}"), "before"));
    project.put_all(items, keyslot::OnExisting::Fail).unwrap();
    let (mut file, mut written) = (Vec::new(), 0);
    let export = project.export(REASON).unwrap().on_progress(|_| {
        for number in 0..600 {
            if number % 3 == 0 {
                project.put(format!("KEY_{number}"), "after").unwrap();
            }
        }
        project.put(format!("NEW_{written}"), "after").unwrap();
        project.revoke(format!("KEY_{}", written + 1)).unwrap();
        written += 1;
        ControlFlow::Continue(())
    });
    let done = export.bundle(&key(), &mut file).unwrap();
    assert_eq!((done.secrets, done.tombstones, written), (600, 0, 3));
    let mut versions = 0;
    open(&file)
        .inspect(|entry| versions += entry.versions)
        .unwrap();
    assert_eq!(versions, 600, "the first ones alone");
    let again = project
        .export(REASON)
        .unwrap()
        .bundle(&key(), io::sink())
        .unwrap();
    assert_eq!((again.secrets, again.tombstones), (600, 3), "the control");
}

/// Memory is that of a page, however many secrets there are. Measured in processes of their own,
/// because memory that was given back may stay with the process.
#[cfg(all(feature = "sqlite", target_os = "linux"))]
mod memory {
    use std::fs::File;
    use std::io::BufWriter;

    use keyslot::{Bundle, OnExisting};

    use super::*;
    use crate::support::resident::most_memory;
    use crate::support::{again, fast_folder};

    /// Values of 60 KiB each.
    const SECRETS: usize = 400;

    /// Above this is not needed for a page of the store, a chunk, and what is opened.
    const MOST: usize = 12 << 20;

    #[test]
    fn exports_and_imports_take_no_more_memory_than_a_page() {
        for (case, is_bounded) in [("stream", true), ("whole", false)] {
            let child = again(module_path!(), "one_case_of_a_bundle")
                .args(["--ignored", "--nocapture"])
                .env("KEYSLOT_CASE", case)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&child.stdout).into_owned();
            assert!(child.status.success(), "{case}: {said}");
            let took = said
                .split_once("took ")
                .and_then(|(_, rest)| rest.split_once(" bytes"));
            let took: usize = took.unwrap().0.parse().unwrap();
            println!("{case}: {} KiB", took >> 10);
            assert_eq!(took < MOST, is_bounded, "{case} took {took}");
        }
    }

    #[test]
    #[ignore = "a child process of the test above"]
    fn one_case_of_a_bundle() {
        let Ok(case) = std::env::var("KEYSLOT_CASE") else {
            return;
        };
        let folder = fast_folder();
        let place = |name: &str| folder.path().join(name);
        let vault = Vault::create(place("vault.db"), &root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        let long = "x".repeat(60 << 10);
        let items = (0..SECRETS).map(|number| (format!("KEY_{number}"), long.as_str()));
        scope.put_all(items, OnExisting::Fail).unwrap();
        drop((scope, vault));
        let vault = Vault::open(place("vault.db"), &root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        let other = Vault::create(place("other.db"), &root_key()).unwrap();
        let ((), most) = most_memory(|| {
            if case == "whole" {
                let mut file = Vec::new();
                scope
                    .export(REASON)
                    .unwrap()
                    .bundle(&key(), &mut file)
                    .unwrap();
                return;
            }
            let to = BufWriter::new(File::create(place("a.bundle")).unwrap());
            scope.export(REASON).unwrap().bundle(&key(), to).unwrap();
            let file = File::open(place("a.bundle")).unwrap();
            let mut bundle = Bundle::open(file, &key()).unwrap();
            let done = bundle.import(OnExisting::Fail).into_vault(&other).unwrap();
            assert_eq!(done.changed, SECRETS);
        });
        println!("took {most} bytes");
    }
}
