//! All parts of a value.

use zeroize::Zeroizing;

use super::wrapped::unquoted;
use super::{colons, leaves, login, pairs, records, token, wrapped};
use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Gives the parts of a value. A part may be the whole, and may have parts in turn.
///
/// Nobody says of which format a value is, so it is read as each that it may be. Only a text that
/// is JSON to the end is nothing else. A reading looks at each character a few times, and gives
/// few of them twice.
///
/// # Errors
///
/// What `add` says.
pub(in crate::redact) fn parts(variant: Variant, value: &str, add: &mut Add<'_>) -> Result<()> {
    let trimmed = trim(value);
    let is_json = leaves::begin(trimmed) && leaves::leaves(trimmed, add)?;
    if !is_json {
        wrapped::documents(trimmed, add)?;
        login::logins(trimmed, &mut decoding(add))?;
        pairs::pairs(trimmed, &mut decoding(add))?;
        colons::pairs(trimmed, add)?;
        records::records(trimmed, add)?;
        token::in_headers(trimmed, add)?;
    }
    token::behind_scheme(trimmed, add)?;
    if let Some([payload, signature]) = token::of_jwt(trimmed) {
        add(Variant::Token, payload)?;
        add(Variant::Token, signature)?;
    }
    // The payload of a JWT names who issued it, and what a header holds was decoded there.
    if variant != Variant::Token {
        token::in_base64(trimmed).map_or(Ok(()), |text| add(Variant::Token, &text))?;
    }
    // Last, because the parts of these are the same, and are not looked for twice.
    add(Variant::Trimmed, trimmed)?;
    if let Some(inner) = unquoted(trimmed) {
        add(Variant::Trimmed, inner)?;
        wrapped::in_string(inner).map_or(Ok(()), |json| add(Variant::Trimmed, &json))?;
    }
    if trimmed.starts_with("-----BEGIN ") && trimmed.contains("\\n") {
        // A key in an environment variable: its line ends are written out.
        add(Variant::Trimmed, &leaves::unescaped(trimmed))?;
    }
    Ok(())
}

/// A value without the white space and the byte order mark around it.
fn trim(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// A value without the white space and quotes around it, to the last of them: what there is to
/// judge of it.
pub(in crate::redact) fn bare(mut value: &str) -> &str {
    value = trim(value);
    while let Some(inner) = unquoted(value) {
        value = trim(inner);
    }
    value
}

/// The lines of a value that has several, without what is around them. The first and last line of a
/// PEM are no secret.
pub(in crate::redact) fn lines(value: &str) -> impl Iterator<Item = &str> {
    let lines = value
        .trim()
        .split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let many = value.trim().contains(['\n', '\r']);
    lines.filter(move |line| many && !(line.starts_with("-----") && line.ends_with("-----")))
}

/// The parts that PowerShell shows, in different colours or apart, of a value that it took for
/// commands: the text before and after the last `&`; and with a `&+`, the text before the first
/// one, and the text behind it without the coloured character.
pub(in crate::redact) fn commands(value: &str) -> impl Iterator<Item = &str> {
    let ends = match value.find("&+") {
        Some(at) => Some((at + 2, at + 3)),
        None => value.rfind('&').map(|at| (at + 1, at + 1)),
    };
    ends.into_iter()
        .flat_map(|(end, start)| [value.get(..end), value.get(start..)])
        .flatten()
}

/// Adds each text percent-decoded as well.
fn decoding<'a>(add: &'a mut Add<'_>) -> impl FnMut(Variant, &str) -> Result<()> + 'a {
    |variant, text| {
        add(variant, text)?;
        percent_decoded(text).map_or(Ok(()), |decoded| add(variant, &decoded))
    }
}

/// Undoes percent-encoding, where there is some and makes text.
fn percent_decoded(text: &str) -> Option<Zeroizing<String>> {
    text.contains('%').then_some(())?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    bytes.extend(percent_encoding::percent_decode_str(text));
    Some(Zeroizing::new(std::str::from_utf8(&bytes).ok()?.to_owned()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::redact) fn of(variant: Variant, value: &str) -> Vec<String> {
        let mut all = Vec::new();
        parts(Variant::Value, value, &mut |found, part| {
            all.extend((found == variant).then(|| part.to_owned()));
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn lines_are_those_of_values_with_several() {
        assert_eq!(lines("one line").count(), 0);
        assert_eq!(lines("one line\n").count(), 0);
        assert_eq!(
            lines(" a\r\n\tb \n\nc").collect::<Vec<_>>(),
            ["a", "b", "c"]
        );
        let pem = "-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n";
        assert_eq!(lines(pem).collect::<Vec<_>>(), ["MIIE"]);
    }

    #[test]
    fn quotes_and_white_space_are_trimmed() {
        assert_eq!(of(Variant::Trimmed, " \"a b\"\n"), ["\"a b\"", "a b"]);
        assert_eq!(
            of(Variant::Trimmed, "-----BEGIN K-----\\nMII\\n"),
            ["-----BEGIN K-----\\nMII\\n", "-----BEGIN K-----\nMII\n"]
        );
        assert_eq!(
            [" ' \"a\"' ", "\"", "\"\"", " \n", "it's"].map(bare),
            ["a", "\"", "", "", "it's"]
        );
    }

    #[test]
    fn commands_end_at_the_last_ampersand_or_the_first_with_a_plus() {
        let all = |value| commands(value).collect::<Vec<_>>();
        assert_eq!(all("one&two&three"), ["one&two&", "three"]);
        assert_eq!(all("one&+two&+three&four"), ["one&+", "wo&+three&four"]);
        assert_eq!(all("one&+étwo"), ["one&+"], "no character is cut");
        assert_eq!(all("one").len(), 0);
    }
}
