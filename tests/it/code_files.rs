//! Code in which two angle brackets mean something else comes out byte for byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::fs;
use std::path::PathBuf;

use keyslot::secrecy::ExposeSecret;
use keyslot::{ResolveExt, Target, Template, Variables};

fn files() -> Vec<(PathBuf, String)> {
    let folder = crate::support::repository().join("tests/code");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn code_comes_out_as_it_went_in() {
    let files = files();
    assert!(files.len() >= 12, "only {} files", files.len());
    for (path, text) in files {
        assert!(
            text.contains("<<"),
            "{} has nothing to mistake",
            path.display()
        );
        let template = Template::compile(text.as_str()).unwrap_or_else(|error| {
            panic!(
                "{}: {error}\n{}",
                path.display(),
                error.diagram(&text).unwrap_or_default()
            )
        });
        assert!(
            template.references().is_empty(),
            "{}: {:?}",
            path.display(),
            template.references()
        );
        assert_eq!(template.render(&[]).unwrap(), text, "{}", path.display());
    }
}

#[test]
fn a_placeholder_in_code_is_found() {
    // The positive control: the same files with one reference at the end of a line in the middle.
    for (path, text) in files() {
        let middle = text
            .match_indices('\n')
            .nth(text.lines().count() / 2)
            .unwrap()
            .0;
        let (before, after) = text.split_at(middle);
        let template = Template::compile(format!("{before} <<$secret.A>>{after}")).unwrap();
        assert_eq!(template.references().len(), 1, "{}", path.display());
        assert_eq!(
            template.render(&["v"]).unwrap(),
            format!("{before} v{after}"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn marks_of_diagrams_stay_in_instructions() {
    let text = "classDiagram\n  class Shape {\n    <<interface>>\n    <<Abstract>> draw()\n  \
                }\n\n[INST] <<SYS>>\nBe brief.\n<</SYS>>";
    let resolved = Variables::new()
        .resolve_for(&Target::instructions(), text)
        .unwrap();
    assert_eq!(resolved.expose_secret(), text);
    assert_eq!(resolved.kept().len(), 3);
    assert!(
        Variables::new().resolve(text).is_err(),
        "a config is more careful"
    );
}
