//! Runs the engine once over an attack text of a given size, so that its instructions can be
//! counted: see `campaign growth`.
//!
//! `growth list` prints the names of the texts; `growth TEXT BYTES WORK` does the work. What is to
//! be counted, and nothing else, happens within the function `counted`.

use std::hint::black_box;
use std::process::ExitCode;

use keyslot::SecretName;
use keyslot::template::{BareNames, Engine, Escape, Syntax};

/// A name, the syntax, and what makes a text of about so many bytes.
type Attack = (&'static str, fn() -> Syntax, fn(usize) -> String);

/// Openers that open nothing, openers that read far before they fail, values and errors by the
/// thousand.
const ATTACKS: &[Attack] = &[
    ("<<<<...", Syntax::angle, |n| repeat("<", n)),
    ("<<A<<A...", Syntax::angle, |n| repeat("<<A", n)),
    ("<<A <<A ...", Syntax::angle, |n| repeat("<<A ", n)),
    ("<<$secret.A<<$secret.A...", Syntax::angle, |n| {
        repeat("<<$secret.A", n)
    }),
    ("<<$secret.AAAA...", Syntax::angle, |n| {
        format!("<<$secret.{}", repeat("A", n))
    }),
    ("<<$secret.A A A...", Syntax::angle, |n| {
        format!("<<$secret.{}", repeat("A ", n))
    }),
    ("<<AAAA...>>", Syntax::angle, |n| {
        format!("<<{}>>", repeat("A", n))
    }),
    ("<<, then spaces", Syntax::angle, |n| {
        format!("<<{}", repeat(" ", n))
    }),
    ("<< and 126 spaces, repeated", Syntax::angle, |n| {
        repeat(&format!("<<{:126}", ""), n)
    }),
    ("<<A|trim|trim...", Syntax::angle, |n| {
        format!("<<A{}", repeat("|trim", n))
    }),
    ("<<A|trim|trim...>>", Syntax::angle, |n| {
        format!("<<A{}>>", repeat("|trim", n))
    }),
    ("<<A|trim<<A|trim...", Syntax::angle, |n| {
        repeat("<<A|trim", n)
    }),
    ("<<A|trim:aaaa...>>", Syntax::angle, |n| {
        format!("<<A|trim:{}>>", repeat("a", n))
    }),
    ("<<A|none>>...", Syntax::angle, |n| spaced("<<A|none>>", n)),
    ("<<A@@@@...", Syntax::angle, |n| {
        format!("<<A{}", repeat("@", n))
    }),
    ("<<!<<!...", Syntax::angle, |n| repeat("<<!", n)),
    ("<<!!!!...", Syntax::angle, |n| {
        format!("<<{}", repeat("!", n))
    }),
    ("<<!!!!...A>>", Syntax::angle, |n| {
        format!("<<{}A>>", repeat("!", n))
    }),
    ("<<!A>>...", Syntax::angle, |n| repeat("<<!A>>", n)),
    ("<<A|base64>>...", Syntax::angle, |n| {
        spaced("<<A|base64>>", n)
    }),
    ("<<A|base64:a>>...", Syntax::angle, |n| {
        spaced("<<A|base64:a>>", n)
    }),
    ("<<A|fail>>...", Syntax::angle, |n| spaced("<<A|fail>>", n)),
    ("<<$env.a>>...", Syntax::angle, |n| repeat("<<$env.a>>", n)),
    ("<<$secret.>>...", Syntax::angle, |n| {
        repeat("<<$secret.>>", n)
    }),
    ("<<$secret.AKIA>>...", Syntax::angle, |n| {
        spaced("<<$secret.AKIAIOSFODNN7EXAMPLE>>", n)
    }),
    ("<<A>>... below the limit", Syntax::angle, |n| {
        spaced("<<A>>", n)
    }),
    ("<<A>>... over the limit", Syntax::angle, |n| {
        repeat("<<A>>", n)
    }),
    ("<<A>>... on lines", Syntax::angle, |n| spaced("<<A>>\n", n)),
    ("<<A0>><<A1>>...", Syntax::angle, |n| {
        (0..n / 32)
            .map(|number| format!("{:<32}", format!("<<A{number}>>")))
            .collect()
    }),
    ("<<ABBA...>><<BAAB...>>...", Syntax::angle, |n| {
        names(n, 1)
            .iter()
            .map(|name| format!("<<{name}>>"))
            .collect()
    }),
    ("{{{{...", Syntax::mustache, |n| repeat("{", n)),
    ("{{A{{A...", Syntax::mustache, |n| repeat("{{A", n)),
    ("{{$secret.A{{$secret.A...", Syntax::mustache, |n| {
        repeat("{{$secret.A", n)
    }),
    ("{{!{{!...", Syntax::mustache, |n| repeat("{{!", n)),
    ("{{!--{{!--...", Syntax::mustache, |n| repeat("{{!--", n)),
    ("{{!--{{!--...}}", Syntax::mustache, |n| {
        repeat("{{!--", n) + "}}"
    }),
    ("{{!----}}...", Syntax::mustache, |n| repeat("{{!----}}", n)),
    (r"\\\\...{{A}}", Syntax::mustache, |n| {
        repeat(r"\", n) + "{{A}}"
    }),
    (r"\{{\{{...", Syntax::mustache, |n| repeat(r"\{{", n)),
    (r"\{{A}}...", Syntax::mustache, |n| repeat(r"\{{A}}", n)),
    ("<<{{<<{{...", mixed, |n| repeat("<<{{", n)),
    ("${{${{...", mixed, |n| repeat("${{", n)),
    ("${{ secrets.A ${{...", mixed, |n| {
        repeat("${{ secrets.A ", n)
    }),
    ("$$$$...", mixed, |n| repeat("$", n)),
    (r"\@@@@...", at_signs, |n| format!(r"\{}", repeat("@", n))),
    ("@@secret:A@@...", at_signs, |n| spaced("@@secret:A@@", n)),
    ("{{{{... of Julep", Syntax::julep, |n| repeat("{", n)),
    ("{secrets.a{secrets.a...", Syntax::julep, |n| {
        repeat("{secrets.a", n)
    }),
    ("{secrets.a+{secrets.a+...", Syntax::julep, |n| {
        repeat("{secrets.a+", n)
    }),
    ("$ f\"{{{{...", Syntax::julep, |n| {
        format!("$ f\"{}", repeat("{", n))
    }),
    ("$ f\"{{{{...\"", Syntax::julep, |n| {
        format!("$ f\"{}\"", repeat("{{", n))
    }),
    ("$ f\"{secrets.a}...\"", Syntax::julep, |n| {
        format!("$ f\"{}\"", spaced("{secrets.a}", n))
    }),
    ("$ f\"{secrets.a}...", Syntax::julep, |n| {
        format!("$ f\"{}", repeat("{secrets.a}", n))
    }),
    ("$ secrets.aaaa...", Syntax::julep, |n| {
        format!("$ secrets.{}", repeat("a", n))
    }),
    ("secret://aaaa...", whole, |n| {
        format!("secret://{}", repeat("a", n))
    }),
    (" secret:// secret://...", whole, |n| {
        repeat(" secret://", n)
    }),
];

fn repeat(text: &str, bytes: usize) -> String {
    text.repeat(bytes / text.len())
}

/// So wide that even the longer text stays below the limit of 10,000 placeholders, which would hide
/// how the work grows.
fn spaced(text: &str, bytes: usize) -> String {
    repeat(&format!("{text:<32}"), bytes)
}

/// Different names of 125 letters, of which there are two: they are neither near each other nor
/// soon seen to be far apart. All of them together have about so many bytes.
fn names(bytes: usize, seed: u64) -> Vec<SecretName> {
    let mut state = seed;
    let mut letter = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        if state >> 63 == 0 { 'A' } else { 'B' }
    };
    let mut name = || {
        (0..125)
            .map(|_| letter())
            .collect::<String>()
            .parse()
            .expect("a name")
    };
    (0..bytes / 129).map(|_| name()).collect()
}

/// Marks that begin within each other.
fn mixed() -> Syntax {
    own(Syntax::builder("${{", "}}")
        .secret_prefix("secrets.")
        .bare(BareNames::Upper))
    .and(Syntax::mustache())
    .and(Syntax::angle())
}

fn at_signs() -> Syntax {
    own(Syntax::builder("@@", "@@")
        .secret_prefix("secret:")
        .escape(Escape::Before('\\')))
}

fn own(builder: keyslot::template::SyntaxBuilder) -> Syntax {
    builder.build().expect("a syntax that is allowed")
}

fn whole() -> Syntax {
    Syntax::uri().and(Syntax::angle())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["list"] => ATTACKS.iter().for_each(|(name, ..)| println!("{name}")),
        [name, bytes, work] => {
            let Some((_, syntax, text)) = ATTACKS.iter().find(|attack| attack.0 == name) else {
                return usage();
            };
            let (Ok(bytes), Some(work)) = (bytes.parse(), Work::of(work)) else {
                return usage();
            };
            let engine = Engine::new()
                .syntax(syntax())
                .filter("fail", |_, _| Err("always fails"));
            let (engine, text) = (engine.expect("a filter that is allowed"), text(bytes));
            let known = names(8 * bytes, 2);
            println!(
                "{}",
                if counted(&engine, black_box(&text), &known, work) {
                    "done"
                } else {
                    "refused"
                }
            );
        }
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: growth list | growth TEXT BYTES compile|lint|among|fill|render|missing");
    ExitCode::from(2)
}

#[derive(Clone, Copy)]
enum Work {
    Compile,
    Lint,
    /// Compile and compare with known names, which have eight times as many bytes as the text.
    Among,
    /// Compile and put in a value for each reference.
    Fill,
    /// In one pass, with a value for each placeholder.
    Render,
    /// In one pass; no placeholder has a value.
    Missing,
}

impl Work {
    fn of(name: &str) -> Option<Self> {
        match name {
            "compile" => Some(Self::Compile),
            "lint" => Some(Self::Lint),
            "among" => Some(Self::Among),
            "fill" => Some(Self::Fill),
            "render" => Some(Self::Render),
            "missing" => Some(Self::Missing),
            _ => None,
        }
    }
}

/// Returns true if the work was done, and false if it was refused with an error, which is then
/// written as whoever gets it would write it.
#[inline(never)]
fn counted(engine: &Engine, text: &str, known: &[SecretName], work: Work) -> bool {
    let done = match work {
        Work::Compile => engine
            .compile(text)
            .map(|template| drop(black_box(template))),
        Work::Lint => engine
            .compile(text)
            .map(|template| drop(black_box(template.lints().to_vec()))),
        Work::Among => engine
            .compile(text)
            .map(|template| drop(black_box(template.lints_among(known)))),
        Work::Fill => engine.compile(text).and_then(|template| {
            template
                .render(&vec!["value"; template.references().len()])
                .map(|text| drop(black_box(text)))
        }),
        Work::Render => engine
            .render(text, |_| Some("value"))
            .map(|text| drop(black_box(text))),
        Work::Missing => engine
            .render(text, |_| None)
            .map(|text| drop(black_box(text))),
    };
    done.map_err(|error| drop(black_box((error.to_string(), error.diagram(text)))))
        .is_ok()
}
