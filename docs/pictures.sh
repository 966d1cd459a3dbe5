#!/bin/bash
# pictures.sh TALKPRESS: makes docs/site-*.png, the pictures in README.md and docs/site.md, from what the program TALKPRESS publishes of stand-in recordings of the Xen Summit's
# talks at a tenth of their lengths. It takes about ten minutes.
set -euo pipefail
talkpress=$(realpath "$1")
docs=$(realpath "$(dirname "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

perl -pe 's{(\d+):(\d\d)(?=[ )])}{my $s = int(($1 * 60 + $2) / 10); sprintf "%d:%02d", $s / 60, $s % 60}ge' \
    "$docs/../metadata/xen-summit-2010.html" >programme.html
"$talkpress" rehearse programme.html -o recordings --height 720 --fps 2 --no-estimate
{
    printf 'WEBVTT\n'
    for at in 02 12 22 32 42 52; do
        printf '\n00:%s.000 --> 00:%s.000\nWhat was said after %s seconds.\n' "$at" $((10#$at + 8)) "$at"
    done
} >recordings/15-gogrid-and-xen.en.vtt
"$talkpress" init event
sed -i 's/^renditions:.*/renditions: [mp4-720, av1-720, opus]/' event/talkpress.yaml
"$talkpress" -C event import programme.html
"$talkpress" -C event add recordings
"$talkpress" -C event chapter 15/1 0:00 "Who GoGrid is"
"$talkpress" -C event chapter 15/1 0:21 "Why Xen"
"$talkpress" -C event chapter 15/1 0:38 "What customers ask for"
"$talkpress" -C event chapter 15/1 0:55 "Live demo"
"$talkpress" -C event run

# The pointer rests on the timeline.
hover='(async () => {
    const later = ms => new Promise(r => setTimeout(r, ms));
    const video = document.querySelector("video");
    video.currentTime = 39;
    await later(1500);
    const slider = document.querySelector("#timeline input"), box = slider.getBoundingClientRect();
    slider.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + 0.73 * box.width }));
    await later(500);
})()'
browse=$docs/../tests/web/browse.py
"$browse" --size 1280x1100 --picture overview.png event/out index.html 'wait 1'
"$browse" --size 1280x1060 --picture part.png event/out 15-gogrid-and-xen-part-1.html 'wait 1' "$hover"
"$browse" --size 390x900 --dark --picture overview-narrow-dark.png event/out index.html 'wait 1'
"$browse" --size 390x900 --dark --picture part-narrow-dark.png event/out 15-gogrid-and-xen-part-1.html 'wait 1' "$hover"
for name in overview part overview-narrow-dark part-narrow-dark; do # fewer colours, fewer bytes
    ffmpeg -nostdin -v error -y -i $name.png -filter_complex \
        '[0]split[a][b];[a]palettegen=max_colors=200[p];[b][p]paletteuse=dither=none' "$docs/site-$name.png"
done
