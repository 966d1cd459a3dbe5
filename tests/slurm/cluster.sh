#!/usr/bin/env bash
# tests/slurm/cluster.sh up DIR [NODES] | down DIR: a Slurm cluster on the loopback interface, as the
# user who calls it: munged, slurmctld and NODES (3) slurmd, with their files in DIR. It needs no
# systemd, no database and no cgroups. Clients find it through SLURM_CONF=DIR/slurm.conf.
#
# Names of nodes are node1 to nodeN; partitions are main (the default), high (its tasks put those of
# main back into the queue) and down (takes tasks and starts none). For tests alone: the nodes claim
# CPUS (4) processors each whatever the machine has, and are given up after seconds, not minutes.
set -euo pipefail

# Debian has the daemons in sbin, which users often lack.
PATH=$PATH:/usr/sbin:/sbin
D=$(realpath -m -- "$2")
export SLURM_CONF=$D/slurm.conf
unset "${!SBATCH_@}" "${!SQUEUE_@}" "${!SINFO_@}"

# Several clusters may run at once: each takes 20 ports that nobody listens on.
free_ports() {
    local port i
    for _ in {1..50}; do
        port=$((20000 + RANDOM % 600 * 20))
        for ((i = 0; i < 20; i++)); do
            ! grep -q "$(printf ':%04X 00000000:0000 0A' $((port + i)))" /proc/net/tcp || continue 2
        done
        break
    done
    echo "$port"
}

configure() {
    local nodes=$1 port node
    port=$(free_ports)
    cat <<CONF
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$D/run/munge.sock,cred_expire=5
SlurmctldPort=$port
SlurmctldPidFile=$D/run/slurmctld.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdPidFile=$D/run/slurmd.%n.pid
SlurmdLogFile=$D/log/slurmd.%n.log
SlurmdSpoolDir=$D/spool/%n
StateSaveLocation=$D/state
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$D/log/jobcomp.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,bf_interval=1,bf_resolution=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmctldTimeout=10
SlurmdTimeout=5
KillWait=2
MinJobAge=300
JobRequeue=1
MailProg=/bin/true
CONF
    for ((node = 1; node <= nodes; node++)); do
        echo "NodeName=node$node NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + node))" \
            "CPUs=${CPUS:-1} RealMemory=4000 State=UNKNOWN"
    done
    echo "PartitionName=main Nodes=node[1-$nodes] Default=YES MaxTime=INFINITE State=UP PriorityTier=1 DefMemPerCPU=500"
    echo "PartitionName=high Nodes=node[1-$nodes] MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF DefMemPerCPU=500"
    echo "PartitionName=down Nodes=node[1-$nodes] MaxTime=INFINITE State=DOWN"
}

# wait_for SECONDS COMMAND...
wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@" 2>/dev/null; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.05
    done
}

all_idle() {
    [ "$(sinfo -h -p main -t idle -o %D)" = "$1" ]
}

up() {
    local nodes=${1:-3} node
    mkdir -p "$D"/{state,spool,log,run}
    chmod 755 "$D" "$D/run"
    (umask 077 && head -c 1024 /dev/urandom >"$D/munge.key")
    configure "$nodes" >"$SLURM_CONF"
    # Not what bats listens to: a daemon that holds it would keep the test from ending.
    exec 3>&-
    # --force: the socket's folder may be below one that others can write, as /tmp.
    munged --force --key-file="$D/munge.key" --socket="$D/run/munge.sock" --seed-file="$D/munge.seed" \
        --pid-file="$D/run/munged.pid" --log-file="$D/log/munged.log" 2>/dev/null
    slurmctld -f "$SLURM_CONF" 2>>"$D/log/start"
    for ((node = 1; node <= nodes; node++)); do
        slurmd_up "node$node"
    done
    wait_for 60 all_idle "$nodes" || {
        echo "the cluster did not start:" >&2
        tail -n 5 "$D"/log/slurm*.log >&2
        return 1
    }
}

slurmd_up() {
    mkdir -p "$D/spool/$1"
    slurmd -f "$SLURM_CONF" -N "$1" 2>>"$D/log/start"
}

gone() {
    ! [ -e "$1" ] || ! kill -0 "$(cat "$1")"
}

# By the files with their ids, which they remove when they end: a daemon without a parent that waits for it
# stays in the list of processes.
down() {
    local name pid
    [ -e "$SLURM_CONF" ] || return 0
    if [ -e "$D/run/slurmctld.pid" ]; then
        timeout 5 scancel --full -u "$(id -un)" 2>/dev/null || true
    fi
    for name in "$D"/run/slurmd.*.pid "$D/run/slurmctld.pid" "$D/run/munged.pid"; do
        [ -e "$name" ] || continue
        pid=$(cat "$name")
        kill "$pid" 2>/dev/null || true
        wait_for 5 gone "$name" || kill -KILL "$pid" 2>/dev/null || true
    done
    steps | xargs -r kill -KILL 2>/dev/null || true
}

# The processes of this cluster's tasks, on one node or on all, and those that keep them.
steps() {
    local task pid
    for task in /proc/[0-9]*; do
        pid=${task#/proc/}
        grep -qz "^SLURM_CONF=$SLURM_CONF\$" "$task/environ" 2>/dev/null || continue
        if [ -z "${1:-}" ]; then
            ! grep -q '^slurmstepd' "$task/comm" 2>/dev/null || echo "$pid"
        elif grep -qz "^SLURMD_NODENAME=$1\$" "$task/environ" 2>/dev/null; then
            echo "$pid"
            awk '/^PPid/ { print $2 }' "$task/status" 2>/dev/null
        fi
    done | sort -u | while read -r pid; do
        # What is no process of a task is one that keeps it, or init.
        [ "$pid" -gt 1 ] && { ! grep -qx init "/proc/$pid/comm" 2>/dev/null; } && echo "$pid"
    done || true
}

# As if its power were cut: what keeps the tasks first, so that it tells nobody.
kill_node() {
    kill -KILL "$(cat "$D/run/slurmd.$1.pid")"
    steps "$1" | xargs -r kill -KILL 2>/dev/null || true
}

case $1 in
up) up "${3:-3}" ;;
down) down ;;
slurmd) exec 3>&- && slurmd_up "$3" ;;
slurmctld) exec 3>&- && slurmctld -f "$SLURM_CONF" 2>>"$D/log/start" ;;
kill-node) kill_node "$3" ;;
kill-slurmd) kill -KILL "$(cat "$D/run/slurmd.$3.pid")" ;;
kill-slurmctld) kill -KILL "$(cat "$D/run/slurmctld.pid")" ;;
*) exit 2 ;;
esac
