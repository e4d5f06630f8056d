#!/usr/bin/env bash
# All tests: of the interface, of what is private, of what must not compile, of the documentation
# and of the examples, with every feature; then those of the crate without features.
#
# Each command names its packages: with --workspace, a package that wants the default features of
# the crate would turn them on for all.
set -euo pipefail
cd "$(dirname "$0")"
cargo test --locked --all-features -p keyslot-internals -p keyslot-it -p keyslot-process \
    -p keyslot-compile-fail -p keyslot-examples
cargo test --locked --all-features -p keyslot --doc
cargo test --locked --all-features -p keyslot-keys -p keyslot-import -p keyslot-cli \
    -p keyslot-console
cargo test --locked -p keyslot-async-host
cargo test --locked -p keyslot-interleavings
cargo test --locked --no-default-features --features keyslot-internals/internals \
    -p keyslot-internals -p keyslot-it -p keyslot-process
# What the compiler may leave out shows when it may do all.
cargo test --locked --profile optimised --no-default-features -p keyslot-process
# What an optimised program that uses the crate has of its keys in memory.
cargo run --locked --profile optimised --quiet -p keyslot-memory
cargo run --locked --profile optimised --quiet -p keyslot-memory --features ring
for host in host-usual host-wiping; do
    cargo run --locked --profile optimised --quiet -p keyslot-memory --bin "$host"
done
tests/check rows
tests/check manifests
# Where a server is installed.
tests/check postgres
