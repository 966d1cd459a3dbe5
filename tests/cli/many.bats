# Many files, good and bad, in one run. MANY=all takes as many as it is about; unset, a few.

bats_require_minimum_version 1.5.0

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:02)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    ulimit -c 0
    # For the length of these runs, flushing would be all that takes time.
    FAST=$(mktemp -d -p /dev/shm talkpress.XXXXXX 2>/dev/null) || FAST=$(mktemp -d)
}

teardown()
{
    [ -z "${COORDINATOR:-}" ] || kill -KILL "$COORDINATOR" 2>/dev/null || true
    rm -rf "${FAST:?}"
}

# below N: a number from 0 by chance, as $got: in a subshell RANDOM would start anew, from the clock.
below()
{
    got=$(((RANDOM * 32768 + RANDOM) % $1))
}

# mutate N FILE OTHER TO: flips bytes, cuts, or goes on with the other file's end.
mutate()
{
    local size byte at i
    size=$(stat -c %s "$2")
    below "$size"
    at=$got
    case $(($1 % 3)) in
    0)
        cp "$2" "$4"
        for i in {1..16}; do
            below "$size"
            printf -v byte '\\x%02x' $((RANDOM % 256))
            # shellcheck disable=SC2059
            printf "$byte" | dd of="$4" bs=1 seek="$got" conv=notrunc status=none
        done
        ;;
    1) head -c "$at" "$2" >"$4" ;;
    2)
        below "$(stat -c %s "$3")"
        head -c "$at" "$2" >"$4"
        tail -c "+$got" "$3" >>"$4"
        ;;
    esac
}

# watch PID FILE: its resident memory in KiB and its open files, a line every quarter of a second.
watch()
{
    local rss
    while rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null) && [ -n "$rss" ]; do
        echo "$rss $(ls "/proc/$1/fd" 2>/dev/null | wc -l)"
        sleep 0.25
    done >"$2"
}

# most COLUMN FIRST LAST: the largest value in these lines of the file seen.
most()
{
    sed -n "$2,$3p" seen | cut -d' ' -f"$1" | sort -n | tail -n 1
}

@test "mutations of good files beside good talks: those are published right, each bad one is named once" {
    nb=9
    [ "${MANY:-}" != all ] || nb=500
    new_event "$FAST/alone"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
    want=$(sums)

    good=("$REC"/*.mp4)
    for f in "$REC"/*.mp4; do
        for format in mkv ts; do
            ffmpeg -v error -i "$f" -map 0:v -map 0:a -c copy -fflags +bitexact \
                "$FAST/$(basename "$f" .mp4).$format"
            good+=("$FAST/$(basename "$f" .mp4).$format")
        done
    done
    mkdir "$FAST/bad"
    RANDOM=2010
    talks=()
    for ((n = 100; n < 100 + nb; n++)); do
        talks+=("$n: Wreck Number $n (Nobody) (45:00)")
        file=${good[n % ${#good[@]}]}
        mutate "$n" "$file" "${good[$((RANDOM % ${#good[@]}))]}" "$FAST/bad/$n-wreck.${file##*.}"
    done
    page page.txt "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:02)" \
        "${talks[@]}"

    new_event "$FAST/among"
    tp import page.txt >/dev/null
    [ "$(tp add "$REC" "$FAST/bad" 2>&1 >add | tee add.err | grep -c crashed)" = 0 ]
    for f in "$FAST"/bad/*; do
        n=$(basename "$f" | cut -d- -f1)
        grep -qF "'$f' has the content of" add.err || tp match "$n=$f" >/dev/null || [ $? = 3 ]
    done
    "$TALKPRESS" -C "$EVENT" run --quiet >run 2>&1 3>&- &
    COORDINATOR=$!
    watch $COORDINATOR seen
    status=0
    wait $COORDINATOR || status=$?
    ! grep -q 'crashed\|no progress\|FAILED\|Sanitizer' run || { cat run; false; }
    same 3 "$status"
    same "$want" "$(sums)"
    for f in "$FAST"/bad/*; do
        # Lines of 80 columns, whose continuations are indented.
        nb_named=$(sed -z 's/\n  / /g' run | cat - add.err | sed "s/ has the content of .*//" |
            grep -v '^  \|^probing' |
            grep -F "$(basename "$f")" | tee named | wc -l)
        [ "$nb_named" = 1 ] || { echo "$f: $nb_named lines"; cat named; return 1; }
    done
    same "" "$(ls "$EVENT/work/tmp")"
    # The run's own memory and files, in its last quarter and in its second one.
    lines=$(wc -l <seen)
    echo "$lines times: $(most 1 1 "$lines") KiB, $(most 2 1 "$lines") files"
    [ "$(most 2 1 "$lines")" -le 40 ]
    if [ "$nb" -gt 100 ]; then
        before=$(most 1 $((lines / 4)) $((lines / 2)))
        [ "$(most 1 $((lines * 3 / 4)) "$lines")" -le $((before + before / 50 + 256)) ]
    fi
}

@test "300 talks, one worker in twenty killed: all published, nothing done twice" {
    [ "${MANY:-}" = all ] || skip "takes minutes"
    talks=()
    for n in {1..300}; do
        talks+=("$n: Talk Number $n (Speaker $n) (0:0$((1 + n % 3)))")
    done
    page page.txt "${talks[@]}"
    rehearse page.txt "$FAST/recordings"
    new_event "$FAST/soak"
    tp import page.txt >/dev/null
    tp add "$FAST/recordings" >/dev/null 2>&1

    "$TALKPRESS" -C "$EVENT" run --quiet --json >first.json 2>log 3>&- &
    COORDINATOR=$!
    nb_seen=0 nb_killed=0 before=
    while kill -0 $COORDINATOR 2>/dev/null; do
        now=$(echo $(workers_of $COORDINATOR))
        for worker in $now; do
            [[ " $before " != *" $worker "* ]] || continue
            nb_seen=$((nb_seen + 1))
            if [ $((nb_seen % 20)) = 0 ] && kill -KILL "$worker" 2>/dev/null; then
                nb_killed=$((nb_killed + 1))
            fi
        done
        before=$now
    done
    wait $COORDINATOR || true
    echo "$nb_killed of $nb_seen workers were killed"
    [ "$nb_killed" -ge 20 ]
    made=$(find "$EVENT/work" -path '*/??/*.json' -printf '%f %i %T@\n' | sort)

    expect 0 bash -c '"$TALKPRESS" -C "$1" run --quiet --json >second.json 2>>log' - "$EVENT"
    same "" "$(comm -23 <(echo "$made") \
        <(find "$EVENT/work" -path '*/??/*.json' -printf '%f %i %T@\n' | sort) | grep . || true)"
    same 300 "$(ls "$EVENT"/out/*.mp4 | wc -l)"
    (cd "$EVENT/out" && sha256sum --quiet -c SHA256SUMS)
    # Each job ended well, and once.
    jobs=$(cat first.json second.json | jq -s '[.[].jobs | add] | add')
    results=$(sqlite3 "$EVENT/talkpress.db" \
        "select count(*) from result where stage not in ('probe', 'seam', 'match')")
    same "$results" "$jobs"
    same "" "$(ls "$EVENT/work/tmp" "$EVENT/work/failed" | grep -v : | grep . || true)"
    json '.jobs | add' 0 tp run --json
}

@test "valgrind finds no leak in the coordinator" {
    [ "${MANY:-}" = all ] || skip "takes a minute"
    ! ldd "$TALKPRESS" | grep -q libasan || skip "the leak sanitizer watches this build"
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    new_event "$FAST/checked"
    for command in "import $PAGE" "add $REC" run "run --json" status "status 1" list match verify \
        "cut 1" "why 1" publish gc; do
        # shellcheck disable=SC2086
        valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,possible \
            --errors-for-leak-kinds=definite,possible --log-file=found \
            "$TALKPRESS" -C "$EVENT" $command >log 2>&1 || { echo "$command"; cat log found; return 1; }
    done
    same 2 "$(ls "$EVENT"/out/*.mp4 | wc -l)"
}
