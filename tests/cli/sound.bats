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
    says "no picture in it: its card is shown instead"
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

# speech SECONDS: a filter source of somebody speaking, mono at 48 kHz.
speech()
{
    echo "flite=text='The quick brown fox jumps over the lazy dog. She sells sea shells by the sea \
shore. Peter Piper picked a peck of pickled peppers. How much wood would a woodchuck chuck.':voice=slt,\
aresample=48000,apad,atrim=duration=$1"
}

# recording NAME SECONDS [FFMPEG OPTIONS...]: a small picture beside the given sound.
recording()
{
    local name=$1 seconds=$2
    shift 2
    ffmpeg -v error -y -f lavfi -i "testsrc2=size=160x90:rate=5:duration=$seconds" "$@" \
        -c:v libx264 -preset ultrafast -c:a pcm_s16le -t "$seconds" "$name"
}

# level FILE CHANNEL: mean volume of one channel in dB, without the second of the card.
level()
{
    ffmpeg -v info -ss 1 -i "$1" -af "pan=mono|c0=c$2,volumedetect" -vn -f null - 2>&1 |
        sed -n 's/.*mean_volume: \(-\{0,1\}[0-9]*\).*/\1/p'
}

@test "one microphone is dead: the other one is used for both sides, and this is reported" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8)" \
        -filter_complex "[1:a]pan=stereo|c1=c0[a]" -map 0:v -map "[a]"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp status 2
    says "the right channel is used for both sides (the other is silent)"
    same "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" "$(level "$EVENT/out/02-second-thoughts.mp4" 1)"
    json '.parts[1].outputs[0].result.loudness_lufs | . > -16.5 and . < -15.5' true tp status --json
}

@test "one microphone is 20 dB down: the same; the user can decide otherwise" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8)" \
        -filter_complex "[1:a]pan=stereo|c0=c0|c1=0.1*c0[a]" -map 0:v -map "[a]"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp verify 2
    says "the left channel is used for both sides (the other is 20 dB quieter)"
    same "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" "$(level "$EVENT/out/02-second-thoughts.mp4" 1)"

    expect 0 tp sound 2 --channels both
    says "set by hand"
    expect 0 tp run --json 2
    same '{"sound":1,"assemble":1}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
    left=$(level "$EVENT/out/02-second-thoughts.mp4" 0)
    right=$(level "$EVENT/out/02-second-thoughts.mp4" 1)
    [ $((left - right)) -ge 18 ]
    tp sound 2 --auto >/dev/null
    expect 0 tp run --json 2
    same '{}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")" # it is there still
    same "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" "$(level "$EVENT/out/02-second-thoughts.mp4" 1)"
}

@test "eleven tracks that are no layout of loudspeakers: the first two are left and right" {
    silent=$(printf '|c%d=0*c0' {2..10})
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8)" \
        -filter_complex "[1:a]pan=11C|c0=c0|c1=c0${silent}[a]" \
        -map 0:v -map "[a]"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp verify 2
    same "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" "$(level "$EVENT/out/02-second-thoughts.mp4" 1)"
}

@test "of several streams the one with speech is taken, or the one that --audio names" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "anoisesrc=amplitude=0.1:sample_rate=48000" \
        -f lavfi -i "$(speech 8)" -map 0:v -map 1:a -map 2:a
    tp add 02-second-thoughts.mkv >/dev/null
    tp run --quiet 2
    expect 0 tp sound 2
    says "* stream 2: pcm_s16le, 1 channel"
    says "stream 1: pcm_s16le"
    speaking=$(level "$EVENT/out/02-second-thoughts.mp4" 0)
    expect 0 tp sound 2 --audio 1
    says "* stream 1"
    tp run --quiet 2
    expect 2 tp sound 2 --audio 0
    says "has no sound stream '0'"
    expect 2 tp sound 2 --channels middle
    says "expected both, left or right"
    [ "$speaking" -ne "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" ]
}

@test "clipping, hum and drop-outs are told with their times" {
    recording 01-first-steps.mkv 60 -f lavfi -i "$(speech 60)" -f lavfi \
        -i "sine=frequency=50:sample_rate=48000" -filter_complex \
        "[1:a]aloop=-1:size=480000,volume=enable='gt(t,20)*lt(t,25)':volume=30dB,volume=enable='gt(t,40)*lt(t,43)':volume=0[s];[2:a]volume=0.05,volume=enable='gt(t,40)*lt(t,43)':volume=0[h];[s][h]amix=normalize=0[a]" \
        -map 0:v -map "[a]"
    tp add 01-first-steps.mkv >/dev/null
    tp verify 1 || true
    expect 0 tp sound 1
    says "clipped" "first at 0:2" "hum of 50 Hz" "no sound at all for" "s at 0:40"
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8)"
    tp add 02-second-thoughts.mkv >/dev/null
    tp verify 2 || true
    expect 0 tp sound 2
    says_not "clipped" "hum" "no sound"
}

@test "hum of a channel that is left out is not reported" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8)" -f lavfi \
        -i "aevalsrc=0.2*sin(100*PI*t)+0.1*sin(300*PI*t):s=48000:d=8" -filter_complex \
        "[1:a][2:a]join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR[a]" -map 0:v -map "[a]"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp verify 2
    says "the left channel is used for both sides (the other carries steady noise)"
    says_not "hum"
}

# two_channels NAME LEFT RIGHT: a recording of 8 s with these filter sources as its channels.
two_channels()
{
    recording "$1" 8 -f lavfi -i "$2" -f lavfi -i "$3" \
        -filter_complex "[1:a][2:a]join=inputs=2:channel_layout=stereo[a]" -map 0:v -map "[a]"
}

@test "one channel carries a steady tone: the one with speech is on both sides, and that is said" {
    two_channels 02-second-thoughts.mkv "sine=1000:sample_rate=48000" "$(speech 8),volume=-12dB"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp verify 2
    says "the right channel is used for both sides (the other carries a steady tone of 1000 Hz)"
    expect 0 tp sound 2
    says "left: a steady tone of 1000 Hz; right: speech 0."
    same "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" "$(level "$EVENT/out/02-second-thoughts.mp4" 1)"

    # The tone is never published without a decision.
    expect 0 tp sound 2 --channels left
    says "nobody speaks in the sound that would be published" "talkpress sound TALK --channels right"
    expect 3 tp verify 2
    says "damaged" "nobody speaks in the sound that would be published"
}

# mono_level FILE: mean volume of the mono sum in dB, without the second of the card.
mono_level()
{
    ffmpeg -v info -ss 1 -i "$1" -af "pan=mono|c0=0.5*c0+0.5*c1,volumedetect" -vn -f null - 2>&1 |
        sed -n 's/.*mean_volume: \(-\{0,1\}[0-9]*\).*/\1/p'
}

@test "left and right in opposite phase: one is inverted, and that is said" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8)" \
        -filter_complex "[1:a]pan=stereo|c0=c0|c1=-0.9*c0[a]" -map 0:v -map "[a]"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp status 2
    says "the right channel is inverted (left and right are in opposite phase)"
    [ "$(mono_level "$EVENT/out/02-second-thoughts.mp4")" -ge -26 ]

    expect 0 tp sound 2 --channels both
    says "left and right are in opposite phase" "talkpress sound TALK --channels invert"
    expect 3 tp run --quiet 2
    expect 0 tp sound 2 --channels invert
    says "the right channel is inverted" "set by hand"
    expect 0 tp run --quiet 2
}

@test "silence, and noise that would be raised to speech, need a decision; a high gain is said" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "anullsrc=r=48000:cl=stereo"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 3 tp run --quiet 2
    expect 3 tp verify 2
    says "damaged" "its sound is silent"
    expect 0 tp verify --accept 2 --because "a silent film"
    expect 0 tp run --quiet 2

    recording 02-second-thoughts.mkv 8 -f lavfi -i "anoisesrc=amplitude=0.0006:sample_rate=48000"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 3 tp verify 2
    says "damaged" "nearly silent (-63 LUFS): raised by 47 dB, only noise would be heard"
    recording 02-second-thoughts.mkv 8 -f lavfi -i "anoisesrc=amplitude=0.004:sample_rate=48000"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 3 tp verify 2
    says "damaged" "nothing but noise (-47 LUFS), raised by 31 dB"
    recording 02-second-thoughts.mkv 8 -f lavfi -i "$(speech 8),volume=-36dB"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp verify 2
    says "the sound is very quiet (-" "LUFS) and raised by 3"
}

@test "a part of a recording in which nobody speaks needs a decision" {
    recording 02-second-thoughts.mkv 20 -f lavfi -i "$(speech 8),apad"
    tp add 02-second-thoughts.mkv >/dev/null
    tp verify 2 || true
    expect 0 tp cut 2 --in 0:11 --out 0:19
    expect 3 tp run --quiet 2
    expect 3 tp verify 2
    says "damaged" "its sound is silent"
    # What was found when it was encoded is also said of a part that is short.
    expect 0 tp cut 2 --in 0:11 --out 0:14
    expect 3 tp run --quiet 2
    expect 3 tp verify 2
    says "1 short" "it was cut by hand; its sound is silent"
}

@test "samples far above full scale or not a number are limited, counted, and told with their time" {
    ffmpeg -v error -f lavfi -i "$(speech 8)" -c:a pcm_f32le -f f32le speech.f32
    # At 3 s, 3e38 and a NaN: little-endian.
    printf '\xff\xff\x7f\x7f\x00\x00\xc0\x7f' |
        dd of=speech.f32 bs=4 seek=$((3 * 48000)) conv=notrunc status=none
    recording picture.mkv 8
    ffmpeg -v error -i picture.mkv -f f32le -ar 48000 -ac 1 -i speech.f32 -map 0:v -map 1:a -c:v copy \
        -c:a pcm_f32le 02-second-thoughts.mkv
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp verify 2
    says "2 samples are not a number or far above full scale, first at 0:03: limited"
    json '.parts[1].outputs[0].result.loudness_lufs | . > -16.5 and . < -15.5' true tp status --json
    [ "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" -ge -26 ]
}

# still_number FILE SECOND: the frame number of a stand-in's picture that shows at a second.
still_number()
{
    frame_numbers "$1" $(($2 * 5)) 1
}

# numbered FILE SECONDS: pictures that carry their number, 5 a second.
numbered()
{
    page one.txt "1: Numbers (Who) (0:$2)"
    rehearse one.txt numbered
    ffmpeg -v error -i numbered/* -map 0:v -c copy "$1"
}

@test "the picture ends before the sound: its last picture is held for as long as somebody speaks" {
    numbered picture.mkv 08
    # 20 s of speech, then 6 s of silence.
    ffmpeg -v error -i picture.mkv -f lavfi -i "$(speech 8),aloop=2:size=320000,atrim=duration=20,apad=whole_dur=26" \
        -map 0:v -map 1:a -c:v copy -c:a pcm_s16le 01-first-steps.mkv
    tp add 01-first-steps.mkv >/dev/null || true
    tp match 1=01-first-steps.mkv >/dev/null
    tp run --quiet 1 || true
    json '.[0].measured_s | . > 18 and . < 21' true tp verify 1 --json
    expect 3 tp verify 1
    says "its picture ends 0:1" "before its sound: the last picture is shown until the end"
    expect 0 tp cut 1 --out 0:26
    says "0:00.000 to 0:26.000"
    expect 0 tp verify --accept 1 --because "a test"
    expect 0 tp run --quiet 1
    out=$EVENT/out/01-first-steps.mp4
    same $((27 * 5)) "$(nb_frames "$out")"
    last=$(still_number "$out" 8)
    [ "$last" -ge 34 ]
    same 39 "$(still_number "$out" 10)"
    same 39 "$(still_number "$out" 26)"
}

@test "the picture begins after the sound: its first picture is held for as long as somebody speaks" {
    numbered picture.mkv 08
    # 3 s of silence, then speech; the picture comes after 10 s.
    ffmpeg -v error -itsoffset 10 -i picture.mkv -f lavfi -i "anullsrc=r=48000:cl=mono:d=3[s];$(speech 8),aloop=2:size=320000[v];[s][v]concat=v=0:a=1,atrim=duration=18" \
        -map 0:v -map 1:a -c:v copy -c:a pcm_s16le 01-first-steps.mkv
    tp add 01-first-steps.mkv >/dev/null || true
    tp match 1=01-first-steps.mkv >/dev/null
    tp run --quiet 1 || true
    json '.[0].measured_s | . > 14.5 and . < 16' true tp verify 1 --json
    expect 3 tp verify 1
    says "its picture begins 0:07 after its sound: the first picture is shown from the start"
    expect 0 tp cut 1 --in 0:00
    says "0:00.000 to 0:18.000"
    expect 0 tp verify --accept 1 --because "a test"
    expect 0 tp run --quiet 1
    out=$EVENT/out/01-first-steps.mp4
    same $((19 * 5)) "$(nb_frames "$out")"
    same 0 "$(still_number "$out" 2)"
    same 0 "$(still_number "$out" 10)"
    same 5 "$(still_number "$out" 12)"
}

@test "silence after the picture's end is left out" {
    recording picture.mkv 8
    ffmpeg -v error -i picture.mkv -f lavfi -i "$(speech 7),apad=whole_dur=20" -map 0:v -map 1:a -c:v copy \
        -c:a pcm_s16le 02-second-thoughts.mkv
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp verify 2
    says_not "is shown until the end"
    json '.[0].measured_s' 8 tp verify 2 --json
}

@test "a cover as a plain video track is no picture that sets the length" {
    ffmpeg -v error -f lavfi -i "$(speech 8)" -f lavfi -i "color=red:size=300x300:duration=0.04:rate=25" -map 0 -map 1 \
        -c:a aac -c:v mjpeg -t 8 02-second-thoughts.mov
    tp add 02-second-thoughts.mov >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp verify 2
    says "no picture in it: its card is shown instead"
    same $((9 * 25)) "$(nb_frames "$EVENT/out/02-second-thoughts.mp4")"
}

@test "of four channels the one with speech is taken, not a tone or a dead one" {
    recording 02-second-thoughts.mkv 8 -f lavfi -i "sine=1000:sample_rate=48000" -f lavfi -i "$(speech 8)" \
        -f lavfi -i "anullsrc=r=48000:cl=mono" -filter_complex \
        "[3:a]asplit[x][y];[1:a][x][2:a][y]join=inputs=4:channel_layout=4.0:map=0.0-FL|1.0-FR|2.0-FC|3.0-BC[a]" \
        -map 0:v -map "[a]"
    tp add 02-second-thoughts.mkv >/dev/null
    expect 0 tp run --quiet 2
    expect 0 tp verify 2
    says "channel 3 is on both sides (chosen by what each channel carries)"
    expect 0 tp sound 2
    says "1: a steady tone of 1000 Hz; 2: silence; 3: speech 0." "4: silence"
    same "$(level "$EVENT/out/02-second-thoughts.mp4" 0)" "$(level "$EVENT/out/02-second-thoughts.mp4" 1)"
    json '.parts[1].outputs[0].result.loudness_lufs | . > -16.5 and . < -15.5' true tp status --json

    expect 0 tp sound 2 --channels 1
    says "nobody speaks in the sound that would be published" "talkpress sound TALK --channels 3"
    expect 3 tp verify 2
    expect 0 tp sound 2 --channels 3+4
    says "channels 3 and 4 are left and right"
    expect 2 tp sound 2 --channels 5
    says "has 4 channels, not channel 5"
}
