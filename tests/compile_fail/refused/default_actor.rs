fn nobody() -> keyslot::Actor {
    keyslot::Actor::default()
}

fn main() {}
