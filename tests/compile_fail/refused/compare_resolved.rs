use std::borrow::Cow;

fn same(
    a: &keyslot::Resolved<Cow<'static, str>>,
    b: &keyslot::Resolved<Cow<'static, str>>,
) -> bool {
    a == b
}

fn main() {}
