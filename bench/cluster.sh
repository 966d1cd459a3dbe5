#!/usr/bin/env bash
# What the coordinator of a cluster costs: runs of an event on 1 to 64 simulated nodes of 32 cores,
# each stopped after so many jobs.
#   bench/cluster.sh [FOLDER] [TALKS] [JOBS] [NODES...]   default: a new folder under /tmp, 2000, 20000
# A line per run: talks, nodes, cores, jobs that ended, core seconds of a job, seconds of the virtual
# clock from the first job on, what a job cost the coordinator in ms (median, 95th percentile, mean, and
# of that processor time), share of core time that was used, seconds from start to the first job, peak MB.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release >/dev/null
cmake --build --preset release --target cluster-sim scale-event talkpress >/dev/null
bin=$PWD/build/release
folder=${1:-$(mktemp -d /tmp/talkpress-cluster.XXXXXX)}
talks=${2:-2000}
jobs=${3:-20000}
shift $(($# < 3 ? $# : 3))
nodes=("${@:-1}")
[[ $# -gt 0 ]] || nodes=(1 4 16 64)

printf '%6s %5s %5s %7s %7s %8s %7s %7s %7s %7s %7s %7s %6s\n' talks nodes cores jobs 'job s' 'clock s' \
    median p95 mean CPU 'busy %' 'first s' MB
for nb in "${nodes[@]}"; do
    event=$folder/event-$nb # a new one each time: a run leaves files in work/
    rm -rf "$event"
    "$bin/src/talkpress" init "$event" >/dev/null
    "$bin/bench/scale-event" "$event" "$talks" new >/dev/null
    "$bin/src/cluster-sim" "$event" "$nb" 32 "$jobs"
    rm -rf "$event"
done
