fn shown(secrets: &keyslot::RunSecrets) -> String {
    format!("{secrets}")
}

fn main() {}
