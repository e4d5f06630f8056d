fn shown(found: &keyslot::Found) -> String {
    format!("{found}")
}

fn main() {}
