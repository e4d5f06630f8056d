fn same(a: &keyslot::RootKey, b: &keyslot::RootKey) -> bool {
    a == b
}

fn main() {}
