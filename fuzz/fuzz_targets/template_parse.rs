//! Any text, by any profile: reading it never fails in another way than it should, and what was
//! read is right.
#![no_main]

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, ResolveExt, Template};
use keyslot::{Error, ErrorKind, SecretName, Target, Variables, Version};
use keyslot_fuzz::answers::Answers;
use keyslot_fuzz::known::{self, Known};
use keyslot_fuzz::{checks, echo, input};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&select, data)) = data.split_first() else {
        return;
    };
    let known = known::profile(select);
    let engine = known.engine();
    let mut parts = input::parts(data).map(|part| input::text(part, &known.pieces));
    let text = &*parts.next().unwrap_or_default();
    let answers = Answers::new(parts);

    let places = match engine.compile(text) {
        Ok(template) => {
            read(known, &engine, text, &template);
            rendered(&engine, &template, &answers);
            placeholders(&template).0
        }
        Err(error) => {
            checks::refused(&error, text);
            assert!(!known.is_plainly_text(text), "text is refused: {error:?}");
            refused_alike(&engine, text, &error, &answers);
            error.all().filter_map(Error::span).collect()
        }
    };
    for Range { start, end } in places.into_iter().take(4) {
        for at in [
            start + 2,
            start + (end - start) / 2,
            end.saturating_sub(1),
            end,
        ] {
            echo::assert_unseen(&engine, text, at);
        }
    }
});

fn read(known: &Known, engine: &Engine, text: &str, template: &Template) {
    assert_eq!(template.text(), text);
    checks::linted(template);
    let references = template.references();
    assert_eq!(
        references.iter().collect::<HashSet<_>>().len(),
        references.len(),
        "a reference is listed twice"
    );
    assert!(
        references
            .iter()
            .all(|reference| SecretName::new(reference.name()).is_ok())
    );

    if references.is_empty() {
        let rendered = engine.render(text, |_| None).expect("nothing is missing");
        assert_eq!(
            matches!(rendered, Cow::Borrowed(_)),
            rendered == text,
            "borrowed unless it changes"
        );
        assert!(
            rendered == text || !known.is_plainly_text(text),
            "text changed to {rendered:?}"
        );
        let resolved = engine
            .resolve(&Variables::new(), &Target::unspecified(), text)
            .expect("nothing is missing");
        assert_eq!(*resolved.expose_secret(), rendered);
    }
    // Filters change lengths.
    if !text.contains('|') {
        lengths(template);
        escaped(known, engine, text, template);
    }
}

/// The places of the first placeholders, and how many there are: nobody knows their names, and the
/// error says where.
fn placeholders(template: &Template) -> (Vec<Range<usize>>, usize) {
    match Variables::new().resolve_for(&Target::unspecified(), template) {
        Ok(_) => (Vec::new(), 0),
        Err(error) => {
            checks::placed(&error, template.text());
            (error.all().filter_map(Error::span).collect(), error.count())
        }
    }
}

/// The output is as long as its parts.
fn lengths(template: &Template) {
    let count = template.references().len();
    let length = |values: &[&str]| template.render(values).expect("every value is there").len();
    let nothing = length(&vec![""; count]);
    let long: Vec<String> = (1..=count).map(|length| "x".repeat(length)).collect();
    let times = |number: usize| {
        let mut values = vec![""; count];
        values[number] = "x";
        length(&values) - nothing
    };
    let times: Vec<usize> = (0..count).map(times).collect();
    let expected = nothing
        + times
            .iter()
            .zip(1..)
            .map(|(times, length)| times * length)
            .sum::<usize>();
    assert_eq!(
        length(&long.iter().map(String::as_str).collect::<Vec<_>>()),
        expected
    );
    let (spans, placeholders) = placeholders(template);
    assert_eq!(times.iter().sum::<usize>(), placeholders);
    assert!(
        times.iter().all(|&times| times > 0),
        "a reference stands nowhere"
    );
    if spans.len() == placeholders {
        assert!(nothing + spans.iter().map(Range::len).sum::<usize>() <= template.text().len());
    }
}

/// A text whose placeholders are written as text comes out as it is; written so twice, as it was
/// written once.
fn escaped(known: &Known, engine: &Engine, text: &str, template: &Template) {
    let (spans, count) = placeholders(template);
    let literal = text.len() - spans.iter().map(Range::len).sum::<usize>();
    let has_escapes = template
        .render(&vec![""; template.references().len()])
        .is_ok_and(|out| out.len() != literal);
    if count == 0 || spans.len() < count || has_escapes {
        return;
    }
    let write = |times| {
        let mut written = String::new();
        let mut at = 0;
        for span in &spans {
            written.push_str(&text[at..span.start]);
            written.push_str(&known.as_text(&text[span.clone()], times)?);
            at = span.end;
        }
        Some(written + &text[at..])
    };
    let out_of = |written: &str| {
        let template = engine
            .compile(written)
            .expect("an escaped placeholder is text");
        assert!(
            template.references().is_empty(),
            "a placeholder in {written:?}"
        );
        template.render(&[]).expect("it is text")
    };
    if let Some(once) = write(1) {
        assert_eq!(out_of(&once), text, "of {once:?}");
        if let Some(twice) = write(2) {
            assert_eq!(out_of(&twice), once, "of {twice:?}");
        }
    }
}

/// One call and two steps put in the same, or fail at the same places.
fn rendered(engine: &Engine, template: &Template, answers: &Answers) {
    let values: Vec<Option<&str>> = template
        .references()
        .iter()
        .map(|one| answers.value(one.name().as_str(), one.version().map(Version::get)))
        .collect();
    let once = engine.render(template.text(), |one| answers.of(one));
    let target = Target::unspecified();
    let resolved = answers.resolve_for(&target, template);
    match (&once, &resolved) {
        (Ok(once), Ok(resolved)) => assert_eq!(once, resolved.expose_secret()),
        (Err(once), Err(resolved)) => assert_eq!(failures(once), failures(resolved)),
        _ => panic!("{once:?} but {resolved:?}"),
    }
    if let Err(error) = &once {
        checks::placed(error, template.text());
    }
    if let Some(values) = values.into_iter().collect::<Option<Vec<_>>>() {
        match (template.render(&values), &once) {
            (Ok(out), Ok(once)) => assert_eq!(out, *once),
            (Err(error), Err(once)) => assert_eq!(failures(&error), failures(once)),
            (out, once) => panic!("{out:?} but {once:?}"),
        }
    }
}

fn failures(error: &Error) -> Vec<(ErrorKind, Option<Range<usize>>)> {
    error.all().map(|one| (one.kind(), one.span())).collect()
}

/// Text that is refused when it is compiled is refused when it is rendered at once, which may see
/// more that is wrong.
fn refused_alike(engine: &Engine, text: &str, error: &Error, answers: &Answers) {
    let once = engine
        .render(text, |one| answers.of(one))
        .expect_err("it is refused");
    let once = failures(&once);
    if once.len() < Error::LISTED {
        assert!(
            failures(error).iter().all(|one| once.contains(one)),
            "{error:?} but {once:?}"
        );
    }
    assert!(
        engine
            .resolve(answers, &Target::unspecified(), text)
            .is_err()
    );
}
