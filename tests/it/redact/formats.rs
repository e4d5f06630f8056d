//! Values of every format that people keep as a secret: what is secret in them is found alone, and
//! what is not stays.

use base64ct::{Base64, Encoding as _};
use keyslot::template::Engine;
use keyslot::{Redactor, RunSecrets, Target};

use super::cases::{hides, keeps};
use super::parts::hides_user;
use super::redactor;

const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCY";

/// Values that hold [`SECRET`] in the place of `@@`, by their format.
const VALUES: [(&str, &str); 46] = [
    (
        "INI with a section",
        "[default]\naws_access_key_id = AKIAEXAMPLE12345678\naws_secret_access_key = @@\n",
    ),
    (
        "INI with quotes",
        "[client]\r\nuser=ada\r\npassword=\"@@\"\r\n",
    ),
    ("INI with a comment", "[client]\npassword = @@ ; of ada\n"),
    ("ODBC", "{Driver};Uid=svc;Pwd=@@"),
    (
        "ODBC by name",
        "Driver={ODBC Driver 18};Server=db;Uid=svc;Pwd={@@}",
    ),
    ("TOML", "[registry]\ntoken = '@@'\n"),
    (
        "a table of TOML",
        "a = { user = \"ada\", password = \"@@\" }",
    ),
    ("JSON in a string", r#""{\"private_key_id\":\"@@\"}""#),
    ("JSON in a string, twice", r#""\"{\\\"k\\\":\\\"@@\\\"}\"""#),
    ("JSON in JSON", r#"{"creds": "{\"k\": \"@@\"}"}"#),
    (
        "a URL in JSON in a string",
        r#""{\"u\": \"mysql://ada:@@@db/x\"}""#,
    ),
    ("JSON behind a mark", "\u{feff}{\"k\": \"@@\"}"),
    ("JSON behind a comment", "// of ada\n{\"k\": \"@@\"}"),
    ("JSON behind comments", "# one\n/* two */\n{\"k\": \"@@\"}"),
    (
        "JSON with comments",
        "{ // it's\n \"k\": \"@@\", /* \"x\" */ }",
    ),
    (
        "JSON behind a name",
        "GCP_KEY={\"type\": \"x\", \"k\": \"@@\"}",
    ),
    (
        "JSON in quotes behind a name",
        "export GCP_KEY='{\"k\": \"@@\"}'",
    ),
    (
        "JSON with escapes behind a name",
        r#"GCP_KEY="{\"k\": \"@@\"}""#,
    ),
    (
        "JSON in a file of variables",
        "A=1\nGCP_KEY={\"k\": \"a\", \"l\": \"@@\"}\nB=2\n",
    ),
    (
        "a dictionary of Python",
        "{'user': 'ada', 'password': '@@', 'n': None}",
    ),
    ("an array of PHP", "['user' => 'ada', 'password' => '@@']"),
    ("user and password", "ada:@@"),
    ("an address and a token", "ada@acme.example:@@"),
    ("a domain and a user", "ACME\\ada:@@"),
    ("a password alone", ":@@"),
    ("a key without a password", "@@:"),
    ("a URL without a host", "smtp://ada:@@?tls=required"),
    ("a URL of a token", "https://@@@git.example/acme/x"),
    (
        "a URL of a token and a filler",
        "https://@@:x-oauth-basic@git.example/acme/x",
    ),
    (
        ".git-credentials",
        "https://bob:pw@other.example\nhttps://ada:@@@git.example\n",
    ),
    (".netrc", "machine git.example login ada password @@"),
    (".netrc in lines", "default\n  login ada\n  password @@\n"),
    (".pgpass", "# of ada\ndb.example:5432:*:ada:@@\n"),
    (
        ".npmrc",
        "//registry.npmjs.org/:_authToken=@@\nalways-auth=true\n",
    ),
    (
        "kubeconfig",
        "apiVersion: v1\nusers:\n- name: ada\n  user:\n    token: @@\n",
    ),
    ("YAML in one line", "password: @@"),
    ("YAML with quotes", "a: 1\napi_key: '@@' # of ada\n"),
    ("a flow of YAML", "{user: ada, password: @@, port: 1}"),
    ("a header", "X-Api-Key: @@"),
    ("headers", "Accept: */*\r\nAuthorization: Bearer @@\r\n"),
    ("credentials of Ruby", "---\n:rubygems_api_key: @@\n"),
    ("a key", "STRIPE_KEY=@@"),
    ("a token of a person", "export GITHUB_PAT=\"@@\""),
    ("a key of JavaScript", "signingKey=@@;issuer=acme"),
    (
        "an element",
        "<server><id>x</id><password>@@</password></server>",
    ),
    ("an attribute", "<add name=\"x\" password=\"@@\" />"),
];

#[test]
fn a_value_is_read_as_each_format_it_may_be() {
    for (format, value) in VALUES {
        let value = value.replace("@@", SECRET);
        let redactor = redactor(&[("A", &value)]);
        for written in [SECRET.to_owned(), Base64::encode_string(SECRET.as_bytes())] {
            let text = format!("error: value {written} rejected");
            assert_eq!(
                redactor.redact(&text),
                "error: value <<$secret.A>> rejected",
                "{format}"
            );
        }
        assert_eq!(redactor.redact(&value), "<<$secret.A>>", "{format}");
    }
}

#[test]
fn text_in_base64_is_read_too() {
    for (format, value) in VALUES {
        let encoded = Base64::encode_string(value.replace("@@", SECRET).as_bytes());
        let lines: String = encoded
            .as_bytes()
            .chunks(60)
            .map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()))
            .collect();
        for value in [
            encoded.clone(),
            lines,
            format!("_auth={encoded}"),
            format!(r#"{{"auth": "{encoded}"}}"#),
        ] {
            assert_eq!(
                redactor(&[("A", &value)]).redact(SECRET),
                "<<$secret.A>>",
                "{format}: {value}"
            );
        }
    }
    // Of a token of three parts, the claims are no secret of their own.
    let claims = Base64::encode_string(b"{\"iss\": \"https://issuer.example\"}");
    let token = format!(
        "eyJhbGciOiJub25lIn0.{}.c2lnbmF0dXJl",
        claims.trim_end_matches('=')
    );
    keeps(&redactor(&[("A", &token)]), "GET https://issuer.example");
    hides(&token, claims.trim_end_matches('='));
}

/// Values of the same formats, and the texts that they do not hide.
#[test]
fn what_is_no_secret_in_a_format_stays() {
    for (value, text) in [
        (
            "[default]\nregion = eu-south-77\noutput = json-lines\naws_secret_access_key = x",
            "region eu-south-77, output json-lines, 2024-01-01T00:00",
        ),
        ("[a]\nexpires = 2024-01-01T00:00\n", "at 2024-01-01T00:00"),
        (
            "{ODBC Driver 18};Server=db.acme.example;Uid=svc",
            "ODBC Driver 18 on db.acme.example",
        ),
        (
            "localhost:5432/production-db",
            "production-db on 5432/production-db",
        ),
        ("registry.example:5000/acme/image", "5000/acme/image"),
        (
            "arn:aws:iam::123456789012:role/deploy",
            "role/deploy of 123456789012",
        ),
        ("C:\\Users\\ada-of-acme", "\\Users\\ada-of-acme"),
        ("git@git.example:acme/repository", "acme/repository"),
        ("a note: write me a letter", "write me a letter"),
        (
            "password: required\nauth: optional\nuse_token: true",
            "required optional true",
        ),
        ("password: ${DB_PASSWORD}", "set ${DB_PASSWORD} first"),
        ("DB_PASSWORD=$DB_PASSWORD", "set $DB_PASSWORD first"),
        (
            "ssl_key=/etc/ssl/private/key.pem",
            "cannot open /etc/ssl/private/key.pem",
        ),
        (
            "PUBLIC_KEY=of-everybody\nsort_key=created-at\nmonkey=banana-tree",
            "of-everybody created-at banana-tree",
        ),
        (
            "name: billing-service\nkind: Deployment\nimage: acme/billing",
            "billing-service Deployment acme/billing",
        ),
        (
            "the login and the password of the machine",
            "the password of the machine",
        ),
        (
            "machine git.example login ada-of-acme password x",
            "git.example ada-of-acme",
        ),
        (
            "db.example:5432:production-db:ada-of-acme:pw",
            "production-db ada-of-acme db.example",
        ),
        (
            "<id>production-db</id><password>x</password>",
            "<id>production-db</id>",
        ),
        (
            "docker://alpine:edge-testing",
            "alpine:edge-testing edge-testing",
        ),
        ("mongodb://one:27017,two:27017?x", "27017,two:27017"),
    ] {
        let redactor = redactor(&[("A", value)]);
        keeps(&redactor, &format!("{text} ."));
        assert_eq!(redactor.redact(value), "<<$secret.A>>", "the control");
    }
    // Booleans, words and pieces of JSON are judged as everywhere.
    keeps(
        &redactor(&[(
            "A",
            r#""{\"a\": true, \"b\": \"password\", \"c\": \"short\"}""#,
        )]),
        "true password short",
    );
}

#[test]
fn names_of_users_are_hidden_if_asked_for() {
    for value in [
        "postgres://ada-of-acme:s3cret@db/x",
        "Server=db;User Id=ada-of-acme;Password=s3cret",
        "ada-of-acme:s3cret-of-ada",
        "machine git.example login ada-of-acme password x",
        "db.example:5432:*:ada-of-acme:s3cret",
        "username: ada-of-acme\npassword: s3cret",
    ] {
        hides_user(value, "ada-of-acme");
    }
}

/// The form of the quickstart: `Authorization: Basic <<LOGIN|base64>>`.
#[test]
fn the_password_of_a_basic_header_is_found() {
    let secrets = RunSecrets::new()
        .with("LOGIN", "ada:plainPassw0rd")
        .unwrap();
    let header = Engine::new()
        .resolve(
            &secrets,
            &Target::unspecified(),
            "Authorization: Basic <<LOGIN|base64>>",
        )
        .unwrap();
    let redactor = Redactor::of(&header).unwrap();
    assert_eq!(
        redactor.redact("FATAL: password plainPassw0rd rejected"),
        "FATAL: password <<$secret.LOGIN>> rejected"
    );
    keeps(&redactor, "FATAL: user ada rejected");
}

/// However a value is built, its parts are as long as a few of it, and no more are read than are
/// found in all writings.
#[test]
fn work_is_bounded() {
    for unit in [
        "password: ",
        "password=",
        "{\"a\":\"",
        "[a]\n",
        "a:b@c ",
        "://",
        "x=\"{",
        "machine login ",
        "<password>",
        "a:1:c:d:e\n",
        "\\\"",
        "/* ",
        "# \n",
        "k: {",
        "é='",
    ] {
        let value = unit.repeat((4 << 10) / unit.len());
        let redactor = redactor(&[("A", &value)]);
        let shown = format!("{redactor:?}");
        let patterns: usize = shown
            .split("patterns: ")
            .nth(1)
            .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|digits| digits.parse().ok())
            .unwrap();
        assert!((1..8_000).contains(&patterns), "{unit}: {patterns}");
        assert_eq!(redactor.redact(&value), "<<$secret.A>>", "{unit}");
    }
}
