use std::borrow::Cow;

fn shown(args: &keyslot::template::ModelArgs<Cow<'static, str>>) -> String {
    format!("{args}")
}

fn main() {}
