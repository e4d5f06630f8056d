//! Compiled once, rendered many times. Engines without a compiled form are left out.

use std::collections::HashMap;
use std::hint::black_box;

use keyslot::template::Template;
use regex::Regex;

use crate::measure::Column;
use crate::once::{BRACES, LEON, PATTERN, SUBST, TRIPLE, UPON, handlebars, minijinja, replace_all};
use crate::work::Work;

/// Measures all engines on one workload.
pub fn engines(column: &mut Column<'_>, work: &Work) {
    let Work {
        text,
        values,
        output,
        ..
    } = work;
    column.row("memcpy", || black_box(output).to_owned());

    let template = Template::compile(text.as_str()).unwrap();
    let slots: Vec<&str> = template
        .references()
        .iter()
        .map(|reference| &*values[reference.name().as_str()])
        .collect();
    column.row("keyslot", || {
        black_box(&template).render(black_box(&slots)).unwrap()
    });

    // What is left when even the slots are resolved: pieces, joined by one exact allocation.
    let pieces = work
        .pieces()
        .flat_map(|(literal, name)| [literal, name.map_or("", |name| values[name].as_str())]);
    let pieces: Vec<&str> = pieces.collect();
    column.row("hand, resolved slots", || black_box(&pieces).concat());

    let dollar = work.written(&SUBST);
    let template = subst::Template::from_str(&dollar).unwrap();
    column.row("subst", || black_box(&template).expand(values).unwrap());

    let brace = work.written(&LEON);
    let template = leon::Template::parse(&brace).unwrap();
    column.row("leon", || black_box(&template).render(values).unwrap());

    // The pattern is compiled, the text is not.
    let regex = Regex::new(PATTERN).unwrap();
    column.row("regex, built once", || {
        replace_all(&regex, black_box(text), values)
    });

    let braces = work.written(&BRACES);
    let template = text_placeholder::Template::new(&braces);
    let borrowed: HashMap<&str, &str> = values
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    column.row("text_placeholder", || {
        black_box(&template)
            .fill_with_hashmap_strict(&borrowed)
            .unwrap()
    });

    let triple = work.written(&TRIPLE) + "{{!.}}";
    let template = ramhorns::Template::new(triple.as_str()).unwrap();
    column.row("ramhorns", || black_box(&template).render(values));

    let engine = upon::Engine::new();
    let escaped = work.written(&UPON);
    let template = engine.compile(escaped.as_str()).unwrap();
    let value = upon::to_value(values).unwrap();
    column.row("upon", || {
        black_box(&template)
            .render_from(&engine, &value)
            .to_string()
            .unwrap()
    });

    let environment = minijinja();
    let template = environment.template_from_str(&braces).unwrap();
    let value = minijinja::Value::from_pairs(values);
    column.row("minijinja", || black_box(&template).render(&value).unwrap());

    let mut tera = tera::Tera::new();
    tera.add_raw_template("text", &braces).unwrap();
    let context = tera::Context::from_serialize(values).unwrap();
    column.row("tera", || {
        black_box(&tera).render("text", &context).unwrap()
    });

    let mut registry = handlebars();
    registry.register_template_string("text", &braces).unwrap();
    let context = ::handlebars::Context::wraps(values).unwrap();
    column.row("handlebars", || {
        black_box(&registry)
            .render_with_context("text", &context)
            .unwrap()
    });
}
