//! Values that are awaited: the same as those of blocking calls, and nothing held when a future is
//! dropped.
#![cfg(all(
    feature = "async",
    feature = "vault",
    feature = "json",
    feature = "http"
))]

use std::collections::BTreeMap;
use std::future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use keyslot::resolve::{AsyncChain, AsyncResolver, Inline, Job, Lookup, Offloaded, look_up_ahead};
use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Grants, Surfaces};
use keyslot::{
    AccessRules, Chain, Document, Error, ErrorKind, Found, Outcome, Outcomes, Permissions,
    Reference, Resolver, Result, SecretInput, Surface, Target, Template, Variables,
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::memory_vault;

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread, without a runtime. It must be one that a runtime may
/// move to another thread.
fn wait<T>(future: impl Future<Output = T> + Send) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A future that lets others run, so many times.
async fn yields(mut times: usize) {
    future::poll_fn(|context| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The references and the target of a look-up.
type Asked = (Vec<Reference>, Target);

/// Answers by a table, and counts how often it is asked; as a blocking resolver, and as one that is
/// awaited.
#[derive(Clone, Debug, Default)]
struct Table {
    outcomes: BTreeMap<String, Result<String, ErrorKind>>,
    pauses: usize,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Table {
    fn of<const N: usize>(values: [(&str, &str); N]) -> Self {
        let outcomes = values.map(|(name, value)| (name.to_owned(), Ok(value.to_owned())));
        Self {
            outcomes: outcomes.into(),
            pauses: 2,
            ..Self::default()
        }
    }

    fn answer(&self, references: &[Reference], target: &Target) -> Outcomes {
        let asked = (references.to_vec(), target.clone());
        self.asked.lock().unwrap().push(asked);
        let answer = |one: &Reference| -> Outcome {
            match self.outcomes.get(one.name().as_str()) {
                Some(Ok(value)) => Ok(Found::new(one.name().clone(), value.as_str())),
                Some(Err(kind)) => Err(Error::new(*kind, "refused")),
                None => Err(Error::new(ErrorKind::NotFound, "not here")),
            }
        };
        references.iter().map(answer).collect()
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolver for Table {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        Ok(self.answer(references, target))
    }
}

impl AsyncResolver for Table {
    fn lookup_async<'a>(&'a self, references: &'a [Reference], target: &'a Target) -> Lookup<'a> {
        Box::pin(async move {
            yields(self.pauses).await;
            Ok(self.answer(references, target))
        })
    }
}

/// Hands each look-up to a thread of its own.
fn threaded<R: Resolver + Send + Sync + 'static>(resolver: R) -> impl AsyncResolver {
    Offloaded::new(resolver, |job: Job| drop(thread::spawn(job)))
}

fn shown(outcomes: Outcomes) -> Vec<String> {
    let show = |outcome: Outcome| match outcome {
        Ok(found) => found.expose_secret().to_owned(),
        Err(error) => format!("{:?} {error}", error.kind()),
    };
    outcomes.into_iter().map(show).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_chain_of_both_kinds_answers_as_a_blocking_one(
        links in proptest::collection::vec(
            (
                proptest::collection::btree_map("[A-D]", 0_usize..4, 0..4),
                0_usize..3,
                0_usize..3,
            ),
            0..5,
        ),
        names in proptest::collection::vec("[A-D]", 0..6),
    ) {
        let (mut chain, mut mixed) = (Chain::new(), AsyncChain::new());
        let (mut asked, mut awaited) = (Vec::new(), Vec::new());
        for (number, (outcomes, pauses, kind)) in links.into_iter().enumerate() {
            let outcome = |outcome: usize| match outcome {
                0 => Err(ErrorKind::NotFound),
                1 => Err(ErrorKind::Revoked),
                2 => Err(ErrorKind::Unavailable),
                _ => Ok(format!("of link {number}")),
            };
            let outcomes = outcomes.into_iter();
            let table = || Table { pauses, ..Table::default() };
            let outcomes: BTreeMap<_, _> =
                outcomes.map(|(name, number)| (name, outcome(number))).collect();
            let [one, other] = [table(), table()]
                .map(|table| Table { outcomes: outcomes.clone(), ..table });
            asked.push(one.clone());
            awaited.push(other.clone());
            chain = chain.then(one);
            mixed = match kind {
                0 => mixed.then(other),
                1 => mixed.then(Inline::new(other)),
                _ => mixed.then(threaded(other)),
            };
        }
        let references: Vec<Reference> =
            names.iter().map(|name| Reference::bare(name.parse().unwrap())).collect();
        let target = Target::tool("crm");
        let blocking = chain.lookup(&references, &target).unwrap();
        let outcomes = wait(mixed.lookup_async(&references, &target)).unwrap();
        prop_assert_eq!(shown(outcomes), shown(blocking));
        for (one, other) in asked.iter().zip(&awaited) {
            prop_assert_eq!(one.asked(), other.asked());
        }
    }
}

#[test]
fn an_error_of_one_link_ends_the_chain() {
    struct Fails;
    impl AsyncResolver for Fails {
        fn lookup_async<'a>(&'a self, _: &'a [Reference], _: &'a Target) -> Lookup<'a> {
            Box::pin(async { Err(Error::new(ErrorKind::Unavailable, "out of reach")) })
        }
    }
    struct Short;
    impl AsyncResolver for Short {
        fn lookup_async<'a>(&'a self, _: &'a [Reference], _: &'a Target) -> Lookup<'a> {
            Box::pin(async { Ok(Vec::new()) })
        }
    }
    let last = Table::of([("A", "of the last")]);
    let fails: Box<dyn AsyncResolver> = Box::new(Fails);
    for (link, kind) in [
        (fails, ErrorKind::Unavailable),
        (Box::new(Short) as _, ErrorKind::BrokenResolver),
    ] {
        let chain = AsyncChain::new().then(link).then(last.clone());
        let resolved = Engine::new();
        let error =
            wait(resolved.resolve_async(&chain, &Target::unspecified(), "<<A>>")).unwrap_err();
        assert_eq!(error.kind(), kind);
    }
    assert!(last.asked().is_empty());
    // The control: without the first link it answers.
    let chain = AsyncChain::new().then(last);
    let resolved = wait(Engine::new().resolve_async(&chain, &Target::unspecified(), "<<A>>"));
    assert_eq!(resolved.unwrap().expose_secret(), "of the last");
}

#[test]
fn every_input_resolves_as_in_a_blocking_call() {
    let values = [("CITY", "São Paulo"), ("TOKEN", "t\"1"), ("LINE", "a\r\nb")];
    let (table, blocking) = (Table::of(values), Table::of(values));
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let target = Target::tool("crm")
        .with_url("https://crm.example/v1")
        .unwrap();
    let header = target.clone().with_surface(Surface::Header);

    for text in [
        "plain",
        "in <<CITY>>, <<CITY|base64>>",
        "<<$secret.MISSING>> <<LINE>> <<OTHER>>",
        "<<LINE>>",
        "<<$secret.A/B>>",
    ] {
        let awaited = wait(engine.resolve_async(&table, &header, text));
        let resolved = engine.resolve(&blocking, &header, text);
        match (awaited, resolved) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one.expose_secret(), other.expose_secret());
                assert_eq!(one.used(), other.used());
            }
            (one, other) => assert_eq!(
                serde_json::to_value(one.unwrap_err()).unwrap(),
                serde_json::to_value(other.unwrap_err()).unwrap(),
                "{text}"
            ),
        }
        assert_eq!(table.asked(), blocking.asked(), "{text}");
    }

    let config = json!({
        "url": "https://crm.example/mcp?city=<<CITY>>",
        "headers": { "X-Key": "<<TOKEN>>" },
    });
    let template = Template::compile("Bearer <<TOKEN>>").unwrap();
    let document: Document<_> = engine.compile_document(config.clone()).unwrap();
    let one = wait(engine.resolve_async(&table, &target, &config)).unwrap();
    let other = wait(engine.resolve_async(&table, &target, &document)).unwrap();
    let resolved = engine.resolve(&blocking, &target, &config).unwrap();
    assert_eq!(one.expose_secret(), resolved.expose_secret());
    assert_eq!(other.expose_secret(), resolved.expose_secret());
    assert_eq!(
        one.expose_secret()["url"],
        "https://crm.example/mcp?city=S%C3%A3o%20Paulo"
    );
    let text = wait(engine.resolve_async(&table, &header, &template)).unwrap();
    assert_eq!(text.expose_secret(), "Bearer t\"1");
    // The look-up is for all surfaces of a document, as in a blocking call.
    let (asked, expected) = (table.asked(), blocking.asked());
    assert_eq!(asked[asked.len() - 2..][0], expected[expected.len() - 1]);
}

#[test]
fn headers_and_arguments_of_a_model_take_the_same_road() {
    let table = Table::of([("TOKEN", "t-1"), ("OTHER", "of no concern")]);
    let (engine, target) = (Engine::new(), Target::tool("crm"));
    let headers = [("Authorization", "Bearer <<TOKEN>>"), ("Accept", "*/*")];
    let map = wait(look_up_ahead(&table, |answers| {
        engine.resolve_headers(answers, &target, headers)
    }));
    let map = map.unwrap();
    assert_eq!(map["Authorization"], "Bearer t-1");
    assert!(map["Authorization"].is_sensitive());

    let grants = Grants::new().name("TOKEN").unwrap();
    let args = wait(look_up_ahead(&table, |answers| {
        engine.resolve_model_args(answers, &target, "<<TOKEN>> <<OTHER>>", &grants)
    }));
    let args = args.unwrap();
    assert_eq!(args.expose_secret(), "t-1 <<OTHER>>");
    assert_eq!(args.attempt_count(), 1);
    assert_eq!(table.asked().len(), 2);
}

#[test]
fn nobody_is_asked_for_nothing_or_by_a_future_that_never_ran() {
    let table = Table::of([("A", "a value")]);
    let (engine, target) = (Engine::new(), Target::unspecified());
    drop(engine.resolve_async(&table, &target, "<<A>>"));
    drop(table.lookup_async(&[Reference::bare("A".parse().unwrap())], &target));
    assert_eq!(
        wait(engine.resolve_async(&table, &target, "none"))
            .unwrap()
            .expose_secret(),
        "none"
    );
    assert!(table.asked().is_empty());
    assert!(wait(engine.resolve_async(&table, &target, "<<A>>")).is_ok());
    assert_eq!(table.asked().len(), 1);
}

#[test]
fn a_call_looks_up_once_and_the_same() {
    let table = Table::of([("A", "a value"), ("B", "another")]);
    let (engine, target) = (Engine::new(), Target::unspecified());
    let twice = wait(look_up_ahead(&table, |answers| {
        let one = engine.resolve(answers, &target, "<<A>>")?;
        let other = engine.resolve(answers, &target, "<<A>>")?;
        Ok(format!("{}{}", one.expose_secret(), other.expose_secret()))
    }));
    assert_eq!(twice.unwrap_err().kind(), ErrorKind::BrokenResolver);
    let runs = AtomicUsize::new(0);
    let changes = wait(look_up_ahead(&table, |answers| {
        let text = ["<<A>>", "<<B>>"][runs.fetch_add(1, Ordering::SeqCst)];
        engine.resolve(answers, &target, text).map(drop)
    }));
    assert_eq!(changes.unwrap_err().kind(), ErrorKind::BrokenResolver);
    let other_target = wait(look_up_ahead(&table, |answers| {
        let tool = runs.fetch_add(1, Ordering::SeqCst).to_string();
        engine
            .resolve(answers, &Target::tool(tool), "<<A>>")
            .map(drop)
    }));
    assert_eq!(other_target.unwrap_err().kind(), ErrorKind::BrokenResolver);
}

#[test]
fn the_rules_of_a_vault_hold_on_every_thread() {
    let vault = memory_vault();
    let project = vault.scope("acme/billing").unwrap();
    let rules = AccessRules::new().tool("crm").unwrap();
    let token = SecretInput::new("crm-token-1").rules(rules);
    project.put("CRM_TOKEN", token).unwrap();
    let runner = project
        .with(Permissions::USE)
        .for_target(Target::tool("crm"));
    let variables = Variables::new().with("REGION", "eu").unwrap();
    let chain = AsyncChain::new()
        .then(Inline::new(variables))
        .then(threaded(runner));
    let engine = Engine::new();
    let text = "<<REGION>>: <<$secret.CRM_TOKEN>>";
    for (target, kind) in [
        (Target::tool("crm"), None),
        (Target::unspecified(), None),
        (Target::tool("mail"), Some(ErrorKind::Denied)),
    ] {
        match (wait(engine.resolve_async(&chain, &target, text)), kind) {
            (Ok(text), None) => assert_eq!(text.expose_secret(), "eu: crm-token-1"),
            (Err(error), Some(kind)) => assert_eq!(error.kind(), kind),
            (other, _) => panic!("{target:?}: {other:?}"),
        }
    }
    project.revoke("CRM_TOKEN").unwrap();
    let error = wait(engine.resolve_async(&chain, &Target::tool("crm"), text)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Revoked);
}

/// Work that the host has not run yet.
type Queue = Arc<Mutex<Vec<Job>>>;

fn queued<R: Resolver + Send + Sync + 'static>(resolver: R) -> (impl AsyncResolver, Queue) {
    let queue = Queue::default();
    let sink = Arc::clone(&queue);
    let spawn = move |job: Job| sink.lock().unwrap().push(job);
    (Offloaded::new(resolver, spawn), queue)
}

#[test]
fn work_of_a_task_that_is_gone_does_nothing() {
    let table = Table::of([("A", "a value")]);
    let (offloaded, queue) = queued(table.clone());
    let (engine, target) = (Engine::new(), Target::unspecified());
    let run = || queue.lock().unwrap().drain(..).for_each(|job| job());
    {
        let mut future = pin!(engine.resolve_async(&offloaded, &target, "<<A>>"));
        assert!(poll_once(future.as_mut()).is_pending());
        assert_eq!(queue.lock().unwrap().len(), 1);
    }
    run();
    assert!(table.asked().is_empty());
    // The control: a task that waits.
    let mut future = pin!(engine.resolve_async(&offloaded, &target, "<<A>>"));
    assert!(poll_once(future.as_mut()).is_pending());
    run();
    let Poll::Ready(resolved) = poll_once(future.as_mut()) else {
        panic!("it was answered")
    };
    assert_eq!(resolved.unwrap().expose_secret(), "a value");
}

/// Blocks until the test lets it go on.
struct Gate(Arc<Barrier>);

impl Resolver for Gate {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        self.0.wait();
        self.0.wait();
        let found = |one: &Reference| Ok(Found::new(one.name().clone(), "a value"));
        Ok(references.iter().map(found).collect())
    }
}

#[test]
fn a_task_that_is_dropped_while_it_is_answered_holds_nothing() {
    let gate = Arc::new(Barrier::new(2));
    let held = Arc::new(());
    let threads = Arc::new(Mutex::new(Vec::new()));
    let (sink, token) = (Arc::clone(&threads), Arc::clone(&held));
    let offloaded = Offloaded::new(Gate(Arc::clone(&gate)), move |job: Job| {
        let token = Arc::clone(&token);
        let run = move || {
            job();
            drop(token);
        };
        sink.lock().unwrap().push(thread::spawn(run));
    });
    let (engine, target) = (Engine::new(), Target::unspecified());
    {
        let mut future = pin!(engine.resolve_async(&offloaded, &target, "<<A>>"));
        assert!(poll_once(future.as_mut()).is_pending());
        gate.wait();
        assert!(poll_once(future.as_mut()).is_pending());
    }
    // It is gone, and the work goes on to its end and is given up there.
    assert_eq!(Arc::strong_count(&held), 3);
    gate.wait();
    threads
        .lock()
        .unwrap()
        .drain(..)
        .for_each(|one| one.join().unwrap());
    assert_eq!(Arc::strong_count(&held), 2);
    // The next task is served.
    let resolved = thread::scope(|threads| {
        threads.spawn(|| {
            gate.wait();
            gate.wait();
        });
        wait(engine.resolve_async(&offloaded, &target, "<<A>>"))
    });
    assert_eq!(resolved.unwrap().expose_secret(), "a value");
}

#[test]
fn work_that_panics_or_never_runs_is_an_error() {
    struct Panics;
    impl Resolver for Panics {
        fn lookup(&self, _: &[Reference], _: &Target) -> Result<Outcomes> {
            panic!("canary of a panic")
        }
    }
    let (engine, target) = (Engine::new(), Target::unspecified());
    let never = Offloaded::new(Variables::new(), |job: Job| drop(job));
    for broken in [&threaded(Panics) as &dyn AsyncResolver, &never] {
        let error = wait(engine.resolve_async(broken, &target, "<<A>>")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenResolver);
        assert!(!error.to_string().contains("canary"));
    }
}
