//! One case for each way in which a secret shows up, or is meant to stay.

use base64ct::{Base64, Base64Url, Base64UrlUnpadded, Encoding as _};
use keyslot::redact::{Mask, RedactorBuilder, SkipReason, Variant};
use keyslot::{ErrorKind, Redactor, ResolveExt, RunSecrets};

use super::parts::hides_user;
use super::{builder, name, redactor};

const TOKEN: &str = "s3cr3t/T0ken+of \"Ada\" & <Co>'s";

/// Asserts that a text comes out with the placeholder of `A` in place of `variant`.
pub fn hides(secret: &str, variant: &str) {
    let text = format!("before[{variant}]after");
    assert_eq!(
        redactor(&[("A", secret)]).redact(&text),
        "before[<<$secret.A>>]after",
        "{text}"
    );
}

pub fn keeps(redactor: &Redactor, text: &str) {
    assert_eq!(redactor.redact(text), text);
}

#[test]
fn a_value_becomes_its_placeholder() {
    hides(TOKEN, TOKEN);
    let secret = redactor(&[("A", TOKEN)]);
    keeps(&secret, "");
    keeps(&secret, &TOKEN[1..]);
    assert!(matches!(
        secret.redact("nothing"),
        std::borrow::Cow::Borrowed(_)
    ));
}

#[test]
fn what_programs_write_is_found() {
    for variant in [
        r#"s3cr3t/T0ken+of \"Ada\" & <Co>'s"#,
        r#"s3cr3t\/T0ken+of \"Ada\" & <Co>'s"#,
        r#"s3cr3t/T0ken+of \"Ada\" \u0026 \u003cCo\u003e's"#,
        r"s3cr3t/T0ken\u002Bof \u0022Ada\u0022 \u0026 \u003CCo\u003E\u0027s",
        "s3cr3t/T0ken+of &quot;Ada&quot; &amp; &lt;Co&gt;&apos;s",
        "s3cr3t/T0ken+of &#34;Ada&#34; &amp; &lt;Co&gt;&#39;s",
        "s3cr3t/T0ken+of &quot;Ada&quot; &amp; &lt;Co&gt;&#x27;s",
        "s3cr3t/T0ken+of \"Ada\" &amp; &lt;Co&gt;'s",
        r#"s3cr3t/T0ken+of "Ada" & <Co>'\''s"#,
        r#"s3cr3t/T0ken+of\ \"Ada\"\ \&\ \<Co\>\'s"#,
        "s3cr3t%2FT0ken%2Bof%20%22Ada%22%20%26%20%3CCo%3E%27s",
        "s3cr3t%2fT0ken%2bof%20%22Ada%22%20%26%20%3cCo%3e's",
        "s3cr3t%2FT0ken%2Bof+%22Ada%22+%26+%3CCo%3E%27s",
        "s3cr3t/T0ken%2Bof%20%22Ada%22%20%26%20%3CCo%3E%27s",
    ] {
        hides(TOKEN, variant);
    }
    hides(TOKEN, &Base64::encode_string(TOKEN.as_bytes()));
    hides(
        TOKEN,
        Base64::encode_string(TOKEN.as_bytes()).trim_end_matches('='),
    );
    hides(TOKEN, &Base64Url::encode_string(TOKEN.as_bytes()));
    hides(TOKEN, &Base64UrlUnpadded::encode_string(TOKEN.as_bytes()));
    hides(TOKEN, &base16ct::lower::encode_string(TOKEN.as_bytes()));
    hides(TOKEN, &base16ct::upper::encode_string(TOKEN.as_bytes()));
    let units = |upper: bool| {
        let unit = |unit| {
            if upper {
                format!("\\u{unit:04X}")
            } else {
                format!("\\u{unit:04x}")
            }
        };
        TOKEN.encode_utf16().map(unit).collect::<String>()
    };
    hides(TOKEN, &units(false));
    hides(TOKEN, &units(true));
}

#[test]
fn what_a_filter_made_is_found() {
    let engine = keyslot::template::Engine::new();
    let engine = engine
        .filter("backwards", |value, _| {
            Ok(value.chars().rev().collect::<String>().into())
        })
        .unwrap();
    let secrets = RunSecrets::new().with("A", "a-value-of-a-secret").unwrap();
    let resolved = engine
        .resolve(&secrets, &keyslot::Target::unspecified(), "<<A|backwards>>")
        .unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    assert_eq!(redactor.redact("terces-a-fo-eulav-a"), "<<$secret.A>>");
    assert_eq!(redactor.redact("a-value-of-a-secret"), "<<$secret.A>>");
    keeps(
        &Redactor::of(&secrets.resolve("<<A>>").unwrap()).unwrap(),
        "terces-a-fo-eulav-a",
    );
}

#[cfg(feature = "json")]
#[test]
fn what_a_filter_made_in_a_document_is_found() {
    let engine = keyslot::template::Engine::new();
    let engine = engine
        .filter("shout", |value, _| Ok(value.to_uppercase().into()))
        .unwrap();
    let secrets = RunSecrets::new().with("A", "a-value-of-a-secret").unwrap();
    let document = serde_json::json!({"plain": "<<A>>", "loud": "<<A|shout>>"});
    let resolved = engine
        .resolve(&secrets, &keyslot::Target::unspecified(), &document)
        .unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    assert_eq!(
        redactor.redact("A-VALUE-OF-A-SECRET a-value-of-a-secret"),
        "<<$secret.A>> <<$secret.A>>"
    );
}

#[test]
fn bad_input_48_pem_of_either_line_end() {
    let body = [
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw",
        "ggSjAgEAAoIBAQDLets8JZQmh3Fx",
        "c2hvcnQ=",
    ];
    for end in ["\n", "\r\n"] {
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----{end}{}{end}-----END PRIVATE KEY-----{end}",
            body.join(end)
        );
        hides(&pem, &pem);
        hides(&pem, pem.trim());
        hides(&pem, &Base64::encode_string(pem.as_bytes()));
        hides(&pem, &pem.replace('\r', "\\r").replace('\n', "\\n"));
        for line in body {
            hides(&pem, line);
        }
        keeps(&redactor(&[("A", &pem)]), "-----BEGIN PRIVATE KEY-----");
    }
    let in_one_line = format!(
        "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n",
        body.join("\\n")
    );
    hides(&in_one_line, &in_one_line);
    hides(&in_one_line, &in_one_line.replace("\\n", "\n"));
    hides(&in_one_line, body[0]);
}

#[test]
fn bad_input_49_service_account() {
    let key = "-----BEGIN PRIVATE \
               KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\nAASCBKcwggSjAgEA\n-----END PRIVATE \
               KEY-----\n";
    let account = format!(
        r#"{{
  "type": "service_account",
  "project_id": "acme-billing",
  "private_key_id": "0123456789abcdef0123456789abcdef01234567",
  "private_key": "{}",
  "client_email": "robot@acme.example",
  "client_id": "104716108999716531042",
  "auth_uri": "https://accounts.google.com/o/oauth2/auth",
  "token_uri": "https://oauth2.googleapis.com/token",
  "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
  "universe_domain": "googleapis.com"
}}
"#,
        key.replace('\n', "\\n")
    );
    hides(&account, &account);
    hides(&account, key);
    hides(&account, &key.replace('\n', "\\n"));
    hides(&account, "MIIEvQIBADANBgkqhkiG9w0BAQEF");
    hides(&account, "robot@acme.example");
    // Of the braces and the names nothing is made.
    keeps(
        &redactor(&[("A", &account)]),
        "{ \"private_key\": \"client_email\", \"type\": \"service_account\" }",
    );
    // Nor of what is the same in all accounts.
    keeps(
        &redactor(&[("A", &account)]),
        "failed POST https://oauth2.googleapis.com/token for storage.googleapis.com",
    );
}

#[test]
fn bad_input_50_very_short_values() {
    for value in ["1", "abc", "true", "1234567"] {
        let secret = redactor(&[("A", value)]);
        keeps(
            &secret,
            &format!("{value} {}", Base64::encode_string(value.as_bytes())),
        );
        let skipped = secret.skipped();
        assert_eq!(
            (skipped.len(), skipped[0].variant, skipped[0].reason),
            (1, Variant::Value, SkipReason::TooShort),
            "{value}"
        );
        assert_eq!(skipped[0].reference.name(), &name("A"));
        assert!(!format!("{skipped:?} {}", skipped[0]).contains(value));
    }
    hides("12345678", "12345678");
    let four = builder(&[("A", "1234"), ("B", "123")])
        .min_len(4)
        .build()
        .unwrap();
    assert_eq!(four.redact("1234 123"), "<<$secret.A>> 123");
    assert_eq!(four.skipped().len(), 1);
    let error = builder(&[("A", TOKEN)]).min_len(3).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn bad_input_51_common_words() {
    for word in ["password", "Localhost", "postgres", "undefined"] {
        let secret = redactor(&[("A", word)]);
        keeps(&secret, word);
        assert_eq!(secret.skipped()[0].reason, SkipReason::Harmless);
        let secret = builder(&[("A", word)])
            .harmless(["another word"])
            .build()
            .unwrap();
        assert_eq!(
            (secret.redact(word).as_ref(), secret.skipped().len()),
            ("<<$secret.A>>", 0)
        );
    }
    // A part of a value that is one.
    let secret = builder(&[("A", "postgres://postgres:hunter2-hunter2@localhost/db")])
        .users(true)
        .build()
        .unwrap();
    assert_eq!(
        secret.redact("postgres at localhost: hunter2-hunter2"),
        "postgres at localhost: <<$secret.A>>"
    );
    assert!(
        secret
            .skipped()
            .iter()
            .any(|one| (one.variant, one.reason) == (Variant::User, SkipReason::Harmless))
    );
}

#[test]
fn bad_input_52_overlapping_secrets() {
    let abc = redactor(&[("A", "abcabcabc")]);
    assert_eq!(abc.redact("abcabcabcabc!"), "<<$secret.A>>!");
    assert_eq!(
        abc.redact("abcabcabcabcabcabc"),
        "<<$secret.A>>",
        "they overlap by six bytes"
    );

    let nested = redactor(&[("LONG", "prefix-and-more"), ("SHORT", "prefix-and")]);
    assert_eq!(
        nested.redact("prefix-and-more prefix-and-less"),
        "<<$secret.LONG>> <<$secret.SHORT>>-less"
    );

    let chained = redactor(&[
        ("A", "one-two-three"),
        ("B", "three-four-five"),
        ("C", "five-six-seven"),
    ]);
    assert_eq!(
        chained.redact("one-two-three-four-five-six-seven five-six-seven"),
        "<<$secret.A>><<$secret.B>><<$secret.C>> <<$secret.C>>"
    );

    let adjacent = redactor(&[("A", "value-of-a"), ("B", "value-of-b")]);
    assert_eq!(
        adjacent.redact("value-of-avalue-of-bvalue-of-b"),
        "<<$secret.A>><<$secret.B>><<$secret.B>>"
    );
}

#[test]
fn secrets_of_one_value_are_all_named() {
    let both = redactor(&[
        ("A", "the-same-value"),
        ("B", "the-same-value"),
        ("C", " the-same-value\n"),
    ]);
    assert_eq!(both.redact("the-same-value"), "<<$secret.A>><<$secret.B>>");
    assert_eq!(both.redact("( the-same-value\n)"), "(<<$secret.C>>)");
}

#[test]
fn bad_input_53_base64_of_other_things() {
    for (user, kept) in [("ada", "YWRhO"), ("adam", "YWRhb"), ("robot", "cm9ib3Q6")] {
        let header = format!(
            "Basic {}",
            Base64::encode_string(format!("{user}:s3cr3t-of-the-user").as_bytes())
        );
        let redacted = redactor(&[("A", "s3cr3t-of-the-user")])
            .redact(&header)
            .into_owned();
        let rest = redacted
            .strip_prefix(&format!("Basic {kept}"))
            .unwrap()
            .strip_suffix("<<$secret.A>>")
            .unwrap();
        assert!(rest.len() <= 2, "{redacted}");
    }
    // What is promised not to be found.
    let secret = redactor(&[("A", TOKEN)]);
    let once = Base64::encode_string(TOKEN.as_bytes());
    keeps(&secret, &Base64::encode_string(once.as_bytes()));
    keeps(&secret, &TOKEN.chars().rev().collect::<String>());
    keeps(
        &secret,
        &TOKEN
            .bytes()
            .map(|byte| format!("{byte:02x} "))
            .collect::<String>(),
    );
    keeps(&secret, &TOKEN.to_uppercase());
}

#[test]
fn a_header_that_is_a_secret_hides_user_and_password() {
    let header = format!(
        "Basic {}",
        Base64::encode_string(b"robot-account:hunter2-hunter2")
    );
    hides(&header, &header);
    hides(&header, header.strip_prefix("Basic ").unwrap());
    hides(&header, "robot-account:hunter2-hunter2");
    hides(&header, "hunter2-hunter2");
    hides_user(&header, "robot-account");
}

#[test]
fn bad_input_57_percent_encoding_of_either_case() {
    hides("a b/c+d\u{e9}f?", "a%20b%2Fc%2Bd%C3%A9f%3F");
    hides("a b/c+d\u{e9}f?", "a%20b%2fc%2bd%c3%a9f%3f");
    hides("a b/c+d\u{e9}f?", "a+b%2Fc%2Bd%C3%A9f%3F");
    hides("a b/c+d\u{e9}f?", "a+b%2fc%2bd%c3%a9f%3f");
}

#[test]
fn a_pin_is_part_of_the_placeholder() {
    let version = keyslot::Version::new(2).unwrap();
    let found = keyslot::Found::new(name("A"), "a-value-of-a-secret").with_version(version);
    for (text, expected) in [
        ("<<$secret.A@2>>", "<<$secret.A@2>>"),
        ("<<$secret.A>>", "<<$secret.A>>"),
    ] {
        let template = keyslot::Template::compile(text).unwrap();
        let resolved = template.fill(&[Ok(found.clone())]).unwrap();
        assert_eq!(
            Redactor::of(&resolved)
                .unwrap()
                .redact("a-value-of-a-secret"),
            expected
        );
        let owned = template.fill(&[Ok(found.clone())]).unwrap().into_owned();
        assert_eq!(
            Redactor::of(&owned).unwrap().redact("a-value-of-a-secret"),
            expected
        );
    }
    let template = keyslot::Template::compile("<<$secret.A@2>> <<$secret.A>>").unwrap();
    let resolved = template.fill(&[Ok(found.clone()), Ok(found)]).unwrap();
    let both = Redactor::of(&resolved).unwrap();
    assert_eq!(
        both.redact("a-value-of-a-secret"),
        "<<$secret.A>>",
        "one name is there once, without a version"
    );
}

#[test]
fn masks_can_be_chosen() {
    let secret = redactor(&[("A", "value-of-a"), ("B", "a-and-b-value")]);
    let text = "value-of-a-and-b-value 76616c75652d6f662d61";
    assert_eq!(
        secret.clone().with_mask(Mask::Stars).redact(text),
        "*** ***"
    );
    let told = secret.mask_with(|secrets, variant| {
        let names: Vec<_> = secrets.iter().map(|one| one.name().as_str()).collect();
        format!("[{variant:?} {}]", names.join("+"))
    });
    assert_eq!(told.redact(text), "[Value A+B] [Hex A]");
}

#[test]
fn too_many_secrets_are_refused() {
    let many = |count: usize| {
        let names: Vec<_> = (0..count)
            .map(|n| (format!("S{n}"), format!("value-{n:05}")))
            .collect();
        let secrets: Vec<_> = names
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        builder(&secrets).build()
    };
    let most = many(Redactor::MAX_SECRETS).unwrap();
    assert_eq!(most.redact("value-00999"), "<<$secret.S999>>");
    assert_eq!(
        many(Redactor::MAX_SECRETS + 1).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    assert_eq!(
        most.merge(&redactor(&[("ONE", TOKEN)])).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn too_many_bytes_are_refused() {
    let letter = |n: u32| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 28) as u8);
    let long = |n: u32| (n << 20..(n + 1) << 20).map(letter).collect::<String>();
    let add = |builder: RedactorBuilder, n: u32| builder.secret(name(&format!("S{n}")), long(n));
    let values = |count: u32| (0..count).fold(Redactor::builder(), add).build();
    assert!(values(1).is_ok());
    let error = values(9).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(
        error
            .to_string()
            .ends_with("100000 writings of 64 MiB of them; make one redactor for each run"),
        "{error}"
    );
}

#[test]
fn merged_redactors_mask_what_both_do() {
    let one = redactor(&[("A", "value-of-a"), ("C", "short")]);
    let other = redactor(&[("B", "value-of-b"), ("C", "short"), ("D", "tiny")]);
    let both = one.with_mask(Mask::Stars).merge(&other).unwrap();
    assert_eq!(both.redact("value-of-a value-of-b short"), "*** *** short");
    let skipped: Vec<_> = both
        .skipped()
        .iter()
        .map(|one| one.reference.name().as_str().to_owned())
        .collect();
    assert_eq!(skipped, ["C", "D"], "each once");
    let both = redactor(&[("A", "value-of-a")])
        .merge(&redactor(&[("B", " value-of-a ")]))
        .unwrap();
    assert_eq!(
        both.redact("value-of-a"),
        "<<$secret.A>>",
        "a whole value goes before a part of another"
    );
}

#[test]
fn nothing_is_shown_of_what_is_searched_for() {
    let secret = redactor(&[("A", TOKEN), ("B", "short")]);
    let shown = format!("{secret:?} {:#?} {:?}", secret, builder(&[("A", TOKEN)]));
    assert!(
        shown.contains("secrets: 2") && !shown.contains("T0ken") && !shown.contains("short"),
        "{shown}"
    );
}

#[test]
fn placeholders_are_written_in_the_syntax_that_reads_them() {
    use keyslot::template::{Engine, Syntax};
    let secrets = RunSecrets::new().with("A", "a-value-of-a-secret").unwrap();
    let actions = Syntax::builder("${{", "}}")
        .secret_prefix("secrets.")
        .build()
        .unwrap();
    for syntax in [
        Syntax::angle(),
        Syntax::mustache(),
        Syntax::julep(),
        actions,
        Syntax::uri().and(Syntax::mustache()),
    ] {
        let engine = Engine::new().syntax(syntax.clone());
        let secret = redactor(&[("A", "a-value-of-a-secret")]).with_syntax(&syntax);
        let text = secret.redact("is a-value-of-a-secret").into_owned();
        let resolved = engine
            .resolve(&secrets, &keyslot::Target::unspecified(), text.as_str())
            .unwrap();
        assert_eq!(
            keyslot::secrecy::ExposeSecret::expose_secret(&resolved),
            "is a-value-of-a-secret",
            "{text}"
        );
    }
    for syntax in [Syntax::uri(), Syntax::bookmark()] {
        assert_eq!(
            redactor(&[("A", "a-value-of-a-secret")])
                .with_syntax(&syntax)
                .redact("a-value-of-a-secret"),
            "<<$secret.A>>"
        );
    }
    let spaced = redactor(&[("My Key", "a-value-of-a-secret")]);
    assert_eq!(
        spaced
            .with_syntax(&Syntax::julep())
            .redact("a-value-of-a-secret"),
        "<<$secret.My Key>>"
    );
}
