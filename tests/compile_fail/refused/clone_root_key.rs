fn is_clone(_: impl Clone) {}

fn copied(key: keyslot::RootKey) {
    is_clone(key);
}

fn main() {}
