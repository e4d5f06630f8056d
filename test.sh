#!/usr/bin/env bash
# All tests: unit, integration, documentation and examples, with every feature; then the crate
# without features.
set -euo pipefail
cd "$(dirname "$0")"
cargo test --locked --all-features --lib --tests --examples
cargo test --locked --all-features --doc
cargo test --locked --no-default-features --lib --tests
# What the compiler may leave out shows when it may do all.
cargo test --locked --release --no-default-features --test wiping --test wiping_redactors
# What an optimised program that uses the crate has of its keys in memory.
cargo run --locked --release --quiet --manifest-path tests/memory/Cargo.toml --target-dir target
tests/bad_input_rows.sh
