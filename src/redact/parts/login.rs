//! Users and passwords in front of a host: `postgres://user:password@host/database`.

use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Schemes whose URLs have a host before the first colon, or no login at all.
const WITH_HOST: [&str; 8] = [
    "http", "https", "ws", "wss", "docker", "oci", "registry", "file",
];
/// Words before a colon that are no user.
const NO_USERS: [&str; 20] = [
    "arn", "urn", "mailto", "tel", "sms", "data", "file", "jdbc", "md5", "sha1", "sha256",
    "sha384", "sha512", "oci", "did", "blob", "about", "env", "pkcs11", "base64",
];
/// Passwords that say that the user is the secret.
const FILLERS: [&str; 5] = ["", "x", "X", "x-oauth-basic", "api_token"];

/// Adds user and password of a URL, of what has one in it (`jdbc:mysql://…`,
/// `DATABASE_URL=mysql://…`, several with white space between them), and of what is written like
/// one without its scheme (`user:password@host`, `user:password@tcp(host:3306)/db`) or without its
/// host (`scheme://user:password?x`, `user:password`).
///
/// A password that nobody encoded may hold what ends the host elsewhere: then it is read in two
/// ways.
pub(super) fn logins(text: &str, add: &mut Add<'_>) -> Result<()> {
    let words = text.split_whitespace().filter(|word| *word != text);
    let mut is_found = false;
    for text in std::iter::once(text).chain(words) {
        for (user, password) in read(text) {
            login(user, password, add)?;
            is_found = true;
        }
    }
    match pair(text).filter(|_| !is_found) {
        Some((user, password)) => login(user, Some(password), add),
        None => Ok(()),
    }
}

/// Adds a user and a password. A user without one, or with one that only fills its place, is the
/// secret itself.
pub(super) fn login(user: &str, password: Option<&str>, add: &mut Add<'_>) -> Result<()> {
    add(Variant::User, user)?;
    match password {
        Some(password) if FILLERS.contains(&password) => add(Variant::Token, user),
        Some(password) => add(Variant::Password, password),
        None => Ok(()),
    }
}

fn read(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let (near, far) = match text.split_once("://") {
        Some((before, rest)) => match scheme_of(before) {
            Some(scheme) => match in_url(rest) {
                (None, None) => (without_host(scheme, rest), None),
                found => found,
            },
            None => (None, None),
        },
        None => (without_scheme(text), None),
    };
    [near, far].into_iter().flatten().map(|login| {
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        (user, Some(password))
    })
}

/// The scheme at the end of a text.
fn scheme_of(before: &str) -> Option<&str> {
    let scheme = before
        .rsplit(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
        .next()?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    is_scheme.then_some(scheme)
}

/// Returns the text of a URL up to its query, if that is a login and no host with its port.
fn without_host<'t>(scheme: &str, rest: &'t str) -> Option<&'t str> {
    let login = rest.split(['?', '#']).next()?;
    let (user, password) = login.split_once(':')?;
    let is_login = !WITH_HOST
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
        && !rest.contains('@')
        && !user.contains(['/', '['])
        && !password.contains(['/', ',', ';', ':'])
        && !password.bytes().all(|byte| byte.is_ascii_digit());
    is_login.then_some(login)
}

/// Returns user and password of a text that is `user:password` and nothing else, as `Basic` has it.
fn pair(text: &str) -> Option<(&str, &str)> {
    let (user, password) = text.split_once(':')?;
    let is_name = user
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._%+-@\\".contains(&b));
    // A port, also with a path behind it; a drive; `git@host:path`.
    let number = password.split(['/', ':']).next().unwrap_or_default();
    let is_port = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_path = password.starts_with(['/', '\\']) && user.len() <= 1 || user.starts_with("git@");
    let is_pair = is_name
        && !is_port
        && !is_path
        && !password.contains(['\n', '\r'])
        && !password.starts_with(char::is_whitespace)
        && !text.contains("://")
        && !NO_USERS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(user));
    is_pair.then_some((user, password))
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
            ("smtp://ada:s3cret?tls=1", "ada", "s3cret"),
            ("ada:s3cret", "ada", "s3cret"),
            ("ada@acme.example:s3/cr=et", "ada@acme.example", "s3/cr=et"),
            ("ACME\\ada:s3:cret", "ACME\\ada", "s3:cret"),
            (":s3cret", "", "s3cret"),
        ] {
            assert!(of(Variant::User, url).contains(&user.to_owned()), "{url}");
            assert!(
                of(Variant::Password, url).contains(&password.to_owned()),
                "{url}"
            );
        }
        assert!(of(Variant::Password, "redis://:a%40b@db").contains(&"a@b".to_owned()));
        for text in [
            "https://t0ken@git.example/x",
            "https://t0ken:x-oauth-basic@git.example/x",
            "t0ken:",
            "Basic dDBrZW46",
        ] {
            assert!(
                of(Variant::User, text).contains(&"t0ken".to_owned()),
                "{text}"
            );
            assert!(
                of(Variant::Token, text).contains(&"t0ken".to_owned()),
                "{text}"
            );
            assert_eq!(of(Variant::Password, text), [""; 0], "{text}");
        }
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
            "https://host:tag?x",
            "docker://alpine:edge-testing",
            "amqp://host:5672?x",
            "mongodb://one:27017,two:27017?x",
            "localhost:5432",
            "localhost:5432/database",
            "10.0.0.1:8080",
            "sha256:0123456789abcdef",
            "arn:aws:iam::123456789012:role/deploy",
            "C:\\Users\\ada",
            "a note: write me",
            "/path:/other",
            "acme/image:edge-testing",
        ] {
            assert_eq!(
                of(Variant::User, text)
                    .iter()
                    .filter(|user| *user != "sa")
                    .count(),
                0,
                "{text}"
            );
            let passwords = of(Variant::Password, text);
            assert!(
                passwords.is_empty() || passwords == ["p@ss"],
                "{text}: {passwords:?}"
            );
        }
    }
}
