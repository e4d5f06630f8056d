use std::borrow::Cow;

fn shown(resolved: &keyslot::Resolved<Cow<'static, str>>) -> String {
    format!("{resolved}")
}

fn main() {}
