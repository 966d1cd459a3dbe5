# undo: the journal of decisions, and taking them back; the exchange of two recordings.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:05 / 0:14)" \
        "3: Third Time Lucky (Radia Lamport) (0:11)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp verify >/dev/null
}

setup()
{
    load helper
    copy_event
}

# decided: "talk/part kind became" of all decisions, the newest first.
decided()
{
    sqlite3 event/talkpress.db "SELECT talk || '/' || part || ' ' || kind || ' ' || became
        FROM decision ORDER BY id DESC" | paste -sd ';'
}

# tables: all decisions that are in force.
tables()
{
    local table
    for table in match cut drop offset language captions sound place chapter poster; do
        sqlite3 event/talkpress.db "SELECT '$table', * FROM chosen_$table"
    done
    sqlite3 event/talkpress.db "SELECT * FROM acceptance"
}

@test "an event begins with an empty journal, and what changes nothing is not in it" {
    expect 0 tp undo
    same "nothing was decided yet" "$output"
    json . '[]' tp undo --json
    expect 0 tp cut 1 --auto
    expect 0 tp match 1=
    same "" "$(decided)"
    expect 1 tp undo 1
    says "talk 1: nothing was decided that could be taken back"
}

@test "a decision is listed, taken back, and made again" {
    expect 0 tp cut 1 --in 0:02 --out 0:06.4
    expect 0 tp cut 1 --out 0:07
    expect 0 tp undo
    says "cut 1 cut: 0:02 - 0:07 (was: 0:02 - 0:06.400)" "cut: 0:02 - 0:06.400 (was: as proposed)"
    expect 0 tp undo 1
    same "1: taken back: cut: 0:02 - 0:07 (was: 0:02 - 0:06.400)" "$output"
    json '.[0] | [.in_s, .out_s]' '[2,6.4]' tp cut 1 --json
    expect 0 tp undo 1
    json '.[0] | [.in_s, .out_s]' '[2,7]' tp cut 1 --json
    json '[.[] | [.id, .through, .kind, .talk, .part, .can_undo]]' \
        '[[4,"undo","cut",1,1,true],[3,"undo","cut",1,1,false],[2,"cut","cut",1,1,true],[1,"cut","cut",1,1,false]]' \
        tp undo --json --list 1
    json '.' '[]' tp undo --json --list 3
}

@test "what was changed again since is refused, and says by what" {
    expect 0 tp cut 1 --in 0:02
    expect 0 tp cut 1 --in 0:03
    before=$(tables)
    expect 1 tp undo --decision 1
    says "talk 1: 'cut: 0:02 - 0:08 (was: as proposed)' was changed again since by 'cut' at 20" \
        "take that back first (talkpress undo --decision 2)"
    same "$before" "$(tables)"
    expect 0 tp undo --decision 2
    expect 0 tp undo --decision 1
    same "" "$(tables)"
    expect 1 tp undo --decision 99
    says "there is no decision 99"
    expect 2 tp undo --decision x
    says "'x' is not the ID of a decision"
    expect 2 tp undo --decision 1 1
    expect 1 tp undo 9
}

@test "what is taken back fits on a terminal" {
    expect 0 tp match 1=none
    expect 0 tp verify --accept 1 --because "the speaker knows of it: the camera was full, and nobody noticed"
    expect 0 tp undo 1
    says "1: taken back: accepted: missing: the speaker knows of it" "(was: not accepted)"
    same 0 "$(awk 'length > 80' <<<"$output" | wc -l)"
}

@test "each kind of decision is taken back, and made again" {
    empty=$(tables)
    while IFS='|' read -r kind command; do
        # shellcheck disable=SC2086 # several words
        expect "$([ "$kind" = match ] && echo 3 || echo 0)" tp $command
        same "$kind" "$(sqlite3 event/talkpress.db "SELECT kind FROM decision ORDER BY id DESC LIMIT 1")"
        made=$(tables)
        expect 0 tp undo 1
        same "$empty" "$(tables)"
        expect 0 tp undo 1
        same "$made" "$(tables)"
        expect 0 tp undo 1
        same "$empty" "$(tables)"
    done <<'END'
cut|cut 1 --in 0:02 --out 0:06
poster|poster 1 --at 0:03
chapters|chapter 1 0:02 One
sound|sound 1 --channels left
END
    expect 0 tp match 1=none
    expect 0 tp verify --accept 1 --because "it was not recorded"
    expect 0 tp undo 1
    says "1: taken back: accepted: missing: it was not recorded (was: not accepted)"
    expect 0 tp undo 1
    json '.[0].verdict' '"missing"' tp verify --json 1
}

@test "all that one command decided about a talk is taken back together" {
    expect 0 tp match 1=none 2=none 3=none
    expect 0 tp undo 2
    same "2: taken back: recording: no recording (was: matched by talkpress)" "$output"
    same "1 3" "$(sqlite3 event/talkpress.db 'SELECT talk FROM chosen_match' | paste -sd ' ')"
    expect 0 tp cut 2/1 --in 0:01 --out 0:04
    expect 0 tp cut 2/2 --in 0:05 --out 0:09
    expect 0 tp undo 2/1
    json '[.[] | .by]' '["talkpress","hand"]' tp cut 2 --json
}

@test "an import that clears decisions is in the journal, and can be taken back for a talk" {
    expect 0 tp cut 1 --in 0:02
    expect 0 tp chapter 1 0:01 One
    made=$(tables)
    page other.txt "1: Something Else (Ann Other) (0:30)" "2: Another (Ann Other) (0:31)"
    sed -i 's/^Tiny.*/Other Conference 2031/; s/May 4-5, 2021/May 4-5, 2031/' other.txt
    run tp import --replace other.txt
    same "" "$(tables)"
    json '[.[] | [.through, .kind]][:2]' '[["import","chapters"],["import","cut"]]' \
        tp undo --json --list 1
    expect 0 tp undo 1
    same "$made" "$(tables)"
}

@test "two recordings are exchanged, at once and back" {
    run tp match --exchange 1 3
    says "1 sure" "03-third-time-lucky.mp4" "3 sure" "01-first-steps.mp4"
    same '3/0 exchange;1/0 exchange' "$(decided | sed -E 's/ \{[^}]*\}//g')"
    expect 0 tp undo 3
    says "3: taken back: exchanged recording: '01-first-steps.mp4'" \
        "1: taken back: exchanged recording: '03-third-time-lucky.mp4'"
    same "" "$(tables)"
    expect 0 tp undo 1
    json '[.matches[] | select(.talk == 1 or .talk == 3) | .recording | split("/") | last]' \
        '["03-third-time-lucky.mp4","01-first-steps.mp4"]' tp match --json
}

@test "a recording that holds all parts of a talk is exchanged as a whole" {
    run tp match --exchange 2/1 3
    json '[.matches[] | [.talk, .part, (.recording | split("/") | last)]]' \
        '[[1,null,"01-first-steps.mp4"],[2,null,"03-third-time-lucky.mp4"],[3,null,"02-second-thoughts.mp4"]]' \
        tp match --json
}

@test "what cannot be exchanged is refused" {
    while IFS='|' read -r status a b text; do
        expect "$status" tp match --exchange "$a" "$b"
        says "$text"
    done <<'END'
1|1|1|talk 1 cannot be exchanged with itself
1|2/1|2/2|talk 2 cannot be exchanged with itself
1|1|9|no talk 9
1|1|2/7|no part
END
    expect 0 tp match 3=none
    expect 1 tp match --exchange 1 3
    says "talk 3 has no recording: to give it one, use 'talkpress match 3=FILE'"
    expect 2 tp match --exchange 1
    run tp match 3=01-first-steps.mp4 1=01-first-steps.mp4
    expect 1 tp match --exchange 1 3
    says "talks 1 and 3 are in one recording, '01-first-steps.mp4'"
    same 2 "$(sqlite3 event/talkpress.db "SELECT count(*) FROM chosen_match")"
}
