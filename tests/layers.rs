//! The modules form layers, and an arrow never points up: read from the source, because no compiler
//! checks it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

mod source;

use source::{Arrow, arrows, exports, tokens};

/// From the bottom. Modules on one line do not know each other; a new module must be given its
/// place here.
const LAYERS: [&[&str]; 12] = [
    // `memory` is there in tests only.
    &["error", "manual", "memory"],
    &["files", "text", "wipe"],
    &["actor", "name", "scope", "status", "target"],
    &["access"],
    &["store"],
    &["record"],
    &["reference"],
    &["resolve"],
    &["crypto"],
    &["template"],
    &["vault"],
    &["redact"],
];

/// What a module may not know although it lies below: stores are blind, the template engine is pure
/// text, and sealing knows nothing of where sealed bytes go.
const STRANGERS: [(&str, &[&str]); 4] = [
    (
        "store",
        &["access", "actor", "name", "scope", "status", "target"],
    ),
    ("resolve", &["store"]),
    ("crypto", &["store", "resolve"]),
    ("template", &["store", "crypto", "scope"]),
];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// What is wrong with an arrow from one top-level module to another.
fn objection(from: &str, to: &str) -> Option<&'static str> {
    let (Some(own), Some(other)) = (layer_of(from), layer_of(to)) else {
        return Some("has no place in LAYERS");
    };
    let is_stranger = STRANGERS
        .iter()
        .any(|(module, strangers)| *module == from && strangers.contains(&to));
    match other.cmp(&own) {
        _ if from == to => None,
        std::cmp::Ordering::Greater => Some("points up"),
        std::cmp::Ordering::Equal => Some("points sideways"),
        std::cmp::Ordering::Less => is_stranger.then_some("points to a stranger"),
    }
}

/// The violations of one file, which is the module `path` of the crate.
fn violations(path: &[&str], text: &str, exports: &BTreeMap<String, String>) -> Vec<String> {
    let from = path[0];
    let check = |arrow: Arrow| match arrow {
        Arrow::Root(how) => Some(format!("{from}: {how} the crate's root")),
        Arrow::To(name) => {
            // `crate::Error` is an arrow to the module that lib.rs exports it from.
            let to = exports.get(&name).unwrap_or(&name);
            objection(from, to).map(|objection| format!("{from} -> {to} {objection}"))
        }
    };
    arrows(path, text).into_iter().filter_map(check).collect()
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if entry.is_dir() {
            files.extend(source_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn module_path(file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(src()).unwrap().with_extension("");
    relative
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn no_arrow_points_up() {
    let exports = exports(&fs::read_to_string(src().join("lib.rs")).unwrap());
    let mut found = Vec::new();
    let mut read = 0;
    for file in source_files(&src()) {
        let path = module_path(&file);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        // The root is a table of contents, and a program is a crate of its own.
        if path == ["lib"] || path[0] == "bin" {
            continue;
        }
        if layer_of(path[0]).is_none() {
            found.push(format!("{} has no place in LAYERS", path[0]));
        }
        read += 1;
        found.extend(violations(
            &path,
            &fs::read_to_string(&file).unwrap(),
            &exports,
        ));
    }
    assert!(read >= 15, "only {read} files were read");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_root_is_a_table_of_contents() {
    let text = fs::read_to_string(src().join("lib.rs")).unwrap();
    let has_body = |text: &str| {
        tokens(text)
            .iter()
            .any(|token| matches!(*token, "fn" | "impl" | "macro_rules"))
    };
    assert!(!has_body(&text), "src/lib.rs holds code");
    assert!(has_body(&format!("{text}\nfn planted() {{}}")));
}

#[test]
fn planted_violations_are_found() {
    let exports = exports(
        "mod error;\npub use error::{Error, ErrorKind};\npub use vault::Vault;\npub use secrecy;",
    );
    let found = |path: &[&str], text: &str| violations(path, text, &exports);

    for (path, text, expected) in [
        (
            &["error"][..],
            "use crate::name::SecretName;",
            "error -> name points up",
        ),
        (
            &["name"],
            "use crate::{error::Error, scope::{Scope, self}};",
            "name -> scope points sideways",
        ),
        (
            &["name", "policy"],
            "use crate::{error, vault::{open::{A, B}}};",
            "name -> vault points up",
        ),
        (
            &["crypto"],
            "fn f() -> u8 { crate::template::scan::<u8>() }",
            "crypto -> template points up",
        ),
        (
            &["record"],
            "type A = Vec<crate::vault::B>;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "pub(crate) use crate::vault::B;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "pub(in crate::vault) fn f() {}",
            "record -> vault points up",
        ),
        (
            &["record"],
            "macro_rules! m { () => { $crate::vault::f() } }",
            "record -> vault points up",
        ),
        (
            &["record"],
            "use crate::Vault;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "fn f() -> impl Sized + use<> { crate::vault::g() }",
            "record -> vault points up",
        ),
        (
            &["record"],
            "use\n    crate\n    ::\n    {Vault as V};",
            "record -> vault points up",
        ),
        (
            &["record"],
            "use crate /* why */ :: // not\n vault::B;",
            "record -> vault points up",
        ),
        (
            &["store"],
            "use crate::scope::Scope;",
            "store -> scope points to a stranger",
        ),
        (
            &["store", "sqlite"],
            "use super::super::status::Status;",
            "store -> status points to a stranger",
        ),
        (
            &["store", "sqlite", "schema"],
            "use super::{super::{super::record::A}};",
            "store -> record points up",
        ),
        (
            &["store"],
            "mod inner { use super::super::name::A; }",
            "store -> name points to a stranger",
        ),
        (
            &["store"],
            "mod inner {} use super::name::A;",
            "store -> name points to a stranger",
        ),
        (
            &["store"],
            "use self::super::name::A;",
            "store -> name points to a stranger",
        ),
        (
            &["resolve"],
            "use crate::store::Row;",
            "resolve -> store points to a stranger",
        ),
        (
            &["crypto"],
            "use crate::store::Row;",
            "crypto -> store points to a stranger",
        ),
        (
            &["template"],
            "use crate::crypto::Seal;",
            "template -> crypto points to a stranger",
        ),
        (
            &["template"],
            "use crate::scope::Scope;",
            "template -> scope points to a stranger",
        ),
        (
            &["template"],
            "use crate::vault::Vault;",
            "template -> vault points up",
        ),
        (
            &["vault"],
            "use crate::util::f;",
            "vault -> util has no place in LAYERS",
        ),
        (
            &["util"],
            "use crate::error::Error;",
            "util -> error has no place in LAYERS",
        ),
        (
            &["record"],
            "use crate::*;",
            "record: imports all of the crate's root",
        ),
        (
            &["record"],
            "use crate as k;",
            "record: renames the crate's root",
        ),
        (
            &["record"],
            "use crate::{self as k, error};",
            "record: renames the crate's root",
        ),
        (
            &["record"],
            "const A: char = '\"'; use crate::vault::B; const C: char = '\"';",
            "record -> vault points up",
        ),
        (
            &["record"],
            "fn f<'a>(a: &'a u8) { crate::vault::g(a) }",
            "record -> vault points up",
        ),
        (
            &["record"],
            "const A: &str = r#\"\"#; use crate::vault::B;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "#[cfg(test)] mod tests {} use crate::vault::B;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "#[cfg(test)] use std::{io}; use crate::vault::B;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "#[cfg(not(test))] use crate::vault::B;",
            "record -> vault points up",
        ),
        (
            &["record"],
            "#[cfg(any(test, fuzzing))] use crate::vault::B;",
            "record -> vault points up",
        ),
    ] {
        assert_eq!(found(path, text), [expected], "in {text}");
    }

    for (path, text) in [
        (
            &["name"][..],
            "use crate::error::{Error, ErrorKind, Result};",
        ),
        (&["name"], "use crate::Error;"),
        (
            &["name", "policy"],
            "use super::SecretName; use crate::name::Other;",
        ),
        (
            &["name"],
            "pub(crate) fn f() {} pub(super) fn g() {} fn crate_vault() {}",
        ),
        (
            &["name"],
            "// use crate::vault::A;\n/// [`A`](crate::vault::A)\n//! crate::vault\nfn f() {}",
        ),
        (
            &["name"],
            "/* use crate::vault::A; /* nested */ crate::vault */ fn f() {}",
        ),
        (
            &["name"],
            "const A: &str = \"crate::vault::A \\\" crate::vault\"; const B: &str = r#\"crate::vault\"\"#;",
        ),
        (
            &["name"],
            "#[cfg(test)]\n#[allow(dead_code)]\nmod tests { use crate::vault::A; fn f() { {} } }",
        ),
        (
            &["name"],
            "#[cfg(all(test, feature = \"json\"))] mod tests { use crate::vault::A; }",
        ),
        (&["name"], "#[cfg(test)] use crate::{vault::A};\nfn f() {}"),
        (
            &["name"],
            "mod inner { use super::SecretName; mod deep { use super::super::A; } }",
        ),
        (
            &["vault"],
            "use crate::{error::Error, store::{Row, RowKey}, template::Template, crypto::Seal};",
        ),
        (&["redact"], "use crate::vault::Vault;"),
    ] {
        assert_eq!(found(path, text), [""; 0], "in {text}");
    }
}
