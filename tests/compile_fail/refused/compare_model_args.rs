use std::borrow::Cow;

fn same(
    a: &keyslot::template::ModelArgs<Cow<'static, str>>,
    b: &keyslot::template::ModelArgs<Cow<'static, str>>,
) -> bool {
    a == b
}

fn main() {}
