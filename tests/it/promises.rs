//! SECURITY.md names the tests of each promise; a promise without one fails here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::fs;
use std::path::Path;

use crate::support::repository;

/// A promise with the tests that it names.
#[derive(Debug)]
struct Promise {
    says: String,
    tests: Vec<String>,
}

fn promises(page: &str) -> Vec<Promise> {
    let (_, listed) = page.split_once("\n## Promises\n").unwrap();
    let items = listed.split("\n* ").skip(1);
    let promise = |item: &str| {
        let item = item.split("\n#").next().unwrap();
        let (says, tests) = item.split_once("\n  Tests: ").unwrap_or((item, ""));
        let says = says.lines().next().unwrap_or_default().to_owned();
        Promise {
            says,
            tests: tests
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect(),
        }
    };
    items.map(promise).collect()
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if entry.is_dir() {
            if entry.file_name().is_some_and(|name| name != "target") {
                files(&entry, found);
            }
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let module = entry.file_stem().unwrap().to_str().unwrap().to_owned();
            found.push((module, fs::read_to_string(&entry).unwrap()));
        }
    }
}

/// The tests of all files, as `module::name`. A test is a function right behind the attribute, or
/// in a `proptest!`.
fn tests() -> Vec<String> {
    let root = repository();
    let mut sources = Vec::new();
    files(&root.join("src"), &mut sources);
    files(&root.join("tests"), &mut sources);
    files(&root.join("crates"), &mut sources);
    let mut names = Vec::new();
    for (module, source) in sources {
        for part in source.split("#[test]").skip(1) {
            let mut lines = part.lines().map(str::trim).filter(|line| !line.is_empty());
            // One that is run by hand, or by another test, proves nothing by itself.
            let code = lines.find(|line| !line.starts_with("#[") || line.starts_with("#[ignore"));
            let name = code.and_then(|line| line.strip_prefix("fn ")?.split('(').next());
            names.extend(name.map(|name| format!("{module}::{name}")));
        }
    }
    names
}

/// Complaints about a list of promises.
fn complaints(promises: &[Promise], tests: &[String]) -> Vec<String> {
    let is_there = |named: &str| {
        let mut parts = named.rsplit("::");
        let (Some(name), Some(module)) = (parts.next(), parts.next()) else {
            return false;
        };
        tests
            .iter()
            .any(|test| *test == format!("{module}::{name}"))
    };
    let mut found = Vec::new();
    for Promise { says, tests } in promises {
        if tests.is_empty() {
            found.push(format!("no test: {says}"));
        }
        found.extend(
            tests
                .iter()
                .filter(|test| !is_there(test))
                .map(|test| format!("{test} is not there: {says}")),
        );
    }
    found
}

#[test]
fn every_promise_has_its_tests() {
    let page = fs::read_to_string(repository().join("SECURITY.md")).unwrap();
    let (promises, tests) = (promises(&page), tests());
    assert!(
        promises.len() > 20 && tests.len() > 500,
        "{} promises, {} tests",
        promises.len(),
        tests.len()
    );
    assert_eq!(complaints(&promises, &tests), [""; 0]);
}

#[test]
fn a_promise_without_a_test_is_found() {
    let page = "# A page\n* no promise\n\n## Promises\n\n### Some\n\n* **One.** It holds.\n  \
                Tests: `a::b::c`,\n  `b::d`\n* **Two** has no test.\n\n### More\n\n* **Three.**\n  \
                Tests: `b::gone`\n";
    let promises = promises(page);
    assert_eq!(promises.len(), 3);
    let tests = ["b::c", "b::d"].map(str::to_owned);
    assert_eq!(
        complaints(&promises, &tests),
        [
            "no test: **Two** has no test.",
            "b::gone is not there: **Three.**"
        ]
    );
}
