fn same(a: &keyslot::Redactor, b: &keyslot::Redactor) -> bool {
    a == b
}

fn main() {}
