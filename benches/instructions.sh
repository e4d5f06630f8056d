#!/usr/bin/env bash
# Counts the instructions of one cold resolve, of the same in a vault that counts uses, and of one
# put in a vault in memory, outside of cryptography: what the vault, the templates and the memory
# allocator do. Takes about a minute.
#
#   benches/instructions.sh                  # this checkout
#   KEYSLOT_BENCH=path benches/instructions.sh   # another build of the bench "vault"
#
# Counted by callgrind, which does not depend on how busy the machine is. Cryptography is every
# crate of it, the folder of this crate that calls them, and wiping the stack after it (memset, of
# which callgrind counts each byte). The first count of a process includes
# what is done once, so counts of 11 and of 1 are subtracted.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

cryptography='chacha20|poly1305|sha2-|hkdf-|hmac-|digest-|cipher-|aead-|block-buffer'
cryptography+='|universal-hash|inout-|getrandom|/crypto/primitives|sha256|subtle-|cipher::'
cryptography+='|crypto_common|universal_hash|stdarch|memset'
readonly cryptography

command -v valgrind >/dev/null || {
    echo "instructions.sh: valgrind is not installed: install it to count instructions" >&2
    exit 1
}
bench=${KEYSLOT_BENCH:-}
if [[ -z $bench ]]; then
    bench=$(cargo bench --locked --no-run --bench vault --message-format=json 2>/dev/null |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1)
fi

# Prints the instructions within a function, of so many runs.
count() {
    local name=$1 runs=$2 out
    out=$(mktemp)
    KEYSLOT_BENCH_COUNTED=$runs valgrind --tool=callgrind --callgrind-out-file="$out" \
        --log-file=/dev/null --dump-instr=no --toggle-collect="*$name*" "$bench" >/dev/null
    callgrind_annotate --threshold=100 --auto=no --show-percs=no "$out" |
        awk -v cryptography="$cryptography" '
            /^ *[0-9,]+ / && !/PROGRAM TOTALS/ {
                count = $1; gsub(",", "", count)
                if ($0 !~ cryptography) sum += count
            }
            END { printf "%.0f\n", sum }'
    rm "$out"
}

for name in counted_resolve counted_use counted_put; do
    once=$(count "$name" 1)
    often=$(count "$name" 11)
    printf '%-16s %8d instructions\n' "${name#counted_}" $(((often - once) / 10))
done
