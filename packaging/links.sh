#!/usr/bin/env bash
# packaging/links.sh DIR: the documentation as it is installed in DIR (README.md, docs/): each link from a page to a
# file leads to one. Not looked at: addresses on the web, and ../bench/, which is for developers and not installed.
set -euo pipefail
shopt -s nullglob
nb=0
status=0
for page in "$1"/*.md "$1"/docs/*.md; do
    while read -r link; do
        nb=$((nb + 1))
        [[ $link == *:* || $link == ../bench/* || -e ${page%/*}/$link ]] || {
            echo "'$page' links to '$link', which is not installed" >&2
            status=1
        }
    done < <(sed 's/`[^`]*`//g' "$page" | grep -oE '\]\([^)# ]+' | cut -c3-)
done
[[ $nb -gt 100 ]] || {
    echo "in '$1' are $nb links only" >&2
    status=1
}
exit "$status"
