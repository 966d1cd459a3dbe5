#!/usr/bin/env bash
# What talkpress costs beyond the encoders, in processor time, both at once: the floor on one core,
# talkpress on another, then the other way round. The speed of a virtual machine changes by a tenth
# within minutes, which race.sh sees as a difference between two ways; here it hits both.
#   bench/pair.sh FOLDER [ROUNDS]
# FOLDER is what workload.sh made. A round, 2 unless told, takes as long as talkpress with one core.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
folder=${1:-} rounds=${2:-2}
[[ -e $folder/talks.tsv && $rounds =~ ^[1-9][0-9]*$ ]] ||
    die "usage: pair.sh FOLDER [ROUNDS], FOLDER made by workload.sh"
[[ $cores -ge 2 ]] || die "two cores are needed"
folder=$(realpath "$folder")
need ffmpeg ffprobe jq awk taskset /usr/bin/time
need_talkpress

# run WAY CORE: in FOLDER/pair/WAY; its processor time is in FOLDER/pair/WAY.time.
run() {
    local out=$folder/pair/$1
    rm -rf "$out"
    mkdir -p "$out"
    taskset -c "$2" /usr/bin/time -f '%U %S' -o "$out.time" \
        "$bench/ways.sh" same "$1" "$folder" "$out" >"$out.log" 2>&1 || die "$1 failed: $(tail -n 5 "$out.log")"
}

for ((round = 0; round < rounds; round++)); do
    run floor-alone $((round % 2)) &
    other=$!
    run talkpress $((1 - round % 2))
    wait "$other"
    jq -r --argjson talkpress "$(awk '{ print $1 + $2 }' "$folder/pair/talkpress.time")" -s \
        '(map(.cpu_s) | add) as $floor | [$floor, $talkpress, $talkpress / $floor] | @tsv' \
        "$folder/pair/floor-alone/floor.jsonl"
done | awk '
    { printf "floor %.1f s, talkpress %.1f s of one core: %.3f x\n", $1, $2, $3; floor += $1; talkpress += $2 }
    END { if (floor) printf "together: %.3f x\n", talkpress / floor }'
