#!/usr/bin/env bash
# The catalogue of bad input is numbered. Prints the numbers that have no test named `bad_input_NN_…`; fails if there are any.
set -euo pipefail
cd "$(dirname "$0")"
rows="$(seq 1 28) $(seq 31 33) $(seq 37 43) $(seq 48 57) $(seq 61 80) $(seq 88 93) $(seq 105 107) 109"
missing=0
for row in $rows; do
    if ! grep -rqE "fn bad_input_0*${row}_" --include='*.rs' .; then
        echo "no test for bad input $row" >&2
        missing=1
    fi
done
[ "$missing" = 0 ] && echo "bad input: every row has a test"
exit $missing
