//! Users and passwords in front of a host: `postgres://user:password@host/database`.

use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Adds user and password of a URL, of what has one in it (`jdbc:mysql://…`,
/// `DATABASE_URL=mysql://…`, several with white space between them), and of what is written like
/// one without its scheme (`user:password@host`, `user:password@tcp(host:3306)/db`).
///
/// A password that nobody encoded may hold what ends the host elsewhere: then it is read in two
/// ways.
pub(super) fn logins(text: &str, add: &mut Add<'_>) -> Result<()> {
    let words = text.split_whitespace().filter(|word| *word != text);
    for text in std::iter::once(text).chain(words) {
        for (user, password) in read(text) {
            add(Variant::User, user)?;
            add(Variant::Password, password)?;
        }
    }
    Ok(())
}

fn read(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let (near, far) = match text.split_once("://") {
        Some((before, rest)) if ends_in_scheme(before) => in_url(rest),
        Some(_) => (None, None),
        None => (without_scheme(text), None),
    };
    [near, far]
        .into_iter()
        .flatten()
        .map(|login| login.split_once(':').unwrap_or((login, "")))
}

fn ends_in_scheme(before: &str) -> bool {
    let scheme = before
        .rsplit(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
        .next();
    scheme.is_some_and(|scheme| scheme.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Returns the text before the last `@` of the host's part; and the text before the last `@` of
/// all, if the former has a `:` with no port behind.
fn in_url(rest: &str) -> (Option<&str>, Option<&str>) {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let behind = host
        .split_once(':')
        .map(|(_, behind)| behind.split(';').next().unwrap_or_default());
    let has_port = behind.is_some_and(|behind| behind.bytes().all(|byte| byte.is_ascii_digit()));
    let login = |text: &str| {
        text.rfind('@')
            .filter(|_| !has_port)
            .and_then(|at| rest.get(..at))
    };
    let near = login(host);
    let far = behind
        .and_then(|_| login(rest))
        .filter(|far| Some(*far) != near);
    (near, far)
}

/// Returns the text before the `@` of `user:password@host` or `user:password@network(address)`.
fn without_scheme(text: &str) -> Option<&str> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b))
    };
    let network = text.rsplit_once('(').map_or("", |(before, _)| before);
    let login = match network.rsplit_once('@') {
        Some((login, network)) if is_name(network) => login,
        _ => {
            let (login, host) = text.split(['/', '?', '#']).next()?.rsplit_once('@')?;
            let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
            (is_host && !text.contains(char::is_whitespace)).then_some(login)?
        }
    };
    // Of `NAME=user:…`, what is behind the name.
    let (user, _) = login.split_once(':')?;
    let start = user.rfind('=').map_or(0, |at| at + 1);
    is_name(user.get(start..)?).then(|| login.get(start..))?
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use super::*;

    #[test]
    fn urls_have_users_and_passwords() {
        for (url, user, password) in [
            ("postgres://ada:s3cret@db/x", "ada", "s3cret"),
            ("postgres://ada:p@ss/w?rd#1@db/x", "ada", "p@ss/w?rd#1"),
            ("postgres://ada:1234@db:5432/x", "ada", "1234"),
            ("amqp+ssl://ada:a%40b@db:1/x?y=@z", "ada", "a%40b"),
            ("https://token@git.example/x", "token", ""),
            ("jdbc:mysql://ada:s3cret@db/x", "ada", "s3cret"),
            ("DATABASE_URL=postgres://ada:s3cret@db/x", "ada", "s3cret"),
            (
                "export A='mysql://ada:s3cret@db/x'\nB=redis://:other@db",
                "ada",
                "s3cret",
            ),
            (
                "export A='mysql://ada:s3cret@db/x'\nB=redis://:other@db",
                "",
                "other",
            ),
            ("ada:s3cret@tcp(db:3306)/x?parseTime=true", "ada", "s3cret"),
            ("ada:s3/c:r@t@unix(/run/mysql.sock)/x", "ada", "s3/c:r@t"),
            ("ada:s3cret@db.example:5432/x", "ada", "s3cret"),
            ("DSN=ada:s3cret@tcp(db)/x", "ada", "s3cret"),
        ] {
            assert!(of(Variant::User, url).contains(&user.to_owned()), "{url}");
            assert!(
                of(Variant::Password, url).contains(&password.to_owned()),
                "{url}"
            );
        }
        assert!(of(Variant::Password, "redis://:a%40b@db").contains(&"a@b".to_owned()));
    }

    #[test]
    fn hosts_ports_and_paths_are_no_users() {
        for text in [
            "https://host/path",
            "no url: a@b",
            "://a:b@c",
            "1://a:b@c",
            "https://registry.npmjs.org:443/@acme/pkg",
            "https://calendar.example.com/invite?to=ada@acme.example",
            "jdbc:sqlserver://db.example.com:1433;user=sa;password=p@ss",
            "registry.example.com:5000/acme/image@sha256:abcdef",
            "git@git.example:acme/repository",
            "robot@acme.example",
            "a note: write me@acme.example",
            "{\"a\": \"b@c\"}",
        ] {
            assert_eq!(
                of(Variant::User, text)
                    .iter()
                    .filter(|user| *user != "sa")
                    .count(),
                0,
                "{text}"
            );
        }
    }
}
