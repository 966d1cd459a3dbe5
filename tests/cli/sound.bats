# sound: what recordings hold besides one clean stereo stream.

setup_file()
{
    load helper
    mkdir -p "$REC"
    page "$PAGE" "1: First Steps (Ada Byron) (1:00)" "2: Second Thoughts (Grace Murray) (0:08)"
    cd "$REC"
    ffmpeg -v error -f lavfi -i "sine=440:sample_rate=44100,volume='0.05+0.1*mod(floor(t)\,2)':eval=frame" \
        -t 60 01-first-steps.flac
}

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
}

# card_like FILE SECOND: how much the picture at a second is like the card (PSNR, dB).
card_like()
{
    ffmpeg -v info -i "$1" -i card.png -lavfi \
        "[0:v]trim=start=$2,setpts=PTS-STARTPTS,format=rgb24[a];[a][1:v]psnr=stats_file=-" \
        -frames:v 1 -f null - 2>/dev/null | sed -n 's/.*psnr_avg:\([0-9]*\).*/\1/p' | head -n 1
}

@test "sound alone is published with its card as the picture" {
    tp add "$REC/01-first-steps.flac" >/dev/null
    expect 0 tp verify 1
    says "no picture in it: its card stands for one"
    expect 0 tp run --quiet 1
    out=$EVENT/out/01-first-steps.mp4
    # 1 s of card, 60 s of it standing still, at 25 frames a second.
    same 1525 "$(nb_frames "$out")"
    tp card 1 -o card.png --size 160x90
    for second in 5 30 60.5; do
        [ "$(card_like "$out" $second)" -ge 28 ]
    done
    same mjpeg,1280,720 "$(ffprobe -v error -show_entries stream=codec_name,width,height \
        -of csv=p=0 "$EVENT/out/01-first-steps.jpg")"
}

@test "a still picture is encoded once, however long the sound" {
    tp add "$REC/01-first-steps.flac" >/dev/null
    expect 0 tp run --json 1
    # The card that fades in, 24 s of it standing, and the last 12 s.
    same 3 "$(jq .jobs.card <<<"$output")"
    sed -i 's/First Steps/Other Steps/' "$PAGE"
    tp import "$PAGE" >/dev/null
    expect 0 tp run --json 1
    same '{"card":3,"poster":1,"assemble":1}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
    sed -i 's/Other Steps/First Steps/' "$PAGE"
}
