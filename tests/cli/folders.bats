# Folders, disks and descriptors that are taken away or limited while talkpress works: the lock, work/, out/,
# the event itself, the size of files, the standard streams.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:56)" "2: Second Thoughts (Grace Murray) (0:06)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/added"
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    cp -a "$EVENT" "$BATS_FILE_TMPDIR/done"
    "$TALKPRESS" -C "$BATS_FILE_TMPDIR/done" run --quiet >/dev/null
}

setup()
{
    load helper
    load background
    cd "$BATS_TEST_TMPDIR"
    ulimit -c 0
}

teardown()
{
    [ -z "${COORDINATOR:-}" ] || kill -KILL "$COORDINATOR" 2>/dev/null || true
    [ -z "${MOUNTED:-}" ] || umount "$MOUNTED"
}

# event_of added|done
event_of()
{
    cp -a "$BATS_FILE_TMPDIR/$1" event
    EVENT=$PWD/event
}

# run_with_worker [OPTION...]: a run in the background, with a worker that has stopped at a cell.
run_with_worker()
{
    event_of added
    slow_event
    begin_run "$@"
    WORKER=$(stop_worker cell)
}

# ends STATUS: the run goes on, and ends by itself within half a minute.
ends()
{
    local got=0
    kill -CONT "$WORKER" "$COORDINATOR" 2>/dev/null || true
    for _ in {1..300}; do
        kill -0 "$COORDINATOR" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 "$COORDINATOR" 2>/dev/null || { echo "it does not end"; cat run; return 1; }
    wait "$COORDINATOR" || got=$?
    output=$(cat run)
    same "$1" "$got" || { echo "$output"; return 1; }
}

# One message, and nothing after it.
says_alone()
{
    same 1 "$(grep -c '^talkpress: \|^FAILED' run)"
    says_not "backup of the store"
    says "$@"
    says_not "jobs run"
}

# The files of the cells that are in the store.
cells_made()
{
    sqlite3 -readonly event/talkpress.db "select 'event/work/' || substr(key, 1, 2) || '/' || key ||
        '.mp4' from result where stage = 'cell'"
}

@test "work/ is removed while a run goes on: one message, and no second run beside it" {
    run_with_worker
    kill -STOP "$COORDINATOR"
    rm -rf event/work
    expect 75 tp run
    says "another talkpress is using '$PWD/event'"
    ends 1
    says_alone "talkpress: '$PWD/event/work' was removed, renamed or replaced while talkpress was running" \
        "'talkpress run' makes again what is missing there"
    expect 0 tp run --quiet
    says "2 of 2 parts are complete"
}

@test "work/ is renamed, or another folder takes its place, while a run goes on" {
    for new in "" work; do
        run_with_worker
        mv event/work work.moved
        [ -z "$new" ] || mkdir event/work
        ends 1
        says_alone "'$PWD/event/work' was removed, renamed or replaced"
        rm -rf event work.moved
    done
}

@test "pieces are removed from work/ while a run goes on: they are made again" {
    run_with_worker 1
    kill -CONT "$WORKER"
    # Until a cell is in the store.
    until WORKER=$(stop_worker cell) && [ -n "$(cells_made)" ]; do
        kill -CONT "$WORKER" 2>/dev/null || true # it may have ended before it was stopped
    done
    rm event/work/??/*.mp4
    rm -r event/work/failed
    ends 0
    says "1 of 1 part is complete"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
}

@test "work/tmp is removed while a run goes on: at most the jobs of that moment fail" {
    run_with_worker
    rm -rf event/work/tmp
    ends 1
    says "FAILED talk 1" "talk 2 is made" "1 of 2 parts are complete"
    same 1 "$(grep -c '^FAILED' run)"
    expect 0 tp run --quiet
}

@test "what is made is lost from work/ again and again: the part fails, and the run ends" {
    event_of added
    slow_event
    begin_run
    while kill -0 "$COORDINATOR" 2>/dev/null; do
        cells_made | xargs -r rm -f
        sleep 0.1
    done
    WORKER=$COORDINATOR
    ends 1
    # It is missed when its job ends, when the next jobs are planned, or when the file is assembled.
    says ".mp4'" "something else deletes files in work/"
}

@test "the event's folder is renamed while a run goes on: said, and nothing appears in its old place" {
    run_with_worker
    mv event moved
    ends 1
    says_alone "the folder '$PWD/event' was renamed, removed or replaced while talkpress was running"
    [ ! -e event ]
    EVENT=$PWD/moved
    expect 0 tp run --quiet
    says "2 of 2 parts are complete"
}

@test "the store is replaced by another while a run goes on" {
    run_with_worker
    cp event/talkpress.db copy.db
    mv copy.db event/talkpress.db
    ends 1
    says_alone "the store '$PWD/event/talkpress.db' was removed or replaced while talkpress was running"
}

@test "one folder by two paths is one event with one lock" {
    run_with_worker
    ln -s event link
    EVENT=$PWD/link
    expect 75 tp run
    says "another talkpress is using '$PWD/event' (process $COORDINATOR)"
    if [ "$(id -u)" = 0 ] && mkdir bound && mount --bind event bound 2>/dev/null; then
        MOUNTED=$PWD/bound
        EVENT=$PWD/bound
        expect 75 tp run
        says "another talkpress is using '$PWD/bound' (process $COORDINATOR)"
    fi
    # Without the file that names the process too.
    rm event/work/lock
    expect 75 tp run
    says "(process unknown)"
}

@test "a talkpress of before, which locks only work/lock, keeps this one out" {
    event_of done
    echo 4711 >event/work/lock
    exec 8<>event/work/lock
    flock -n 8
    expect 75 tp run
    says "another talkpress is using '$PWD/event' (process 4711)"
    exec 8>&-
    expect 0 tp run --quiet
}

@test "out/ is removed while a run goes on: all is published again" {
    event_of done
    slow_event
    tp cut 1 --in 0:01 >/dev/null
    begin_run
    WORKER=$(stop_worker cell)
    rm -rf event/out
    ends 0
    says "2 of 2 parts are complete"
    (cd event/out && sha256sum --quiet -c SHA256SUMS && [ "$(ls *.mp4 | wc -l)" = 2 ])
}

@test "another folder is in the place of out/, as if its disk were gone: nothing is published into it" {
    event_of done
    slow_event
    tp cut 1 --in 0:01 >/dev/null
    begin_run
    WORKER=$(stop_worker cell)
    mv event/out away
    mkdir event/out
    ends 1
    says_alone "'$PWD/event/out' was replaced by another folder while talkpress was running" \
        "run 'talkpress publish'"
    same "" "$(ls event/out)"
    expect 0 tp publish
    says "out/ holds 2 parts, 4 files: 6 written"
}

@test "a file that was removed from out/ is not in its lists while its part is made anew" {
    event_of done
    tp cut 2 --in 0:01 >/dev/null
    rm event/out/02-second-thoughts.mp4
    expect 0 tp publish
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    json '[.talks[1].parts[], .talks[1].not_published[].part]' '[1]' cat event/out/talks.json
}

@test "files may not grow (ulimit -f): each program says so, and nothing wrong is kept" {
    event_of added
    # The store's journal, a worker's output, the list of a publish.
    for bytes in 20000 60000 102400; do
        expect 1 prlimit --fsize=$bytes "$TALKPRESS" -C event run --quiet
        says "File too large ('ulimit -f' or the file system, such as FAT32, allows no larger file)"
    done
    expect 0 tp run --quiet
    says "2 of 2 parts are complete"
    same ok "$(sqlite3 event/talkpress.db 'pragma integrity_check')"
}

@test "output that cannot be written: status 1, and why; a pipe that is closed: no word" {
    event_of done
    for command in status "status --json" list "publish --json" --help; do
        expect 1 bash -c "'$TALKPRESS' -C event $command >/dev/full"
        same "talkpress: cannot write to the standard output: No space left on device" "$output"
        expect 1 bash -c "'$TALKPRESS' -C event $command >&-"
        same "talkpress: cannot write to the standard output: Bad file descriptor" "$output"
    done
    expect 0 bash -c "'$TALKPRESS' -C event status --json | head -c 1"
    same "{" "$output"
    # More than a pipe holds.
    talks=()
    for i in {1..1000}; do
        talks+=("$i: Title $i (Ada Byron) (0:08)")
    done
    page many.txt "${talks[@]}"
    tp import --replace many.txt >/dev/null
    expect 0 bash -c "'$TALKPRESS' -C event status --json | head -c 1"
    same "{" "$output"
}

@test "without stdin, stdout and stderr: no message gets into a file" {
    event_of added
    expect 1 bash -c "'$TALKPRESS' -C event run <&- >&- 2>&-" # as its summary is lost
    same "" "$output"
    same ok "$(sqlite3 event/talkpress.db 'pragma integrity_check')"
    same "" "$(tr -d '0-9' <event/work/lock)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    expect 0 tp run --quiet
    says "jobs run: none" "2 of 2 parts are complete"
}

@test "a run under nohup goes on when its terminal is gone" {
    event_of added
    slow_event
    nohup "$TALKPRESS" -C event run --quiet >run 2>&1 3>&- &
    COORDINATOR=$!
    WORKER=$(stop_worker cell)
    kill -HUP "$COORDINATOR"
    ends 0
    says "2 of 2 parts are complete"
}

@test "the limit of processor time (ulimit -t) stops a run as Ctrl-C does" {
    run_with_worker
    kill -XCPU "$COORDINATOR"
    ends 1
    says "stopped: 'talkpress run' continues from here"
}

# small_disk KB: a disk in memory, $PWD/small.
small_disk()
{
    [ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
    mkdir small
    mount -t tmpfs -o "size=$1k" tmpfs small 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/small
}

@test "the disk of out/ is full, and that of work/ is not: which one, and by how much" {
    small_disk 200
    event_of added
    rm -r event/out
    ln -s "$PWD/small" event/out
    expect 75 tp run --quiet
    says "the disk is full: about " "MB more are needed in '$PWD/event/out', and 0." \
        "MB are free there (0." "MB too few)" "MB more are needed in '$PWD/event/work', and " "free some space"
    needed=$(sed -n "s/.*about \([0-9.]*\) MB more are needed in '[^']*out'.*/\1/p" <<<"$output")
    mount -o remount,size=50m small
    before=$(du -sk small | cut -f1)
    expect 0 tp run --quiet
    (cd small && sha256sum --quiet -c SHA256SUMS)
    # As much as it was.
    awk -v said="$needed" -v kb=$(($(du -sk small | cut -f1) - before)) \
        'BEGIN { exit !(said > kb / 1024 * 0.7 && said < kb / 1024 * 1.5 + 0.1) }'
}

@test "the disk of work/ is full, and that of out/ is not" {
    small_disk 300
    event_of added
    cp -a event/work/. small
    rm -r event/work
    ln -s "$PWD/small" event/work
    expect 75 tp run --quiet
    says "MB more are needed in '$PWD/event/work', and 0." "MB too few)" "MB more are needed in '$PWD/event/out', and "
    mount -o remount,size=50m small
    expect 0 tp run --quiet
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
}
