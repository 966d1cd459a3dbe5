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

# A leak checker cannot work in a traced program, and makes it fail.
traced()
{
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=open,openat,socket,connect -o trace "$@"
}

@test "playlists and references open no other file and no address, the sandbox aside" {
    strace -o /dev/null true 2>/dev/null || skip "strace is not allowed here"
    # The tricks work where nobody minds: the canary is opened by a player. Since FFmpeg 7.1 it must
    # be told that a playlist is one that is named like a film.
    hls=()
    if ffmpeg -v quiet -h demuxer=hls | grep -c extension_picky >/dev/null; then
        hls=(-f hls -extension_picky 0)
    fi
    traced ffprobe -v quiet -safe 0 "$REC/tricks/concat.mp4" || true
    opened trace >/dev/null
    traced ffprobe -v quiet "${hls[@]}" "$REC/tricks/hls.mp4" || true
    opened trace >/dev/null
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
    ((${elapsed%.*} < max_s))
    ((peak < max_kib))
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
    bomb duration.mp4 "has a clock that jumps by 100:00:00 at 0:00"
    bomb rate.wav "cannot be read as a recording"
    bomb game.avi "is 'zmbv', which is not on talkpress's list of decoders: convert it"
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

# What a terminal obeys: control characters, and those that turn the direction of writing.
harmful()
{
    LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$@"
}

@test "texts of a programme and names of files: harmless in names, cards, tags, JSON and on the terminal" {
    page page.txt $'1: ../../../tmp/evil <script>alert(1)</script> (Ada \u202e Byron) (0:03)' \
        $'2: {\\fs200}{\\an8}Same\e]0;evil\a \u2066Name & "x" (Grace) (0:03)' \
        $'3: {\\fs200}{\\an8}Same\e]0;evil\a \u2066Name & "x" (Grace) (0:03)'
    sed -i $'s/What talk 1/\e[2J\u202e<script>&/' page.txt
    rehearse page.txt rec
    {
        tp import page.txt
        tp add rec
        cp rec/03* $'rec/e\e]0;evil\avil\u202e.mp4'
        tp add rec || true
        tp add $'nowhere\e[2J' || true
        for command in list match verify run status "status 2" "why 1" publish; do
            tp $command || true
        done
        tp list --json
        tp status --json
    } >said 2>&1
    run harmful said
    same "" "$output"
    grep -q "has characters in its name that cannot be shown" said
    cd event/out
    # The same name twice: two files each, and nothing outside of the folder.
    same "01-tmp-evil-script-alert-1-script.mp4 02-fs200-an8-same-0-evil-name-and-x.mp4 \
03-fs200-an8-same-0-evil-name-and-x.mp4" "$(echo *.mp4)"
    same 3 "$(ls *.jpg | wc -l)"
    sha256sum --quiet -c SHA256SUMS
    [ ! -e /tmp/evil ]
    run harmful talks.json SHA256SUMS
    same "" "$output"
    same '"../../../tmp/evil <script>alert(1)</script>"' "$(jq -c '.talks[0].title' talks.json)"
    # A tag says what the programme says; it is the web page that must write it as text.
    same "../../../tmp/evil <script>alert(1)</script>" \
        "$(ffprobe -v error -show_entries format_tags=title -of csv=p=0 01*.mp4 | tr -d '"')"
    # Ten thousand letters are no title.
    cd "$BATS_TEST_TMPDIR"
    printf 'number,title,speakers,duration\n1,"%s",Ada,0:03\n' "$(printf 'words %.0s' {1..1700})" >long.csv
    expect 1 tp import long.csv
    says "its title has 10199 characters" "expected at most 1000"
}
