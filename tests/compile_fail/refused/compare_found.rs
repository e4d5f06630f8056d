fn same(a: &keyslot::Found, b: &keyslot::Found) -> bool {
    a == b
}

fn main() {}
