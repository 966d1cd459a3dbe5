# status --prometheus: numbers in Prometheus's text format.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:04)" \
        "3: Third Time Lucky (Radia Lamport) (0:03)"
    rehearse "$PAGE" "$REC" --talk 1 --talk 2
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet 1 >/dev/null || true
}

setup()
{
    load helper
    copy_event
}

# What is printed, as the strict reader has it: NAME LABELS VALUE, without the label 'event'.
samples()
{
    tp status --prometheus | python3 "$BATS_TEST_DIRNAME/../prometheus.py"
}

# has SAMPLE...: each is in the file samples.
has()
{
    local sample
    for sample in "$@"; do
        grep -qxF "$sample" samples || {
            echo "not found: $sample"
            cat samples
            return 1
        }
    done
}

@test "parts, verdicts, needs, what is published" {
    samples >samples
    has "talkpress_event_info name=Tiny Conference 2021 1" \
        "talkpress_parts state=complete 1" "talkpress_parts state=waiting 2" \
        "talkpress_parts state=gone 0" "talkpress_parts_needing_person kind=recording 0" \
        "talkpress_part_verdicts verdict=missing 1" "talkpress_parts_needing_person kind=match 1" \
        "talkpress_failed_jobs - 0" "talkpress_recordings - 2" "talkpress_published_parts - 1" \
        "talkpress_published_files - 1" "talkpress_published_seconds - 3" "talkpress_run_active - 0"
    expect 1 grep -q talkpress_hook samples
    [ "$(awk '$1 == "talkpress_last_publication_timestamp_seconds" {print $3}' samples)" = \
        "$(stat -c '%Y' event/out/talks.json event/out/SHA256SUMS | sort -n | tail -n 1)" ]
    [ "$(awk '/folder_bytes folder=out/ {print $3}' samples)" = \
        "$(find event/out -type f -printf '%s\n' | awk '{n += $1} END {print n}')" ]
}

@test "failed jobs, hooks, a run that works" {
    sed -i 's/crf: 30/crf: 30, profile: nonsense/' event/renditions/cheap.yaml
    mkdir event/hooks
    printf '#!/bin/sh\nexit 1\n' >event/hooks/after-run
    printf '#!/bin/sh\n' >event/hooks/after-import
    chmod 755 event/hooks/*
    expect 1 tp run --quiet 2
    samples >samples
    has "talkpress_parts_needing_person kind=failed 1" "talkpress_hook_ok hook=after-run 0" \
        "talkpress_hook_ok hook=after-import 1"
    expect 1 grep -q "talkpress_failed_jobs - 0" samples
    grep -q "^talkpress_hook_last_call_timestamp_seconds hook=after-run [0-9]*$" samples
    expect 1 grep -q "talkpress_hook_last_call_timestamp_seconds hook=after-import" samples
    # As a run writes it, of a process that lives.
    while :; do
        printf '{"pid": %d, "at_s": %s, "done": 0.25, "left_s": 90}' $$ "$(cut -d ' ' -f 1 /proc/uptime)" \
            >event/work/progress.json.new
        mv event/work/progress.json.new event/work/progress.json
        sleep 0.2
    done 3>&- &
    writer=$!
    for _ in {1..50}; do
        samples >samples
        grep -qx "talkpress_run_active - 1" samples && break
    done
    kill "$writer"
    has "talkpress_run_active - 1" "talkpress_run_progress_ratio - 0.25" \
        "talkpress_run_left_seconds - 90"
}

@test "names with quotes, backslashes and line ends are escaped" {
    mv event 'a "b" \c'
    EVENT=$PWD/'a "b" \c'
    settings 'renditions: [cheap]' 'event: {name: "x \"y\" \\ z"}'
    samples >samples
    has 'talkpress_event_info name=x \"y\" \\ z 1'
    tp status --prometheus | grep -qF "{event=\"$PWD/a \\\"b\\\" \\\\c\","
}

@test "-o writes the file as a whole" {
    expect 0 tp status --prometheus -o event.prom
    same "" "$output"
    python3 "$BATS_TEST_DIRNAME/../prometheus.py" <event.prom >samples
    has "talkpress_parts state=complete 1"
    inode=$(stat -c %i event.prom)
    expect 0 tp status --prometheus --output event.prom
    [ "$(stat -c %i event.prom)" != "$inode" ] # renamed into place
    same event.prom "$(echo event.prom*)"
    expect 1 tp status --prometheus -o no/such/folder.prom
    says "no/such/folder.prom"
}

@test "wrong options" {
    expect 2 tp status --prometheus --json
    says "'--prometheus' counts all parts"
    expect 2 tp status --prometheus 1
    expect 2 tp status --prometheus --failed
    expect 2 tp status -o file
    says "'--output' is for '--prometheus'"
}

@test "an empty event" {
    "$TALKPRESS" init empty >/dev/null
    EVENT=$PWD/empty
    samples >samples
    has "talkpress_parts state=complete 0" "talkpress_published_parts - 0"
    expect 1 grep -q talkpress_last_publication samples
}

@test "promtool, if it is installed, finds nothing to say" {
    command -v promtool >/dev/null || skip "no promtool"
    tp status --prometheus >event.prom
    expect 0 promtool check metrics <event.prom
    same "" "$output"
}

# The indented lines from 'groups:' on.
rules_of_docs()
{
    sed -n '/^    groups:$/,/^[^ ]/s/^    //p' "$BATS_TEST_DIRNAME/../../docs/metrics.md"
}

@test "the alerts of the page are a file of rules, about numbers that there are" {
    rules_of_docs >rules.yml
    mkdir event/hooks
    printf '#!/bin/sh\n' >event/hooks/after-run
    chmod 755 event/hooks/after-run
    tp status --prometheus >event.prom
    grep -oE 'talkpress_[a-z_]+' rules.yml | sort -u >names
    [ "$(wc -l <names)" -ge 4 ]
    while read -r name; do
        grep -q "^$name{" event.prom
    done <names
    [ "$(grep -c ' - alert: ' rules.yml)" = "$(grep -c '   expr: ' rules.yml)" ]
    command -v promtool >/dev/null || return 0
    expect 0 promtool check rules rules.yml
}
