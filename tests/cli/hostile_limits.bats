# Workers that were taken over by their recording: what they can take of the machine. The poster of
# talk 2 is hostile, all else is honest.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:04)" "2: Second Thoughts (Grace Murray) (0:06)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    load hostile
    cd "$BATS_TEST_TMPDIR"
    new_event
    settings 'renditions: [cheap]' 'stall_s: 3' 'workers: 2'
    tp add "$REC" >/dev/null
}

# stopped BEHAVIOUR SAYS...: the hostile job fails with these words, and talk 1 is made.
stopped()
{
    expect 1 hostile_worker "poster $1 02-" -C event run
    says "FAILED talk 2: " "${@:2}" "1 of 2 parts are complete"
    same "" "$(ls event/work/tmp)"
}

@test "a worker that repeats its progress is stopped" {
    stopped no-progress "made no progress for 3 s"
}

@test "a worker that talks without end is stopped, and so is one whose lines are too long" {
    stopped flood-stdout "made no progress for 3 s"
    stopped flood-progress "made no progress for 3 s"
}

@test "a log without end: its beginning and its end are kept" {
    stopped flood-stderr "made no progress for 3 s" "the last lines of its log, kept in "
    log=$(echo event/work/failed/*.log)
    grep -q "bytes left out" "$log"
    (($(stat -c %s "$log") < 140000))
    # It is forgotten when the job succeeds.
    expect 0 tp run --quiet
    same "" "$(ls event/work/failed)"
}

sandboxed()
{
    run tp status
    [[ $output != *"no landlock"* && $output != *"no seccomp"* ]] || skip "this kernel has no Landlock or no seccomp"
}

@test "a worker fills its files up to their limit, and makes no others" {
    sandboxed
    stopped fill "wrote 128 MB and made 0 more files"
}

@test "memory that the limit would not count cannot be had" {
    sandboxed
    ! grep -q __asan_init "$TALKPRESS" || skip "sanitizers need such memory"
    stopped share "took 0 MB that are not counted"
}
