#!/bin/bash
# report.sh FOLDER: what became of every file of an event, as conformance.sh measured it, as a page in
# Markdown on stdout.
set -euo pipefail
export LC_ALL=C
dir=$1
facts=()
for n in $(seq "$(wc -l <"$dir/files.txt")"); do facts+=("$dir/facts/$n.json"); done

cat <<'END'
# Real recordings, and what talkpress makes of them

Made by `tests/media/conformance.sh` from real files of many makers, published as mp4-360, av1-720 and
opus and measured with ffmpeg and ffprobe: length, shape, the picture in the middle, where sound lies
against the picture. Its contact sheets, which show each source's picture beside the published one,
were looked at. Sizes are those of mp4-360; the frames count the 5 s card; the length is the talk's;
files of more than 200 s are cut to 30 s. *psnr* is of the luma in the middle of the talk against
ffmpeg's own view of the source; *sound* is how late it comes, where the two are alike enough to tell.
*Said* is what `verify` says of it; what it calls damaged was accepted by hand.

END
jq -rs '
    (map(select(.outputs != [])) | length) as $made
    | "\($made) of \(length) files are published, \(length - $made) refused."' "${facts[@]}"
cat <<'END'

| file | published | fps | frames | length | psnr | sound | said |
|---|---|---|---|---|---|---|---|
END
for n in $(seq "${#facts[@]}"); do
    said=$(jq -r --argjson n "$n" '.[] | select(.talk == $n)
        | (.cause // "" | split("; ") | map(select(test("^(accepted |equals the time)") | not))
           | join("; ")) as $cause
        | if .verdict == "damaged" then "damaged: \($cause)" else $cause end' "$dir/verify.json")
    jq -r --arg said "$said" '
        def round2: . * 100 | round / 100;
        (.outputs[] | select(.file | endswith(".360p.mp4"))) as $o
        | "| `\(.file)` | \($o.width)x\($o.height) | \($o.fps | round2) | \($o.frames) "
          + "| \($o.video_s - $o.card_s | round2) s "
          + "| \(if $o.psnr[0] then "\($o.psnr[0] | round) dB" else "" end) "
          + "| \(if $o.likeness and $o.likeness > 0.8 then "\($o.lag_ms) ms" else "" end) "
          + "| \($said) |"' "$dir/facts/$n.json" | grep . ||
        echo "| \`$(jq -r .file "$dir/facts/$n.json")\` | refused | | | | | | $said |"
done
