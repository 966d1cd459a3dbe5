# The report: one page, a table for spreadsheets, and JSON. The stand-ins have faults: 2 is too short, 3 and 4 are
# exchanged, 5 is silent, 6 was not recorded.

HOSTILE='=HYPERLINK("http://x","</script><script>alert(1)</script>")'

setup_file()
{
    load helper
    page "$PAGE" "1: Bees (Ada Byron) (0:08)" "2: Clouds (Grace Murray) (0:20)" "3: Drums (Radia Lamport) (0:15)" \
        "4: Eels (Edsger Knuth) (0:24)" "5: Foxes (Barbara Hopper) (0:10)" "6: Geese (Alan Liskov) (0:30)" \
        "7 (two parts): $HOSTILE (<b>+A</b>) (0:12 / 0:16)"
    rehearse "$PAGE" "$REC"
    cd "$REC"
    ffmpeg -v error -i 02-clouds.mp4 -t 9 -c copy short.mp4
    mv short.mp4 02-clouds.mp4
    mv 03-drums.mp4 x.mp4
    mv 04-eels.mp4 03-drums.mp4
    mv x.mp4 04-eels.mp4
    ffmpeg -v error -i 05-foxes.mp4 -c:v copy -af volume=0 -c:a aac silent.mp4
    mv silent.mp4 05-foxes.mp4
    rm 06-geese.mp4
    cd -
    STORYBOARDS=on new_event "$BATS_FILE_TMPDIR/done"
    STORYBOARDS=on settings 'renditions: [cheap]'
    tp add "$REC" >/dev/null || true
    tp match 2=02-clouds.mp4 >/dev/null || true
    tp match 7="$(basename "$REC"/07-*)" >/dev/null || true
    tp cut 1 --in 0:04 >/dev/null || true
    tp run --quiet >/dev/null || true
    tp verify --accept 1 --because "She says <hello> & 'more'" >/dev/null
    tp publish >/dev/null || true
}

setup()
{
    load helper
    copy_event
}

# part NUMBER FILTER: of the document.
part()
{
    tp report --json | jq -c ".parts[$1] | $2"
}

@test "the document: counts, verdicts, what was decided, what remains to do" {
    expect 3 tp report --json
    json '[.kind, .counts.parts, .counts.ok, .counts.accepted, .counts.need_person, .counts.published]' \
        '["report",8,2,1,5,3]' tp report --json
    json '[.parts[] | .name + " " + .verdict]' \
        '["1 short","2 short","3 unclear","4 unclear","5 damaged","6 missing","7/1 ok","7/2 ok"]' tp report --json
    same '["short",8,4,-4,"She says <hello> & '"'more'"'","complete"]' \
        "$(part 0 '[.verdict, .listed_s, .measured_s, .difference_s, .accepted_because, .state]')"
    same '["its recording was chosen: '"'01-bees.mp4'"'","cut by hand: 0:04.000 to 0:08.000","accepted as '"'short'"'"]' "$(part 0 '[.decisions[].what]')"
    same '[true,true,true]' "$(part 0 '[.decisions[] | .at | test("^20..-")]')"
    same '["talkpress match --exchange 3 4","talkpress match 4=FILE","talkpress match '"'4=04-eels.mp4'"'"]' \
        "$(part 3 '[.to_do[].command]')"
    same '["talkpress sound 5","talkpress add FILE","talkpress verify --accept 5 --because \"REASON\""]' \
        "$(part 4 '[.to_do[] | select(.person).command]')"
    same '["talkpress match 6=FILE","talkpress verify --accept 6 --because \"not recorded\""]' \
        "$(part 5 '[.to_do[].command]')"
    same 'true' "$(part 2 '.cause | contains("swapped with talk 4")')"
    same '["its sound is silent",null]' "$(part 4 '[.sound.fault, .sound.before_lufs]')"
}

@test "the command that exchanges two recordings settles both" {
    local words
    read -ra words <<<"$(tp report --json | jq -r '.parts[3].to_do[0].command')"
    expect 0 tp "${words[@]:1}"
    same '["ok","ok"]' "$(tp report --json | jq -c '[.parts[2, 3].verdict]')"
}

@test "chosen language and corrected captions are among the decisions, with the time of the last" {
    tp language 1 de >/dev/null
    tp language 1 fr >/dev/null
    printf 'WEBVTT\n\n00:05.000 --> 00:07.000\nBees\n' >bees.vtt
    tp captions 1 --language en --set bees.vtt >/dev/null
    same '["captions in en were corrected","language: '"'fr'"' was set"]' \
        "$(part 0 '[.decisions[].what | select(test("language|captions"))] | sort')"
    same "$(tp undo --json | jq '[.[] | select(.kind == "language")][0].at')" \
        "$(part 0 '.decisions[] | select(.what | startswith("language")).at')"
}

@test "a recording that cannot be read passes no check" {
    head -c 5000 /dev/urandom >06-geese.mp4
    tp add 06-geese.mp4 >/dev/null 2>&1 || true
    same '[[201,"not checked","its recording cannot be read"],[202,"fail"],[206,"pass"]]' \
        "$(part 5 '[.checks[] | select(.number > 200) | [.number, .result] +
            if .number == 201 then [.measured] else [] end]')"
    same '[]' "$(part 5 .decisions)"
}

@test "silence that was accepted waives the loudness too" {
    tp verify --accept 5 --because "slides only" >/dev/null
    same '[[211,"waived","slides only"],[212,"waived","slides only"]]' \
        "$(part 4 '[.checks[] | select(.number == 211 or .number == 212) | [.number, .result, .because]]')"
}

@test "the same if there is no sound at all" {
    ffmpeg -v error -i "$REC/05-foxes.mp4" -an -c copy 05-foxes.mp4
    tp remove "$REC/05-foxes.mp4" >/dev/null
    tp add 05-foxes.mp4 >/dev/null || true
    tp run --quiet 5 >/dev/null || true
    tp verify --accept 5 --because "a silent film" >/dev/null
    same '[[202,"waived"],[212,"waived"]]' "$(part 4 '[.checks[] | select(.number == 202 or .number == 212) | [.number, .result]]')"
}

@test "a talk that ends in mid-talk within its slot: the end fails, not the length" {
    EVENT=$PWD/slots
    tp() { "$TALKPRESS" -C "$EVENT" "$@"; }
    printf 'title,speakers,room,start,end\nEels,Edsger Knuth,Aula,2021-05-04 10:00,2021-05-04 10:01\n' >slots.csv
    ffmpeg -v error -f lavfi -i color=s=160x90:r=5:d=40 -f lavfi -i sine=300:d=40 -c:a aac eels.mp4
    "$TALKPRESS" init "$EVENT" >/dev/null
    tp import slots.csv >/dev/null
    tp add eels.mp4 >/dev/null || true
    tp match 1=eels.mp4 >/dev/null || true
    tp verify >/dev/null || true
    same '["short",[[201,"pass"],[211,"note"],[224,"fail"]]]' "$(part 0 '[.verdict,
        [.checks[] | select(.number == 201 or .number == 211 or .number == 224) | [.number, .result]]]')"
}

@test "what was published, with its measures" {
    local file
    same '["01-bees.jpg","01-bees.mp4","01-bees.storyboard-1.jpg"]' "$(part 0 '[.files[] | select(.published).file] | sort')"
    file=$(part 0 '.files[] | select(.file == "01-bees.mp4")')
    same "$(stat -c %s event/out/01-bees.mp4)" "$(jq .bytes <<<"$file")"
    same "$(sha256sum <event/out/01-bees.mp4 | cut -d' ' -f1)" "$(jq -r .sha256 <<<"$file")"
    same '[160,90,5]' "$(jq -c '[.width, .height, .duration_s]' <<<"$file")"
    same '[false,false,false]' "$(part 1 '[.files[].published]')"
}

@test "numbered checks: passed, failed, waived with the reason, not checked" {
    # result NUMBER PART
    result()
    {
        part "$2" "(.checks[] | select(.number == $1)) // {result: \"none\"} | [.result, .measured, .because]"
    }
    same '["pass","25",null]' "$(result 104 0)"
    same '["waived","0:04.000","She says <hello> & '"'more'"'"]' "$(result 201 0)"
    same '["fail","0:09.400",null]' "$(result 201 1)"
    same '["fail","its sound is silent",null]' "$(result 211 4)"
    same '["fail","no recording",null]' "$(result 206 5)"
    same '["not checked","no recording",null]' "$(result 201 5)"
    same '["pass","3",null]' "$(result 112 0)"
    same '["pass","cut by a person",null]' "$(result 302 0)"
    same '["not checked","",null]' "$(result 303 0)"
    same '["none",null,null]' "$(result 305 0)"
    same '["pass",true]' "$(part 0 '.checks[] | select(.number == 212) | [.result, (.measured | test("^-1[56]"))]')"
    rm event/out/01-bees.mp4
    same '["fail","1 missing or of another size",null]' "$(result 112 0)"
    json '[.checks[] | select(.number == 201) | .pass, .fail, .waived, .not_checked]' '[3,1,1,3]' tp report --json
}

@test "the page is whole: it refers to nothing and has no script" {
    expect 3 tp report -o page.html
    says "page.html: 8 parts, 5 need a person"
    expect 1 grep -qE '(src|href)="[^#d]' page.html
    expect 1 grep -q '<script' page.html
    expect 0 grep -q "&lt;script&gt;alert(1)&lt;/script&gt;" page.html
    expect 0 grep -q "She says &lt;hello&gt; &amp; 'more'" page.html
    same 8 "$(grep -o '<article' page.html | wc -l)"
    same 5 "$(grep -o '<svg class="waveform"' page.html | wc -l)"
    # Those with a storyboard have eight pictures in one.
    grep -o 'data:image/jpeg;base64,[A-Za-z0-9+/=]*' page.html | head -1 | cut -d, -f2 | base64 -d >strip.jpg
    same 1280x90 "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x strip.jpg)"
}

@test "a report is replaced, nothing else is" {
    echo "my notes" >notes.html
    cp event/out/01-bees.mp4 talk.mp4
    for file in notes.html talk.mp4; do
        expect 1 tp report -o "$file"
        says "'$file' exists and is not a report: move it away, or name another"
        expect 1 tp verify --report "$file"
    done
    same "my notes" "$(cat notes.html)"
    for options in "" --csv --json; do
        expect 3 tp report $options -o "new$options"
        expect 3 tp report $options -o "new$options"
    done
    : >empty.html
    expect 3 tp report -o empty.html 1-2
    says "2 parts, 1 needs a person"
    expect 0 tp report -o empty.html 1
    expect 2 tp report --csv --json
    expect 1 tp report -o nowhere/page.html
    same "" "$(ls | grep -F .tmp- || true)"
}

@test "the table is read by another reader, and holds no formula" {
    expect 3 tp report --csv -o parts.csv
    python3 - <<'END'
import csv
with open('parts.csv', newline='', encoding='utf-8') as file:
    rows = list(csv.DictReader(file, strict=True))
assert len(rows) == 8, len(rows)
assert all(len(row) == len(rows[0]) and None not in row for row in rows)
assert rows[6]['title'] == '\'=HYPERLINK("http://x","</script><script>alert(1)</script>")', rows[6]['title']
assert [row['verdict'] for row in rows] == ['short', 'short', 'unclear', 'unclear', 'damaged', 'missing', 'ok', 'ok']
assert rows[0]['accepted_because'] == "She says <hello> & 'more'"
assert float(rows[1]['difference_s']) == -10.6 and rows[5]['measured_s'] == ''
assert rows[1]['checks_failed'].startswith('201 Length as listed'), rows[1]['checks_failed']
assert rows[0]['checks_waived'].startswith('201 '), rows[0]['checks_waived']
for row in rows:
    for name, value in row.items():
        assert not value or value[0] not in '=+@' and (value[0] != '-' or float(value) < 0), (name, value)
END
    same "$(tr -cd '\r' <parts.csv | wc -c)" "$(wc -l <parts.csv)"
}

@test "an archive that is only checked: nothing of outputs, and nothing is encoded" {
    EVENT=$PWD/check
    tp() { "$TALKPRESS" -C "$EVENT" "$@"; }
    new_event "$EVENT"
    tp add "$REC" >/dev/null || true
    expect 3 tp verify --report archive.html
    says "1 missing" "exchanged" || says "swapped with talk 4"
    expect 0 grep -q "Nothing was encoded or changed" archive.html
    expect 1 grep -q "Formats are made" archive.html
    expect 0 grep -q "Length as listed" archive.html
    expect 1 grep -q "talkpress run" archive.html
    same "" "$(ls "$EVENT/out")"
    expect 2 tp verify --accept 1 --because x --report archive.html
}

@test "an event without talks or recordings has a report too" {
    "$TALKPRESS" init empty >/dev/null
    EVENT=$PWD/empty
    expect 0 tp report -o page.html
    says "0 parts, 0 need a person"
    tp import "$PAGE" >/dev/null
    expect 3 tp report -o page.html
    says "8 parts, 8 need a person"
}

@test "during a run, and with a storyboard that is damaged, it is made all the same" {
    flock event true
    flock event "$TALKPRESS" -C event report -o busy.html >/dev/null || [ $? -eq 3 ]
    [ -s busy.html ]
    find event/work -name '*.jpg' -exec sh -c 'head -c 100 /dev/urandom >"$1"' _ {} \;
    expect 3 tp report -o page.html
    same 8 "$(grep -o '<article' page.html | wc -l)"
    # Their pictures are made from the recordings instead.
    same 5 "$(grep -o 'data:image' page.html | wc -l)"
}
