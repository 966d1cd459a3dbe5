# Killed at every step, cut off from power, and with a disk that fails at every call in turn: what
# docs/durability.md promises. DURABILITY=all tries every place; unset, some of them.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:02)"
    sed 's/First Steps/First Strides/' "$PAGE" >"$BATS_FILE_TMPDIR/page2.txt"
    rehearse "$PAGE" "$REC"
    # A folder in memory where there is one: these tests flush more than a disk likes.
    FAST=$(mktemp -d -p /dev/shm talkpress.XXXXXX 2>/dev/null) || FAST=$(mktemp -d)
    export FAST
    furnish "$FAST/whole"
    steps >/dev/null 2>&1
}

teardown_file()
{
    rm -rf "${FAST:?}"
}

setup()
{
    load helper
    ulimit -c 0
    cd "$FAST"
    SECOND=$BATS_FILE_TMPDIR/page2.txt
    WHOLE=$FAST/whole
}

# furnish DIR: what people put into an event's folder, as DIR and $EVENT.
furnish()
{
    EVENT=$1
    mkdir "$1"
    cheap_rendition "$1" cheap .mp4 96
    SITE=on settings 'renditions: [cheap]' 'event: {id: 6f0c7ab2-52c1-4d9e-a0c4-3f1f0e0c8f11}'
}

# An event's life, each step of which can be done again: a second programme renames a published file.
steps()
{
    [ -e "$EVENT/talkpress.db" ] || "$@" "$TALKPRESS" init "$EVENT" || return
    "$@" "$TALKPRESS" -C "$EVENT" import "$PAGE" || return
    "$@" "$TALKPRESS" -C "$EVENT" add "$REC" || return
    "$@" "$TALKPRESS" -C "$EVENT" run --quiet || return
    "$@" "$TALKPRESS" -C "$EVENT" import "${SECOND:-$BATS_FILE_TMPDIR/page2.txt}" || return
    "$@" "$TALKPRESS" -C "$EVENT" run --quiet
}

# with_disk NAME=VALUE... COMMAND...: on the disk of tests/disk/disk_shim.c, with the memory of
# memory_shim.c.
with_disk()
{
    env LD_PRELOAD="$DISK_SHIM $MEMORY_SHIM" \
        ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" \
        DISK_ROOT="$EVENT:$REC" "$@"
}

# some TOTAL HOW_MANY: 1 to TOTAL where all are wanted, else as many of them, spread.
some()
{
    local i n=$2
    [ "${DURABILITY:-}" != all ] || n=$1
    for ((i = 0; i < n; i++)); do
        echo $((1 + i * $1 / n))
    done
}

count()
{
    od -An -td8 count | tr -d ' '
}

# What is finished in work/, and which file it is.
finished()
{
    find "$EVENT/work" -path '*/??/*.json' -printf '%f %i %T@\n' 2>/dev/null | sort
}

# The event is as if nothing had happened. Called left of ||, where bash ignores set -e: each check
# returns by itself.
is_whole()
{
    same "$(cat "$WHOLE/out/SHA256SUMS")" "$(sums)" || return
    (cd "$EVENT/out" && sha256sum --quiet -c SHA256SUMS) || return
    same "$(ls -A "$WHOLE/out")" "$(ls -A "$EVENT/out")" || return
    same "$(cat "$WHOLE/out/talks.json")" "$(cat "$EVENT/out/talks.json")" || return
    same "" "$(ls -A "$EVENT/work/tmp" "$EVENT/work/failed" | grep -v :)" || return
    same "" "$(find "$EVENT" -name '*.tmp-*')" || return
    same ok "$(sqlite3 "$EVENT/talkpress.db" 'pragma integrity_check')" || return
    same "" "$(sqlite3 "$EVENT/talkpress.db" 'pragma foreign_key_check')"
}

# completes: whatever happened, the same steps bring it to its end.
completes()
{
    steps >recovery.log 2>&1 || { cat recovery.log; return 1; }
    is_whole
}

# The wrong programme, published in full, and cleaned up after; then the right one.
mistake()
{
    "$@" "$TALKPRESS" -C "$EVENT" import --replace wrong.txt || return
    "$@" "$TALKPRESS" -C "$EVENT" run --quiet --prune || [ $? -eq 3 ] || return
    "$@" "$TALKPRESS" -C "$EVENT" gc || return
    "$@" "$TALKPRESS" -C "$EVENT" import --replace "$SECOND" || return
    "$@" "$TALKPRESS" -C "$EVENT" run --quiet || return
    "$@" "$TALKPRESS" -C "$EVENT" gc
}

@test "a wrong programme, killed at every step: the right one needs no job" {
    page wrong.txt "7: Bees (Bo Chan) (0:08)"
    EVENT=$FAST/wrong
    new()
    {
        rm -rf "$EVENT" count
        cp -a "$WHOLE" "$EVENT"
        echo mine >"$EVENT/out/notes.txt"
    }
    new
    mistake with_disk DISK_COUNT="$PWD/count" DISK_FAULT=sync,name,write:0:KILL >/dev/null
    total=$(count)
    [ "$total" -gt 100 ]
    nb_killed=0
    for at in $(some "$total" 6); do
        new
        mistake with_disk DISK_COUNT="$PWD/count" "DISK_FAULT=sync,name,write:$at:KILL" \
            >killed.log 2>&1 || nb_killed=$((nb_killed + 1))
        same mine "$(cat "$EVENT/out/notes.txt")"
        rm "$EVENT/out/notes.txt"
        tp gc >/dev/null
        tp import --replace "$SECOND" >/dev/null
        json '.jobs | add' 0 tp run --json || { echo "killed at $at"; false; }
        tp gc >/dev/null
        same "" "$(ls "$EVENT/work/removed" 2>/dev/null)"
        is_whole || { echo "killed at $at"; false; }
    done
    [ "$nb_killed" -ge 5 ]
    rm -rf "$EVENT"
}

@test "killed at every step: the same files in the end, and nothing made twice" {
    furnish "$FAST/killed"
    steps with_disk DISK_COUNT="$PWD/count" DISK_FAULT=sync,name,write:0:KILL >/dev/null
    total=$(count)
    [ "$total" -gt 300 ]
    nb_killed=0
    for at in $(some "$total" 7); do
        rm -rf "$FAST/killed" count
        furnish "$FAST/killed"
        steps with_disk DISK_COUNT="$PWD/count" DISK_FAULT="sync,name,write:$at:KILL" >log 2>&1 ||
            nb_killed=$((nb_killed + 1))
        before=$(finished)
        completes || { echo "killed at step $at"; cat log; return 1; }
        same "" "$(comm -23 <(echo "$before") <(finished) | grep . || true)"
    done
    echo "$nb_killed of $total"
    [ "$nb_killed" -ge 4 ]
}

@test "killed at 200 random moments, now the coordinator, now a worker" {
    [ "${DURABILITY:-}" = all ] || skip "takes minutes: kill.bats tries some"
    RANDOM=2010
    nb_killed=0
    for _ in {1..200}; do
        rm -rf "$FAST/killed"
        furnish "$FAST/killed"
        steps >log 2>&1 3>&- &
        running=$!
        sleep "$((RANDOM % 3)).$((RANDOM % 9000 + 1000))"
        victims=$(pgrep -f "^[^ ]*talkpress (-C $EVENT|worker --serve $EVENT)" | sort -n) || true
        [ $((RANDOM % 2)) = 0 ] || victims=$(tac <<<"$victims") # a worker has the higher number
        if [ -n "$victims" ] && kill -KILL "$(head -n 1 <<<"$victims")" 2>/dev/null; then
            nb_killed=$((nb_killed + 1))
        fi
        wait $running || true
        before=$(finished)
        completes || { cat log; return 1; }
        same "" "$(comm -23 <(echo "$before") <(finished) | grep . || true)"
    done
    echo "$nb_killed were killed"
    [ "$nb_killed" -ge 100 ]
}

# What the store believes in is there, whole; what is listed in out/ is there.
beliefs_hold()
{
    local key file
    [ -s "$EVENT/talkpress.db" ] || return 0
    while read -r key; do
        for file in "$WHOLE/work/${key:0:2}/$key".*; do
            [ -e "$file" ] || continue # what the coordinator notes by itself has no file
            cmp "$file" "$EVENT/work/${key:0:2}/$key.${file##*.}" || return
        done
    done < <(sqlite3 "$EVENT/talkpress.db" "select key from result" 2>/dev/null)
    [ ! -e "$EVENT/out/SHA256SUMS" ] || (cd "$EVENT/out" && sha256sum --quiet -c SHA256SUMS)
}

# cut_off AT [SEED]: the event as the power cut left it.
cut_off()
{
    rm -rf "$FAST/cut"
    furnish "$FAST/cut"
    "$CRASH_STATE" journal "$1" "$EVENT" ${2:-}
}

@test "power is cut: what the store believes in is on disk, and run completes" {
    furnish "$FAST/power"
    rm -rf journal
    mkdir journal
    steps with_disk DISK_JOURNAL="$PWD/journal" >/dev/null
    is_whole
    total=$(wc -l <journal/log)
    [ "$total" -gt 200 ]
    # To look is cheap, to go on is not.
    for at in $(some "$total" 40); do
        cut_off "$at"
        beliefs_hold || { echo "cut after $at of $total"; return 1; }
        cut_off "$at" "$at"
        beliefs_hold || { echo "cut after $at of $total, by chance"; return 1; }
    done
    for at in $(some "$total" 2); do
        cut_off "$at"
        completes || { echo "cut after $at of $total"; return 1; }
        cut_off "$at" "$at"
        completes || { echo "cut after $at of $total, by chance"; return 1; }
    done
}

# fails_once NAME=VALUE...: a run of the event "base", copied, under a disk or a memory that fails
# once. It may end well; else with one message, and no crash. A failed allocation may end the program,
# as long as it says so.
fails_once()
{
    local status=0 nb
    rm -rf "$FAST/failing" count
    cp -a base failing
    EVENT=$FAST/failing
    with_disk "$@" timeout 60 "$TALKPRESS" -C "$EVENT" run --quiet >log 2>&1 || status=$?
    nb=$(grep -c '^talkpress: \|^FAILED' log) || true
    grep -q '^talkpress: free some space' log && nb=$((nb - 1))
    case $status in
    0) [ "$nb" = 0 ] ;;
    1 | 75) [ "$nb" -ge 1 ] ;;
    134) grep -q 'out of memory\|failed to allocate' log ;;
    *) false ;;
    esac || { echo "$*: status $status, $nb messages"; cat log; return 1; }
    ! grep -q 'Sanitizer\|no progress' log || { echo "$*"; cat log; return 1; }
    tp run --quiet >recovery.log 2>&1 && is_whole || { echo "$*"; cat log recovery.log; return 1; }
}

# The events "base", before its run, and "once", after it, which is what all of these end as.
base()
{
    WHOLE=$FAST/once
    [ ! -e "$FAST/base" ] || return 0
    furnish "$FAST/base"
    "$TALKPRESS" init base >/dev/null
    tp import "$PAGE" >/dev/null
    tp add "$REC" >/dev/null
    cp -a base once
    "$TALKPRESS" -C once run --quiet >/dev/null
}

# fails_everywhere COUNT FEW NAME=VALUE... FAULT: FAULT with each number of a call in place of the @;
# or with FEW alone, a number that every run gets to.
fails_everywhere()
{
    local count=$1 few=$2 at total
    shift 2
    if [ "${DURABILITY:-}" != all ]; then
        fails_once "$count=$PWD/count" "${@//@/$few}"
        [ "$(count)" -ge "$few" ]
        return
    fi
    fails_once "$count=$PWD/count" "${@//@/0}"
    total=$(count)
    # Of a hundred thousand allocations a thousand, spread.
    for ((at = 1; at <= total; at += 1 + total / 1000)); do
        fails_once "$count=$PWD/count" "${@//@/$at}" || return
    done
}

@test "a disk that fails once, at every call in turn: said, nothing lost" {
    base
    for fault in write:@:ENOSPC sync:@:EIO name:@:EDQUOT read:@:EIO open:@:EROFS; do
        fails_everywhere DISK_COUNT 12 DISK_FAULT_IN=coordinator DISK_FAULT=$fault
        [[ ${DURABILITY:-} = all || $fault != name* ]] || break
    done
    for fault in read:@:EIO write:@:ENOSPC sync:@:EIO name:@:EDQUOT open:@:EROFS; do
        fails_everywhere DISK_COUNT 12 DISK_FAULT_IN=worker DISK_FAULT=$fault
        [[ ${DURABILITY:-} = all || $fault != sync* ]] || break
    done
}

@test "memory that fails once: said, nothing wrong is kept" {
    base
    fails_everywhere MEMORY_COUNT 2000 MEMORY_FAULT_IN=coordinator MEMORY_FAULT=@
    fails_everywhere MEMORY_COUNT 20000 MEMORY_FAULT_IN=worker MEMORY_FAULT=@
}

@test "a disk that fails while a decision is stored: one message, and it is there or not" {
    base
    EVENT=$FAST/failing
    nb_failed=0
    for fault in write:{1,2,4,6}:ENOSPC sync:{1..3}:EIO read:{1,3,5,7}:EIO open:{2..4}:EROFS name:1:EDQUOT; do
        rm -rf failing
        cp -a base failing
        status=0
        with_disk DISK_FAULT_IN=coordinator "DISK_FAULT=$fault" "$TALKPRESS" -C failing match 1=none \
            >out 2>log || status=$?
        nb=$(grep -vc '^talkpress: free some space' log) || true
        there=$(sqlite3 failing/talkpress.db 'SELECT count(*) FROM chosen_match')
        not_backed_up=$(grep -c '^the backup of the store was not' log) || true
        case $status,$there,$nb in
        [03],1,"$not_backed_up") ;;
        1,?,1 | 75,?,1) nb_failed=$((nb_failed + 1)) ;;
        *)
            echo "$fault: status $status, $there"
            cat out log
            return 1
            ;;
        esac
        same ok "$(sqlite3 failing/talkpress.db 'pragma integrity_check')"
        tp match 1=none >/dev/null || [ $? = 3 ]
        same 1 "$(sqlite3 failing/talkpress.db.backup 'SELECT count(*) FROM chosen_match')"
    done
    [ "$nb_failed" -ge 3 ]
}

@test "a spec that cannot be read for a moment: the worker reads it again" {
    EVENT=$FAST/spec
    mkdir "$EVENT"
    echo '{"key": "0123456789abcdef0123456789abcdef"}' >"$EVENT/spec.json"
    for fault in open:1:EIO read:1:EIO; do
        rm -f count
        expect 1 with_disk DISK_COUNT="$PWD/count" "DISK_FAULT=$fault" \
            "$TALKPRESS" worker "$EVENT/spec.json"
        says "'stage' (a text) is missing"
    done
}
