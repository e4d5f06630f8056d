//! Prints what was measured, and which targets were met.

use crate::measure::{Cell, Time};

pub const ONCE: &str = "once";
pub const COMPILED: &str = "compiled";

/// The most that our time may be, as a multiple of another row of the same column.
struct Target {
    group: &'static str,
    column: &'static str,
    peer: &'static str,
    most: f64,
}

const fn target(group: &'static str, column: &'static str, most: f64, peer: &'static str) -> Target {
    Target { group, column, peer, most }
}

const TARGETS: [Target; 9] = [
    target(ONCE, "W1", 0.8, "subst"),
    target(ONCE, "W2", 0.85, "shellexpand"),
    target(ONCE, "W3", 3.3, "memcpy"),
    target(ONCE, "W4", 3.2, "memcpy"),
    target(ONCE, "W5", 1.0, "memcpy"),
    target(COMPILED, "W1", 2.0, "memcpy"),
    target(COMPILED, "W2", 2.3, "memcpy"),
    target(COMPILED, "W3", 1.5, "memcpy"),
    target(COMPILED, "W4", 1.2, "memcpy"),
];

pub fn print(cells: &[Cell]) {
    print_group(cells, ONCE, "once: parse and render each time; ratios to memcpy");
    print_group(cells, COMPILED, "compiled: parsed before, rendered many times; ratios to memcpy");
    if cells.iter().any(|cell| matches!(cell.time, Time::OneCall(_))) {
        println!("\n~ is the time of one call");
    }
    println!("\ntargets");
    for Target { group, column, peer, most } in TARGETS {
        let ours = time(cells, group, column, "keyslot");
        let Some((ours, peer_time)) = ours.zip(time(cells, group, column, peer)) else {
            println!("  {group:<9} {column}  {:>12}  at most {most} x {peer}: not measured", "-");
            continue;
        };
        let ratio = ours / peer_time;
        let verdict = if ratio <= most { "met" } else { "missed" };
        println!("  {group:<9} {column}  {:>12}  at most {most} x {peer}: {verdict}", format!("{ratio:.2} x"));
    }
}

fn print_group(cells: &[Cell], group: &str, title: &str) {
    let in_group = || cells.iter().filter(|cell| cell.group == group);
    let (columns, engines) =
        (distinct(in_group().map(|cell| cell.column)), distinct(in_group().map(|cell| cell.engine)));
    println!("\n{title}\n");
    print!("{:<24}", "");
    for column in &columns {
        print!("{column:>18}");
    }
    println!();
    for engine in engines {
        print!("{engine:<24}");
        for column in &columns {
            let cell = in_group().find(|cell| cell.engine == engine && &cell.column == column);
            let limit = time(cells, group, column, "memcpy");
            print!("{:>18}", cell.map_or(String::new(), |cell| text(cell.time, limit)));
        }
        println!();
    }
}

fn time(cells: &[Cell], group: &str, column: &str, engine: &str) -> Option<f64> {
    let cell = cells.iter().find(|cell| (cell.group, cell.column, cell.engine) == (group, column, engine))?;
    Some(cell.time.nanoseconds())
}

fn text(time: Time, limit: Option<f64>) -> String {
    let mark = if matches!(time, Time::OneCall(_)) { "~" } else { "" };
    let ratio = limit.map_or(String::new(), |limit| format!("{} x", digits(time.nanoseconds() / limit)));
    format!("{mark}{} {ratio:>7}", duration(time.nanoseconds()))
}

fn duration(nanoseconds: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let (unit, name) = units.into_iter().find(|(unit, _)| nanoseconds >= *unit).unwrap_or((1.0, "ns"));
    format!("{} {name}", digits(nanoseconds / unit))
}

/// Three digits at least.
fn digits(number: f64) -> String {
    let places = [100.0, 10.0].into_iter().filter(|limit| number < *limit).count();
    format!("{number:.places$}")
}

fn distinct<'c>(names: impl Iterator<Item = &'c str>) -> Vec<&'c str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}
