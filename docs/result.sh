#!/bin/bash
# result.sh TALKPRESS: makes docs/result.png, the picture in README.md, from what the program TALKPRESS
# publishes of a stand-in recording: the title card, the talk, and the list of files.
set -euo pipefail
talkpress=$(realpath "$1")
picture=$(realpath "$(dirname "$0")")/result.png
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >page.txt <<'END'
Xen Summit North America 2010

Held on April 28-29, 2010 in Sunnyvale.

|
Miscellaneous Topics
- Talk 24: Xenalyze: Analyze Xen Traces (George Dunlap) (0:14)
|
END
"$talkpress" rehearse page.txt -o recordings --height 720 --fps 10 --no-estimate
"$talkpress" init event
"$talkpress" -C event import page.txt
"$talkpress" -C event add recordings
"$talkpress" -C event run

parts='.talks[] | .parts[]'
jq -r "$parts | (.files[].file), .poster" event/out/talks.json >names.txt
jq -r "$parts | (.files[] | (.codecs | join(\", \")) + if .width then \", \\(.width)x\\(.height)\" else \"\" end),
    \"poster\"" event/out/talks.json >what.txt
printf 'talks.json\nSHA256SUMS\n' >>names.txt
printf 'the programme, and what is published of it\nchecksums\n' >>what.txt

video=$(find event/out -name '*.mp4' ! -name '*.360p.mp4')
text="drawtext=font=Noto Sans:fontsize=22:fontcolor=black:expansion=none:line_spacing=6"
ffmpeg -nostdin -v error -y -ss 2.5 -i "$video" -ss 11 -i "$video" -filter_complex "
    [0]scale=640:-2,pad=iw+8:ih:0:0:0xe8e8e8[card]; [1]scale=640:-2[talk];
    [card][talk]hstack,pad=iw+16:ih+256:8:40:0xe8e8e8,
    $text:x=8:y=8:text='Each video begins with a title card',
    $text:x=656:y=8:text='and goes on with the talk (here\: a stand-in)',
    $text:x=8:y=416:textfile=names.txt, $text:x=656:y=416:textfile=what.txt" \
    -frames:v 1 -pix_fmt rgb24 result.png
mv result.png "$picture"
