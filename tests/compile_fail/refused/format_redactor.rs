fn shown(redactor: &keyslot::Redactor) -> String {
    format!("{redactor}")
}

fn main() {}
