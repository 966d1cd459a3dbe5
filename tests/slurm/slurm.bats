# run --executor slurm on a Slurm cluster of three nodes, which this file starts on the loopback
# interface (cluster.sh): the same bytes as on one machine, whatever fails meanwhile.
bats_require_minimum_version 1.5.0

# Debian has the daemons in sbin, which users often lack.
PATH=$PATH:/usr/sbin:/sbin

setup_file()
{
    local program
    for program in sbatch slurmctld slurmd munged; do
        command -v $program >/dev/null || MISSING=$program
    done
    export MISSING=${MISSING:-}
    [ -z "$MISSING" ] || return 0
    load ../cli/helper
    CLUSTER=$BATS_FILE_TMPDIR/cluster
    "$BATS_TEST_DIRNAME/cluster.sh" up "$CLUSTER"
    export CLUSTER SLURM_CONF=$CLUSTER/slurm.conf
    resume_nodes 3>&- &
    export RESUMES=$!
    page "$PAGE" "1: First Steps (Ada Byron) (1:20)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)" \
        "3: Third Time Lucky (Radia Lamport) (0:08)"
    rehearse "$PAGE" "$REC"
    # What all tests begin with, and what they end with: made on this machine. Slow enough to be met
    # at work.
    new_event "$BATS_FILE_TMPDIR/begun"
    cheap_rendition "$EVENT" cheap .mp4 160 slower
    tp add "$REC" >/dev/null
    EVENT=$BATS_FILE_TMPDIR/local
    cp -a "$BATS_FILE_TMPDIR/begun" "$EVENT"
    tp run --executor local --quiet >/dev/null
}

# A controller that was killed comes back with an older state, and starts tasks again that have ended.
# Slurm then drains their nodes, for an administrator to look at.
resume_nodes()
{
    local node
    while sleep 1; do
        for node in $(sinfo --noheader --Node --states=drain --format=%N 2>/dev/null | sort -u); do
            scontrol update nodename="$node" state=resume 2>/dev/null || true
        done
    done
}

teardown_file()
{
    [ -z "${RESUMES:-}" ] || kill "$RESUMES" 2>/dev/null || true
    [ -z "${CLUSTER:-}" ] || "$BATS_TEST_DIRNAME/cluster.sh" down "$CLUSTER"
}

setup()
{
    [ -z "$MISSING" ] || skip "'$MISSING' is not here: install slurm-wlm and munge"
    load ../cli/helper
    cd "$BATS_TEST_TMPDIR"
    cp -a "$BATS_FILE_TMPDIR/begun" event
    EVENT=$PWD/event
    on_slurm
}

# Nothing of one test works during the next.
teardown()
{
    [ -z "$MISSING" ] || return 0
    [ -z "${COORDINATOR:-}" ] || kill -KILL "$COORDINATOR" 2>/dev/null || true
    [ -z "${MOUNTED:-}" ] || umount -l "$MOUNTED"
    bring_back
    scancel --quiet --user="$(id -u)"
    waits_for 60 nothing_in_squeue
    waits_for 60 all_idle
}

# What a test has killed.
bring_back()
{
    local node
    [ -e "$CLUSTER/run/slurmctld.pid" ] && kill -0 "$(cat "$CLUSTER/run/slurmctld.pid")" 2>/dev/null ||
        cluster slurmctld
    for node in node1 node2 node3; do
        kill -0 "$(cat "$CLUSTER/run/slurmd.$node.pid")" 2>/dev/null || cluster slurmd $node
    done
}

cluster()
{
    "$BATS_TEST_DIRNAME/cluster.sh" "$1" "$CLUSTER" "${@:2}"
}

# on_slurm [SETTING]: three tasks, one on each node.
on_slurm()
{
    settings 'renditions: [cheap]' \
        "executor: {slurm: {tasks: 3, cores: 1, memory: 1000M, silent_s: 8${1:+, $1}}}"
}

begin_run()
{
    # In the background, bash lets what it starts ignore SIGINT.
    env --default-signal=INT "$TALKPRESS" -C event run >run 2>&1 3>&- &
    COORDINATOR=$!
}

# end_run [STATUS]: waits until the run ends.
end_run()
{
    local ended=0
    wait "$COORDINATOR" || ended=$?
    COORDINATOR=
    [ "$ended" = "${1:-0}" ] || {
        echo "status $ended of: run"
        cat run
        return 1
    }
}

waits_for()
{
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$until" ]; then
            echo "waited in vain for: $*"
            cat run 2>/dev/null
            squeue
            return 1
        fi
        sleep 0.1
    done
}

nothing_in_squeue()
{
    [ -z "$(squeue --noheader --user="$(id -u)")" ]
}

all_idle()
{
    [ "$(sinfo --noheader --partition=main --states=idle --format=%D)" = 3 ]
}

# Pilots on that many nodes say that they have jobs.
nodes_work()
{
    [ "$(cat event/work/queue/pilots/*/beat.json 2>/dev/null |
        jq -r 'select(.running | length > 0) | .node' | sort -u | wc -l)" -ge "$1" ]
}

# What is published is what the run on one machine has published, and nothing is left over.
same_as_local()
{
    diff -r "$BATS_FILE_TMPDIR/local/out" event/out
    same "" "$(ls event/work/tmp event/work/failed event/work/queue/new event/work/queue/pilots 2>/dev/null |
        grep -v ':$' | grep . || true)"
}

@test "the same bytes as on one machine, on three nodes, whatever the user's environment says" {
    export SBATCH_PARTITION=nowhere SBATCH_TIMELIMIT=x SQUEUE_FORMAT=%i SLURM_CLUSTERS=nowhere SBATCH_HOLD=1
    expect 0 tp run --json
    unset "${!SBATCH_@}" SQUEUE_FORMAT SLURM_CLUSTERS
    same_as_local
    waits_for 30 nothing_in_squeue
    same 3 "$(cat event/work/queue/log/slurm-*.log | sed -n 's/^pilot \(node[0-9]\)-.*: .*/\1/p' | sort -u | wc -l)"
    expect 0 tp run
    says "jobs run: none"
}

@test "status names the nodes that work, and run on this machine is one option away" {
    begin_run
    waits_for 60 nodes_work 2
    expect 0 tp status
    says "a run works on" "node1 (1 core"
    json '[.machines[].node] | length >= 2' true tp status --json
    end_run
    same_as_local
    expect 0 tp status
    says_not "node1"
    json '.machines' '[]' tp status --json
    expect 0 tp run --executor local
    says "jobs run: none"
    expect 2 tp run --executor cloud
    says "'--executor' should be local, slurm"
}

@test "a node whose power is cut: its jobs go to others" {
    begin_run
    waits_for 60 nodes_work 2
    cluster kill-node node2
    end_run
    same_as_local
}

@test "a node that is cut off goes on, and what it makes too late does no harm" {
    begin_run
    waits_for 60 nodes_work 2
    cluster kill-slurmd node1
    end_run
    same_as_local
}

@test "the controller is killed and comes back: what runs goes on, what is missing is told" {
    begin_run
    waits_for 60 nodes_work 2
    cluster kill-slurmctld
    sleep 3
    cluster slurmctld
    end_run
    same_as_local
    waits_for 60 nothing_in_squeue
}

@test "the controller is down when the run begins: it waits, and says so" {
    cluster kill-slurmctld
    begin_run
    waits_for 60 grep -q "Slurm does not answer" run
    cluster slurmctld
    end_run
    same_as_local
}

@test "tasks that others push out are put back into the queue, and their jobs done" {
    begin_run
    waits_for 60 nodes_work 2
    sbatch --quiet --partition=high --exclusive --nodes=3 --ntasks=3 --job-name=others --output=/dev/null --wrap="sleep 4"
    waits_for 60 eval 'squeue --noheader --name=others --format=%T | grep -q RUNNING'
    end_run
    same_as_local
    grep -q -- '-1-[0-9]*: 1 core' event/work/queue/log/slurm-*.log # the pilot's second start
}

@test "a partition that is not there, and tasks that fit nowhere: one message, and Slurm's reason" {
    on_slurm 'partition: nowhere'
    expect 1 tp run
    says "Slurm cannot run the tasks: invalid partition specified: nowhere" "docs/cluster.md"
    same 1 "$(grep -c 'invalid partition' <<<"$output")"
    on_slurm 'options: ["--constraint=gold"]'
    expect 1 tp run
    says "Invalid feature specification"
    settings 'renditions: [cheap]' 'executor: {slurm: {tasks: 2, cores: 1, memory: 100G}}'
    expect 1 tp run
    says "Slurm cannot run the tasks: Memory specification can not be satisfied"
    nothing_in_squeue
}

@test "a partition that is down: the run waits and says why; Ctrl-C leaves no task" {
    on_slurm 'partition: down'
    begin_run
    waits_for 60 grep -q "PartitionDown" run
    kill -INT "$COORDINATOR"
    end_run 1
    nothing_in_squeue
}

@test "Ctrl-C leaves no task in the queue, and the next run goes on" {
    begin_run
    waits_for 60 nodes_work 2
    kill -INT "$COORDINATOR"
    end_run 1
    grep -q "'talkpress run' continues from here" run
    waits_for 10 nothing_in_squeue
    expect 0 tp run
    same_as_local
}

@test "the coordinator is killed: the next run takes over its tasks" {
    local tasks
    begin_run
    waits_for 60 nodes_work 2
    kill -KILL "$COORDINATOR"
    wait "$COORDINATOR" || true
    tasks=$(squeue --noheader --array --user="$(id -u)" --format=%F_%K | sort)
    [ "$(wc -l <<<"$tasks")" = 3 ]
    begin_run
    waits_for 60 nodes_work 2
    same "$tasks" "$(squeue --noheader --array --user="$(id -u)" --format=%F_%K | sort)"
    end_run
    same_as_local
    waits_for 30 nothing_in_squeue
}

@test "a full disk: status 75; with room again the next run goes on" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
    mkdir small
    mount -t tmpfs -o size=900k tmpfs small 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/small
    mv event/work/* small/
    rmdir event/work
    ln -s ../small event/work
    expect 75 tp run
    says "the disk is full"
    waits_for 30 nothing_in_squeue
    mount -o remount,size=50m small
    expect 0 tp run
    diff -r "$BATS_FILE_TMPDIR/local/out" event/out
}
