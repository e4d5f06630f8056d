//! Template engines beside ours, all in one run and one table: each row an engine, each cell a time
//! and its ratio to a plain copy of what comes out (`memcpy`).
//!
//! ```text
//! cd benches/compare
//! cargo bench --bench compare                       # everything, about five minutes
//! cargo bench --bench compare -- --quick            # about one minute, rougher
//! cargo bench --bench compare -- subst minijinja    # only engines with such names
//! ```
//!
//! The copy of memory (memcpy) and keyslot are always measured.
//!
//! Two groups. In `once` the text is new each time, as the config of a tool is: it is parsed and
//! rendered, with the values in a `HashMap<String, String>`; engines that want another container
//! are given it within the time. In `compiled` the text was parsed before, and the values are in
//! whatever container the engine likes best.
//!
//! The placeholders are written as each engine writes them, and what its syntax reserves is
//! escaped, outside the time. Before an engine is measured, what it makes must equal what ours
//! makes, byte for byte. Engines that escape HTML or trim are told not to. All features are the
//! default ones.
//!
//! The machine is never quiet enough for absolute times: read the ratios, which are taken seconds
//! apart.

#![allow(clippy::unwrap_used)]

mod compiled;
#[path = "../common/measure.rs"]
mod measure;
mod once;
#[path = "../common/table.rs"]
mod table;
mod work;
#[path = "../../../suite/workloads/mod.rs"]
mod workloads;

use measure::{Measure, Options};
use table::Target;

const ONCE: &str = "once";
const COMPILED: &str = "compiled";

const TARGETS: [Target; 9] = [
    Target::times(ONCE, "W1", 0.9, "subst"),
    Target::times(ONCE, "W2", 0.65, "subst"),
    Target::times(ONCE, "W3", 1.05, "subst"),
    Target::times(ONCE, "W4", 1.05, "subst"),
    Target::times(ONCE, "W5", 1.0, "memcpy"),
    Target::times(COMPILED, "W1", 2.0, "memcpy"),
    Target::times(COMPILED, "W2", 2.3, "memcpy"),
    Target::times(COMPILED, "W3", 1.5, "memcpy"),
    Target::times(COMPILED, "W4", 1.2, "memcpy"),
];

fn main() {
    let works = work::all();
    let mut measure = Measure::new(Options::of_process());
    for work in &works {
        once::engines(&mut measure.column(ONCE, work.column, &work.output), work);
    }
    // The last workload has nothing to render.
    for work in works.iter().filter(|work| work.has_placeholders()) {
        compiled::engines(
            &mut measure.column(COMPILED, work.column, &work.output),
            work,
        );
    }
    let cells = measure.into_cells();
    table::print_group(
        &cells,
        ONCE,
        "memcpy",
        "once: parse and render each time; ratios to memcpy",
    );
    table::print_group(
        &cells,
        COMPILED,
        "memcpy",
        "compiled: parsed before, rendered many times; ratios to memcpy",
    );
    table::print_targets(&cells, &TARGETS);
}
