#!/usr/bin/env bash
# The manifest accepts a range of rusqlite, so that engines which link another user of SQLite can
# link this crate. The lock file holds the newest; this runs the tests of the SQLite store with the
# oldest, in a copy of the sources.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"
cargo update --quiet --package rusqlite --precise 0.37.0
CARGO_TARGET_DIR="$copy/target" cargo test --features conformance --test store --test bad_input_files
