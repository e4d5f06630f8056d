fn same(a: &keyslot::RunSecrets, b: &keyslot::RunSecrets) -> bool {
    a == b
}

fn main() {}
