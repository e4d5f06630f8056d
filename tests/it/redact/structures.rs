//! Documents and errors.

use std::fmt;

use super::redactor;

const VALUE: &str = "s3cr3t-of-the-run";

#[cfg(feature = "json")]
#[test]
fn strings_keys_and_numbers_are_redacted() {
    use serde_json::json;
    let redactor = redactor(&[("A", VALUE), ("N", "4716108999716531")]);
    let mut document = json!({
        "list": [VALUE, 1, null, true, {"deep": format!("is {VALUE}")}],
        VALUE: 4_716_108_999_716_531_u64,
        "near": 471_610_899_971_653_u64,
        "plain": "text",
    });
    redactor.redact_json(&mut document);
    assert_eq!(
        document,
        json!({
            "list": ["<<$secret.A>>", 1, null, true, {"deep": "is <<$secret.A>>"}],
            "<<$secret.A>>": "<<$secret.N>>",
            "near": 471_610_899_971_653_u64,
            "plain": "text",
        })
    );
    let mut text = json!(VALUE);
    redactor.redact_json(&mut text);
    assert_eq!(text, "<<$secret.A>>");
}

#[cfg(feature = "json")]
#[test]
fn bad_input_56_keys_that_become_the_same() {
    use serde_json::json;
    let redactor = redactor(&[("A", VALUE)]);
    let hex = base16ct::lower::encode_string(VALUE.as_bytes());
    let mut document =
        json!({VALUE: 1, hex: 2, "<<$secret.A>>": 3, "<<$secret.A>> (2)": 4, "other": 5});
    redactor.redact_json(&mut document);
    let entries = document.as_object().unwrap();
    let mut values: Vec<_> = entries
        .values()
        .map(|value| value.as_u64().unwrap())
        .collect();
    values.sort_unstable();
    assert_eq!(values, [1, 2, 3, 4, 5], "no entry is lost");
    // What held no secret has the key that it had.
    assert_eq!(
        (
            &entries["<<$secret.A>>"],
            &entries["<<$secret.A>> (2)"],
            &entries["other"]
        ),
        (&json!(3), &json!(4), &json!(5))
    );
    assert!(entries.contains_key("<<$secret.A>> (3)") && entries.contains_key("<<$secret.A>> (4)"));
    assert!(!document.to_string().contains("s3cr3t"));
}

/// Whoever knows the secret can write it in many ways. Were every number tried for each of them,
/// this would take minutes.
#[cfg(feature = "json")]
#[test]
fn many_keys_may_become_the_same() {
    let hex = base16ct::lower::encode_string(VALUE.as_bytes());
    let writings = [VALUE, &hex, &hex.to_uppercase()];
    let key = |n: usize| {
        (0..9)
            .map(|digit| writings[n / 3_usize.pow(digit) % 3])
            .collect::<String>()
    };
    let count = 3_usize.pow(9);
    let mut document: serde_json::Value = (0..count)
        .map(|n| (key(n), n.into()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    redactor(&[("A", VALUE)]).redact_json(&mut document);
    let entries = document.as_object().unwrap();
    let masked = "<<$secret.A>>".repeat(9);
    assert_eq!(entries.len(), count);
    assert!(entries.contains_key(&masked) && entries.contains_key(&format!("{masked} ({count})")));
}

#[cfg(feature = "json")]
#[test]
fn a_document_of_any_depth_is_redacted() {
    let mut document = serde_json::json!(VALUE);
    for _ in 0..50_000 {
        document = serde_json::Value::Array(vec![document]);
    }
    redactor(&[("A", VALUE)]).redact_json(&mut document);
    while let serde_json::Value::Array(mut items) = document {
        document = items.pop().unwrap();
    }
    assert_eq!(document, "<<$secret.A>>");
}

#[derive(Debug)]
struct Failed(&'static str, Option<Box<Failed>>);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In parts, as `write!` does.
        self.0.chars().try_for_each(|c| write!(f, "{c}"))
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

#[test]
fn errors_are_redacted_with_their_causes() {
    let failed = Failed(
        "no answer",
        Some(Box::new(Failed(
            "GET /?key=s3cr3t-of-the-run",
            Some(Box::new(Failed("reset", None))),
        ))),
    );
    let error = redactor(&[("A", VALUE)]).error(&failed);
    assert_eq!(
        error.messages(),
        ["no answer", "GET /?key=<<$secret.A>>", "reset"]
    );
    assert_eq!(
        error.to_string(),
        "no answer: GET /?key=<<$secret.A>>: reset"
    );
    assert!(std::error::Error::source(&error).is_none());
    assert!(!format!("{error:?} {error:#?}").contains("s3cr3t"));
}

#[test]
fn an_error_without_end_is_cut() {
    #[derive(Debug)]
    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("again")
        }
    }
    impl std::error::Error for Endless {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&Endless)
        }
    }
    assert_eq!(
        redactor(&[("A", VALUE)]).error(&Endless).messages().len(),
        64
    );
}

#[test]
fn what_is_shown_is_redacted_on_the_way() {
    let redactor = redactor(&[("A", VALUE)]);
    let shown = redactor.display(Failed("is s3cr3t-of-the-run 🔑 s3cr3t", None));
    assert_eq!(
        format!("{shown}|{shown:?}"),
        "is <<$secret.A>> 🔑 s3cr3t|is <<$secret.A>> 🔑 s3cr3t"
    );
    struct Ways;
    impl fmt::Display for Ways {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if f.alternate() {
                "at length: s3cr3t-of-the-run"
            } else {
                "s3cr3t-of-the-run"
            })
        }
    }
    let shown = redactor.display(Ways);
    assert_eq!(
        format!("{shown}|{shown:#}"),
        "<<$secret.A>>|at length: <<$secret.A>>"
    );
}

#[test]
fn an_error_that_cannot_be_shown_says_what_it_can() {
    #[derive(Debug)]
    struct Unfinished;
    impl fmt::Display for Unfinished {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("401 for s3cr3t-of-the-run, s3cr3t-")?;
            Err(fmt::Error)
        }
    }
    impl std::error::Error for Unfinished {}
    let redactor = redactor(&[("A", VALUE)]);
    assert_eq!(
        redactor.error(&Unfinished).to_string(),
        "401 for <<$secret.A>>, s3cr3t-"
    );
    assert!(
        fmt::write(
            &mut String::new(),
            format_args!("{}", redactor.display(Unfinished))
        )
        .is_err(),
        "it is told"
    );
}
