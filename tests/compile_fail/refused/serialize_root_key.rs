use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(root_key: keyslot::RootKey) {
    is_serialize(root_key);
}

fn main() {}
