//! The value of a secret as it comes in: from standard input, a file, or the terminal.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use keyslot::secrecy::SecretString;
use zeroize::Zeroizing;

use crate::failure::{Failure, Result};
use crate::prompt;

/// The largest value that a vault takes, in bytes, and one more.
const MOST: usize = (1 << 20) + 1;

/// Reads a value: from `file` (`-` is standard input), else from standard input. From a terminal it
/// is read without showing it.
///
/// One line end behind a single line is dropped, because `echo` and editors write it; `exact` keeps
/// it. A text of several lines, such as a key in PEM, stays as it is.
pub(crate) fn value(file: Option<&Path>, exact: bool) -> Result<SecretString> {
    let is_standard = |path: &Path| path == Path::new("-");
    match file {
        Some(path) if !is_standard(path) => {
            let file = File::open(path)
                .map_err(|error| Failure::io("cannot open the file of the value", &error))?;
            read(file, exact)
        }
        _ if io::stdin().is_terminal() => prompt::hidden("value: "),
        _ => read(io::stdin().lock(), exact),
    }
}

fn read(mut source: impl Read, exact: bool) -> Result<SecretString> {
    // Allocated once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; MOST]);
    let mut filled = 0;
    loop {
        let room = bytes.get_mut(filled..).unwrap_or_default();
        match source.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::io("cannot read the value", &error)),
        }
    }
    let bytes = bytes.get(..filled).unwrap_or_default();
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Failure::usage("a value is UTF-8 text").next("encode other bytes first, e.g. with `base64`")
    })?;
    Ok(SecretString::from(if exact {
        text
    } else {
        without_line_end(text)
    }))
}

/// The text without the line end behind its only line.
fn without_line_end(text: &str) -> &str {
    let line = text
        .strip_suffix('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    line.filter(|line| !line.contains('\n')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use keyslot::secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn one_line_end_is_dropped() {
        for (text, value) in [
            ("value", "value"),
            ("value\n", "value"),
            ("value\r\n", "value"),
            ("value\n\n", "value\n\n"),
            ("one\ntwo\n", "one\ntwo\n"),
            ("\n", ""),
            (" value ", " value "),
        ] {
            assert_eq!(read(text.as_bytes(), false).unwrap().expose_secret(), value);
            assert_eq!(read(text.as_bytes(), true).unwrap().expose_secret(), text);
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        let failure = read(&b"hunter2\xff"[..], false).unwrap_err().to_string();
        assert!(
            failure.contains("UTF-8") && !failure.contains("hunter2"),
            "{failure}"
        );
    }

    #[test]
    fn a_value_is_read_up_to_its_bound() {
        let endless = io::repeat(b'a');
        let value = read(endless, false).unwrap();
        assert_eq!(
            value.expose_secret().len(),
            MOST,
            "one more than a vault takes"
        );
    }
}
