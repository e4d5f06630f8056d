//! Files in which a password has its place: `.netrc`, `.pgpass`, elements of XML.

use super::login::login;
use super::pairs::without;
use super::secret_keys::{is_elsewhere, of_key};
use crate::error::Result;
use crate::redact::encodings::Add;

/// Adds the users and passwords of a text that is such a file.
pub(super) fn records(text: &str, add: &mut Add<'_>) -> Result<()> {
    netrc(text, add)?;
    text.split(['\n', '\r'])
        .try_for_each(|line| pgpass(line.trim(), add))?;
    elements(text, add)
}

/// Reads `machine host login user password secret`, over one line or several.
fn netrc(text: &str, add: &mut Add<'_>) -> Result<()> {
    let mut words = text.split_whitespace();
    let mut is_netrc = false;
    while let Some(word) = words.next() {
        is_netrc |= matches!(word, "machine" | "default");
        let is_key = matches!(word, "login" | "user" | "account" | "password" | "passwd");
        if !is_netrc || !is_key {
            continue;
        }
        match (word, words.next()) {
            (_, None) => {}
            ("login" | "user", Some(user)) => login(user, None, add)?,
            (_, password) => login("", password, add)?,
        }
    }
    Ok(())
}

/// Reads `host:port:database:user:password`, where a backslash escapes a colon.
fn pgpass(line: &str, add: &mut Add<'_>) -> Result<()> {
    let mut escaped = false;
    let is_end = |c: char| {
        let ends = c == ':' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    };
    let fields: smallvec::SmallVec<[&str; 6]> = line.split(is_end).take(6).collect();
    let [_, port, _, user, password] = *fields else {
        return Ok(());
    };
    let is_port = port == "*" || !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    if line.starts_with('#') || !is_port {
        return Ok(());
    }
    login(user, Some(password), add)?;
    without('\\', password).map_or(Ok(()), |plain| login("", Some(&plain), add))
}

/// Reads `<password>secret</password>`.
fn elements(text: &str, add: &mut Add<'_>) -> Result<()> {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        rest = behind;
        let Some((tag, inside)) = behind.split_once(['>', '<']) else {
            return Ok(());
        };
        let Some(variant) = of_key(tag) else {
            continue;
        };
        let (value, after) = inside
            .split_at_checked(inside.find('<').unwrap_or(inside.len()))
            .unwrap_or_default();
        if after.starts_with("</") && !is_elsewhere(value.trim()) {
            add(variant, value.trim())?;
        }
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use crate::redact::variants::Variant;

    #[test]
    fn passwords_are_found_in_their_places() {
        for (text, user, password) in [
            (
                "machine h.example login ada password s3cret",
                "ada",
                "s3cret",
            ),
            (
                "# of ada\ndefault\n\tlogin ada\n\tpassword s3cret\n",
                "ada",
                "s3cret",
            ),
            ("db.example:5432:*:ada:s3cret", "ada", "s3cret"),
            ("#h:p\n*:*:*:ada:s3\\:c\\\\ret", "ada", "s3:c\\ret"),
            (
                "<server>\n<username>ada</username> <password>s3cret</password></server>",
                "ada",
                "s3cret",
            ),
        ] {
            let found = of(Variant::User, text);
            assert!(found.contains(&user.to_owned()), "{text}: {found:?}");
            let found = of(Variant::Password, text);
            assert!(found.contains(&password.to_owned()), "{text}: {found:?}");
        }
        for text in [
            "the login and password of the machine",
            "login ada password s3cret",
            "/a:b:c:d:e",
            "h:1:d:u",
            "h:1:d:u:p:q",
            "<password/>s3cret<a>",
            "<password>${DB}</password>",
        ] {
            let found = [Variant::User, Variant::Password].map(|one| of(one, text).len());
            assert_eq!(found, [0, 0], "{text}");
        }
    }
}
