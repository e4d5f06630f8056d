//! Template engines beside ours, all in one run and one table: each row an engine, each cell a time and its ratio to a plain
//! copy of what comes out (`memcpy`).
//!
//! ```text
//! cd benches/compare
//! cargo bench                          # everything, about five minutes
//! cargo bench -- --quick               # about one minute, rougher
//! cargo bench -- subst minijinja       # only engines whose name contains one of these, beside memcpy and keyslot
//! ```
//!
//! Two groups. In `once` the text is new each time, as the config of a tool is: it is parsed and rendered, with the values in a
//! `HashMap<String, String>`; engines that want another container are given it within the time. In `compiled` the text was
//! parsed before, and the values are in whatever container the engine likes best.
//!
//! The placeholders are written as each engine writes them, and what its syntax reserves is escaped, outside the time. Before
//! an engine is measured, what it makes must equal what ours makes, byte for byte. Engines that escape HTML or trim are told
//! not to. All features are the default ones.
//!
//! The machine is never quiet enough for absolute times: read the ratios, which are taken seconds apart.

#![allow(clippy::unwrap_used)]

mod compiled;
mod measure;
mod once;
mod table;
mod work;
#[path = "../../../workloads/mod.rs"]
mod workloads;

use measure::{Measure, Options};

fn main() {
    let options = Options::parse(std::env::args().skip(1)).unwrap_or_else(|usage| {
        eprintln!("{usage}");
        std::process::exit(2);
    });
    let works = work::all();
    let mut measure = Measure::new(options);
    for work in &works {
        once::engines(&mut measure.column(table::ONCE, work), work);
    }
    // The last workload has nothing to render.
    for work in works.iter().filter(|work| work.has_placeholders()) {
        compiled::engines(&mut measure.column(table::COMPILED, work), work);
    }
    table::print(&measure.into_cells());
}
