//! The template engine alone beside a plain copy of what comes out: `once` parses and renders in
//! one call, `scan` compiles, `fill` renders what was compiled, all with borrowed values. No
//! look-up in batches and no wiping; the whole call is in the bench `resolve`.
//!
//! `cargo bench -p keyslot-bench --bench template`
#![allow(missing_docs, clippy::unwrap_used)]

mod workloads;

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use keyslot::template::{Engine, Template};

fn once(c: &mut Criterion) {
    let mut group = c.benchmark_group("once");
    let engine = Engine::new();
    for workload in workloads::all() {
        let text = workload.text.as_str();
        let values: HashMap<&str, &str> = workload
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let output = workload.output();
        group.throughput(Throughput::Bytes(output.len() as u64));
        group.bench_function(BenchmarkId::new("memcpy", workload.name), |b| {
            b.iter(|| black_box(&output).clone());
        });
        group.bench_function(BenchmarkId::new("render", workload.name), |b| {
            b.iter(|| {
                engine
                    .render(black_box(text), |reference| {
                        values.get(reference.name()).copied()
                    })
                    .unwrap()
            });
        });
    }
    group.finish();
}

fn scan(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan");
    for workload in workloads::all() {
        let text = workload.text.as_str();
        let output = workload.output();
        group.throughput(Throughput::Bytes(output.len() as u64));
        group.bench_function(BenchmarkId::new("memcpy", workload.name), |b| {
            b.iter(|| black_box(&output).clone());
        });
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
        let values: Vec<&str> = workload
            .values
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        let output = workload.output();
        group.throughput(Throughput::Bytes(output.len() as u64));
        group.bench_function(BenchmarkId::new("memcpy", workload.name), |b| {
            b.iter(|| black_box(&output).clone());
        });
        group.bench_function(BenchmarkId::new("render", workload.name), |b| {
            b.iter(|| black_box(&template).render(black_box(&values)).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, once, scan, fill);
criterion_main!(benches);
