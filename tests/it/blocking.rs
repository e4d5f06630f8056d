//! Every method of a vault that may block its thread says so.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::repository;

/// Methods that give a result, and work in memory alone. (Those of this name; a new one that may
/// block says so in its docs.)
const IN_MEMORY: [&str; 9] = [
    "in_memory",
    "scope",
    "references",
    "from_bytes",
    "advance",
    "audit",
    "for_run",
    "because",
    "export",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The methods of a text that give a result, each with true if its docs say that it blocks.
fn methods(text: &str) -> Vec<(&str, bool)> {
    let (mut found, mut docs) = (Vec::new(), String::new());
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push_str(doc);
            continue;
        }
        // Attributes and comments stand between the docs and the method.
        if line.starts_with("#[") || line.starts_with("//") {
            continue;
        }
        if let Some(rest) = line.strip_prefix("pub fn ") {
            let mut signature = rest.to_owned();
            while !signature.contains('{') {
                let Some(more) = lines.next() else { break };
                signature.push_str(more);
            }
            let gives_result = signature
                .split_once("->")
                .is_some_and(|(_, output)| output.trim_start().starts_with("Result<"));
            let name = rest.split(['(', '<']).next().unwrap();
            if gives_result {
                found.push((name, docs.to_lowercase().contains("blocks")));
            }
        }
        docs.clear();
    }
    found
}

#[test]
fn methods_that_may_wait_say_that_they_block() {
    let mut all = vec![repository().join("src/redact/vault.rs")];
    files(&repository().join("src/vault"), &mut all);
    let (mut silent, mut said) = (Vec::new(), 0);
    for file in all {
        let text = fs::read_to_string(&file).unwrap();
        for (name, says) in methods(&text) {
            if says {
                said += 1;
            } else if !IN_MEMORY.contains(&name) {
                silent.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(said > 60, "only {said} methods were found");
    assert!(
        silent.is_empty(),
        "write \"Blocks the thread, as [`Vault`](crate::Vault#blocking) says.\": {silent:#?}"
    );
}

#[test]
fn a_method_that_does_not_say_it_is_found() {
    let text = "/// Reads.\n///\n/// Blocks the thread.\npub fn one(&self) -> Result<u8> {\n}\n\
                /// Writes.\n#[must_use]\n// Why.\npub fn other<T>(\n&self,\n) -> Result<()> {\n\
                /// A fact.\npub fn fact(&self) -> u8 {\n}";
    assert_eq!(methods(text), [("one", true), ("other", false)]);
}
