fn shown(key: &keyslot::RootKey) -> String {
    format!("{key}")
}

fn main() {}
