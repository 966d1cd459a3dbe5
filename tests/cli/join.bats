# join: several files that are one recording. Frames and sound over the borders are those of the
# recording in one file.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (1:30)"
    rehearse "$PAGE" "$REC"
    cd "$BATS_FILE_TMPDIR"
    whole=$REC/01-first-steps.mp4
    ffmpeg -v error -i "$whole" -c copy whole.ts
    mkdir ts gopro
    split -b 250k -d -a 3 --numeric-suffixes=1 --additional-suffix=.MTS whole.ts ts/01-first-steps_
    ffmpeg -v error -i "$whole" -c copy -f segment -segment_time 30 -reset_timestamps 1 \
        -segment_start_number 1 gopro/GH%02d0042.MP4
    new_event "$BATS_FILE_TMPDIR/whole"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
    card=5 # frames
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    new_event
}

sound_of()
{
    ffmpeg -v error -ss "$2" -i "$1" -t "$3" -map 0:a:0 -ac 1 -f s16le - | od -An -v -td2 -w2
}

# sounds_like FILE SECOND: half a second around there against the recording in one file. Prints by
# how many samples it lies off (of at most 240, 5 ms) and how much is left then, in parts of 1000.
sounds_like()
{
    sound_of "$BATS_FILE_TMPDIR"/whole/out/*.mp4 "$2" 0.5 >want.txt
    sound_of "$1" "$2" 0.5 >got.txt
    paste want.txt got.txt | awk '
        { a[NR] = $1; b[NR] = $2 }
        END {
            for (lag = -240; lag <= 240; lag++) {
                sum = all = 0
                for (i = 241; i <= NR - 240; i += lag == best ? 1 : 7) {
                    d = a[i] - b[i + lag]; sum += d < 0 ? -d : d
                    all += a[i] < 0 ? -a[i] : a[i]
                }
                if (lag == -240 || sum / all < least) { least = sum / all; at = lag }
            }
            print at, int(1000 * least)
        }'
}

# same_as_whole: the published file shows every frame of the whole once, in order.
same_as_whole()
{
    same "$(frame_numbers "$BATS_FILE_TMPDIR"/whole/out/*.mp4 0 1000)" \
        "$(frame_numbers event/out/*.mp4 0 1000)"
}

@test "a transport stream that was cut anywhere: frames and sound to the bit" {
    expect 0 tp add "$BATS_FILE_TMPDIR/ts"
    says "01-first-steps_001.MTS (4 files)" "1:30" "4 added"
    expect 0 tp run --quiet
    same_as_whole
    # Not of the MP4: since FFmpeg 8 its sound ends where its edit list says, 5 ms earlier.
    mkdir uncut
    cp "$BATS_FILE_TMPDIR/whole.ts" uncut/01-first-steps.ts
    new_event "$PWD/reference"
    tp add uncut >/dev/null
    expect 0 tp run --quiet
    same "$(ffmpeg -v error -i reference/out/*.mp4 -map 0:a -f md5 -)" \
        "$(ffmpeg -v error -i event/out/*.mp4 -map 0:a -f md5 -)"
}

@test "a camera's chapters: every frame once, the sound without a gap" {
    json '.[] | [(.files | length), .talk]' '[3,1]' tp add --json "$BATS_FILE_TMPDIR/gopro"
    tp match 1=GH010042.MP4 >/dev/null
    expect 0 tp run --quiet
    same_as_whole
    for second in 30.5 31 60.5 61; do
        read -r off rest <<<"$(sounds_like event/out/*.mp4 $second)"
        echo "at $second: off by $off samples, $rest/1000 left"
        [ "${off#-}" -le 96 ]
        [ "$rest" -le 100 ]
    done
}

# chapter NUMBER SECOND LENGTH OPTION...: a chapter cut from the recording; the options choose streams.
chapter()
{
    ffmpeg -v error -i words.srt -i "$REC/01-first-steps.mp4" -ss "$2" -t "$3" \
        -c:v libx264 -preset ultrafast -bf 0 -c:a aac -c:s mov_text "${@:4}" "more/GH0${1}0008.MP4"
}

@test "files with more streams, fewer, and in another order" {
    local which
    local -a plain=(-map 1:a -map 1:v)
    local -a more=(-map 0:s -map 1:v -map 1:a -map 0:s -write_tmcd 1 -timecode 00:00:00:00)
    printf '1\n00:00:01,000 --> 00:00:19,000\nSome words\n' >words.srt
    for which in first second; do
        rm -rf more event
        mkdir more
        new_event
        echo "more streams in the $which"
        if [ $which = first ]; then
            chapter 1 0 20 "${more[@]}"
            chapter 2 20 10 "${plain[@]}"
        else
            chapter 1 0 20 "${plain[@]}"
            chapter 2 20 10 "${more[@]}"
        fi
        json '.[] | [(.files | length), .probe.error, (.probe.audio.end_ms / 1000 | round)]' \
            '[2,null,30]' tp add --json more
        tp match 1=GH010008.MP4 >/dev/null
        tp verify --accept 1 --because "a third of it" >/dev/null || true
        tp run --quiet >/dev/null || true
        tp verify --accept 1 --because "a third of it" >/dev/null || true
        expect 0 tp run --quiet
        same "$(seq 0 149)" "$(frame_numbers event/out/*.mp4 5 1000)"
        read -r off rest <<<"$(sounds_like event/out/*.mp4 22)"
        echo "off by $off samples, $rest/1000 left"
        [ "${off#-}" -le 96 ]
    done
}

# overlapping DIR: every frame once, and the sound without a gap, where one file gives way to another.
overlapping()
{
    json '.[] | [(.files | length), .probe.error, .probe.truncated, .probe.nb_corrupt, .probe.grid.frames]' \
        '[2,null,null,0,450]' tp add --json "$1"
    tp match "1=$(basename "$(find "$1" | sort | sed -n 2p)")" >/dev/null
    expect 0 tp verify
    expect 0 tp run --quiet
    same_as_whole
    for second in 29 31.5 33 35; do
        read -r off rest <<<"$(sounds_like event/out/*.mp4 $second)"
        echo "at $second: off by $off samples, $rest/1000 left"
        [ "${off#-}" -le 96 ]
        [ "$rest" -le 100 ]
    done
}

@test "a recorder that repeats the end of a file in the next one: published once" {
    local size
    mkdir ts
    size=$(stat -c %s "$BATS_FILE_TMPDIR/whole.ts")
    # From 30 s to 33 s, and a bit: the first file ends inside a packet, the second begins in a group.
    head -c $((size * 37 / 100)) "$BATS_FILE_TMPDIR/whole.ts" >ts/rec_001.ts
    tail -c +$((size * 34 / 100 / 188 * 188 + 1)) "$BATS_FILE_TMPDIR/whole.ts" >ts/rec_002.ts
    overlapping ts
}

@test "chapters that overlap: published once" {
    mkdir mp4
    ffmpeg -v error -i "$REC/01-first-steps.mp4" -t 33 -c copy mp4/GH010042.MP4
    ffmpeg -v error -ss 30 -i "$REC/01-first-steps.mp4" -c copy mp4/GH020042.MP4
    overlapping mp4
}

# still DIR SOURCE BEGIN: chapters of a picture that stands still, 15 s, and from BEGIN on to 30 s.
still()
{
    mkdir "$1"
    ffmpeg -v error -f lavfi -i color=gray:size=160x90:rate=25 -f lavfi -i "$2" -t 30 \
        -c:v libx264 -preset ultrafast -g 25 -bf 0 -c:a aac "$1/whole.ts"
    ffmpeg -v error -i "$1/whole.ts" -t 15 -c copy "$1/GH010042.MP4"
    ffmpeg -v error -ss "$3" -i "$1/whole.ts" -c copy "$1/GH020042.MP4"
    rm "$1/whole.ts"
}

@test "a still picture and silence repeat by themselves: nothing is cut" {
    still silent anullsrc=r=48000 15
    json '.[] | [(.files | length), .probe.duration_ms > 29900]' '[2,true]' tp add --json silent
    still noise anoisesrc=r=48000 15
    json '.[] | [(.files | length), .probe.duration_ms > 29900]' '[2,true]' tp add --json noise
}

@test "a still picture: its sound shows what is repeated" {
    still noise anoisesrc=r=48000 13
    json '.[] | [(.files | length), (.probe.duration_ms / 1000 | round)]' '[2,30]' tp add --json noise
}

@test "a chapter that repeats the whole one before is a copy: nothing is dropped" {
    mkdir mp4
    ffmpeg -v error -i "$REC/01-first-steps.mp4" -t 4 -c copy mp4/GH010042.MP4
    ffmpeg -v error -i mp4/GH010042.MP4 -c copy -write_tmcd 1 -timecode 00:00:00:00 mp4/GH020042.MP4
    json '.[] | [(.files | length), .probe.error, .probe.audio.end_ms > 7900]' '[2,null,true]' \
        tp add --json mp4
}

@test "cut names the file and the time in it" {
    tp add "$BATS_FILE_TMPDIR/gopro" >/dev/null
    tp match 1=GH010042.MP4 >/dev/null
    expect 0 tp cut 1 --in 0:10 --out 1:05
    says "0:10.000 to 1:05.000" "from 'GH010042.MP4' at 0:10.000 to 'GH030042.MP4' at 0:05.000"
    cp -r "$BATS_FILE_TMPDIR/ts" parts
    tp match 1=none >/dev/null
    tp add parts >/dev/null || true
    tp match 1=01-first-steps_001.MTS >/dev/null || true
    expect 0 tp cut 1 --in 0:00 --out 1:29
    says "from '01-first-steps_001.MTS' at 0:00.000 to '01-first-steps_004.MTS' at "
}

@test "files added one after the other become one recording" {
    for file in "$BATS_FILE_TMPDIR"/gopro/*; do
        run tp add "$file"
    done
    says "GH010042.MP4 (3 files)"
    json 'length' 1 tp add --json "$BATS_FILE_TMPDIR/gopro"
    says_not "missing"
}

@test "a missing file is named, and nothing is joined over the hole" {
    mkdir there
    cp "$BATS_FILE_TMPDIR"/gopro/GH0[13]0042.MP4 there
    expect 3 tp add there
    says "'GH020042.MP4' is missing: 'GH010042.MP4' and 'GH030042.MP4' are not joined"
    says_not "files)"
    json length 2 tp add --json there
    rm there/*
    cp "$BATS_FILE_TMPDIR"/ts/*_00[124].MTS there
    expect 3 tp add there
    says "'01-first-steps_003.MTS' is missing"
    says_not "files)"
}

@test "clips of a camera that counts them are no one recording" {
    mkdir clips
    for i in 0 1 2; do
        ffmpeg -v error -ss $((20 * i)) -i "$REC/01-first-steps.mp4" -t 8 -c copy clips/0000$i.MTS
    done
    json '[.[] | .files | length]' '[1,1,1]' tp add --json clips
}

@test "a person says so, either way, and it stays" {
    expect 0 tp add --separate "$BATS_FILE_TMPDIR/gopro"
    says "3 added"
    json '[.[] | .files | length]' '[1,1,1]' tp add --json "$BATS_FILE_TMPDIR/gopro"
    tp add --join "$BATS_FILE_TMPDIR"/gopro/GH030042.MP4 \
        "$BATS_FILE_TMPDIR"/gopro/GH020042.MP4 >/dev/null || true
    json '[.[] | .files | map(.[-12:])]' '[["GH010042.MP4"],["GH030042.MP4","GH020042.MP4"]]' \
        tp add --json "$BATS_FILE_TMPDIR/gopro"
    expect 2 tp add --join "$BATS_FILE_TMPDIR/gopro/GH010042.MP4"
    expect 2 tp add --join --separate "$BATS_FILE_TMPDIR/gopro/GH010042.MP4"
}

@test "a file that changes or vanishes is named" {
    cp -r "$BATS_FILE_TMPDIR/gopro" mine
    tp add mine >/dev/null
    tp match 1=GH010042.MP4 >/dev/null
    mv mine/GH020042.MP4 elsewhere
    expect 3 tp run --quiet
    says "GH020042.MP4' was not found"
    cp "$REC/01-first-steps.mp4" mine/GH020042.MP4
    run tp run --quiet
    says "GH020042.MP4' has changed since it was added"
    json '.[] | .files | length' 3 tp add --json mine
}

@test "files moved together are known again" {
    cp -r "$BATS_FILE_TMPDIR/gopro" before
    tp add before >/dev/null
    mv before after
    expect 0 tp add after
    says "GH010042.MP4 (3 files)" "0 added, 3 known"
}

@test "files that differ in their parameters: told, and joined where a person says so" {
    mkdir mixed
    ffmpeg -v error -i "$REC/01-first-steps.mp4" -t 20 mixed/GH010007.MP4
    ffmpeg -v error -ss 20 -i "$REC/01-first-steps.mp4" -t 10 -vf scale=240:136 -c:v libx264 \
        -bf 0 -c:a aac -ar 44100 mixed/GH020007.MP4
    expect 3 tp add mixed
    says "'GH010007.MP4' and 'GH020007.MP4' look like one recording, but are not joined" "160, 240"
    tp add --join mixed/GH010007.MP4 mixed/GH020007.MP4 >/dev/null || true
    tp match 1=GH010007.MP4 >/dev/null
    tp verify --accept 1 --because "a third of it" >/dev/null || true
    tp run --quiet >/dev/null || true
    tp verify --accept 1 --because "a third of it" >/dev/null || true
    expect 0 tp run --quiet
    same "$(seq 0 149)" "$(frame_numbers event/out/*.mp4 5 1000)"
}

@test "files of different kinds cannot be one recording" {
    cp "$BATS_FILE_TMPDIR/gopro/GH010042.MP4" a.mp4
    cp "$BATS_FILE_TMPDIR/ts/01-first-steps_001.MTS" b.mts
    expect 1 tp add --join a.mp4 b.mts
    output=$(tp add --json a.mp4 2>/dev/null | jq -r '.[].probe.error')
    says "a.mp4' and '" "b.mts' cannot be one recording: the containers differ (mov,mp4"
}
