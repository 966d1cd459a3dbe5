# watch: recordings that arrive while the event goes on, by copies that are slow, broken off, replaced.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:10)" "2: Second Thoughts (Bob) (0:08)" \
        "3: Third Way (Cy) (0:06)" "4: Lost Cause (Di) (0:09)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    load background
    cd "$BATS_TEST_TMPDIR" || return
    new_event
    mkdir in
    WATCH=
}

teardown()
{
    [ -z "$WATCH" ] || kill -KILL "$WATCH" 2>/dev/null || true
    [ -z "${MOUNTED:-}" ] || umount "$MOUNTED"
}

# Starts to watch; what it says is in log.
watch()
{
    local before
    before=$(grep -cF "watching" log 2>/dev/null) || true
    "$TALKPRESS" -C "$EVENT" watch "$@" >>log 2>>errors 3>&- 7>&- 8<&- &
    WATCH=$!
    log_has "watching" $((${before:-0} + 1))
}

end_watch()
{
    kill -TERM "$WATCH"
    local status=0
    wait "$WATCH" || status=$?
    WATCH=
    same 0 "$status"
    grep -q " stopped" log
}

# log_has TEXT [COUNT]: waits until as many lines of the log have it.
log_has()
{
    local i
    for ((i = 0; i < 600; i++)); do
        if [ "$(grep -cF -- "$1" log 2>/dev/null)" -ge "${2:-1}" ]; then
            return 0
        fi
        sleep 0.1
    done
    echo "never said: $1"
    cat log errors
    return 1
}

log_lacks()
{
    if grep -F -- "$1" log errors; then
        return 1
    fi
}

# In which order the talks were made: they are published, or run to the last second.
order_of_talks()
{
    sed -nE 's/.* talk ([0-9]+) (is published|needs you).*/\1/p' log | tr '\n' ' '
}

# slow_copy FROM TO SECONDS: three pieces.
slow_copy()
{
    local third=$(($(stat -c %s "$1") / 3))
    {
        head -c "$third" "$1"
        sleep "$3"
        tail -c +$((third + 1)) "$1" | head -c "$third"
        sleep "$3"
        tail -c +$((2 * third + 1)) "$1"
    } >"$2"
}

@test "a slow copy is added when it is complete, and published at once" {
    watch in
    slow_copy "$REC/01-first-steps.mp4" in/01-first-steps.mp4 3
    log_lacks "added"
    log_has "talk 1 is published"
    says_all=$(cat log)
    [[ $says_all == *"added '01-first-steps.mp4' (0:10): talk 1"* ]]
    [[ $says_all == *"after its recording was finished): First Steps"* ]]
    [ -s event/out/01-first-steps.mp4 ]
    end_watch
    [ ! -s errors ]
}

@test "a file that grows by pieces, and a copy under a temporary name in a new folder" {
    watch in
    mkdir -p in/room/day1
    third=$(($(stat -c %s "$REC/01-first-steps.mp4") / 3))
    cp "$REC/02-second-thoughts.mp4" in/room/day1/02-second-thoughts.mp4.part
    cp "$REC/03-third-way.mp4" in/room/day1/.03-third-way.mp4.Xa81
    for i in 0 1 2; do # its writer closes it in between
        tail -c +$((i * third + 1)) "$REC/01-first-steps.mp4" | head -c $((third + i)) >>in/01-first-steps.mp4
        sleep 1
    done
    mv in/room/day1/02-second-thoughts.mp4.part in/room/day1/02-second-thoughts.mp4
    log_has "talk 2 is published"
    log_lacks "third-way"
    mv in/room/day1/.03-third-way.mp4.Xa81 in/room/day1/03-third-way.mp4
    log_has "talk 3 is published"
    end_watch
}

@test "a file without its end is not added, and told" {
    head -c 40000 "$REC/01-first-steps.mp4" >in/01-first-steps.mp4
    : >in/02-second-thoughts.mp4
    cp "$REC/03-third-way.mp4" in/03-third-way.tmp.mp4
    expect 3 tp watch --once in
    says "01-first-steps.mp4' has no end" "02-second-thoughts.mp4' is empty" \
        "has the name of a file that is still being written"
    says_not "added"
    cp "$REC/01-first-steps.mp4" in/01-first-steps.mp4
    rm in/02* in/03*
    expect 3 tp watch --once in
    says "talk 1 is published"
}

@test "files of a series wait for the last one, not for ever" {
    for i in 1 2; do
        truncate -s 4294967000 "in/0000$i.MTS" # 4 GiB, less a bit
    done
    expect 3 tp watch --once in
    says "00001.MTS' waits for '00003.MTS'" "00002.MTS' waits for '00003.MTS'"
    says_not "added"
    # Chapters of a camera, of which the second one is being copied.
    rm in/*
    cp "$REC/01-first-steps.mp4" in/GH010042.MP4
    cp "$REC/02-second-thoughts.mp4" in/02-second-thoughts.mp4
    exec 9>in/GH020042.MP4
    head -c 5000 "$REC/01-first-steps.mp4" >&9
    expect 3 tp watch --once in
    says "GH010042.MP4' waits for 'GH020042.MP4'" "GH020042.MP4' is still being written" "talk 2 is published"
    says_not "added 'GH010042.MP4'"
    exec 9>&-
}

@test "a file that is replaced: what was made of it is made again" {
    cp "$REC/04-lost-cause.mp4" in/01-first-steps.mp4
    watch in
    log_has "added '01-first-steps.mp4' (0:09)"
    slow_copy "$REC/01-first-steps.mp4" in/01-first-steps.mp4 2
    log_has "added '01-first-steps.mp4' (0:10)"
    log_has "talk 1 is published"
    end_watch
    same 55 "$(nb_frames event/out/01-first-steps.mp4)"
}

@test "two files at once, in the order in which the talks end; one line each" {
    cat >times.csv <<'END'
id,title,speaker,start,duration
1,First Steps,Ada Byron,2021-05-04T12:00,00:00:10
2,Second Thoughts,Bob,2021-05-04T11:00,00:00:08
3,Third Way,Cy,2021-05-04T10:00,00:00:06
END
    expect 0 tp import --replace times.csv
    settings 'renditions: [cheap]' 'workers: 1'
    cp "$REC"/0[123]* in/
    expect 3 tp watch --once in
    printf '%s\n' "$output" >log
    same "3 2 1 " "$(order_of_talks)"
    says "3 talks to make, about"
}

@test "a recording that comes while others are made is next" {
    cat >times.csv <<'END'
id,title,speaker,start,duration
1,First Steps,Ada Byron,2021-05-04T10:00,00:00:10
2,Second Thoughts,Bob,2021-05-04T11:00,00:00:08
3,Third Way,Cy,2021-05-04T12:00,00:00:06
END
    expect 0 tp import --replace times.csv
    settings 'renditions: [cheap]' 'workers: 1'
    cheap_rendition "$EVENT" cheap .mp4 160 slower
    cp "$REC/02-second-thoughts.mp4" "$REC/03-third-way.mp4" in/
    watch in
    COORDINATOR=$WATCH
    worker=$(stop_worker cell)
    cp "$REC/01-first-steps.mp4" in/
    sleep 3 # it is finished after two
    kill -CONT "$worker"
    log_has "talk 3 needs you"
    same "1 2 3 " "$(order_of_talks)"
    end_watch
}

@test "what needs a person is told once, and goes on when it is decided" {
    cp "$REC/03-third-way.mp4" in/01-first-steps.mp4
    watch --json in
    log_has '"event":"needs-person"'
    jq -e -s '.[] | select(.event == "needs-person") | .talk == 1 and (.text | test("verify"))' log >/dev/null
    touch in # wakes it
    cp "$REC/02-second-thoughts.mp4" in/
    log_has "talk 2 is published"
    same 1 "$(grep -c needs-person log)"
    expect 0 tp verify --accept 1 --because "ended early"
    log_has "talk 1 is published"
    kill -TERM "$WATCH"
    wait "$WATCH"
    WATCH=
    jq -e -s 'all(.[]; .time and .event and .text)' log >/dev/null
}

@test "a folder that is unplugged and comes back" {
    mkdir disk
    mv in disk/in
    cp "$REC/01-first-steps.mp4" disk/in/
    watch disk/in
    log_has "talk 1 is published"
    mv disk away
    log_has "'disk/in' is gone"
    cp "$REC/02-second-thoughts.mp4" away/in/
    sleep 3
    mv away disk
    log_has "'disk/in' is there again"
    log_has "talk 2 is published"
    end_watch
    same 1 "$(grep -c "is gone" log)"
    log_lacks "needs you"
}

@test "a folder that is not there yet, and one that is a mount" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a disk"
    mkdir mount
    watch mount later
    log_has "'later' is not there yet"
    mount -t tmpfs -o size=20m tmpfs mount 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/mount
    cp "$REC/01-first-steps.mp4" mount/
    log_has "talk 1 is published"
    umount -l mount
    MOUNTED=
    log_has "'mount' is gone"
    mkdir later
    cp "$REC/02-second-thoughts.mp4" later/
    log_has "talk 2 is published"
    end_watch
}

@test "what talkpress writes is no recording, also if the event's folder is watched" {
    new_event "$PWD/in/event"
    cp "$REC/01-first-steps.mp4" in/
    watch in
    log_has "talk 1 is published"
    cp "$REC/02-second-thoughts.mp4" in/event/ # beside work/ and out/
    log_has "talk 2 is published"
    end_watch
    expect 3 tp watch --once in .
    expect 0 tp add in
    same 2 "$(grep -c " added " log)"
    json '.parts | map(.recording // empty) | length' 2 tp status --json
    says "2 known"
}

@test "a folder that cannot be looked into hides no others" {
    deep=in/$(printf 'd/%.0s' {1..20})
    mkdir -p "$deep"
    cp "$REC/02-second-thoughts.mp4" "$deep"
    cp "$REC/01-first-steps.mp4" in/
    expect 3 tp watch --once in
    says "has folders in which no recordings are looked for (1, the first: " "nested too deeply" \
        "talk 1 is published"
}

@test "a copy with the times of its original was finished when it was copied" {
    touch -d '3 days ago' old
    watch --json in
    cp "$REC/01-first-steps.mp4" copy.mp4
    touch -r old copy.mp4
    cp -p copy.mp4 in/01-first-steps.mp4
    log_has '"published"'
    jq -e -s 'map(select(.event == "published")) | .[0].after_s | . > 0 and . < 120' log >/dev/null
    kill -TERM "$WATCH"
    wait "$WATCH"
    WATCH=
}

@test "without messages of the kernel it says so, and looks more often" {
    unshare -Ur true 2>/dev/null || skip "no namespaces for users here"
    mkdir -p in/a/b
    # shellcheck disable=SC2016
    unshare -Ur sh -c 'echo 1 >/proc/sys/user/max_inotify_watches && exec "$0" "$@"' \
        "$TALKPRESS" -C "$EVENT" watch in >>log 2>>errors 3>&- &
    WATCH=$!
    log_has "'in' is looked at every 10 s: the kernel does not tell of more folders"
    cp "$REC/01-first-steps.mp4" in/a/b/
    log_has "talk 1 is published"
    end_watch
    same 1 "$(grep -c "looked at every" log)"
}

@test "an empty folder whose recordings are known is a disk that is not mounted" {
    cp "$REC/01-first-steps.mp4" in/
    expect 3 tp watch --once in
    mkdir aside
    mv in/01-first-steps.mp4 aside/
    watch in
    log_has "'in' is empty, but recordings in it are known: is its disk mounted?"
    mv aside/01-first-steps.mp4 in/
    log_has "'in' is there again"
    end_watch
    same 1 "$(grep -c "is empty" log)"
    log_lacks "needs you"
}

@test "status shows a watch and how far it is behind, while it lives" {
    json '.watch' null tp status --json
    settings 'renditions: [cheap]' 'workers: 1'
    cp "$REC"/0[12]* in/
    watch in
    log_has "2 talks to make"
    for i in {1..20}; do
        tp status >shown
        ! grep -q "^watch: works on 1 folder; [12] talks\\? to make, about " shown || break
    done
    grep -q "^watch: works on 1 folder; [12] talks\\? to make, about " shown
    log_has "talk 2 is published"
    for i in {1..50}; do
        [[ $(tp status) != *"nothing to make"* ]] || break
        sleep 0.1
    done
    json '.watch | [.folders, .parts, .work_s, .behind_s]' '[1,0,0,0]' tp status --json
    tp status --prometheus >numbers
    grep -q '^talkpress_watch_active{.*} 1$' numbers
    grep -q '^talkpress_watch_behind_seconds{.*} 0$' numbers
    kill -KILL "$WATCH"
    wait "$WATCH" || true
    WATCH=
    json '.watch' null tp status --json
    expect 0 tp status
    says_not "watch:"
}

@test "talks that are over and have no recording are told, once" {
    cat >times.csv <<END
id,title,speaker,start,duration
1,First Steps,Ada Byron,2021-05-04T10:00:00+02:00,00:00:10
2,Second Thoughts,Bob,2021-05-04T11:00:00+02:00,00:00:08
3,Third Way,Cy,$(date -u -d '2 hours ago' +%FT%T)+00:00,00:00:06
4,Lost Cause,Di,$(date -u -d '10 minutes ago' +%FT%T)+00:00,00:00:09
END
    expect 0 tp import --replace times.csv
    cp "$REC/01-first-steps.mp4" in/
    watch in
    log_has "2 talks are over and have no recording: 2, 3"
    log_has "talk 1 needs you"
    cp "$REC/02-second-thoughts.mp4" in/
    log_has "talk 2 needs you"
    end_watch
    same 1 "$(grep -c "no recording" log)"
}

@test "a full disk: it waits, and goes on when there is room" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
    mkdir small
    mount -t tmpfs -o size=1500k tmpfs small 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/small
    new_event "$PWD/small/event"
    cp "$REC"/0[12]* in/
    watch in
    log_has "the disk is full"
    mount -o remount,size=50m small
    log_has "talk 1 is published"
    log_has "talk 2 is published"
    same 1 "$(grep -c "the disk is full" log)"
    end_watch
}

@test "a job that fails is not repeated in a loop" {
    cp "$REC/02-second-thoughts.mp4" in/
    settings 'renditions: [broken]'
    cheap_rendition "$EVENT" broken .mp4
    sed -i 's/preset: ultrafast/preset: none-such/' "$EVENT/renditions/broken.yaml"
    watch in
    log_has "FAILED"
    touch "$EVENT/talkpress.yaml" # another round
    cp "$REC/03-third-way.mp4" in/
    log_has "tried again in 60 s" 2
    touch "$EVENT/talkpress.yaml"
    sleep 4
    end_watch
    same 2 "$(grep -c FAILED log)"
    # Another process knows too.
    expect 1 tp watch --once in
    says_not "FAILED"
}

@test "it waits while another talkpress works, and without a folder for the event it ends" {
    exec 8<event 7>>event/work/lock
    flock -n 8
    cp "$REC/01-first-steps.mp4" in/
    watch in
    log_has "talkpress tries again"
    exec 8<&- 7>&-
    log_has "talk 1 is published"
    end_watch
    expect 1 "$TALKPRESS" -C nowhere watch in
    says "nowhere"
    says_not "tries again"
    expect 2 tp watch
}

@test "talks are made on this machine, whatever the executor; it says so when there is work" {
    settings 'renditions: [cheap]' 'executor: pilots'
    expect 3 tp watch --once in
    says_not "machine"
    cp "$REC/01-first-steps.mp4" in/
    expect 3 tp watch --once in
    says "talks are made on this machine" "talk 1 is published"
    same 1 "$(grep -c "on this machine" <<<"$output")"
    [ ! -e event/work/queue ]
}

@test "a recording that no talk matches: the command for it can be pasted" {
    page other.txt "9: Something Else (Eve) (1:30)"
    rehearse other.txt other
    cp other/*.mp4 "in/it's new.mp4"
    expect 3 tp watch --once in
    says "needs you: no talk matches"
    command=$(sed -n 's/.*say which it holds: talkpress //p' <<<"$output")
    echo "$command"
    same "match 'TALK=it'\\''s new.mp4'" "$command"
    eval "tp ${command/TALK=/4=}"
    json '.matches[] | select(.talk == 4) | .recording' "\"$PWD/in/it's new.mp4\"" tp match --all --json
}

@test "many small files that are no recordings do not keep a talk waiting" {
    for i in {1..90}; do
        head -c $((i + 500)) /dev/urandom >"in/junk$i.mkv"
    done
    cp "$REC/01-first-steps.mp4" in/zz-01-first-steps.mp4
    sleep 2.5 # then the first round finds all of them finished
    watch in
    log_has "talk 1 is published"
    log_has "cannot be read as a recording" 90
    before=$(sed '/talk 1 is published/q' log | grep -c "cannot be read")
    echo "$before of them before the talk"
    [ "$before" -lt 90 ]
    same 90 "$(grep -c "cannot be read" log)"
    same 1 "$(grep -c "added 'zz-01" log)"
    end_watch
    expect 3 tp watch --once in
    says_not "added"
}

@test "killed at any time, and started again" {
    settings 'renditions: [cheap]' 'workers: 2'
    cp "$REC"/0[123]* in/
    for ms in 100 300 600 900 1300 1800; do
        "$TALKPRESS" -C "$EVENT" watch in >>log 2>>errors 3>&- &
        WATCH=$!
        sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
        kill -KILL "$WATCH"
        wait "$WATCH" 2>/dev/null || true
    done
    watch in
    for talk in 1 2 3; do
        log_has "talk $talk is published" || compgen -G "event/out/0$talk*.mp4"
    done
    end_watch
    expect 3 tp run --quiet
    says "out/ holds 3 parts"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
}

@test "a programme that is corrected is read again, from another place too" {
    cp "$PAGE" mine.txt
    expect 3 tp watch --once --programme mine.txt in
    sed -i 's/Second Thoughts/Second Thought/' mine.txt
    touch -d '1 minute ago' mine.txt
    expect 3 tp watch --once in
    says "the programme was imported again" "Second Thought"
    cp "$REC/02-second-thoughts.mp4" in/
    expect 3 tp watch --once in
    says "talk 2 is published" ": Second Thought"
}

@test "hooks are called when the lock is free" {
    mkdir event/hooks
    cat >event/hooks/after-publish <<END
#!/bin/sh
cat >"$PWD/told.json"
exec '$TALKPRESS' -C "$EVENT" publish >"$PWD/hook.txt" 2>&1
END
    chmod +x event/hooks/after-publish
    cp "$REC/02-second-thoughts.mp4" in/
    expect 3 tp watch --once in
    jq -e . told.json >/dev/null
    grep -q "out/ holds 1 part" hook.txt
}

@test "SIGTERM does not wait for a hook that hangs" {
    mkdir event/hooks
    printf '#!/bin/sh\necho begun >begun\nexec sleep 300\n' >event/hooks/after-run
    chmod 755 event/hooks/after-run
    cp "$REC/02-second-thoughts.mp4" in/
    watch in
    for _ in {1..3000}; do
        [ -e event/begun ] && break
        sleep 0.02
    done
    [ -e event/begun ]
    begin=$SECONDS
    end_watch
    [ $((SECONDS - begin)) -lt 25 ]
}
