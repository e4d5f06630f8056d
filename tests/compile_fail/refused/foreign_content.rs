fn holds(_: keyslot::Resolved<String>) {}

fn main() {}
