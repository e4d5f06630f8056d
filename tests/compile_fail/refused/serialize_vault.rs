use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(vault: keyslot::Vault) {
    is_serialize(vault);
}

fn main() {}
