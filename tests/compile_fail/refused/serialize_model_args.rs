use std::borrow::Cow;

use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(args: keyslot::template::ModelArgs<Cow<'static, str>>) {
    is_serialize(args);
}

fn main() {}
