#!/usr/bin/env bash
# How talkpress grows with the event: commands and a run of stand-in workers on events of 200, 2,000
# and 20,000 talks (two recordings and some 250 cells each), and adding as many files.
#   bench/scale.sh [FOLDER] [TALKS...]      default: a new folder under /tmp, 200 2000 20000
# A line per measurement: talks, what, wall seconds, CPU seconds of the coordinator, peak MB. An event
# that is in FOLDER already is measured again. 20,000 talks take 10 million small files in work/:
# look at 'df -i' first. ROUNDS=1 measures once, without it the least of three counts; PARTS is which of
# "plan jobs add" are measured.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release >/dev/null
cmake --build --preset release --target scale >/dev/null
bin=$PWD/build/release
folder=${1:-$(mktemp -d /tmp/talkpress-scale.XXXXXX)}
shift || true
sizes=("${@:-200}")
[[ $# -gt 0 ]] || sizes=(200 2000 20000)
few=20 # talks whose work a run makes anew

make_event() { # make_event NUMBER new|made|files [TALKS]
    local dir=$folder/$2-$1
    [[ -e $dir/done ]] && return
    rm -rf "$dir"
    "$bin/src/talkpress" init "$dir" >/dev/null
    sed -i 's/^# workers: .*/workers: 1/' "$dir/talkpress.yaml"
    "$bin/bench/scale-event" "$dir" "${3:-$1}" "$2" >/dev/null
    touch "$dir/done"
}
timed() { # timed EVENT COMMAND...: matches that are unclear (status 3) are no failure
    "$bin/bench/scale-time" "$bin/bench/talkpress-idle" -C "$@" || [[ $? -eq 3 ]]
}
measure() { # measure TALKS WHAT EVENT COMMAND...: the least of the rounds
    local talks=$1 what=$2 event=$3 best='' line
    shift 3
    for ((i = 0; i < ${ROUNDS:-3}; i++)); do
        [[ ! -e $event/store.before ]] || restore "$event"
        line=$(timed "$event" "$@" 2>&1 >"$folder/last" | tail -1)
        [[ -n $best ]] && awk "BEGIN { exit !(${best%% *} < ${line%% *}) }" || best=$line
    done
    # shellcheck disable=SC2086
    printf '%6d  %-34s %9.3f %8.2f %6d\n' "$talks" "$what" $best
}
restore() { # restore EVENT: the store as it was kept, for a command that changes it
    rm -f "$1"/talkpress.db-*
    cp "$1/store.before" "$1/talkpress.db"
}
measure_add() { # measure_add FILES: two for each of half as many talks
    local talks=$1 event=$folder/files-$1
    make_event "$talks" files $((talks / 2))
    [[ -e $event/store.first ]] || cp "$event/talkpress.db" "$event/store.first"
    cp "$event/store.first" "$event/store.before"
    measure "$talks" "add of $talks files, all new" "$event" add "$event/recordings"
    rm "$event/store.before"
    measure "$talks" "add again, all known" "$event" add "$event/recordings"
}
# A run of stand-in workers, one at a time: what a job costs, with its process that does nothing.
measure_jobs() { # measure_jobs TALKS
    local talks=$1 event=$folder/new-$1 none some nb
    local -a chosen
    make_event "$talks" new
    rm -f "$event/done" # its first talks are made now
    mapfile -t chosen < <(seq 1 $few)
    # Nothing is made of these talks yet: the first run makes it, the second finds it there.
    some=$(timed "$event" run "${chosen[@]}" --no-publish --json 2>&1 >"$folder/last" | tail -1)
    none=$(timed "$event" run "${chosen[@]}" --no-publish --json 2>&1 >/dev/null | tail -1)
    nb=$(jq '[.jobs[]] | add' "$folder/last")
    awk -v talks="$talks" -v none="$none" -v some="$some" -v nb="$nb" 'BEGIN {
        split(none, a); split(some, b)
        printf "%6d  %-34s %9.3f %8.2f %6d\n", talks, "run of " nb " jobs", b[1], b[2], b[3]
        printf "%6d  %-34s %9.2f %8.2f\n", talks, "  a job, ms", 1000 * (b[1] - a[1]) / nb,
               1000 * (b[2] - a[2]) / nb }'
}

measure_plan() { # measure_plan TALKS
    local talks=$1 made=$folder/made-$1 new=$folder/new-$1
    make_event "$talks" made
    make_event "$talks" new
    # First what keeps the matches, as any run does: see docs/matching.md.
    measure "$talks" 'run with nothing to do' "$made" run --no-publish --json
    measure "$talks" 'match' "$made" match
    measure "$talks" 'status' "$made" status
    measure "$talks" 'status of a talk' "$made" status 7
    measure "$talks" 'why of a talk' "$made" why 7
    measure "$talks" 'status, nothing made yet' "$new" status
}

printf '%6s  %-34s %9s %8s %6s\n' talks what 'wall s' 'CPU s' MB
for talks in "${sizes[@]}"; do
    for part in ${PARTS:-plan jobs add}; do
        "measure_$part" "$talks"
    done
done
echo "all of it is in $folder"
