#!/bin/bash
# sheets.sh FOLDER: contact sheets of what facts.sh measured, FOLDER/sheets/1.png and so on: twelve
# files each, the middle of the source on the left, of mp4-360 or av1-720 on the right.
set -euo pipefail
dir=$1
cells=$(mktemp -d)
trap 'rm -rf "$cells"' EXIT
mkdir -p "$dir/sheets"
rm -f "$dir"/sheets/*.png

n=0
while IFS= read -r file; do
    n=$((n + 1))
    pictures=()
    for which in source output; do
        picture=$dir/pictures/$n.$which.png
        if [ -e "$picture" ]; then
            pictures+=(-i "$picture")
        else # sound alone, or refused
            pictures+=(-f lavfi -i color=black:s=304x220)
        fi
    done
    printf '%d %s' "$n" "$(basename "$file")" >"$cells/label.txt"
    ffmpeg -nostdin -v error -y "${pictures[@]}" -filter_complex "
        [0:v]format=rgb24[a];[1:v]format=rgb24[b];[a][b]hstack,pad=iw+8:ih+28:4:4:white,
        drawtext=font=sans:fontsize=15:x=6:y=h-20:textfile=$cells/label.txt:expansion=none" \
        -frames:v 1 "$(printf '%s/%03d.png' "$cells" $((n - 1)))"
done <"$dir/files.txt"
ffmpeg -nostdin -v error -y -start_number 0 -i "$cells/%03d.png" -vf tile=3x4 "$dir/sheets/%d.png"
