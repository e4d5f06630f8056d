//! Every profile, and sets of them, against a second scanner that is written from the grammar with
//! no thought of speed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod any;
mod controls;
mod dialect;
mod foreign;
mod generate;
mod grammar;
mod naive;
mod profile;
mod whole;

use std::borrow::Cow;
use std::cell::Cell;

use self::dialect::Profile;
use self::naive::{Asked, Flaw, Meaning};
use keyslot::template::{Engine, Template};
use keyslot::{Error, ErrorKind, Reference, ReferenceRef, Version};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Random texts for each profile and each way to make them.
const CASES: u32 = 1_500;

/// Compares the two scanners on one text, which means what is returned.
#[track_caller]
fn agree(profile: &Profile, text: &str) -> Meaning {
    let engine = Engine::new().syntax(profile.syntax.clone());
    let expected = naive::meaning(profile, text);
    let template = match engine.compile(text) {
        Ok(template) => template,
        Err(error) => {
            let got = Flaw {
                kind: error.kind(),
                at: error.span().expect("every failure has a place").start,
            };
            assert_eq!(
                Some(&got),
                expected.flaw.as_ref(),
                "{}: {text:?}: {error}",
                profile.name
            );
            check_refusal(profile, &engine, text, &error);
            return expected;
        }
    };
    let mut got = found(&engine, &template, text);
    // Encodings and fields change or refuse the stand-ins for values; whether they are read is
    // compared.
    if ["base64", "get:", "hex", "url", "json", "shell"]
        .iter()
        .all(|filter| !text.contains(filter))
    {
        got.output = rendered(&engine, &template, text);
    } else {
        got.output.clone_from(&expected.output);
    }
    assert_eq!(got, expected, "{}: {text:?}", profile.name);
    expected
}

fn check_refusal(profile: &Profile, engine: &Engine, text: &str, error: &Error) {
    // The last of them: a filter that makes no text.
    let kinds = [
        ErrorKind::Syntax,
        ErrorKind::UnknownFilter,
        ErrorKind::Unencodable,
    ];
    check_spans(error, text, &kinds);
    if profile.uri && text.starts_with("secret://") {
        assert_eq!(error.span(), Some(0..text.len()), "{text:?}");
    }
    let once = engine
        .render(text, |_| Some("value"))
        .expect_err("one call refuses what two steps refuse");
    // In one call a field that the value does not have is one failure more.
    if !text.contains("get:") {
        assert_eq!(
            once.to_string(),
            error.to_string(),
            "{}: {text:?}",
            profile.name
        );
    }
}

/// The meaning of a compiled text by the engine, in the words of the naive scanner.
fn found(engine: &Engine, template: &Template, text: &str) -> Meaning {
    for lint in template.lints() {
        assert!(
            text.get(lint.span()).is_some_and(|miss| !miss.is_empty()),
            "a lint does not slice {text:?}: {lint}"
        );
    }
    let references = template.references().iter().map(|reference| Asked {
        form: reference.kind(),
        name: reference.name().to_string(),
        pin: reference.version().map(Version::get),
    });
    Meaning {
        references: references.collect(),
        places: places(engine, text),
        ..Meaning::default()
    }
}

/// The text with a stand-in for the value of each reference, which one call must make as two steps
/// do.
fn rendered(engine: &Engine, template: &Template, text: &str) -> String {
    let references = template.references();
    let values: Vec<String> = (0..references.len())
        .map(|number| format!("⟦{number}⟧"))
        .collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let twice = template.render(&values).unwrap();
    let once = engine.render(text, |asked: ReferenceRef<'_>| {
        let is_asked = |reference: &Reference| {
            (reference.kind(), reference.version()) == (asked.kind(), asked.version())
                && reference.name().as_str() == asked.name()
        };
        Some(
            values[references
                .iter()
                .position(is_asked)
                .expect("a reference of the template")],
        )
    });
    let once = once.unwrap();
    assert_eq!(once, twice, "one call and two steps differ in {text:?}");
    assert!(
        !references.is_empty() || once != text || matches!(once, Cow::Borrowed(_)),
        "{text:?} was copied"
    );
    twice
}

/// The places of the placeholders: each is a failure when nobody knows a name.
fn places(engine: &Engine, text: &str) -> Vec<usize> {
    let Err(error) = engine.render(text, |_| None) else {
        return Vec::new();
    };
    check_spans(&error, text, &[ErrorKind::NotFound]);
    error.all().map(|one| one.span().unwrap().start).collect()
}

fn check_spans(error: &Error, text: &str, kinds: &[ErrorKind]) {
    assert_eq!(
        error.count(),
        error.all().count(),
        "too many failures for a test in {text:?}"
    );
    for one in error.all() {
        let span = one.span().expect("every failure has a place");
        assert!(
            text.get(span).is_some_and(|flawed| !flawed.is_empty()),
            "an error does not slice {text:?}"
        );
        assert!(kinds.contains(&one.kind()), "{text:?}: {one}");
        assert!(one.position(text).is_some());
    }
}

fn agree_on(profile: &Profile, texts: impl Strategy<Value = String>) {
    let [filled, refused] = [Cell::new(0), Cell::new(0)];
    let outcome = runner(CASES).run(&texts, |text| {
        let meaning = agree(profile, &text);
        filled.set(filled.get() + u32::from(!meaning.places.is_empty()));
        refused.set(refused.get() + u32::from(meaning.flaw.is_some()));
        Ok(())
    });
    outcome.unwrap();
    // Julep alone refuses nothing but pasted values.
    let refuses = profile.uri || profile.dialects.iter().any(|dialect| dialect.extras);
    assert!(
        filled.get() > 0 && (refused.get() > 0 || !refuses),
        "{}: these texts test nothing",
        profile.name
    );
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

#[test]
fn pieces_of_grammar_mean_the_same() {
    for profile in profile::single() {
        agree_on(&profile, generate::pieces(&profile));
    }
}

#[test]
fn pieces_of_several_grammars_mean_the_same() {
    for profile in profile::combined() {
        agree_on(&profile, generate::pieces(&profile));
    }
}

#[test]
fn nearly_right_placeholders_mean_the_same() {
    for profile in profile::single().iter().chain(&profile::combined()) {
        agree_on(profile, generate::nearly_right(profile));
    }
}

#[test]
fn every_short_text_means_the_same() {
    for profile in profile::single() {
        agree_on_short_texts(&profile);
    }
}

#[test]
fn every_short_text_of_several_grammars_means_the_same() {
    for profile in profile::combined() {
        agree_on_short_texts(&profile);
    }
}

fn agree_on_short_texts(profile: &Profile) {
    let filled = generate::short_texts(profile, 6)
        .filter(|text| !agree(profile, text).places.is_empty())
        .count();
    assert!(filled > 100, "{}: these texts test nothing", profile.name);
}

#[test]
fn names_and_arguments_end_at_the_same_length() {
    for profile in profile::single() {
        for (length, example) in [127, 128, 129]
            .into_iter()
            .flat_map(|length| profile.examples.iter().map(move |it| (length, it)))
        {
            let (upper, lower, wide) = (
                "A".repeat(length),
                "a".repeat(length),
                "é".repeat(length - 1),
            );
            agree(&profile, &example.replace('A', &upper));
            agree(&profile, &example.replace('A', &format!("{upper}  ")));
            agree(&profile, &example.replace(".a", &format!(".{lower}")));
            agree(&profile, &example.replace("trim", &format!("get:/{wide}")));
            agree(
                &profile,
                &example.replace("trim", &format!("{lower}{lower}:{lower}")),
            );
        }
    }
}

#[test]
fn any_syntax_that_can_be_built_means_the_same() {
    let texts = any::profile().prop_flat_map(|profile| {
        let text = prop_oneof![generate::pieces(&profile), generate::nearly_right(&profile)];
        (Just(profile), prop::collection::vec(text, 40))
    });
    let filled = Cell::new(0);
    let outcome = runner(1_000).run(&texts, |(profile, texts)| {
        filled.set(
            filled.get()
                + texts
                    .iter()
                    .filter(|text| !agree(&profile, text).places.is_empty())
                    .count(),
        );
        Ok(())
    });
    outcome.unwrap();
    assert!(filled.get() > 1_000, "these texts test nothing");
}

#[test]
fn text_without_an_opener_is_itself() {
    let all = profile::all();
    let engine = Engine::new().syntax(all.syntax.clone());
    let outcome = runner(10_000).run(&generate::without_openers(&all), |text| {
        let rendered = engine.render(&text, |_| None).unwrap();
        prop_assert!(
            matches!(rendered, Cow::Borrowed(same) if same == text),
            "{:?} became {:?}",
            text,
            rendered
        );
        let template = engine.compile(text.as_str()).unwrap();
        prop_assert!(template.references().is_empty());
        prop_assert_eq!(template.render(&[]).unwrap(), text);
        Ok(())
    });
    outcome.unwrap();
}
