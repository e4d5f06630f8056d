#!/usr/bin/env bash
# These crates hold keys and wipe them only with their feature `zeroize`, which is off by default. A
# dependency update that drops it would go unnoticed by every other test.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=$(cargo tree --locked --edges normal,features --prefix none --format '{p} {f}')
missing=0
for crate in chacha20poly1305 chacha20 hmac sha2 digest; do
    if grep -E "^$crate v" <<<"$tree" | grep -qE '[ ,]zeroize(,|$| )'; then
        echo "zeroize is on: $crate"
    else
        echo "zeroize is OFF: $crate" >&2
        missing=1
    fi
done
exit $missing
