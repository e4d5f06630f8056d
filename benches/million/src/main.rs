//! Vaults of a thousand secrets to a million: the time of each kind of call, memory, and the size
//! of the file.
//!
//! `cargo run --release -- [secrets] [folder for the table and the plot]`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a program for developers ends when anything fails"
)]

mod bytes;
mod grown;
mod memory;
mod plot;
mod table;

use std::path::PathBuf;

use grown::Grown;
use memory::Memory;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments
        .next_if(|first| first == memory::MEASURE)
        .is_some()
    {
        let [file, projects] = [(); 2].map(|()| arguments.next().unwrap());
        return Memory::measure(file.as_ref(), projects.parse().unwrap());
    }
    let secrets: u64 = arguments.next().map_or(1_000_000, |it| it.parse().unwrap());
    let results = arguments.next().map(PathBuf::from);
    let sizes: Vec<u64> = [1_000, 10_000, 100_000, 1_000_000]
        .into_iter()
        .filter(|size| *size <= secrets)
        .collect();
    let vaults: Vec<Grown> = sizes.into_iter().map(grown::measure).collect();
    let text = table::markdown(&vaults);
    println!("{text}");
    if let Some(folder) = results {
        std::fs::write(folder.join("million.md"), text).unwrap();
        std::fs::write(folder.join("million.svg"), plot::svg(&vaults)).unwrap();
    }
}
