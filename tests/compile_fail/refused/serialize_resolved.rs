use std::borrow::Cow;

use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(resolved: keyslot::Resolved<Cow<'static, str>>) {
    is_serialize(resolved);
}

fn main() {}
