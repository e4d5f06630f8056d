//! Eight writers in four processes beside one writer: durable puts of all of them in a second, on
//! the disk.
//!
//! `cargo bench -p keyslot-bench --bench writers`. Rounds follow one another, each with one writer
//! and then with eight, so that what else the machine does hits both; `KEYSLOT_BENCH_ROUNDS` sets
//! how many.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keyslot::{RootKey, Vault};

const KEY: &str = "8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752";
const FILE: &str = "KEYSLOT_BENCH_FILE";
const THREADS: &str = "KEYSLOT_BENCH_THREADS";
const ROUNDS: &str = "KEYSLOT_BENCH_ROUNDS";
const LONG: Duration = Duration::from_secs(1);

fn key() -> RootKey {
    RootKey::from_hex(KEY).unwrap()
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Puts by this process, with so many threads, once a line comes; prints their number.
fn put(file: &Path, threads: usize) {
    let vault = Vault::open(file, &key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "the first").unwrap();
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let end = Instant::now() + LONG;
    let puts: u64 = thread::scope(|all| {
        let writers: Vec<_> = (0..threads)
            .map(|writer| {
                let (scope, name) = (&scope, format!("OF_{}_{writer}", std::process::id()));
                all.spawn(move || {
                    let mut puts = 0;
                    while Instant::now() < end {
                        scope.put(&name, "a value of forty bytes").unwrap();
                        puts += 1;
                    }
                    puts
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .sum()
    });
    println!("{puts}");
}

/// The puts of so many processes with so many threads each.
fn puts(file: &Path, processes: usize, threads: usize) -> f64 {
    use std::io::{BufRead, BufReader, Write};
    let mut children: Vec<_> = (0..processes)
        .map(|_| {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .env(FILE, file)
                .env(THREADS, threads.to_string())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let input = child.stdin.take().unwrap();
            let output = BufReader::new(child.stdout.take().unwrap());
            (child, input, output)
        })
        .collect();
    let said = |output: &mut BufReader<_>| {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    for (_, _, output) in &mut children {
        assert_eq!(said(output), "ready");
    }
    for (_, input, _) in &mut children {
        input.write_all(b"\n").unwrap();
    }
    let mut all = 0.0;
    for (mut child, _, mut output) in children {
        all += said(&mut output).parse::<f64>().unwrap();
        assert!(child.wait().unwrap().success());
    }
    all / LONG.as_secs_f64()
}

fn main() {
    if let Some(file) = std::env::var_os(FILE) {
        return put(Path::new(&file), number(THREADS).unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    drop(Vault::create(&file, &key()).unwrap());
    let mut ratios: Vec<f64> = (0..number(ROUNDS).unwrap_or(9))
        .map(|_| {
            let (one, eight) = (puts(&file, 1, 1), puts(&file, 4, 2));
            println!("one writer {one:.0}/s, eight in four processes {eight:.0}/s");
            eight / one
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| ratios.get((ratios.len() - 1) * part / 2).unwrap();
    println!(
        "eight beside one: median {:.2}, from {:.2} to {:.2}",
        at(1),
        at(0),
        at(2)
    );
}
