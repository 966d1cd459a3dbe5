# add, match and verify: which recording holds which talk, and whether it is all there.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:05 / 0:14)" \
        "3: Third Time Lucky (Radia Lamport) (0:11)" "4: Farewell Everyone (Edsger Knuth) (0:25)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    mkdir cam
    new_event
    one=$REC/01-first-steps.mp4 two=$REC/02-second-thoughts.mp4
    three=$REC/03-third-time-lucky.mp4 four=$REC/04-farewell-everyone.mp4
}

ff()
{
    ffmpeg -v error -y "$@"
}

# verdicts: "talk/part verdict" of all parts, by talk.
verdicts()
{
    tp verify --json 2>/dev/null | jq -r '.[] | "\(.talk)/\(.part) \(.verdict)"' | paste -sd ,
}

cause_of()
{
    output=$(tp verify --json "$1" 2>/dev/null | jq -r '.[0].cause')
    says "${@:2}"
}

@test "a good set is sure at once, and all is well" {
    expect 0 tp add "$REC"
    says "talk 1: number 1" "4 added, 0 known already; 0 cannot be read, 0 matches are unclear"
    expect 0 tp match
    same "4 matches are sure: 'talkpress match --all' shows them" "$output"
    expect 0 tp match --all
    says "1 sure" "4 sure" "03-third-time-lucky.mp4: number 3"
    expect 0 tp verify
    says "5 of 5 parts are ok"
    same "1/1 ok,2/1 ok,2/2 ok,3/1 ok,4/1 ok" "$(verdicts)"
    expect 0 tp add "$REC"
    says "0 added, 4 known already"
}

@test "add --json: path, probe and match of each" {
    json '[.[] | [.talk, .part, .sure, .probe.duration_ms]]' \
        '[[1,null,true,8000],[2,null,true,19000],[3,null,true,11000],[4,null,true,25000]]' \
        tp add --json "$REC"
}

@test "what a camera calls its files is matched by length" {
    cp "$one" cam/MVI_2041.mp4
    cp "$two" cam/MVI_2042.mp4
    cp "$three" cam/GH010017.mp4
    cp "$four" cam/00000.mp4
    expect 0 tp add cam
    json '[.matches[] | [.talk, .state, (.recording | split("/") | last)]]' \
'[[1,"sure","MVI_2041.mp4"],[2,"sure","MVI_2042.mp4"],[3,"sure","GH010017.mp4"],[4,"sure","00000.mp4"]]' \
        tp match --json
}

@test "a swapped pair is not taken by its number" {
    cp "$one" "$two" cam
    cp "$three" cam/04-recording.mp4
    cp "$four" cam/03-recording.mp4
    expect 3 tp add cam
    says "unclear" "probably swapped with talk 3" "probably swapped with talk 4" \
        "2 matches are unclear: see 'talkpress match'"
    expect 3 tp verify
    says "probably swapped" "2 need a decision" "talkpress match TALK=FILE"
    same "1/1 ok,2/1 ok,2/2 ok,3/1 unclear,4/1 unclear" "$(verdicts)"
    expect 3 tp run --quiet
    says "talk 3 waits: not sure which recording it is"
    [ ! -e event/out/03-third-time-lucky.mp4 ]
    [ ! -e event/out/3-third-time-lucky.mp4 ]
    expect 0 tp match 3=04-recording.mp4 "4=$PWD/cam/03-recording.mp4"
    says "set by hand"
    same "1/1 ok,2/1 ok,2/2 ok,3/1 ok,4/1 ok" "$(verdicts)"
    expect 3 tp match 3= 4=
}

@test "the same content twice is left out" {
    mkdir copies
    cp "$three" copies/other-name.mp4
    tp add "$REC"
    expect 0 tp add copies
    says "'$PWD/copies/other-name.mp4' has the content of '$three': not added" "0 added, 1 known"
    same 4 "$(sqlite3 event/talkpress.db 'select count(*) from recording')"
}

@test "a recording that moved is found again, with its decisions" {
    cp "$three" cam/a.mp4
    tp add cam
    tp match 1=a.mp4
    mkdir elsewhere
    mv cam/a.mp4 elsewhere/b.mp4
    expect 0 tp add elsewhere
    says "1 known"
    json '.matches[0].recording' "\"$PWD/elsewhere/b.mp4\"" tp match --json
}

@test "refused files have one message each and do not stop the others" {
    : >cam/empty.mp4
    head -c 3000 /dev/urandom >cam/noise.mp4
    cp "$PAGE" cam/text.ts
    mkfifo cam/pipe.mp4
    ln -s nowhere cam/dangling.mkv
    printf '#EXTM3U\n/etc/passwd\n' >cam/list.mp4
    head -c 10000 "$four" >cam/04-farewell-everyone.mp4
    cp "$one" "$two" "$three" cam
    expect 1 tp add cam
    says "8 added" "7 cannot be read" "is empty (0 bytes)" \
        "pipe.mp4' is not a regular file" "cannot find 'cam/dangling.mkv'"
    for name in empty noise text list 04-farewell-everyone; do
        same 1 "$(grep -c "^$name\." <<<"$output")"
    done
    says_not "worker" "FAILED" "not probed"
    same "1/1 ok,2/1 ok,2/2 ok,3/1 ok" "$(verdicts | cut -d, -f1-4)"
    # It is known, and no failure again and again.
    expect 3 tp verify
    says_not "FAILED"
}

@test "a folder without recordings, and a file that is not there: said" {
    mkdir none
    expect 0 tp add none
    says "'none' holds no file with the suffix of a recording"
    expect 1 tp add nowhere.mp4 "$one"
    says "cannot find 'nowhere.mp4'" "1 added"
}

@test "add reports what this call added, and the rest in a line" {
    head -c 3000 /dev/urandom >cam/noise.mp4
    cp "$two" cam/a.mp4
    ffmpeg -v error -i "$two" -c copy -metadata comment=again cam/b.mp4
    expect 1 tp add cam
    expect 0 tp add "$one"
    says "01-first-steps.mp4" "1 added, 0 known already; 0 cannot be read, 0 matches are unclear" \
        "from before: 1 recording cannot be read, 2 matches are unclear: see 'talkpress status'"
    says_not "noise" "a.mp4"
    json '[.[] | .path]' "[\"$one\"]" tp add --json "$one"
    # A folder that grows is added again and again.
    cp "$three" cam
    expect 0 tp add cam
    says "03-third-time-lucky.mp4" "1 added, 3 known already" "from before: 1 recording"
    says_not "noise" "01-first-steps"
    expect 0 tp add cam
    says "0 added, 4 known already"
    says_not "third" "noise.mp4"
}

@test "add says which talk is no longer certain of its recording" {
    cp "$three" cam/talk.mp4
    expect 0 tp add cam
    mkdir other
    ffmpeg -v error -i "$three" -c copy -metadata comment=again other/talk.mp4
    expect 3 tp add other
    says "other/talk.mp4" "unclear, perhaps talk 3" "2 matches are unclear"
    same 1 "$(grep -c "^cam/talk.mp4 *no longer certain to be talk 3" <<<"$output")"
    says_not "from before"
    # Names that repeat are shown and taken with their folder.
    expect 3 tp match
    says "cam/talk.mp4"
    expect 1 tp match 3=talk.mp4
    says "give its path, or a folder with it: '"
    tp match 3=other/talk.mp4 || true
    same "3/1 ok" "$(verdicts | cut -d, -f4)"
}

@test "a missing talk: every command names the unused recordings that could hold it" {
    mkdir cam/b
    ff -f lavfi -i color=size=64x64:rate=1:duration=1320 -f lavfi -i sine=sample_rate=8000 \
        -shortest cam/b/0001.mkv
    ff -i cam/b/0001.mkv -t 700 -c copy cam/0001.mkv
    page other.txt "5: Something Else (Barbara Gray) (20:00)" "6: The Rest (Edsger Wirth) (10:00)"
    tp import --replace other.txt >/dev/null
    tp add cam >/dev/null || true
    same '["none","none"]' "$(tp match --json | jq -c '[.matches[].state]')"
    for command in status verify match "run --quiet" "status 5" "why 5" "cut 5"; do
        # shellcheck disable=SC2086 # words
        run tp $command
        says "'b/0001.mkv' (22:00)" "talkpress match '5=b/0001.mkv'"
    done
    run tp why 5
    says_not "11:40"
    json '[.[] | .unused]' \
        "[[\"$PWD/cam/b/0001.mkv\"],[\"$PWD/cam/0001.mkv\",\"$PWD/cam/b/0001.mkv\"]]" \
        tp verify --json
    tp match 5=b/0001.mkv 6=cam/0001.mkv >/dev/null
    run tp verify
    says_not "could hold"
    tp match 5= 6= >/dev/null || true
    tp remove b/0001.mkv cam/0001.mkv
    for command in status verify match "why 5"; do
        # shellcheck disable=SC2086 # words
        run tp $command
        says "no unused recording could hold" "talkpress add FILE"
    done
}

@test "verify --problems: only what needs a decision, in groups, the worst first" {
    cp "$two" cam
    ff -i "$three" -c copy -t 7 cam/03-third-time-lucky.mp4
    tp add cam >/dev/null
    expect 3 tp verify --problems
    says "1 short" "2 missing" "2 of 5 parts are ok, 3 need a decision"
    says_not "second-thoughts"
    same "short missing" "$(sed -n 's/^[0-9]* \([a-z]*\)$/\1/p' <<<"$output" | paste -sd' ')"
    json '[.[].talk]' '[1,3,4]' tp verify --problems --json
    tp verify --accept 3 --because "it is so" >/dev/null
    expect 3 tp verify --problems
    says_not "third-time"
}

@test "status: filters by state, room and text" {
    cat >timetable.csv <<END
number,title,speakers,room,date,start,duration
1,First Steps,Ada Byron,Main Hall,2021-05-04,09:00,0:00:08
2,Second Thoughts,Grace Müller,Side Room,2021-05-04,09:00,0:00:19
3,Third Time Lucky,Radia Lamport,Side Room,2021-05-05,10:00,0:00:11
END
    tp import timetable.csv >/dev/null
    expect 0 tp list
    says "1 2021-05-04 09:00 Main Hall" "3 2021-05-05 10:00 Side Room" "First Steps (Ada Byron)"
    same "" "$(grep -E '.{81}' <<<"$output")"
    tp add "$two" >/dev/null || true
    titles() { tp status "$@" --json | jq -c '[.parts[].talk]'; }
    same '[2,3]' "$(titles --room "side room")"
    same '[2]' "$(titles --text MÜLLER)"
    same '[2]' "$(titles --text 02-second)"
    same '[1,3]' "$(titles --text i --waiting | sed 's/2,//')"
    same '[]' "$(titles --failed)"
    expect 0 tp status --room "Main Hall"
    says "First Steps" "1 of 3 parts are shown"
    says_not "Second"
    expect 2 tp status 1 --failed
    says "a TALK is shown whole"
}

@test "colour: on a terminal only, and not with NO_COLOR" {
    local verb
    tp add "$REC" >/dev/null
    tp verify >/dev/null
    terminal() { script -qec "stty cols 80; $TALKPRESS -C $EVENT $1" /dev/null; }
    for verb in verify status "match --all"; do
        output=$(TERM=xterm terminal "$verb" | tr -d '\r')
        [[ $output == *$'\e[32m'* ]]
        output=$(TERM=xterm NO_COLOR=1 terminal "$verb")
        [[ $output != *$'\e[3'* ]]
        output=$(TERM=dumb terminal "$verb")
        [[ $output != *$'\e'* ]]
        output=$(tp $verb)
        [[ $output != *$'\e'* ]]
    done
}

@test "nothing is wider than 80 columns, however long names and titles are" {
    local long=a_recording_of_the_camera_at_the_back_whose_name_is_longer_than_any_screen_is verb
    cat >timetable.csv <<END
number,title,speakers,room,date,start,duration
1,"First Steps, with a title that goes on for longer than one would read it aloud in one breath",Ada Byron and Grace Murray and Radia Lamport and Edsger Knuth,The Room of the Long Name in the Other Building,2021-05-04,09:00,0:00:08
2,Second Thoughts,Grace,Side,2021-05-05,09:00,0:00:19
3,Third Time Lucky,Radia,Side,2021-05-06,10:00,0:00:11
END
    narrow() {
        output=$(tp "$@" 2>&1) || true
        echo "$*"
        too_wide
    }
    too_wide() { same "" "$(grep -v '^/' <<<"$output" | grep -E '.{81}')"; }
    # A path is never broken.
    narrow import timetable.csv
    cp "$one" "cam/$long-1-first-steps.mp4"
    cp "$two" "cam/$long-2.mp4"
    narrow add cam
    for verb in list match "match --all" verify "verify --problems" cut "cut 1" "why 1" "sound 1"; do
        narrow $verb
    done
    output=$(tp status 1 | grep -v '^  recording: ')
    too_wide
}

@test "match prints what a decision changes" {
    tp add "$REC" >/dev/null
    expect 0 tp match 3=none
    says "set by hand: no recording"
    says_not "first-steps" "farewell"
    # The recording that is given to another talk is taken from its own.
    run tp match 4=01-first-steps.mp4
    says "4 sure" "1 none"
    says_not "second-thoughts"
}

@test "verify --json: exactly the agreed fields" {
    tp add "$REC"
    json '[.[] | keys_unsorted] | unique' \
        '[["talk","part","recording","listed_s","measured_s","difference_s","verdict","cause","captions","captions_not_taken"]]' \
        tp verify --json
    json . "[{\"talk\":3,\"part\":1,\"recording\":\"$three\",\"listed_s\":11,\"measured_s\":11,\
\"difference_s\":0,\"verdict\":\"ok\",\"cause\":null,\"captions\":[],\"captions_not_taken\":[]}]" tp verify --json 3
}

@test "short: cut off while recording" {
    cp "$one" "$two" "$four" cam
    ff -i "$three" -c copy -t 7 cam/03-third-time-lucky.mp4
    tp add cam
    expect 3 tp verify
    says "1 needs a decision" "talkpress verify --accept TALK --because TEXT"
    same "1/1 ok,2/1 ok,2/2 ok,3/1 short,4/1 ok" "$(verdicts)"
    cause_of 3 "sound runs to the last second: probably cut off"
    json '.[] | .difference_s < -3 and .measured_s < 8' true tp verify --json 3
    expect 3 tp verify 3
    expect 0 tp verify 1 2 4
}

@test "short: the file itself ends early" {
    ff -i "$three" -c:v copy -c:a libopus whole.mkv
    head -c $(($(stat -c %s whole.mkv) / 2)) whole.mkv >cam/03-third-time-lucky.mkv
    tp add cam
    same "3/1 short" "$(verdicts | cut -d, -f4)"
    cause_of 3 "of the 0:11 that its header states"
}

@test "long: silence and black at the end" {
    cp "$one" "$two" "$three" cam
    ff -i "$four" -vf tpad=stop_duration=7:color=black -af apad=pad_dur=7 -c:v libx264 -g 5 \
        -preset ultrafast cam/04-farewell-everyone.mp4
    tp add cam
    expect 3 tp verify
    same "1/1 ok,2/1 ok,2/2 ok,3/1 ok,4/1 long" "$(verdicts)"
    cause_of 4 "of silence at the end" "of black at the end"
}

@test "black at the ends is found to the picture, however far apart key pictures are" {
    local keys
    cp "$one" "$two" "$three" cam
    for keys in 40 1000; do
        ff -i "$four" -vf tpad=start_duration=7:stop_duration=6:color=black \
            -af adelay=7000:all=1,apad=pad_dur=6 -c:v libx264 -g "$keys" -preset ultrafast \
            -x264-params scenecut=0 cam/04-farewell-everyone.mp4
        tp add cam
        cause_of 4 "0:07 of black at the start" "0:06 of black at the end"
    done
}

@test "talks that are all faster are not called cut off" {
    local f
    for f in "$one" "$three" "$four"; do
        ff -i "$f" -vf setpts=PTS/1.25 -af atempo=1.25 -r 5 -c:v libx264 -preset ultrafast \
            "cam/${f##*/}"
    done
    settings "renditions: [cheap]" "tolerance_s: 0.5"
    tp add cam "$two" || true
    tp match 1=01-first-steps.mp4 3=03-third-time-lucky.mp4 4=04-farewell-everyone.mp4 || true
    for f in 1 3 4; do
        cause_of "$f" "all of it is" "% faster than listed, like 2 other talks"
        says_not "cut off"
    done
}

@test "the length of another talk is named" {
    ff -i "$four" -c copy -t 11 cam/04-farewell-everyone.mp4
    expect 3 tp add cam "$one" "$two" "$three"
    says "does not fit the listed 0:25"
    tp match 4=04-farewell-everyone.mp4
    cause_of 4 "equals the time of talk 3 ('Third Time Lucky')"
}

@test "missing: no file, or none said to be it" {
    tp add "$one" "$two" "$three"
    expect 3 tp verify
    says "no recording found"
    same "1/1 ok,2/1 ok,2/2 ok,3/1 ok,4/1 missing" "$(verdicts)"
    expect 0 tp match 3=none
    same "3/1 missing" "$(verdicts | cut -d, -f4)"
    expect 0 tp verify --accept 3 --because "not filmed"
    expect 0 tp verify --accept 4 --because "not filmed either"
    expect 0 tp verify
    says "accepted" "not filmed either"
}

@test "unclear: two files that cannot be told apart" {
    mkdir cam/a cam/b
    cp "$three" cam/a/talk.mp4
    ff -i "$three" -c copy -metadata comment=again cam/b/talk.mp4
    expect 3 tp add cam
    same "3/1 unclear" "$(verdicts | cut -d, -f4)"
    expect 1 tp match 3=talk.mp4
    says "more than one recording has the name 'talk.mp4': give its path"
    tp match 3=cam/b/talk.mp4 || true # what becomes of the other is not the point
    same "3/1 ok" "$(verdicts | cut -d, -f4)"
}

@test "damaged: packets that do not decode, and the moment of the first" {
    cp "$one" "$two" "$four" cam
    cp "$three" cam
    size=$(stat -c %s "$three")
    dd if=/dev/zero of=cam/03-third-time-lucky.mp4 bs=1 seek=$((size / 2)) count=$((size / 8)) \
        conv=notrunc status=none
    tp add cam
    expect 3 tp verify
    same "1/1 ok,2/1 ok,2/2 ok,3/1 damaged,4/1 ok" "$(verdicts)"
    cause_of 3 "do not decode, the first at 0:0"
}

@test "damaged: a file that cannot be read, by its name" {
    cp "$one" "$two" "$four" cam
    head -c $(($(stat -c %s "$three") / 2)) "$three" >cam/03-third-time-lucky.mp4
    expect 1 tp add cam
    says "cannot be read as a recording"
    same "3/1 damaged" "$(verdicts | cut -d, -f4)"
    expect 3 tp run --quiet 3
    says "talk 3 waits: its recording cannot be published"
}

@test "accepted with a reason: published, shown, kept across an import; until rejected" {
    ff -i "$three" -c copy -t 7 cam/03-third-time-lucky.mp4
    tp add cam
    expect 0 tp verify --accept 3 --because "the rest was 'off' the record"
    says "3: accepted"
    expect 0 tp verify 3
    says "short" "accepted 20" "the rest was 'off' the record" "1 accepted by the user"
    json '.[0] | [.verdict, .accepted_because]' "[\"short\",\"the rest was 'off' the record\"]" \
        tp verify --json 3
    tp import "$PAGE"
    page changed.txt "1: First Steps (Ada Byron) (0:08)" "3: Third Time Even Luckier (0:12)"
    tp import --replace changed.txt
    json '.[0] | [.listed_s, .accepted_because != null]' '[12,true]' tp verify --json 3
    expect 0 tp verify --reject 3
    says "3: no longer accepted"
    expect 3 tp verify 3
    json '.[0] | has("accepted_because")' false tp verify --json 3
}

@test "an acceptance holds for the recording that the person saw" {
    ff -i "$three" -c copy -t 7 cam/03-third-time-lucky.mp4
    tp add cam
    tp verify --accept 3 --because "that is all"
    expect 0 tp verify 3
    ff -i "$three" -c copy -t 5 cam/03-third-time-lucky.mp4
    expect 3 tp verify 3
    says "has changed since it was added: it is read again"
}

@test "what is well needs no accepting" {
    tp add "$REC"
    expect 0 tp verify --accept 1 --because "so"
    says "1 is ok: nothing to accept"
    json '.[0] | has("accepted_because")' false tp verify --json 1
}

@test "a recording that is gone: said once, and nothing else stops" {
    cp "$one" "$three" cam
    tp add cam
    tp run --quiet 3 >/dev/null
    rm cam/*.mp4
    expect 0 tp verify 1
    says "the file is not there now: is its disk connected?"
    expect 3 tp run --quiet
    says "talk 1 waits: its recording '$PWD/cam/01-first-steps.mp4' was not found"
    says_not "FAILED" "talk 3 waits" "worker"
    json '.published' 1 tp run --json
    expect 0 tp remove cam/01-first-steps.mp4
    json '.matches[0].recording' null tp match --json
}

# The row of talk 1 as it is kept says something else from now on: who sees that reads what was kept,
# and who does not has matched anew.
mark_kept()
{
    sqlite3 "$EVENT/talkpress.db" "UPDATE result SET value =
        json_set(value, '$.rows[0][7]', 'as it was kept') WHERE stage = 'match'"
    same 1 "$(sqlite3 "$EVENT/talkpress.db" "SELECT count(*) FROM result WHERE stage = 'match'")"
    reads_kept
}

reads_kept()
{
    expect 0 tp match --all
    says "as it was kept"
    expect 0 tp status 1
    says "as it was kept"
}

matches_anew()
{
    run tp match --all
    says_not "as it was kept"
    says "$@"
    run tp status
    says_not "as it was kept"
}

@test "matches are kept, for the same programme, recordings and decisions alone" {
    cp "$one" "$two" "$three" "$four" cam
    expect 0 tp add cam
    mark_kept

    # A decision set, which no lock is held for, and taken back.
    expect 0 tp match 3=none
    matches_anew "set by hand: no recording"
    expect 0 tp match 3=
    reads_kept
    # The next command that holds the lock keeps what it found.
    expect 0 tp match 3=none
    expect 0 tp gc
    expect 0 tp match --all
    says_not "as it was kept"
    expect 0 tp match 3=
    expect 0 tp gc
    mark_kept

    # A programme with another title, and the old one again.
    sed 's/Second Thoughts/Something Else/' "$PAGE" >other.txt
    expect 0 tp import other.txt
    matches_anew "number 2"
    expect 0 tp import "$PAGE"
    reads_kept

    # A recording by another name.
    mv cam/03-third-time-lucky.mp4 cam/MVI_0999.mp4
    expect 0 tp add cam
    matches_anew "MVI_0999.mp4"
    expect 0 tp gc
    mark_kept

    # One that was replaced: the same name, another length.
    ff -i "$four" -t 6 -c copy cam/04-farewell-everyone.mp4
    expect 3 tp add cam
    matches_anew "04-farewell-everyone.mp4" "shorter than the listed 0:25"
    cp "$four" cam/04-farewell-everyone.mp4
    expect 0 tp add cam
    mark_kept

    # One that is taken out.
    expect 0 tp remove cam/01-first-steps.mp4
    matches_anew "1 none"
}

@test "matches that another talkpress kept, or that are damaged, are found anew" {
    expect 0 tp add "$REC"
    mark_kept
    sqlite3 "$EVENT/talkpress.db" "UPDATE result SET value =
        json_set(value, '$.key', '0123456789abcdef0123456789abcdef') WHERE stage = 'match'"
    matches_anew "4 sure"
    expect 0 tp gc
    mark_kept
    sqlite3 "$EVENT/talkpress.db" "UPDATE result SET value =
        json_set(value, '$.rows[3][3]', 4) WHERE stage = 'match'"
    matches_anew "4 sure"
    sqlite3 "$EVENT/talkpress.db" "UPDATE result SET value = substr(value, 1, 99) WHERE stage = 'match'"
    matches_anew "4 sure"
    sqlite3 "$EVENT/talkpress.db" "DELETE FROM result WHERE stage = 'match'"
    matches_anew "4 sure"
    # Who only looks writes nothing.
    same 0 "$(sqlite3 "$EVENT/talkpress.db" "SELECT count(*) FROM result WHERE stage = 'match'")"
}
