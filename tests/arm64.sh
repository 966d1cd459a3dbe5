#!/usr/bin/env bash
# tests/arm64.sh: talkpress on arm64, cross-built here and run with qemu. By hand, before a release; see
# docs/arm64.md.
#
#   1. makes two minimal systems of Debian 12: "native", of this machine's architecture, and "cross", with the cross
#      compiler, libraries of arm64 and qemu-user;
#   2. builds the last commit in both, with -Werror for arm64;
#   3. runs the unit tests of arm64, but those that need what qemu-user lacks;
#   4. makes the same small event, with a rendition for each encoder, with the programs of both, and says which of the
#      files in out/ have equal bytes;
#   5. continues the event of this machine's program with that of arm64: run must refuse, why must say the reason.
#
# SYSTEM=DIR keeps the two systems in DIR, and takes them from there if they are there.
#
# Needs root, the network, mmdebstrap, git and 5 GB in TMPDIR. What it makes is in one temporary folder, and mounts are
# in a namespace of their own: nothing is left, after Ctrl-C too.
set -euo pipefail
umask 022
repo=$(cd "$(dirname "$0")/.." && pwd)

# Unit tests that cannot pass under qemu-user: it has neither seccomp nor Landlock, for the first.
excluded='^unit_(sandbox|sandbox_door|sandbox_work|sandboxed_call)$'

fail() {
    echo "arm64.sh: $*" >&2
    exit 1
}

[[ $# == 0 ]] || { echo "usage: tests/arm64.sh" >&2; exit 2; }
[[ $(id -u) == 0 ]] || fail "run it as root: it makes systems"
[[ $(uname -m) != aarch64 ]] || fail "this machine is arm64: run ./quickstart test"
command -v mmdebstrap >/dev/null || fail "'mmdebstrap' is not installed: 'apt install mmdebstrap'"

work=$(mktemp -d --tmpdir talkpress-arm64.XXXXXX)
systems=${SYSTEM:-$work/systems}
job=

# gone GROUP: waits for the end of a process group, at most 30 s.
gone() {
    for _ in {1..300}; do
        kill -0 -- -"$1" 2>/dev/null || return 0
        sleep 0.1
    done
}

cleanup() {
    local signal
    # dpkg finishes what it has begun, which may take long; mmdebstrap unmounts first.
    for signal in TERM KILL; do
        [[ -z $job ]] || ! kill -"$signal" -- -"$job" 2>/dev/null || gone "$job"
    done
    rm -rf --one-file-system "$work" "$systems"/*.new
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

say() {
    echo "== $*"
}

# start COMMAND...: runs it in a process group of its own, which a signal ends at once.
start() {
    local status=0
    set -m
    "$@" </dev/null &
    job=$!
    set +m
    wait "$job" || status=$?
    job=
    return "$status"
}

# quiet COMMAND...: its output, which is kept in $work/log, is shown only if it fails.
quiet() {
    local status=0
    start "$@" >"$work/log" 2>&1 || status=$?
    [[ $status == 0 ]] || { tail -n 40 "$work/log" >&2; fail "failed with status $status: $*"; }
}

# inside SYSTEM COMMAND...: as root in that system, where $work is /mnt. The command is not process 1: that ignores
# signals.
inside() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 work=$2
        shift 2
        trap "exit 143" TERM
        mount --rbind /dev "$root/dev"
        mount -t proc proc "$root/proc"
        mount --bind "$work" "$root/mnt"
        chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"' - \
        "$systems/$1" "$work" "${@:2}"
}

# --- systems --------------------------------------------------------------------------------------

# packages GROUP PATTERN: those of a group in packages.txt whose name matches.
packages() {
    awk -v group="$1" -v pattern="$2" '$1 == group && $2 ~ pattern { print $2 }' "$repo/packages.txt"
}

# system NAME ARCHITECTURES PACKAGE...
system() {
    local include
    [[ ! -d $systems/$1 ]] || { say "the system '$1' is there" && return; }
    say "making the system '$1'"
    mkdir -p "$systems"
    include=$(printf '%s,' "${@:3}")
    TMPDIR=$work quiet mmdebstrap --mode=root --variant=minbase --architectures="$2" --dpkgopt=force-unsafe-io \
        --include="${include%,}" bookworm "$systems/$1.new"
    mv "$systems/$1.new" "$systems/$1"
}

make_systems() {
    local -a tools dev fonts
    mapfile -t tools < <(packages build . | grep -v -e '-dev$')
    mapfile -t dev < <(packages build '-dev$')
    mapfile -t fonts < <(packages run '^(fonts-.*|tzdata)$')
    system native "$(dpkg --print-architecture)" "${tools[@]}" "${dev[@]}" "${fonts[@]}"
    system cross "$(dpkg --print-architecture),arm64" "${tools[@]}" "${fonts[@]}" crossbuild-essential-arm64 \
        qemu-user-static "${dev[@]/%/:arm64}" libcmocka-dev:arm64
}

# --- building -------------------------------------------------------------------------------------

# The last commit. Also if the checkout belongs to another user.
unpack() {
    local -x GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$repo
    [[ -z $(git -C "$repo" status --porcelain) ]] || say "what is not committed is left out"
    mkdir "$work/source"
    git -C "$repo" archive HEAD | tar -x -C "$work/source"
}

# build SYSTEM NAME OPTION...: builds in build-NAME, installs to NAME.
build() {
    say "building ($2)"
    quiet inside "$1" cmake --preset release -S /mnt/source -B "/mnt/build-$2" --install-prefix "/mnt/$2" "${@:3}"
    quiet inside "$1" cmake --build "/mnt/build-$2"
    quiet inside "$1" cmake --install "/mnt/build-$2"
}

# wrap PROGRAM: the kernel need not know how to run a program of arm64. The script runs it with qemu, also where another
# program starts it. Beside it, so that it finds what is installed with it.
wrap() {
    mv "$1" "$1.arm64"
    # shellcheck disable=SC2016 # expanded by the script
    printf '#!/bin/sh\nexec qemu-aarch64-static -0 talkpress "$0.arm64" "$@"\n' >"$1"
    chmod 755 "$1"
}

build_both() {
    unpack
    build native native
    build cross arm64 --toolchain /mnt/source/tests/arm64.cmake -DTALKPRESS_WERROR=ON -DTALKPRESS_TESTS=ON
    wrap "$work/arm64/bin/talkpress"
    wrap "$work/arm64/libexec/talkpress/talkpress-media"
}

unit_tests() {
    say "unit tests on arm64"
    start inside cross ctest --test-dir /mnt/build-arm64 -L unit -E "$excluded" -j "$(nproc)" --output-on-failure \
        --no-tests=error >"$work/log" 2>&1 || { tail -n 60 "$work/log" >&2; fail "unit tests failed"; }
    tail -n 8 "$work/log"
}

make_systems
build_both
unit_tests
