#!/bin/bash
# run.sh [SECONDS] [NAME...]: fuzzes each target (default: all) for so long (default: 60), two at a
# time, and says what was found; exit status 1 where anything was. New inputs go to
# build/fuzz/corpus/NAME and stay for the next run; what crashes, hangs, leaks or takes more than
# 1 GB goes to build/fuzz/findings, with a log of each target.
# SEEDS=FOLDER: takes the files of FOLDER/NAME for seeds too.
# TIMEOUT=SECONDS: what an input may take (5); more on a machine with other work to do.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/fuzz build=build/fuzz
seconds=${1:-60}
shift || true

cmake --preset fuzz >/dev/null
nice -n 10 cmake --build --preset fuzz >/dev/null
if [ $# -eq 0 ]; then
    for program in "$build"/tests/fuzz/fuzz_*; do
        [ -x "$program" ] && [ -f "$program" ] && set -- "$@" "${program##*/fuzz_}"
    done
fi

# Files that targets write are small and many: in memory, where there is room.
if [ -w /dev/shm ]; then TMPDIR=$(mktemp -d -p /dev/shm); else TMPDIR=$(mktemp -d); fi
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
mkdir -p "$build/findings"

fuzz() {
    local name=$1 log=$build/findings/$1.log grown=$build/corpus/$1 max_len=4096 args=()
    mkdir -p "$grown"
    [ "$name" = probe ] && max_len=65536
    [ -f "$here/dict/$name.dict" ] && args+=("-dict=$here/dict/$name.dict")
    # stdout and stderr of the target itself are closed: libav has much to say.
    nice -n 10 "$build/tests/fuzz/fuzz_$name" "$grown" "$here/corpus/$name" \
        ${SEEDS:+$([ -d "$SEEDS/$name" ] && echo "$SEEDS/$name")} \
        -max_total_time="$seconds" -timeout="${TIMEOUT:-5}" -rss_limit_mb=1024 -max_len=$max_len \
        -close_fd_mask=3 -print_final_stats=1 -artifact_prefix="$build/findings/$name-" \
        "${args[@]}" >"$log" 2>&1 && status=ok || status=FOUND
    printf '%-14s %-6s %s executions, coverage %s\n' "$name" "$status" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
        "$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)"
    [ $status = ok ]
}

found=0
running=0
for name; do
    if [ $running -eq 2 ]; then
        wait -n || found=1
        running=1
    fi
    fuzz "$name" &
    running=$((running + 1))
done
while [ $running -gt 0 ]; do
    wait -n || found=1
    running=$((running - 1))
done
[ $found = 0 ] || echo "findings and logs: $build/findings"
exit $found
