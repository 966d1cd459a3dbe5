#!/bin/bash
# How long somebody waits who clicks into a recording: for each file of a folder, segments of its middle, on
# one core: milliseconds from the start of the job to the file, and of processor time.
#
#     bench/preview.sh FOLDER [BUILD]
set -eu
folder=$(realpath "$1")
programs=$(realpath "${2:-build/release}")/src
event=$(mktemp -d)
trap 'rm -rf "$event"' EXIT
"$programs/talkpress" init "$event/e" >/dev/null
"$programs/talkpress" -C "$event/e" add --separate "$folder"/* >/dev/null || true
printf '%-24s %8s %18s %18s %14s\n' recording lines 'picture, median' 'worst of 9' sound
for file in "$folder"/*; do
    name=${file##*/}
    nb=$("$programs/preview_job" "$event/e" "$name" layout | jq '.preview.picture.begins | length')
    lines=$(ffprobe -v error -select_streams v:0 -show_entries stream=height -of csv=p=0 "$file" | head -1)
    numbers=()
    for i in 1 2 3 4 5 6 7 8 9; do # the five places in key pictures 10 s apart
        n=$((nb * i / 10 / 5 * 5 + i % 5))
        numbers+=($((n < nb ? n : nb - 1)))
    done
    picture=$(taskset -c 0 "$programs/preview_job" "$event/e" "$name" play picture "${numbers[@]}" | sort -n)
    sound=$(taskset -c 0 "$programs/preview_job" "$event/e" "$name" play sound 1 2>/dev/null || echo "- -")
    read -r median cpu _ < <(sed -n 5p <<<"$picture")
    read -r worst worst_cpu _ < <(tail -1 <<<"$picture")
    read -r sound_ms sound_cpu _ <<<"$sound"
    printf '%-24s %8s %11s (%4s) %11s (%4s) %7s (%4s)\n' "$name" "$lines" "$median" "$cpu" "$worst" "$worst_cpu" \
        "$sound_ms" "$sound_cpu"
done
