use serde::Serialize;

fn is_serialize(_: impl Serialize) {}

fn written(scoped_vault: keyslot::ScopedVault) {
    is_serialize(scoped_vault);
}

fn main() {}
