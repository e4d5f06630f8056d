//! The template engine alone beside a plain copy of the same text: `scan` compiles, `fill` renders what was compiled with
//! borrowed values. No look-up and no wiping; the whole call is in the bench `resolve`.
//!
//! `cargo bench --bench template`
#![allow(missing_docs, clippy::unwrap_used)]

mod workloads;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use keyslot::Template;

fn scan(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan");
    for workload in workloads::all() {
        let text = workload.text.as_str();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("memcpy", workload.name), |b| b.iter(|| black_box(text).to_owned()));
        group.bench_function(BenchmarkId::new("compile", workload.name), |b| {
            b.iter(|| Template::compile(black_box(text)).unwrap());
        });
    }
    group.finish();
}

fn fill(c: &mut Criterion) {
    let mut group = c.benchmark_group("fill");
    for workload in workloads::all() {
        let text = workload.text.as_str();
        let template = Template::compile(text).unwrap();
        // All values are alike, so their order does not matter.
        let values: Vec<&str> = workload.values.iter().map(|(_, value)| value.as_str()).collect();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("memcpy", workload.name), |b| b.iter(|| black_box(text).to_owned()));
        group.bench_function(BenchmarkId::new("render", workload.name), |b| {
            b.iter(|| black_box(&template).render(black_box(&values)).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, scan, fill);
criterion_main!(benches);
