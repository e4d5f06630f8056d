//! The engine beside a naive scanner and naive filters.

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Template};
use keyslot::{Error, ErrorKind, ReferenceKind, Resolver, Target, UnknownNames};

use crate::answers::Answers;
use crate::filters::{self, Made};
use crate::known::Known;
use crate::naive::{Asked, Flaw, Meaning, meaning};

/// The naive scanner takes quadratic time.
const LONGEST: usize = 256;

/// Asserts that both read a text alike, and put in the same or fail alike. A text is cut where it
/// gets long.
pub fn agree(known: &Known, text: &str, answers: &Answers) {
    // The naive scanner marks values with brackets that a text must not hold.
    let text: String = text
        .chars()
        .filter(|c| !"⟦⟧".contains(*c))
        .take(LONGEST)
        .collect();
    let engine = known.engine();
    let meaning = meaning(&known.profile, &text);
    let template = match engine.compile(text.as_str()) {
        Ok(template) => template,
        Err(error) => {
            assert_eq!(
                Some(flaw(&error)),
                meaning.flaw,
                "{error} in {text:?} by {:?}",
                known.profile.dialects
            );
            return;
        }
    };
    assert_eq!(
        None, meaning.flaw,
        "in {text:?} by {:?}",
        known.profile.dialects
    );
    let references = template.references().iter().map(|reference| Asked {
        form: reference.kind(),
        name: reference.name().to_string(),
        pin: reference.version().map(|version| version.get()),
    });
    assert_eq!(
        references.collect::<Vec<_>>(),
        meaning.references,
        "in {text:?} by {:?}",
        known.profile.dialects
    );

    let is_sure = known.is_regular || !text.contains('|');
    for missing in [UnknownNames::Error, UnknownNames::Keep]
        .into_iter()
        .filter(|missing| known.is_regular || *missing == UnknownNames::Error)
    {
        if let Some(expected) = put_in(known, &text, &meaning, answers, missing).filter(|_| is_sure)
        {
            compare(&engine, &template, answers, missing, &expected);
        }
    }
}

/// A result: the output, or what fails and where.
type Output = Result<String, Vec<Flaw>>;

/// Puts values into what the naive scanner found; `None` when the naive filters are not sure.
fn put_in(
    known: &Known,
    text: &str,
    meaning: &Meaning,
    answers: &Answers,
    missing: UnknownNames,
) -> Option<Output> {
    let mut output = String::new();
    let mut flaws = Vec::new();
    let mut parts = meaning.output.split(['⟦', '⟧']);
    output.push_str(parts.next()?);
    let mut places = meaning.places.iter();
    while let (Some(number), Some(literal)) = (parts.next(), parts.next()) {
        let asked = &meaning.references[number.parse::<usize>().expect("a number")];
        let at = *places.next().expect("a place for each value");
        let (placeholder, chain) = if known.is_regular {
            known.written(&text[at..])
        } else {
            ("", "")
        };
        match answers
            .value(&asked.name, asked.pin)
            .map(|value| filters::apply(chain, value))
        {
            Some(Made::Value(value)) => output.push_str(&value),
            Some(Made::Failed) => flaws.push(Flaw {
                kind: ErrorKind::FilterFailed,
                at,
            }),
            Some(Made::Unsure) => return None,
            None if missing == UnknownNames::Keep && asked.form == ReferenceKind::Bare => {
                output.push_str(placeholder)
            }
            None => flaws.push(Flaw {
                kind: ErrorKind::NotFound,
                at,
            }),
        }
        output.push_str(literal);
    }
    Some(if flaws.is_empty() {
        Ok(output)
    } else {
        Err(flaws)
    })
}

fn compare(
    engine: &Engine,
    template: &Template,
    answers: &Answers,
    missing: UnknownNames,
    expected: &Output,
) {
    let text = template.text();
    let target = Target::tool("fuzz").with_unknown_names(missing);
    let resolved = engine.resolve(answers, &target, text);
    let once = resolved
        .as_ref()
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(flaws);
    // An error lists the first of very many.
    let listed = |flaws: &Vec<Flaw>| {
        flaws
            .iter()
            .take(Error::LISTED)
            .map(|flaw| Flaw { ..*flaw })
            .collect::<Vec<_>>()
    };
    let expected = expected.as_ref().map(String::clone).map_err(listed);
    assert_eq!(once, expected, "{text:?}");

    let outcomes = answers
        .lookup(template.references(), &target)
        .expect("it always answers");
    let filled = template.fill_for(&target, &outcomes);
    assert_eq!(
        filled
            .as_ref()
            .map(|filled| filled.expose_secret().to_string())
            .map_err(flaws),
        expected,
        "{text:?}"
    );
    if missing == UnknownNames::Error {
        let rendered = engine.render(text, |reference| answers.of(reference));
        assert_eq!(
            rendered.map(String::from).map_err(|error| flaws(&error)),
            expected,
            "{text:?}"
        );
    } else if let Ok(resolved) = resolved {
        let kept = template
            .references()
            .iter()
            .filter(|reference| reference.name().as_str().starts_with('N'));
        assert!(resolved.kept().iter().eq(kept), "{text:?}");
    }
}

fn flaw(error: &Error) -> Flaw {
    Flaw {
        kind: error.kind(),
        at: error.span().expect("a failure has a place").start,
    }
}

fn flaws(error: &Error) -> Vec<Flaw> {
    error.all().map(flaw).collect()
}
