# A room's camera that ran all morning: one recording, several talks.

# The frames of the made recording, at 5 a second, that are a talk's; silent and black elsewhere.
# Its timetable is of seconds, so that the recording can be short.
talk_1="20 89" talk_2="120 199" talk_3="215 269"

setup_file()
{
    load helper
    page "$BATS_FILE_TMPDIR/long.txt" "1: Morning (A) (1:00)"
    rehearse "$BATS_FILE_TMPDIR/long.txt" "$REC"
    local away="lt(t,4)+between(t,18,23.999)+between(t,40,42.999)+gte(t,54)"
    ffmpeg -nostdin -v error -y -i "$REC/01-morning.mp4" -vf "drawbox=c=black:t=fill:enable='$away'" \
        -af "volume=0:enable='$away'" -c:v libx264 -preset ultrafast -g 5 -c:a aac \
        "$REC/main-hall.mp4"
    rm "$REC/01-morning.mp4"
    timetable "$PAGE" 09:02:04 09:02:25 09:02:43
}

# timetable FILE START...: the talks of the main hall, with two beside it at the same time.
timetable()
{
    cat >"$1" <<END
number,title,speakers,room,date,start,duration
1,First Steps,Ada Byron,Main Hall,2021-05-04,$2,00:00:15
2,Second Thoughts,Grace Murray,Main Hall,2021-05-04,$3,00:00:17
3,Third Time Lucky,Radia Lamport,Main Hall,2021-05-04,$4,00:00:12
4,Beside It,Edsger Knuth,Side Room,2021-05-04,09:02:04,00:00:15
5,Also Beside It,Donald Dijkstra,Side Room,2021-05-04,09:02:25,00:00:17
END
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    new_event
    main=$REC/main-hall.mp4
}

# within_a_second TALK...: the proposals of the recording begin and end within 1 s of the talks.
within_a_second()
{
    local talk frames
    for talk in "$@"; do
        frames=talk_$talk
        read -r first last <<<"${!frames}"
        json "[.[].cuts[] | select(.talk == $talk) | (.in_frame - $first | fabs) <= 5 and
              (.out_frame - $last - 1 | fabs) <= 5]" "[true]" tp cut --json
    done
}

# shows TALK FILE: of all frames of the recording, the output holds those of the talk.
shows()
{
    local frames=talk_$1
    same "$(seq ${!frames})" "$(frame_numbers event/out/"$2" 0 1000 | grep -v '^-1$')"
}

@test "with --start: proposed, taken, published" {
    expect 3 tp add --start "2021-05-04 09:02" "$main"
    says "main-hall.mp4" "talks 1, 2, 3; began 2021-05-04 09:02:00 (as given): see 'talkpress cut'" \
        "3 matches are unclear"
    expect 3 tp cut
    says "'main-hall.mp4', 1:00 long began 2021-05-04 09:02:00 (as given)" "First Steps: proposed" \
        "silence of 4.0 s and black at 0:00" "3 cuts are proposed"
    awk 'length > 80 { print; bad = 1 } END { exit bad }' <<<"$output"
    within_a_second 1 2 3
    # Nothing of it counts before a person has taken it.
    expect 3 tp verify 1 2 3
    says "unclear" "'talkpress cut 2 --take' takes it" "3 need a decision"
    expect 1 tp verify --accept 1 --because "it will do"
    says "talk 1 cannot be accepted" "talkpress cut"
    expect 3 tp run --quiet 1 2 3
    says "talk 1 waits: its cut is only proposed: see 'talkpress cut'"
    same "" "$(ls event/out/*.mp4 2>/dev/null)"
    # One by one, then all at once.
    expect 0 tp cut 2 --take
    says "set by hand"
    expect 1 tp cut 2 --take
    says "talk 2: its cut is already set by hand"
    expect 3 tp cut
    says "Second Thoughts: set by hand" "2 cuts are proposed"
    within_a_second 1 2 3
    expect 0 tp cut main-hall.mp4 --take
    expect 0 tp verify 1 2 3
    says "3 of 3 parts are ok"
    expect 0 tp run --quiet 1 2 3
    shows 1 01-first-steps.mp4
    shows 2 02-second-thoughts.mp4
    shows 3 03-third-time-lucky.mp4
    same 3 "$(ls event/out/*.mp4 | wc -l)"
}

@test "with the creation time, however the camera meant it" {
    while read -r created how; do
        ffmpeg -nostdin -v error -y -i "$main" -c copy -metadata creation_time="$created" main-hall.mp4
        expect 3 tp add main-hall.mp4
        says "talks 1, 2, 3; began 2021-05-04 09:02:00 ($how): see 'talkpress cut'"
    done <<'END'
2021-05-04T09:02:00Z its creation time
2021-05-04T09:03:00Z its creation time, read as when it ended
END
    expect 3 tp cut
    within_a_second 1 2 3
    for created in 1904-01-01T00:00:00Z 1970-01-01T00:00:00Z 2021-05-03T09:02:00Z; do
        ffmpeg -nostdin -v error -y -i "$main" -c copy -metadata creation_time="$created" main-hall.mp4
        expect 0 tp add main-hall.mp4
        says "no talk matches"
    done
    # A person knows better, and may take it back.
    expect 3 tp add --start 2021-05-04T09:02:00 main-hall.mp4
    says "talks 1, 2, 3" "(as given)"
    expect 0 tp add --start auto main-hall.mp4
    says "no talk matches"
}

@test "the room: by the path, by hand, or asked for" {
    cp "$main" camera.mp4
    expect 0 tp add --start "2021-05-04 09:02" camera.mp4
    says "it may hold talks of 2 rooms: give its room with 'talkpress add --room ROOM FILE'"
    expect 2 tp add --room Attic camera.mp4
    says "no talk of the programme is in a room 'Attic'"
    expect 3 tp add --room "side room" camera.mp4
    says "talks 4, 5; began 2021-05-04 09:02:00 (as given)"
    expect 3 tp add --room "Main Hall" camera.mp4
    says "talks 1, 2, 3;"
    mkdir main_hall
    mv camera.mp4 main_hall
    tp add --room auto main_hall >/dev/null || true
    expect 3 tp add --room auto main_hall/camera.mp4
    says "talks 1, 2, 3;"
}

@test "with listed times only, in order; what a person cuts stands" {
    page listed.txt "1: First Steps (Ada Byron) (0:14)" "2: Second Thoughts (Grace Murray) (0:16)" \
        "3: Third Time Lucky (Radia Lamport) (0:11)"
    tp import --replace listed.txt >/dev/null
    tp add "$main" >/dev/null || true
    expect 0 tp match 1-3=main-hall.mp4
    says "set by hand"
    expect 3 tp cut main-hall.mp4
    says "'main-hall.mp4', 1:00 long" "Third Time Lucky: proposed"
    says_not "began"
    within_a_second 1 2 3
    expect 3 tp run --quiet
    same "" "$(ls event/out/*.mp4 2>/dev/null)"
    expect 0 tp cut 2 --in 126f --out 190f
    expect 0 tp cut main-hall.mp4 --take
    json '.[].cuts[] | select(.talk == 2) | [.in_frame, .out_frame, .by]' '[126,190,"hand"]' \
        tp cut --json
    within_a_second 1 3
    expect 3 tp verify
    says "short" "it was cut by hand" "2 of 3 parts are ok"
    # Taken back, it is proposed again.
    expect 0 tp cut 2 --auto
    within_a_second 2
    expect 3 tp cut
    says "1 cut is proposed"
}

@test "a start that is wrong by a day" {
    expect 0 tp add --start "2021-05-05 09:02" "$main"
    says "by the given start, fewer than two slots of the timetable are in it"
    expect 0 tp cut
    says "'main-hall.mp4': by the given start, fewer than two slots" "with 'talkpress add --start'"
    # Set by hand all the same: in order, and it is said why.
    expect 0 tp match 1-3=main-hall.mp4
    expect 3 tp cut
    says "a talk that was set to it is outside: its talks are cut in order, without the clock"
    within_a_second 1 2 3
}

@test "a recording that ends in mid-talk" {
    ffmpeg -nostdin -v error -i "$main" -t 34 -c copy main-hall.mp4
    expect 3 tp add --start "2021-05-04 09:02" main-hall.mp4
    says "talks 1, 2;"
    expect 3 tp cut
    says "out: the recording ends in mid-talk"
    expect 0 tp cut main-hall.mp4 --take
    expect 3 tp verify 2
    says "short" "speech or sound runs to the recording's last second"
    expect 0 tp verify 1
}

@test "slots that overlap: cuts that do not" {
    timetable overlapping.csv 09:02:04 09:02:20 09:02:30
    tp import overlapping.csv >/dev/null
    expect 3 tp add --start "2021-05-04 09:02" "$main"
    within_a_second 1 2 3
}

@test "without a clock: what is longer than any talk is recognised, and the next command named" {
    cp "$main" whole-day.mp4
    tp add whole-day.mp4 >added.txt || true
    output=$(<added.txt)
    says "no talk matches: longer than any talk; if it holds several: talkpress add --start" \
        "'2021-05-04 09:02' '$PWD/whole-day.mp4', with the time when it began"
    for command in verify status match "run --quiet"; do
        # shellcheck disable=SC2086 # words
        run tp $command
        says "5 parts are without a recording" "'whole-day.mp4' (1:00)" \
            "talkpress add --start '2021-05-04 09:02' '$PWD/whole-day.mp4'"
    done
    expect 3 tp add --start "2021-05-04 09:02" --room "Main Hall" whole-day.mp4
    says "talks 1, 2, 3; began 2021-05-04 09:02:00"
}

@test "timezone: of a programme without zones, for a creation time in UTC" {
    TZ=UTC ffmpeg -v error -i "$main" -map 0 -c copy -metadata creation_time=2021-05-04T13:02:00Z \
        main-hall.mp4
    settings 'renditions: [cheap]' 'timezone: America/New_York'
    expect 3 tp add main-hall.mp4
    says "began 2021-05-04 09:02:00 (its creation time)"
}

@test "wrong usage" {
    tp add "$main" >/dev/null || true
    expect 2 tp add --start yesterday "$main"
    says "'yesterday' is not a date and time: write '2010-04-28 09:02'"
    expect 2 tp cut --take
    says "--take needs a TALK or a FILE"
    expect 2 tp cut 1 --take --in 0:01
    expect 1 tp cut nothing.mp4
    says "'nothing.mp4' is not a recording of this event"
    expect 1 tp cut main-hall.mp4 --take
    says "nothing is proposed"
    expect 0 tp cut
    says "no recording holds several talks"
}
