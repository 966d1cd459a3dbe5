# properties: every picture once and in its place, sound within 20 ms of it, whatever the recording is
# like.

setup_file()
{
    load helper
    load properties
    publish_properties pictures sound times
}

setup()
{
    load helper
    load properties
    EVENT=$BATS_FILE_TMPDIR/event
    cd "$BATS_TEST_TMPDIR"
}

@test "pictures" {
    measured pictures
}

@test "sound" {
    measured sound
}

@test "time stamps" {
    measured times
}

@test "what was done about them is told" {
    expect 0 tp status 34
    says "% slow against the picture (0.04 s in total): resampled"
    says_not "moved by"
    expect 0 tp sound 35
    says "the sound runs 0.6 % fast against the picture"
    expect 0 tp status 30
    says "0:01 missing at 0:03" "moved by"
    expect 0 tp status 26
    says "starts +1.4"
}

@test "a clock that begins anew is told, with the way out" {
    page "$PAGE.1" "1: Restart (Ada Byron) (0:07)"
    PAGE=$PAGE.1 new_event "$BATS_TEST_TMPDIR/event"
    cp "$BATS_FILE_TMPDIR/restart.ts" 01-restart.ts
    tp add 01-restart.ts >/dev/null
    expect 3 tp verify
    says "the clock goes back by 0:03 at 0:03" "ffmpeg -i FILE -map 0 -c copy NEW"
}
