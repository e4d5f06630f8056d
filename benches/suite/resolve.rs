//! Cost of a whole resolve beside the least work that its contract takes, done by hand in the same
//! run: scan, one dynamic look-up for all names, one exact allocation, and wiping the ranges where
//! values lie.
//!
//! `cargo bench -p keyslot-bench --bench resolve`; on a machine that does other things as well,
//! `KEYSLOT_BENCH_ROUNDS=2000` compares floor and call in so many short rounds instead.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod workloads;

use std::collections::HashMap;
use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group};
use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::template::{ResolveExt, Template};
use keyslot::{
    Error, ErrorKind, Found, Outcomes, Reference, Resolver, Result, SecretName, Target, Variables,
};
use workloads::Workload;
use zeroize::Zeroize;

/// Answers from a map, like a resolver with its values at hand.
struct Map(HashMap<String, Found>);

impl Map {
    fn new(workload: &Workload) -> Self {
        let found = |(name, value): &(String, String)| {
            (
                name.clone(),
                Found::new(SecretName::new(name).unwrap(), value.as_str()),
            )
        };
        Self(workload.values.iter().map(found).collect())
    }
}

impl Resolver for Map {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        let find = |reference: &Reference| match self.0.get(reference.name().as_str()) {
            Some(found) => Ok(found.clone()),
            None => Err(Error::new(ErrorKind::NotFound, "not in the map")),
        };
        Ok(references.iter().map(find).collect())
    }
}

/// The contract by hand. No grammar but the names themselves, no errors, no limits, no account of
/// what was used.
trait Lookup {
    fn lookup(&self, names: &[&str]) -> Vec<Arc<SecretString>>;
}

struct Floor(HashMap<String, Arc<SecretString>>);

impl Lookup for Floor {
    fn lookup(&self, names: &[&str]) -> Vec<Arc<SecretString>> {
        names
            .iter()
            .map(|name| Arc::clone(&self.0[*name]))
            .collect()
    }
}

struct Parsed<'t> {
    text: &'t str,
    /// Literal text before, and the number of the name.
    segments: Vec<(Range<usize>, usize)>,
    names: Vec<&'t str>,
    tail: Range<usize>,
}

fn parse<'t>(text: &'t str, finder: &memchr::memmem::Finder<'_>) -> Parsed<'t> {
    let (mut segments, mut names, mut numbers) = (Vec::new(), Vec::new(), HashMap::new());
    let (mut from, mut at) = (0, 0);
    while let Some(open) = finder.find(&text.as_bytes()[at..]).map(|found| at + found) {
        let start = open + "<<$secret.".len();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let len = text.as_bytes().get(start..).map_or(0, |rest| {
            rest.iter().take_while(|byte| is_name(byte)).count()
        });
        if len > 0
            && text[open..].starts_with("<<$secret.")
            && text[start + len..].starts_with(">>")
        {
            let name = &text[start..start + len];
            let number = *numbers.entry(name).or_insert_with(|| {
                names.push(name);
                names.len() - 1
            });
            segments.push((from..open, number));
            from = start + len + 2;
            at = from;
        } else {
            at = open + 1;
        }
    }
    Parsed {
        text,
        segments,
        names,
        tail: from..text.len(),
    }
}

struct Wiped(String, Vec<Range<usize>>);

impl Drop for Wiped {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        self.1
            .iter()
            .for_each(|range| bytes[range.clone()].zeroize());
    }
}

fn fill(parsed: &Parsed<'_>, lookup: &dyn Lookup) -> Wiped {
    let values = lookup.lookup(&parsed.names);
    let of = |number: usize| values[number].expose_secret();
    let size = parsed
        .segments
        .iter()
        .map(|(literal, number)| literal.len() + of(*number).len())
        .sum::<usize>();
    let mut out = String::with_capacity(size + parsed.tail.len());
    let mut ranges = Vec::with_capacity(parsed.segments.len());
    for (literal, number) in &parsed.segments {
        out.push_str(&parsed.text[literal.clone()]);
        let start = out.len();
        out.push_str(of(*number));
        ranges.push(start..out.len());
    }
    out.push_str(&parsed.text[parsed.tail.clone()]);
    Wiped(out, ranges)
}

fn floor_contract(c: &mut Criterion) {
    for (title, compiled) in [("resolve/once", false), ("resolve/compiled", true)] {
        let mut group = c.benchmark_group(title);
        for workload in workloads::all() {
            let text = workload.text.as_str();
            group.throughput(Throughput::Bytes(text.len() as u64));
            let map = Map::new(&workload);
            let secret = |(name, value): &(String, String)| {
                (name.clone(), Arc::new(SecretString::from(value.as_str())))
            };
            let floor = Floor(workload.values.iter().map(secret).collect());
            let finder = memchr::memmem::Finder::new("<<");
            let target = Target::unspecified();
            let id = |row: &str| BenchmarkId::new(row, workload.name);
            let output = workload.output();
            group.bench_function(id("memcpy"), |b| {
                b.iter(|| black_box(black_box(&output).clone()));
            });
            if compiled {
                let (template, parsed) = (Template::compile(text).unwrap(), parse(text, &finder));
                group.bench_function(id("floor_contract"), |b| {
                    b.iter(|| black_box(fill(&parsed, black_box(&floor))));
                });
                group.bench_function(id("keyslot"), |b| {
                    b.iter(|| black_box(map.resolve_for(&target, black_box(&template)).unwrap()));
                });
            } else {
                group.bench_function(id("floor_contract"), |b| {
                    b.iter(|| black_box(fill(&parse(black_box(text), &finder), &floor)));
                });
                group.bench_function(id("keyslot"), |b| {
                    b.iter(|| black_box(map.resolve(black_box(text)).unwrap()));
                });
            }
        }
        group.finish();
    }
}

/// Cost of wiping a value with the text it is in, beside a plain fill of as many bytes and beside
/// `zeroize`, which writes byte by byte. All three free their memory.
fn wipe(c: &mut Criterion) {
    let mut group = c.benchmark_group("wipe");
    for size in [1 << 10, 16 << 10, 64 << 10] {
        let variables = Variables::new().with("A", "v".repeat(size)).unwrap();
        let text = || "v".repeat(size).into_bytes();
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("memset", size), |b| {
            let fill = |mut bytes: Vec<u8>| {
                bytes.fill(0);
                drop(black_box(bytes));
            };
            b.iter_batched(text, fill, BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("zeroize", size), |b| {
            b.iter_batched(text, |mut bytes| bytes.zeroize(), BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("keyslot", size), |b| {
            b.iter_batched(
                || variables.resolve("<<A>>").unwrap(),
                drop,
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, floor_contract, wipe);

fn main() {
    if let Ok(rounds) = std::env::var("KEYSLOT_BENCH_ROUNDS") {
        return alternate(rounds.trim().parse().unwrap());
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}

/// Prints how long the calls of each workload take, as ratios to the floor. The two take turns, so
/// whatever else runs on the machine slows both.
fn alternate(rounds: u32) {
    for workload in workloads::all() {
        let text = workload.text.as_str();
        let map = Map::new(&workload);
        let secret = |(name, value): &(String, String)| {
            (name.clone(), Arc::new(SecretString::from(value.as_str())))
        };
        let floor = Floor(workload.values.iter().map(secret).collect());
        let (finder, target) = (memchr::memmem::Finder::new("<<"), Target::unspecified());
        let (template, parsed) = (Template::compile(text).unwrap(), parse(text, &finder));
        compare(
            &format!("compiled, {}", workload.name),
            rounds,
            || drop(black_box(fill(&parsed, black_box(&floor)))),
            || drop(black_box(map.resolve_for(&target, &template).unwrap())),
        );
        compare(
            &format!("once, {}", workload.name),
            rounds,
            || drop(black_box(fill(&parse(black_box(text), &finder), &floor))),
            || drop(black_box(map.resolve(black_box(text)).unwrap())),
        );
    }
}

fn compare(title: &str, rounds: u32, mut floor: impl FnMut(), mut call: impl FnMut()) {
    // Short beside the time for which a process runs before another one gets its turn.
    const ROUND: Duration = Duration::from_micros(100);
    fn spent(calls: u32, work: &mut impl FnMut()) -> Duration {
        let begun = Instant::now();
        (0..calls).for_each(|_| work());
        begun.elapsed()
    }
    let mut calls = 1;
    while spent(calls, &mut floor) < ROUND {
        calls *= 2;
    }
    let mut ratios: Vec<f64> = (0..rounds)
        .map(|round| {
            if round % 2 == 0 {
                let floor = spent(calls, &mut floor);
                spent(calls, &mut call).div_duration_f64(floor)
            } else {
                let call = spent(calls, &mut call);
                call.div_duration_f64(spent(calls, &mut floor))
            }
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let [low, median, high] = [1, 2, 3].map(|quarter| ratios[(ratios.len() - 1) * quarter / 4]);
    println!("{title}: {median:.3} × the floor, quartiles {low:.3} and {high:.3}");
}
