use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(input: keyslot::SecretInput) {
    is_serialize(input);
}

fn main() {}
