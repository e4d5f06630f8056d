fn same(a: &keyslot::SecretInput, b: &keyslot::SecretInput) -> bool {
    a == b
}

fn main() {}
