#!/usr/bin/env bash
# tests/runtime.sh SUITE: the packages that talkpress needs to run, on a fresh minimal system of a Debian suite (bookworm,
# trixie, ...). By hand, before a release; see docs/runtime.md.
#
#   1. builds the last commit in a system of SUITE;
#   2. finds the packages of the libraries that the installed programs link;
#   3. makes a minimal system, installs these packages there, without what they only recommend, and talkpress;
#   4. prints their names, number and size, those that take most and what needs them, and the sizes of further fonts;
#   5. runs the main job of README.md there;
#   6. removes the systems.
#
# SYSTEM=DIR keeps the system to build in, in DIR, and takes it from there. Needs root, the network, mmdebstrap, git and
# 3 GB in TMPDIR. Nothing is left, after Ctrl-C too. APT_OPTION, and where it works: see tests/minimal_system.bash.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
[[ $# == 1 && $1 =~ ^[a-z][a-z-]*$ ]] || { echo "usage: tests/runtime.sh SUITE" >&2; exit 2; }
. "$repo/tests/minimal_system.bash"
export suite=$1 LC_ALL=C

# $libraries: the packages of what the installed programs link.
find_libraries() {
    mkdir -p "$work/deb/debian"
    printf 'Source: talkpress\n\nPackage: talkpress\nArchitecture: any\n' >"$work/deb/debian/control"
    # shellcheck disable=SC2016 # expanded by the inner shell
    quiet inside "$native" sh -euc 'cd /mnt/deb && dpkg-shlibdeps -Olibraries /mnt/talkpress/bin/* \
        /mnt/talkpress/libexec/talkpress/*'
    mapfile -t libraries < <(sed -n 's/^shlibs:Depends=//p' "$work/deb/libraries" | tr ',' '\n' |
        sed 's/^ *//; s/[ |].*//')
    [[ ${#libraries[@]} -ge 10 ]] || fail "found ${#libraries[@]} packages of libraries, expected more"
}

# Names and kB of what is installed.
installed() {
    # shellcheck disable=SC2016 # fields of dpkg-query
    inside "$clean" dpkg-query -W -f '${Package} ${Installed-Size}\n' | sort
}

# sum TEXT: of lines with a name and kB.
sum() {
    awk -v what="$1" '{ kb += $2 } END { printf "   %-44s %4d packages %6.1f MB\n", what, NR, kb / 1000 }'
}

install_packages() {
    make_system "$clean" "$suite" "$(dpkg --print-architecture)"
    installed >"$work/before"
    sum "a minimal system of $suite" <"$work/before"
    install_in "$clean" "${libraries[@]}" "${also[@]}"
    cp -r "$work/talkpress/." "$clean/usr/local"
    installed >"$work/after"
    comm -13 "$work/before" "$work/after" >"$work/new"
    sum "what talkpress needs to run, more than that" <"$work/new"
    du -sm --apparent-size "$work/talkpress" | awk '{ printf "   %-44s %22.1f MB\n", "talkpress itself", $1 }'
}

# needers NAME: packages in $work/depends that depend on one.
needers() {
    awk -v name="$1" '
        { package = $1; sub(/^[^ ]+ /, ""); n = split($0, words, / *[,|] */) }
        { for (i = 1; i <= n; i++) { sub(/[ :].*/, "", words[i]); if (words[i] == name) print package } }' \
        "$work/depends" | sort -u | paste -sd ' '
}

print_largest() {
    local name kb filter
    say "those that take most, and what needs them"
    # shellcheck disable=SC2016 # fields of dpkg-query
    inside "$clean" dpkg-query -W -f '${Package} ${Pre-Depends}, ${Depends}\n' >"$work/depends"
    while read -r name kb; do
        awk -v name="$name" -v kb="$kb" -v by="$(needers "$name")" \
            'BEGIN { printf "   %-24s %6.1f MB  %s\n", name, kb / 1000, by }'
    done < <(sort -k2 -rn "$work/new" | head -n 15)
    filter=$(printf '%s\n' "${libraries[@]}" | grep '^libavfilter')
    inside "$clean" apt-get -s remove --auto-remove "$filter" | awk '$1 == "Remv" { print $2 }' | sort >"$work/gone"
    join "$work/new" "$work/gone" | sum "$filter, with what only it needs"
}

print_fonts() {
    say "fonts that are not installed, for title cards"
    inside "$clean" apt-cache show --no-all-versions fonts-noto-cjk fonts-wqy-microhei fonts-symbola |
        awk '$1 == "Package:" { name = $2 } $1 == "Installed-Size:" { print name, $2 }' |
        while read -r name kb; do sum "$name" <<<"$name $kb"; done
}

# As quickstart has it, with the installed program.
main_job() {
    say "the main job of README.md"
    # shellcheck disable=SC2016 # expanded by the inner shell
    quiet inside "$clean" sh -euxc '
        cd /root
        programme=/usr/local/share/talkpress/programmes/xen-summit-2010.html
        talkpress init event
        talkpress -C event import $programme
        talkpress rehearse $programme -o event/recordings --talk 11 --talk 15 --talk 24 --height 180 --fps 5 --no-estimate
        talkpress -C event add event/recordings
        talkpress -C event run 11 15 24
        talkpress -C event verify 11 15 24
        cd event/out
        [ "$(ls *.360p.mp4 | wc -l)" = 4 ]
        sha256sum --quiet -c SHA256SUMS'
    du -sm --apparent-size "$clean/root/event/out" | awk '{ print "   published: " $1 " MB" }'
}

try() {
    native=${SYSTEM:-$work}/native-$suite
    clean=$work/clean
    # Not found through the libraries: the font of the title card, and time zones.
    also=(fonts-noto-core tzdata)
    native_system "$native" "$suite"
    clone_head "$work/source"
    build_release "$native" talkpress -DTALKPRESS_TESTS=OFF
    find_libraries
    say "a minimal system, with the packages that talkpress needs to run"
    echo "${libraries[*]} ${also[*]}" | fold -sw 96 | sed 's/^/   /'
    install_packages
    print_largest
    print_fonts
    main_job
    say "these packages are enough"
}

apart try
