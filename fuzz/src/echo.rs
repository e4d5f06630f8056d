//! Looks in what errors and lints show for a word that was planted in the text they are about.

use keyslot::template::{Engine, Lint};
use keyslot::{Error, SecretName};

/// A text that no message holds by itself. Long enough for a value, and of characters that names
/// have.
const CANARY: &str = "Zq7Xk-W9Jm2_Vb4N";

/// The number of its bytes in a row that count as an echo.
const WINDOW: usize = 8;

/// Asserts that neither errors nor lints show a word that is put into a text at a byte, unless it
/// became part of a name.
pub fn assert_unseen(engine: &Engine, text: &str, at: usize) {
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    let planted = format!("{}{CANARY}{}", &text[..at], &text[at..]);
    match engine.compile(planted.as_str()) {
        Ok(template) => {
            assert!(!shows(
                &format!("{template:?}").replace(&format!("{:?}", template.references()), "")
            ));
            template.lints().iter().for_each(assert_lint_unseen);
        }
        Err(error) => assert_error_unseen(&error),
    }
    if let Err(error) = engine.render(&planted, |_| None) {
        assert_error_unseen(&error);
    }
}

fn assert_error_unseen(error: &Error) {
    for one in error.all() {
        let shown = format!("{one}\n{one:?}");
        let name = one.name().filter(|name| SecretName::new(name).is_ok());
        let shown = name.map_or(shown.clone(), |name| shown.replace(name, ""));
        assert!(!shows(&shown), "an error shows what it is about: {shown}");
    }
}

fn assert_lint_unseen(lint: &Lint) {
    assert!(
        !shows(&format!("{lint}\n{lint:?}")),
        "a lint shows what it is about: {lint}"
    );
}

fn shows(shown: &str) -> bool {
    (0..=CANARY.len() - WINDOW).any(|at| shown.contains(&CANARY[at..at + WINDOW]))
}
