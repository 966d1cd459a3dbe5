# recordings: files that are right but unusual, and what is read out of them.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)"
}

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
}

# make FILE OPTION...: ffmpeg with two pictures of 6 s (inputs 0, 1), silence (2) and a tone that comes
# and goes (3).
make()
{
    ffmpeg -v error -f lavfi -i testsrc=s=160x90:r=25:d=6 -f lavfi -i testsrc2=s=160x90:r=25:d=6 \
        -f lavfi -i anullsrc=r=48000:cl=mono:d=6 -f lavfi -t 6 \
        -i "sine=440:r=48000,volume='0.05+0.5*mod(floor(4*t)\,2)':eval=frame" \
        -c:v mpeg2video -c:a mp2 "${@:2}" "$1"
}

# probe FILTER EXPECTED FILE...: what jq makes of the only recording's probe.
probe()
{
    json ".[0].probe | $1" "$2" tp add --json "${@:3}"
}

@test "picture and sound are of one programme of a transport stream" {
    make two.ts -map 0 -map 2 -map 1 -map 3 -program title=A:st=0:st=1 -program title=B:st=2:st=3
    probe '[.video.stream, .audio.stream, [.streams[].apart]]' \
        '[0,1,[null,null,"of another programme","of another programme"]]' two.ts
    tp match 1=two.ts >/dev/null
    expect 0 tp verify --accept 1 --because "a silent programme"
    run tp run --quiet
    ffmpeg -v error -i "$EVENT"/out/*.mp4 -af volumedetect -f null - 2>&1
    level=$(ffmpeg -hide_banner -i "$EVENT"/out/*.mp4 -af volumedetect -f null - 2>&1 |
        sed -n 's/.*max_volume: -\([0-9]*\).*/\1/p')
    [ "$level" -ge 60 ]
}

@test "a programme with sound is preferred to one without" {
    make bare.ts -map 0 -map 1 -map 3 -b:v:0 3M -b:v:1 1M -program title=A:st=0 -program title=B:st=1:st=2
    probe '[.video.stream, .audio.stream]' '[1,2]' bare.ts
}
