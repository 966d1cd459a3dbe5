#!/bin/bash
# conformance.sh FOLDER MEDIA: what talkpress makes of every file in MEDIA, as the page
# docs/media-conformance.md, on stdout. In FOLDER it leaves the event, facts/N.json for each file, and
# sheets/N.png to look at. A second time it makes only what is missing or would come out otherwise.
#
#   cmake --preset release && cmake --build --preset release
#   TALKPRESS=build/release/src/talkpress tests/media/conformance.sh /var/tmp/conformance \
#       ../shared/media >docs/media-conformance.md
set -euo pipefail
here=$(dirname "$(realpath "$0")")
dir=$1 media=$2
TALKPRESS=$(realpath "$TALKPRESS")
export TALKPRESS

"$here/event.sh" "$dir" "$media" >&2
rm -rf "$dir/facts" "$dir/pictures"
mkdir -p "$dir/facts"
seq "$(wc -l <"$dir/files.txt")" | xargs -P "$(nproc)" -I{} sh -c \
    '"$0/facts.sh" "$1" "$2" >"$1/facts/$2.json"' "$here" "$dir" {}
"$here/sheets.sh" "$dir"
"$here/report.sh" "$dir"
