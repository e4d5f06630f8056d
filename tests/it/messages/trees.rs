//! Documents of other formats, and the types that are read from them.

use std::collections::BTreeMap;

use keyslot::template::Tree;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Messages;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Server {
    host: String,
    port: u8,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Mode {
    Fast,
    Slow(u8),
    Pair(u8, u8),
    Named { a: u8 },
}

struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("in words of its own"))
    }
}

pub(super) fn all(messages: &mut Messages) {
    let tree = |json| Tree::of(&json).unwrap();
    for json in [
        json!(true),
        json!(7),
        json!(7.5),
        json!("a"),
        json!(null),
        json!([1]),
        json!({"host": 7, "port": 1}),
        json!({"host": "a", "port": 999}),
        json!({"host": "a"}),
        json!({"host": "a", "port": 1, "user": 2}),
    ] {
        messages.of(tree(json).to::<Server>());
    }
    messages.of(tree(json!({"a": 1})).to::<u8>());
    messages.of(tree(json!([1, 2])).to::<(u8, u8, u8)>());
    messages.of(tree(json!([1, 2, 3])).to::<(u8, u8)>());
    messages.of(tree(json!("Other")).to::<Mode>());
    messages.of(tree(json!({"Fast": 1, "Slow": 2})).to::<Mode>());
    messages.of(tree(json!({"Pair": 1})).to::<Mode>());
    messages.of(tree(json!({"Named": 1})).to::<Mode>());
    messages.of(tree(json!({"Slow": "a"})).to::<Mode>());
    messages.of(tree(json!(1)).to::<Mode>());
    messages.of(tree(json!("999.1.1.1")).to::<std::net::IpAddr>());
    messages.of(Tree::of(&Refuses));
    messages.of(Tree::of(&BTreeMap::from([(
        "$serde_json::private::Number",
        "x",
    )])));
    let raw = serde_json::value::to_raw_value(&7).ok();
    if let Some(raw) = raw {
        messages.of(Tree::of(&raw));
    }
    messages.of(Tree::of(&Twice));
}

/// An object with a key twice.
struct Twice;

impl Serialize for Twice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("a", 1), ("a", 2)])
    }
}
