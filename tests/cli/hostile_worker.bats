# Workers that were taken over by their recording: what they report and deliver harms their own talk
# alone. One talk is honest, the other is hostile in one way after another.

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
}

@test "files of work that nobody asked for: not taken" {
    tp add "$REC" >/dev/null
    expect 0 hostile_worker "poster extra-files 02-" -C event run
    says "2 of 2 parts are complete"
    same "" "$(find event/work -name '0123456789abcdef*')"
}
