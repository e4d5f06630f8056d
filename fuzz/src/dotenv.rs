//! Lists of variables, read by a second reader that is written for plainness, and written anew.

use keyslot_import::dotenv::{self, Dotenv};

/// Names and values.
pub type Variables = Vec<(String, String)>;

/// The code that is checked.
#[derive(Clone, Copy)]
pub struct Lists {
    /// Reads a list; the error is all that it shows.
    pub read: fn(&str) -> Result<Variables, String>,
    /// Reads a list with references to variables.
    pub expand: fn(&str) -> Result<Variables, String>,
    /// Puts a value in the place of all others.
    pub put: fn(&str, &str) -> Option<Vec<u8>>,
    /// Writes a list.
    pub write: fn(&[(&str, &str)]) -> Option<Vec<u8>>,
}

impl Lists {
    /// That of the crate.
    pub const OURS: Self = Self {
        read: |text| {
            Dotenv::read(text).map_or_else(|error| Err(shown(&error)), |list| Ok(owned(&list)))
        },
        expand: |text| {
            let list = Dotenv::expanded(text, &std::collections::BTreeMap::new());
            list.map_or_else(|error| Err(shown(&error)), |list| Ok(owned(&list)))
        },
        put: |text, value| Some(Dotenv::read(text).ok()?.with(|_| Some(value)).to_vec()),
        write: |list| Some(dotenv::write(list.iter().copied()).ok()?.to_vec()),
    };
}

/// A text that no message holds by itself, of characters that names have.
const CANARY: &str = "Zq7Xk-W9Jm2_Vb4N";

fn owned(list: &Dotenv<'_>) -> Variables {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    list.variables().map(owned).collect()
}

/// All that an error shows, without a name that it may tell.
fn shown(error: &keyslot::Error) -> String {
    let shown = format!("{error} {error:?}");
    error
        .name()
        .map_or(shown.clone(), |name| shown.replace(name, ""))
}

/// Checks an input: a list.
pub fn check(data: &[u8], code: Lists) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let read = (code.read)(text).ok();
    assert_eq!(read, naive(text), "another list");
    let Some(variables) = read else {
        return unseen(text, code);
    };
    for value in [text, "it's\\", ""]
        .iter()
        .filter(|value| !value.contains('\0'))
    {
        let put = (code.put)(text, value).expect("a list");
        let put = String::from_utf8(put).expect("text");
        let again = (code.read)(&put).expect("a list that was written");
        assert!(
            again
                .iter()
                .map(|(name, _)| name)
                .eq(variables.iter().map(|(name, _)| name))
        );
        assert!(
            again.iter().all(|(_, found)| found == value),
            "another value"
        );
    }
    let named: Vec<(String, &str)> = (0..)
        .zip(&variables)
        .map(|(at, (_, value))| (format!("N{at}"), value.as_str()))
        .collect();
    let named: Vec<(&str, &str)> = named
        .iter()
        .map(|(name, value)| (&**name, *value))
        .collect();
    let written = (code.write)(&named).expect("a list");
    let again = (code.read)(std::str::from_utf8(&written).expect("text")).expect("a list");
    assert!(
        again
            .iter()
            .map(|(_, value)| value)
            .eq(variables.iter().map(|(_, value)| value)),
        "another value in a list that was written"
    );
    // Without a dollar sign, there is nothing to put in.
    if !text.contains('$') {
        assert_eq!(
            (code.expand)(text).ok(),
            Some(variables),
            "another list with references"
        );
    }
    unseen(text, code);
}

/// No error shows a word that is put into the text.
fn unseen(text: &str, code: Lists) {
    let middle = (0..=text.len() / 2)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    let planted = format!("{}{CANARY}{}", &text[..middle], &text[middle..]);
    for read in [code.read, code.expand] {
        let error = read(&planted).err().unwrap_or_default();
        let parts = (0..=CANARY.len() - 8).map(|at| &CANARY[at..at + 8]);
        for part in parts {
            assert!(!error.contains(part), "an error repeats the list");
        }
    }
}

/// The second reader.
fn naive(text: &str) -> Option<Variables> {
    if text.contains('\0') {
        return None;
    }
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found: Variables = Vec::new();
    while !rest.is_empty() {
        let line = &rest[..rest.find('\n').map_or(rest.len(), |at| at + 1)];
        let words = line.trim_start_matches([' ', '\t']);
        if words.starts_with('#') || words.chars().all(|c| c == '\r' || c == '\n') {
            rest = &rest[line.len()..];
            continue;
        }
        let (left, value) = words.split_once('=')?;
        let name = name(left.trim_end_matches([' ', '\t']))?;
        if found.iter().any(|(other, _)| other == name) {
            return None;
        }
        let begin = value.trim_start_matches([' ', '\t']);
        let after = &rest[line.len() - begin.len()..];
        let quote = begin.chars().next().filter(|&c| c == '\'' || c == '"');
        let value = match quote {
            Some(quote) => {
                let (value, behind) = quoted(&after[1..], quote)?;
                let (end, next) = behind.split_once('\n').unwrap_or((behind, ""));
                let words = end.strip_suffix('\r').unwrap_or(end);
                let words = words.trim_end_matches([' ', '\t']);
                if !words.is_empty() && !words.trim_start_matches([' ', '\t']).starts_with('#') {
                    return None;
                }
                if words.starts_with('#') {
                    return None;
                }
                rest = next;
                value
            }
            None => {
                rest = &rest[line.len()..];
                plain(begin, begin.len() < value.len())?
            }
        };
        found.push((name.to_owned(), value));
    }
    Some(found)
}

fn name(left: &str) -> Option<&str> {
    let exported = left
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']));
    let name = exported.map_or(left, |rest| rest.trim_start_matches([' ', '\t']));
    let is_inner = |c: char| c.is_alphanumeric() || "_.-/:".contains(c);
    (!name.is_empty() && name.len() <= 256 && name.chars().all(is_inner)).then_some(name)
}

/// The value of a line without quotes.
fn plain(line: &str, is_apart: bool) -> Option<String> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut value = String::new();
    let mut is_apart = is_apart;
    for c in line.chars() {
        if c == '#' && is_apart {
            break;
        }
        is_apart = c == ' ' || c == '\t';
        value.push(c);
    }
    let value = value.trim_end_matches([' ', '\t']);
    let is_cut = value.starts_with("-----BEGIN ") && !value.contains("-----END ");
    let is_refused = value.starts_with('`') || value.contains('\r') || is_cut;
    (!is_refused).then(|| value.to_owned())
}

/// The value in quotes, and the text behind it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c == quote => {
                let is_refused = quote == '\'' && value.ends_with('\\');
                return (!is_refused).then(|| (value, chars.as_str()));
            }
            '\\' if quote == '"' => match chars.next()? {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                c if "\\\"$`".contains(c) => value.push(c),
                c if "abcfv'\n\r".contains(c) || c.is_ascii_digit() => return None,
                c => value.extend(['\\', c]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\u{feff}# list\r\nexport A=1 # one\nB='two\nlines' # two\n\
                        C=\"a\\n\\\"b\\\" \\d\"\nD=\nE= # none\nF=#x\n a.b-c = x=y z\t\r\n";

    #[test]
    fn ours_passes() {
        assert_eq!(naive(LIST).map(|list| list.len()), Some(7), "the control");
        for text in [
            LIST,
            "",
            "A",
            "A=1\nA=2",
            "A='x",
            "A=\"x\\",
            "A='x'y",
            "A='x'#y",
            "A='x' \r",
            "A='x\\'",
            "A=`x`",
            "A=\"\\a\"",
            "A=x\ry",
            "A=-----BEGIN KEY-----",
            "A=$B${C:-d}",
            "A=\0",
            "export=1\nexport  B=2",
            "A=\"${A:-\"}\"",
        ] {
            check(text.as_bytes(), Lists::OURS);
        }
        check(b"A=\xff", Lists::OURS);
    }

    #[test]
    #[should_panic = "another list"]
    fn a_dollar_sign_that_is_lost_is_noticed() {
        let read = |text: &str| (Lists::OURS.read)(&text.replace('$', ""));
        check(
            b"A='$5'",
            Lists {
                read,
                ..Lists::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another list"]
    fn a_quote_without_its_end_that_is_read_is_noticed() {
        let read = |text: &str| (Lists::OURS.read)(text).or_else(|_| (Lists::OURS.read)("A=x"));
        check(
            b"A='x",
            Lists {
                read,
                ..Lists::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another value"]
    fn a_value_that_is_put_in_without_quotes_is_noticed() {
        let put = |text: &str, value: &str| Some(text.replace('1', value).into_bytes());
        check(b"A=1 #", Lists { put, ..Lists::OURS });
    }

    #[test]
    #[should_panic = "another value in a list that was written"]
    fn a_list_that_is_written_without_quotes_is_noticed() {
        let write = |list: &[(&str, &str)]| {
            let line = |(name, value): &(&str, &str)| format!("{name}={value}\n");
            Some(list.iter().map(line).collect::<String>().into_bytes())
        };
        check(
            b"A='x #y'",
            Lists {
                write,
                ..Lists::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another list with references"]
    fn an_expansion_that_changes_plain_values_is_noticed() {
        let expand = |text: &str| (Lists::OURS.expand)(&text.replace('%', ""));
        check(
            b"A=5%",
            Lists {
                expand,
                ..Lists::OURS
            },
        );
    }

    #[test]
    #[should_panic = "an error repeats the list"]
    fn an_error_that_repeats_the_list_is_noticed() {
        let read = |text: &str| (Lists::OURS.read)(text).map_err(|error| error + text);
        check(
            b"A='xxxx",
            Lists {
                read,
                ..Lists::OURS
            },
        );
    }
}
