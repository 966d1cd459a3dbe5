# What tests/arm64.sh and tests/runtime.sh share: minimal systems of Debian, and commands in them. Sourced, with
# $repo set. All that it makes is in the temporary folder $work. Mounts are in a namespace of the command: nothing is
# left, after a signal too.
#
# SYSTEM=DIR keeps the systems that are built in, in DIR, and takes them from there. APT_OPTION is one more option for
# apt, such as 'Acquire::Check-Valid-Until "false"'.

# shellcheck disable=SC2154 # $repo: the script that sources this sets it
job=
umask 022

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

say() {
    echo "== $*"
}

[[ $(id -u) == 0 ]] || fail "run it as root: it makes systems"
command -v mmdebstrap >/dev/null || fail "'mmdebstrap' is not installed: 'apt install mmdebstrap'"
work=$(mktemp -d --tmpdir "talkpress-$(basename "$0" .sh).XXXXXX")
systems=${SYSTEM:-$work/systems}
mkdir -p "$systems"
chmod 755 "$work"

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
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

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

# packages GROUP PATTERN: those of a group in packages.txt whose name matches.
packages() {
    awk -v group="$1" -v pattern="$2" '$1 == group && $2 ~ pattern { print $2 }' "$repo/packages.txt"
}

# make_system FOLDER SUITE ARCHITECTURES PACKAGE...
make_system() {
    local include
    include=$(printf ',%s' "${@:4}")
    TMPDIR=$work quiet mmdebstrap --mode=root --variant=minbase --architectures="$3" --dpkgopt=force-unsafe-io \
        ${APT_OPTION:+--aptopt="$APT_OPTION"} ${4:+--include="${include:1}"} "$2" "$1"
    cp --remove-destination /etc/resolv.conf "$1/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
    chmod +x "$1/usr/sbin/policy-rc.d"
}

# kept_system NAME SUITE ARCHITECTURES PACKAGE...: takes it from $systems, or makes it there.
kept_system() {
    [[ ! -d $systems/$1 ]] || { say "the system '$1' is there" && return; }
    say "making the system '$1'"
    make_system "$work/new" "${@:2}"
    mv "$work/new" "$systems/$1"
}

# native_system SUITE: of this machine's architecture, to build in, run what is built and look at videos: native-SUITE.
native_system() {
    local -a all
    mapfile -t all < <(packages build . && packages run '^(fonts-.*|tzdata)$' && packages test '^ffmpeg$')
    kept_system "native-$1" "$1" "$(dpkg --print-architecture)" "${all[@]}"
}

# inside SYSTEM COMMAND...: as root in that system of $work or $systems, where $work is /mnt. The command is not process
# 1: that ignores signals.
inside() {
    local root=$work/$1
    [[ -d $root ]] || root=$systems/$1
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 work=$2
        shift 2
        trap "exit 143" TERM
        mount --rbind /dev "$root/dev"
        mount -t proc proc "$root/proc"
        mount --bind "$work" "$root/mnt"
        chroot "$root" env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"' - "$root" "$work" "${@:2}"
}

# The last commit, in $work/source. Also if the checkout belongs to another user.
unpack_head() {
    local -x GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$repo
    [[ -z $(git -C "$repo" status --porcelain) ]] || say "what is not committed is left out"
    mkdir "$work/source"
    git -C "$repo" archive HEAD | tar -x -C "$work/source"
}

# build_release SYSTEM NAME OPTION...: builds in $work/build-NAME, installs to $work/NAME.
build_release() {
    say "building ($2)"
    quiet inside "$1" cmake --preset release -S /mnt/source -B "/mnt/build-$2" --install-prefix "/mnt/$2" "${@:3}"
    quiet inside "$1" cmake --build "/mnt/build-$2"
    quiet inside "$1" cmake --install "/mnt/build-$2"
}
