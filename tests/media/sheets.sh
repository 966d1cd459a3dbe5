#!/bin/bash
# sheets.sh FOLDER: contact sheets of what facts.sh measured, FOLDER/sheets/1.png and so on: twelve
# files each, the middle of the source on the left, of what was published on the right.
set -euo pipefail
dir=$1
PER_SHEET=12
labels=$(mktemp -d)
trap 'rm -rf "$labels"' EXIT
mkdir -p "$dir/sheets"
rm -f "$dir"/sheets/*.png

# sheet NUMBER FIRST LAST: one of the files FIRST to LAST.
sheet() {
    local n cells='' stack='' inputs=() which picture
    for n in $(seq "$2" "$3"); do
        for which in source output; do
            picture=$dir/pictures/$n.$which.png
            if [ -e "$picture" ]; then
                inputs+=(-i "$picture")
            else # sound alone, or refused
                inputs+=(-f lavfi -i color=black:s=304x220:d=0.04)
            fi
        done
        printf '%d %s' "$n" "$(sed -n "${n}s|.*/||p" "$dir/files.txt")" >"$labels/$n"
        cells+="[$((2 * (n - $2)))]format=rgb24,setsar=1[a];[$((2 * (n - $2) + 1))]format=rgb24,setsar=1[b];
            [a][b]hstack,pad=iw+8:ih+28:4:4:white,
            drawtext=font=sans:fontsize=15:x=6:y=h-20:textfile=$labels/$n:expansion=none[c$n];"
        stack+="[c$n]"
    done
    ffmpeg -nostdin -v error -y "${inputs[@]}" -filter_complex \
        "$cells${stack}concat=n=$(($3 - $2 + 1)),tile=3x$((PER_SHEET / 3))" -frames:v 1 "$dir/sheets/$1.png"
}

nb=$(wc -l <"$dir/files.txt")
for first in $(seq 1 "$PER_SHEET" "$nb"); do
    last=$((first + PER_SHEET - 1))
    sheet $((first / PER_SHEET + 1)) "$first" $((last < nb ? last : nb))
done
