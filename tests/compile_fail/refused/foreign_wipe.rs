struct Keeps(String);

impl keyslot::resolve::Wipe for Keeps {
    type Places = ();

    fn wipe(&mut self, _: &()) {}
}

fn main() {}
