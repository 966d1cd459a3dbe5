# The programs as they are installed: they find each other and their data wherever they are moved to, no
# path of the source or the build is in them, and they are linked so that attacks are harder.
#
# They are those of the build that TALKPRESS belongs to; with PROGRAMS=release, of a release that is
# built here, which takes minutes. The tests with the tag "linked" look at what compiler and linker were told.

setup_file()
{
    load helper
    local source build
    source=$(realpath "$BATS_TEST_DIRNAME/../..")
    build=$(realpath "$(dirname "$TALKPRESS")/..")
    if [ "${PROGRAMS:-}" = release ]; then
        build=$BATS_FILE_TMPDIR/build
        cmake --preset release -S "$source" -B "$build" >"$BATS_FILE_TMPDIR/log"
        cmake --build "$build" >>"$BATS_FILE_TMPDIR/log"
    fi
    DESTDIR=$BATS_FILE_TMPDIR/first cmake --install "$build" --prefix /usr >/dev/null
    mv "$BATS_FILE_TMPDIR/first" "$BATS_FILE_TMPDIR/moved"
    export SOURCE=$source BUILD=$build USR=$BATS_FILE_TMPDIR/moved/usr
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)"
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    TALKPRESS=$USR/bin/talkpress
    programs=("$TALKPRESS" "$USR"/libexec/talkpress/talkpress-{media,review})
}

@test "programs and data that are moved together find each other" {
    new_event
    rehearse "$PAGE" rec
    expect 0 tp add "$PWD/rec"
    SITE=on settings 'renditions: [mp4-360]'
    expect 0 tp run --quiet
    [ -s event/out/01-first-steps.jpg ]
    [ -s event/out/index.html ]
    expect 0 tp report
    ln -s "$TALKPRESS" link
    expect 0 ./link -C event card 1 -o card.png
    mv "$USR/share/talkpress/cards" cards
    run tp card 1 -o card.png
    same 1 "$status"
    says "'cards/title.ass' was not found in" "/moved/usr/bin/../share/talkpress'"
    run env TALKPRESS_DATA=/no/where "$TALKPRESS" -C "$EVENT" card 1 -o card.png
    mv cards "$USR/share/talkpress/cards"
    same 1 "$status"
    says "in '/no/where' (TALKPRESS_DATA) or in"
}

@test "the event's data come first, then those of TALKPRESS_DATA, then the installed ones" {
    new_event
    mkdir -p data/cards
    echo "of the variable" >data/cards/title.ass
    export TALKPRESS_DATA=$PWD/data
    expect 1 tp card 1 -o card.png
    says "$PWD/data/cards/title.ass"
    mkdir -p event/cards
    cp "$USR/share/talkpress/cards/title.ass" event/cards
    expect 0 tp card 1 -o card.png
}

# bats test_tags=linked
@test "no path of the source or the build is in a program" {
    for program in "${programs[@]}"; do
        [[ $(ldd "$program") != *lib[atu]*san.so* ]] || skip "sanitizers compile paths in"
        cp "$program" stripped
        if [ "${PROGRAMS:-}" != release ]; then
            strip --strip-debug stripped # of a build for debuggers
        fi
        strings -a stripped >strings
        grep -q "talkpress" strings
        expect 1 grep -F -e "$SOURCE" -e "$BUILD" -e "$(dirname "$SOURCE")/" strings
    done
}

# bats test_tags=linked
@test "programs can be loaded anywhere, and their tables of functions and their stack are protected" {
    for program in "${programs[@]}"; do
        readelf -hW "$program" | grep -E 'Type: +DYN'
        readelf -dW "$program" | grep -E 'FLAGS_1.*NOW.*PIE'
        readelf -lW "$program" | grep -E '^ *GNU_RELRO '
        readelf -lW "$program" | grep -E '^ *GNU_STACK .* RW +0x'
    done
}

# bats test_tags=linked
@test "jumps to functions are marked (x86)" {
    [ "$(uname -m)" = x86_64 ] || skip "not x86"
    for program in "${programs[@]}"; do
        objdump -d --no-show-raw-insn --disassemble=main "$program" | grep -A 1 '<main>:$' | grep -w endbr64
    done
}

@test "names of processes: the worker's has its stage, and none has a space" {
    new_event
    "$TALKPRESS" rehearse "$PAGE" -o rec --height 360 --fps 25 --tones --no-estimate >/dev/null
    expect 0 tp add "$PWD/rec"
    settings 'renditions: [mp4-360]'
    "$TALKPRESS" -C "$EVENT" run --quiet >/dev/null &
    run_pid=$!
    while kill -0 $run_pid 2>/dev/null; do
        for pid in $(workers_of $run_pid); do
            cat "/proc/$pid/comm" 2>/dev/null >>names || true
        done
        sleep 0.01
    done
    wait $run_pid
    # Slurm reads a process's parent from /proc/PID/stat, and a space in the name misleads it.
    grep -qx talkpress-cell names
    expect 1 grep -vxE 'talkpress(-[a-z]+)?' names
}
