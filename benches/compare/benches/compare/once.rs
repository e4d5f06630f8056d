//! Parse and render each time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;

use keyslot::template::Engine;
use memchr::memmem::Finder;
use regex::{Captures, Regex};

use crate::measure::Column;
use crate::work::{Marks, Work};

pub const PATTERN: &str = r"<<\$secret\.([A-Za-z0-9_]+)>>";
pub const SUBST: Marks = Marks {
    open: "${",
    close: "}",
    escapes: &[("\\", "\\\\"), ("$", "\\$")],
};
pub const SHELL: Marks = Marks {
    open: "${",
    close: "}",
    escapes: &[("$", "$$")],
};
pub const LEON: Marks = Marks {
    open: "{",
    close: "}",
    escapes: &[("\\", "\\\\"), ("{", "\\{"), ("}", "\\}")],
};
pub const BRACES: Marks = Marks {
    open: "{{",
    close: "}}",
    escapes: &[],
};
pub const TRIPLE: Marks = Marks {
    open: "{{{",
    close: "}}}",
    escapes: &[],
};
pub const UPON: Marks = Marks {
    open: "{{",
    close: "}}",
    escapes: &[("}}", "{{ \"}}\" }}")],
};

/// Measures all engines on one workload; the first few are those of the targets.
pub fn engines(column: &mut Column<'_>, work: &Work) {
    let Work {
        text,
        values,
        output,
        ..
    } = work;
    column.row("memcpy", || black_box(output).to_owned());

    let engine = Engine::new();
    column.row("keyslot", || {
        engine
            .render(black_box(text), |reference| {
                values.get(reference.name()).map(String::as_str)
            })
            .unwrap()
    });

    let finder = Finder::new("<<$secret.");
    column.row("hand", || by_hand(&finder, black_box(text), values));

    let dollar = work.written(&SUBST);
    column.row("subst", || {
        subst::substitute(black_box(&dollar), values).unwrap()
    });

    let dollar = work.written(&SHELL);
    column.row("shellexpand", || {
        shellexpand::env_with_context_no_errors(black_box(&dollar), |name| values.get(name))
    });

    let brace = work.written(&LEON);
    column.row("leon", || {
        leon::Template::parse(black_box(&brace))
            .unwrap()
            .render(values)
            .unwrap()
    });

    column.row("str::replace", || {
        let replace = |text: Cow<'_, str>, (name, value): (&String, &String)| -> Cow<'_, str> {
            Cow::Owned(text.replace(&format!("<<$secret.{name}>>"), value))
        };
        values
            .iter()
            .fold(Cow::Borrowed(black_box(text.as_str())), replace)
            .into_owned()
    });

    column.row("regex, built each time", || {
        replace_all(&Regex::new(PATTERN).unwrap(), black_box(text), values)
    });
    let regex = Regex::new(PATTERN).unwrap();
    column.row("regex, built once", || {
        replace_all(&regex, black_box(text), values)
    });

    let braces = work.written(&BRACES);
    column.row("text_placeholder", || {
        let values: HashMap<&str, &str> = values
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        text_placeholder::Template::new(black_box(&braces))
            .fill_with_hashmap_strict(&values)
            .unwrap()
    });

    // It trims the end of a text, unless there is a comment.
    let triple = work.written(&TRIPLE) + "{{!.}}";
    column.row("ramhorns", || {
        ramhorns::Template::new(black_box(triple.as_str()))
            .unwrap()
            .render(values)
    });

    let engine = upon::Engine::new();
    let escaped = work.written(&UPON);
    column.row("upon", || {
        let template = engine.compile(black_box(escaped.as_str())).unwrap();
        template.render(&engine, values).to_string().unwrap()
    });

    let minijinja = minijinja();
    column.row("minijinja", || {
        minijinja
            .render_str(black_box(&braces), minijinja::Value::from_pairs(values))
            .unwrap()
    });

    let tera = tera::Tera::new();
    column.row("tera", || {
        tera.render_str(
            black_box(&braces),
            &tera::Context::from_serialize(values).unwrap(),
            false,
        )
        .unwrap()
    });

    let handlebars = handlebars();
    column.row("handlebars", || {
        handlebars
            .render_template(black_box(&braces), values)
            .unwrap()
    });
}

pub fn minijinja() -> minijinja::Environment<'static> {
    let mut environment = minijinja::Environment::new();
    let syntax = minijinja::syntax::SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .build()
        .unwrap();
    environment.set_syntax(syntax);
    environment
}

pub fn handlebars() -> handlebars::Handlebars<'static> {
    let mut handlebars = handlebars::Handlebars::new();
    handlebars.register_escape_fn(handlebars::no_escape);
    handlebars
}

pub fn replace_all<'t>(
    regex: &Regex,
    text: &'t str,
    values: &HashMap<String, String>,
) -> Cow<'t, str> {
    regex.replace_all(text, |captures: &Captures<'_>| {
        values[&captures[1]].as_str()
    })
}

/// The best that whoever needs no errors, spaces, pins, filters and escapes would write: one pass,
/// one allocation.
fn by_hand<'t>(
    finder: &Finder<'_>,
    text: &'t str,
    values: &HashMap<String, String>,
) -> Cow<'t, str> {
    let mut hits = finder.find_iter(text.as_bytes()).peekable();
    if hits.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 64);
    let mut at = 0;
    for hit in hits {
        let name = &text[hit + finder.needle().len()..];
        let Some(length) = name.bytes().position(|byte| byte == b'>') else {
            break;
        };
        let Some(value) = values
            .get(&name[..length])
            .filter(|_| name[length..].starts_with(">>"))
        else {
            continue;
        };
        out.push_str(&text[at..hit]);
        out.push_str(value);
        at = text.len() - name.len() + length + 2;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}
