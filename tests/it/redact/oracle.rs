//! A redactor as an oracle: texts of the attacker's choice are fed, and all that comes of it is
//! looked at.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use keyslot::redact::{RedactReader, RedactWriter, RedactorBuilder, SkipReason, Variant};
use keyslot::{
    AccessRules, ErrorKind, Permissions, Redactor, ResolveExt, RootKey, RunSecrets, ScopedVault,
    SecretInput, Target, Vault,
};
use proptest::prelude::*;

use super::naive;

const LETTERS: &[u8] = b"abcdefgh";
const VALUE: &str = "hgacbdfeahdbcgef";
/// So much is fed before and behind a guess that what is held back comes out.
const PADDING: usize = 70 << 10;

/// A way to feed a guess, and all that can be seen on the way.
type Way = (&'static str, fn(&Redactor, &[u8]) -> String);

const WAYS: &[Way] = &[
    ("redact", |redactor, guess| {
        let guess = std::str::from_utf8(guess).unwrap();
        redactor.redact(guess).replace(guess, "?")
            + &redactor.redact(&format!("-{guess}-")).replace(guess, "?")
    }),
    ("redact_bytes", |redactor, guess| {
        format!("{}", redactor.redact_bytes(guess) == guess)
    }),
    ("display", |redactor, guess| {
        let guess = std::str::from_utf8(guess).unwrap();
        redactor.display(guess).to_string().replace(guess, "?")
    }),
    ("error", |redactor, guess| {
        let guess = std::str::from_utf8(guess).unwrap();
        redactor
            .error(&io::Error::other(guess))
            .to_string()
            .replace(guess, "?")
    }),
    ("stream", |redactor, guess| streamed(redactor, guess, false)),
    ("stream, settled", |redactor, guess| {
        streamed(redactor, guess, true)
    }),
    ("writer", |redactor, guess| {
        written(redactor, guess, false, true)
    }),
    ("writer, flushed", |redactor, guess| {
        written(redactor, guess, true, true)
    }),
    ("writer, dropped", |redactor, guess| {
        written(redactor, guess, false, false)
    }),
    ("writer, flushed and dropped", |redactor, guess| {
        written(redactor, guess, true, false)
    }),
    ("reader", read),
    #[cfg(feature = "json")]
    ("document", |redactor, guess| {
        let guess = std::str::from_utf8(guess).unwrap();
        let mut document =
            serde_json::json!({guess: guess, format!("{guess}-"): [format!("{guess}-")]});
        redactor.redact_json(&mut document);
        document.to_string().replace(guess, "?")
    }),
];

fn seen(lengths: &[usize]) -> String {
    format!("{lengths:?}")
}

/// The padding, the guess byte by byte, the padding again.
fn parts(guess: &[u8]) -> Vec<Vec<u8>> {
    let padding = || std::iter::once(vec![b'.'; PADDING]);
    padding()
        .chain(guess.iter().map(|&byte| vec![byte]))
        .chain(padding())
        .collect()
}

fn streamed(redactor: &Redactor, guess: &[u8], settle: bool) -> String {
    let (mut lengths, mut out, mut shown) = (Vec::new(), Vec::new(), String::new());
    // Both with something behind the guess and without.
    for parts in [&parts(guess)[..], &parts(guess)[..=guess.len()]] {
        let mut stream = redactor.stream();
        out.clear();
        for part in parts {
            stream.feed(part, &mut out);
            lengths.push(out.len());
            if settle {
                stream.settle(&mut out);
                lengths.push(out.len());
            }
            shown.push_str(&format!("{stream:?}"));
        }
        stream.finish(&mut out);
        lengths.push(out.len());
    }
    format!("{} {shown} {redactor:?}", seen(&lengths))
}

/// Counts what is written to it.
#[derive(Clone, Default)]
struct Counter(std::rc::Rc<std::cell::Cell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(redactor: &Redactor, guess: &[u8], flush: bool, finish: bool) -> String {
    let (mut lengths, mut shown) = (Vec::new(), String::new());
    for parts in [&parts(guess)[..], &parts(guess)[..=guess.len()]] {
        let count = Counter::default();
        let mut writer = RedactWriter::new(count.clone(), redactor);
        for part in parts {
            writer.write_all(part).unwrap();
            lengths.push(count.0.get());
            if flush {
                writer.flush().unwrap();
                lengths.push(count.0.get());
            }
            shown.push_str(&format!("{writer:?}"));
        }
        if finish {
            writer.finish().unwrap();
        } else {
            drop(writer);
        }
        lengths.push(count.0.get());
    }
    format!("{} {shown}", seen(&lengths))
}

/// Gives one part at a time, and has nothing in between.
struct Parts(Vec<Vec<u8>>, bool);

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let Some(part) = self.0.first_mut() else {
            return Ok(0);
        };
        let count = part.len().min(buffer.len());
        buffer[..count].copy_from_slice(&part[..count]);
        part.drain(..count);
        if part.is_empty() {
            self.0.remove(0);
        }
        Ok(count)
    }
}

fn read(redactor: &Redactor, guess: &[u8]) -> String {
    let mut all = String::new();
    for end in [guess.len() + 2, guess.len() + 1] {
        let mut reader = RedactReader::new(Parts(parts(guess)[..end].to_vec(), false), redactor);
        let (mut lengths, mut buffer) = (Vec::new(), [0; 64 << 10]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => lengths.push(count),
                Err(_) => lengths.push(0),
            }
            all.push_str(&format!("{reader:?}"));
        }
        all.push_str(&seen(&lengths));
    }
    all
}

/// The next letters behind what is known that look different from all others.
fn standing_out(redactor: &Redactor, way: Way, known: &str) -> Vec<char> {
    let looks = |letter: &u8| {
        (way.1)(
            redactor,
            format!("{known}{}", char::from(*letter)).as_bytes(),
        )
    };
    let looks: Vec<String> = LETTERS.iter().map(looks).collect();
    let is_alone = |at: &usize| looks.iter().filter(|other| **other == looks[*at]).count() == 1;
    (0..LETTERS.len())
        .filter(is_alone)
        .map(|at| char::from(LETTERS[at]))
        .collect()
}

/// The attack itself: goes on with the letter of which the least comes out, behind `known`.
fn recovered(redactor: &Redactor, known: &str) -> String {
    let mut known = known.to_owned();
    while known.len() < VALUE.len() {
        let comes_out = |letter: &&u8| {
            let (mut stream, mut out) = (redactor.stream(), Vec::new());
            stream.feed(&[b'.'; PADDING], &mut Vec::new());
            stream.settle(&mut Vec::new());
            stream.feed(
                format!("{known}{}", char::from(**letter)).as_bytes(),
                &mut out,
            );
            stream.settle(&mut out);
            out.len()
        };
        let least = LETTERS.iter().min_by_key(comes_out).unwrap();
        known.push(char::from(*least));
    }
    known
}

fn scope() -> ScopedVault {
    Vault::in_memory(&RootKey::generate().unwrap())
        .unwrap()
        .scope("acme/billing")
        .unwrap()
}

/// A handle that may hide what it cannot resolve.
fn hider(scope: &ScopedVault) -> ScopedVault {
    scope.with(Permissions::USE | Permissions::REDACT)
}

/// A redactor of a value that its user must not learn.
fn guarded() -> Redactor {
    let scope = scope();
    scope
        .put("OFF", SecretInput::new(VALUE).inactive())
        .unwrap();
    hider(&scope).redactor(["OFF"]).unwrap()
}

/// The control: what was resolved may be known, and is found by feeding.
#[test]
fn what_was_resolved_can_be_learned() {
    let resolved = RunSecrets::new()
        .with("A", VALUE)
        .unwrap()
        .resolve("<<A>>")
        .unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    assert_eq!(recovered(&redactor, &VALUE[..1]), VALUE);
    assert_ne!(recovered(&guarded(), &VALUE[..1]), VALUE);
    for &way in WAYS {
        // A text that is all there tells the second half to whoever knows the first.
        let is_stream = ["stream", "writer", "reader"]
            .iter()
            .any(|kind| way.0.starts_with(kind));
        for known in if is_stream { 1 } else { VALUE.len() / 2 }..VALUE.len() {
            let told = standing_out(&redactor, way, &VALUE[..known]);
            let next = VALUE[known..].chars().next().unwrap();
            assert!(
                told.contains(&next),
                "{}, behind {known} letters: {told:?}",
                way.0
            );
        }
    }
}

#[test]
fn of_what_is_guarded_only_the_whole_is_confirmed() {
    let redactor = guarded();
    for &way in WAYS {
        for known in 0..VALUE.len() {
            let told = standing_out(&redactor, way, &VALUE[..known]);
            let all: Vec<char> = VALUE[known..]
                .chars()
                .take(1)
                .filter(|_| known == VALUE.len() - 1)
                .collect();
            assert_eq!(told, all, "{}, behind {known} letters", way.0);
        }
    }
}

#[test]
fn a_handle_that_may_only_use_gets_the_error_of_a_resolve() {
    let hours =
        |hours: u64| SystemTime::UNIX_EPOCH + Duration::from_secs((1_000_000 + hours) * 3600);
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let vault = Vault::builder().clock(move || hours(clock.load(Ordering::Relaxed)));
    let scope = vault
        .create(&RootKey::generate().unwrap())
        .unwrap()
        .scope("acme/billing")
        .unwrap();
    scope
        .put("OFF", SecretInput::new(VALUE).inactive())
        .unwrap();
    scope
        .put("EARLY", SecretInput::new(VALUE).not_before(hours(2)))
        .unwrap();
    scope
        .put("LATE", SecretInput::new(VALUE).expires_at(hours(1)))
        .unwrap();
    scope
        .put(
            "BOUND",
            SecretInput::new(VALUE).rules(AccessRules::new().tool("mail").unwrap()),
        )
        .unwrap();
    scope.put("GONE", VALUE).unwrap();
    scope.revoke("GONE").unwrap();
    scope.put("FINE", VALUE).unwrap();
    now.store(1, Ordering::Relaxed);
    let runner = scope.with(Permissions::USE);
    for (name, kind) in [
        ("OFF", ErrorKind::Inactive),
        ("EARLY", ErrorKind::NotYetValid),
        ("LATE", ErrorKind::Expired),
        ("BOUND", ErrorKind::Denied),
        ("GONE", ErrorKind::Revoked),
        ("NOWHERE", ErrorKind::NotFound),
    ] {
        assert_eq!(
            runner
                .resolve(&format!("<<$secret.{name}>>"))
                .unwrap_err()
                .kind(),
            kind,
            "{name}"
        );
        for names in [&[name][..], &["FINE", name], &[name, "FINE"]] {
            let error = runner.redactor(names).unwrap_err();
            assert_eq!((error.kind(), error.name()), (kind, Some(name)));
            assert_eq!(
                Redactor::builder()
                    .secrets_of(&runner, names)
                    .unwrap_err()
                    .kind(),
                kind
            );
        }
        assert_eq!(
            hider(&scope).redactor([name]).is_ok(),
            kind != ErrorKind::NotFound,
            "{name}: the control"
        );
    }
    assert_eq!(
        runner.redactor(["FINE"]).unwrap().redact(VALUE),
        "<<$secret.FINE>>"
    );
}

/// A handle with `REVEAL` could read the values anyway.
#[test]
fn permissions_decide_what_a_redactor_is_made_of() {
    let scope = scope();
    for value in ["the-first-value", "the-second-value"] {
        scope.put("A", value).unwrap();
    }
    let (newest, all) = (
        "the-first-value <<$secret.A>>",
        "<<$secret.A@1>> <<$secret.A>>",
    );
    let (used, hid, read) = (Permissions::USE, Permissions::REDACT, Permissions::REVEAL);
    for (permissions, expected, is_guarded) in [
        (used, newest, false),
        (
            used | Permissions::READ | Permissions::MANAGE | Permissions::COPY,
            newest,
            false,
        ),
        (hid, all, true),
        (used | hid, all, true),
        (hid | Permissions::MANAGE | Permissions::READ, all, true),
        (read, all, false),
        (Permissions::ALL, all, false),
    ] {
        let handle = scope.with(permissions);
        let redactor = handle.redactor(["A"]).unwrap();
        assert_eq!(
            redactor.redact("the-first-value the-second-value"),
            expected,
            "{permissions:?}"
        );
        assert_eq!(redactor.is_guarded(), is_guarded, "{permissions:?}");
        let built = Redactor::builder()
            .secrets_of(&handle, ["A"])
            .unwrap()
            .build()
            .unwrap();
        assert_eq!(built.is_guarded(), is_guarded, "{permissions:?}");
    }
    for permissions in [
        Permissions::NONE,
        Permissions::READ | Permissions::MANAGE | Permissions::COPY,
    ] {
        assert_eq!(
            scope.with(permissions).redactor(["A"]).unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }
}

#[test]
fn a_runner_that_names_its_target_hides_what_is_bound_to_it() {
    let rules = || AccessRules::new().tool("mail").unwrap();
    for strict in [false, true] {
        let mut vault = Vault::builder();
        if strict {
            vault = vault.strict();
        }
        let scope = vault
            .create(&RootKey::generate().unwrap())
            .unwrap()
            .scope("acme")
            .unwrap();
        scope
            .put("BOUND", SecretInput::new(VALUE).rules(rules()))
            .unwrap();
        scope.put("OPEN", "a-value-without-rules").unwrap();
        let runner = scope.with(Permissions::USE);
        let mail = Target::tool("mail");
        assert_eq!(
            runner.redactor_for(&mail, ["BOUND"]).unwrap().redact(VALUE),
            "<<$secret.BOUND>>"
        );
        for (target, names) in [
            (&Target::unspecified(), "BOUND"),
            (&Target::tool("files"), "BOUND"),
        ] {
            assert_eq!(
                runner.redactor_for(target, [names]).unwrap_err().kind(),
                ErrorKind::Denied
            );
        }
        let open = runner
            .redactor_for(&mail, ["OPEN"])
            .map_err(|error| error.kind());
        assert_eq!(open.err(), strict.then_some(ErrorKind::Denied));
        // What may be hidden in any case needs no target.
        assert!(
            hider(&scope)
                .redactor_for(&Target::tool("files"), ["BOUND", "OPEN"])
                .is_ok()
        );
    }
}

/// A setting would be a question: which length is too short, which word is harmless.
#[test]
fn settings_of_guarded_redactors_cannot_be_chosen() {
    let scope = scope();
    scope
        .put("OFF", SecretInput::new(VALUE).inactive())
        .unwrap();
    let handle = hider(&scope);
    let of = |builder: RedactorBuilder| builder.secrets_of(&handle, ["OFF"]).unwrap();
    let refused = |builder: RedactorBuilder| {
        let error = builder.build().unwrap_err();
        assert!(!error.to_string().contains(VALUE));
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    };
    for bytes in [4, 7, 9, 16, 17] {
        refused(of(Redactor::builder().min_len(bytes)));
        refused(of(Redactor::builder()).min_len(bytes));
    }
    for words in [&["a guess", VALUE][..], &[]] {
        refused(of(Redactor::builder().harmless(words.iter().copied())));
        refused(of(Redactor::builder()).harmless(words.iter().copied()));
    }
    assert!(
        of(Redactor::builder())
            .min_len(RedactorBuilder::DEFAULT_MIN_LEN)
            .build()
            .is_ok()
    );
    // The control: of what may be learned, both tell.
    let builder = || Redactor::builder().secrets_of(&scope, ["OFF"]).unwrap();
    assert_eq!(
        builder().min_len(17).build().unwrap().skipped()[0].reason,
        SkipReason::TooShort
    );
    assert_eq!(
        builder()
            .harmless(["a guess", VALUE])
            .build()
            .unwrap()
            .skipped()[0]
            .reason,
        SkipReason::Harmless
    );
}

#[test]
fn of_guarded_secrets_only_names_are_told() {
    let scope = scope();
    scope
        .put("SHORT", SecretInput::new("short").inactive())
        .unwrap();
    scope.put("WORD", "password").unwrap();
    scope.put("WORD", "localhost").unwrap();
    scope
        .put(
            "LINES",
            "a line that is long enough\nshort\n  \npostgres://admin:x@db",
        )
        .unwrap();
    scope.put("GONE", VALUE).unwrap();
    scope.revoke("GONE").unwrap();
    scope.put("FINE", VALUE).unwrap();
    let names = ["SHORT", "WORD", "LINES", "GONE", "FINE"];
    let guarded = hider(&scope).redactor(names).unwrap();
    let told: Vec<_> = guarded
        .skipped()
        .iter()
        .map(|one| (one.reference.to_string(), one.variant, one.reason))
        .collect();
    let expected = ["SHORT", "WORD", "LINES", "GONE"];
    let expected = expected.map(|name| {
        (
            format!("<<$secret.{name}>>"),
            Variant::Value,
            SkipReason::Untold,
        )
    });
    assert_eq!(told, expected);
    let shown = guarded.skipped()[1].to_string();
    assert_eq!(
        shown,
        "something of WORD is not masked, or not in all writings"
    );
    // The control.
    let reasons: HashSet<SkipReason> = scope
        .redactor(names)
        .unwrap()
        .skipped()
        .iter()
        .map(|one| one.reason)
        .collect();
    assert_eq!(
        reasons,
        HashSet::from([
            SkipReason::TooShort,
            SkipReason::Harmless,
            SkipReason::Erased
        ])
    );

    // With another one the rules are the same, whichever comes first.
    let own = || {
        Redactor::builder()
            .secret(super::name("PIN"), "1234")
            .build()
            .unwrap()
    };
    assert_eq!(
        own().skipped()[0].reason,
        SkipReason::TooShort,
        "the control"
    );
    for merged in [
        own().merge(&guarded).unwrap(),
        guarded.clone().merge(&own()).unwrap(),
    ] {
        assert!(merged.is_guarded() && merged.skipped().len() == 5);
        assert!(
            merged
                .skipped()
                .iter()
                .all(|one| one.reason == SkipReason::Untold)
        );
        assert_eq!(
            merged.redact(&format!("{VALUE} {}", &VALUE[..15])),
            format!("<<$secret.FINE>> {}", &VALUE[..15])
        );
        let (mut stream, mut out) = (merged.stream(), Vec::new());
        stream.feed(&[b'.'; 60 << 10], &mut out);
        stream.settle(&mut out);
        assert!(out.is_empty());
    }
}

/// Neither what is shown nor what is counted depends on the values.
#[test]
fn nothing_of_guarded_values_is_counted() {
    let lines: String = (0..12)
        .map(|line| format!("another line, number {line}\n"))
        .collect();
    let values = [
        "short",
        VALUE,
        "{\"user\": \"ada-lovelace\", \"key\": \"0123456789\"}",
        &lines,
    ];
    let shown = values.map(|value| {
        let scope = scope();
        scope.put("A", SecretInput::new(value).inactive()).unwrap();
        let builder = || {
            Redactor::builder()
                .secrets_of(&hider(&scope), ["A"])
                .unwrap()
        };
        let redactor = builder().build().unwrap();
        let (mut stream, mut out) = (redactor.stream(), Vec::new());
        stream.feed(value.as_bytes(), &mut out);
        let writer = RedactWriter::new(Vec::new(), &redactor);
        let reader = RedactReader::new(&b""[..], &redactor);
        format!(
            "{:?} {redactor:?} {stream:?} {writer:?} {reader:?}",
            builder()
        )
    });
    assert!(
        shown[0].contains("guarded: true") && !shown[0].contains(|c: char| c.is_ascii_digit()),
        "{}",
        shown[0]
    );
    assert!(shown.iter().all(|one| *one == shown[0]), "{shown:#?}");
}

/// Beside texts of the user's own choice, each value takes as much room as any other.
#[test]
fn limits_do_not_tell_how_long_guarded_values_are() {
    let own = |lines: usize| {
        let value: String = (0..lines).map(|line| format!("{line:09}\n")).collect();
        Redactor::builder()
            .secret(super::name("OWN"), value)
            .build()
            .unwrap()
    };
    let patterns = |redactor: &Redactor| {
        let shown = format!("{redactor:?}");
        let digits = shown
            .split_once("patterns: ")
            .unwrap()
            .1
            .split(',')
            .next()
            .unwrap();
        digits.parse::<usize>().unwrap()
    };
    // Each line is a pattern, and so are some things besides.
    let of_patterns = |count: usize| {
        let mut lines = count - 1000;
        loop {
            let redactor = own(lines);
            match patterns(&redactor) {
                found if found == count => return redactor,
                found => lines = (lines + count).checked_sub(found).unwrap(),
            }
        }
    };
    let most = Redactor::MAX_PATTERNS - 100;
    let (fits, too_many) = (of_patterns(most), of_patterns(most + 1));
    for value in [
        "short",
        VALUE,
        "{\"user\": \"ada-lovelace\", \"key\": \"abcdefghij\"}",
        &VALUE.repeat(100),
    ] {
        let scope = scope();
        scope.put("A", SecretInput::new(value).inactive()).unwrap();
        let guarded = hider(&scope).redactor(["A"]).unwrap();
        assert!(
            fits.clone().merge(&guarded).is_ok() && guarded.clone().merge(&fits).is_ok(),
            "{value}"
        );
        assert_eq!(
            too_many.clone().merge(&guarded).unwrap_err().kind(),
            ErrorKind::TooLarge,
            "{value}"
        );
        assert_eq!(
            guarded.merge(&too_many).unwrap_err().kind(),
            ErrorKind::TooLarge,
            "{value}"
        );
    }
    let short = Redactor::builder()
        .secret(super::name("A"), "short")
        .build()
        .unwrap();
    assert!(
        too_many.merge(&short).is_ok(),
        "the control: of what may be learned, what is there is counted"
    );
}

/// A guess that is the whole value is confirmed in any case: that is what a redactor does. It needs
/// the permission.
#[test]
fn a_dictionary_finds_a_value_that_is_in_it() {
    let dictionary: String = (0..2000)
        .map(|n| format!("guess-number-{n:04}\n"))
        .collect();
    let scope = scope();
    scope
        .put("OFF", SecretInput::new("guess-number-1234").inactive())
        .unwrap();
    assert_eq!(
        scope
            .with(Permissions::USE)
            .redactor(["OFF"])
            .unwrap_err()
            .kind(),
        ErrorKind::Inactive
    );
    let guarded = hider(&scope).redactor(["OFF"]).unwrap();
    let redacted = guarded.redact(&dictionary).into_owned();
    assert_eq!(
        redacted,
        dictionary.replace("guess-number-1234", "<<$secret.OFF>>")
    );
    assert_eq!(streamed_whole(&guarded, &dictionary), redacted);
    // Of a shorter value nothing is.
    scope
        .put("PIN", SecretInput::new("1234567").inactive())
        .unwrap();
    assert_eq!(
        hider(&scope).redactor(["PIN"]).unwrap().redact("1234567"),
        "1234567"
    );
}

fn streamed_whole(redactor: &Redactor, text: &str) -> String {
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    text.as_bytes()
        .chunks(1000)
        .for_each(|part| stream.feed(part, &mut out));
    stream.finish(&mut out);
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// In the end the same comes out, whatever is held back on the way.
    #[test]
    fn guarded_parts_are_redacted_as_the_whole_is(
        values in prop::collection::vec("[ab]{8,11}", 1..4),
        text in "([ab]{0,20}|é|🔑|z){0,12}",
        padding in 0..3_usize,
        lengths in prop::collection::vec((1..20_usize, any::<bool>()), 1..5),
    ) {
        let scope = scope();
        let names: Vec<String> = (0..values.len()).map(|n| format!("S{n}")).collect();
        names
            .iter()
            .zip(&values)
            .for_each(|(name, value)| drop(scope.put(name, value.as_str()).unwrap()));
        let redactor = hider(&scope).redactor(&names).unwrap();
        let patterns = names
            .iter()
            .zip(&values)
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        let expected = naive::redact(&patterns.collect::<Vec<_>>(), usize::MAX, text.as_bytes());
        prop_assert_eq!(redactor.redact_bytes(text.as_bytes()), &*expected);

        let text = [
            &text,
            &"x".repeat(padding * 60_000),
            &*text,
            &"é".repeat(padding * 30_000),
            &text,
        ]
        .concat();
        let whole = redactor.redact(&text).into_owned();
        let (mut stream, mut out, mut lengths) =
            (redactor.stream(), Vec::new(), lengths.into_iter().cycle());
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (length, settle) = lengths.next().unwrap();
            let (part, behind) = rest.split_at((length * length * 100).min(rest.len()));
            stream.feed(part, &mut out);
            if settle {
                stream.settle(&mut out);
            }
            prop_assert!(std::str::from_utf8(&out).is_ok(), "a character was cut");
            rest = behind;
        }
        stream.finish(&mut out);
        prop_assert!(out == whole.as_bytes());
    }
}
