#!/usr/bin/env bash
# The smaller measures: what later changes cost, and reading, analysing and verifying.
#   bench/measures.sh FOLDER [MEASURE...]
#     title      a corrected title of a long talk, against copying its files and encoding 5 s of card,
#                and against its first run
#     default    the same with the renditions of a new event, whose first run takes a quarter of an hour
#     cut        both ends of its cut moved by 7 s: jobs run
#     rendition  one more rendition: jobs run
#     probe      add against ffprobe -count_packets, MP4 and TS
#     analysis   the analysis against decoding the sound, and against loudnorm's first pass
#     memory     peak of a worker, 2 minutes against the long talk
#     verify     the whole Xen Summit North America 2010 from stand-ins
# All but 'default' unless told. BENCH_SECONDS (3000) is the length of the long talk: 60 s of a talk at 1280x720,
# repeated by copying. It is encoded as a quick H.264 at full size, and 'opus', so that the first run
# takes minutes, not hours; ratios to that run would be larger with dearer renditions.
set -euo pipefail
shopt -s extglob
. "$(dirname "$0")/lib.sh"
. "$bench/material.sh"
folder=${1:-} length=${BENCH_SECONDS:-3000}
[[ -n $folder ]] || die "usage: measures.sh FOLDER [MEASURE...]"
shift
[[ $# -gt 0 ]] || set -- title cut rendition probe analysis memory verify
need ffmpeg ffprobe espeak-ng jq awk
need_talkpress
mkdir -p "$folder"
folder=$(realpath "$folder")
event=$folder/event
tp() { "$talkpress" -C "$event" "$@"; }
row() { printf '| %s | %s |\n' "$1" "$2"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
seconds() { # seconds COMMAND...: wall seconds; its output goes to $folder/last. Fails if the command does.
    local begin=$EPOCHREALTIME
    "$@" >"$folder/last" 2>"$folder/last.err" || die "$* failed: $(tail -n 3 "$folder/last.err")"
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'
}
cpu() { # cpu STATUS COMMAND...: user and system seconds; STATUS is what it must exit with
    local status=0
    /usr/bin/time -q -f '%U %S' -o "$folder/last.time" "${@:2}" >/dev/null 2>&1 || status=$?
    [[ $status -eq $1 ]] || die "${*:2} failed: it exits with $status"
    awk '{ print $1 + $2 }' "$folder/last.time"
}
# best COUNT FUNCTION COMMAND...: the least of COUNT measurements.
best() {
    local i
    for ((i = 0; i < $1; i++)); do "${@:2}"; echo; done | grep . | sort -n | head -n 1
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
jobs_run() { jq -c '.jobs | with_entries(select(.value > 0))' "$folder/last"; }

# rendition NAME SUFFIX CRF
rendition() {
    mkdir -p "$event/renditions"
    cat >"$event/renditions/$1.yaml" <<END
container: mp4
suffix: $2
mime: "video/mp4"
video:
  encoder: libx264
  max_width: 1280
  max_height: 720
  key_frame_s: 4
  options: {preset: ultrafast, crf: $3, x264-params: "stitchable=1"}
audio: {encoder: aac, bit_rate: 128000, options: {aac_coder: fast}}
END
}

# settings RENDITION, ...: of the event, in which any length is right.
settings() { printf 'renditions: [%s]\ntolerance_s: 3600\n' "$*" >"$event/talkpress.yaml"; }

# page TITLE
page() {
    printf 'Bench Conference 2026\n\nHeld on May 4-5, 2026 in Ghent, Belgium.\n\n|\nOpening\n- Talk 1: %s (Speaker) (%d:%02d)\nAbout it.\n|\n' \
        "$1" $((length / 60)) $((length % 60)) >"$folder/page.txt"
}

# The long talk as MP4 and TS, and two minutes of it. The piece lasts a whole number of AAC frames.
recordings() {
    local piece=$folder/piece.mkv
    [[ ! -e $folder/long.mp4 || ! -e $folder/long.ts || ! -e $folder/short.mp4 ]] || return 0
    slides 64 1 >"$folder/slides.ass"
    speech 1 "$folder/speech.wav"
    ff -f lavfi -i "$(picture mixed 64 1 "$folder/slides.ass")" -stream_loop -1 -i "$folder/speech.wav" \
        -filter_complex "$(sound_graph 64 1)" -map 0:v -map '[a]' -t 64 -c:v libx264 -preset veryfast -crf 14 \
        -x264-params keyint=$((8 * fps)):min-keyint=$((8 * fps)):scenecut=0 -c:a aac -b:a 192k "$piece"
    ff -stream_loop -1 -i "$piece" -t "$length" -c copy "$folder/long.mp4"
    ff -stream_loop -1 -i "$piece" -t "$length" -c copy "$folder/long.ts"
    ff -stream_loop -1 -i "$piece" -t 120 -c copy "$folder/short.mp4"
}

# first_run RENDITION, ...: the event with the long talk made, once; the seconds of its first run are kept.
first_run() {
    [[ ! -e $event.first.s ]] || return 0
    rm -rf "$event"
    "$talkpress" init "$event" >/dev/null
    rendition quick .mp4 28
    settings "$@"
    page "The Long Talk"
    tp import "$folder/page.txt" >/dev/null
    tp add "$folder/long.mp4" >/dev/null
    seconds tp run --json >"$event.first.s.part"
    jq -c .worker_peak_mb "$folder/last" >"$event.first.peak"
    mv "$event.first.s.part" "$event.first.s"
}

# copy_and_card FOLDER OPTIONS...: a card for each of ffmpeg's options, all at once.
copy_and_card() {
    local to=$1 options
    mkdir -p "$to"
    cp "$event"/out/*-*.@(mp4|webm|opus) "$to"
    sync "$to"/*
    for options in "${@:2}"; do
        # shellcheck disable=SC2086 # words on purpose
        ff -loop 1 -framerate $fps -t $card_s -i "$folder/card.png" -pix_fmt yuv420p $options -threads 1 \
            "$to/card-${options//[^a-z0-9]/}.mkv" &
    done
    wait
}

# title OPTIONS...: of the present event, with copy_and_card's options. In turn; medians. The copies stay
# until the end, as what a run replaces stays in work/: memory that no file has had before costs more to
# write to.
title() {
    local i run copy jobs
    tp card 1 -o "$folder/card.png" >/dev/null
    rm -rf "$folder/copy" "$folder/title.run" "$folder/title.copy"
    for i in 1 2 3 4 5; do
        page "The Long Talk, $EPOCHREALTIME"
        tp import "$folder/page.txt" >/dev/null
        { seconds tp run --json && echo; } >>"$folder/title.run"
        jobs=$(jobs_run)
        { seconds copy_and_card "$folder/copy/$i" "$@" && echo; } >>"$folder/title.copy"
    done
    rm -r "$folder/copy"
    run=$(median <"$folder/title.run") copy=$(median <"$folder/title.copy")
    row "corrected title, $length s talk: run, s" "$run; jobs $jobs"
    row "copying its files and encoding 5 s of card, s" "$copy"
    row "× copying and card (at most 2)" "$(ratio "$run" "$copy")"
    row "the first run, s; faster by (at least 100)" "$(cat "$event.first.s"); $(ratio "$(cat "$event.first.s")" "$run")"
}

measure_title() {
    first_run quick, opus
    title "-c:v libx264 -preset ultrafast -crf 28"
}

measure_default() {
    local event=$folder/default
    first_run mp4-720, mp4-360, av1-720, opus
    title "-c:v libx264 -preset medium -crf 23" "-s 640x360 -c:v libx264 -preset medium -crf 24" \
        "-c:v libsvtav1 -preset 12 -crf 38 -svtav1-params scm=1:lp=1:lookahead=0"
}

measure_cut() {
    first_run quick, opus
    local middle=$((length / 2))
    tp cut 1 --in $((10 * fps))f --out $((middle * fps))f >/dev/null
    tp run --json >/dev/null
    tp cut 1 --in $((17 * fps))f --out $(((middle + 7) * fps))f >/dev/null
    row "both ends of a cut moved by 7 s (at most 4 cells): run, s" "$(seconds tp run --json); jobs $(jobs_run)"
    tp cut 1 --auto >/dev/null
    tp run --json >/dev/null
}

measure_rendition() {
    first_run quick, opus
    rendition second .second.mp4 34
    settings quick, second, opus
    row "one more rendition: run, s" "$(seconds tp run --json); jobs $(jobs_run)"
    row "the first run, s" "$(cat "$event.first.s")"
    settings quick, opus
    rm "$event/renditions/second.yaml"
    tp gc >/dev/null
}

# probe_seconds FILE: of add to an event without a programme, so that nothing but the probe is done.
probe_seconds() {
    rm -rf "$folder/probe"
    "$talkpress" init "$folder/probe" >/dev/null
    seconds "$talkpress" -C "$folder/probe" add "$1"
}

# In turn; medians.
measure_probe() {
    local file i ours theirs
    for file in "$folder/long.mp4" "$folder/long.ts"; do
        cat "$file" >/dev/null
        rm -f "$folder/probe.ours" "$folder/probe.theirs"
        for i in 1 2 3 4 5 6 7; do
            { probe_seconds "$file" && echo; } >>"$folder/probe.ours"
            { seconds ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv "$file" &&
                echo; } >>"$folder/probe.theirs"
        done
        ours=$(median <"$folder/probe.ours") theirs=$(median <"$folder/probe.theirs")
        row "add ${file##*/}: fingerprint and probe, s" "$ours"
        row "ffprobe -count_packets, s; × (at most 1.3)" "$theirs; $(ratio "$ours" "$theirs")"
    done
}

# analysis_cpu FILE: of 'verify' where nothing is analysed, which is all that takes time in it.
analysis_cpu() {
    rm -rf "$folder/analyse"
    "$talkpress" init "$folder/analyse" >/dev/null
    echo 'renditions: [opus]' >"$folder/analyse/talkpress.yaml"
    "$talkpress" -C "$folder/analyse" add "$1" >/dev/null
    page "Long" # the file is matched to it, and as long as it should be
    "$talkpress" -C "$folder/analyse" import "$folder/page.txt" >/dev/null
    cpu 0 "$talkpress" -C "$folder/analyse" verify
}

measure_analysis() {
    local pictures ours decode norm
    ff -i "$folder/long.mp4" -vn -c copy "$folder/long.m4a"
    pictures=$(best 3 analysis_cpu "$folder/long.mp4")
    ours=$(best 3 analysis_cpu "$folder/long.m4a")
    decode=$(best 3 cpu 0 ffmpeg -nostdin -i "$folder/long.m4a" -f null -)
    norm=$(cpu 0 ffmpeg -nostdin -i "$folder/long.m4a" -af loudnorm=print_format=json -f null -)
    row "analysis of sound (loudness, true peak, silence, waveform), CPU s" "$ours"
    row "decoding it (ffmpeg), CPU s; × (at most 1.25)" "$decode; $(ratio "$ours" "$decode")"
    row "loudnorm's first pass, CPU s; faster by (at least 5)" "$norm; $(ratio "$norm" "$ours")"
    row "the same sound with pictures, whose key frames are looked at too, CPU s" "$pictures"
}

measure_memory() {
    first_run quick, opus
    row "peak of a worker by stage, MB: $length s talk" "$(cat "$event.first.peak")"
    rm -rf "$folder/short"
    cp -r "$event/renditions" "$folder/renditions"
    "$talkpress" init "$folder/short" >/dev/null
    rm -rf "$folder/short/renditions"
    mv "$folder/renditions" "$folder/short/renditions"
    cp "$event/talkpress.yaml" "$folder/short/"
    "$talkpress" -C "$folder/short" import "$folder/page.txt" >/dev/null
    "$talkpress" -C "$folder/short" add "$folder/short.mp4" >/dev/null || [[ $? -eq 3 ]]
    "$talkpress" -C "$folder/short" match "1=$folder/short.mp4" >/dev/null || [[ $? -eq 3 ]]
    seconds "$talkpress" -C "$folder/short" run --json >/dev/null
    row "peak of a worker by stage, MB: 120 s talk" "$(jq -c .worker_peak_mb "$folder/last")"
}

measure_verify() {
    local programme=$bench/../metadata/xen-summit-2010.html
    if [[ ! -e $folder/xen/talkpress.db ]]; then
        "$talkpress" rehearse "$programme" -o "$folder/xen-recordings" --height 180 --fps 5 --no-estimate >/dev/null
        "$talkpress" init "$folder/xen" >/dev/null
        "$talkpress" -C "$folder/xen" import "$programme" >/dev/null
    fi
    cat "$folder"/xen-recordings/* >/dev/null
    local begin=$EPOCHREALTIME
    "$talkpress" -C "$folder/xen" add "$folder/xen-recordings" >/dev/null || [[ $? -eq 3 ]]
    row "add the whole Xen Summit, 13 h 25 min, s" "$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')"
    begin=$EPOCHREALTIME
    "$talkpress" -C "$folder/xen" verify >/dev/null || [[ $? -eq 3 ]]
    row "verify it: analysis and verdicts, s (add and this: under 60)" "$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')"
}

for measure in "$@"; do
    declare -F "measure_$measure" >/dev/null || die "no measure '$measure'"
done
recordings
for measure in "$@"; do
    measure_"$measure"
done | tee "$folder/measures.md"
