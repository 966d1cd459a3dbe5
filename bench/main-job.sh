#!/usr/bin/env bash
# The whole Xen Summit North America 2010 from stand-ins, and what later changes cost.
#   bench/main-job.sh [FOLDER] [HEIGHT] [FPS]     default: a new folder under /tmp, 180, 5
# Needs a release build (./quickstart makes one) and jq. Prints one figure a line.
set -euo pipefail
cd "$(dirname "$0")/.."
talkpress=$PWD/build/release/src/talkpress
folder=${1:-$(mktemp -d /tmp/talkpress-bench.XXXXXX)} height=${2:-180} fps=${3:-5}
programme=metadata/xen-summit-2010.html
event=$folder/event
tp() { "$talkpress" -C "$event" "$@"; }
say() { printf '%-58s %s\n' "$1" "$2"; }
seconds() { # seconds COMMAND...: wall seconds; its output goes to $folder/last
    local begin=$EPOCHREALTIME
    "$@" >"$folder/last" 2>/dev/null || true
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'
}
jobs_run() { jq -c '.jobs | with_entries(select(.value > 0))' "$folder/last"; }

mkdir -p "$folder"
say "stand-ins of all talks at ${height} lines, ${fps} fps, s" \
    "$(seconds "$talkpress" rehearse $programme -o "$folder/recordings" --height "$height" --fps "$fps" --no-estimate)"
[[ -e $event/talkpress.db ]] || "$talkpress" init "$event" >/dev/null
say "import, s" "$(seconds tp import $programme)"
say "add: probe and match 27 recordings, s" "$(seconds tp add "$folder/recordings")"
say "run: everything, s" "$(seconds tp run --json)"
say "  jobs" "$(jobs_run)"
say "  peak memory of a worker by stage, MB" "$(jq -c .worker_peak_mb "$folder/last")"
say "  published parts" "$(jq .published "$folder/last")"
tp verify --json >"$folder/verify.json" || true
say "parts that verify as ok" "$(jq '[.[] | select(.verdict == "ok")] | length' "$folder/verify.json")"
say "listed times whose measured time is the same to 0.05 s" \
    "$(jq '[.[] | select((.difference_s | fabs) < 0.05)] | length' "$folder/verify.json")"
say "run with nothing to do, s" "$(seconds tp run --json)"
say "  jobs" "$(jobs_run)"
sed 's/PVOps Update/PVOps Update, corrected/' $programme >"$folder/corrected.html"
tp import "$folder/corrected.html" >/dev/null
say "a corrected title: run, s" "$(seconds tp run --json)"
say "  jobs" "$(jobs_run)"
tp cut 11 --in 0:03 >/dev/null
say "a cut moved by 3 s: run, s" "$(seconds tp run --json)"
say "  jobs" "$(jobs_run)"
tp cut 11 --auto >/dev/null
echo "all of it is in $folder"
