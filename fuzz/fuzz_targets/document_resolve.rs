//! Any bytes as a JSON document: what is read is what a lenient parser reads and a strict one may,
//! and values change strings and nothing else.
#![no_main]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Document, Engine, ResolveExt, Template, Tree};
use keyslot::{Error, ErrorKind, LintKind, Surface, Target, UnknownNames};
use keyslot_fuzz::answers::Answers;
use keyslot_fuzz::{checks, input, json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Surfaces that values are put into. The number of values in an input selects one.
const SURFACES: [Surface; 5] = [
    Surface::Text,
    Surface::Json,
    Surface::Header,
    Surface::Url,
    Surface::Shell,
];

/// Pieces of documents with placeholders.
const PIECES: [&str; 27] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud83d\\ude00",
    "\\ud83d",
    "1e400",
    "-0",
    "0.1",
    "null",
    "true",
    "\"k\":",
    "\"~/\":",
    "\"value\":",
    "\"<<A>>\"",
    "<<$secret.B>>",
    "<<N>>",
    "<<!A>>",
    "<<C | get:/a>>",
    "\"<<A|number>>\"",
    "\"<<D|json_value>>\"",
    "\"<<C | get:/b | json_value>>\"",
];

fuzz_target!(|data: &[u8]| {
    let mut parts = input::parts(data).map(|part| input::text(part, &PIECES));
    let text = &*parts.next().unwrap_or_default();
    let values: Vec<_> = parts.collect();
    let surface = SURFACES[values.len() % SURFACES.len()];
    let answers = Answers::new(values.into_iter());

    let parsed = Document::parse(text);
    let Some(value) = json::strictly(text.strip_prefix('\u{feff}').unwrap_or(text)) else {
        let error = parsed.expect_err("this is no document");
        assert_eq!(error.kind(), ErrorKind::InvalidDocument, "{error:?}");
        assert!(error.position(text).is_some());
        return;
    };
    let mut leaves = Vec::new();
    gather(&value, String::new(), &mut leaves);
    // Pointers in errors cut a key of more than 1,024 bytes.
    if leaves.iter().any(|(pointer, _)| pointer.len() > 1024) {
        return;
    }
    match parsed {
        Ok(document) => {
            assert!(leaves.iter().all(|(_, leaf)| compiled(leaf).is_ok()));
            // A lint of a document alone: JSON in a string.
            let all = document.lints();
            let shared = all.iter().filter(|lint| lint.kind() != LintKind::InnerJson);
            if all.len() < 100 {
                assert_eq!(shared.count(), lints(&leaves));
            }
            let target = Target::tool("fuzz").with_surface(surface);
            resolved(&document, &value, &leaves, &answers, &target);
            resolved(
                &document,
                &value,
                &leaves,
                &answers,
                &target.with_unknown_names(UnknownNames::Keep),
            );
        }
        // The other parser changes such numbers.
        Err(error) if error.to_string().contains("would be changed") => {}
        Err(error) => failed(&error, &leaves, |leaf| compiled(leaf).map(drop)),
    }
});

/// The document without floats, of which the other parser misses the last digit.
fn without_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::Null,
        Value::Array(items) => items.iter().map(without_floats).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, entry)| (key.clone(), without_floats(entry)))
            .collect(),
        other => other.clone(),
    }
}

/// The strings of a document with their JSON Pointers, in order.
fn gather<'v>(value: &'v Value, pointer: String, leaves: &mut Vec<(String, &'v str)>) {
    match value {
        Value::String(text) => leaves.push((pointer, text)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| gather(item, format!("{pointer}/{index}"), leaves));
        }
        Value::Object(entries) => entries.iter().for_each(|(key, entry)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            gather(entry, format!("{pointer}/{key}"), leaves);
        }),
        _ => {}
    }
}

fn lints(leaves: &[(String, &str)]) -> usize {
    leaves
        .iter()
        .map(|(_, leaf)| compiled(leaf).map_or(0, |leaf| leaf.lints().len()))
        .sum()
}

/// A string as a document of its own.
fn compiled(leaf: &str) -> Result<Document<Value>, Error> {
    Document::compile(Value::from(leaf))
}

/// Asserts that a string becomes the same as a text; or JSON, which a parser makes of that text, if
/// the string says so.
fn checked(leaf: &str, alone: &Value, answers: &Answers, target: &Target) {
    let text = |text: &str| {
        let resolved = answers.resolve_for(target, text).expect("a text, too");
        resolved.expose_secret().to_string()
    };
    let plain = ["number", "json_value"].into_iter().find_map(|filter| {
        let (before, filters) = leaf.strip_suffix(">>")?.rsplit_once('|')?;
        // A space stands on both sides of a placeholder, or on neither.
        let name = before.trim_end_matches([' ', '\t']);
        let space = &filters[filters.trim_end_matches([' ', '\t']).len()..];
        let is_last = filters.trim_matches([' ', '\t']) == filter;
        is_last.then(|| (filter, format!("{name}{space}>>")))
    });
    let Some((filter, plain)) = plain.filter(|_| Template::compile(leaf).is_err()) else {
        assert_eq!(*alone, text(leaf));
        return;
    };
    if *alone == leaf {
        // A name that nobody knows stays.
        return;
    }
    let value = text(&plain);
    let expected = json::strictly(&value).expect("it was taken for JSON");
    assert_eq!(without_floats(alone), without_floats(&expected));
    assert!(filter == "json_value" || alone.is_number() && value.trim() == value);
}

/// A document is resolved as each of its strings is, and all else stays.
fn resolved(
    document: &Document<Value>,
    value: &Value,
    leaves: &[(String, &str)],
    answers: &Answers,
    target: &Target,
) {
    let alone = |leaf: &str| {
        let alone = answers.resolve_for(target, &compiled(leaf)?)?;
        let alone = alone.expose_secret().clone();
        checked(leaf, &alone, answers, target);
        Ok::<_, Error>(alone)
    };
    let resolved = match answers.resolve_for(target, document) {
        Ok(resolved) => resolved,
        // Alone a value is not as deep.
        Err(error) if error.all().any(|one| one.kind() == ErrorKind::TooLarge) => return,
        Err(error) => return failed(&error, leaves, |leaf| alone(leaf).map(drop)),
    };
    let mut expected = value.clone();
    for (pointer, leaf) in leaves {
        *expected.pointer_mut(pointer).expect("where it was") =
            alone(leaf).expect("all of them do");
    }
    let whole = without_floats(&expected);
    assert_eq!(without_floats(resolved.expose_secret()), whole);

    let bytes = resolved.to_bytes().expect("it can be written");
    let again: Value =
        serde_json::from_slice(bytes.expose_secret()).expect("what is written can be read");
    assert_eq!(without_floats(&again), whole);

    let tree = Engine::new()
        .compile_document(Tree::of(value).expect("a tree of JSON"))
        .expect("it was compiled");
    let tree = answers.resolve_for(target, &tree).expect("it was resolved");
    assert_eq!(
        serde_json::to_value(tree.expose_secret()).expect("it can be written"),
        expected
    );
}

/// The errors of a document are those of its strings, each at its pointer.
fn failed(error: &Error, leaves: &[(String, &str)], alone: impl Fn(&str) -> Result<(), Error>) {
    let errors = leaves
        .iter()
        .filter_map(|(pointer, leaf)| Some((pointer, leaf, alone(leaf).err()?)));
    let errors: Vec<_> = errors.collect();
    assert_eq!(
        error.count(),
        errors
            .iter()
            .map(|(.., error)| error.count())
            .sum::<usize>()
    );
    errors
        .iter()
        .for_each(|(_, leaf, error)| checks::placed(error, leaf));
    let expected = errors
        .iter()
        .flat_map(|(pointer, _, error)| error.all().map(|one| (pointer.as_str(), one)));
    for (one, (pointer, expected)) in error.all().zip(expected) {
        assert_eq!(
            (one.kind(), one.span(), one.pointer()),
            (expected.kind(), expected.span(), Some(pointer))
        );
    }
}
