//! Syntaxes that nobody thought of: marks, prefix, names and escape at random, as far as the
//! builder takes them.

use proptest::prelude::*;

use super::dialect::{BUILT, Bare, Dialect, Escape, Profile};
use super::profile;

/// One that was built, alone or beside another.
pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    let known = prop::sample::select(vec![
        profile::angle,
        profile::mustache,
        profile::julep,
        profile::actions,
    ]);
    prop_oneof![
        2 => built(),
        2 => (built(), built()).prop_map(|(one, other)| one.and(other)),
        1 => (built(), known.clone()).prop_map(|(built, known)| built.and(known())),
        1 => (built(), known).prop_map(|(built, known)| known().and(built)),
    ]
}

fn built() -> impl Strategy<Value = Profile> {
    let bare = prop::sample::select(vec![Bare::None, Bare::Identifier, Bare::Upper]);
    (mark(), mark(), prefix(), bare, escape()).prop_filter_map(
        "cannot be built",
        |(open, close, prefix, bare, escape)| {
            // Marks live as long as the tests do.
            let (open, close): (&str, &str) = (open.leak(), close.leak());
            let prefix = prefix.map(|prefix| &*prefix.leak());
            let name = format!("{open} {close} {prefix:?} {bare:?} {escape:?}");
            let profile = Profile::built(
                &name,
                Dialect {
                    open,
                    close,
                    prefix,
                    bare,
                    escape,
                    ..BUILT
                },
            )
            .ok()?;
            let prefix = prefix.unwrap_or_default();
            let forms = format!(
                "{open}{prefix}A{close}¦{open} {prefix}A {close}¦{open}{prefix}A@3|trim{close}"
            );
            let escapes = match escape {
                Escape::None => String::new(),
                Escape::After(mark) => format!("{open}{mark}{prefix}A{close}"),
                Escape::Before(mark) | Escape::Doubled(mark) => {
                    format!("{mark}{open}{prefix}A{close}")
                }
            };
            Some(profile.examples(&format!("{forms}¦{escapes}A")))
        },
    )
}

fn mark() -> impl Strategy<Value = String> {
    let usual = prop::sample::select("<>{}[]$@%".chars().collect::<Vec<_>>());
    let other = prop::sample::select(
        "<>{}[]()$@%#~&*+=:;,/?^'\"|!\\As_-. €§"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![usual, other], 1..4)
        .prop_map(|chars| chars.into_iter().collect())
}

fn prefix() -> impl Strategy<Value = Option<String>> {
    let usual = prop::sample::select(vec!["secret.", "$secret.", "s:", "A@", "A.", "a|", " s:"]);
    prop_oneof![
        Just(None),
        usual.prop_map(|prefix| Some(prefix.to_owned())),
        mark().prop_map(Some)
    ]
}

fn escape() -> impl Strategy<Value = Escape> {
    let mark = prop::sample::select("<>{}[]()$@%#~&*+=:;,/?^'\"|!\\".chars().collect::<Vec<_>>());
    prop_oneof![
        Just(Escape::None),
        Just(Escape::After('!')),
        mark.clone().prop_map(Escape::After),
        mark.clone().prop_map(Escape::Before),
        mark.prop_map(Escape::Doubled),
    ]
}
