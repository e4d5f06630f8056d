#!/usr/bin/env bash
# The catalogue of bad input is numbered. Prints the numbers that have no test named
# `bad_input_NN_…`; fails if there are any.
set -euo pipefail
cd "$(dirname "$0")"
rows="$(seq 1 43) $(seq 48 58) $(seq 61 80) 82 83 86 87 $(seq 88 93) $(seq 105 107) 109 $(seq 119 123) 126 127 128 129 130"
missing=0
for row in $rows; do
    if ! grep -rqE "fn bad_input_0*${row}_" --include='*.rs' .; then
        echo "no test for bad input $row" >&2
        missing=1
    fi
done
[ "$missing" = 0 ] && echo "bad input: every row has a test"
exit $missing
