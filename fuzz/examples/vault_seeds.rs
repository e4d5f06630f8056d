//! Writes the seeds of the targets that read vaults: a folder for each target, in the folder that
//! is given.

use std::fs;
use std::path::PathBuf;

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("a folder"));
    for (target, name, bytes) in keyslot_fuzz::vault::seeds::all() {
        let place = folder.join(target);
        fs::create_dir_all(&place).expect("a folder");
        fs::write(place.join(name), bytes).expect("a file");
    }
}
