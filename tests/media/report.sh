#!/bin/bash
# report.sh FOLDER: what became of every file of an event that event.sh and facts.sh made, as the
# page docs/media-conformance.md, on stdout. To make FOLDER and the page:
#
#   TALKPRESS_MEDIA_DIR=FOLDER TALKPRESS=build/dev/src/talkpress bats tests/media/shared_media.bats
#   tests/media/report.sh FOLDER >docs/media-conformance.md
set -euo pipefail
export LC_ALL=C
dir=$1
facts=()
for n in $(seq "$(wc -l <"$dir/files.txt")"); do facts+=("$dir/facts/$n.json"); done

cat <<'END'
# Real recordings, and what talkpress makes of them

Made by `tests/media/report.sh` from what `tests/media/shared_media.bats` measures with ffmpeg and
ffprobe: length, shape, the picture in the middle, where sound lies against the picture. Sizes are
those of mp4-360; the frames count the 5 s card; the length is the talk's. *psnr* is of the luma in the
middle of the talk against ffmpeg's own view of the source; *sound* is how late it comes, where the
two are alike enough to tell.

END
jq -rs '
    (map(select(.outputs != [])) | length) as $made
    | "\($made) of \(length) files are published, \(length - $made) refused."' "${facts[@]}"
cat <<'END'

| file | published | fps | frames | length | psnr | sound |
|---|---|---|---|---|---|---|
END
for n in $(seq "${#facts[@]}"); do
    why=$(sed -n "s/^talk $n waits: //p" "$dir/run.txt" |
        sed 's/^[^(]*([^:]*: //; s/)$//; s/^damaged: //')
    jq -r --arg why "$why" '
        def round2: . * 100 | round / 100;
        (.outputs[] | select(.file | endswith(".360p.mp4"))) as $o
        | "| `\(.file)` | \($o.width)x\($o.height) | \($o.fps | round2) | \($o.frames) "
          + "| \($o.video_s - $o.card_s | round2) s | \($o.psnr[0] | round) dB "
          + "| \(if $o.likeness and $o.likeness > 0.8 then "\($o.lag_ms) ms" else "" end) |"' \
        "$dir/facts/$n.json" | grep . ||
        echo "| \`$(jq -r .file "$dir/facts/$n.json")\` | refused: $why | | | | | |"
done
