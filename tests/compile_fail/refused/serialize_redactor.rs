use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(redactor: keyslot::Redactor) {
    is_serialize(redactor);
}

fn main() {}
