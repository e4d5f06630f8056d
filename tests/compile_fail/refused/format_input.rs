fn shown(input: &keyslot::SecretInput) -> String {
    format!("{input}")
}

fn main() {}
