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
    run tp run --quiet
    expect 0 tp verify --accept 1 --because "a silent programme"
    expect 0 tp run --quiet
    expect 0 tp verify
    says "another programme of the recording is not used (picture in stream 2, sound in stream 3)"
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
    says "ok" "1 of 1 part is ok"
    expect 0 tp run --quiet
    # The second half has another decoder's configuration, and is 4:3: it looks as in the recording.
    for at in 21 30 39; do
        ffmpeg -v error -y -ss $at -i "$file" -vf scale=120:90 -frames:v 1 want.png
        ffmpeg -v error -y -ss $((at + 1)) -i "$EVENT"/out/*.mp4 -vf crop=120:90:20:0 -frames:v 1 got.png
        psnr=$(ffmpeg -i want.png -i got.png -lavfi psnr -f null - 2>&1 | sed -n 's/.*average:\([0-9]*\).*/\1/p')
        echo "$at: $psnr dB"
        [ "${psnr:-99}" -ge 24 ]
    done
}

@test "an MP4 whose only key picture an edit list hides is not damaged" {
    ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25:d=11 -f lavfi -t 11 \
        -i "sine=440:r=48000,volume='0.05+0.5*mod(floor(4*t)\,2)':eval=frame" \
        -c:v libx264 -preset ultrafast -g 1000 -c:a aac whole.mp4
    ffmpeg -v error -ss 3 -i whole.mp4 -c copy cut.mp4
    tp add cut.mp4 >/dev/null || true # no talk matches its name
    tp match 1=cut.mp4 >/dev/null
    expect 0 tp verify
    says "1 of 1 part is ok"
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

@test "sound after the length that a WAV file states is not left out without a word" {
    local data
    ffmpeg -v error -f lavfi -i "sine=440:d=8" -bitexact -c:a pcm_s16le a.wav
    data=$(grep -abo data a.wav | head -n 1 | cut -d: -f1)
    # The recorder lost power: its header is of 1 s before, or it is whole and other chunks follow.
    cp a.wav old.wav
    put old.wav $((data + 4)) 0 100 0 0
    cp a.wav chunk.wav
    { printf 'id3 \0\0\002\0'; head -c 131072 /dev/urandom; } >>chunk.wav
    cp a.wav zeros.wav
    head -c 131072 /dev/zero >>zeros.wav
    run tp add --json chunk.wav zeros.wav # no talk matches their names
    same '[null,null]' "$(jq -c '[.[].probe.truncated]' <<<"$output")"
    run tp add --json old.wav
    says "goes on for" "ffmpeg -ignore_length 1"
}

@test "sound of old recorders" {
    local made
    local -a files=("ima.mov -c:a adpcm_ima_qt" "ima.wav -c:a adpcm_ima_wav" "ms.wav -c:a adpcm_ms"
        "swf.flv -c:a adpcm_swf -ar 44100" "yamaha.wav -c:a adpcm_yamaha" "g722.wav -c:a g722 -ar 16000"
        "raw.g722 -c:a g722 -ar 16000" "g726.wav -c:a g726 -ar 8000"
        "g723.wav -c:a g723_1 -b:a 6300 -ar 8000" "gsm.wav -c:a libgsm_ms -ar 8000"
        "raw.gsm -c:a libgsm -ar 8000" "nelly.flv -c:a nellymoser -ar 22050"
        "ra.rm -c:a real_144 -ar 8000" "dts.ts -c:a dca -ac 2 -ar 48000" "a.tta -c:a tta"
        "a.voc -c:a pcm_alaw")
    mkdir old
    for made in "${files[@]}"; do
        # shellcheck disable=SC2086
        ffmpeg -v error -f lavfi -i sine=440:d=3 ${made#* } -strict -2 "old/${made%% *}"
    done
    tp add old/* >/dev/null || true
    json '[.[] | select(.probe.error or .probe.sound_error or (.probe.duration_ms - 3000 | fabs > 60)) |
        [.path, .probe.error, .probe.sound_error]]' '[]' tp add --json old
    json 'length' "${#files[@]}" tp add --json old/*
}

@test "a sound that talkpress does not decode is never left out silently" {
    # A game's, which FFmpeg decodes but does not encode: by its number in WAVEFORMATEX, 0x594a.
    make adpcm.mkv -map 0 -map 3 -c:a adpcm_ms
    perl -0777 -pe 's/\x02\0(\x01\0\x80\xbb\0\0)/\x4a\x59$1/' adpcm.mkv >xan.mkv
    rm adpcm.mkv
    tp add xan.mkv >/dev/null || true
    tp match 1=xan.mkv >/dev/null
    run tp verify
    says "damaged" "its sound is 'xan_dpcm', which is not on talkpress's list of decoders"
    ffmpeg -v error -i xan.mkv -map 0:a -c copy alone.mka
    expect 1 tp add alone.mka
    says "has no picture in it, and its sound is 'xan_dpcm', which is not on talkpress's list"
}

@test "what is encrypted is called encrypted, when it is added" {
    local key=00112233445566778899aabbccddeeff at
    make clear.mp4 -map 0 -map 3 -c:v libx264 -preset ultrafast -c:a aac
    ffmpeg -v error -i clear.mp4 -c copy -encryption_scheme cenc-aes-ctr -encryption_key $key \
        -encryption_kid $key secret.mp4
    expect 1 tp add secret.mp4
    says "secret.mp4" "encrypted picture"
    # Sound alone, and all of a transport stream: bits 7 and 6 of each packet's fourth byte.
    ffmpeg -v error -i clear.mp4 -map 0:a -c copy -encryption_scheme cenc-aes-ctr \
        -encryption_key $key -encryption_kid $key sound.mp4
    expect 1 tp add sound.mp4
    says "sound.mp4" "its sound is encrypted"
    make tv.ts -map 0 -map 3
    perl -e 'undef $/; $_ = <STDIN>; for ($i = 0; $i < length; $i += 188) {
        $pid = unpack("n", substr($_, $i + 1, 2)) & 0x1fff;
        substr($_, $i + 3, 1) |= "\x80" if $pid >= 256 && $pid < 4096 } print' <tv.ts >scrambled.ts
    expect 1 tp add scrambled.ts
    says "scrambled.ts" "encrypted"
}

@test "a picture that is too small is said when it is added" {
    make small.mkv -map 0 -map 3 -vf scale=48:32
    expect 1 tp add small.mkv
    says "its picture is smaller than 64 pixels"
}

@test "a camera's small copies are set aside, and said" {
    local big small
    make big.mp4 -map 0 -map 3 -c:v libx264 -preset ultrafast -c:a aac
    make small.mp4 -map 0 -map 3 -c:v libx264 -preset ultrafast -crf 40 -c:a aac -t 3
    for big in CLIP/C0001.MP4 GX010042.MP4 DJI_0001.MP4 BRAW/A001.mov plain/S03.mp4; do
        mkdir -p "card/$(dirname $big)"
        cp big.mp4 "card/$big"
        printf %s "$big" >>"card/$big" # another content
    done
    for small in SUB/C0001S03.MP4 GL010042.LRV DJI_0001.LRF BRAW/Proxy/A001.mp4 CLIP/C0001_Proxy.MP4 \
        plain/C0002S03.MP4; do
        mkdir -p "card/$(dirname $small)"
        cp small.mp4 "card/$small"
        printf %s "$small" >>"card/$small"
    done
    run tp add card
    says "5 small copies of other files are not added" "is the proxy of" "for instance" "talkpress add FILE"
    # One whose original is not there is a recording.
    same "A001.mov C0001.MP4 C0002S03.MP4 DJI_0001.MP4 GX010042.MP4 S03.mp4" \
        "$(tp add --json card 2>/dev/null | jq -r '.[].path' | sed 's|.*/||' | sort | tr '\n' ' ' | sed 's/ $//')"
    run tp add card/SUB/C0001S03.MP4
    says "C0001S03.MP4" "1 added"
}

@test "a clock that goes back: no negative times, and what to do" {
    make late.mkv -map 0 -map 3 -c:v libx264 -preset ultrafast -c:a pcm_s16le -live 1 \
        -output_ts_offset 85326
    make early.mkv -map 0 -map 3 -c:v libx264 -preset ultrafast -c:a pcm_s16le -live 1
    cat late.mkv early.mkv >wrapped.mkv
    expect 1 tp add wrapped.mkv
    says "wrapped.mkv - has a clock that goes back by 23:42:" "new file with other time stamps"
    says_not "-23:42" " -0:"
}

@test "unfinished downloads are said; recycle bins, thumbnails and macOS's companions are no recordings" {
    local file
    make whole.mp4 -map 0 -map 3 -c:v libx264 -preset ultrafast -c:a aac
    mkdir -p disk/'$RECYCLE.BIN' disk/.Trashes disk/@eaDir/a.mp4 disk/__MACOSX disk/d.mp4.download disk/sub
    for file in sub/01.mp4 ._01.mp4 '$RECYCLE.BIN/$R1.mp4' .Trashes/b.mp4 @eaDir/a.mp4/SYNOPHOTO_FILM.mp4 \
        __MACOSX/c.mp4 d.mp4.download/d.mp4 e.mp4.part Unconfirmed.crdownload f.mp4 f.mp4.aria2 01.THM; do
        cp whole.mp4 "disk/$file"
        printf %s "$file" >>"disk/$file"
    done
    run tp add disk
    says "4 unfinished downloads are not added" "for instance (add them when complete)" "1 added"
    json '[.[].path | sub(".*/disk/"; "")]' '["sub/01.mp4"]' tp add --json disk
}
