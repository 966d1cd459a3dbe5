# What cmake --install brings, and that packaging/debian agrees with it and with packages.txt.
# packaging/check.sh builds the packages and tries them, by hand before a release.

setup_file()
{
    load helper
    local build
    build=$(dirname "$TALKPRESS")/..
    DESTDIR=$BATS_FILE_TMPDIR/root cmake --install "$build" --prefix /usr >"$BATS_FILE_TMPDIR/log"
}

setup()
{
    load helper
    SOURCE=$BATS_TEST_DIRNAME/../..
    DEBIAN=$SOURCE/packaging/debian
    ROOT=$BATS_FILE_TMPDIR/root
    cd "$BATS_TEST_TMPDIR"
}

# The installed files, one a line, from usr/ on.
installed()
{
    (cd "$ROOT" && find . ! -type d -printf '%P\n' | sort)
}

# group NAME...: the packages of these groups in packages.txt, one a line.
group()
{
    awk -v groups=" $* " 'index(groups, " " $1 " ") { print $2 }' "$SOURCE/packages.txt" | sort -u
}

# field FILE PACKAGE NAME: a field of the paragraph that begins with PACKAGE ("Package: talkpress"), one item
# a line, without versions and substitutions.
field()
{
    sed -n "/^$2\$/,/^\$/p" "$1" | sed -n "/^$3:/,/^[^ ]*: \|^[A-Z].*:\$/s/^ \([a-z0-9][^ ,]*\).*/\1/p" | sort
}

# The text of a folder's files, in the folder.
contents()
{
    (cd "$1" && find . -type f | sort | xargs sha256sum)
}

@test "installed: programs, unit, man page, licence and documentation are where the FHS has them" {
    installed >files
    for file in bin/talkpress libexec/talkpress/talkpress-media libexec/talkpress/talkpress-review \
        lib/systemd/user/talkpress-watch@.service share/man/man1/talkpress.1 \
        share/doc/talkpress/LICENSE share/doc/talkpress/README.md share/doc/talkpress/CHANGELOG.md \
        share/doc/talkpress/docs/install.md share/talkpress/programmes/xen-summit-2010.html; do
        grep -qxF "usr/$file" files || {
            echo "not installed: $file"
            return 1
        }
    done
    same "" "$(grep -vE '^usr/(bin|libexec/talkpress|lib/systemd/user|share/(talkpress|doc/talkpress|man/man1))/|^usr/share/(bash-completion/completions|zsh/[a-z-]+)/[^/]+$' files)"
    same "usr/bin/talkpress usr/libexec/talkpress/talkpress-media usr/libexec/talkpress/talkpress-review" \
        "$(grep -E '^usr/(bin|libexec)/' files | paste -sd' ')"
    cmp "$SOURCE/LICENSE" "$ROOT/usr/share/doc/talkpress/LICENSE"
}

@test "installed: everything that talkpress reads, as it is in the source" {
    for dir in pipeline/renditions pipeline/cards pipeline/site pipeline/report pipeline/review \
        pipeline/speaker examples; do
        same "$(contents "$SOURCE/$dir")" "$(contents "$ROOT/usr/share/talkpress/${dir##*/}")"
    done
}

@test "installed: the pages of the documentation link only to what is installed" {
    cp -r "$ROOT/usr/share/doc/talkpress" doc
    expect 0 "$SOURCE/packaging/links.sh" doc
    rm doc/docs/hooks.schema.json
    expect 1 "$SOURCE/packaging/links.sh" doc
    same "'doc/docs/hooks.md' links to 'hooks.schema.json', which is not installed" "$output"
    mkdir few
    expect 1 "$SOURCE/packaging/links.sh" few
    says "in 'few' are 0 links only"
}

@test "the package: its version is the program's, its latest change has a date" {
    same "talkpress $(sed -n '1s/^talkpress (\(.*\)-[^-]*) .*/\1/p' "$DEBIAN/changelog")" \
        "$("$TALKPRESS" --version)"
    date -d "$(sed -n 's/^ -- .*>  //p;T;q' "$DEBIAN/changelog")" >/dev/null
}

@test "the package: its dependencies are those of packages.txt" {
    same "$(group build | grep -vx build-essential)" \
        "$(field "$DEBIAN/control" "Source: talkpress" Build-Depends | grep -vx debhelper-compat)"
    {
        field "$DEBIAN/control" "Package: talkpress" Depends | grep -vx talkpress-data
        field "$DEBIAN/control" "Package: talkpress" Recommends
    } | sort >needed
    same "$(group run)" "$(cat needed)"
    # binutils comes with build-essential; @ are the packages themselves.
    field "$DEBIAN/tests/control" "Tests: cli" Depends | grep -vx binutils >tested
    grep -qx ffmpeg tested
    same "" "$(comm -13 <(group run test) tested)"
}

@test "the package: every installed file is in exactly one of its lists" {
    local file pattern lists
    local -a patterns
    mapfile -t patterns < <(sed '/^#/d' "$DEBIAN"/{talkpress.install,talkpress-data.install,not-installed})
    [ ${#patterns[@]} -gt 5 ]
    installed >files
    [ "$(wc -l <files)" -gt 100 ]
    while read -r file; do
        lists=0
        for pattern in "${patterns[@]}"; do
            # Unquoted: a pattern.
            case $file in $pattern | $pattern/*) lists=$((lists + 1)) ;; esac
        done
        [ $lists = 1 ] || {
            echo "'$file' is in $lists lists"
            return 1
        }
    done <files
}

@test "the package: copyright has the text of each licence, and no file states another owner" {
    local licence
    sed -n '/^Files:/,/^$/s/^License: //p' "$DEBIAN/copyright" | sort -u >licences
    [ -s licences ]
    while read -r licence; do
        # A paragraph of its own, with a text.
        grep -A 1 -xF "License: $licence" "$DEBIAN/copyright" | grep -q '^ [A-Z]' || {
            echo "no text of $licence"
            return 1
        }
    done <licences
    grep -qx GPL-2+ licences
    grep -q "GPL, version 2 or later" "$SOURCE/README.md"
    # A file with a notice of its own must be named under Files.
    for file in $(cd "$SOURCE" && grep -rIlE 'SPDX-License-Identifier|Copyright +(\(C\)|©|[0-9])' base bench contrib \
        docs examples metadata pipeline src tests | grep -v packaging.bats); do
        sed -n '/^Files:/,/^[A-Z][a-z]*:/p' "$DEBIAN/copyright" | grep -qwF "$file" || {
            echo "copyright does not list '$file', which has a notice of its own"
            return 1
        }
    done
}

@test "the package's tests: the files that need nothing of the build, or those that are named" {
    mkdir -p tree bin
    cp -r "$DEBIAN" tree/debian
    ln -s "$SOURCE/tests" tree/tests
    printf '#!/bin/sh\necho "$TALKPRESS"; printf "%%s\\n" "$@"; ls "$@" >/dev/null\n' >bin/bats
    chmod +x bin/bats
    PATH=$PWD/bin:$PATH expect 0 tree/debian/tests/cli
    same /usr/bin/talkpress "${lines[0]}"
    says tests/cli/usage.bats tests/cli/run.bats tests/cli/site.bats tests/cli/cluster.bats
    says_not preview.bats hostile.bats durability.bats encoders.bats packaging.bats systems.bats
    PATH=$PWD/bin:$PATH expect 0 tree/debian/tests/cli event cut
    same "/usr/bin/talkpress tests/cli/event.bats tests/cli/cut.bats" "${lines[*]}"
}

@test "build.sh where there is no git repository: a message" {
    mkdir -p tree/packaging
    cp "$SOURCE/packaging/build.sh" tree/packaging
    GIT_CEILING_DIRECTORIES=$PWD expect 1 tree/packaging/build.sh
    says "'$PWD/tree' is no git repository"
    same packaging "$(ls tree)"
}
