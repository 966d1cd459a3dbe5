#!/usr/bin/env bash
# Six talks of unequal length to race with, 720p25: slides that change, a noisy camera beside, speech;
# a key frame every 10 s, half of them MP4, half TS. The same on every run.
#   bench/workload.sh FOLDER [SECONDS]     SECONDS: of all six together, 150 unless told
# Makes in FOLDER: recordings/, page.txt (their listing), talks.tsv (number, seconds, file) and cards/.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$bench/material.sh"
folder=${1:-} total=${2:-150}
[[ -n $folder && $total =~ ^[0-9]+$ && $total -ge 12 ]] ||
    die "usage: workload.sh FOLDER [SECONDS], at least 12 s"
need ffmpeg espeak-ng awk
need_talkpress
titles=("Scheduling Guests" "Tracing Drivers" "Moving Memory" "Sharing Pages" "Timing Packets" "Starting Hosts")
shares=(13 27 9 35 17 49) # of 150

# talk NUMBER SECONDS FILE
talk() {
    local scratch=$folder/scratch
    mkdir -p "$scratch"
    slides "$2" "$1" >"$scratch/slides.ass"
    speech "$1" "$scratch/speech.wav"
    ff -f lavfi -i "$(picture mixed "$2" "$1" "$scratch/slides.ass")" \
        -stream_loop -1 -i "$scratch/speech.wav" -filter_complex "$(sound_graph "$2" "$1")" \
        -map 0:v -map '[a]' -c:v libx264 -preset veryfast -crf 14 -threads 2 \
        -x264-params keyint=$((10 * fps)):min-keyint=$((10 * fps)):scenecut=0 \
        -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
        -c:a aac -b:a 192k -t "$2" -fflags +bitexact -flags +bitexact "$3"
    rm -r "$scratch"
}

mkdir -p "$folder/recordings" "$folder/cards"
: >"$folder/talks.tsv"
printf 'Bench Conference 2026\n\nHeld on May 4-5, 2026 in Ghent, Belgium.\n\n|\nOpening\n' >"$folder/page.txt"
for i in "${!titles[@]}"; do
    n=$((i + 1)) s=$((total * shares[i] / 150))
    [[ $s -ge 2 ]] || s=2
    [[ $((n % 2)) -eq 0 ]] && ext=ts || ext=mp4
    name=$n-$(tr 'A-Z ' 'a-z-' <<<"${titles[i]}").$ext
    [[ -e $folder/recordings/$name ]] || talk $n $s "$folder/recordings/$name"
    printf '%d\t%d\t%s\n' $n $s "$folder/recordings/$name" >>"$folder/talks.tsv"
    printf -- '- Talk %d: %s (Speaker %d) (%d:%02d)\nAbout it.\n' \
        $n "${titles[i]}" $n $((s / 60)) $((s % 60)) >>"$folder/page.txt"
done
echo '|' >>"$folder/page.txt"

# The cards, as pictures, for those who cannot draw them.
rm -rf "$folder/card-event"
"$talkpress" init "$folder/card-event" >/dev/null
"$talkpress" -C "$folder/card-event" import "$folder/page.txt" >/dev/null
for n in $(talks_of "$folder"); do
    "$talkpress" -C "$folder/card-event" card "$n" -o "$folder/cards/$n.png"
done
rm -r "$folder/card-event"
echo "six talks of ${total} s together are in $folder"
