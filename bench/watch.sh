#!/usr/bin/env bash
# How long after a recording is closed 'talkpress watch' has published it, against 'talkpress run' of
# the same recording.
#   bench/watch.sh FOLDER [MINUTES [ROUNDS [SETTINGS [HEIGHT]]]]
# A stand-in of 20 minutes and 1 round unless told; SETTINGS: fast (one rendition of 640x360, preset
# ultrafast) or default. HEIGHT: of the stand-in (default 720). FOLDER must not exist. Prints a line a round, in seconds of the wall clock
# and of processor time. The target: watch takes at most 5 s more than run, which encodes on all
# cores. On a machine that has other work, only compare the two of a round, and the processor time.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
folder=${1:-} minutes=${2:-20} rounds=${3:-1} settings=${4:-fast} height=${5:-720}
[[ -n $folder && ! -e $folder && $minutes =~ ^[1-9][0-9]*$ && $settings =~ ^(fast|default)$ && $height =~ ^[1-9][0-9]*$ ]] ||
    die "usage: watch.sh NEW-FOLDER [MINUTES [ROUNDS [fast|default [HEIGHT]]]]"
need jq awk
talkpress=${TALKPRESS:-$talkpress}
[[ -x $talkpress ]] || need_talkpress
mkdir -p "$folder"
cd "$folder"

printf 'Bench 2021\n\nHeld on May 4-5, 2021 in Ghent, Belgium.\n\n|\nOpening\n- Talk 1: The Talk (Ada Byron) (%d:00)\n|\n' \
    "$minutes" >page.txt
"$talkpress" rehearse page.txt -o stand-ins --talk 1 --height "$height" --no-estimate >/dev/null

now_s() { date +%s.%N; }

# The processor time of the process and its children that have ended, in seconds.
cpu_s() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15 + $16 + $17) / hz }' "/proc/$1/stat"; }

new_event() {
    "$talkpress" init "$1" >/dev/null
    if [[ $settings = fast ]]; then
        mkdir -p "$1/renditions"
        cat >"$1/renditions/fast.yaml" <<END
container: mp4
suffix: .mp4
mime: "video/mp4"
video:
  encoder: libx264
  max_width: 640
  max_height: 360
  key_frame_s: 4
  options: {preset: ultrafast, crf: 30, x264-params: "stitchable=1"}
audio: {encoder: aac, bit_rate: 64000}
END
        echo 'renditions: [fast]' >"$1/talkpress.yaml"
    fi
    "$talkpress" -C "$1" import page.txt >/dev/null
}

# Adding and running by hand: all that is between the closed recording and out/.
by_run() {
    local begin
    new_event by-hand
    begin=$(now_s)
    { TIMEFORMAT='%U %S' && time { "$talkpress" -C by-hand add stand-ins >/dev/null &&
        "$talkpress" -C by-hand run --quiet >/dev/null; }; } 2>times.txt
    run_s=$(awk -v a="$begin" -v b="$(now_s)" 'BEGIN { print b - a }')
    run_cpu_s=$(awk '{ print $1 + $2 }' times.txt)
}

by_watch() {
    local watching begin
    mkdir in
    new_event watched
    "$talkpress" -C watched watch --json in >log &
    watching=$!
    until grep -q '"watching"' log; do sleep 0.1; done
    sleep 3
    cp stand-ins/*.mp4 in/
    begin=$(now_s) # the copy is closed
    until grep -q '"event":"published"' log; do
        kill -0 "$watching"
        sleep 0.05
    done
    watch_s=$(awk -v a="$begin" -v b="$(now_s)" 'BEGIN { print b - a }')
    watch_cpu_s=$(cpu_s "$watching")
    kill "$watching"
    wait "$watching"
}

for ((i = 1; i <= rounds; i++)); do
    rm -rf by-hand watched in log
    by_run
    by_watch
    awk -v i="$i" -v r="$run_s" -v rc="$run_cpu_s" -v w="$watch_s" 'BEGIN {
        printf "round %d: add and run %.1f s (%.1f s of processor time), watch %.1f s from closed to published: %+.1f s, ratio %.2f\n",
            i, r, rc, w, w - r, w / r }'
    load=$(cut -d' ' -f1 /proc/loadavg)
    echo "  load $load on $cores cores; processor time of watch with its workers: $watch_cpu_s s"
done
