# Killed at any moment, a run leaves nothing that counts; the next one goes on from there.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (1:20)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    ulimit -c 0
}

teardown()
{
    [ -z "${COORDINATOR:-}" ] || kill -KILL "$COORDINATOR" 2>/dev/null || true
}

now_ms()
{
    echo $(($(date +%s%N) / 1000000))
}

# fresh NAME: an event that has everything before it.
fresh()
{
    new_event "$PWD/$1"
    cheap_rendition "$EVENT" cheap .mp4 160 slower
    cheap_rendition "$EVENT" small .small.mp4 96 slow
    settings 'renditions: [cheap, small]'
    tp add "$REC" >/dev/null
}

# What is finished in work/: pieces with their results, and when they were made.
finished()
{
    find "$EVENT/work" -path '*/??/*.json' -printf '%f %i %T@\n' | sort
}

store_is_sound()
{
    same ok "$(sqlite3 "$EVENT/talkpress.db" 'pragma integrity_check')"
    same "" "$(sqlite3 "$EVENT/talkpress.db" 'pragma foreign_key_check')"
}

@test "SIGKILL at random moments: the same files in the end, and nothing made twice" {
    fresh whole
    tp run --quiet >/dev/null 2>&1
    want=$(sums)
    made=$(finished)

    fresh killed
    RANDOM=2010
    nb_killed=0
    for _ in {1..8}; do
        "$TALKPRESS" -C "$EVENT" run --quiet >>log 2>&1 3>&- &
        COORDINATOR=$!
        # After 0 to 4 of the 30 pieces and a moment more: kills fall into every stage, however
        # fast the machine is.
        goal=$(($(finished | wc -l) + RANDOM % 5))
        pause=0.$((100 + RANDOM % 150))
        while [ "$(finished | wc -l)" -lt "$goal" ] && kill -0 $COORDINATOR 2>/dev/null; do :; done
        sleep "$pause"
        kill -KILL $COORDINATOR 2>/dev/null && nb_killed=$((nb_killed + 1))
        wait $COORDINATOR 2>/dev/null || true
        store_is_sound
        before=$(finished)
        # All that was finished after the kill before is there still, and is the same file.
        same "" "$(comm -23 <(echo "${after:-}") <(echo "$before") | grep . || true)"
        after=$before
    done
    echo "$nb_killed runs were killed"
    [ "$nb_killed" -ge 6 ]
    nb_cells=$(sqlite3 whole/talkpress.db "select count(*) from result where stage = 'cell'")
    same 10 "$nb_cells"
    tp run --json >last.json 2>>log
    same "" "$(comm -23 <(echo "$after") <(finished) | grep . || true)"
    same "$want" "$(sums)"
    (cd "$EVENT/out" && sha256sum --quiet -c SHA256SUMS)
    same "$(cut -d' ' -f1 <<<"$made")" "$(finished | cut -d' ' -f1)"
    same "" "$(ls "$EVENT/work/tmp")"
    same "$(ls -A whole/out)" "$(ls -A "$EVENT/out")"
    store_is_sound
    json '.jobs | add' 0 tp run --json
}

@test "cells that were finished are not encoded again" {
    fresh counted
    settings 'renditions: [cheap, small]' 'workers: 1'
    "$TALKPRESS" -C "$EVENT" run --quiet >log 2>&1 3>&- &
    COORDINATOR=$!
    for _ in {1..3000}; do
        cells=$(sqlite3 "$EVENT/talkpress.db" "select count(*) from result where stage = 'cell'")
        [ "$cells" -lt 4 ] || break
        kill -0 $COORDINATOR
    done
    kill -KILL $COORDINATOR
    wait $COORDINATOR 2>/dev/null || true
    cells=$(grep -l header $(find "$EVENT/work" -path '*/??/*.json') | wc -l)
    cards=$(sqlite3 "$EVENT/talkpress.db" "select count(*) from result where stage = 'card'")
    left=$((10 - (cells - cards)))
    echo "$cells segments, $cards of them cards"
    [ "$left" -lt 10 ]
    # A job makes both renditions of a cell.
    json '.jobs.cell' $((left / 2)) tp run --json
}

@test "what workers finished counts, though the store never heard of it" {
    fresh unwritten
    tp run --quiet >/dev/null 2>&1
    sqlite3 "$EVENT/talkpress.db" 'delete from result'
    json '.jobs | add' 0 tp run --json
    # The sums of files that stay until new ones are made, too.
    want=$(sums)
    sqlite3 "$EVENT/talkpress.db" 'delete from result'
    sed 's/First Steps/First Strides/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp publish >/dev/null
    same "$want" "$(sums)"
}

@test "the process that starts workers is killed: its workers end with it, the others are made" {
    fresh orphaned
    "$TALKPRESS" -C "$EVENT" run --quiet >log 2>&1 3>&- &
    COORDINATOR=$!
    until [ -n "$(workers_of $COORDINATOR)" ]; do
        kill -0 $COORDINATOR
    done
    kill -KILL "$(pgrep -P $COORDINATOR)"
    status=0
    wait $COORDINATOR || status=$?
    output=$(cat log)
    same 1 "$status"
    says "FAILED" "the worker was killed (signal 9)"
    says_not "cannot open"
    same "" "$(pgrep -f "worker --serve $EVENT" || true)"
    expect 0 tp run --quiet
    says "3 of 3 parts are complete"
}

@test "Ctrl-C: ends within 2 seconds, says how to go on, and it does" {
    fresh stopped
    for signal in INT TERM HUP; do
        "$TALKPRESS" -C "$EVENT" run >log 2>&1 3>&- &
        COORDINATOR=$!
        # Once a worker is there, the run listens to signals.
        until [ -n "$(workers_of $COORDINATOR)" ]; do
            kill -0 $COORDINATOR
        done
        begin=$(now_ms)
        kill -$signal $COORDINATOR
        status=0
        wait $COORDINATOR || status=$?
        took_ms=$(($(now_ms) - begin))
        output=$(cat log)
        same 1 "$status"
        says "stopped: 'talkpress run' continues from here"
        [ "$took_ms" -lt 2000 ] || { echo "$signal took $took_ms ms"; return 1; }
        same "" "$(pgrep -f "worker --serve $EVENT" || true)"
    done
    expect 0 tp run --quiet
    says "3 of 3 parts are complete"
    same "" "$(ls "$EVENT/work/tmp")"
    store_is_sound
}

@test "killed while it publishes: no half-made name stays in out/" {
    fresh publishing
    tp run --quiet --no-publish >/dev/null 2>&1
    # Killed at each system call that gives a file its name, in turn.
    for call in link,linkat rename,renameat2; do
        for at in 1 3 5 7 9 10 11 12; do
            rm -rf "$EVENT/out"
            sqlite3 "$EVENT/talkpress.db" 'delete from published'
            status=0
            ASAN_OPTIONS=detect_leaks=0 bash -c 'exec strace "$@" >/dev/null 2>&1' - -qq -o /dev/null -e trace=$call \
                -e inject=$call:signal=KILL:when=$at "$TALKPRESS" -C "$EVENT" publish || status=$?
            [ "$status" -ne 0 ] || break
            echo "$call $at" >>killed
            expect 0 tp publish
            same 11 "$(ls -A "$EVENT/out" | wc -l)"
            (cd "$EVENT/out" && sha256sum --quiet -c SHA256SUMS)
        done
    done
    grep -q link killed
    grep -q 'rename,renameat2 11' killed
}
