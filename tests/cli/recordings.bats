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

@test "an MP4 track with two sample entries is not damaged" {
    local file=${SHARED:-$BATS_TEST_DIRNAME/../../../shared}/cases/11-two-sample-entries/twostsd.mp4
    [ -e "$file" ] || skip "no ../shared/cases"
    page page.txt "1: First Steps (Ada Byron) (0:40)"
    tp import page.txt >/dev/null
    tp add "$file" >/dev/null || true # no talk matches its name
    tp match 1=twostsd.mp4 >/dev/null
    expect 0 tp verify
    says "ok" "1 of 1 parts are ok"
    expect 0 tp run --quiet
    # The second half, which has another decoder's configuration, looks as it does in the recording.
    ffmpeg -v error -ss 30 -i "$file" -vf scale=160:90 -frames:v 1 "$BATS_TEST_TMPDIR/want.png"
    ffmpeg -v error -ss 31 -i "$EVENT"/out/*.mp4 -frames:v 1 "$BATS_TEST_TMPDIR/got.png"
    psnr=$(ffmpeg -i "$BATS_TEST_TMPDIR/want.png" -i "$BATS_TEST_TMPDIR/got.png" -lavfi psnr -f null - 2>&1 |
        sed -n 's/.*average:\([0-9]*\).*/\1/p')
    echo "$psnr dB"
    [ "$psnr" -ge 24 ]
}

# put FILE OFFSET BYTE...: octal bytes over those of the file.
put()
{
    printf "$(printf '\\%s' "${@:3}")" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "sound without a stated length is complete, and cut off where a length is stated" {
    local name data
    ffmpeg -v error -f lavfi -i sine=440:d=3.3 -bitexact -c:a pcm_s16le a.wav
    data=$(grep -abo data a.wav | head -n 1 | cut -d: -f1)
    for name in zero ones big; do
        cp a.wav $name.wav
    done
    put zero.wav $((data + 4)) 0 0 0 0
    put ones.wav $((data + 4)) 377 377 377 377
    put big.wav $((data + 4)) 333 377 377 177
    ffmpeg -v error -i a.wav -c:a pcm_s16be -f au - | cat >a.au
    for name in a.wav zero.wav ones.wav big.wav a.au; do
        echo "$name"
        new_event "$BATS_TEST_TMPDIR/$name.event"
        probe '[.duration_ms, .truncated, .nb_corrupt]' '[3320,null,0]' $name
    done
    for name in wav aiff w64; do
        echo "$name, cut"
        ffmpeg -v error -i a.wav -c:a pcm_s16be whole.aiff -c:a pcm_s16le whole.w64 -y
        cp a.wav whole.wav
        head -c 250000 whole.$name >cut.$name
        new_event "$BATS_TEST_TMPDIR/$name.event"
        probe '.truncated != null or .nb_corrupt > 0' true cut.$name
    done
}
