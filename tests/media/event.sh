#!/bin/bash
# event.sh FOLDER MEDIA: makes an event of every file in MEDIA (not of its folders) and runs it. In
# a FOLDER that has one it does what is missing, as run does.
#
# In FOLDER it leaves files.txt (the file of talk n in line n), listing.html, the event in event/,
# late.txt (the talks that only the run found to need a person), and what each command said in
# add.txt, verify.json, verify.txt and run.txt with its exit status in *.status. The program is
# $TALKPRESS. Files longer than LONG seconds are cut to 30 s in their middle, off the cells' borders,
# so that seeking is tried and the test stays short.
set -euo pipefail
export LC_ALL=C
dir=$1 media=$2
LONG=200 CUT=30
talkpress() { "$TALKPRESS" -C "$dir/event" "$@"; }

mkdir -p "$dir"
find "$media" -maxdepth 1 -type f ! -name '*.md' | sort >"$dir/files.txt"

# Seconds that a file lasts, by its packets: the picture's, else the sound's.
true_seconds() {
    local type span
    for type in V a; do
        span=$(ffprobe -v quiet -select_streams "$type" \
            -show_entries packet=stream_index,pts_time,dts_time,duration_time,flags -of json "$1" |
            jq '[.packets[]? | select(.flags | test("D") | not)
                 | {i: .stream_index, t: ((.pts_time // .dts_time) | tonumber? // empty),
                    d: ((.duration_time // "0") | tonumber? // 0)}]
                | group_by(.i) | map((map(.t + .d) | max) - (map(.t) | min)) | max // 0') || span=0
        [ "${span:-0}" != 0 ] && break
    done
    echo "$span"
}

{
    echo "<html><head><title>Shared Media 2026</title></head><body><h1>Shared Media 2026</h1>"
    echo "<h2>Everything</h2><ul>"
    n=0
    while IFS= read -r file; do
        n=$((n + 1))
        s=$(true_seconds "$file" | jq round) || s=0
        [ "${s:-0}" -gt 0 ] || s=1
        printf '<li>Talk %d: Sample %d (Nobody) (%d:%02d)<br>One file.</li>\n' \
            "$n" "$n" $((s / 60)) $((s % 60))
    done <"$dir/files.txt"
    echo "</ul></body></html>"
} >"$dir/listing.html"

[ -d "$dir/event" ] || "$TALKPRESS" init "$dir/event" >/dev/null
sed -i 's/^renditions:.*/renditions: [mp4-360, av1-720, opus]/' "$dir/event/talkpress.yaml"
talkpress import "$dir/listing.html" >/dev/null

mapfile -t files <"$dir/files.txt"
status=0
talkpress add "${files[@]}" >"$dir/add.txt" 2>&1 || status=$?
echo "$status" >"$dir/add.status"
matches=()
for n in "${!files[@]}"; do matches+=("$((n + 1))=${files[n]}"); done
talkpress match "${matches[@]}" >/dev/null || [ $? = 3 ]
talkpress verify --json 2>/dev/null >"$dir/verify.json" || true
for n in $(jq -r ".[] | select(.measured_s != null and .measured_s > $LONG) | .talk" \
    "$dir/verify.json"); do
    talkpress cut "$n" --in 1:10.123 --out "1:$((10 + CUT)).123" >/dev/null
done
talkpress verify --json 2>/dev/null >"$dir/verify.json" || true
talkpress verify >"$dir/verify.txt" 2>&1 || true
# What can be published but is not as listed (no sound, a stream that ends early …) is accepted; what
# only the run came upon (a picture that does not decode, sound that stays quiet), after it. Prints
# which talks.
accept_all() {
    talkpress verify --json 2>/dev/null >"$dir/verify.json" || true
    for n in $(jq -r '.[] | select(.verdict != "ok" and .measured_s != null
        and .accepted_because == null) | .talk' \
        "$dir/verify.json"); do
        talkpress verify --accept "$n" --because test >/dev/null || true
        echo "$n"
    done
}
accept_all >/dev/null
status=0
talkpress run >"$dir/run.txt" 2>&1 || status=$?
accept_all >"$dir/late.txt"
talkpress publish >"$dir/publish.txt" 2>&1 || status=$?
echo "$status" >"$dir/run.status"
