#!/usr/bin/env bash
# packaging/check.sh [SUITE [TEST...]]: checks the Debian packages of the last commit before a release.
#
#   1. builds them twice in a system of SUITE (by default bookworm), in other folders, time zones, locales and umasks:
#      the bytes must be equal;
#   2. lintian finds neither errors nor warnings;
#   3. a fresh minimal system installs them with apt, without what is only recommended; links in the documentation lead
#      somewhere, and a plain user makes a small event;
#   4. the tests of the command line (tests/cli/TEST.bats; by default all that debian/tests/cli runs)
#      pass with the installed program, as root;
#   5. purged, the packages leave nothing.
#
# Needs root, the network, mmdebstrap, git and 5 GB in TMPDIR. Nothing is left, after Ctrl-C too. APT_OPTION, and where
# it works: see tests/minimal_system.bash.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
. "$repo/tests/minimal_system.bash"

# user COMMAND...: as a plain user in the clean system.
user() {
    inside "$clean" runuser -u visitor -- env HOME=/home/visitor LANG=C.UTF-8 "$@"
}

build_system() {
    local -a all
    say "a system of $suite to build in"
    mapfile -t all < <(packages build . && packages deb .)
    make_system "$builder" "$suite" "$(dpkg --print-architecture)" "${all[@]}"
}

# build OUT TMPDIR UMASK VARIABLE...: builds the packages in $work/OUT.
build() {
    mkdir "$work/$2"
    # shellcheck disable=SC2016 # expanded by the inner shell
    quiet inside "$builder" env TMPDIR="/mnt/$2" "${@:4}" bash -c \
        'umask "$1" && /mnt/source/packaging/build.sh "/mnt/$2"' - "$3" "$1"
}

build_twice() {
    local file
    say "building, twice"
    clone_head "$work/source"
    build first here 022 TZ=UTC LC_ALL=C
    build second another-place 077 TZ=Pacific/Auckland LC_ALL=C.UTF-8
    for file in "$work"/first/*.{deb,dsc,tar.xz}; do
        cmp "$file" "$work/second/${file##*/}" || fail "not reproducible: ${file##*/}"
    done
}

run_lintian() {
    say "lintian"
    inside "$builder" bash -c 'lintian --allow-root --fail-on error,warning /mnt/first/*.changes' ||
        fail "lintian has errors or warnings"
}

install_packages() {
    local -a debs
    say "a fresh minimal system of $suite: installing"
    make_system "$clean" "$suite" "$(dpkg --print-architecture)"
    mkdir "$work/debs"
    cp "$work"/first/talkpress{,-data}_*.deb "$work/debs"
    inside "$clean" dpkg-query -W -f '${Package}\n' | sort >"$work/before"
    mapfile -t debs < <(cd "$work/debs" && printf '/mnt/debs/%s\n' *.deb)
    install_in "$clean" "${debs[@]}"
    inside "$clean" dpkg-query -W -f '${Package}\n' | sort >"$work/after"
    ! comm -13 "$work/before" "$work/after" | grep -e '-dev$' || fail "it depends on packages to build with"
    # shellcheck disable=SC2016 # fields of dpkg-query
    comm -13 "$work/before" "$work/after" |
        inside "$clean" xargs dpkg-query -W -f '${Installed-Size}\n' |
        awk '{ kb += $1 } END { printf "   %d packages, %d MB\n", NR, kb / 1000 }'
    "$repo/packaging/links.sh" "$clean/usr/share/doc/talkpress" || fail "links of the documentation"
    inside "$clean" useradd -m visitor
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
    # shellcheck disable=SC2016 # expanded by the inner shell
    quiet inside "$builder" bash -c 'dpkg-source --no-copy -x /mnt/first/*.dsc /mnt/unpacked'
    mv "$work/unpacked" "$clean/root/source"
    mapfile -t depends < <(sed -n '/^Depends:/,/^[^ ]*: /s/^ \([a-z].*\),$/\1/p' \
        "$clean/root/source/debian/tests/control")
    [[ ${#depends[@]} -gt 0 ]] || fail "debian/tests/control has no Depends"
    install_in "$clean" "${depends[@]}"
    inside "$clean" env LANG=C.UTF-8 /root/source/debian/tests/cli "$@" || fail "tests failed"
}

purge() {
    say "purging"
    rm -r "$clean/root/source"
    quiet inside "$clean" apt-get remove -qy talkpress talkpress-data
    # Not with apt: it does not know a package that had nothing to purge any more.
    quiet inside "$clean" dpkg --purge talkpress talkpress-data
    find "$clean" -xdev -path "$clean/home" -prune -o -name '*talkpress*' -print >"$work/left"
    [[ ! -s $work/left ]] || fail "left: $(cat "$work/left")"
    # shellcheck disable=SC2016 # fields of dpkg-query
    inside "$clean" dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' | sort >"$work/packages"
    ! grep '^talkpress' "$work/packages" || fail "dpkg still knows the packages"
}

check() {
    builder=$work/builder
    clean=$work/clean
    build_system
    build_twice
    run_lintian
    install_packages
    small_event
    cli_tests "$@"
    purge
    say "the packages are good for $suite"
}

[[ $# -eq 0 || $1 =~ ^[a-z][a-z-]*$ ]] || { echo "usage: packaging/check.sh [SUITE [TEST...]]" >&2; exit 2; }
export suite=${1:-bookworm}
apart check "${@:2}"
