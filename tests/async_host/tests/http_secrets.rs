//! Bounds, retries, single flight, negative answers and errors of the resolver over HTTP.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use keyslot::resolve::{AsyncChain, AsyncResolver, Inline};
use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::template::Engine;
use keyslot::{Error, ErrorKind, Result, Target, Variables};

use super::script::{Answer, Script};
use crate::{HttpSecrets, Settings};

const TOKEN: &str = "canary-token-of-the-host";

/// Bounds that no test takes, unless it says so.
fn patient() -> Settings {
    Settings {
        attempt: Duration::from_secs(60),
        all: Duration::from_secs(120),
        pause: Duration::from_millis(1),
        missing: Duration::from_secs(3_600),
        ..Settings::default()
    }
}

fn secrets(script: &Script, settings: Settings) -> Arc<HttpSecrets> {
    let token = SecretString::from(TOKEN);
    Arc::new(HttpSecrets::new(&script.address, token, settings))
}

async fn resolve(secrets: &dyn AsyncResolver, text: &str) -> Result<String> {
    let engine = Engine::new();
    let resolved = engine
        .resolve_async(secrets, &Target::unspecified(), text)
        .await?;
    Ok(resolved.expose_secret().to_string())
}

fn values(pairs: &[(&str, &str)]) -> String {
    let values: std::collections::BTreeMap<_, _> = pairs.iter().copied().collect();
    serde_json::json!({ "values": values }).to_string()
}

fn ok(pairs: &[(&str, &str)]) -> Answer {
    Answer::Now(200, values(pairs))
}

/// Nothing that can be printed of an error holds the token, an address or what the service wrote.
#[track_caller]
fn is_clean(error: &Error, script: &Script) {
    let mut printed = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        let _ = write!(printed, "{source} {source:?}");
        cause = source.source();
    }
    for secret in ["canary", &script.address, "127.0.0.1"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn all_references_of_a_text_are_one_request_with_the_token() {
    let script = Script::start(vec![ok(&[("A", "1"), ("B", "2"), ("NOT_ASKED", "3")])]).await;
    let secrets = secrets(&script, patient());
    let text = "<<$secret.B>> <<A>> <<$secret.A>>";
    assert_eq!(resolve(&*secrets, text).await.unwrap(), "2 1 1");
    let requests = script.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("POST /v1/secrets HTTP/1.1\r\n"));
    assert!(requests[0].contains(&format!("authorization: Bearer {TOKEN}\r\n")));
    assert!(requests[0].ends_with(r#"{"names":["A","B"]}"#));
    // Nothing is kept: the next look-up asks again.
    assert!(resolve(&*secrets, text).await.is_ok());
    assert_eq!(script.requests().len(), 2);
    assert!(!format!("{secrets:?}").contains("canary"));
}

#[tokio::test]
async fn a_chain_asks_for_what_is_still_open() {
    let script = Script::start(vec![ok(&[("KEY", "of the service")])]).await;
    let run = Variables::new().with("REGION", "eu").unwrap();
    let chain = AsyncChain::new()
        .then(Inline::new(run))
        .then(secrets(&script, patient()));
    let text = resolve(&chain, "<<REGION>>: <<$secret.KEY>>").await;
    assert_eq!(text.unwrap(), "eu: of the service");
    assert!(script.requests()[0].ends_with(r#"{"names":["KEY"]}"#));
    assert_eq!(resolve(&chain, "<<REGION>>").await.unwrap(), "eu");
    assert_eq!(script.requests().len(), 1, "nothing was open");
}

#[tokio::test]
async fn an_unknown_name_is_not_asked_for_again_while_its_time_lasts() {
    let script = Script::start(vec![ok(&[("A", "1")])]).await;
    let remembers = secrets(&script, patient());
    for _ in 0..3 {
        let error = resolve(&*remembers, "<<$secret.MISSING>>")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        is_clean(&error, &script);
    }
    assert_eq!(script.requests().len(), 1);
    // Other names of the same text are still asked for.
    assert!(
        resolve(&*remembers, "<<$secret.A>> <<$secret.MISSING>>")
            .await
            .is_err()
    );
    assert!(script.requests()[1].ends_with(r#"{"names":["A"]}"#));
    // A pin means no secret of a service without versions, and asks nobody.
    let error = resolve(&*remembers, "<<$secret.A@2>>").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(script.requests().len(), 2);
    // The control: without that time, each look-up asks.
    let missing = Duration::ZERO;
    let forgets = secrets(
        &script,
        Settings {
            missing,
            ..patient()
        },
    );
    for _ in 0..3 {
        assert!(resolve(&*forgets, "<<$secret.MISSING>>").await.is_err());
    }
    assert_eq!(script.requests().len(), 5);
}

#[tokio::test]
async fn a_service_that_falters_is_asked_again_and_one_that_refuses_is_not() {
    let busy = || Answer::Now(503, "canary of a body".to_owned());
    let answers = vec![busy(), Answer::Cut, ok(&[("A", "1")])];
    let script = Script::start(answers).await;
    assert_eq!(
        resolve(&*secrets(&script, patient()), "<<A>>")
            .await
            .unwrap(),
        "1"
    );
    assert_eq!(script.requests().len(), 3);

    for (answer, requests, kind) in [
        (busy(), 3, ErrorKind::Unavailable),
        (Answer::Now(429, String::new()), 3, ErrorKind::Unavailable),
        (Answer::Cut, 3, ErrorKind::Unavailable),
        (
            Answer::Now(403, "canary".to_owned()),
            1,
            ErrorKind::StoreDenied,
        ),
        (
            Answer::Now(404, "canary".to_owned()),
            1,
            ErrorKind::BrokenResolver,
        ),
        (
            Answer::Now(200, "canary".to_owned()),
            1,
            ErrorKind::BrokenResolver,
        ),
        (
            Answer::Now(200, values(&[("A", &"x".repeat(1 << 20))])),
            3,
            ErrorKind::Unavailable,
        ),
    ] {
        let script = Script::start(vec![answer]).await;
        let error = resolve(&*secrets(&script, patient()), "<<A>>")
            .await
            .unwrap_err();
        assert_eq!((error.kind(), script.requests().len()), (kind, requests));
        is_clean(&error, &script);
    }
    // Nobody listens there.
    let script = Script::start(vec![Answer::Cut]).await;
    let token = SecretString::from(TOKEN);
    let nowhere = HttpSecrets::new("127.0.0.1:1", token, patient());
    let error = resolve(&nowhere, "<<A>>").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    is_clean(&error, &script);
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up_and_its_connections_are_closed() {
    let script = Script::start(vec![Answer::Never]).await;
    let attempt = Duration::from_millis(20);
    let error = resolve(
        &*secrets(
            &script,
            Settings {
                attempt,
                ..patient()
            },
        ),
        "<<A>>",
    )
    .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(script.requests().len(), 3);
    script.given_up.acquire_many(3).await.unwrap().forget();

    let all = Duration::from_millis(20);
    let error = resolve(&*secrets(&script, Settings { all, ..patient() }), "<<A>>").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    is_clean(&error, &script);
    assert_eq!(
        script.requests().len(),
        4,
        "the time for all attempts is over"
    );
    script.given_up.acquire().await.unwrap().forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn look_ups_on_many_threads_get_each_their_own_answers() {
    let script = Script::start(vec![ok(&[("A", "1"), ("B", "2")])]).await;
    let secrets = secrets(&script, patient());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let secrets = Arc::clone(&secrets);
        let (text, value) = [("<<A>>", "1"), ("<<$secret.A>> <<B>>", "1 2")][number % 2];
        tasks.spawn(async move {
            assert_eq!(resolve(&*secrets, text).await.unwrap(), value);
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    assert_eq!(secrets.flights_under_way(), 0);
}

#[tokio::test]
async fn one_request_for_many_that_wait() {
    let answer = Answer::Gated(200, values(&[("A", "1")]));
    let script = Script::start(vec![answer]).await;
    let secrets = secrets(&script, patient());
    // On one thread: all of them have asked before the first is answered.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let secrets = Arc::clone(&secrets);
        tasks.spawn(async move { resolve(&*secrets, "<<A>>").await });
    }
    script.until(1).await;
    script.gate.add_permits(1);
    while let Some(text) = tasks.join_next().await {
        assert_eq!(text.unwrap().unwrap(), "1");
    }
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn a_look_up_that_is_dropped_leaves_nothing_and_strands_nobody() {
    let answer = Answer::Gated(200, values(&[("A", "1")]));
    let script = Script::start(vec![answer]).await;
    let secrets = secrets(&script, patient());
    let ask = || {
        let secrets = Arc::clone(&secrets);
        tokio::spawn(async move { resolve(&*secrets, "<<A>>").await })
    };
    // Nobody else waits: the connection is closed, and nothing is under way.
    let alone = ask();
    script.until(1).await;
    alone.abort();
    assert!(alone.await.unwrap_err().is_cancelled());
    script.given_up.acquire().await.unwrap().forget();
    assert_eq!(Arc::strong_count(&secrets), 1);

    // Somebody else waits, and makes the request anew.
    let (leader, follower) = (ask(), ask());
    script.until(2).await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    script.given_up.acquire().await.unwrap().forget();
    script.until(3).await;
    script.gate.add_permits(1);
    assert_eq!(follower.await.unwrap().unwrap(), "1");
    assert_eq!(
        (script.requests().len(), secrets.flights_under_way()),
        (3, 0)
    );
}
