# What goes wrong, and what is said about it.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (1:20)" \
        "2: Second Thoughts (Grace Murray) (0:06)" "3: Third Time Lucky (Radia Lamport) (0:09)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    load background
    cd "$BATS_TEST_TMPDIR"
    ulimit -c 0
    new_event
}

teardown()
{
    [ -z "${COORDINATOR:-}" ] || kill -KILL "$COORDINATOR" 2>/dev/null || true
    [ -z "${MOUNTED:-}" ] || umount "$MOUNTED"
}

# has_open PROCESS FILE, without starting a process: what it looks for may last no longer than that.
has_open()
{
    local fd
    for fd in "/proc/$1/fd/"*; do
        [[ $fd -ef $2 ]] && return 0
    done
    return 1
}

# The command that a message says repeats a failed job.
repeat_command()
{
    sed -n "s/^ *to run it again: //p" "$1" | head -1
}

@test "a worker that crashes fails its job alone, with the command that repeats it" {
    slow_event
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    begin_run
    worker=$(stop_worker cell)
    kill -ABRT "$worker"
    kill -CONT "$worker"
    status=0
    wait $COORDINATOR || status=$?
    output=$(cat run)
    same 1 "$status"
    says "FAILED talk 1: 0:" "the worker crashed (signal 6, Aborted) while encoding 0:48 to 1:20 of" \
        "'$REC/01-first-steps.mp4'" "to run it again: " \
        "talk 2 is made" "talk 3 is made" "some failed, see above" \
        "2 of 3 parts are complete, 1 is not finished; out/ holds 2 parts, 4 files"
    same "02-second-thoughts.mp4 03-third-time-lucky.mp4" "$(cd event/out && echo *.mp4)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    expect 0 tp status
    says "1 ok First Steps: FAILED: the worker crashed"
    json '[.parts[].talk]' '[1]' tp status --failed --json
    json '[.parts[].talk]' '[]' tp status --failed --text second --json
    same "" "$(ls event/work/tmp)"
    # The command works from anywhere, and what it makes counts.
    command=$(repeat_command run)
    PATH=$(dirname "$TALKPRESS"):$PATH
    (cd / && bash -c "$command")
    json '.jobs.cell' 0 tp run --json
    expect 0 tp status
    says "3 of 3 parts are complete"
    expect 0 tp gc
    same "" "$(ls event/work/failed)"
}

@test "a rendition with an encoder that is not there: said once, before any work" {
    sed -i 's/encoder: libx264/encoder: libx999/' event/renditions/cheap.yaml
    tp add "$REC" >/dev/null
    expect 1 tp run --quiet
    same "talkpress: rendition 'cheap': this FFmpeg has no encoder 'libx999'" "$output"
    same "" "$(ls event/work/failed)"
}

@test "an encoder that refuses: the last lines of its log" {
    sed -i 's/crf: 30/crf: 30, profile: nonsense/' event/renditions/cheap.yaml
    tp add "$REC" >/dev/null
    expect 1 tp run --quiet 2
    says "FAILED talk 2: card" "the last lines of its log" "nonsense" "to run it again: talkpress worker"
    expect 1 bash -c "PATH=$(dirname "$TALKPRESS"):\$PATH; $(repeat_command <(echo "$output"))"
    json '.failures[] | select(.stage == "card") | [.talk, .code != null, (.log | test("nonsense"))]' \
        '[2,true,true]' tp status --json 2
    # Mended: what failed before is forgotten.
    cheap_rendition event cheap .mp4
    expect 0 tp status
    says "2 ok Second Thoughts: to do"
    json '.failures' '[]' tp status --json
    expect 0 tp run --quiet 2
}

@test "a worker that makes no progress is stopped" {
    slow_event 'stall_s: 2'
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    begin_run 1
    stop_worker cell >/dev/null
    status=0
    wait $COORDINATOR || status=$?
    output=$(cat run)
    same 1 "$status"
    says "FAILED talk 1: " \
        "the worker made no progress for 2 s and was stopped while encoding 0:48 to 1:20 of" "of '$REC/01-first-steps.mp4', at about" \
        "Play the file there" "raise 'stall_s'"
    tp status >status || true
    grep -q "made no progress" status
}

@test "a run that was stopped for longer than that goes on, and so do its workers" {
    slow_event 'stall_s: 4'
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    begin_run 1
    worker=$(stop_worker cell)
    kill -STOP $COORDINATOR
    sleep 6
    kill -CONT $COORDINATOR "$worker"
    wait $COORDINATOR
    output=$(cat run)
    says "1 of 1 part is complete"
}

@test "a worker that makes a forbidden system call: reported" {
    slow_event
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    begin_run 1
    worker=$(stop_worker cell)
    kill -CONT "$worker"
    for _ in {1..1000}; do
        ! reader=$(pgrep -P "$worker") || break
        sleep 0.01
    done
    kill -SYS "$reader"
    status=0
    wait $COORDINATOR || status=$?
    output=$(cat run)
    same 1 "$status"
    says "FAILED talk 1: " "the worker made a system call that its sandbox forbids, and was stopped (signal 31)"
    same "" "$(ls event/work/tmp)"
}

@test "a recording that changed after it was added: said, and its talk is made anew" {
    mkdir cam
    cp "$REC"/0[23]* cam
    tp add cam >/dev/null
    tp run --quiet >/dev/null || true
    sums_before=$(sums)
    ffmpeg -v error -y -i "$REC"/02*.mp4 -vf negate -c:a copy -preset ultrafast cam/02*.mp4
    touch cam/03*
    expect 3 tp run --quiet
    says "02-second-thoughts.mp4' has changed since it was added: it is read again"
    says_not "03-third-time-lucky.mp4' has changed"
    [ "$sums_before" != "$(sums)" ]
    same "$(grep 03- <<<"$sums_before")" "$(grep 03- event/out/SHA256SUMS)"
}

@test "a recording that changes under a job: the job refuses" {
    mkdir cam
    cp "$REC"/03* cam
    sed -i 's/crf: 30/crf: 30, profile: nonsense/' event/renditions/cheap.yaml
    tp add cam >/dev/null
    run tp run --quiet 3
    spec=$(grep -l '"stage":"cell"' event/work/failed/*)
    touch cam/03*
    expect 1 "$TALKPRESS" worker "$spec"
    says "changed while talkpress was running: run it again"
}

@test "a recording that is replaced while a job reads it: the job is refused, nothing of it is kept" {
    mkdir cam
    cp "$REC"/01* cam
    slow_event
    tp add cam >/dev/null || true
    tp verify >/dev/null || true
    begin_run 1
    worker=$(stop_worker cell)
    kill -CONT "$worker"
    # After its first look at the recording: once the process in its sandbox has it open.
    until has_open "${reader:-self}" cam/01*; do
        read -r reader <"/proc/$worker/task/$worker/children" || true # it ends without a newline
        kill -0 "$worker"
    done
    kill -STOP "$reader"
    cat "$REC"/02* >>cam/01*
    kill -CONT "$reader"
    status=0
    wait $COORDINATOR || status=$?
    output=$(cat run)
    same 1 "$status"
    says "FAILED talk 1: 0:" "01-first-steps.mp4' changed while talkpress was running: run it again"
    cells=$(sqlite3 event/talkpress.db "select count(*) from result where stage = 'cell'")
    same 0 "$cells"
    same "" "$(ls event/out/*.mp4 2>/dev/null)"
    cp "$REC"/02* cam/01*
    run tp run --quiet 1
    says "01-first-steps.mp4' has changed since it was added: it is read again"
}

@test "recordings on a disk that is gone: said, and nothing made from them is dropped" {
    mkdir cam
    cp "$REC"/0[23]* cam
    tp add cam >/dev/null
    tp run --quiet >/dev/null || true
    sums_before=$(sums)
    made_before=$(find event/work/?? -type f | sort)
    mv cam gone
    for command in "run --quiet" publish gc "gc --dry-run" status verify match; do
        run tp $command
        [[ $status = [03] ]]
    done
    same "$sums_before" "$(sums)"
    same "$made_before" "$(find event/work/?? -type f | sort)"
    # What needs the recording waits for it, and says so.
    tp cut 2 --in 0:01 >/dev/null
    expect 3 tp run --quiet
    says "talk 2 waits: its recording '$PWD/cam/02-second-thoughts.mp4' was not found: is its disk connected?"
    tp gc >/dev/null
    same "$sums_before" "$(sums)"
    mv gone cam
    tp cut 2 --auto >/dev/null
    json '.jobs | add' 0 tp run --json
    same "$sums_before" "$(sums)"
}

@test "a second one at work on the folder: who holds it, status 75" {
    slow_event
    tp add "$REC" >/dev/null
    begin_run
    worker=$(stop_worker cell)
    for command in "run" "add $REC" publish gc "gc --dry-run"; do
        expect 75 tp $command
        says "another talkpress is using '$PWD/event' (process $COORDINATOR): wait for it"
    done
    # To look is always allowed.
    for command in status list match "why 1" verify "cut 2"; do
        expect 0 tp $command
    done
    kill -CONT "$worker"
    wait $COORDINATOR
    expect 0 tp run --quiet
    says "jobs run: none"
}

@test "a lock left by a process that is gone holds nobody up" {
    tp add "$REC"/03* >/dev/null || true
    echo 1 >event/work/lock
    tp run --quiet 3
}

@test "a full disk: status 75 and what to do; with room again it goes on" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
    mkdir small
    mount -t tmpfs -o size=1500k tmpfs small 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/small
    new_event "$PWD/small/event"
    tp add "$REC" >/dev/null
    size_kb=64
    expect 75 tp run --quiet
    says "free some space" "the disk is full: about "
    expect 75 tp run --quiet
    says "MB more are needed, and 0."
    mount -o remount,size=50m small
    # Also those that the store had no room for: a result that lies in work/ counts.
    made=$(find small/event/work/?? -name '*.json' -exec cat {} + |
        jq -s '[.[] | select(.frames > 5 and (has("sha256") | not))] | length')
    json '.jobs.cell' $((5 - made)) tp run --json
    expect 0 tp run --quiet
    says "3 of 3 parts are complete"
    (cd small/event/out && sha256sum --quiet -c SHA256SUMS)
    same "" "$(ls small/event/work/tmp)"
}

@test "a full disk, and one that is read-only: what only looks works, all else says why" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    mkdir small
    mount -t tmpfs -o size=4m tmpfs small 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/small
    cp -a "$EVENT" small/event
    EVENT=$PWD/small/event
    cat /dev/zero >small/filler 2>/dev/null || true
    for reason in "No space left on device" "its folder takes no new files"; do
        expect 0 tp status
        says "1 ok First Steps: to do"
        expect 0 tp list
        expect 0 tp why 1
        expect $([[ $reason = No* ]] && echo 75 || echo 1) tp cut 1 --in 0:01
        says "talkpress.db" "$reason"
        rm -f small/event/talkpress.db-* # what SQLite began to make beside it, and could not
        mount -o remount,ro small
    done
    mount -o remount,rw,size=8m small
    expect 0 tp cut 1 --in 0:01
}

@test "the worker command on nonsense: one line, status 1" {
    echo '{"stage": "dance"}' >a.json
    echo '{"stage": "cell", "key": "../../x", "work": "."}' >b.json
    echo '[' >c.json
    for spec in a b c nowhere; do
        expect 1 "$TALKPRESS" worker $spec.json
        same 1 "${#lines[@]}"
        json 'keys_unsorted' '["code","message"]' echo "$output"
    done
}
