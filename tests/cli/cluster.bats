# Jobs in pilots, as on many machines: here all are on this one, and called n1, n2 … Whatever becomes
# of pilots and of the coordinator, the same files come out, each published once.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:20)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)"
    rehearse "$PAGE" "$REC"
    cd "$BATS_FILE_TMPDIR"
    new_event "$PWD/added"
    tp add "$REC" >/dev/null
    cp -a added done
    EVENT=$PWD/done
    tp run --quiet >/dev/null 2>&1
}

PILOTS_SETTING='executor: {pilots: {tasks: 2, cores: 1, silent_s: 3}}'

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    ulimit -c 0
    PILOTS=()
    COORDINATOR=
}

teardown()
{
    local pid
    for pid in ${PILOTS[@]+"${PILOTS[@]}"} $COORDINATOR; do
        kill -CONT "$pid" 2>/dev/null || true
        kill -KILL "$pid" 2>/dev/null || true
    done
    [ -z "${MOUNTED:-}" ] || umount -l "$MOUNTED"
}

# cluster_event [LINE...]: an event with its recordings, for pilots that count as lost after 3 seconds.
cluster_event()
{
    cp -a "$BATS_FILE_TMPDIR/added" event
    EVENT=$PWD/event
    QUEUE=$EVENT/work/queue
    settings 'renditions: [cheap]' "${@:-$PILOTS_SETTING}"
}

# pilot NODE [VAR=VALUE...]: starts one in the background; its number is $PILOT.
pilot()
{
    env SLURMD_NODENAME="$1" TALKPRESS_CORES=1 "${@:2}" "$TALKPRESS" pilot "$QUEUE" \
        >"pilot.$1" 2>&1 3>&- &
    PILOT=$!
    PILOTS+=("$PILOT")
}

# Starts the run in the background, and waits until pilots can begin.
begin()
{
    "$TALKPRESS" -C "$EVENT" run "$@" >run.log 2>&1 3>&- &
    COORDINATOR=$!
    wait_for [ -e "$QUEUE/run.json" ]
}

# wait_for COMMAND...: for half a minute.
wait_for()
{
    for _ in {1..600}; do
        if "$@" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    echo "in vain: $*"
    tail -n 20 run.log pilot.* 2>/dev/null
    return 1
}

# catch_worker PILOT: stops a worker of that pilot before it can end, and tells its process.
catch_worker()
{
    local pid name
    for _ in {1..3000}; do
        for pid in $(workers_of "$1"); do
            kill -STOP "$pid" 2>/dev/null || continue
            read -r name <"/proc/$pid/comm" || true
            if [[ $name == talkpress-* && $name != talkpress-media ]]; then
                echo "$pid"
                return 0
            fi
            kill -CONT "$pid" 2>/dev/null || true
        done
        kill -0 "$1"
    done
    return 1
}

# claim_of NODE: the path of what its pilot has claimed.
claim_of()
{
    compgen -G "$QUEUE/pilots/$1-*/????????????????????????????????.json" | head -n 1
}

coordinates()
{
    [ "$(jq .pid "$QUEUE/run.json")" = "$1" ]
}

said()
{
    grep -qF "$1" run.log
}

shows()
{
    tp status | grep -qF "$1"
}

gone()
{
    ! kill -0 "$1" 2>/dev/null
}

# ends STATUS: the run ends so.
ends()
{
    local got=0
    wait "$COORDINATOR" || got=$?
    COORDINATOR=
    output=$(<run.log)
    same "$1" "$got" || {
        cat run.log pilot.*
        return 1
    }
}

same_as_local()
{
    same "$(EVENT=$BATS_FILE_TMPDIR/done sums)" "$(sums)"
    same "$(ls -A "$BATS_FILE_TMPDIR/done/out")" "$(ls -A "$EVENT/out")"
    json '.jobs | add' 0 tp run --json
}

# The queue holds nothing that somebody may take.
queue_is_empty()
{
    [ ! -e "$QUEUE/run.json" ]
    same "" "$(find "$QUEUE" -name '*.json' ! -name terms.json)"
}

@test "two pilots make what one machine makes" {
    cluster_event
    begin
    pilot n1
    pilot n2
    ends 0
    same_as_local
    queue_is_empty
    wait "${PILOTS[@]}"
    grep -q 'ends: the coordinator stops the run' pilot.n1
}

@test "a pilot that is killed: another does its jobs" {
    cluster_event
    begin
    pilot n1
    worker=$(catch_worker "$PILOT")
    kill -KILL "$PILOT"
    wait_for gone "$worker"
    wait_for said "node 'n1' (n1-"
    pilot n2
    ends 0
    says "is lost: 1 job is given to others" "talk 1 is made"
    same_as_local
    queue_is_empty
}

@test "status: a machine that is lost does not count as one that works" {
    cluster_event
    begin
    pilot n1
    catch_worker "$PILOT" >worker
    wait_for shows "a run works on 1 machine: n1 (1 core, 1 job)"
    json '[.machines[] | [.node, .silent_s]]' '[["n1",0]]' tp status --json
    kill -KILL "$PILOT"
    wait_for said "is lost: 1 job"
    wait_for eval '[ "$(jq ".lost | length" "$QUEUE/run.json")" = 1 ]'
    json '.machines' '[]' tp status --json
    json '[.lost_machines[] | [.node, .silent_s >= 3]]' '[["n1",true]]' tp status --json
    tp status >status
    grep -q "1 machine is lost, and others do its jobs: n1 (not heard for [0-9]* s)" status
    expect 1 grep -q "a run works on" status
    pilot n2
    ends 0
    json '[.machines, .lost_machines]' '[[],[]]' tp status --json
}

@test "a machine that was cut off and comes back places nothing that another does" {
    cluster_event
    begin
    pilot n1
    first=$PILOT
    worker=$(catch_worker "$first")
    claim=$(claim_of n1)
    key=$(basename "$claim" .json)
    kill -STOP "$first"
    wait_for said "is lost: 1 job"
    [ ! -e "$claim" ]
    pilot n2
    second=$(catch_worker "$PILOT")
    wait_for [ -e "$(claim_of n2)" ]
    same "$key" "$(basename "$(claim_of n2)" .json)"
    # The worker ends its job, but it is not its job any more.
    kill -CONT "$worker"
    for _ in {1..100}; do
        [[ $(cat "/proc/$worker/stat" 2>/dev/null) == *") "[!Z]* ]] || break
        sleep 0.1
    done
    [ ! -e "$EVENT/work/${key:0:2}/$key.json" ]
    kill -CONT "$first" "$second"
    ends 0
    same_as_local
    wait "${PILOTS[@]}"
}

@test "a pilot that is cut off until the run is over changes nothing" {
    cluster_event
    begin
    pilot n1
    worker=$(catch_worker "$PILOT")
    kill -STOP "$PILOT"
    pilot n2
    ends 0
    listed=$(find "$EVENT/work" "$EVENT/out" -path "$QUEUE" -prune -o -type f -printf '%p %i %T@\n' |
        sort)
    kill -CONT "$worker" "${PILOTS[0]}"
    wait "${PILOTS[0]}"
    same "$listed" "$(find "$EVENT/work" "$EVENT/out" -path "$QUEUE" -prune -o -type f \
        -printf '%p %i %T@\n' | sort)"
    grep -q "ends: the coordinator stops the run" pilot.n1
    same_as_local
}

@test "the run is killed: the next one goes on with the pilots that are there" {
    cluster_event
    begin
    pilot n1
    worker=$(catch_worker "$PILOT")
    run_id=$(jq -r .run "$QUEUE/run.json")
    kill -KILL "$COORDINATOR"
    wait "$COORDINATOR" || true
    begin
    wait_for coordinates "$COORDINATOR"
    same "$run_id" "$(jq -r .run "$QUEUE/run.json")"
    kill -CONT "$worker"
    ends 0
    same_as_local
    wait "$PILOT"
    grep -q "ends: the coordinator stops the run" pilot.n1
}

@test "Ctrl-C stops the pilots, and the next run goes on" {
    cluster_event
    begin
    pilot n1
    worker=$(catch_worker "$PILOT")
    kill -INT "$COORDINATOR"
    ends 1
    says "stopped: 'talkpress run' continues from here"
    queue_is_empty
    wait "$PILOT"
    wait_for gone "$worker"
    begin
    pilot n2
    ends 0
    same_as_local
}

@test "a task whose time is over gives its job back" {
    cluster_event
    begin
    pilot n1
    worker=$(catch_worker "$PILOT")
    kill -TERM "$PILOT"
    wait "$PILOT"
    grep -q "ends: its time is over" pilot.n1
    pilot n2
    # Before the end it takes no more, and finishes what it does.
    catch_worker "$PILOT" >caught
    kill -USR1 "$PILOT"
    kill -CONT "$(cat caught)"
    wait "$PILOT"
    grep -q "ends: its time is nearly over" pilot.n2
    pilot n3
    ends 0
    says_not "is lost"
    same_as_local
}

@test "a job that crashes fails alone, and names the node" {
    cluster_event
    begin
    pilot n1
    worker=$(catch_worker "$PILOT")
    kill -ABRT "$worker"
    kill -CONT "$worker"
    ends 1
    says "(on node 'n1')" "the worker crashed (signal 6, Aborted)" "to run it again: "
    begin
    pilot n2
    ends 0
    same_as_local
}

@test "a job that takes each of its machines with it is given up after the third" {
    cluster_event
    begin 2
    for node in n1 n2 n3; do
        pilot $node
        worker=$(catch_worker "$PILOT")
        kill -KILL "$PILOT"
        wait_for said "node '$node' ($node-"
    done
    wait_for said FAILED
    pilot n4
    ends 1
    says "3 machines that did this job were lost (n1, n2, n3)"
    begin 2
    pilot n5
    ends 0
}

@test "a machine with other fonts, or without the recordings, is refused in one message" {
    cluster_event
    begin
    cat >other.conf <<END
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$PWD</dir></fontconfig>
END
    pilot n1 FONTCONFIG_FILE="$PWD/other.conf"
    status=0
    wait "$PILOT" || status=$?
    same 1 "$status"
    wait_for said "node 'n1' cannot work on this event: its fonts is another one"
    if unshare -m true 2>/dev/null; then
        env SLURMD_NODENAME=n2 TALKPRESS_CORES=1 unshare -m bash -c \
            'mount -t tmpfs tmpfs "$1" && exec "$2" pilot "$3"' _ "$REC" "$TALKPRESS" "$QUEUE" \
            >pilot.n2 2>&1 3>&- || true
        wait_for said "node 'n2' cannot work on this event: the recording '$REC/01-first-steps.mp4'"
    fi
    pilot n3
    ends 0
    same 1 "$(grep -c "node 'n1'" run.log)"
    same_as_local
}

@test "a machine with another version of an encoder is refused" {
    needs_build
    : "${ENCODER_SHIM:?names the library that says other versions}"
    cluster_event
    begin
    pilot n1 LD_PRELOAD="$ENCODER_SHIM" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" \
        SHIM_SVT=v9.1.0
    status=0
    wait "$PILOT" || status=$?
    same 1 "$status"
    wait_for said "node 'n1' cannot work on this event: its encoder libsvtav1 is another one (9.1.0; of"
    pilot n2
    ends 0
    same_as_local
}

@test "a run on another machine: which one, status 75" {
    cluster_event
    mkdir -p "$QUEUE"
    for i in {1..600}; do
        echo '{"run": "0123456789abcdef0123456789abcdef", "host": "elsewhere", "pid": 12,' \
            "\"beat\": $i}" >beat
        mv beat "$QUEUE/run.json"
        sleep 0.1
    done &
    PILOTS+=($!)
    expect 75 tp run
    says "another 'talkpress run' works on this event, on elsewhere (process 12)"
}

@test "a full disk: status 75, and with room again it goes on" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
    mkdir small
    cluster_event
    mount -t tmpfs -o size=$(($(du -sk event | cut -f1) + 300))k tmpfs small 2>/dev/null ||
        skip "mounting is not allowed here"
    MOUNTED=$PWD/small
    mv event small/event
    EVENT=$PWD/small/event
    QUEUE=$EVENT/work/queue
    begin
    pilot n1
    ends 75
    says "the disk is full"
    wait "$PILOT" || true
    mount -o remount,size=50m small
    begin
    pilot n2
    ends 0
    same_as_local
    wait "$PILOT"
}
