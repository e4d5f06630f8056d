//! The table of all figures.

use std::fmt::Write;
use std::time::Duration;

use crate::grown::Grown;

/// A time with three digits.
pub fn time(took: Duration) -> String {
    let micros = took.as_secs_f64() * 1e6;
    match micros {
        micros if micros < 1e3 => format!("{micros:.1} µs"),
        micros if micros < 1e6 => format!("{:.2} ms", micros / 1e3),
        micros => format!("{:.2} s", micros / 1e6),
    }
}

/// Returns the figures as Markdown.
pub fn markdown(vaults: &[Grown]) -> String {
    let mut text = String::from("| |");
    let row = |text: &mut String, name: &str, cell: &dyn Fn(&Grown) -> String| {
        write!(text, "| {name} |").unwrap();
        for vault in vaults {
            write!(text, " {} |", cell(vault)).unwrap();
        }
        text.push('\n');
    };
    for vault in vaults {
        write!(text, " {} secrets |", vault.secrets).unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(vaults.len()));
    text.push('\n');
    row(
        &mut text,
        "secrets stored in a second, `put_all`",
        &|vault| format!("{:.0}", vault.secrets as f64 / vault.built.as_secs_f64()),
    );
    let names = vaults.first().into_iter().flat_map(|vault| &vault.calls);
    for (at, name) in names.map(|call| call.name).enumerate() {
        row(&mut text, &format!("{name}: median (99 %)"), &|vault| {
            let call = &vault.calls[at];
            match call.high {
                Some(high) => format!("{} ({})", time(call.median), time(high)),
                None => time(call.median),
            }
        });
    }
    let memory: [(&str, fn(&Grown) -> u64); 2] = [
        ("most memory to open, resolve, list, put", |vault| {
            vault.memory.calls
        }),
        ("most memory to rewrap, verify, back up, too", |vault| {
            vault.memory.walks
        }),
    ];
    for (name, bytes) in memory {
        row(&mut text, name, &|vault| {
            format!("{:.1} MB", bytes(vault) as f64 / 1e6)
        });
    }
    row(&mut text, "file, bytes for each secret", &|vault| {
        format!("{:.0}", vault.file as f64 / vault.secrets as f64)
    });
    let parts = vaults.first().into_iter().flat_map(|vault| &vault.parts);
    for (at, name) in parts.map(|part| &part.name).enumerate() {
        row(&mut text, &format!("- {name}"), &|vault| {
            format!("{:.0}", vault.parts[at].bytes as f64 / vault.secrets as f64)
        });
    }
    text
}
