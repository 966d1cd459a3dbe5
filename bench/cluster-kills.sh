#!/usr/bin/env bash
# A whole event through three nodes of Slurm while what can fail fails, compared with a run on this machine:
# stand-ins of the Xen Summit North America 2010 (27 talks, 28 parts) with captions.
#   bench/cluster-kills.sh [FOLDER] [SHARE]   default: a new folder under /tmp, 10: a tenth of the listed times
# The nodes are daemons on the loopback interface (tests/slurm/cluster.sh): this needs slurm-wlm and munge. It
# kills a node with its tasks, a slurmd, the controller and the coordinator, and a second node at the end, each
# when so much of the work is done, and brings them back. It ends with 0 if both out/ are the same, byte for byte.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
need sbatch slurmctld slurmd munged jq
need_talkpress
folder=$(realpath -m -- "${1:-$(mktemp -d /tmp/talkpress-kills.XXXXXX)}")
share=${2:-10}
programme=$folder/programme.html
cluster=$folder/cluster
begun=$SECONDS

say() { printf '%5d s  %s\n' $((SECONDS - begun)) "$*"; }
tp() { nice "$talkpress" -C "$folder/$1" "${@:2}"; }
cluster() { "$bench/../tests/slurm/cluster.sh" "$1" "$cluster" "${@:2}"; }

# The listed times divided by so much.
shorten() {
    perl -pe 's/\b(\d+):(\d\d)(?=( \/ \d+:\d\d)?\))/my $s = int(($1 * 60 + $2) \/ '"$share"' + 0.5); sprintf("%d:%02d", $s \/ 60, $s % 60)/ge' \
        "$bench/../metadata/xen-summit-2010.html"
}

# captions SECONDS: a cue every 4 s.
captions() {
    local at
    echo WEBVTT
    for ((at = 1; at + 3 < $1; at += 4)); do
        printf '\n%02d:%02d:%02d.000 --> %02d:%02d:%02d.500\nWhat is said at second %d\n' $((at / 3600)) \
            $((at / 60 % 60)) $((at % 60)) $(((at + 2) / 3600)) $(((at + 2) / 60 % 60)) $(((at + 2) % 60)) $at
    done
}

prepare() {
    local recording
    mkdir -p "$folder"
    shorten >"$programme"
    nice "$talkpress" rehearse "$programme" -o "$folder/recordings" --height 180 --fps 5 --no-estimate >/dev/null
    for recording in "$folder"/recordings/*.mp4; do
        captions "$(duration_of "$recording" | cut -d. -f1)" >"${recording%.mp4}.en.vtt"
    done
    "$talkpress" init "$folder/local" >/dev/null
    tp local import "$programme" >/dev/null
    tp local add "$folder/recordings" >/dev/null
    cp -a "$folder/local" "$folder/slurm"
    echo 'executor: {slurm: {tasks: 3, cores: 1, memory: 2000M}}' >>"$folder/slurm/talkpress.yaml"
}

# Results that are in place.
made() { find "$folder/$1/work" -path '*/work/??/*.json' 2>/dev/null | wc -l; }

begin_run() {
    nice "$talkpress" -C "$folder/slurm" run --executor slurm --quiet >>"$folder/run.log" 2>&1 &
    coordinator=$!
}

# until_made PERCENT: waits until so much of all results is in place.
until_made() {
    while [[ $(made slurm) -lt $((all * $1 / 100)) ]]; do
        kill -0 $coordinator || die "the run ended too early: see $folder/run.log"
        sleep 0.3
    done
}

with_kills() {
    begin_run
    until_made 10
    say "10 %: node2 loses its power"
    cluster kill-node node2
    until_made 25
    say "25 %: node2 is back; the slurmd of node1 is killed, its task works on"
    cluster slurmd node2
    cluster kill-slurmd node1
    until_made 40
    say "40 %: node1's slurmd is back; the controller is killed"
    cluster slurmd node1
    cluster kill-slurmctld
    until_made 55
    say "55 %: the controller is back; the coordinator is killed"
    cluster slurmctld
    kill -KILL $coordinator
    wait $coordinator 2>/dev/null || true
    begin_run
    until_made 75
    say "75 %: node3 loses its power, and is back at once"
    cluster kill-node node3
    cluster slurmd node3
    wait $coordinator || die "the run failed: see $folder/run.log"
}

say "making stand-ins: 1/$share of the listed times"
prepare
say "$(find "$folder/recordings" -name '*.mp4' | wc -l) recordings, $(du -sh "$folder/recordings" | cut -f1)"
tp local run --executor local --quiet >"$folder/local.log" 2>&1 || die "the local run failed: see $folder/local.log"
all=$(made local)
say "made on this machine: $(grep 'complete;' "$folder/local.log"); $all results"
export SLURM_CONF=$cluster/slurm.conf
trap 'cluster down' EXIT
cluster up 3
say "three nodes are up"
with_kills
say "made on three nodes: $(grep 'complete;' "$folder/run.log")"
say "pilots that worked: $(cat "$folder"/slurm/work/queue/log/slurm-*.log |
    sed -n 's/^pilot \(node[0-9]\)-.*: [0-9]* core.*/\1/p' | sort | uniq -c | awk '{ printf "%s%s %s times", s, $2, $1; s = ", " }')"
diff -r "$folder/local/out" "$folder/slurm/out" || die "out/ differs"
say "the same: $(find "$folder/slurm/out" -type f | wc -l) files," \
    "$(find "$folder/slurm/out" -type f -name '*.*' | sed 's/.*\.//' | sort | uniq -c | sort -rn | awk '{ printf "%s%s %s", s, $1, $2; s = ", " }')"
