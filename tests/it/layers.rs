//! The modules form layers, the rooms of a module do too, and an arrow never points up: read from
//! the source, because no compiler checks it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::{Arrow, Graph, Module, arrows, exports, tokens};
use crate::support::repository;

/// From the bottom. Modules on one line do not know each other; a new module must be given its
/// place here.
const LAYERS: [&[&str]; 12] = [
    // `memory` is there in tests only.
    &["error", "manual", "memory"],
    &["files", "hardening", "registers", "text", "wipe"],
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

/// Modules that a module may not know although they lie below: stores are blind, the template
/// engine is pure text, and sealing knows nothing of where sealed bytes go.
const STRANGERS: [(&str, &[&str]); 4] = [
    (
        "store",
        &["access", "actor", "name", "scope", "status", "target"],
    ),
    ("resolve", &["store"]),
    ("crypto", &["store", "resolve"]),
    ("template", &["store", "crypto", "scope"]),
];

/// The rooms of a module, from the bottom, as [`LAYERS`] has the modules. Every file and folder of
/// the module has its place here. A module that is not here is not looked at inside, but for
/// circles.
const ROOMS: [(&str, &[&[&str]]); 4] = [
    (
        "crypto",
        &[
            &["canonical", "padding", "primitives", "stack", "tlv"],
            &["key", "key_context", "timestamp"],
            &["log_state", "row_account"],
            &["data_key", "header", "passphrase", "provider", "root_key"],
            &["context", "key_slot", "sub_keys"],
            &["envelope", "unlock"],
            &["audit", "document", "head", "info", "usage", "wrap"],
            &["previous_key"],
            &["bundle", "key_slot_directory", "vault_keys"],
            // There for the fuzzer only.
            &["fuzzing"],
        ],
    ),
    (
        "template",
        &[
            &["chars", "cut", "limits", "pointer"],
            &["structure", "surfaces", "syntax"],
            &["value"],
            &["json"],
            &["settings"],
            &["plan"],
            &["lint", "placeholder", "render", "tree"],
            &["source"],
            &["lines", "prepared", "text"],
            &["resolvable"],
            &["document", "headers", "template"],
            &["model"],
            &["engine"],
            &["resolve_ext"],
        ],
    ),
    (
        "vault",
        &[
            &["key_info", "random_bytes"],
            &[
                "anchor",
                "audit_limits",
                "audit_mode",
                "binding",
                "cache",
                "call",
                "clock",
                "high_water",
                "hint",
                "numbers",
                "observer",
                "permissions",
                "reason",
                "rows",
                "tenant_key",
            ],
            &[
                "gate",
                "known_keys",
                "older_rows",
                "stored",
                "usage_queue",
                "use_queue",
                "walk",
            ],
            &["key_uses", "keyring", "partition_walk"],
            &["tenant_view"],
            &["core", "opening"],
            &["own_rows"],
            &["data_keys", "hashed_scope"],
            &["heads", "parsed_rows", "scoped", "sealing"],
            &["news"],
            &["anchoring", "guarded"],
            &["commit"],
            &["audit", "documents", "usage"],
            &[
                "key_status",
                "keys",
                "read",
                "repair",
                "reports",
                "verify",
                "write",
            ],
            &["backup", "bundle"],
            &["handle"],
        ],
    ),
    (
        "redact",
        &[
            &["harmless", "keys", "pieces", "search", "variants"],
            &["encodings", "literal", "pattern", "size", "skipped", "span"],
            &["parts", "skips", "table"],
            &["collector", "mask", "open_end"],
            &["sweep"],
            &["redactor"],
            &["builder", "find", "json", "json_text", "stream", "tree"],
            &["display", "findings", "io", "live", "vault"],
            &["find_values"],
        ],
    ),
];

/// The most files that may know each other around a circle.
const CIRCLE: usize = 2;

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The objection to an arrow from one top-level module to another.
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

/// The rooms of a module.
fn rooms_of(module: &str) -> Option<&'static [&'static [&'static str]]> {
    ROOMS
        .iter()
        .find(|(other, _)| *other == module)
        .map(|(_, rooms)| *rooms)
}

/// The files whose room has no place in [`ROOMS`], although their module is there.
fn homeless<'f>(files: impl IntoIterator<Item = &'f Module>) -> Vec<&'f Module> {
    let has_no_place = |file: &&Module| match &file[..] {
        [module, room, ..] => {
            rooms_of(module).is_some_and(|rooms| !rooms.iter().any(|f| f.contains(&room.as_str())))
        }
        _ => false,
    };
    files.into_iter().filter(has_no_place).collect()
}

/// The objection to an arrow from one file to another of the same top-level module.
fn objection_inside(from: &[String], to: &[String]) -> Option<String> {
    let ([module, own, ..], [other_module, other, ..]) = (from, to) else {
        // The root of a module exports, and no more.
        return None;
    };
    let rooms = rooms_of(module).filter(|_| module == other_module && own != other)?;
    let floor = |room: &str| rooms.iter().position(|floor| floor.contains(&room));
    let objection = match (floor(own), floor(other)) {
        (Some(own), Some(other)) if other < own => return None,
        (Some(own), Some(other)) if other == own => "points sideways",
        (Some(_), Some(_)) => "points up",
        _ => "has no place in ROOMS",
    };
    Some(format!(
        "{} -> {} {objection}",
        from.join("::"),
        to.join("::")
    ))
}

/// The violations inside of modules: arrows between rooms, circles, and roots of rooms that are
/// more than a table of contents.
fn violations_inside(graph: &Graph) -> Vec<String> {
    let mut found: Vec<String> = graph
        .arrows()
        .filter_map(|(from, to)| objection_inside(from, to))
        .collect();
    for circle in graph.circles() {
        if circle.len() > CIRCLE {
            let files: Vec<String> = circle.iter().map(|file| file.join("::")).collect();
            found.push(format!(
                "{} files around a circle: {}",
                files.len(),
                files.join(", ")
            ));
        }
    }
    for (file, is_root) in graph.roots() {
        if is_root && graph.has_code(file) {
            found.push(format!("{} holds code beside its parts", file.join("::")));
        }
    }
    found
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
    repository().join("src")
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
fn inside_no_arrow_points_up_and_circles_are_small() {
    let mut sources = BTreeMap::new();
    for file in source_files(&src()) {
        let mut path = module_path(&file);
        let is_test = path
            .iter()
            .any(|part| matches!(part.as_str(), "tests" | "bin"));
        if is_test {
            continue;
        }
        if path == ["lib"] {
            path = Module::new();
        }
        sources.insert(path, fs::read_to_string(&file).unwrap());
    }
    let graph = Graph::of(&sources);
    let arrows = graph.arrows().count();
    assert!(arrows > 500, "only {arrows} arrows were found");
    let found = violations_inside(&graph);
    assert!(found.is_empty(), "{found:#?}");
    for (module, rooms) in ROOMS {
        for room in rooms.iter().copied().flatten() {
            let path = [module.to_owned(), (*room).to_owned()];
            assert!(sources.contains_key(&path[..]), "{module} has no {room}");
        }
    }
    let homeless = homeless(sources.keys());
    assert!(homeless.is_empty(), "no place in ROOMS: {homeless:?}");
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
#[allow(clippy::too_many_lines)] // a table
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
            "const A: &str = \"crate::vault::A \\\" crate::vault\"; const B: &str = \
             r#\"crate::vault\"\"#;",
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

/// The violations inside of a crate of these files, each a module and its text.
fn planted_inside(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files.iter().map(|(module, text)| {
        let parts = module.split("::").filter(|part| !part.is_empty());
        (parts.map(str::to_owned).collect(), (*text).to_owned())
    });
    violations_inside(&Graph::of(&sources.collect()))
}

const ROOT: (&str, &str) = ("", "mod target; mod template; pub use target::C;");

#[test]
fn planted_circles_are_found() {
    let three = ["3 files around a circle: target::a, target::b, target::c"];
    for (a, b, c) in [
        ("use super::b::B;", "use super::c::C;", "use super::a::A;"),
        (
            "fn f() { super::b::g() }",
            "type T = crate::target::c::C;",
            "use crate::{target::{a::{A, self}}};",
        ),
        // Through what the root of the module, or of the crate, exports.
        ("use super::B;", "use crate::C;", "use super::Name as N;"),
        (
            "mod inner { use super::super::b::B; }",
            "use crate::target::C;",
            "fn f() -> super::A {}",
        ),
        (
            "use crate::target::b as other;",
            "use super::{c, c::D};",
            "use super::{super::target::a};",
        ),
        (
            "impl super::b::B {}",
            "use std::fmt; use super::{super::target::{c}};",
            "use super::a;",
        ),
    ] {
        let exports =
            "mod a; mod b; mod c; pub use a::{A, A as Name}; pub(crate) use b::B; pub use c::C;";
        let files = [
            ROOT,
            ("target", exports),
            ("target::a", a),
            ("target::b", b),
            ("target::c", c),
        ];
        assert_eq!(planted_inside(&files), three, "{a} {b} {c}");
        // The control: without one of the arrows there is no circle.
        for without in 2..5 {
            let mut files = files;
            files[without].1 = "use std::fmt;";
            assert_eq!(planted_inside(&files), [""; 0], "{files:?}");
        }
    }
    // A root with code knows its parts, and what it exports of them.
    for root in [
        "mod a; mod b; use a::A; struct R;",
        "mod a; mod b; pub use a::A; struct R;",
        "mod a; mod b; fn f() { a::g() }",
    ] {
        let files = [
            ROOT,
            ("target", root),
            ("target::a", "use super::b::B;"),
            ("target::b", "use super::R;"),
        ];
        assert_eq!(
            planted_inside(&files),
            [
                "3 files around a circle: target, target::a, target::b",
                "target holds code beside its parts"
            ],
            "{root}"
        );
    }
    for files in [
        // Two files may know each other.
        &[
            ROOT,
            ("target", "mod a; mod b;"),
            ("target::a", "use super::b::B;"),
            ("target::b", "use super::a::A;"),
        ][..],
        // Tests and comments may know what they like, and a table of contents knows nothing.
        &[
            ROOT,
            ("target", "mod a; mod b; mod c; pub use a::A; pub use c::C;"),
            (
                "target::a",
                "use super::b::B; pub(in crate::target) fn f() {}",
            ),
            (
                "target::b",
                "use super::C; /// [`A`](super::a::A)\nfn g() {}",
            ),
            (
                "target::c",
                "#[cfg(test)] mod tests { use super::super::a::A; } fn f() -> &'static str { \
                 \"super::a::A\" }",
            ),
        ],
    ] {
        assert_eq!(planted_inside(files), [""; 0], "{files:?}");
    }
}

#[test]
fn planted_violations_of_rooms_are_found() {
    let found = |from: &str, text: &str| {
        let rooms = "mod plan; mod syntax; mod value; mod tree; mod engine; mod render; pub use \
                     engine::Engine;";
        let mut files = vec![ROOT, ("template", rooms)];
        for room in ["plan", "syntax", "value", "tree", "engine", "render"] {
            let module: &'static str = format!("template::{room}").leak();
            files.push((module, if room == from { text } else { "" }));
        }
        planted_inside(&files)
    };
    for (from, text, expected) in [
        (
            "syntax",
            "use super::plan::Plan;",
            "template::syntax -> template::plan points up",
        ),
        (
            "plan",
            "use crate::template::Engine;",
            "template::plan -> template::engine points up",
        ),
        (
            "tree",
            "fn f() { crate::template::render::g() }",
            "template::tree -> template::render points sideways",
        ),
        (
            "plan",
            "use super::render;",
            "template::plan -> template::render points up",
        ),
    ] {
        assert_eq!(found(from, text), [expected], "{from}: {text}");
    }
    for (from, text) in [
        (
            "plan",
            "use super::syntax::Token; use super::value::Filter;",
        ),
        (
            "engine",
            "use super::plan::Plan; use super::render::render;",
        ),
        ("syntax", "#[cfg(test)] use super::plan::Plan;"),
    ] {
        assert_eq!(found(from, text), [""; 0], "{from}: {text}");
    }
    let files = |root: &'static str, part: &'static str| {
        [
            ROOT,
            ("template", "mod plan; mod attic;"),
            ("template::plan", root),
            ("template::plan::cut", part),
            ("template::attic", ""),
        ]
    };
    assert_eq!(
        planted_inside(&files("mod cut; pub use cut::Cut;", "fn f() {}")),
        [""; 0]
    );
    assert_eq!(
        planted_inside(&files("mod cut; fn f() {}", "")),
        ["template::plan holds code beside its parts"]
    );
    assert_eq!(
        planted_inside(&files("mod cut;", "use crate::template::attic::A;")),
        ["template::plan::cut -> template::attic has no place in ROOMS"]
    );
}

/// The violations inside of a module with all its rooms, of which one knows another.
fn planted_between(module: &str, rooms: &[&[&str]], from: &str, to: &str) -> Vec<String> {
    let names = || rooms.iter().copied().flatten();
    let modules: Vec<String> = names().map(|room| format!("{module}::{room}")).collect();
    let exports: Vec<String> = names().map(|room| format!("mod {room};")).collect();
    let (root, exports) = (format!("mod {module};"), exports.concat());
    let arrow = format!("use crate::{module}::{to}::A;");
    let mut files = vec![("", root.as_str()), (module, exports.as_str())];
    for (room, path) in names().zip(&modules) {
        files.push((path, if *room == from { &arrow } else { "" }));
    }
    planted_inside(&files)
}

#[test]
fn each_floor_of_each_module_is_held() {
    for (module, rooms) in ROOMS {
        for (at, floor) in rooms.iter().enumerate() {
            let own = floor[0];
            let planted = |to: &str| planted_between(module, rooms, own, to);
            let arrow = |to: &str| format!("{module}::{own} -> {module}::{to}");
            for beside in &floor[1..] {
                let expected = format!("{} points sideways", arrow(beside));
                assert_eq!(planted(beside), [expected]);
            }
            for above in rooms[at + 1..].iter().copied().flatten() {
                assert_eq!(planted(above), [format!("{} points up", arrow(above))]);
            }
            for below in rooms[..at].iter().copied().flatten() {
                assert_eq!(planted(below), [""; 0], "{}", arrow(below));
            }
        }
    }
    let placed = [["vault", "core"], ["vault", "attic"], ["store", "attic"]];
    let placed = placed.map(|path| path.map(str::to_owned).to_vec());
    assert_eq!(homeless(&placed), [&placed[1]]);
}
