# The store: damage of every kind, the way back from it, and commands that change it at the same time.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:02)" \
        "3: Third Time Lucky (Radia Lamport) (0:03)"
    rehearse "$PAGE" "$REC"
    sed -i 's/Radia Lamport) (0:03/Radia Lamport) (0:12/' "$PAGE" # too short
    export READY=$BATS_FILE_TMPDIR/ready
    new_event "$READY"
    tp add "$REC" >/dev/null
    decide
    tp run --quiet >/dev/null
}

# A decision of each kind.
decide()
{
    tp match 1=01-first-steps.mp4 >/dev/null
    tp cut 2 --in 0:00.4 --out 0:01.6 >/dev/null
    tp chapter 2 0:00.5 Demo >/dev/null
    tp sound 3 --channels left >/dev/null
    tp add --start "2021-05-04 10:00" "$REC/03-third-time-lucky.mp4" >/dev/null
    tp verify --accept 3 --because "I was there" >/dev/null
}

setup()
{
    load helper
    ulimit -c 0
    cd "$BATS_TEST_TMPDIR"
    cp -a "$READY" event
    EVENT=$PWD/event
    SCHEMA="SELECT sql FROM sqlite_schema ORDER BY name"
    DECISIONS="SELECT * FROM talk; SELECT * FROM part; SELECT * FROM recording;
        SELECT * FROM chosen_match; SELECT * FROM chosen_cut; SELECT * FROM chosen_sound;
        SELECT * FROM chosen_chapter; SELECT * FROM chosen_poster;
        SELECT * FROM chosen_place; SELECT * FROM acceptance; SELECT * FROM published"
}

sql()
{
    sqlite3 event/talkpress.db "$@"
}

# drop_constraints WHERE: those of the tables so chosen, so that they take rows that no talkpress writes. Newer
# versions of sqlite3 forbid that unless they are asked.
drop_constraints()
{
    sql -cmd ".dbconfig defensive off" "PRAGMA writable_schema = 1;
        UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOT NULL', ''), 'STRICT', '')
        WHERE $1" >/dev/null
}

# overwrite BEGIN BYTES [FROM]: bytes of the store, with zeros or with what a file holds.
overwrite()
{
    dd if="${3:-/dev/zero}" of=event/talkpress.db bs=1 seek="$1" count="$2" conv=notrunc status=none
}

# page_of TABLE: where the first page of the table begins, in bytes; pages are of 16 KiB.
page_of()
{
    echo $((16384 * ($(sqlite3 "$READY/talkpress.db" \
        "SELECT rootpage FROM sqlite_schema WHERE name = '$1'") - 1)))
}

# is_said COMMAND...: it does its work, or it fails with one message that names the way back.
is_said()
{
    local status=0
    timeout 60 "$TALKPRESS" -C event "$@" >said.out 2>said || status=$?
    case $status in
    0 | 3) return ;;
    1)
        if [ "$(wc -l <said)" = 1 ] && grep -q "talkpress.db' is .*mkdir damaged && mv " said; then
            return
        fi
        ;;
    esac
    echo "$* (${DAMAGE:-}): status $status"
    cat said
    return 1
}

@test "pages whose end is lost: no crash, one message with the way back" {
    nb=$(($(stat -c %s event/talkpress.db) / 16384))
    for ((i = 1; i <= nb; i++)); do
        DAMAGE="page $i"
        for command in status "cut 2" list publish gc "export schedule.xml" "run --quiet"; do
            cp "$READY/talkpress.db" event/talkpress.db
            overwrite $((i * 16384 - 600)) 600
            # shellcheck disable=SC2086
            is_said $command || return
        done
    done
}

@test "a row that no talkpress wrote: the store is damaged, and says so" {
    while IFS='|' read -r change what; do
        cp "$READY/talkpress.db" event/talkpress.db
        drop_constraints "type = 'table'"
        sql "PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1; $change"
        echo "$change"
        expect 1 tp status
        same 1 "${#lines[@]}"
        says "talkpress.db' is damaged ($what" "mkdir damaged"
    done <<'END'
UPDATE talk SET title = NULL WHERE number = 2|a row has no sound 'title')
UPDATE talk SET title = cast(x'ff41' AS TEXT) WHERE number = 2|a row has no sound 'title')
UPDATE talk SET title = cast(x'610062' AS TEXT) WHERE number = 2|a row has no sound 'title')
UPDATE talk SET number = 5000000000 WHERE number = 2|a row has no sound 'number')
DELETE FROM part WHERE talk = 2|talk 2 has no part)
UPDATE part SET part = 7 WHERE talk = 2|talk 2 is not whole)
UPDATE part SET listed_s = 'long' WHERE talk = 2|a row has no sound 'listed_s')
DELETE FROM talk WHERE number = 2|a row has no sound 'number')
DELETE FROM event|it has talks, but no event)
UPDATE recording SET path = NULL WHERE id = 1|a row has no sound 'path')
UPDATE recording SET fingerprint = x'00' WHERE id = 1|a row has no sound 'fingerprint')
INSERT INTO recording_file VALUES (1, 1, '/x', 1, 1, 'a')|a file of '
UPDATE chosen_match SET talk = 0 WHERE talk = 1|a row has no sound 'talk')
UPDATE chosen_cut SET begin_frame = 'x'|a row has no sound 'begin_frame')
INSERT INTO chosen_chapter VALUES (1, 1, 'f', -1, 'x')|a row has no sound 'at_ms')
INSERT INTO chosen_poster VALUES (1, 1, 'f', -1)|a row has no sound 'frame')
UPDATE chosen_sound SET stream = 1e99|a row has no sound 'stream')
UPDATE chosen_place SET room = x'07'|a row has no sound 'room')
UPDATE acceptance SET because = NULL|a row has no sound 'because')
UPDATE published SET key = '../../etc/passwd'|a row has no sound 'key')
END
}

@test "results that cannot be read count as absent; those in work/ count" {
    for change in "value = NULL" "value = x'7b7d'" "value = '{\"cells\": ['" "stage = NULL, value = 7"; do
        cp "$READY/talkpress.db" event/talkpress.db
        drop_constraints "name LIKE 'result%' OR name = 'failure'"
        sql "UPDATE result SET $change; UPDATE result_cells SET value = NULL;
            INSERT INTO failure VALUES ('k', NULL, 1, 1, NULL, NULL, NULL, NULL)"
        for command in status "verify" "cut 2" "why 1" publish gc; do
            # shellcheck disable=SC2086
            expect 0 tp $command
        done
        json '.jobs | add' 0 tp run --json
    done
}

# breaks KIND: damages the store.
breaks()
{
    case $1 in
    page) overwrite "$(page_of talk)" 16384 ;;
    end) overwrite $(($(page_of chosen_cut) + 16000)) 384 ;;
    truncated) truncate -s "$(($(page_of acceptance) + 100))" event/talkpress.db ;;
    empty) : >event/talkpress.db ;;
    random) overwrite "$(page_of published)" 16384 "$REC/01-first-steps.mp4" ;;
    gone) rm event/talkpress.db ;;
    journal) # an unclean end, whose journal is lost
        sql '.dbconfig no_ckpt_on_close on' 'UPDATE talk SET position = position + 1'
        overwrite "$(page_of chosen_match)" 16384
        rm event/talkpress.db-wal
        ;;
    esac
}

@test "the way back from a damaged store: what it prints brings all decisions back, nothing is made again" {
    want=$(sql "$DECISIONS")
    for kind in page end truncated empty random gone journal; do
        rm -rf event
        cp -a "$READY" event
        breaks $kind
        expect 1 tp status
        same 1 "${#lines[@]}"
        says "talkpress.db" "run in its folder: "
        (cd event && eval "${output#*run in its folder: }")
        same "$want" "$(sql "$DECISIONS")"
        same "$(sqlite3 "$READY/talkpress.db" "$SCHEMA")" "$(sql "$SCHEMA")"
        json '.jobs | add' 0 tp run --json
        same "$(cat "$READY/out/SHA256SUMS")" "$(sums)"
        same ok "$(sql 'pragma integrity_check')"
    done
}

@test "a store that was not closed is checked before it is used, each time until it is replaced" {
    sql '.dbconfig no_ckpt_on_close on' 'UPDATE talk SET position = position + 1'
    [ -s event/talkpress.db-wal ]
    cp -a event whole
    expect 0 tp list
    EVENT=$PWD/whole
    expect 0 tp list
    EVENT=$PWD/event
    [ ! -e event/talkpress.db-wal ]
    overwrite "$(page_of result)" 16384
    expect 0 tp list # was closed, and reads no results
    overwrite "$(page_of result)" 16384
    sql '.dbconfig no_ckpt_on_close on' 'UPDATE talk SET position = position + 1'
    for _ in 1 2; do
        expect 1 tp list
        says "is damaged" "mkdir damaged"
        [ -s event/talkpress.db-wal ]
    done
}

@test "the backup: complete, two generations, and never of a damaged store" {
    backup=event/talkpress.db.backup
    same "$(sql "$DECISIONS")" "$(sqlite3 $backup "$DECISIONS")"
    same 0 "$(sqlite3 $backup 'SELECT count(*) FROM result')"
    same ok "$(sqlite3 $backup 'pragma integrity_check')"
    same ok "$(sqlite3 $backup-before 'pragma integrity_check')"
    touch -d '1 day ago' event/before
    touch -r event/before $backup-before
    was=$(md5sum <$backup)
    tp status >/dev/null
    same "$was" "$(md5sum <$backup)"
    # One that cannot be written leaves nothing behind.
    run bash -c "ulimit -f 100; '$TALKPRESS' -C event match 2=none"
    says "the backup of the store was not renewed"
    [ ! -e $backup.tmp ]
    tp match 2= >/dev/null || [ $? = 3 ]
    tp match 2=none >/dev/null || [ $? = 3 ]
    same "$was" "$(md5sum <$backup-before)"
    same "1 2 3" "$(sqlite3 $backup 'SELECT talk FROM chosen_match' | paste -sd' ')"
    was=$(md5sum <$backup)
    overwrite $(($(page_of chosen_place) + 16300)) 84
    sql 'DELETE FROM chosen_match WHERE talk = 2' # as talkpress would, if it did not look
    expect 1 tp match 2=none
    same "$was" "$(md5sum <$backup)"
    # A backup that is damaged itself is not offered: the one of before is.
    : >$backup
    expect 1 tp status
    says "cp damaged/talkpress.db.backup-before talkpress.db"
    mv event/talkpress.db damaged.db
    expect 1 "$TALKPRESS" init event
    says "is gone, but" "cp damaged/talkpress.db.backup-before talkpress.db"
    # Nothing waits for a pipe that has its name.
    rm $backup
    mkfifo $backup
    expect 1 timeout 20 "$TALKPRESS" init event
    says "cp damaged/talkpress.db.backup-before talkpress.db"
    mv damaged.db event/talkpress.db
    rm $backup*
    expect 1 tp status
    says "is damaged" "has no backup"
}

@test "a schema that is not talkpress's: one message" {
    while IFS='|' read -r change what; do
        cp "$READY/talkpress.db" event/talkpress.db
        sql "$change"
        expect 1 tp status
        same 1 "${#lines[@]}"
        says "is damaged" "$what" "mkdir damaged"
        same 1 "$(sql 'SELECT count(*) FROM chosen_cut' 2>/dev/null || echo 1)"
    done <<'END'
CREATE TRIGGER t AFTER UPDATE ON talk BEGIN DELETE FROM chosen_cut; END|no trigger t
ALTER TABLE talk RENAME TO other; CREATE VIEW talk AS SELECT * FROM other|no view talk
DROP TABLE acceptance|no such table: acceptance
ALTER TABLE talk DROP COLUMN room|no such column: room
CREATE VIRTUAL TABLE v USING fts5(x)|no table v
END
    cp "$READY/talkpress.db" event/talkpress.db
    sql 'DROP INDEX recording_fingerprint; DROP INDEX recording_file_path' # slower, no more
    expect 0 tp status
}

# held CHANGE COMMAND...: the commands, each a word, load what they need, then wait for a process that
# makes the change. Writes the number of each and its exit status.
held()
{
    local change=$1 i=0 pids=() status
    shift
    mkfifo hold
    sqlite3 event/talkpress.db <hold >/dev/null 3>&- &
    exec 9>hold
    echo "PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; $change;" >&9
    sleep 0.3
    for command in "$@"; do
        # shellcheck disable=SC2086
        "$TALKPRESS" -C event $command >"held.$i" 2>&1 3>&- 9>&- &
        pids+=($!)
        i=$((i + 1))
    done
    sleep 1
    echo "COMMIT;" >&9
    exec 9>&-
    for i in "${!pids[@]}"; do
        status=0
        wait "${pids[i]}" || status=$?
        echo "$i $status"
    done
    rm hold
    wait
}

@test "what a command loaded before it waited may be gone: it looks again" {
    same "0 1" "$(held "INSERT OR REPLACE INTO chosen_match VALUES (2, 0, NULL)" "cut 2 --in 0:01")"
    grep -q "talk 2 has no recording that can be cut" held.0
    same "" "$(sql 'SELECT 1 FROM chosen_cut WHERE begin_frame = 5')"
    cp "$READY/talkpress.db" event/talkpress.db
    commands=("cut 1 --auto" "cut 1 --in 0:01" "sound 1 --channels left" "remove 01-first-steps.mp4"
        "verify --accept 1 --because x" "match 2=01-first-steps.mp4")
    held "DELETE FROM recording WHERE path LIKE '%01-first%'" "${commands[@]}" >statuses
    same "0 1 1 1 2 1 3 1 4 0 5 1" "$(paste -sd' ' statuses)"
    same 0 "$(sql "SELECT count(*) FROM recording WHERE path LIKE '%01-first%'")"
    cp "$READY/talkpress.db" event/talkpress.db
    held "DELETE FROM talk WHERE number = 1; DELETE FROM part WHERE talk = 1;
        DELETE FROM speaker WHERE talk = 1" "${commands[@]}" >statuses
    same "0 1 1 1 2 1 3 0 4 1" "$(head -5 statuses | paste -sd' ')"
    grep -q "there is no talk 1" held.0 held.1 held.2 held.4
}

# again COMMAND...: until the file "stop" is there. A signal, or a message of the library, is noted.
again()
{
    local status log=log.$BASHPID
    while [ ! -e stop ]; do
        status=0
        "$TALKPRESS" -C event "$@" >/dev/null 2>"$log" || status=$?
        [ $status -lt 124 ] || echo "$status: $*" >>signals
        grep 'Assert\|Sanitizer\|damaged' "$log" >>signals || true
    done
}

teardown()
{
    touch stop
    wait
}

@test "eight commands that change one event at the same time: no crash, and no decision is lost" {
    sed 's/Third Time/Fourth Time/; /Talk 1/,+1d' "$PAGE" >less.txt
    again cut 1 --in 0:01 3>&- &
    again match 1=none 3>&- &
    again match 1=02-second-thoughts.mp4 3>&- &
    again sound 1 --channels left 3>&- &
    again import less.txt 3>&- &
    again import "$PAGE" 3>&- &
    again add "$REC" 3>&- &
    again remove 01-first-steps.mp4 3>&- &
    for i in {1..8}; do
        because="reason $i"
        "$TALKPRESS" -C event verify --accept 3 --because "$because" >/dev/null 2>err || cat err
        same "$because" "$(sql "SELECT because FROM acceptance WHERE talk = 3")"
    done
    touch stop
    wait
    same "" "$(cat signals 2>/dev/null)"
    same ok "$(sql 'pragma integrity_check')"
    same "$(sql "$DECISIONS")" "$(sqlite3 event/talkpress.db.backup "$DECISIONS")"
}

@test "a store that cannot be opened is called by its name" {
    rm event/talkpress.db
    mkdir event/talkpress.db
    expect 1 tp list
    says "'$EVENT/talkpress.db' is a folder"
    [[ $output != *null* ]]
}
