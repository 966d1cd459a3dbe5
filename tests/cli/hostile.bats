# What strangers hand in: recordings that refer to other files and addresses, that ask for more than
# a machine has, and texts that mean to be more than text.

setup_file()
{
    load helper
    load hostile
    mkdir -p "$REC/tricks" "$REC/bombs"
    canary "$REC/canary.mp4"
    tricks "$REC/tricks" "$REC/canary.mp4"
    bombs "$REC/bombs" "$REC/canary.mp4"
}

setup()
{
    load helper
    load hostile
    cd "$BATS_TEST_TMPDIR"
    new_event
}

# opened STRACE_LOG: which of the things that the tricks name was reached: an open that succeeded, or
# any socket but those of the C library to services of this machine.
opened()
{
    grep -E 'open(at)?\(.*(canary\.mp4|vobsub\.sub).*= [0-9]+$|socket\(AF_INET|connect\(.*AF_INET' "$1"
}

traced()
{
    strace -f -qq -e trace=open,openat,socket,connect -o trace "$@"
}

@test "playlists and references open no other file and no address, the sandbox aside" {
    strace -o /dev/null true 2>/dev/null || skip "strace is not allowed here"
    # The tricks work where nobody minds: the canary is opened by a player.
    for trick in hls.mp4 concat.mp4; do
        traced ffprobe -v quiet -safe 0 "$REC/tricks/$trick" || true
        opened trace >/dev/null
    done
    traced ffprobe -v quiet -enable_drefs 1 -use_absolute_path 1 "$REC/tricks/reference.mov" || true
    opened trace >/dev/null

    settings 'renditions: [cheap]' 'sandbox: off'
    files=("$REC"/tricks/*.{mp4,ts,mkv,rm,mov,avi})
    same 12 "${#files[@]}"
    traced "$TALKPRESS" -C event add --json "${files[@]}" >said.json || true
    run opened trace
    same "" "$output"
    # The one with a sound of its own is a recording of sound; the others are none.
    same '["reference.mov"]' "$(jq -c '[.[] | select(.probe.error == null).path | sub(".*/"; "")]' said.json)"
}

# bomb FILE SAYS: the file is refused with these words, within bounds.
bomb()
{
    local elapsed peak
    new_event "$PWD/${1%.*}"
    status=0
    env time -o usage -f '%e %M' "$TALKPRESS" -C "$EVENT" add "$REC/bombs/$1" >said 2>&1 || status=$?
    output=$(cat said)
    same 1 "$status"
    says "$2"
    says_not "crashed" "FAILED"
    read -r elapsed peak < <(tail -1 usage)
    echo "$1: $elapsed s, $peak KiB"
    ((${elapsed%.*} < max_s)) && ((peak < max_kib))
}

@test "bombs: a message each, in 5 seconds and 200 MB" {
    max_s=5 max_kib=200000
    # Sanitizers take several times as much of both.
    ! grep -q __asan_init "$TALKPRESS" || max_s=30 max_kib=1000000
    bomb pixels-h264.mp4 "has pictures of 8192x8192, more than talkpress decodes"
    bomb pixels-png.mov "has a picture of which nothing can be decoded"
    bomb pixels-jpeg.mov "has a picture of which nothing can be decoded"
    bomb streams.mp4 "has more than 100 streams, or a header that asks for more than 128 MiB"
    bomb tables.mp4 "or a header that asks for more than 128 MiB"
    bomb header.mov "or a header that asks for more than 128 MiB"
    bomb duration.mp4 "hours by its time stamps, a recording of less than 48 was expected"
    bomb rate.wav "cannot be read as a recording"
    bomb game.avi "is 'cscd', which no camera writes and talkpress does not decode"
}

@test "the sandbox: status says what holds; off and require do what they say" {
    json '.sandbox | type' '"string"' tp status --json
    expect 0 tp status
    says "sandbox: "
    says_not "sandbox: off"
    settings 'renditions: [cheap]' 'sandbox: off'
    json '.sandbox' '"off, as the settings say"' tp status --json
    json '.[0].probe.duration_ms' 4000 tp add --json "$REC/canary.mp4"
    settings 'renditions: [cheap]' 'sandbox: sometimes'
    expect 1 tp status
    says "'sandbox' should be require, best-effort or off"
    settings 'renditions: [cheap]' 'sandbox: require'
    run tp status
    [[ $output != *"no worker will run"* ]] || skip "this kernel has no Landlock or no seccomp"
    cp "$REC/canary.mp4" other.mp4
    echo >>other.mp4
    expect 0 tp add other.mp4
    says "other.mp4" "0:04"
}
