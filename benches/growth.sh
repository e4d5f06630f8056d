#!/usr/bin/env bash
# Whether time grows with the text and not faster: counts the instructions of the engine on attack
# texts of 64 KB and 256 KB, and fails when those of the longer text are more than 4.4 times those
# of the shorter one. Takes about six minutes.
#
#   benches/growth.sh              # all texts
#   benches/growth.sh '<<A' julep  # only texts whose name contains one of these
#
# Counted by callgrind, which does not depend on how busy the machine is. Works: compile a template;
# compile it and list its lints; compile it and compare it with known names of eight times as many
# bytes; compile it and fill it; render in one pass; render without any value. An "e" after a number
# says that the outcome was an error, whose message and diagram count too.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/compare"

readonly most=4.4 short=$((64 << 10)) long=$((256 << 10))
readonly works=(compile lint among fill render missing)

command -v valgrind >/dev/null || { echo "growth.sh: valgrind is not installed: install it to count instructions" >&2; exit 1; }
cargo build --locked --quiet --release --bin growth
readonly growth=${CARGO_TARGET_DIR:-target}/release/growth

# Prints the instructions within `counted`, and how it ended.
count() {
    local report outcome instructions
    report=$(mktemp)
    outcome=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$report" \
        --toggle-collect=growth::counted "$growth" "$@")
    instructions=$(sed -n 's/.*Collected : *//p' "$report")
    rm "$report"
    # Nothing at all means that the function was not found.
    ((instructions > 0)) || { echo "growth.sh: no instructions were counted for $*" >&2; return 1; }
    echo "$instructions $outcome"
}

is_wanted() {
    local text=$1 part
    shift
    (($#)) || return 0
    for part; do [[ $text != *"$part"* ]] || return 0; done
    return 1
}

printf '%-30s' ""
printf '%9s ' "${works[@]}"
printf '%14s\n' "per byte"
failed=0 texts=0
while IFS= read -r text; do
    is_wanted "$text" "$@" || continue
    texts=$((texts + 1))
    printf '%-30s' "$text"
    for work in "${works[@]}"; do
        below=$(count "$text" "$short" "$work")
        above=$(count "$text" "$long" "$work")
        ratio=$(awk -v a="${above%% *}" -v b="${below%% *}" 'BEGIN { printf "%.2f", a / b }')
        mark=" "
        [[ ${above#* } == done ]] || mark=e
        printf '%9s%s' "$ratio" "$mark"
        if awk -v r="$ratio" -v m="$most" 'BEGIN { exit !(r > m) }'; then failed=$((failed + 1)); fi
        [[ $work != compile ]] || per_byte=$(awk -v a="${above%% *}" -v n="$long" 'BEGIN { printf "%.1f", a / n }')
    done
    printf '%14s\n' "$per_byte"
done < <("$growth" list)

((texts)) || { echo "growth.sh: no text has such a name" >&2; exit 1; }
((failed == 0)) || { echo "growth.sh: $failed of these grow by more than $most" >&2; exit 1; }
echo "none of $texts texts grows by more than $most"
