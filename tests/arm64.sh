#!/usr/bin/env bash
# tests/arm64.sh: talkpress on arm64, cross-built here and run with qemu. By hand, before a release; see
# docs/arm64.md.
#
#   1. makes two minimal systems of Debian 12: one of this machine's architecture, and one with the cross compiler,
#      libraries of arm64 and qemu-user;
#   2. builds the last commit in both, with -Werror for arm64;
#   3. makes the same small event, with a rendition for each encoder, with the programs of both, and says which pictures,
#      sounds and files are equal;
#   4. continues the event of this machine's program with that of arm64: run must refuse, why must say the reason;
#   5. runs the unit tests of arm64, but those that need what qemu-user lacks.
#
# SYSTEM=DIR keeps the two systems in DIR, and takes them from there if they are there. Needs root, the network,
# mmdebstrap, git and 5 GB in TMPDIR. Nothing is left, after Ctrl-C too. APT_OPTION, and where it works: see
# tests/minimal_system.bash.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)

[[ $# == 0 ]] || { echo "usage: tests/arm64.sh" >&2; exit 2; }
. "$repo/tests/minimal_system.bash"
[[ $(uname -m) != aarch64 ]] || fail "this machine is arm64: run ./quickstart test"

# --- systems --------------------------------------------------------------------------------------

make_systems() {
    local -a tools dev fonts
    mapfile -t tools < <(packages build . | grep -v -e '-dev$')
    mapfile -t dev < <(packages build '-dev$')
    mapfile -t fonts < <(packages run '^(fonts-.*|tzdata)$')
    native_system "$native" bookworm
    kept_system "$cross" bookworm "$(dpkg --print-architecture),arm64" "${tools[@]}" "${fonts[@]}" \
        crossbuild-essential-arm64 qemu-user-static "${dev[@]/%/:arm64}" libcmocka-dev:arm64
}

# --- building -------------------------------------------------------------------------------------

# wrap PROGRAM: the kernel need not know how to run a program of arm64. The script runs it with qemu, also where another
# program starts it. Beside it, so that it finds what is installed with it.
wrap() {
    mv "$1" "$1.arm64"
    # shellcheck disable=SC2016 # expanded by the script
    printf '#!/bin/sh\nexec qemu-aarch64-static -0 talkpress "$0.arm64" "$@"\n' >"$1"
    chmod 755 "$1"
}

build_both() {
    clone_head "$work/source"
    build_release "$native" native
    # Unit tests alone are run, which need no bats.
    build_release "$cross" arm64 --toolchain /mnt/source/tests/arm64.cmake -DTALKPRESS_WERROR=ON -DTALKPRESS_TESTS=ON \
        -DBATS=bats
    wrap "$work/arm64/bin/talkpress"
    wrap "$work/arm64/libexec/talkpress/talkpress-media"
}

# All but those that cannot pass with qemu-user: unit_found needs openat2, unit_sandbox_work loads a seccomp filter.
unit_tests() {
    say "unit tests on arm64"
    quiet inside "$cross" ctest --test-dir /mnt/build-arm64 -L unit -E '^unit_(found|sandbox_work)$' -j "$(nproc)" \
        --output-on-failure --no-tests=error
    grep 'tests passed' "$log"
    awk '/^[0-9]+\/[0-9]+ Testing: / { name = $3 } /^skipped: / { print "   " name ": " $0 }' \
        "$work/build-arm64/Testing/Temporary/LastTest.log" | sort -u
}

# --- the event ------------------------------------------------------------------------------------

# Of encoders that no rendition of talkpress uses: for people's own renditions.
more_renditions() {
    mkdir -p "$work/renditions"
    cat >"$work/renditions/aom.yaml" <<END
container: webm
suffix: .aom.webm
mime: "video/webm"
video:
  encoder: libaom-av1
  max_width: 320
  max_height: 180
  key_frame_s: 4
  options: {usage: realtime, cpu-used: 8, crf: 40}
audio: {encoder: libopus, bit_rate: 96000}
END
    cat >"$work/renditions/x265.yaml" <<END
container: mp4
suffix: .x265.mp4
mime: "video/mp4"
video:
  encoder: libx265
  max_width: 320
  max_height: 180
  key_frame_s: 4
  options: {preset: fast, crf: 28, x265-params: "log-level=error:pools=none:frame-threads=1:bframes=0"}
audio: {encoder: aac, bit_rate: 128000}
END
}

# make_event SYSTEM NAME: the event event-NAME with the program installed in NAME. One rendition after the other: with
# qemu 7.2, SVT-AV1 beside other encoders in one process waited for ever.
make_event() {
    local talkpress=/mnt/$2/bin/talkpress event=/mnt/event-$2 settings=$work/event-$2/talkpress.yaml rendition list=
    say "a small event ($2)"
    quiet inside "$1" "$talkpress" init "$event"
    cp -r "$work/renditions" "$work/event-$2/"
    quiet inside "$1" "$talkpress" -C "$event" import /mnt/programme.md
    quiet inside "$1" "$talkpress" -C "$event" add /mnt/recordings
    for rendition in mp4-360 av1-720 vp9-720 aom x265 m4a opus mp3; do
        list+=${list:+, }$rendition
        sed -i '/^renditions:/d' "$settings"
        echo "renditions: [$list]" >>"$settings"
        quiet inside "$1" timeout 1200 "$talkpress" -C "$event" run --quiet
    done
}

# Small, because qemu takes 30 times as long as the machine. aom and x265 scale the picture.
make_events() {
    printf '%s\n' 'Tiny Conference 2021' '' 'Held on May 4-5, 2021 in Ghent, Belgium.' '' '|' Opening \
        '- Talk 1: First Steps (Ada Byron) (0:06)' 'What talk 1 is about.' '|' >"$work/programme.md"
    more_renditions
    quiet inside "$native" /mnt/native/bin/talkpress rehearse /mnt/programme.md -o /mnt/recordings --height 240 --fps 10 \
        --no-estimate
    make_event "$native" native
    make_event "$cross" arm64
}

# packets FILE v|a: the sum of all packets of the picture or the sound; empty if there is none.
packets() {
    inside "$native" ffmpeg -v error -i "$1" -map "0:$2?" -c copy -f md5 - 2>/dev/null || true
}

# same A B
same() {
    if [[ -z $1$2 ]]; then echo -; elif [[ $1 == "$2" ]]; then echo equal; else echo differs; fi
}

# Media files and pictures, not the pages: these state the sizes of the others.
compare() {
    local file name other
    say "bytes of what was published, $(uname -m) and arm64; the packets of its picture and its sound"
    quiet inside "$native" ffmpeg -version
    for file in "$work"/event-native/out/01-*; do
        name=${file##*/}
        other=$work/event-arm64/out/$name
        [[ -e $other ]] || fail "arm64 did not publish '$name'"
        case $name in
        *.html | *.vtt) continue ;;
        *.jpg) printf '   %-30s %8d %8d  %s\n' "$name" "$(stat -c %s "$file")" "$(stat -c %s "$other")" \
            "$(same "$(md5sum <"$file")" "$(md5sum <"$other")")" ;;
        *) printf '   %-30s %8d %8d  %-8s %s\n' "$name" "$(stat -c %s "$file")" "$(stat -c %s "$other")" \
            "$(same "$(packets "/mnt/event-native/out/$name" v)" "$(packets "/mnt/event-arm64/out/$name" v)")" \
            "$(same "$(packets "/mnt/event-native/out/$name" a)" "$(packets "/mnt/event-arm64/out/$name" a)")" ;;
        esac
    done
}

# The program of arm64 goes on with what this machine's program has begun.
continue_event() {
    local talkpress=/mnt/arm64/bin/talkpress event=/mnt/event-native status=0
    say "the event of $(uname -m), continued on arm64"
    inside "$cross" "$talkpress" -C "$event" run --quiet >"$log" 2>&1 || status=$?
    cat "$log"
    [[ $status == 1 ]] || fail "'run' ended with status $status, and not with 1"
    grep -q 'another architecture' "$log" || fail "'run' does not say why"
    quiet inside "$cross" "$talkpress" -C "$event" why 1
    cat "$log"
    grep -q 'nothing can run here' "$log" || fail "'why' does not say that 'run' refuses"
    grep -q 'this machine is aarch64' "$log" || fail "'why' does not say why"
    quiet inside "$native" /mnt/native/bin/talkpress -C "$event" why 1
    grep -q 'nothing would run' "$log" || fail "something was made"
}

try() {
    native=${SYSTEM:-$work}/native-bookworm
    cross=${SYSTEM:-$work}/cross-bookworm
    make_systems
    build_both
    make_events
    compare
    continue_event
    unit_tests
    say "arm64 is good"
}

apart try
