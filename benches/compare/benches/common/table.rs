//! Prints what was measured, and which targets were met.
#![allow(dead_code)]

use crate::measure::{Cell, Time};

/// The most time that a row of ours may take.
pub struct Target {
    group: &'static str,
    column: &'static str,
    engine: &'static str,
    most: Most,
}

enum Most {
    /// So many times what another row of the same column takes.
    Times(f64, &'static str),
    Milliseconds(f64),
}

impl Target {
    /// At most so many times what `peer` takes.
    pub const fn times(
        group: &'static str,
        column: &'static str,
        most: f64,
        peer: &'static str,
    ) -> Self {
        Self {
            group,
            column,
            engine: "keyslot",
            most: Most::Times(most, peer),
        }
    }

    pub const fn milliseconds(group: &'static str, column: &'static str, most: f64) -> Self {
        Self {
            group,
            column,
            engine: "keyslot",
            most: Most::Milliseconds(most),
        }
    }

    /// Of another row of ours.
    pub const fn of(self, engine: &'static str) -> Self {
        Self { engine, ..self }
    }
}

pub fn print_targets(cells: &[Cell], targets: &[Target]) {
    if cells
        .iter()
        .any(|cell| matches!(cell.time, Time::OneCall(_)))
    {
        println!("\n~ is the time of one call");
    }
    println!("\ntargets");
    for Target {
        group,
        column,
        engine,
        most,
    } in targets
    {
        let ours = time(cells, group, column, engine);
        let (limit, reached) = match most {
            Most::Times(most, peer) => {
                let ratio = ours
                    .zip(time(cells, group, column, peer))
                    .map(|(ours, peer)| ours / peer);
                (
                    format!("{most} x {peer}"),
                    ratio.map(|ratio| (format!("{ratio:.2} x"), ratio <= *most)),
                )
            }
            Most::Milliseconds(most) => (
                format!("{most} ms"),
                ours.map(|ours| (duration(ours), ours <= most * 1e6)),
            ),
        };
        let (reached, verdict) = match reached {
            Some((reached, true)) => (reached, "met"),
            Some((reached, false)) => (reached, "missed"),
            None => ("-".to_owned(), "not measured"),
        };
        println!("  {group:<9} {column:<5} {engine:<18} {reached:>9}  at most {limit}: {verdict}");
    }
}

/// Prints a group, with the ratios to one of its rows.
pub fn print_group(cells: &[Cell], group: &str, limit: &str, title: &str) {
    let in_group = || cells.iter().filter(|cell| cell.group == group);
    let (columns, engines) = (
        distinct(in_group().map(|cell| cell.column)),
        distinct(in_group().map(|cell| cell.engine)),
    );
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
            let limit = time(cells, group, column, limit);
            print!(
                "{:>18}",
                cell.map_or(String::new(), |cell| text(cell.time, limit))
            );
        }
        println!();
    }
}

fn time(cells: &[Cell], group: &str, column: &str, engine: &str) -> Option<f64> {
    let cell = cells
        .iter()
        .find(|cell| (cell.group, cell.column, cell.engine) == (group, column, engine))?;
    Some(cell.time.nanoseconds())
}

fn text(time: Time, limit: Option<f64>) -> String {
    let mark = if matches!(time, Time::OneCall(_)) {
        "~"
    } else {
        ""
    };
    let ratio = limit.map_or(String::new(), |limit| {
        format!("{} x", digits(time.nanoseconds() / limit))
    });
    format!("{mark}{} {ratio:>7}", duration(time.nanoseconds()))
}

fn duration(nanoseconds: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let (unit, name) = units
        .into_iter()
        .find(|(unit, _)| nanoseconds >= *unit)
        .unwrap_or((1.0, "ns"));
    format!("{} {name}", digits(nanoseconds / unit))
}

/// Three digits at least.
fn digits(number: f64) -> String {
    let places = [100.0, 10.0]
        .into_iter()
        .filter(|limit| number < *limit)
        .count();
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
