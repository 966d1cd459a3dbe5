#!/usr/bin/env bash
# packaging/check.sh [SUITE [TEST...]]: checks the Debian packages of the last commit before a release.
#
#   1. builds them twice, in other folders, time zones, locales and umasks: the bytes must be equal;
#   2. lintian finds neither errors nor warnings;
#   3. a fresh minimal system of SUITE (by default bookworm) installs them with apt, without what is
#      only recommended; links in the documentation lead somewhere, and a plain user makes a small event;
#   4. the tests of the command line (tests/cli/TEST.bats; by default all that debian/tests/cli runs)
#      pass with the installed program, as root;
#   5. purged, the packages leave nothing.
#
# Runs as root, because it makes systems, and needs the network, mmdebstrap and 4 GB in TMPDIR. It
# builds here if this is SUITE (then the groups build and deb of packages.txt are needed), else in a
# system of SUITE. Everything is in one temporary folder, and mounts and processes are in namespaces of
# their own: nothing is left, after Ctrl-C too. What SIGKILL leaves of the folder, the next run removes.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
suite=${1:-bookworm}
[[ $# -eq 0 ]] || shift

fail() {
    echo "check.sh: $*" >&2
    exit 1
}

say() {
    echo "== $*"
}

# quiet COMMAND...: its output is shown only if it fails.
quiet() {
    local status=0
    "$@" >"$work/log" 2>&1 || status=$?
    [[ $status == 0 ]] || { tail -n 40 "$work/log" >&2; fail "failed with status $status: $*"; }
}

# The packages of groups in packages.txt, with commas between them.
packages() {
    awk -v groups=" $* " '$1 != "" && index(groups, " " $1 " ") { print $2 }' "$repo/packages.txt" | paste -sd,
}

# system NAME PACKAGES: a minimal system of the suite in $work/NAME. dpkg does not wait for the disk: the system is
# thrown away.
system() {
    quiet mmdebstrap --variant=minbase ${2:+--include="$2"} "$suite" "$work/$1"
    echo force-unsafe-io >"$work/$1/etc/dpkg/dpkg.cfg.d/unsafe-io"
    cp /etc/resolv.conf "$work/$1/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$work/$1/usr/sbin/policy-rc.d"
    chmod +x "$work/$1/usr/sbin/policy-rc.d"
}

# inside NAME COMMAND...: as root in that system. $work/out has the path that it has here, if there is a
# folder for it. What the command leaves running ends with it. It is not process 1: that ignores signals. Not
# with chroot: in that, the kernel lets no one make a user namespace, and tests would be skipped.
inside() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 out=$2
        shift 2
        mount --bind "$root" "$root"
        mount --rbind /dev "$root/dev"
        mount -t proc proc "$root/proc"
        [[ ! -d $root$out ]] || mount --bind "$out" "$root$out"
        cd "$root"
        pivot_root . mnt
        umount -l mnt
        cd /
        status=0
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@" || status=$?
        exit $status' - "$work/$1" "$work/out" "${@:2}"
}

# user COMMAND...: as a plain user in the system "clean".
user() {
    inside clean runuser -u visitor -- env HOME=/home/visitor "$@"
}

# here COMMAND...: where packages are built.
here() {
    if [[ -d $work/build ]]; then
        inside build "$@"
    else
        "$@"
    fi
}

build_system() {
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    [[ $codename != "$suite" ]] || return 0
    say "a system of $suite to build in"
    system build "$(packages build deb)"
    mkdir -p "$work/build$work/out"
}

# A clone of the last commit, so that it can be reached from a system too.
clone() {
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$repo \
        git -C "$repo" bundle create -q "$work/bundle" HEAD
    git clone -q "$work/bundle" "$work/out/source" 2>/dev/null
}

build_twice() {
    local file
    say "building, twice"
    clone
    mkdir -p "$work/out/here" "$work/out/another-place"
    quiet here env TMPDIR="$work/out/here" TZ=UTC LC_ALL=C bash -c \
        'umask 022; "$0" "$1"' "$work/out/source/packaging/build.sh" "$work/out/first"
    quiet here env TMPDIR="$work/out/another-place" TZ=Pacific/Auckland LC_ALL=C.UTF-8 bash -c \
        'umask 077; "$0" "$1"' "$work/out/source/packaging/build.sh" "$work/out/second"
    for file in "$work"/out/first/*.{deb,dsc,tar.xz}; do
        cmp "$file" "$work/out/second/${file##*/}" || fail "not reproducible: ${file##*/}"
    done
}

run_lintian() {
    say "lintian"
    here bash -c 'lintian --allow-root --fail-on error,warning "$0"/*.changes' "$work/out/first" ||
        fail "lintian has errors or warnings"
}

install_packages() {
    say "a fresh minimal system of $suite: installing"
    system clean ""
    mkdir "$work/clean/packages"
    cp "$work"/out/first/talkpress{,-data}_*.deb "$work/clean/packages"
    inside clean dpkg-query -W -f '${Package}\n' | sort >"$work/before"
    quiet inside clean bash -c \
        'apt-get update -q && apt-get install -qy --no-install-recommends /packages/*.deb'
    rm -r "$work/clean/packages"
    inside clean dpkg-query -W -f '${Package}\n' | sort >"$work/after"
    ! comm -13 "$work/before" "$work/after" | grep -e '-dev$' || fail "it depends on packages to build with"
    # shellcheck disable=SC2016 # fields of dpkg-query
    comm -13 "$work/before" "$work/after" |
        inside clean xargs dpkg-query -W -f '${Installed-Size}\n' |
        awk '{ kb += $1 } END { printf "   %d packages, %d MB\n", NR, kb / 1000 }'
    "$repo/packaging/links.sh" "$work/clean/usr/share/doc/talkpress" || fail "links of the documentation"
    inside clean useradd -m visitor
}

# As README.md has it, with stand-ins of some seconds and the default renditions.
small_event() {
    say "a small event, as a plain user"
    quiet user bash -euxc '
        cd
        [ "$(talkpress --version)" = "talkpress $0" ]
        cat >programme.md <<PAGE
Tiny Conference 2021

Held on May 4-5, 2021 in Ghent, Belgium.

|
Opening
- Talk 1: First Steps (Ada Byron) (0:08)
What talk 1 is about.
- Talk 2: Grüße aus Łódź (Bob Noyce) (0:06)
What talk 2 is about.
|
PAGE
        talkpress rehearse programme.md -o recordings --height 180 --fps 5 --no-estimate
        talkpress init event
        cd event
        talkpress import ../programme.md
        talkpress add ../recordings
        talkpress card 2 -o card.png
        talkpress run
        [ "$(ls out/*.mp4 | wc -l)" -ge 2 ]
        cd out
        sha256sum --quiet -c SHA256SUMS
        ' "$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' "$repo/packaging/debian/changelog")"
}

cli_tests() {
    say "the tests of the command line"
    local depends
    dpkg-source --no-copy -x "$work"/out/first/*.dsc "$work/clean/root/source" >/dev/null 2>&1
    mapfile -t depends < <(sed -n '/^Depends:/,/^[^ ]*: /s/^ \([a-z].*\),$/\1/p' \
        "$work/clean/root/source/debian/tests/control")
    [[ ${#depends[@]} -gt 0 ]] || fail "debian/tests/control has no Depends"
    quiet inside clean apt-get install -qy --no-install-recommends "${depends[@]}"
    inside clean /root/source/debian/tests/cli "$@" || fail "tests failed"
}

purge() {
    say "purging"
    rm -r "$work/clean/root/source"
    quiet inside clean apt-get remove -qy talkpress talkpress-data
    # Not with apt: it does not know a package that had nothing to purge any more.
    quiet inside clean dpkg --purge talkpress talkpress-data
    find "$work/clean" -xdev -path "$work/clean/home" -prune -o -name '*talkpress*' -print >"$work/left"
    [[ ! -s $work/left ]] || fail "left: $(cat "$work/left")"
    # shellcheck disable=SC2016 # fields of dpkg-query
    inside clean dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' | sort >"$work/packages"
    ! grep '^talkpress' "$work/packages" || fail "dpkg still knows the packages"
}

check() {
    build_system
    build_twice
    run_lintian
    install_packages
    small_event
    cli_tests "$@"
    purge
    say "the packages are good for $suite"
}

# Ends all processes: the kernel does when the first one in the namespace is killed, and drops its mounts.
cleanup() {
    trap '' INT TERM HUP
    if [[ -n $job ]]; then
        pkill -KILL -P "$job" || kill -KILL "$job" || true
        wait "$job" || true
    fi 2>/dev/null
    rm -rf --one-file-system "$work"
}

# What a run left that was killed with SIGKILL. Its lock ends with the last of its processes.
remove_old() {
    local old
    for old in "${TMPDIR:-/tmp}"/talkpress-check.*; do
        [[ ! -e $old/lock ]] || flock -n "$old/lock" rm -rf --one-file-system "$old" || true
    done
}

[[ $(id -u) == 0 ]] || fail "run it as root: it makes systems"
command -v mmdebstrap >/dev/null || fail "'mmdebstrap' is not installed: 'apt install mmdebstrap'"
remove_old
job=
work=$(mktemp -d --tmpdir talkpress-check.XXXXXX)
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
exec 9>"$work/lock"
flock 9
chmod 755 "$work"
mkdir "$work/out"
export repo suite work
# Not of the terminal's group: only this process heeds its signals. Of what unshare itself says, nothing is shown
# after a signal: it complains that it cannot end as its child did.
setsid setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
    bash -euo pipefail -c "exec 2>&3 3>&-; $(declare -f); check \"\$@\"" - "$@" </dev/null 3>&2 2>"$work/unshare" &
job=$!
status=0
wait "$job" || status=$?
job=
cat "$work/unshare" >&2
exit "$status"
