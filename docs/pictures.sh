#!/bin/bash
# pictures.sh TALKPRESS: makes all pictures of docs/ and README.md: of the site, the review, a speaker's review and the
# report, from what the program TALKPRESS publishes of stand-in recordings of the Xen Summit's talks at a tenth of their
# lengths. It takes about ten minutes.
set -euo pipefail
talkpress=$(realpath "$1")
docs=$(realpath "$(dirname "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# keep FILE NAME: fewer colours, fewer bytes
keep()
{
    ffmpeg -nostdin -v error -y -i "$1" -filter_complex \
        '[0]split[a][b];[a]palettegen=max_colors=200[p];[b][p]paletteuse=dither=none' "$docs/$2"
}

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

# The review: an event whose recordings were only added; one is missing, and two are exchanged.
"$talkpress" rehearse programme.html -o room --height 360 --fps 25 --no-estimate --talk 11 --talk 13-16
mv room/13-*.mp4 room/x.mp4
mv room/14-*.mp4 room/13-pci-express-support-in-qemu.mp4
mv room/x.mp4 room/14-xen-arm-update.mp4
"$talkpress" init review
"$talkpress" -C review import programme.html
"$talkpress" -C review add room || true
"$talkpress" -C review cut 15/1 --in 0:02.5 --drop 0:30-0:41
"$talkpress" -C review review >link.txt &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
until grep -q token= link.txt; do sleep 0.1; done
link=$(grep -o "http://[^ ]*" link.txt)
"$browse" --size 1280x800 --picture review.png "${link%%/\?*}" "?${link#*\?}" 'wait 1' 'review.queue.open("15/1"), 1' \
    'wait 4' 'keys O [ [' 'wait 2' 'keys 9' 'wait 3'
"$browse" --size 1280x720 --dark --picture frames.png "${link%%/\?*}" "?${link#*\?}" 'wait 1' 'review.queue.open("15/1"), 1' \
    'wait 3' 'keys I' 'wait 1' 'keys 8' 'wait 2'
ffmpeg -nostdin -v error -y -i frames.png -vf crop=944:220:336:500 review-frames.png
for name in review review-frames; do
    keep $name.png $name.png
done

# What a speaker gets of it.
"$talkpress" -C review review --export 15/1 -o speaker.html
"$browse" --file --size 1000x1330 --picture speaker.png . speaker.html 'wait 2'
keep speaker.png speaker-review.png

# The report: talk 6 becomes too short, 8 and 9 are exchanged, and 20 is silent.
for part in recordings/06-*.mp4; do
    ffmpeg -nostdin -v error -y -i "$part" -t 100 -c copy short.mp4
    mv short.mp4 "$part"
done
for part in recordings/20-*.mp4; do
    ffmpeg -nostdin -v error -y -i "$part" -c:v copy -af volume=0 -c:a aac silent.mp4
    mv silent.mp4 "$part"
done
eighth=$(echo recordings/08-*.mp4) ninth=$(echo recordings/09-*.mp4)
mv "$eighth" x.mp4
mv "$ninth" "$eighth"
mv x.mp4 "$ninth"
"$talkpress" -C event add recordings || true
"$talkpress" -C event run --prune || true
"$talkpress" -C event report -o report.html || true
"$browse" --file --size 1240x1150 --picture report.png . report.html 'wait 1'
"$browse" --file --size 1240x1250 --picture report-part.png . report.html 'wait 1' \
    '[...document.querySelectorAll("article")].find(a => a.querySelector(".number").textContent == "15/1").scrollIntoView(), 1'
keep report.png report.png
keep report-part.png report-part.png

for name in overview part overview-narrow-dark part-narrow-dark; do
    keep $name.png site-$name.png
done
