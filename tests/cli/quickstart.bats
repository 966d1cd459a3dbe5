# quickstart: where its logs are, that it stops where they cannot be written, what it installs, which
# tests it runs. Installing, building and the program are stand-ins, which note their calls in the file calls.

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    cp "$BATS_TEST_DIRNAME/../../quickstart" "$BATS_TEST_DIRNAME/../../packages.txt" .
    stand_in dpkg-query 'echo installed'
    stand_in id 'echo 0'
    stand_in apt-get 'echo "apt-get $*" >>calls; echo "apt-get says: $*"'
    # shellcheck disable=SC2016
    stand_in cmake 'echo "cmake $*" >>calls
        echo "cmake says: $*"
        [ "$1" != --build ] || { mkdir -p build/release/src && cp stand-ins/talkpress build/release/src; }'
    # shellcheck disable=SC2016
    stand_in ctest 'echo "ctest $*" >>calls'
    stand_in talkpress 'shift $(($# > 2 ? 2 : 0)); echo "talkpress $1" >>calls; mkdir -p quickstart-event/out
        touch quickstart-event/out/index.html'
}

# stand_in NAME SCRIPT
stand_in()
{
    mkdir -p stand-ins
    printf '#!/bin/sh\n%s\n' "$2" >"stand-ins/$1"
    chmod +x "stand-ins/$1"
}

# quickstart STATUS [ARGUMENT...]
quickstart()
{
    expect "$1" env PATH="$PWD/stand-ins:$PATH" ./quickstart "${@:2}"
}

@test "the build's log is in build/" {
    quickstart 0
    says "== building (release)" "Published in quickstart-event/out"
    says_not "cmake says"
    same "cmake says: --preset release cmake says: --build --preset release" "$(xargs <build/build.log)"
    grep -qx "talkpress verify" calls
}

@test "a build that fails: the end of its log, and where all of it is" {
    stand_in cmake 'seq 100; echo "no compiler" >&2; exit 1'
    quickstart 1
    says " 72 73 " "99 100 no compiler quickstart: the build failed; all of it is in build/build.log"
    says_not " 70 "
    same 101 "$(wc -l <build/build.log)"
    [ ! -e calls ]
}

@test "a build's log that cannot be written: one message, nothing is built, nothing is run" {
    local message="quickstart: cannot write '$PWD/build/build.log': check the folder's owner and the disk"
    mkdir -p build/build.log
    quickstart 1
    same "$(printf '== building (release)\n%s' "$message")" "$output"
    rm -r build
    echo "a file" >build
    quickstart 1
    same "$(printf '== building (release)\n%s' "$message")" "$output"
    [ ! -e calls ]
}

@test "packages: their log is in build/, and it must be possible to write it" {
    stand_in dpkg-query 'echo not-installed'
    quickstart 0
    says_not "apt-get says"
    grep -q "apt-get says: update" build/install.log
    grep -q "apt-get says: install .*cmake" build/install.log
    stand_in apt-get 'echo "E: no network"; exit 100'
    quickstart 1
    says "E: no network quickstart: the packages cannot be installed (no network?). Needed are:"
    rm -r build calls
    mkdir -p build/install.log
    quickstart 1
    says "quickstart: cannot write '$PWD/build/install.log'"
    same 2 "$(wc -l <<<"$output")"
    [ ! -e calls ]
}

# debian: a system where some packages are not installed, and apt-get installs what it is told. apt-cache
# knows all but missing-tool, which other packages name, and rare-tool only after apt-get update.
debian()
{
    cat >packages.txt <<'END'
# group package
build compiler
run fonts
run rare-tool optional
test checker
test missing-tool optional
END
    touch installed
    # shellcheck disable=SC2016
    stand_in dpkg-query '! grep -qx "$4" installed || echo installed'
    # shellcheck disable=SC2016
    stand_in apt-cache '[ "$2" != missing-tool ] || exit 0
        [ "$2" != rare-tool ] || [ -e updated ] || { echo "E: No packages found" >&2 && exit 100; }
        echo "Package: $2"'
    # shellcheck disable=SC2016
    stand_in apt-get 'echo "apt-get $*" >>calls
        if [ "$1" = update ]; then touch updated; exit; fi
        shift 4; printf "%s\n" "$@" >>installed'
}

@test "optional packages: installed where apt knows them, else left out with one line" {
    debian
    quickstart 0 test
    says "== installing Debian packages == left out, optional: missing-tool == building (asan)"
    same "compiler fonts checker rare-tool" "$(xargs <installed)"
    same 1 "$(grep -c "left out" <<<"$output")"
    rm calls
    quickstart 0 test
    says "== left out, optional: missing-tool == building (asan)"
    says_not "installing"
    expect 1 grep apt-get calls
    # Of the groups build and run, none is left out.
    quickstart 0
    says_not "left out"
    # One that apt learns of later.
    sed -i '/rare-tool/d' installed
    quickstart 0
    says "== installing Debian packages == building (release)"
    grep -qx rare-tool installed
}

@test "not root: told to install what apt knows; optional packages alone stop nobody" {
    debian
    stand_in id 'echo 1000'
    touch updated
    quickstart 1 test
    says "not root. Run this, then ./quickstart again: sudo apt-get install compiler fonts checker rare-tool"
    says_not "missing-tool"
    [ ! -e calls ]
    printf '%s\n' compiler fonts checker >installed
    quickstart 0 test
    says "== left out, optional: rare-tool missing-tool == building (asan)"
    grep -q "^ctest " calls
    expect 1 grep apt-get calls
}

@test "no Debian: what is needed, and what is optional" {
    debian
    mkdir few
    ln -s "$(command -v bash)" "$(command -v dirname)" "$(command -v env)" few
    PATH=$PWD/few expect 1 ./quickstart test
    says "this is no Debian. talkpress needs what these packages hold: compiler fonts checker" \
        "rare-tool (optional) missing-tool (optional)"
}

@test "test: all tests, or those whose name matches" {
    unset CI
    quickstart 0 test
    same "--preset asan -j $(nproc) -LE slow|long --no-tests=error" "$(sed -n 's/^ctest //p' calls)"
    rm calls
    quickstart 0 test 'unit_ba|cli_send x'
    same "--preset asan -j $(nproc) -LE slow|long -R unit_ba|cli_send x --no-tests=error" \
        "$(sed -n 's/^ctest //p' calls)"
    rm calls
    CI=true quickstart 0 test unit_ba
    grep -qx "ctest --preset asan -L slow -R unit_ba --no-tests=ignore" calls
    stand_in ctest 'exit 8'
    quickstart 8 test
}

@test "wrong usage: status 2, and nothing is done" {
    local words
    for words in "tests" "lint x" "test a b"; do
        # shellcheck disable=SC2086
        quickstart 2 $words
        says "usage: ./quickstart [test [REGEX] | lint"
    done
    [ ! -e calls ]
}
