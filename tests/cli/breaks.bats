# cut --drop, --keep and --sound-offset: a part without its breaks, and sound moved against the picture.

# The recording: 120 s at 5 frames a second, each with its number; a click at sample 1234 of each
# second, and a tone that changes its pitch each second. Its cells begin at 0, 24, 48 … s.
setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (2:00)" "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)"
    rehearse "$PAGE" "$BATS_FILE_TMPDIR/stand-ins"
    mkdir "$REC"
    cp "$BATS_FILE_TMPDIR"/stand-ins/02-* "$REC"
    ffmpeg -v error -i "$BATS_FILE_TMPDIR/stand-ins/01-first-steps.mp4" -f lavfi -i \
        "aevalsrc='0.05*sin(2*PI*(300+20*floor(t))*t)+0.7*eq(mod(n,48000),1234)':s=48000:d=120" \
        -map 0:v -map 1:a -c:v copy -c:a flac "$REC/01-first-steps.mkv"
    new_event "$BATS_FILE_TMPDIR/done"
    lossless
    tp add "$REC" >/dev/null
    tp run --quiet 1
}

setup()
{
    load helper
    copy_event
    video=$EVENT/out/01-first-steps.mp4
}

teardown()
{
    [ -z "${COORDINATOR:-}" ] || kill -KILL "$COORDINATOR" 2>/dev/null || true
}

# The rendition keeps each sample as it is.
lossless()
{
    sed -i 's/encoder: aac/encoder: alac/' "$EVENT/renditions/cheap.yaml"
}

# clicks FILE: at which samples of the talk they are, one a line, and how many samples it has. A card
# of a second precedes it.
clicks()
{
    ffmpeg -v error -i "$1" -map 0:a -ac 1 -f s16le - | perl -0777 -ne '
        my @v = map { abs } unpack "s<*";
        my $most = 0;
        $_ > $most and $most = $_ for @v;
        $v[$_] > $most / 2 and print $_ - 48000, "\n" for 0 .. $#v;
        print "of ", @v - 48000, "\n"'
}

# jobs TALK: those that a run makes, by stage.
jobs()
{
    tp run --quiet --json "$1" | jq -c '.jobs | with_entries(select(.value > 0))'
}

@test "a break is left out: every picture, every click, and only the cells at the joint are made" {
    tp cut 1 --drop 0:30-0:50.600
    json '.[0] | [.in_frame, .out_frame, .by, .length_s, .drops]' \
        '[0,600,"talkpress",99.4,[{"begin_frame":150,"end_frame":253,"begin_s":30,"end_s":50.6}]]' \
        tp cut --json 1
    expect 0 tp cut 1
    says "1:39.400 long" "without 0:30.000 to 0:50.600, a break of 0:20.600 (frames 150 to 253)"
    expect 0 tp why 1
    says "3 of 5 cells are made" "cell 2, sound 1, poster 1" "0:24-0:30 of the recording" \
        "0:51-1:12 of the recording"
    expect 3 tp verify 1
    says "-20.6 s" "short" "without 0:21 in 1 break"
    tp verify --accept 1 --because "a break"
    same '{"cell":2,"sound":1,"poster":1,"assemble":1}' "$(jobs 1)"
    same "$(seq 0 149; seq 253 599)" "$(frame_numbers "$video" 5 1000)"
    # Up to 30 s, then from 50.6 s on: 30.6 s later, less a rounding that there is none of.
    want=$(for s in {0..29}; do echo $((48000 * s + 1234)); done
        for s in {51..119}; do echo $((48000 * s + 1234 - 48000 * 206 / 10)); done
        echo "of $((48000 * 994 / 10))")
    same "$want" "$(clicks "$video")"
    # Taken back, all is there still.
    tp cut 1 --keep
    same '{}' "$(jobs 1)"
    same "$(seq 0 599)" "$(frame_numbers "$video" 5 1000)"
}

@test "several breaks: joined, shortened, given back, within the cut" {
    drops()
    {
        tp cut --json 1 | jq -c '.[0].drops | map([.begin_frame, .end_frame])'
    }
    tp cut 1 --drop 100f-200f --drop 1:00-1:10 --drop 150f-220f
    same '[[100,220],[300,350]]' "$(drops)"
    tp cut 1 --drop 350f-360f
    same '[[100,220],[300,360]]' "$(drops)"
    tp cut 1 --keep 0:30-0:32 # of the first
    same '[[100,150],[160,220],[300,360]]' "$(drops)"
    tp cut --keep 210f-330f 1
    same '[[100,150],[160,210],[330,360]]' "$(drops)"
    # Out of the cut they wait.
    tp cut 1 --in 155f
    same '[[160,210],[330,360]]' "$(drops)"
    tp cut 1 --in 0f --out 320f
    same '[[100,150],[160,210]]' "$(drops)"
    tp cut 1 --in 0f --out 600f
    same '[[100,150],[160,210],[330,360]]' "$(drops)"
    tp cut 1 --auto
    same '[]' "$(drops)"
    json '.[0].by' '"talkpress"' tp cut --json 1
}

@test "what is no break is refused in one sentence, and nothing is changed" {
    tp cut 1 --in 10f --out 500f --drop 100f-200f
    before=$(tp cut --json 1)
    for words in "--drop 5f-20f|its start, 0:02.000, is in a break that ends at 0:04.000: begin there with '--in 0:04.000'" \
        "--drop 10f-20f|its start" "--drop 480f-500f|its end, 1:40.000, is in a break that begins at 1:36.000: end there with '--out 1:36.000'" \
        "--drop 10f-500f|nothing would be left" "--drop 0f-600f|nothing would be left" \
        "--in 150f|its start, 0:30.000, is in a break that ends at 0:40.000" "--out 200f|its end" \
        "--drop 30f-30f|ends before it begins" "--drop 30f-20f|ends before it begins" \
        "--drop 0f-10f|is not in its cut, 0:02.000 to 1:40.000" "--drop 500f-600f|is not in its cut"; do
        expect 1 tp cut 1 ${words%%|*}
        says "talk 1: " "${words#*|}"
    done
    for range in 1:00 1:00-x 5-1:99 -1:00 ""; do
        expect 2 tp cut 1 --drop "$range"
        says "is not a "
    done
    for range in 6 0:06- -0:06; do
        expect 2 tp cut 1 --drop="$range"
        says "'$range' is not a range: write TIME-TIME, as 21:10-36:40"
    done
    expect 2 tp cut 2 --drop 0:01-0:02
    says "talk 2 has 2 parts: name one, such as 2/1"
    expect 2 tp cut 1 --drop 30f-40f --keep
    expect 2 tp cut 1 --auto --keep
    expect 2 tp cut 1 0:10-0:20
    expect 2 tp cut 1 2 --keep
    same "$before" "$(tp cut --json 1)"
}

@test "captions and chapters follow, and so does the poster" {
    cat >"$REC/01-first-steps.en.srt" <<'END'
1
00:00:10,000 --> 00:00:12,000
before

2
00:00:29,000 --> 00:00:31,000
into it

3
00:00:35,000 --> 00:00:36,000
within

4
00:00:28,500 --> 00:00:52,000
across

5
00:01:00,000 --> 00:01:01,500
after
END
    printf '0:10 First\n0:40 Break\n0:50 Second\n1:10 Third\n' >"$REC/01-first-steps.chapters.txt"
    tp cut 1 --drop 0:30-0:50
    tp verify --accept 1 --because "a break"
    tp run --quiet 1
    rm "$REC"/*.srt "$REC"/*.txt
    same '00:00:11.000 --> 00:00:13.000 before|00:00:29.500 --> 00:00:33.000 across|00:00:30.000 --> 00:00:31.000 into it|00:00:41.000 --> 00:00:42.500 after' \
        "$(grep -A1 -e '-->' "$EVENT/out/01-first-steps.vtt" | grep -v '^--$' | paste -d ' ' - - | paste -sd '|')"
    json '.talks[0].parts[0].chapters | map([.start_ms, .title])' \
        '[[0,"First Steps"],[11000,"First"],[31000,"Second"],[51000,"Third"]]' cat "$EVENT/out/talks.json"
    json '.talks[0].parts[0].files[0].duration_ms' 101000 cat "$EVENT/out/talks.json"
    # A time in the talk is one of its own clock: 0:31 is 0:51 of the recording.
    tp poster 1 --at 0:31
    json '.[0] | [.frame, .at_s]' '[255,31]' tp poster --json 1
    tp poster 1 --at 0:30
    json '.[0] | [.frame, .at_s]' '[250,30]' tp poster --json 1
    expect 1 tp poster 1 --at 1:40
    says "it is 1:40.000 long"
    tp chapter 1 0:31 "Typed"
    json '.[0].chapters | map([.talk_s, .video_s])' '[[31,32]]' tp chapter --json 1
    tp cut 1 --drop 0:50-0:52
    json '.[0].chapters | map([.talk_s, .video_s])' '[[30,31]]' tp chapter --json 1
    tp chapter 1 --remove 0:30
    json '.[0].chapters' '[]' tp chapter --json 1
}

@test "an acceptance is of these breaks, a decision of this recording" {
    tp cut 1 --drop 0:30-0:50
    tp verify --accept 1 --because "a break"
    expect 0 tp verify 1
    tp cut 1 --drop 0:30-0:51
    expect 3 tp verify 1
    tp cut 1 --keep 0:50-0:51
    expect 0 tp verify 1
    tp cut 1 --sound-offset 40ms
    # Another recording is not cut by it.
    ffmpeg -v error -i "$REC/01-first-steps.mkv" -c copy -metadata comment=x other.mkv
    tp add other.mkv >/dev/null 2>&1 || true
    tp match 1=other.mkv >/dev/null || true
    json '.[0] | [.drops, .sound_offset_ms]' '[[],0]' tp cut --json 1
    tp match 1=01-first-steps.mkv >/dev/null || true
    json '.[0] | [(.drops | length), .sound_offset_ms]' '[1,40]' tp cut --json 1
}

@test "damage in a break does not count, unless pictures after it may be made from it" {
    local media="$BATS_TEST_TMPDIR/damaged"
    mkdir "$media"
    cp "$REC/01-first-steps.mkv" "$media/01-first-steps.mkv"
    dd if=/dev/zero of="$media/01-first-steps.mkv" bs=1 count=3000 conv=notrunc status=none \
        seek=$(($(stat -c %s "$media/01-first-steps.mkv") / 2))
    new_event "$BATS_TEST_TMPDIR/other"
    tp add "$media" >/dev/null
    expect 3 tp verify 1
    says "damaged" "not decode, the first at 1:01"
    tp cut 1 --drop 0:45-1:30
    expect 3 tp verify 1
    says "short" "without 0:45 in 1 break"
    says_not "decode"
    tp cut 1 --keep 1:06-1:30
    expect 3 tp verify 1
    says "not decode, the first at 1:01"
    tp cut 1 --keep
    tp cut 1 --in 1:20
    expect 3 tp verify 1
    says_not "decode"
}

@test "another programme keeps them with their talk" {
    tp cut 1 --drop 0:30-0:50 --sound-offset -40ms
    page new.txt "1: First Steps, Corrected (Ada Byron) (2:00)" "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)"
    tp import new.txt >/dev/null
    json '.[0] | [(.drops | length), .sound_offset_ms]' '[1,-40]' tp cut --json 1
    page new.txt "1: Something Else Entirely (Radia Lamport) (2:00)" "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)"
    tp import --replace new.txt >/dev/null
    same "0|0" "$(sqlite3 "$EVENT/talkpress.db" \
        'select (select count(*) from chosen_drop), (select count(*) from chosen_offset)')"
}

@test "sound is moved to the sample, and the pictures stay" {
    for wish in "+120ms 120" "-0.04s -40" "0.5s 500"; do
        tp cut 1 --sound-offset "${wish% *}"
        json '.[0] | [.sound_offset_ms, .by]' "[${wish#* },\"talkpress\"]" tp cut --json 1
        same '{"sound":1,"assemble":1}' "$(jobs 1)"
        same "$(seq 0 599)" "$(frame_numbers "$video" 5 1000)"
        # Of a click before the talk, nothing is left; the length stays.
        want=$(for s in {0..119}; do echo $((48000 * s + 1234 + 48 * ${wish#* })); done | awk '$1 >= 0')
        same "$want
of $((48000 * 120))" "$(clicks "$video")"
    done
    expect 0 tp cut 1
    says "the sound is heard 500 ms later than recorded"
    expect 0 tp status 1
    says "sound: 500 ms later than recorded"
    # With a break too: both joints are where they are without it.
    tp cut 1 --drop 0:30-0:50 --sound-offset 120ms
    tp verify --accept 1 --because "a break"
    tp run --quiet 1
    want=$(for s in {0..29} {50..119}; do echo $((48000 * (s - (s > 29 ? 20 : 0)) + 1234 + 5760)); done)
    same "$want
of $((48000 * 100))" "$(clicks "$video")"
    tp cut 1 --keep --sound-offset 0
    same '{}' "$(jobs 1)"
}

@test "the sound of all talks in a file is moved at once" {
    json 'map([.talk, .part, .sound_offset_ms])' '[[2,1,80],[2,2,80]]' \
        tp cut --json 02-second-thoughts.mp4 --sound-offset 80ms
    json '.[0].sound_offset_ms' 0 tp cut --json 1
    tp cut 2/1 --sound-offset 0
    json 'map(.sound_offset_ms)' '[0,80]' tp cut --json 2
    expect 0 tp cut "$REC/02-second-thoughts.mp4" --sound-offset 0
    json 'map(.sound_offset_ms)' '[0,0]' tp cut --json 2
    for offset in "" 1 120 1.5ms +-1s 0x1s 1m "1 s" 1234567ms .5s 0.0005s; do
        expect 2 tp cut 1 --sound-offset "$offset"
        says "is not an offset: write +120ms or -0.04s"
    done
    expect 1 tp cut 1 --sound-offset 61s
    says "by at most 60 s"
    expect 2 tp cut --sound-offset 1s
    says "--sound-offset needs a TALK or a FILE"
}

@test "killed while its cells at the joints are made, a run goes on from there" {
    tp cut 1 --drop 0:26-0:58 --drop 1:20-1:30
    tp verify --accept 1 --because "breaks"
    "$TALKPRESS" -C "$EVENT" run --quiet >/dev/null 2>&1 3>&- &
    COORDINATOR=$!
    before=$(find "$EVENT/work" -name '*.mp4' | wc -l)
    for _ in {1..500}; do
        [ "$(find "$EVENT/work" -name '*.mp4' | wc -l)" -gt "$before" ] && break
        sleep 0.01
    done
    kill -KILL "$COORDINATOR" 2>/dev/null || true
    wait "$COORDINATOR" 2>/dev/null || true
    tp run --quiet 1
    same "$(seq 0 129; seq 290 399; seq 450 599)" "$(frame_numbers "$video" 5 1000)"
    expect 0 tp why 1
    says "nothing would run: all 2 outputs are made"
}
