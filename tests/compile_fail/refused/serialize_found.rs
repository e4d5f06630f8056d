use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(found: keyslot::Found) {
    is_serialize(found);
}

fn main() {}
