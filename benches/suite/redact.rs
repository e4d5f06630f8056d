//! The redactor over a log of 1 MB beside a plain copy: at once, in parts of 8 KiB, and how long it
//! takes to make one.
//!
//! `patterns` are secrets of letters and digits, of which each comes to 12.
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

/// What a service writes, with a secret in every thousandth line.
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

criterion_group!(benches, whole, parts, build);
criterion_main!(benches);
