//! Templates, documents, headers, and the arguments of a model.

use keyslot::secrecy::SecretString;
use keyslot::template::{
    BareNames, Document, Engine, Escape, Grants, Headers, JsonText, Limits, Surfaces, Syntax,
    Template, Tree,
};
use keyslot::{
    Chain, Error, Found, Outcome, Outcomes, Permit, Reference, ResolveExt, Resolver, Result,
    RunSecrets, Surface, Target, UnknownNames, Variables,
};
use serde_json::json;

use super::Messages;
use crate::support::SURFACES;

/// Flaws of the language, one a line.
const WRONG: [&str; 25] = [
    "<<$SECRET.KEY>>",
    "<<$secrets.KEY>>",
    "<<$secret:KEY>>",
    "<<$secret.>>",
    "<<$secret.KEY",
    "<<$secret.KEY\n>>",
    "<<$secret.-KEY>>",
    "<<$secret.a/b>>",
    "<<$secret.a  b>>",
    "<<$secret.KEY@0>>",
    "<<$secret.KEY@x>>",
    "<<$secret.KEY|Base64>>",
    "<<$secret.KEY|get:>>",
    "<<$secret.KEY|get:a b>>",
    "<<$secret.<<B>>>>",
    "<<$secret.KEY|upper>>",
    "<<$secret.KEY|hex:2>>",
    "<<$secret.KEY|get>>",
    "<<$secret.ghp_0123456789abcdefghijABCDEFGHIJ012345>>",
    "<<$secret.KEY@1@2>>",
    "<<$secret.KEY|basic>>",
    "<<$secret.KEY|basic:A|basic:B>>",
    "<<$secret.KEY|number>>",
    "<<$secret.KEY|number|trim>>",
    "<<$secret.KEY|number:1>>",
];

fn variables() -> Variables {
    let values = [
        ("KEY", "a\"b"),
        ("JSON", r#"{"a":{"b":1},"n":null}"#),
        ("HALF", r#"{"a":"\ud800"}"#),
        ("NUL", "\0"),
        ("LINES", "a\nb"),
        ("EMPTY", ""),
        ("DOTS", ".."),
        ("RESERVED", "$serde_json::private::Number"),
    ];
    let all = values
        .into_iter()
        .try_fold(Variables::new(), |all, (name, value)| all.with(name, value));
    all.unwrap()
}

pub(super) fn all(messages: &mut Messages) {
    for template in WRONG {
        messages.of(Template::compile(template));
    }
    syntaxes(messages);
    fills(messages);
    limits(messages);
    filters(messages);
    surfaces(messages);
    url_parts(messages);
    typed(messages);
    documents(messages);
    headers(messages);
    resolvers(messages);
    model(messages);
}

fn syntaxes(messages: &mut Messages) {
    for (syntax, text) in [
        (Syntax::mustache(), "{{ secrets. }}"),
        (Syntax::mustache(), "{{ Secrets.KEY }}"),
        (Syntax::julep(), "$ secrets.KEY|"),
        (Syntax::uri(), "secret://"),
        (Syntax::uri(), "secret://a b"),
        (Syntax::dollar(), "${KEY:-default}"),
        (Syntax::bookmark(), "secret://"),
        (Syntax::dollar(), "${KEY:-x}"),
    ] {
        let engine = Engine::new().syntax(syntax);
        if let Err(error) = engine.compile(text) {
            messages.add(&error);
        }
    }
    let engine = Engine::new().syntax(Syntax::bookmark());
    messages.of(engine.compile_document(json!({"value": "a/b", "fromSecret": true})));
    messages.of(Syntax::builder("a", ">").secret_prefix("s.").build());
    messages.of(Syntax::builder("<", ">").build());
    messages.of(Syntax::builder("<", ">").secret_prefix("secret").build());
    let escape = Syntax::builder("<", ">").secret_prefix("s.");
    messages.of(escape.escape(Escape::After('a')).build());
    let bare = Syntax::builder("[[", "]]")
        .bare(BareNames::Identifier)
        .build();
    let engine = Engine::new().syntax(bare.unwrap());
    messages.of(engine.resolve(&variables(), &Target::unspecified(), "[[NONE]]"));
    for pointer in ["a", "/**/b", "/a*", "/~3"] {
        messages.of(Surfaces::new().at(pointer, Surface::Header));
    }
}

fn fills(messages: &mut Messages) {
    messages.of(variables().resolve("<<NONE>> <<$secret.NONE>> <<KEY@2>>"));
    let template = Template::compile("<<A>><<B>>").unwrap();
    messages.of(template.fill(&[]));
    messages.of(template.render(&["one"]));
    let engine = Engine::new();
    messages.of(engine.render("<<A>>", |_| None));
    messages.of(engine.render("<<A|get:x>> <<A|upper>>", |_| Some("a")));
    messages.of(Chain::new().resolve("<<A>>"));
}

fn limits(messages: &mut Messages) {
    let engine = Engine::new().limits(Limits::default().template(9).placeholders(1).output(3));
    messages.of(engine.compile("1234567890"));
    let engine = Engine::new().limits(Limits::default().placeholders(1).output(3));
    messages.of(engine.compile("<<A>><<B>>"));
    messages.of(engine.render("<<A>>", |_| Some("1234")));
}

fn filters(messages: &mut Messages) {
    for template in [
        "<<KEY|get:/a>>",
        "<<JSON|get:/x>>",
        "<<JSON|get:/n>>",
        "<<HALF|get:/a>>",
    ] {
        messages.of(variables().resolve(template));
    }
    for user in ["a:b", "a\nb"] {
        let password = RunSecrets::new().with("PASS", "p").unwrap();
        let user = Variables::new().with("USER", user).unwrap();
        let both = Chain::new().then(user).then(password);
        messages.of(both.resolve("<<USER|basic:PASS>>"));
    }
    messages.of(Engine::new().render("<<KEY|basic:PASS>>", |_| Some("user")));
    let same = |value: &str, _: Option<&str>| Ok(SecretString::from(value));
    messages.of(Engine::new().filter("Upper", same));
    messages.of(Engine::new().filter("hex", same));
    let engine = Engine::new().filter("no", |_, _| Err("the host's filter says why"));
    messages.of(engine
        .unwrap()
        .resolve(&variables(), &Target::unspecified(), "<<KEY|no>>"));
}

fn surfaces(messages: &mut Messages) {
    for (surface, template) in [
        (Surface::Env, "<<NUL>>"),
        (Surface::Header, "<<LINES>>"),
        (Surface::Header, "A: b\n<<EMPTY>>"),
        (Surface::Header, "Host: <<KEY>>"),
        (Surface::Header, "X-<<KEY>>: a"),
        (Surface::Json, r#"{"a": <<KEY>>}"#),
        (Surface::Json, r#"{"a": "\<<KEY>>"}"#),
        (Surface::Json, r#"// no JSON "<<KEY>>""#),
        (Surface::Libpq, "host=<<KEY>>"),
        (Surface::AdoNet, "Password=\"<<KEY>>\""),
        (Surface::Odbc, "PWD=a<<KEY>>"),
        (Surface::Libpq, "<<KEY>>"),
        (Surface::Libpq, "postgres://<<KEY>>@a.com"),
        (Surface::Odbc, "PWD=<<NUL>>"),
        (Surface::Shell, "echo '<<KEY>>'"),
        (Surface::Shell, "echo \\<<KEY>>"),
        (Surface::Shell, "true # <<KEY>>"),
        (Surface::Shell, "echo `a <<KEY>>`"),
        (Surface::Shell, "echo <<NUL>>"),
        (Surface::Url, "https://a.com/<<DOTS>>/b"),
        (Surface::UrlPath, "<<DOTS>>"),
        (Surface::Url, "<<KEY>>://a.com"),
        (Surface::Url, "https://<<KEY>>/"),
        (Surface::Url, "https://a.com/%<<KEY>>"),
    ] {
        let target = Target::tool("t").with_surface(surface);
        messages.of(variables().resolve_for(&target, template));
    }
}

/// Values that say that they are a part of a URL.
fn url_parts(messages: &mut Messages) {
    let base = "https://a.com/b";
    for (value, template) in [
        ("a%2", format!("{base}?<<PART|query>>")),
        ("a#b", format!("{base}?<<PART|query>>")),
        ("?a=b", format!("{base}?<<PART|query>>")),
        ("a=b", format!("{base}/<<PART|query>>")),
        ("a?b", format!("{base}/<<PART|path>>")),
        ("a//b", format!("{base}/<<PART|path>>")),
        ("a:b", format!("{base}/<<PART|path>>")),
        ("a/../b", format!("{base}/<<PART|path>>")),
        ("a", format!("{base}?<<PART|path>>")),
        ("a@b", "https://<<PART|userinfo>>@a.com".to_owned()),
        ("a", format!("{base}?<<PART|userinfo>>")),
    ] {
        let part = Variables::new().with("PART", value).unwrap();
        let target = Target::tool("t").with_surface(Surface::Url);
        messages.of(part.resolve_for(&target, &*template));
    }
    let host = Target::tool("t").with_host("a.com").unwrap();
    let other = Variables::new().with("HOST", "b.com").unwrap();
    messages.of(other.resolve_for(&host.with_surface(Surface::Url), "https://<<HOST>>/"));
}

/// Values that go into a document as JSON.
fn typed(messages: &mut Messages) {
    let target = Target::tool("t");
    let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
    for (value, filter) in [
        ("01", "number"),
        ("[1,]", "json_value"),
        ("1e999", "number"),
        (&*deep, "json_value"),
    ] {
        let value = Variables::new().with("VALUE", value).unwrap();
        messages.of(value.resolve_json(&json!({"a": format!("<<VALUE|{filter}>>")})));
    }
    let document = json!(["<<JSON|json_value>>"]);
    let url = target.clone().with_surface(Surface::Url);
    messages.of(variables().resolve_for(&url, &document));
    messages.of(Engine::new().render("<<KEY|number>>", |_| Some("1")));
    let part = json!({"port": "port <<KEY|number>>"});
    messages.of(Document::compile(part));
    let headers = Engine::new().surfaces(Surfaces::mcp());
    messages.of(headers.compile_document(json!({"headers": {"X": "<<KEY|number>>"}})));
}

fn documents(messages: &mut Messages) {
    let target = Target::tool("t");
    let keys = Engine::new().keys(true);
    messages.of(keys.resolve(&variables(), &target, &json!({"<<KEY>>": 1, "a\"b": 2})));
    messages.of(keys.resolve(&variables(), &target, &json!({"<<RESERVED>>": "1"})));
    let placed = keys.surfaces(Surfaces::mcp());
    messages.of(placed.compile_document(json!({"headers": {"X-<<KEY>>": "a"}})));
    messages.of(placed.compile_document(json!({"headers": {"Host": "<<KEY>>"}})));
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    let reserved = r#"{"$serde_json::private::Number": "1"}"#;
    for text in [
        "{",
        "1e999",
        r#""\ud800""#,
        r#"{"a":1,"a":2}"#,
        &deep,
        reserved,
    ] {
        messages.of(Document::parse(text));
    }
    messages.of(JsonText::parse_jsonc("{} /* no end"));
    let mut nested = json!(1);
    for _ in 0..200 {
        nested = json!([nested]);
    }
    messages.of(Document::compile(nested.clone()));
    messages.of(variables().resolve_json(&json!({"list": ["<<NONE>>", {"a/b": "<<$secret.>>"}]})));
    messages.of(variables().resolve_json(&json!({"list": ["<<NONE>>"], "b": "<<NONE>>"})));
    messages.of(Tree::of(&nested));
}

fn headers(messages: &mut Messages) {
    messages.of(Headers::compile([("a b", "x")]));
    messages.of(Headers::compile([("a", "x\ny")]));
    messages.of(Headers::compile([("host", "<<KEY>>")]));
    messages.of(
        Headers::compile((0..40_000).map(|number| (format!("a{number}"), "x")))
            .and_then(|headers| headers.fill(&[])),
    );
}

/// Answers with nothing, or refuses.
#[derive(Debug)]
struct Silent;

impl Resolver for Silent {
    fn lookup(&self, _: &[Reference], _: &Target) -> Result<Outcomes> {
        Ok(Vec::new())
    }
}

/// Knows every name, for headers alone.
#[derive(Debug)]
struct OnlyHeaders;

impl Resolver for OnlyHeaders {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        let found = |reference: &Reference| -> Outcome {
            Ok(Found::new(reference.name().clone(), "v").only_on([Surface::Header]))
        };
        Ok(references.iter().map(found).collect())
    }
}

fn resolvers(messages: &mut Messages) {
    messages.of(Silent.resolve("<<A>>"));
    for surface in SURFACES {
        let target = Target::tool("t").with_surface(surface);
        let template = match surface {
            Surface::Json => "\"<<A>>\"",
            Surface::Libpq | Surface::AdoNet | Surface::Odbc => "password=<<A>>",
            _ => "<<A>>",
        };
        if let Err(error) = OnlyHeaders.resolve_for(&target, template) {
            messages.add(&error);
        }
    }
    let nowhere = Engine::new().check(&Target::tool("t"), "<<A>>", |references, _| {
        let permit = |_: &Reference| Ok::<_, Error>(Permit::new().only_on([]));
        Ok(references.iter().map(permit).collect())
    });
    messages.of(nowhere);
}

fn model(messages: &mut Messages) {
    let granted = Grants::new().name_at("KEY", "/headers/*").unwrap();
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let target = Target::tool("t").with_unknown_names(UnknownNames::Error);
    let model = |arguments: &serde_json::Value| {
        engine.resolve_model_args(&variables(), &target, arguments, &granted)
    };
    let strict = granted.clone().strict();
    let body = json!({"body": "<<KEY>>"});
    messages.of(engine.resolve_model_args(&variables(), &target, &body, &strict));
    messages.of(model(&json!({"headers": {"a": "x\r\nHost: <<KEY>>"}})));
    let left = model(&json!(["<<OTHER>>", "<<$secret.", "<<KEY>>"])).unwrap();
    for attempt in left.attempts() {
        messages.push(format!("attempt: {attempt}"));
    }
}
