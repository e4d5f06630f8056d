//! A handle that is bound to a target: every call uses that target, and no road leads elsewhere.
#![cfg(all(feature = "vault", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::{Arc, Mutex};

use crate::support::counting::Counting;
use crate::support::root_key;
use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Grants, Surfaces, Syntax};
use keyslot::{
    AccessRules, Chain, Document, ErrorKind, Event, Permissions, Redactor, Reference, ResolveExt,
    Resolver, Result, ScopedVault, SecretInput, Surface, Target, Template, UnknownNames, Vault,
};

const TEXT: &str = "key=<<$secret.KEY>>";
const CANARY: &str = "cAnArY";

fn on(target: Target, host: &str) -> Target {
    target.with_host(host).unwrap()
}

fn crm() -> Target {
    on(Target::tool("crm"), "crm.example")
}

/// Targets that differ from [`crm`] in more than the surface and the unknown names.
fn others() -> Vec<Target> {
    vec![
        Target::tool("crm"),
        on(Target::tool("crm"), "evil.example"),
        on(Target::tool("mail"), "crm.example"),
        on(Target::unspecified(), "crm.example"),
        Target::instructions(),
        on(Target::instructions(), "crm.example"),
        Target::tool("mail").with_surface(Surface::Env),
    ]
}

struct World {
    store: Arc<Counting>,
    vault: Vault,
    project: ScopedVault,
    events: Arc<Mutex<Vec<String>>>,
}

impl World {
    /// A vault with `KEY`, which may go to every target, and `CRM_KEY`, which may go to [`crm`].
    fn new() -> Self {
        let store = Arc::new(Counting::default());
        let events = Arc::<Mutex<Vec<String>>>::default();
        let sink = Arc::clone(&events);
        let observer = move |event: &Event<'_>| {
            let line = format!("{} {} {:?}", event.action, event.name, event.outcome);
            sink.lock().unwrap().push(line);
        };
        let vault = Vault::builder()
            .store(Arc::clone(&store))
            .observer(observer)
            .create(&root_key())
            .unwrap();
        let project = vault.scope("acme/billing").unwrap();
        let anywhere = AccessRules::new().in_instructions(true);
        let input = SecretInput::new(format!("{CANARY} 1")).rules(anywhere);
        project.put("KEY", input).unwrap();
        let rules = AccessRules::new().tool("crm").unwrap();
        let rules = rules.host("crm.example").unwrap();
        let input = SecretInput::new(format!("{CANARY} 2")).rules(rules);
        project.put("CRM_KEY", input).unwrap();
        Self {
            store,
            vault,
            project,
            events,
        }
    }

    fn calls(&self) -> usize {
        self.store.calls()
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.events.lock().unwrap())
    }
}

fn show<T: ToString>(answer: Result<impl ExposeSecret<T>>) -> Result<String> {
    answer.map(|answer| answer.expose_secret().to_string())
}

type Road = (
    &'static str,
    fn(&ScopedVault, &Target, &str) -> Result<String>,
);

/// Every call that names a target. Each gives what comes out of it, values included.
const ROADS: &[Road] = &[
    ("resolve_for", |scope, target, text| {
        show(scope.resolve_for(target, text))
    }),
    ("template", |scope, target, text| {
        show(scope.resolve_for(target, &Template::compile(text.to_owned())?))
    }),
    ("document", |scope, target, text| {
        let document = Document::compile(serde_json::json!({ "a": text }))?;
        show(scope.resolve_for(target, &document))
    }),
    ("json", |scope, target, text| {
        show(scope.resolve_for(target, &serde_json::json!({ "a": text })))
    }),
    ("model", |scope, target, text| {
        let grants = Grants::new().name("KEY")?.name("CRM_KEY")?;
        show(scope.resolve_model_args(target, text, &grants))
    }),
    #[cfg(feature = "http")]
    ("headers", |scope, target, text| {
        let headers = scope.resolve_headers(target, [("x-key", text)])?;
        Ok(headers["x-key"].to_str().unwrap().to_owned())
    }),
    ("lookup", |scope, target, text| {
        looked_up(scope, target, text)
    }),
    ("boxed", |scope, target, text| {
        let boxed: Box<dyn Resolver> = Box::new(Arc::new(scope.clone()));
        looked_up(&boxed, target, text)
    }),
    ("engine", |scope, target, text| {
        show(Engine::new().resolve(scope, target, text))
    }),
    ("engine with surfaces", |scope, target, text| {
        let surfaces = Surfaces::new().at("/a", Surface::Header)?;
        let document = serde_json::json!({ "a": text });
        show(
            Engine::new()
                .surfaces(surfaces)
                .resolve(scope, target, &document),
        )
    }),
    ("extension", |scope, target, text| {
        show(ResolveExt::resolve_for(scope, target, text))
    }),
    ("extension, model", |scope, target, text| {
        let grants = Grants::new().name("KEY")?.name("CRM_KEY")?;
        show(ResolveExt::resolve_model_args(scope, target, text, &grants))
    }),
    ("chain", |scope, target, text| {
        let chain = Chain::new().then(scope.clone());
        show(chain.resolve_for(target, text))
    }),
    ("snapshot", |scope, target, text| {
        let run = scope.snapshot(&scope.references(text)?)?;
        show(run.resolve_for(target, text))
    }),
    ("refreshed snapshot", |scope, target, text| {
        let run = scope.snapshot(&scope.references(text)?)?;
        run.refresh()?;
        looked_up(&run, target, text)
    }),
    ("cloned snapshot", |scope, target, text| {
        let run = scope.snapshot(&scope.references(text)?)?;
        let run: Arc<dyn Resolver> = Arc::new(run.clone());
        looked_up(&run, target, text)
    }),
    #[cfg(feature = "http")]
    ("snapshot, headers", |scope, target, text| {
        let run = scope.snapshot(&scope.references(text)?)?;
        let headers = run.resolve_headers(target, [("x-key", text)])?;
        Ok(headers["x-key"].to_str().unwrap().to_owned())
    }),
    #[cfg(feature = "http")]
    ("engine, headers", |scope, target, text| {
        let headers = Engine::new().resolve_headers(scope, target, [("x-key", text)])?;
        Ok(headers["x-key"].to_str().unwrap().to_owned())
    }),
    ("redactor", |scope, target, text| {
        // Without REDACT the rules are asked.
        let scope = scope.with(Permissions::USE);
        let redactor = scope.redactor_for(target, names(&scope, text)?)?;
        Ok(redacted(&redactor))
    }),
    ("redactor of all versions", |scope, target, text| {
        Ok(redacted(&scope.redactor_for(target, names(scope, text)?)?))
    }),
    ("redactor builder", |scope, target, text| {
        let names = names(scope, text)?;
        let redactor = Redactor::builder().secrets_for(scope, target, names)?;
        Ok(redacted(&redactor.build()?))
    }),
];

/// Every call that says what would happen.
const QUESTIONS: &[Road] = &[
    ("check", |scope, target, text| {
        scope.check(target, text).map(|_| CANARY.to_owned())
    }),
    ("explain", |scope, target, text| {
        let explained = scope.explain(target, &scope.references(text)?)?;
        let verdicts = explained.into_iter().map(|one| one.verdict);
        let verdicts: Result<Vec<()>> = verdicts.collect();
        verdicts.map(|_| CANARY.to_owned())
    }),
];

fn looked_up(resolver: &dyn Resolver, target: &Target, text: &str) -> Result<String> {
    let outcomes = resolver.lookup(&Engine::new().references(text)?, target)?;
    show(Template::compile(text.to_owned())?.fill(&outcomes))
}

fn names(scope: &ScopedVault, text: &str) -> Result<Vec<String>> {
    let references = scope.references(text)?;
    Ok(references
        .iter()
        .map(|one| one.name().to_string())
        .collect())
}

/// A text that holds the canary if the redactor knows a value.
fn redacted(redactor: &Redactor) -> String {
    let text = [1, 2].map(|number| format!("{CANARY} {number}"));
    let known = text.iter().any(|text| redactor.redact(text) != *text);
    if known {
        CANARY.to_owned()
    } else {
        String::new()
    }
}

fn roads() -> impl Iterator<Item = Road> {
    ROADS.iter().chain(QUESTIONS).copied()
}

#[test]
fn every_call_uses_the_bound_target_when_it_names_none() {
    let world = World::new();
    let runner = world.project.for_target(crm());
    assert_eq!(runner.target(), Some(&crm()));
    let text = "key=<<$secret.CRM_KEY>>";
    for (road, call) in roads() {
        for same in [
            Target::unspecified(),
            crm(),
            crm().with_surface(Surface::Header),
            crm().with_unknown_names(UnknownNames::Keep),
        ] {
            let out = call(&runner, &same, text).unwrap_or_else(|error| panic!("{road}: {error}"));
            assert!(out.contains(CANARY), "{road} {same:?}: {out}");
        }
        // The control: without the binding, a call that names no target is refused.
        if !road.contains("redactor") || road == "redactor" {
            let error = call(&world.project, &Target::unspecified(), text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{road}");
        }
    }
    assert!(show(runner.resolve(text)).unwrap().contains(CANARY));
    let document = serde_json::json!({ "a": text });
    assert!(
        show(runner.resolve_json(&document))
            .unwrap()
            .contains(CANARY)
    );
    let run = runner.snapshot(&runner.references(text).unwrap()).unwrap();
    assert!(show(run.resolve(text)).unwrap().contains(CANARY));
    assert!(show(run.resolve_json(&document)).unwrap().contains(CANARY));
    let use_only = runner.with(Permissions::USE);
    assert_eq!(redacted(&use_only.redactor(["CRM_KEY"]).unwrap()), CANARY);
    assert!(world.project.resolve(text).is_err());
}

#[test]
fn values_are_written_for_the_surface_of_the_bound_target() {
    let world = World::new();
    world.project.put("CITY", "São Paulo").unwrap();
    let runner = world.project.for_target(crm().with_surface(Surface::Url));
    let text = "https://crm.example/?c=<<$secret.CITY>>";
    let encoded = "https://crm.example/?c=S%C3%A3o%20Paulo";
    assert_eq!(show(runner.resolve(text)).unwrap(), encoded);
    let run = runner.snapshot(&runner.references(text).unwrap()).unwrap();
    assert_eq!(show(run.resolve(text)).unwrap(), encoded);
    let plain = runner.resolve_for(&crm(), text);
    assert_eq!(show(plain).unwrap(), "https://crm.example/?c=São Paulo");
}

#[test]
fn every_road_to_another_target_is_refused_before_the_store_is_asked() {
    let world = World::new();
    let runner = world.project.for_target(crm());
    for other in others() {
        for (road, call) in roads() {
            // The control: a handle that is not bound may use the secret there.
            let free = call(&world.project, &other, TEXT);
            assert!(
                free.is_ok_and(|out| out.contains(CANARY)),
                "{road} {other:?}"
            );
            let is_snapshot = road.contains("snapshot");
            let before = world.calls();
            let error = call(&runner, &other, TEXT).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{road} {other:?}");
            assert!(is_snapshot || world.calls() == before, "{road} {other:?}");
            let said = format!("{error} {error:?}");
            for part in ["evil", "mail", "crm.example", CANARY] {
                assert!(!said.contains(part), "{road}: {said}");
            }
        }
    }
}

#[test]
fn a_held_value_is_refused_without_a_store_call() {
    let world = World::new();
    let runner = world.project.for_target(crm());
    let run = runner.snapshot(&runner.references(TEXT).unwrap()).unwrap();
    assert!(run.resolve(TEXT).is_ok());
    let before = world.calls();
    for other in others() {
        let error = run.resolve_for(&other, TEXT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    }
    assert_eq!(world.calls(), before);
    assert!(
        run.resolve(TEXT).is_ok() && world.calls() > before,
        "the control"
    );
}

#[test]
fn values_are_not_handed_over_without_a_target() {
    let world = World::new();
    let (runner, elsewhere) = (
        world.project.for_target(crm()),
        world.vault.scope("acme/other").unwrap(),
    );
    assert!(world.project.reveal("KEY").is_ok(), "the control");
    assert_eq!(
        runner.reveal("KEY").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let all = runner.with(Permissions::ALL);
    assert_eq!(all.reveal("KEY").unwrap_err().kind(), ErrorKind::NotFound);
    let before = world.calls();
    let error = runner.clone_all_to(&elsewhere).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(world.calls(), before);
    assert!(elsewhere.names().unwrap().is_empty());
    assert_eq!(
        world.project.clone_all_to(&elsewhere).unwrap(),
        2,
        "the control"
    );
    // A redactor of a bound handle gives away only whole guesses.
    assert!(runner.redactor(["KEY"]).unwrap().is_guarded());
    assert!(!world.project.redactor(["KEY"]).unwrap().is_guarded());
}

#[test]
fn the_observer_is_told_of_refused_uses() {
    let world = World::new();
    let runner = world.project.for_target(crm());
    world.taken();
    let mail = Target::tool("mail");
    runner.resolve_for(&mail, TEXT).unwrap_err();
    assert_eq!(world.taken(), ["use KEY Err(Denied)"]);
    let run = runner.snapshot(&runner.references(TEXT).unwrap()).unwrap();
    run.resolve_for(&mail, TEXT).unwrap_err();
    assert_eq!(world.taken(), ["use KEY Err(Denied)"]);
    runner.redactor_for(&mail, ["KEY"]).unwrap_err();
    assert_eq!(world.taken(), ["redact KEY Err(Denied)"]);
    runner.check(&mail, TEXT).unwrap_err();
    assert!(world.taken().is_empty(), "asking is no use");
    runner.resolve(TEXT).unwrap();
    assert_eq!(world.taken(), ["use KEY Ok(())"]);
}

#[test]
fn each_placeholder_of_a_refused_text_is_an_error_of_its_own() {
    let world = World::new();
    let runner = world.project.for_target(crm());
    let text = "<<$secret.KEY>> <<NO_SUCH>>";
    let error = runner.resolve_for(&Target::tool("mail"), text).unwrap_err();
    let all: Vec<_> = error.all().map(|one| (one.kind(), one.name())).collect();
    let denied = ErrorKind::Denied;
    assert_eq!(all, [(denied, Some("KEY")), (denied, Some("NO_SUCH"))]);
    let checked = runner.check(&Target::tool("mail"), text).unwrap_err();
    assert_eq!(checked.to_string(), error.to_string());
}

/// Headers of a snapshot name a target as those of its handle do; what stands in them is a header,
/// whatever surface the handle is bound to.
#[cfg(feature = "http")]
#[test]
fn headers_of_a_snapshot_use_the_bound_target_and_the_versions_that_are_held() {
    let world = World::new();
    let runner = world.project.for_target(crm().with_surface(Surface::Url));
    let text = "Bearer <<$secret.CRM_KEY>>";
    let run = runner.snapshot(&runner.references(text).unwrap()).unwrap();
    world.project.put("CRM_KEY", "new/value").unwrap();
    for target in [Target::unspecified(), crm()] {
        let headers = run
            .resolve_headers(&target, [("Authorization", text)])
            .unwrap();
        let held = &headers["authorization"];
        assert_eq!(held, &format!("Bearer {CANARY} 2"));
        assert!(held.is_sensitive());
    }
    run.refresh().unwrap();
    let headers = run.resolve_headers(&Target::unspecified(), [("Authorization", text)]);
    assert_eq!(headers.unwrap()["authorization"], "Bearer new/value");
    let error = run
        .resolve_headers(&Target::tool("mail"), [("Authorization", text)])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    // A snapshot of a handle that is not bound asks the rules.
    let free = world
        .project
        .snapshot(&runner.references(text).unwrap())
        .unwrap();
    let error = free
        .resolve_headers(&Target::unspecified(), [("Authorization", text)])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(
        free.resolve_headers(&crm(), [("Authorization", text)])
            .is_ok()
    );
}

/// A change of a handle.
type Step = fn(&ScopedVault) -> ScopedVault;

const STEPS: [Step; 7] = [
    |scope| scope.for_target(crm()),
    |scope| scope.for_target(crm().with_surface(Surface::Header)),
    |scope| scope.for_target(Target::tool("mail")),
    |scope| scope.for_target(Target::unspecified()),
    |scope| scope.with(Permissions::ALL),
    |scope| scope.with_engine(&Engine::new()),
    |scope| scope.clone(),
];

/// The same in a model: the places that a handle may still be used for, by their numbers in
/// [`PLACES`], and the one that a call without a target means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Model {
    Free,
    Bound(usize),
    Nowhere,
}

fn places() -> [Target; 4] {
    [
        Target::unspecified(),
        crm(),
        Target::tool("mail"),
        Target::instructions(),
    ]
}

fn step(model: Model, number: usize) -> Model {
    let place = match number {
        0 | 1 => 1,
        2 => 2,
        3 => 0,
        _ => return model,
    };
    match model {
        Model::Free => Model::Bound(place),
        Model::Bound(bound) if place == bound || place == 0 => model,
        Model::Bound(_) | Model::Nowhere => Model::Nowhere,
    }
}

/// No order of calls widens a handle: all of them, up to four in a row, against a model.
#[test]
fn no_sequence_of_calls_widens_a_handle() {
    let world = World::new();
    let mut handles = vec![(world.project.clone(), Model::Free)];
    let mut seen = [0; 3];
    for _ in 0..4 {
        handles = handles
            .iter()
            .flat_map(|(handle, model)| {
                let next = |number: usize| (STEPS[number](handle), step(*model, number));
                (0..STEPS.len()).map(next).collect::<Vec<_>>()
            })
            .collect();
        for (handle, model) in &handles {
            for (number, place) in places().iter().enumerate() {
                let allowed = match model {
                    Model::Free => true,
                    Model::Bound(bound) => number == *bound || number == 0,
                    Model::Nowhere => false,
                };
                let used = handle.resolve_for(place, TEXT);
                assert_eq!(used.is_ok(), allowed, "{model:?} {place:?}");
                assert_eq!(handle.check(place, TEXT).is_ok(), allowed);
                seen[usize::from(allowed)] += 1;
            }
            let may_reveal = handle.reveal("KEY").is_ok();
            assert_eq!(may_reveal, *model == Model::Free);
            seen[2] += usize::from(may_reveal);
        }
    }
    assert!(seen.iter().all(|&count| count > 100), "{seen:?}");
}

// ---- engines

#[test]
fn every_call_uses_the_engine_of_the_handle() {
    let world = World::new();
    let engine = Engine::new().syntax(Syntax::mustache());
    let scope = world.project.with_engine(&engine);
    let (text, angle) = ("{{$secret.KEY}}", "<<$secret.KEY>>");
    let value = format!("{CANARY} 1");
    assert_eq!(show(scope.resolve(text)).unwrap(), value);
    assert_eq!(show(scope.resolve(angle)).unwrap(), angle);
    assert_eq!(show(scope.resolve_for(&crm(), text)).unwrap(), value);
    let document = serde_json::json!([text, angle]);
    let resolved = scope.resolve_json(&document).unwrap();
    let expected = serde_json::json!([value, angle]);
    assert_eq!(*resolved.expose_secret(), expected);
    let grants = Grants::new().name("KEY").unwrap();
    let args = scope.resolve_model_args(&crm(), text, &grants);
    assert_eq!(show(args).unwrap(), value);
    let args = scope.resolve_model_args(&crm(), angle, &grants).unwrap();
    assert_eq!((&**args.expose_secret(), args.attempt_count()), (angle, 0));
    #[cfg(feature = "http")]
    {
        let headers = scope.resolve_headers(&crm(), [("a", text), ("b", angle)]);
        let headers = headers.unwrap();
        assert!(headers["a"] == value && headers["b"] == angle);
    }
    let key = Reference::secret("KEY".parse().unwrap());
    assert_eq!(scope.references(text).unwrap(), std::slice::from_ref(&key));
    assert!(scope.references(angle).unwrap().is_empty());
    let run = scope.snapshot(&[key]).unwrap();
    assert_eq!(show(run.resolve(text)).unwrap(), value);
    assert_eq!(show(run.resolve(angle)).unwrap(), angle);
    assert_eq!(show(run.resolve_for(&crm(), text)).unwrap(), value);
    let resolved = run.resolve_json(&document).unwrap();
    assert_eq!(*resolved.expose_secret(), expected);
    // Narrowing keeps the engine, and the handle that it came from keeps its own.
    let narrowed = scope.with(Permissions::USE).for_target(crm());
    assert_eq!(show(narrowed.resolve(text)).unwrap(), value);
    assert_eq!(show(world.project.resolve(angle)).unwrap(), value);
    assert_eq!(show(world.project.resolve(text)).unwrap(), text);
}

#[test]
fn what_is_resolved_and_what_is_checked_agree_whatever_the_engine() {
    let world = World::new();
    let off = SecretInput::new("off").inactive();
    world.project.put("OFF", off).unwrap();
    let engine = Engine::new().syntax(Syntax::mustache());
    let scope = world.project.with_engine(&engine);
    let mut counts = [0, 0];
    for target in [Target::unspecified(), crm(), Target::tool("mail")] {
        for text in [
            "{{$secret.KEY}} <<$secret.NO_SUCH>>",
            "{{$secret.CRM_KEY}} {{$secret.OFF}}",
            "{{$secret.NO_SUCH}}",
            "{{$secret.KEY|nofilter}}",
            "{{$secret.",
        ] {
            let all = |error: keyslot::Error| -> Vec<String> {
                let one = |one: &keyslot::Error| format!("{:?} {one} {:?}", one.kind(), one.span());
                error.all().map(one).collect()
            };
            let resolved = scope.resolve_for(&target, text).map(drop).map_err(all);
            let checked = scope.check(&target, text).map(drop).map_err(all);
            assert_eq!(resolved, checked, "{text}");
            let by_engine = engine.resolve(&world.project, &target, text);
            assert_eq!(by_engine.map(drop).map_err(all), checked, "{text}");
            counts[usize::from(checked.is_ok())] += 1;
        }
    }
    assert!(counts.iter().all(|&count| count >= 3), "{counts:?}");
}
