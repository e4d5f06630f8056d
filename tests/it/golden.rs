//! One file for each case of the template language, in `tests/golden/`: what goes in, and what must
//! come out.
//!
//! A file is a line that says what the case pins, then sections that begin with `=== name`.
//! Sections that go in: `template` (or `json template`, a JSON string with escapes, or `document`),
//! `variables`, `secrets` (lines `NAME = "JSON string"`, `NAME@2 = …`, or `NAME ! ErrorKind`),
//! `target` (words such as `header`, `instructions`, `keep`), `syntax` (see [`syntax`]; `angle` if
//! there is none). All others come out. `KEYSLOT_BLESS=1 cargo test -p keyslot-it golden::` writes
//! them anew; read the difference before you commit it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]
#![cfg(feature = "json")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{BareNames, Document, Engine, Escape, JsonText, Lint, Syntax};
use keyslot::{
    Error, ErrorKind, Found, Outcome, Outcomes, Reference, ReferenceKind, ReferenceRef, Resolver,
    Result, SecretName, Surface, Target, UnknownNames, Version,
};

#[test]
fn every_case_comes_out_as_written() {
    let bless = env::var_os("KEYSLOT_BLESS").is_some();
    let mut wrong = Vec::new();
    let paths = case_files();
    for path in &paths {
        let written = fs::read_to_string(path).unwrap();
        let case = Case::parse(path, &written);
        let come_out = case.run();
        if come_out == written {
            continue;
        }
        if bless {
            fs::write(path, come_out).unwrap();
        } else {
            wrong.push(format!(
                "{}\n--- written\n{written}\n--- came out\n{come_out}",
                path.display()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ:\n{}",
        wrong.len(),
        paths.len(),
        wrong.join("\n")
    );
    assert!(paths.len() >= 500, "only {} cases were found", paths.len());
}

fn case_files() -> Vec<PathBuf> {
    let folder = crate::support::repository().join("tests/golden");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("messages"))
        .collect();
    paths.sort();
    for path in &paths {
        assert_eq!(
            path.extension().and_then(|end| end.to_str()),
            Some("txt"),
            "no case: {}",
            path.display()
        );
    }
    paths
}

/// The sections that go in, in the order of the file.
struct Case {
    pins: String,
    sections: Vec<(String, String)>,
}

const GO_IN: [&str; 7] = [
    "template",
    "json template",
    "document",
    "syntax",
    "variables",
    "secrets",
    "target",
];
const COME_OUT: [&str; 6] = ["output", "errors", "references", "used", "kept", "lints"];

impl Case {
    fn parse(path: &Path, written: &str) -> Self {
        let mut parts = written.split("=== ");
        let pins = parts.next().unwrap().trim().to_owned();
        assert!(
            !pins.is_empty(),
            "{} does not say what it pins",
            path.display()
        );
        let mut sections = Vec::new();
        for part in parts {
            let (name, body) = part.split_once('\n').unwrap();
            if COME_OUT.contains(&name) {
                continue;
            }
            assert!(
                GO_IN.contains(&name),
                "{}: unknown section {name}",
                path.display()
            );
            sections.push((name.to_owned(), body.strip_suffix('\n').unwrap().to_owned()));
        }
        Self { pins, sections }
    }

    fn section(&self, name: &str) -> Option<&str> {
        self.sections
            .iter()
            .find(|(of, _)| of == name)
            .map(|(_, body)| body.as_str())
    }

    fn text(&self) -> Cow<'_, str> {
        match self.section("json template") {
            Some(json) => Cow::Owned(serde_json::from_str(json).unwrap()),
            None => Cow::Borrowed(self.section("template").expect("a template or document")),
        }
    }

    fn target(&self) -> Target {
        let words = self
            .section("target")
            .unwrap_or_default()
            .split_whitespace();
        words.fold(Target::tool("test"), |target, word| match word {
            "instructions" => Target::instructions(),
            "keep" => target.with_unknown_names(UnknownNames::Keep),
            "header" => target.with_surface(Surface::Header),
            "url" => target.with_surface(Surface::Url),
            "path" => target.with_surface(Surface::UrlPath),
            "query" => target.with_surface(Surface::UrlQuery),
            "form" => target.with_surface(Surface::Form),
            "json" => target.with_surface(Surface::Json),
            "shell" => target.with_surface(Surface::Shell),
            "env" => target.with_surface(Surface::Env),
            other => panic!("unknown target {other}"),
        })
    }

    fn engine(&self) -> Engine {
        let written = self.section("syntax").unwrap_or("angle");
        let forms = written
            .lines()
            .map(|line| syntax(line.trim_end_matches(" keys")));
        Engine::new()
            .syntax(forms.reduce(Syntax::and).expect("a syntax"))
            .keys(written.ends_with(" keys"))
    }

    fn run(&self) -> String {
        let mut out = format!("{}\n", self.pins);
        for (name, body) in &self.sections {
            writeln!(out, "=== {name}\n{body}").unwrap();
        }
        match self.section("document") {
            Some(document) => self.run_document(document, &mut out),
            None => self.run_text(&self.text(), &mut out),
        }
        out
    }

    fn run_text(&self, text: &str, out: &mut String) {
        let (engine, resolver) = (self.engine(), Fixture::new(self));
        let once = engine.resolve(&resolver, &self.target(), text);
        if self.section("target").is_none() {
            self.check_render(
                &engine,
                &resolver,
                text,
                once.as_ref().map(|once| once.expose_secret().as_ref()),
            );
        }
        let template = match engine.compile(text) {
            Ok(template) => template,
            Err(error) => {
                assert_eq!(
                    once.unwrap_err().to_string(),
                    error.to_string(),
                    "one call and two steps differ"
                );
                return push_errors(out, &error, |_| text.to_owned());
            }
        };
        let outcomes = resolver
            .lookup(template.references(), &self.target())
            .unwrap();
        match (template.fill_for(&self.target(), &outcomes), once) {
            (Ok(filled), Ok(once)) => {
                assert_eq!(
                    filled.expose_secret(),
                    once.expose_secret(),
                    "one call and two steps differ"
                );
                push(out, "output", &shown(filled.expose_secret()));
                push_lines(
                    out,
                    "used",
                    filled.used().iter().map(|used| used.name.to_string()),
                );
                push_lines(out, "kept", filled.kept().iter().map(ToString::to_string));
            }
            (Err(error), Err(once)) => {
                assert_eq!(
                    error.to_string(),
                    once.to_string(),
                    "one call and two steps differ"
                );
                push_errors(out, &error, |_| text.to_owned());
            }
            (two_steps, once) => panic!("{}: {two_steps:?} but {once:?}", self.pins),
        }
        push_lines(
            out,
            "references",
            template.references().iter().map(ToString::to_string),
        );
        push_lints(out, template.lints());
    }

    /// Text that is rendered without a compiled template comes out the same, and fails at the same
    /// places.
    fn check_render(
        &self,
        engine: &Engine,
        resolver: &Fixture,
        text: &str,
        once: Result<&str, &Error>,
    ) {
        let spans = |error: &Error| error.all().map(Error::span).collect::<Vec<_>>();
        let rendered = engine.render(text, |reference| resolver.value(reference));
        let rendered = rendered.as_deref().map_err(spans);
        assert_eq!(
            rendered,
            once.map_err(spans),
            "{}: rendered at once it differs",
            self.pins
        );
    }

    fn run_document(&self, text: &str, out: &mut String) {
        let leaf_at = |pointer: Option<&str>| {
            let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
            let leaf = pointer.and_then(|pointer| {
                value
                    .as_ref()?
                    .pointer(pointer)?
                    .as_str()
                    .map(ToOwned::to_owned)
            });
            leaf.unwrap_or_else(|| text.to_owned())
        };
        let engine = self.engine();
        let document = match self.section("syntax") {
            None => Document::parse(text),
            Some(_) => engine.compile_document(serde_json::from_str(text).unwrap()),
        };
        let document = match document {
            Ok(document) => document,
            Err(error) => return push_errors(out, &error, leaf_at),
        };
        // The same document as text: what comes out of it differs in nothing but white space.
        let as_text = engine.resolve(
            &Fixture::new(self),
            &self.target(),
            &JsonText::parse(text).unwrap(),
        );
        let resolved = engine.resolve(&Fixture::new(self), &self.target(), &document);
        match (&as_text, &resolved) {
            (Ok(as_text), Ok(resolved)) => {
                let read: serde_json::Value =
                    serde_json::from_str(as_text.expose_secret()).unwrap();
                assert_eq!(&read, resolved.expose_secret(), "{}", self.pins);
                assert_eq!(as_text.used().len(), resolved.used().len(), "{}", self.pins);
            }
            (as_text, resolved) => {
                let count = |error: Option<&Error>| error.map(Error::count);
                let (text, document) = (as_text.as_ref().err(), resolved.as_ref().err());
                assert_eq!(count(text), count(document), "{}", self.pins);
            }
        }
        match resolved {
            Ok(resolved) => {
                push(
                    out,
                    "output",
                    &serde_json::to_string_pretty(resolved.expose_secret()).unwrap(),
                );
                push_lines(
                    out,
                    "used",
                    resolved.used().iter().map(|used| used.name.to_string()),
                );
                push_lines(out, "kept", resolved.kept().iter().map(ToString::to_string));
            }
            Err(error) => push_errors(out, &error, leaf_at),
        }
        push_lines(
            out,
            "references",
            document.references().iter().map(ToString::to_string),
        );
        push_lints(out, document.lints());
    }
}

/// One line of the section `syntax`: the names of profiles, or `build OPEN CLOSE` and then any of
/// `prefix PREFIX`, `bare identifier|upper` and `escape none|before C|after C|doubled C`. All lines
/// together make one syntax, in their order.
fn syntax(line: &str) -> Syntax {
    if let Some(rules) = line.strip_prefix("build ") {
        return built(rules);
    }
    if let Some(pointers) = line.strip_prefix("bookmark_at ") {
        return Syntax::bookmark_at(pointers.split_whitespace()).unwrap();
    }
    line.replace(' ', "|").parse().expect("a syntax")
}

fn built(rules: &str) -> Syntax {
    let mut words = rules.split_whitespace();
    let mut next = || words.next();
    let mut builder = Syntax::builder(
        next().expect("an opening mark"),
        next().expect("a closing mark"),
    );
    while let Some(rule) = next() {
        let character = |word: Option<&str>| {
            word.and_then(|word| word.chars().next())
                .expect("a character")
        };
        builder = match (rule, next().expect("what the rule is")) {
            ("prefix", prefix) => builder.secret_prefix(prefix),
            ("bare", "identifier") => builder.bare(BareNames::Identifier),
            ("bare", "upper") => builder.bare(BareNames::Upper),
            ("escape", "none") => builder.escape(Escape::None),
            ("escape", "doubled") => builder.escape(Escape::Doubled(character(next()))),
            ("escape", "before") => builder.escape(Escape::Before(character(next()))),
            ("escape", "after") => builder.escape(Escape::After(character(next()))),
            other => panic!("unknown rule {other:?}"),
        };
    }
    builder.build().unwrap()
}

/// Text with control characters as JSON writes them, so that the files hold none.
fn shown(text: &str) -> String {
    if text.contains(|c: char| c.is_control() && c != '\n') {
        format!("{text:?}")
    } else {
        text.to_owned()
    }
}

fn push(out: &mut String, name: &str, body: &str) {
    writeln!(out, "=== {name}\n{body}").unwrap();
}

fn push_lines(out: &mut String, name: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        push(out, name, &lines.join("\n"));
    }
}

fn push_errors(out: &mut String, error: &Error, text_at: impl Fn(Option<&str>) -> String) {
    push_lines(
        out,
        "errors",
        error.all().map(|one| {
            let text = text_at(one.pointer());
            let place = one.span().map_or("-".to_owned(), |span| {
                assert!(
                    text.get(span.clone()).is_some(),
                    "{span:?} does not slice the text"
                );
                let position = one.position(&text).unwrap();
                format!("{span:?} {}:{}", position.line, position.column)
            });
            format!("{:?} {place} {one}", one.kind())
        }),
    );
}

fn push_lints(out: &mut String, lints: &[Lint]) {
    push_lines(
        out,
        "lints",
        lints.iter().map(|lint| {
            let place = lint
                .pointer()
                .map_or(String::new(), |pointer| format!(" {pointer}"));
            format!("{:?} {:?}{place} {lint}", lint.kind(), lint.span())
        }),
    );
}

/// Knows the secrets and variables of a case.
struct Fixture {
    secrets: BTreeMap<String, Result<String, ErrorKind>>,
    variables: BTreeMap<String, Result<String, ErrorKind>>,
}

impl Fixture {
    fn new(case: &Case) -> Self {
        let read = |name| {
            case.section(name)
                .unwrap_or_default()
                .lines()
                .map(entry)
                .collect()
        };
        Self {
            secrets: read("secrets"),
            variables: read("variables"),
        }
    }

    fn entry(
        &self,
        name: &str,
        version: Option<Version>,
        form: ReferenceKind,
    ) -> Option<&Result<String, ErrorKind>> {
        let key = version.map_or(name.to_owned(), |version| format!("{name}@{version}"));
        let variable = || {
            self.variables
                .get(&key)
                .filter(|_| form == ReferenceKind::Bare)
        };
        self.secrets.get(&key).or_else(variable)
    }

    fn value(&self, reference: ReferenceRef<'_>) -> Option<&str> {
        let entry = self.entry(reference.name(), reference.version(), reference.kind())?;
        entry.as_deref().ok()
    }

    fn find(&self, reference: &Reference) -> Outcome {
        let name = reference.name();
        match self.entry(name.as_str(), reference.version(), reference.kind()) {
            Some(Ok(value)) => Ok(found(name, reference.version(), value)),
            Some(Err(kind)) => {
                Err(Error::new(*kind, format!("secret {name} is {kind:?}")).with_name(name))
            }
            None => {
                Err(Error::new(ErrorKind::NotFound, format!("no secret {name}")).with_name(name))
            }
        }
    }
}

fn found(name: &SecretName, version: Option<Version>, value: &str) -> Found {
    let found = Found::new(name.clone(), value);
    version.into_iter().fold(found, Found::with_version)
}

fn entry(line: &str) -> (String, Result<String, ErrorKind>) {
    if let Some((name, json)) = line.split_once(" = ") {
        return (name.to_owned(), Ok(serde_json::from_str(json).unwrap()));
    }
    let (name, kind) = line
        .split_once(" ! ")
        .expect("NAME = \"value\" or NAME ! Kind");
    let kinds = [
        ErrorKind::Revoked,
        ErrorKind::Inactive,
        ErrorKind::Expired,
        ErrorKind::Denied,
        ErrorKind::Corrupt,
    ];
    let kind = kinds
        .into_iter()
        .find(|known| format!("{known:?}") == kind)
        .expect("a known kind");
    (name.to_owned(), Err(kind))
}

impl Resolver for Fixture {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        Ok(references
            .iter()
            .map(|reference| self.find(reference))
            .collect())
    }
}
