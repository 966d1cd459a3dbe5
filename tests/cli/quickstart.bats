# quickstart: where its logs are, and that it stops where they cannot be written. Installing, building
# and the program are stand-ins, which note their calls in the file calls.

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
