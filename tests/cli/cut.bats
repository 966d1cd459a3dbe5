# cut: where a part begins and ends, exact to the frame.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:09)" \
        "3 (two parts): Third Time Lucky (Radia Lamport) (0:07 / 0:05)"
    rehearse "$PAGE" "$REC"
    page "$BATS_FILE_TMPDIR/parts.txt" "31: Part (R) (0:07)" "32: Part (R) (0:05)"
    rehearse "$BATS_FILE_TMPDIR/parts.txt" "$REC/parts"
    mv "$REC/parts/31-part.mp4" "$REC/03-third-time-lucky-part1.mp4"
    mv "$REC/parts/32-part.mp4" "$REC/03-third-time-lucky-part2.mp4"
    rm "$REC/03-third-time-lucky.mp4"
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    new_event
    tp add "$REC" >/dev/null
}

# shows PART FIRST LAST: the output's card is followed by these frames of the recording.
card_frames=5
shows()
{
    local file
    file=$(ls event/out/*"$1".mp4)
    same $((card_frames + $3 - $2 + 1)) "$(nb_frames "$file")"
    same -1 "$(frame_numbers "$file" $((card_frames - 1)))"
    same "$(seq "$2" "$3")" "$(frame_numbers "$file" $card_frames 1000)"
}

@test "a stand-in's frames are numbered, and these tests can read it" {
    same "$(seq 0 39)" "$(frame_numbers "$REC/01-first-steps.mp4" 0 1000)"
}

@test "two parts in one file are cut at the listed time" {
    expect 0 tp cut 2
    says "2/1: 0:00.000 to 0:06.000 of '02-second-thoughts.mp4', 0:06.000 long (frames 0 to 30" \
        "2/2: 0:06.000 to 0:15.000" "fps), chosen by talkpress"
    expect 0 tp run --quiet 2
    shows second-thoughts-part-1 0 29
    shows second-thoughts-part-2 30 74
}

@test "two parts in two files" {
    json '[.matches[] | select(.talk==3) | [.part, .state]]' '[[1,"sure"],[2,"sure"]]' \
        tp match --json
    expect 0 tp run --quiet 3
    shows third-time-lucky-part-1 0 34
    shows third-time-lucky-part-2 0 24
}

@test "by hand: minutes and seconds, milliseconds, hours, frames" {
    while read -r in out begin end; do
        json '.[0] | [.in_frame, .out_frame, .by]' "[$begin,$end,\"hand\"]" \
            tp cut --json 1 --in "$in" --out "$out"
    done <<'END'
0:01 0:07 5 35
0:01.400 0:06.600 7 33
0:00:02 0:00:05.2 10 26
3f 38f 3 38
0f 40f 0 40
END
    json '.[0] | [.in_frame, .out_frame]' '[12,40]' tp cut --json 1 --in 12f
    json '.[0] | [.in_frame, .out_frame]' '[12,15]' tp cut --json 1 --out 0:03
    expect 0 tp cut 1
    says "0:02.400 to 0:03.000" "set by hand"
    expect 0 tp cut 1 --auto
    says "0:00.000 to 0:08.000" "fps), all of it"
}

@test "by hand is exact to the frame, and verify tells the difference" {
    tp cut 1 --in 7f --out 0:07.200
    expect 3 tp verify 1
    says "short" "-2.2 s"
    tp verify --accept 1 --because "begins late"
    expect 0 tp run --quiet 1
    shows first-steps 7 35
    sound=$(ffprobe -v error -select_streams a:0 -show_entries stream=duration -of csv=p=0 \
        event/out/*first-steps.mp4)
    same "6.80" "${sound:0:4}"
}

@test "one part of two by hand leaves the other" {
    expect 2 tp cut 2 --in 0:01
    says "talk 2 has 2 parts: name one, such as 2/1"
    tp cut 2/2 --in 0:06.600
    json '[.[] | [.part, .in_frame, .out_frame, .by]]' \
        '[[1,0,30,"talkpress"],[2,33,75,"hand"]]' tp cut --json 2
    expect 0 tp cut 2/2 --auto
    says "2/2: 0:06.000 to 0:15.000"
}

@test "what cannot be is refused, and nothing is changed" {
    tp cut 1 --in 0:01 --out 0:07
    before=$(tp cut --json 1)
    for words in "--in 0:07" "--in 0:08" "--out 0:01" "--out 0:00" "--in 0:05 --out 0:04" \
        "--in 35f" "--out 41f" "--out 0:08.200" "--out 99:00:00" "--in 99999999999f"; do
        expect 1 tp cut 1 $words
        says "talk 1: "
    done
    expect 1 tp cut 1 --out 41f
    says "outside its recording, which ends at 0:08.000 (frame 40)"
    expect 1 tp cut 1 --in 0:05 --out 0:04
    says "it would begin at 0:05.000 and end at 0:04.000"
    for time in 1:61 1,5 -3f 3F 1: : f now ""; do
        expect 2 tp cut 1 --in "$time"
        says "'$time' is not a time: write [h:]mm:ss[.mmm], or a frame number as 1500f"
    done
    same "$before" "$(tp cut --json 1)"
    tp remove 01-first-steps.mp4
    expect 1 tp cut 1
    says "talk 1 has no recording that can be cut: see 'talkpress match'"
}

@test "a cut is of its recording: another one at its place is not cut by it" {
    cp "$REC/01-first-steps.mp4" mine.mp4
    tp remove 01-first-steps.mp4
    tp add mine.mp4 >/dev/null || true
    tp match 1=mine.mp4 >/dev/null || true
    tp cut 1 --in 7f
    ffmpeg -v error -y -i "$REC/01-first-steps.mp4" -c copy -metadata comment=x mine.mp4
    tp add mine.mp4 >/dev/null 2>&1 || true
    tp match 1=mine.mp4 >/dev/null || true
    json '.[0] | [.in_frame, .by]' '[0,"talkpress"]' tp cut --json 1
}
