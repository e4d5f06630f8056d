//! Looks for rejected input in what an error shows.

use std::error::Error;

/// Nobody writes this by chance; refused input is wrapped in it to see whether any of it comes out
/// again.
const CANARY: &str = "Zq7Xk-W9Jm2_Vb4N";

/// The number of bytes in a row that count as an echo. Fewer occur in any sentence.
const WINDOW: usize = 8;

/// Everything that an error and its causes show.
fn shown(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes
        .flat_map(|error| {
            [
                format!("{error}\n"),
                format!("{error:?}\n"),
                format!("{error:#?}\n"),
            ]
        })
        .collect()
}

fn echoes(shown: &str, input: &str) -> bool {
    let windows = input.as_bytes().windows(WINDOW);
    let whole = input.len() >= WINDOW / 2 && shown.contains(input);
    whole
        || windows
            .into_iter()
            .any(|window| memchr::memmem::find(shown.as_bytes(), window).is_some())
}

/// Asserts that `refuse` refuses `input`, alone and amid a canary, and that no error of it shows
/// what was refused.
pub(crate) fn assert_refused_unseen<E: Error + 'static>(
    input: &str,
    refuse: impl Fn(&str) -> Result<(), E>,
) {
    let error = refuse(input).expect_err("this must be refused");
    assert_shows_nothing_of(&error, input);
    let amid =
        ["{}*", "*{}", "*{}*", "*/{}"].map(|form| form.replace('*', CANARY).replace("{}", input));
    let refused: Vec<_> = amid
        .iter()
        .filter_map(|input| Some((input, refuse(input).err()?)))
        .collect();
    assert!(
        !refused.is_empty() || input.is_empty(),
        "nothing was refused amid the canary"
    );
    for (input, error) in refused {
        assert_shows_nothing_of(&error, input);
    }
}

pub(crate) fn assert_shows_nothing_of(error: &(dyn Error + 'static), input: &str) {
    let shown = shown(error);
    assert!(
        !echoes(&shown, input),
        "an error shows what was refused: {shown}"
    );
    assert!(
        !shown.chars().any(|c| c.is_control() && c != '\n'),
        "an error shows control characters: {shown:?}"
    );
}

/// The control of this whole module: errors that do echo are found, wherever the echo is.
pub(crate) fn assert_scanner_finds_planted_echoes() {
    use keyslot::{Error, ErrorKind};

    let input = format!("{CANARY}*");
    let plain = || Error::new(ErrorKind::InvalidName, "refused");
    assert!(!echoes(&shown(&plain()), &input));
    let cause = || std::io::Error::other(input.clone());
    let part = input[3..3 + WINDOW].to_owned();
    for planted in [
        Error::new(ErrorKind::InvalidName, format!("{input:?} is no name")),
        Error::new(
            ErrorKind::InvalidName,
            format!("no name begins with {part}"),
        ),
        plain().with_source(cause()),
        plain().with_source(plain().with_source(cause())),
    ] {
        assert!(echoes(&shown(&planted), &input), "missed in {planted:?}");
    }
}
