//! Users and passwords among `key=value` pairs.

use zeroize::Zeroizing;

use super::secret_keys::{is_elsewhere, of_key};
use crate::error::Result;
use crate::redact::encodings::Add;

/// Longest distance at which the end of a quoted value is looked for, in bytes.
const LONGEST: usize = 4 << 10;

/// Adds what keys say is a user or password: in connection strings of ADO.NET, ODBC and JDBC
/// (`Server=…;Password=…`), of libpq (`host=… password='…'`), in files of environment variables,
/// INI and TOML, and in queries and forms (`…?user=…&password=…`).
///
/// Nobody says which of these a text is, so it is read as each that it may be. Each reading looks
/// at each character once or twice.
pub(super) fn pairs(text: &str, add: &mut Add<'_>) -> Result<()> {
    read(text, char::is_whitespace, add)?;
    if text.contains(['\n', '\r']) && text.contains(' ') {
        read(text, |c| c == '\n' || c == '\r', add)?;
    }
    if text.contains(';') {
        read(text, |c| c == ';', add)?;
    }
    if text.contains(['?', '&']) {
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        read(query, |c| c == '&' || c == '#', add)?;
    }
    Ok(())
}

fn read(mut rest: &str, is_end: impl Fn(char) -> bool, add: &mut Add<'_>) -> Result<()> {
    while let Some(at) = rest.find(|c| c == '=' || is_end(c)) {
        let (key, behind) = rest.split_at_checked(at).unwrap_or_default();
        let Some(value) = behind.trim_start().strip_prefix('=') else {
            rest = behind.trim_start_matches(&is_end);
            continue;
        };
        // `=>`, as in lists of PHP and Ruby.
        let value = value.strip_prefix('>').unwrap_or(value);
        let value = value.trim_start_matches([' ', '\t']);
        let variant = of_key(key);
        rest = if let (None, Some(table)) = (variant, value.strip_prefix('{')) {
            // A table of TOML has pairs in it.
            table
        } else if let Some((inner, close, after)) = quoted(value) {
            if let Some(variant) = variant.filter(|_| !is_elsewhere(inner)) {
                add(variant, inner)?;
                for escape in [close, '\\'] {
                    without(escape, inner).map_or(Ok(()), |inner| add(variant, &inner))?;
                }
            }
            after
        } else {
            let end = value.find(&is_end).unwrap_or(value.len());
            let (value, after) = value.split_at_checked(end).unwrap_or_default();
            if let Some(variant) = variant.filter(|_| !is_elsewhere(value.trim_end())) {
                add(variant, without_comment(value).trim_end())?;
            }
            after
        };
    }
    Ok(())
}

/// A value of a line without the comment behind it.
fn without_comment(value: &str) -> &str {
    let end = value.find(" #").or_else(|| value.find(" ;"));
    end.and_then(|end| value.get(..end)).unwrap_or(value)
}

/// Splits a text that begins with quotes or braces into their content, the closing character and
/// the rest. A quote that is doubled or behind a backslash does not close.
pub(super) fn quoted(text: &str) -> Option<(&str, char, &str)> {
    let open = text
        .chars()
        .next()
        .filter(|c| ['"', '\'', '{'].contains(c))?;
    let close = if open == '{' { '}' } else { open };
    let inside = text.strip_prefix(open)?;
    let mut bytes = inside.bytes().take(LONGEST).enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        let is_close = char::from(byte) == close;
        if is_close && bytes.peek().is_none_or(|(_, next)| *next != byte) {
            return Some((inside.get(..at)?, close, inside.get(at + 1..)?));
        }
        if is_close || byte == b'\\' {
            bytes.next();
        }
    }
    None
}

/// Takes away the first of each two characters that escape one another, if there are any.
pub(super) fn without(escape: char, text: &str) -> Option<Zeroizing<String>> {
    text.contains(escape).then_some(())?;
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == escape {
            chars.next().unwrap_or(c)
        } else {
            c
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use super::*;
    use crate::redact::variants::Variant;

    #[test]
    #[allow(clippy::too_many_lines)] // a table
    fn connection_strings_are_taken_apart() {
        for (text, user, password) in [
            (
                "Server=db;User Id=svc_app;Password=S3cr3t;",
                "svc_app",
                "S3cr3t",
            ),
            (
                "server = db; uid = svc ; pwd = S3 cr3t ; encrypt=true",
                "svc",
                "S3 cr3t",
            ),
            (
                "Server=db;UID=svc;Password=\"S3;cr\"\"3t\";Encrypt=yes",
                "svc",
                "S3;cr\"3t",
            ),
            (
                "Driver={ODBC Driver 18};Uid=svc;Pwd={S3;c}}r3t};Server=db",
                "svc",
                "S3;c}r3t",
            ),
            (
                "jdbc:sqlserver://db:1433;databaseName=x;user=sa;password=S3cr3t",
                "sa",
                "S3cr3t",
            ),
            ("host=db user=ada password=S3cr3t", "ada", "S3cr3t"),
            (
                "host=db user = ada password = 'S3 cr\\'3t' dbname=x",
                "ada",
                "S3 cr'3t",
            ),
            (
                "DB_USER=ada\nDB_PASSWORD=\"S3 cr3t\"\nPORT=1",
                "ada",
                "S3 cr3t",
            ),
            (
                "required username=\"ada\" password=\"S3cr3t\";",
                "ada",
                "S3cr3t",
            ),
            (
                "jdbc:postgresql://db/x?user=ada&password=S3%26cr3t",
                "ada",
                "S3&cr3t",
            ),
            (
                "username=ada&grant_type=password&client_secret=S3cr3t",
                "ada",
                "S3cr3t",
            ),
            ("Server=db;User=ada;Password='S3cr3t", "ada", "'S3cr3t"),
            ("{Driver};Uid=svc;Pwd=S3cr3t", "svc", "S3cr3t"),
            (
                "[default]\nuser = ada\nsecret_access_key = S3cr3t",
                "ada",
                "S3cr3t",
            ),
            (
                "[a]\nuser = ada\npassword = S3 cr3t ; of ada\n",
                "ada",
                "S3 cr3t",
            ),
            ("{ user = \"ada\", password = \"S3cr3t\" }", "ada", "S3cr3t"),
            ("['user' => 'ada', 'pass' => 'S3cr3t']", "ada", "S3cr3t"),
            (
                "user=ada\n//npm.example/:_authToken=S3cr3t",
                "ada",
                "S3cr3t",
            ),
        ] {
            assert!(of(Variant::User, text).contains(&user.to_owned()), "{text}");
            assert!(
                of(Variant::Password, text).contains(&password.to_owned()),
                "{text}"
            );
        }
        let azure = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=S3cr3t==;\
                     EndpointSuffix=core.windows.net";
        assert_eq!(of(Variant::Password, azure), ["S3cr3t=="]);
        for text in [
            "a=b;c=d e=f&g=h",
            "the password is hunter2",
            "SharedAccessKeyName=Root",
            "guid=1",
            "=a;=b",
            "a=\"b",
            "DB_PASSWORD=${OTHER}",
            "monkey=banana",
            "KEY_PATH=/a/b",
        ] {
            assert_eq!(
                (
                    of(Variant::User, text).len(),
                    of(Variant::Password, text).len()
                ),
                (0, 0),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_nearly_pairs_is_read_once() {
        for unit in [
            "password=",
            "password='",
            "a={",
            "password=\\",
            "user ",
            "?",
            "=;",
            "pwd=\"\"",
            "user=é;",
        ] {
            let text = unit.repeat((64 << 10) / unit.len());
            let mut length = 0;
            pairs(&text, &mut |_, part| {
                length += part.len();
                Ok(())
            })
            .unwrap();
            // Each of the four readings gives nothing twice, except without what escapes.
            assert!(length <= 8 * text.len(), "{unit}: {length}");
        }
    }
}
