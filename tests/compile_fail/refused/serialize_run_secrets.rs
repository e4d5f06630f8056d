use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(secrets: keyslot::RunSecrets) {
    is_serialize(secrets);
}

fn main() {}
