//! The redactor over a log of 1 MB beside a plain copy: at once, in parts of 8 KiB, and how long it
//! takes to make one.
//!
//! `patterns` are secrets of letters and digits, of which each comes to 12. `secrets` are counted
//! with all their writings; the rows of `ratios` are the least times of many rounds in which a
//! plain copy and all redactors take turns, so that what else the machine does falls on all.
//!
//! `cargo bench -p keyslot-bench --bench redact`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use keyslot::{Redactor, SecretName};

const COUNTS: [usize; 4] = [1, 10, 100, 1_000];

/// Letters and digits, the same in each run.
fn token(seed: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AB";
    let mut state = (seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(LETTERS[(state >> 58) as usize])
    };
    (0..32).map(letter).collect()
}

/// A redactor with about so many patterns.
fn redactor(patterns: usize) -> Redactor {
    let secrets = patterns.div_ceil(12);
    let builder = (0..secrets).fold(Redactor::builder(), |builder, n| {
        builder.secret(
            SecretName::new(format!("S{n}")).unwrap(),
            format!("sk_live_{}", token(n)),
        )
    });
    builder.build().unwrap()
}

/// The log of a service, with a secret in every thousandth line.
fn log() -> String {
    let mut log = String::with_capacity(1 << 20);
    let mut line = 0;
    while log.len() < 1 << 20 {
        let (id, key) = (
            token(line + 5_000),
            if line % 1_000 == 999 {
                format!("sk_live_{}", token(0))
            } else {
                token(line)
            },
        );
        writeln!(
            log,
            "2026-01-12T10:{:02}:07Z INFO GET /v1/users/{line}?page=2 200 {id} key={key}",
            line % 60
        )
        .unwrap();
        line += 1;
    }
    log
}

fn whole(c: &mut Criterion) {
    let log = log();
    let mut group = c.benchmark_group("whole");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("memcpy", |b| b.iter(|| black_box(&log).clone()));
    for count in COUNTS {
        let redactor = redactor(count);
        group.bench_function(BenchmarkId::new("redact", count), |b| {
            b.iter(|| redactor.redact(black_box(&log)).len());
        });
    }
    group.finish();
}

fn parts(c: &mut Criterion) {
    let log = log();
    let mut group = c.benchmark_group("parts");
    group.throughput(Throughput::Bytes(log.len() as u64));
    for count in COUNTS {
        let redactor = redactor(count);
        let mut out = Vec::with_capacity(log.len() * 2);
        group.bench_function(BenchmarkId::new("stream", count), |b| {
            b.iter(|| {
                out.clear();
                let mut stream = redactor.stream();
                black_box(&log)
                    .as_bytes()
                    .chunks(8 << 10)
                    .for_each(|part| stream.feed(part, &mut out));
                stream.finish(&mut out);
                out.len()
            });
        });
    }
    group.finish();
}

fn build(c: &mut Criterion) {
    let mut group = c.benchmark_group("build");
    for count in COUNTS {
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| redactor(black_box(count)));
        });
    }
    group.finish();
}

/// A redactor of so many secrets of these lengths in bytes.
fn of_secrets(count: usize, length: impl Fn(usize) -> usize) -> Redactor {
    let builder = (0..count).fold(Redactor::builder(), |builder, n| {
        let mut value: String = (0..4).map(|part| token(n * 4 + part + 100_000)).collect();
        value.truncate(length(n));
        builder.secret(SecretName::new(format!("S{n}")).unwrap(), value)
    });
    builder.build().unwrap()
}

/// Lengths from 20 to 120 bytes.
fn mixed(n: usize) -> usize {
    20 + n * 7 % 101
}

/// The redactor over the log as a multiple of a plain copy, and the time to make it.
fn ratios(_: &mut Criterion) {
    const ROUNDS: usize = 200;
    let log = log();
    let rows: Vec<(String, Redactor)> = [10, 100, 1_000]
        .into_iter()
        .flat_map(|count| {
            [
                (format!("{count} of 40 bytes"), of_secrets(count, |_| 40)),
                (format!("{count} mixed"), of_secrets(count, mixed)),
            ]
        })
        .collect();
    let mut copy = Duration::MAX;
    let mut least = vec![Duration::MAX; rows.len()];
    for _ in 0..ROUNDS {
        copy = copy.min(timed(|| black_box(&log).clone()));
        for (least, (_, redactor)) in least.iter_mut().zip(&rows) {
            *least = (*least).min(timed(|| redactor.redact(black_box(&log)).len()));
        }
    }
    for (least, (row, redactor)) in least.iter().zip(&rows) {
        let ratio = least.as_secs_f64() / copy.as_secs_f64();
        println!("secrets, {row}: {ratio:.2} x memcpy ({redactor:?})");
    }
    let build = |length: fn(usize) -> usize| {
        // Longer than the turns of a busy machine: so the time of the processor, on the average.
        const BUILDS: u32 = 20;
        let before = on_processor();
        let least = (0..BUILDS).map(|_| timed(|| of_secrets(1_000, length)));
        let least = least.min().unwrap();
        (least, on_processor().saturating_sub(before) / BUILDS)
    };
    for (row, length) in [
        ("of 40 bytes", (|_| 40) as fn(usize) -> usize),
        ("mixed", mixed),
    ] {
        let (least, processor) = build(length);
        println!("build of 1000 {row}: {least:?}, with the drop {processor:?} of the processor");
    }
}

/// The time that this thread had a processor, by Linux.
fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let made = black_box(work());
    let taken = start.elapsed();
    drop(made);
    taken
}

criterion_group!(benches, ratios, whole, parts, build);
criterion_main!(benches);
