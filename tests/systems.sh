#!/usr/bin/env bash
# tests/systems.sh SUITE [REGEX]: talkpress on a fresh minimal system of a Debian suite (bookworm, trixie,
# testing, ...). By hand, before a release; see docs/systems.md.
#
# Makes the system, clones HEAD of this checkout into it, runs ./quickstart and ./quickstart test [REGEX]
# there as root, and prints a row of versions, results and times. Status 0 if both commands succeeded.
# Logs are in build/systems/SUITE/.
#
# Needs root, the network, mmdebstrap, git and 6 GB in TMPDIR. Nothing is left, after Ctrl-C too. APT_OPTION, and where
# it works: see tests/minimal_system.bash.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
. "$repo/tests/minimal_system.bash"

# timed LOG COMMAND...: takes its time and its status.
timed() {
    local start=$SECONDS
    status=0
    "${@:2}" >"$logs/$1" 2>&1 || status=$?
    seconds=$((SECONDS - start))
    [[ $status == 0 ]] || { echo "   failed with status $status; the end of $logs/$1:" && tail -n 15 "$logs/$1"; } >&2
}

# quickstart NAME ARGUMENT...: runs it; $cell is its status and time. Keeps its logs, and ctest's, as NAME-*.
quickstart() {
    local file
    say "./quickstart ${*:2}"
    # shellcheck disable=SC2016 # expanded by the inner shell
    timed "$1.log" inside "$root" sh -c 'cd talkpress && exec ./quickstart "$@"' - "${@:2}"
    for file in "$clone"/build/*.log "$clone"/build/asan/Testing/Temporary/LastTest.log; do
        [[ ! -f $file ]] || cp "$file" "$logs/$1-${file##*/}"
    done
    cell=$(printf '%d in %d:%02d' "$status" $((seconds / 60)) $((seconds % 60)))
    failed=$((failed + (status != 0)))
}

# version PATTERN: of the installed package of that name, without epoch, Debian's revision and suffix.
version() {
    # shellcheck disable=SC2016 # fields of dpkg-query
    chroot "$root" dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null |
        awk '$1 == "installed" { sub(/^[0-9]+:/, "", $2); sub(/[-+~].*/, "", $2); v = $2 } END { print v ? v : "-" }'
}

system_name() {
    . "$root/etc/os-release"
    echo "$PRETTY_NAME, $(<"$root/etc/debian_version")"
}

# passed LOG: how many tests passed, of how many, from ctest's last summary.
passed() {
    sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$1" |
        awk '{ failed += $1; all += $2 } END { if (all) print all - failed " of " all; else print "-" }'
}

row() {
    local file=$logs/row.md
    {
        echo "| system | gcc | FFmpeg | SVT-AV1 | x264 | commit | \`./quickstart\` | \`… test${regex:+ ${regex//|/\\|}}\` | tests passed |"
        echo "|---|---|---|---|---|---|---|---|---|"
        printf '| %s ' "$(system_name)" "$(version gcc)" "$(version libavcodec-dev)" \
            "$(version 'libsvtav1enc*')" "$(version 'libx264-*')" "$commit" "$first" "$second" "$(passed "$logs/test.log")"
        echo "|"
    } | sed 's/  */ /g' >"$file"
    cat "$file"
}

try() {
    local commit first second
    root=$work/system
    clone=$root/root/talkpress
    failed=0
    say "a minimal system of $suite, from $(mirror)"
    make_system "$root" "$suite" "$(dpkg --print-architecture)"
    clone_head "$clone"
    commit=$(git -C "$clone" rev-parse --short HEAD)
    quickstart quickstart
    first=$cell
    quickstart test test ${regex:+"$regex"}
    second=$cell
    row
    [[ $failed == 0 ]] || exit 1
}

[[ $# -ge 1 && $# -le 2 && $1 =~ ^[a-z][a-z-]*$ ]] || { echo "usage: tests/systems.sh SUITE [REGEX]" >&2; exit 2; }
export suite=$1 regex=${2:-} logs=$repo/build/systems/$1
mkdir -p "$logs"
exec 8>"$logs.lock"
flock -n 8 || fail "it runs already for $suite"
rm -rf --one-file-system "${logs:?}"
mkdir "$logs"
log=$logs/make.log
apart try
