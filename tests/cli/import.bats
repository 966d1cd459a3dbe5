# import and list: what is in the programme, and what a second import changes.

talks=("1: First Steps (Ada Byron) (0:08)"
    "2 (two parts): Second Thoughts (Grace Murray, Jean Bartik) (0:06 / 0:09)"
    "3: Third Time Lucky (0:11)")

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    page page.txt "${talks[@]}"
    new_event
}

@test "import: shows what is new, counts talks and parts" {
    expect 0 tp import page.txt
    says "new event event: nothing -> 'Tiny Conference 2021'" "new 1 First Steps" \
        "new 2 Second Thoughts" "3 talks, 4 parts: 3 new, 0 changed, 0 gone"
    expect 0 tp list
    says "Tiny Conference 2021, Ghent, Belgium, 2021-05-04 to 2021-05-05" \
        "0:06 / 0:09 Second Thoughts (Grace Murray, Jean Bartik)"
}

@test "list before any import: what to do" {
    expect 0 tp list
    says "talkpress import"
    expect 0 tp run
    says "talkpress import"
}

@test "list --json: exactly the agreed shape" {
    tp import page.txt
    json . '{"event":{"name":"Tiny Conference 2021","place":"Ghent, Belgium",'\
'"begin":"2021-05-04","end":"2021-05-05"},"talks":['\
'{"number":1,"title":"First Steps","speakers":["Ada Byron"],"section":"Opening",'\
'"abstract":"What talk 1 is about.","parts":[{"part":1,"listed_s":8}]},'\
'{"number":2,"title":"Second Thoughts","speakers":["Grace Murray","Jean Bartik"],'\
'"section":"Opening","abstract":"What talk 2 is about.",'\
'"parts":[{"part":1,"listed_s":6},{"part":2,"listed_s":9}]},'\
'{"number":3,"title":"Third Time Lucky","speakers":[],"section":"Opening",'\
'"abstract":"What talk 3 is about.","parts":[{"part":1,"listed_s":11}]}]}' tp list --json
}

@test "the project's own programme: 27 talks, 28 parts" {
    expect 0 tp import "$BATS_TEST_DIRNAME/../../metadata/xen-summit-2010.html"
    says "27 talks, 28 parts: 27 new"
    json '[.talks|length, (map(.parts[])|length)]' '[27,28]' tp list --json
    json '.talks[] | select(.number==15) | [.title, .parts[].listed_s]' \
        '["GoGrid and Xen",726,1461]' tp list --json
}

@test "--dry-run shows the same and applies nothing" {
    expect 0 tp import --dry-run page.txt
    says "new 3 Third Time Lucky" "dry run: nothing was applied"
    json '.talks' '[]' tp list --json
    json '[.applied, (.changes|length)]' '[false,4]' tp import --dry-run --json page.txt
    json '[.applied, (.changes|length)]' '[true,4]' tp import --json page.txt
}

@test "importing the same again changes nothing" {
    tp import page.txt
    before=$(sqlite3 "$EVENT/talkpress.db" .dump)
    expect 0 tp import page.txt
    says "3 talks, 4 parts: 0 new, 0 changed, 0 gone: nothing changes"
    json . '{"changes":[],"notes":[],"unsure":[],"applied":false}' \
        tp import --json page.txt
    same "$before" "$(sqlite3 "$EVENT/talkpress.db" .dump)"
}

@test "the same programme as HTML is no change" {
    tp import page.txt
    {
        echo '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Tiny Conference 2021</title>'
        echo '</head><body><h1>Tiny Conference 2021</h1>'
        echo '<p>Held on May 4-5, 2021 in Ghent, Belgium.</p><h2>Opening</h2><ul>'
        for talk in "${talks[@]}"; do
            echo "<li>Talk $talk<br>What talk ${talk%%[: ]*} is about.</li>"
        done
        echo '</ul></body></html>'
    } >page.html
    expect 0 tp import page.html
    says "nothing changes"
}

@test "a changed title, speaker and time: old and new are shown" {
    tp import page.txt
    page page.txt "1: First Strides (Ada Lovelace) (0:08)" "${talks[1]/0:09/0:10}" "${talks[2]}"
    expect 0 tp import --dry-run page.txt
    says "changed 1 title: 'First Steps' -> 'First Strides'" \
        "speakers: 'Ada Byron' -> 'Ada Lovelace'" \
        "changed 2 listed: '0:06 / 0:09' -> '0:06 / 0:10'" "0 new, 2 changed, 0 gone"
    json '.talks[0].title' '"First Steps"' tp list --json
    tp import page.txt
    json '[.talks[0].title, .talks[0].speakers[0], .talks[1].parts[1].listed_s]' \
        '["First Strides","Ada Lovelace",10]' tp list --json
}

@test "a talk that is gone is kept and marked; it can come back" {
    tp import page.txt
    page short.txt "${talks[0]}" "${talks[2]}"
    expect 0 tp import short.txt
    says "gone 2 Second Thoughts" "0 new, 0 changed, 1 gone"
    expect 0 tp list
    says "Second Thoughts (Grace Murray, Jean Bartik) [no longer in the programme]"
    json '.talks[] | select(.number==2) | .gone' true tp list --json
    expect 0 tp import short.txt
    says "nothing changes"
    expect 0 tp import page.txt
    says "back 2 Second Thoughts" "1 new"
    json '[.talks[] | .gone]' '[null,null,null]' tp list --json
}

@test "a talk that gains a part" {
    tp import page.txt
    page page.txt "${talks[0]}" "${talks[1]}" "3 (two parts): Third Time Lucky (0:05 / 0:06)"
    expect 0 tp import page.txt
    says "changed 3 listed: '0:11' -> '0:05 / 0:06'"
    json '.talks[2].parts' '[{"part":1,"listed_s":5},{"part":2,"listed_s":6}]' tp list --json
}

@test "one broken entry: its line is named and nothing is imported" {
    tp import page.txt
    before=$(sqlite3 "$EVENT/talkpress.db" .dump)
    page page.txt "1: Changed (Ada Byron) (0:08)" "2: Second Thoughts (Grace Murray) (6:7)" \
        "3: Third Time Lucky (0:11)"
    line=$(grep -n 'Second' page.txt | cut -d: -f1)
    expect 1 tp import page.txt
    says "'page.txt', line $line: talk 2: the time cannot be read" '"(6:7)"'
    same "$before" "$(sqlite3 "$EVENT/talkpress.db" .dump)"
    for broken in "2: No Time at All (Grace Murray)" "1: First Again (Ada Byron) (0:09)" \
        "2 (three parts): Three (Grace Murray) (0:06 / 0:09)"; do
        page page.txt "1: Changed (Ada Byron) (0:08)" "$broken" "3: Third Time Lucky (0:11)"
        expect 1 tp import page.txt
        says "'page.txt', line "
    done
    same "$before" "$(sqlite3 "$EVENT/talkpress.db" .dump)"
}

@test "what is no programme is refused" {
    echo "Nothing to see here." >empty.txt
    : >nothing.txt
    head -c 5000 /dev/zero >zeros.txt
    for file in empty.txt nothing.txt zeros.txt; do
        expect 1 tp import $file
        says "'$file'"
    done
    json '.talks' '[]' tp list --json
}

@test "list: a talk without a section stands under no other's heading" {
    printf 'title,track\nOne,\nTwo,Deep\nThree,\nFour,Deep\n' >sections.csv
    tp import sections.csv
    same "talk|One|Deep|Two|(no section)|Three|Deep|Four" \
        "$(tp list | tail -n +2 | sed 's/^ *[0-9]* *-* *//; s/^ *listed *//' | grep -v '^$' | paste -sd'|')"
}

# calendar TITLE|HOUR|ROOM...: all events have one UID, as some systems write it.
calendar()
{
    printf 'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n'
    for event in "$@"; do
        IFS='|' read -r title hour room <<<"$event"
        printf 'BEGIN:VEVENT\nUID:46939\nDTSTART:20240915T%s0000Z\nDURATION:PT30M\n' "$hour"
        printf 'SUMMARY:%s\nLOCATION:%s\nEND:VEVENT\n' "$title" "$room"
    done
    printf 'END:VCALENDAR\n'
}

@test "a speaker whose name has marks of direction or control characters is imported without them" {
    printf 'title,speakers\nBees,"\xe2\x80\xaeAda\x7f Byron\xe2\x80\xac"\nClouds,"\xe2\x80\xae"\n' >talks.csv
    expect 0 tp import talks.csv
    json '[.talks[].speakers]' '[["Ada Byron"],[]]' tp list --json
}

@test "events that share a UID: title, start and room tell them apart" {
    calendar "Closing words|13|XOR" "Forensics|11|XOR" "Keystores|10|XOR" >t.ics
    tp import t.ics
    calendar "Forensics|11|XOR" "Keystores|10|XOR" >t.ics
    expect 0 tp import t.ics
    says "gone 1 Closing words" "0 new, 0 changed, 1 gone"
    says_not "title"
    calendar "Keystores in Rust|10|XOR" "Hardware|14|AND" "Forensics|11|XOR" >t.ics
    expect 0 tp import t.ics
    says "doubtful 3 title: 'Keystores' -> 'Keystores in Rust'" "only start and room agree" \
        "new 4 Hardware" "1 new, 0 changed, 0 gone, 1 doubtful"
    expect 0 tp import t.ics
    says "nothing changes"
}

@test "a second import of a timetable without numbers changes nothing" {
    cat >t.xml <<'END'
<schedule><conference><title>Conf</title></conference><day date="2021-05-04"><room name="A">
<event><title>Same</title><start>10:00</start></event>
<event><title>Same</title><start>11:00</start></event>
<event guid="g"><title>Other</title><start>12:00</start></event>
</room></day></schedule>
END
    expect 0 tp import t.xml
    says "3 talks, 3 parts: 3 new"
    expect 0 tp import t.xml
    says "nothing changes"
    sed -i 's/12:00/09:00/; s/Other/Another/' t.xml
    expect 0 tp import t.xml
    says "0 new, 1 changed, 0 gone" "changed 3 title: 'Other' -> 'Another'"
}

@test "dates that contradict the starts by the zone's offset: both are shown, the starts count" {
    cat >t.xml <<'END'
<schedule><conference><title>Conf</title></conference>
<day date="2023-05-26" start="2023-05-26T09:00:00+02:00" end="2023-05-26T18:00:00+02:00">
<room name="A">
<event id="1"><date>2023-05-26T11:30:00+02:00</date><start>09:30</start><title>One</title></event>
<event id="2"><date>2023-05-26T12:30:00+02:00</date><start>10:30</start><title>Two</title></event>
</room></day></schedule>
END
    expect 0 tp import t.xml
    says "Note: 't.xml', line 4: the date of 'One' is \"2023-05-26T11:30:00+02:00\", but its start" \
        "is \"09:30\". The start counts" "The same for 1 more event."
    expect 0 tp list
    says "1 09:30 A - One"
    json '.notes|length' 1 tp import --json t.xml
}

@test "a timetable says which talks must not be recorded, and which are cancelled" {
    cat >t.xml <<'END'
<schedule><conference><title>Conf</title></conference><day date="2023-05-26"><room name="A">
<event id="1"><start>09:30</start><title>One</title><recording><optout>true</optout></recording></event>
<event id="2"><start>10:30</start><title>Two</title><recording><optout>false</optout></recording></event>
<event id="3"><start>11:30</start><title>Three</title><status>Cancelled</status></event>
</room></day></schedule>
END
    expect 0 tp import t.xml
    says "2 talks, 2 parts: 2 new" "left out, because their state says so: 1 event: 'Three'." \
        "not to be recorded, says the programme: 1 event: 'One'." "'talkpress match TALK=none'"
}

@test "the programme of another event is refused without --replace" {
    tp import page.txt
    before=$(sqlite3 "$EVENT/talkpress.db" .dump)
    sed -n '/^|/q;p' page.txt | sed 's/Tiny/Other/; s/2021/2022/' >other.txt
    printf '|\nOpening\n- Talk 1: Bees (Bo Chan) (0:08)\nText.\n- Talk 7: Ants (Cy Dee) (0:09)\nText.\n|\n' \
        >>other.txt
    for options in "" "--dry-run"; do
        # shellcheck disable=SC2086 # none or one
        expect 1 tp import $options other.txt
        says "now Tiny Conference 2021, 2021-05-04 to 2021-05-05: 3 talks" \
            "new Other Conference 2022, 2022-05-04 to 2022-05-05: 2 talks" \
            "gone 1 First Steps" "gone 3 Third Time Lucky" "imported: it seems to be the programme of \
another event, with no talk in common: 3 of 3 talks would be gone" \
            "run: talkpress import --replace 'other.txt'" "'talkpress init DIR'"
        same "$before" "$(sqlite3 "$EVENT/talkpress.db" .dump)"
    done
    says "changed 1 title: 'First Steps' -> 'Bees'" # the dry run
    json '[.refused, .applied]' \
        '[{"other_event":true,"talks":3,"gone":[1,2,3],"gone_published":0},false]' \
        tp import --json other.txt
    expect 0 tp import --replace other.txt
    same "Bees Ants" "$(tp list --json | jq -r '.talks[] | select(.gone | not).title' | paste -sd' ')"
    # The same talks under another name and at other days.
    expect 0 tp import --replace page.txt
    sed 's/Tiny/Other/; s/2021/2022/' page.txt >other.txt
    expect 1 tp import other.txt
    says "another event, with another name and other days. If"
    sed 's/Tiny/Other/' page.txt >other.txt
    expect 0 tp import other.txt
}

@test "a programme without a third of the talks is applied, with less it is refused" {
    page five.txt "${talks[@]}" "4: Four (D) (0:08)" "5: Five (E) (0:08)"
    tp import five.txt
    expect 1 tp import page.txt
    says "gone 4 Four" "gone 5 Five" "'page.txt' was not imported: 2 of 5 talks would be gone. If"
    says_not "another event"
    expect 0 tp import --replace page.txt
    page two.txt "${talks[@]:1}"
    expect 0 tp import two.txt
}

@test "a table with declined rows: what was left out is said" {
    printf 'id,title,status\n1,One,Accepted\n2,Two,Declined\n3,Three,Withdrawn\n4,Four,Declined\n' >t.csv
    expect 0 tp import t.csv
    says "1 talk, 1 part: 1 new" "Note: 't.csv', lines 3, 5: left out: status \"Declined\"" \
        "Note: 't.csv', line 4: left out: status \"Withdrawn\""
    json '.notes' '["'"'t.csv', lines 3, 5: left out: status \\\"Declined\\\""'","'"'t.csv', line 4: "'left out: status \"Withdrawn\""]' \
        tp import --json t.csv
    printf 'id,title,date\n1,One,09/05/2014\n' >t.csv
    expect 1 tp import t.csv
    says "not ambiguous: this one is 9 May or 5 September"
}

@test "a French and a German table, and a form: status, speakers, and who must not be recorded" {
    printf 'Titre;Intervenant(e)s;Statut;Heure de début\nUn;Ann Lee;Confirmé;9h30\nDeux;Bo Chan;Refusé;\n' >t.csv
    expect 0 tp import t.csv
    says "1 talk, 1 part: 1 new" "line 3: left out: Statut \"Refusé\"" "line 2: a time of day without a date"
    same "Ann Lee" "$(tp list --json | jq -r '.talks[].speakers[]')"
    printf 'Titel des Vortrags;Name der/des Vortragenden;Status\nEins;Bo Chan;bestätigt\nZwei;Cy Dee;Warteliste\nDrei;Di Eff;na ja\n' >t.csv
    expect 0 tp import --replace t.csv
    says "2 talks, 2 parts" "line 3: left out: Status \"Warteliste\"" \
        "line 4: Status \"na ja\" is not known: taken as accepted"
    printf 'Timestamp,Your name,Title of your talk,Do you agree to be recorded?\n1/1/2024 9:00:00,Ann Lee,One,Yes\n1/1/2024 9:00:00,Bo Chan,Two,No\n' >t.csv
    expect 0 tp import --replace t.csv
    says "line 3: not to be recorded, says the table" "match TALK=none"
    printf 'Titre,Orateur·rice,Salle\nUn,Ann Lee,A\n' >t.csv
    expect 0 tp import --replace t.csv
    says "no column is named 'speakers'; columns that were not read: 'Orateur·rice'"
    printf 'Title,Speaker,Starts\nDay 1,,\nOne,Ann Lee,"Sat, Mar 16, 2024 at 9:00 AM"\nDay and night,,\n' >t.csv
    expect 0 tp import --replace t.csv
    says "2 talks, 2 parts" "line 2: left out: a day, and no talk"
    expect 0 tp list
    says "09:00 - One"
}

@test "real tables with dates of numbers: the column decides, or the date is ambiguous" {
    local cases=$BATS_TEST_DIRNAME/../../../shared/cases/13-csv
    [ -d "$cases" ] || skip "no ../shared/cases"
    expect 0 tp import "$cases/us-dates.csv"
    json '[.talks[].start]' '["2014-09-27T09:00:00","2014-09-05T09:00:00"]' tp list --json
    expect 1 tp import "$cases/ambiguous-dates.csv"
    says "6 October or 10 June"
}
