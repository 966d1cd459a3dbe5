# publish and gc: what stands in out/, and what may go from work/.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:06)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)" \
        "3: Third Time Lucky (Radia Lamport) (0:08)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    copy_event
}

files()
{
    (cd event/out && echo *)
}

all="01-first-steps.jpg 01-first-steps.mp4 02-second-thoughts-part-1.jpg \
02-second-thoughts-part-1.mp4 02-second-thoughts-part-2.jpg 02-second-thoughts-part-2.mp4 \
03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json"

@test "a second publish changes nothing" {
    same "$all" "$(files)"
    before=$(stat -c '%n %y %z %i' event/out event/out/*)
    expect 0 tp publish
    says "out/ holds 4 parts, 8 files: 0 written, 0 removed"
    same "$before" "$(stat -c '%n %y %z %i' event/out event/out/*)"
    json . '{"parts":4,"files":8,"written":0,"removed":0,"removed_files":[],"not_removed":[],"foreign":[]}' \
        tp publish --json
}

# Every object of talks.json has the members that the schema requires, and no others.
fits_schema()
{
    jq -e --slurpfile s "$BATS_TEST_DIRNAME/../../docs/talks.schema.json" '
        def resolve: if has("$ref") then $s[0]["$defs"][."$ref" | ltrimstr("#/$defs/")] else . end;
        def fits($schema): ($schema | resolve) as $t
            | if type == "object" then
                (keys - ($t.properties | keys) == []) and ($t.required - keys == []) and
                (to_entries | all(. as $e | $e.value | fits($t.properties[$e.key])))
              elif type == "array" then all(.[]; fits($t.items))
              else ($t.type // type) as $kinds | ($kinds | [.] | flatten) as $kinds | type as $kind
                | ($kinds | index($kind)) != null or
                  ($kind == "number" and ($kinds | index("integer")) != null)
              end;
        fits($s[0])' event/out/talks.json
}

@test "talks.json: version, schema, and what a website needs" {
    fits_schema
    json '[.talks[].parts[].files[].mime | test("^video/mp4; codecs=.avc1\\.42c0[0-9a-f]{2}, mp4a\\.40\\.2.$")] | all' \
        true cat event/out/talks.json
    json '[.version, .event.licence]' '[1,null]' cat event/out/talks.json
    json '.talks[0].parts[0].files[0] | [.codecs, .width, .height]' '[["h264","aac"],160,90]' \
        cat event/out/talks.json
    cat >timetable.csv <<END
number,title,speakers,room,language,url,date,start,duration
1,First Steps,Ada Byron,Main Hall,en,https://conf.example/1,2021-05-04,09:00,0:00:08
END
    tp import --replace timetable.csv >/dev/null
    settings 'renditions: [cheap]' 'event: {name: Tiny, zone: Europe/Brussels, licence: CC BY 4.0}'
    tp run --quiet >/dev/null || true # a recording that ends in mid-talk
    fits_schema
    json '[.event.licence, (.talks[0] | .start, .room, .language, .url)]' \
        '["CC BY 4.0","2021-05-04T09:00:00+02:00","Main Hall","en","https://conf.example/1"]' \
        cat event/out/talks.json
}

@test "export links what is published" {
    tp export schedule.xml -o s.xml --base-url https://v.org/tiny
    links() { grep -o 'https://v.org/[^"<]*' "$1" | sort -u | sed 's/.*tiny.//' | paste -sd' '; }
    same "${all% SHA*}" "$(links s.xml)"
    same 3 "$(grep -c '<video_download_url>https://v.org/tiny/0[1-3]-[a-z-]*1*.mp4<' s.xml)"
    expect 0 tp export pyvideo -o py --base-url https://v.org/tiny/
    same "" "$output"
    same '["01-first-steps.json","https://v.org/tiny/01-first-steps.jpg",6,'\
'[{"type":"mp4","url":"https://v.org/tiny/01-first-steps.mp4"}]]' \
        "$(jq -c '["01-first-steps.json", .thumbnail_url, .duration, .videos]' py/videos/01-first-steps.json)"
    same "01-first-steps.json 02-second-thoughts-part-1.json 02-second-thoughts-part-2.json \
03-third-time-lucky.json" "$(echo $(ls py/videos))"
    # A talk that is being made anew keeps the links of what still stands in out/.
    sed 's/First Steps/First Strides/' "$PAGE" >event.txt
    tp import event.txt >/dev/null
    tp publish >/dev/null
    tp export schedule.xml -o s.xml --base-url https://v.org/tiny
    same "${all% SHA*}" "$(links s.xml)"
    grep -q '<title>First Strides</title>' s.xml
    # One of sound is no video.
    jq '.talks[0].parts[0].files = [{"file": "a b.mka", "mime": "audio/x-matroska"}]' \
        event/out/talks.json >t.json
    mv t.json event/out/talks.json
    tp export schedule.xml -o s.xml --base-url https://v.org/tiny
    grep -q 'href="https://v.org/tiny/a%20b.mka">Sound recording (mka)' s.xml
    same 2 "$(grep -c '<video_download_url>' s.xml)"
    rm event/out/talks.json
    expect 0 tp export schedule.xml -o s.xml --base-url https://v.org/tiny
    says "no links to the videos: nothing is published yet"
}

@test "foreign files stay, even beside and among ours" {
    mkdir event/out/mine
    echo keep >event/out/mine/notes.txt
    echo keep >event/out/03-third-time-lucky.srt
    echo keep >event/out/zzz.mp4.tmp-12
    echo keep >event/out/.htaccess
    page page.txt "1: First Steps (Ada Byron) (0:06)"
    tp import --replace page.txt >/dev/null
    expect 0 tp publish --prune
    says "1 part, 2 files" "6 removed"
    same "01-first-steps.jpg 01-first-steps.mp4 03-third-time-lucky.srt SHA256SUMS mine \
talks.json zzz.mp4.tmp-12" "$(files)"
    same 4 "$(cat event/out/mine/notes.txt event/out/*.srt event/out/*-12 event/out/.htaccess |
        grep -c keep)"
    same 2 "$(wc -l <event/out/SHA256SUMS)"
}

@test "a foreign file under a name of ours: not replaced without a word" {
    grep -v "alk 3" "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp publish
    echo "the speaker's own" >event/out/03-third-time-lucky.mp4
    tp import "$PAGE" >/dev/null
    expect 1 tp publish
    says "'$PWD/event/out/03-third-time-lucky.mp4'" "was not written by talkpress" "move it away"
    same "the speaker's own" "$(cat event/out/03-third-time-lucky.mp4)"
    rm event/out/03-third-time-lucky.mp4
    expect 0 tp publish
    same "$all" "$(files)"
}

@test "a talk that is withdrawn: its files go; back again: they come without work" {
    grep -v "alk 2" "$PAGE" >page.txt
    tp import page.txt >/dev/null
    json '.jobs | add' 0 tp run --json
    same "01-first-steps.jpg 01-first-steps.mp4 03-third-time-lucky.jpg 03-third-time-lucky.mp4 \
SHA256SUMS talks.json" "$(files)"
    json '[.talks[].number]' '[1,3]' cat event/out/talks.json
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    tp import "$PAGE" >/dev/null
    json '.jobs | add' 0 tp run --json
    same "$all" "$(files)"
}

# no_jobs RUN...: the run makes nothing, and all sums are right.
no_jobs()
{
    json '.jobs | add' 0 tp run --json
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    same "$(ls event/out | grep -v 'SHA\|talks')" "$(sed 's/.*  //' event/out/SHA256SUMS)"
    fits_schema
}

@test "a wrong programme: out/ stays until the user says so, and the right one brings all back" {
    fresh=$(cd event && find out work/?? -type f | sort)
    page other.txt "7: Bees (Bo Chan) (0:08)"
    expect 1 tp import other.txt
    same "$all" "$(files)"
    tp import --replace other.txt >/dev/null
    for command in "run --quiet" "publish"; do
        # shellcheck disable=SC2086 # words
        expect 3 tp $command
        says "out/ holds 0 parts, 8 files" "NOT removed from out/: 8 files" \
            "the talk is no longer in the programme: 01-first-steps.jpg 01-first-steps.mp4" \
            "type 'talkpress publish --prune'"
    done
    json '[.removed_files, (.not_removed | length)]' '[[],8]' tp publish --json
    json '[.removed_files, (.not_removed | length)]' '[[],8]' tp run --json
    json '[.talks[].number], .not_removed[7]' "[7]
{\"file\":\"03-third-time-lucky.mp4\",\"sha256\":\"$(sha256sum event/out/03*.mp4 | cut -c-64)\",\"talk\":3,\"part\":1}" \
        cat event/out/talks.json
    no_jobs
    same "$all" "$(files)"
    tp import --replace "$PAGE" >/dev/null
    no_jobs
    same null "$(jq .not_removed event/out/talks.json)"
    # Even if it was confirmed, and work/ cleaned after that.
    tp import --replace other.txt >/dev/null
    echo mine >event/out/notes.txt
    expect 2 tp run --prune --no-publish
    expect 3 tp run --quiet --prune
    says "removed 8 files from out/, now in 'work/removed/20" "03-third-time-lucky.mp4"
    same "SHA256SUMS notes.txt talks.json" "$(files)"
    same "${all% SHA*}" "$(cd event/work/removed && printf '%s\n' ./*/0* | sed 's/.*\///' | paste -sd' ')"
    expect 0 tp gc --dry-run
    says "0 files, 0.0 MB would be removed kept:" "just now" "removed from out/: 01-first-steps.jpg"
    expect 0 tp gc
    says "0 files, 0.0 MB removed kept: work" "without a recording since an import: talk 1 First Steps"
    rm event/out/notes.txt
    tp import --replace "$PAGE" >/dev/null
    no_jobs
    same "$all" "$(files)"
    expect 0 tp gc
    says_not "kept"
    same "$fresh" "$(cd event && find out work/?? -type f | sort)"
    same "" "$(ls event/work/removed)"
}

@test "a wrong programme that uses the same numbers: no decision is about another talk" {
    recording=$(sqlite3 event/talkpress.db "select recording from published where talk = 1 limit 1")
    [ -n "$recording" ]
    sqlite3 event/talkpress.db "insert into chosen_match values (1, 0, '$recording'),
        (3, 0, '$recording')"
    page other.txt "1: Bees (Bo Chan) (0:08)" "2: Ants (Cy Dee) (0:08)" "3: Third Time Lucky (0:11)"
    expect 0 tp import --replace other.txt
    says_not "To keep one, run"
    same 3 "$(sqlite3 event/talkpress.db "select talk from chosen_match")"
}

@test "a wrong programme that uses the same numbers: no file is listed under another title" {
    page other.txt "1: Bees (Bo Chan) (0:08)" "2: Ants (Cy Dee) (0:08)" "3: Wasps (Di Fox) (0:08)"
    expect 1 tp import other.txt
    expect 0 tp import --replace other.txt
    says "ATTENTION: 3 published talks get another title"
    expect 3 tp publish
    says "NOT removed from out/: 8 files" "the talk is no longer in the programme"
    json '[.talks[].parts[]]' '[]' cat event/out/talks.json
    json '.not_removed | [length, .[0].talk]' '[8,0]' cat event/out/talks.json
    before=$(sums)
    expect 3 tp run --quiet # the recordings are named by number
    says "renamed: '01-first-steps.jpg' is now '01-bees.jpg'" "NOT removed from out/: 6 files"
    [ "$before" != "$(sums)" ]
    tp import --replace "$PAGE" >/dev/null
    no_jobs
    same "$all" "$(files)"
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
    same "1 2 3" "$(sqlite3 event/talkpress.db "select distinct talk from published" | paste -sd' ')"
}

@test "a wrong programme that was taken all the same: the store of before is kept, with all decisions" {
    local copy
    page good.txt "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:02)"
    page wrong.txt "1: Bees (Bo Chan) (0:09)"
    tp import good.txt >/dev/null
    tp match 1=none >/dev/null
    tp verify --accept 1 --because "it was not filmed" >/dev/null
    expect 0 tp import --replace wrong.txt
    says "The store as it was is kept in 'talkpress.db.20" "rename that to 'talkpress.db'"
    copy=("$EVENT"/talkpress.db.20*)
    same 1 "${#copy[@]}"
    mv "${copy[0]}" "$EVENT/talkpress.db"
    expect 3 tp verify
    says "accepted" "it was not filmed"
}

@test "gc --prune deletes what was removed; on a terminal it asks" {
    page other.txt "7: Bees (Bo Chan) (0:08)"
    tp import --replace other.txt >/dev/null
    answer() { script -qec "$TALKPRESS -C event $1" /dev/null <<<"$2"; }
    expect 3 answer publish n
    says "Remove these 8 files from out/? [y/N]" "type 'talkpress publish --prune'"
    same "$all" "$(files)"
    expect 0 answer publish y
    says "removed 8 files"
    same "SHA256SUMS talks.json" "$(files)"
    before=$(find event/work -type f | wc -l)
    expect 0 answer gc n
    says "has to be encoded again if it is needed. [y/N]"
    same "$before" "$(find event/work -type f | wc -l)"
    expect 0 tp gc --dry-run --prune
    says "would also be removed"
    same "$before" "$(find event/work -type f | wc -l)"
    expect 0 tp gc --prune
    says "also removed: work of talks"
    same "" "$(ls event/work/removed)"
    expect 0 tp gc
    says "0 files, 0.0 MB removed"
    says_not "kept"
    tp import --replace "$PAGE" >/dev/null
    tp run --quiet >/dev/null
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
}

@test "a rendition that is no longer in the settings: its files go only if the user says so" {
    cheap_rendition event small .small.mp4 80
    settings 'renditions: [cheap, small]'
    tp run --quiet >/dev/null
    before=$(files)
    settings 'renditions: [small]'
    expect 0 tp run --quiet
    says "removed 4 files from out/, now in" "the talk no longer has a file of this kind: 01-first"
    expect 0 tp gc
    settings 'renditions: [cheap, small]'
    no_jobs
    same "$before" "$(files)"
    # The same rendition under another suffix is the same file.
    sed -i 's/suffix: .*/suffix: .tiny.mp4/' event/renditions/small.yaml
    expect 0 tp run --quiet
    says "renamed: '01-first-steps.small.mp4' is now '01-first-steps.tiny.mp4'"
    says_not "removed"
    no_jobs
    same "${before//small/tiny}" "$(files)"
}

@test "a talk that is renamed: the old files stay until the new ones are there" {
    sed 's/Third Time Lucky/Lucky at Last/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    expect 0 tp publish
    says "1 written, 0 removed" # talks.json
    same "$all" "$(files)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    expect 0 tp run --quiet
    says "renamed: '03-third-time-lucky.mp4' is now '03-lucky-at-last.mp4'"
    says_not "removed"
    same "" "$(ls event/work/removed 2>/dev/null)"
    same "${all//third-time-lucky/lucky-at-last}" "$(files)"
    same 0 "$(grep -c third event/out/SHA256SUMS)"
}

@test "a recording taken away from a talk: its files go" {
    tp match 3=none >/dev/null
    expect 3 tp run --quiet
    says "talk 3 waits: no recording"
    same 3 "$(ls event/out/*.mp4 | wc -l)"
}

@test "a file in out/ that was lost or cut short is put back" {
    rm event/out/01-first-steps.mp4 event/out/SHA256SUMS
    rm event/out/03-third-time-lucky.mp4
    echo short >event/out/03-third-time-lucky.mp4
    expect 0 tp publish
    says "3 written"
    same "$all" "$(files)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
}

@test "a finished piece lost from work/: made again by run" {
    rm event/work/??/*.jpg
    json '.jobs | with_entries(select(.value > 0))' '{"poster":4}' tp run --json
    same "$all" "$(files)"
}

@test "gc with nothing to drop; a run after it does nothing" {
    expect 0 tp gc
    says "0 files, 0.0 MB removed"
    json '.jobs | add' 0 tp run --json
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
}

@test "gc drops what an old title and an old cut left, and only that" {
    fresh=$(cd event/work && find . -path './??/*' | sort)
    tp cut 3 --in 0:01 >/dev/null
    sed 's/Third Time Lucky/Lucky at Last/; s/First Steps/First Strides/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp run --quiet >/dev/null
    before=$(ls event/work/?? | grep -c '\.')
    expect 0 tp gc --dry-run
    says "would be removed"
    same "$before" "$(ls event/work/?? | grep -c '\.')"
    # Of talk 3: card, cell, sound, output, poster; of talk 1: card and output; each with its result.
    expect 0 tp gc
    says "14 files, "
    same $((before - 14)) "$(ls event/work/?? | grep -c '\.')"
    json '.jobs | add' 0 tp run --json
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    expect 0 tp gc
    says "0 files"
    # And all the way back.
    tp cut 3 --auto >/dev/null
    tp import "$PAGE" >/dev/null
    tp run --quiet >/dev/null
    tp gc >/dev/null
    same "$fresh" "$(cd event/work && find . -path './??/*' | sort)"
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
}

@test "gc keeps the pieces of a part that waits for a person" {
    tp match 1=03-third-time-lucky.mp4 3=none >/dev/null || true
    tp match 1= 3= >/dev/null
    rm -f page.txt
    sed 's/(0:08)/(0:20)/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    run tp verify 3
    tp gc >/dev/null
    tp import "$PAGE" >/dev/null
    json '.jobs | add' 0 tp run --json
}

# One talk, published of a file that is named as it is called, in an event of its own.
lucky()
{
    rm -rf event rec
    mkdir rec
    cp "$REC/03-third-time-lucky.mp4" "rec/lucky take.mp4"
    page page.txt "3: Third Time Lucky (Radia Lamport) (0:08)"
    PAGE=page.txt new_event
    tp add rec >/dev/null
    tp run --quiet >/dev/null
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json" "$(files)"
    page renamed.txt "3: All Good Things (Radia Lamport) (0:08)"
}

@test "a title that the file is not named by: import says so, and out/ stays until a person decides" {
    lucky
    expect 0 tp import --dry-run renamed.txt
    says "These matches are no longer certain. To keep one, run: talkpress match '3=lucky take.mp4'"
    expect 0 tp run --quiet
    expect 0 tp import renamed.txt
    says "talkpress match '3=lucky take.mp4'"
    expect 0 tp import renamed.txt
    expect 3 tp run --quiet
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json" "$(files)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    same '["All Good Things","unclear",null,true]' "$(jq -c '.talks[0] |
        [.title, (.parts[0] | .verdict, .measured_s, .being_made_anew)]' event/out/talks.json)"
    expect 0 tp gc
    expect 0 tp match "3=lucky take.mp4"
    json '.jobs | with_entries(select(.value > 0))' '{"card":1,"assemble":1}' tp run --json
    same "03-all-good-things.jpg 03-all-good-things.mp4 SHA256SUMS talks.json" "$(files)"
}

@test "another talk under the same number does not get the files; the old one gets them back" {
    lucky
    before=$(sums)
    page other.txt "3: Bees (Bo Chan) (0:20)"
    tp verify --accept 3 --because "mine" >/dev/null || true
    tp import --replace other.txt >/dev/null
    expect 3 tp run --quiet
    says "removed 2 files from out/" "the talk is no longer in the programme: 03-third-time-lucky.jpg"
    json '.talks[0].parts' '[]' cat event/out/talks.json
    expect 0 tp gc
    says "talk 3 Third Time Lucky" "removed from out/: 03-third-time-lucky.jpg, 03-third-time-lucky.mp4"
    tp import --replace page.txt >/dev/null
    no_jobs
    same "$before" "$(sums)"
}

@test "after a changed title every command says what the talk was published from" {
    lucky
    mv "rec/lucky take.mp4" rec/third-time-lucky.mp4
    settings 'renditions: [cheap]' 'tolerance_s: 10'
    page old.txt "3: Third Time Lucky (Radia Lamport) (0:14)"
    page renamed.txt "3: All Good Things (Radia Lamport) (0:14)"
    tp import old.txt >/dev/null
    expect 0 tp add rec
    expect 0 tp run --quiet
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json" "$(files)"
    expect 0 tp import renamed.txt
    same '"none"' "$(tp match --json | jq -c '.matches[0].state')"
    for command in status "status 3" "why 3" verify "run --quiet"; do
        # shellcheck disable=SC2086 # words
        run tp $command
        says "published from 'third-time-lucky.mp4', which may still hold it" \
            "talkpress match '3=third-time-lucky.mp4'" "talkpress match '3=none'"
    done
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json" "$(files)"
    expect 1 tp verify --accept 3 --because "there is none"
    says "name its recording with 'talkpress match' first"
    expect 0 tp match "3=third-time-lucky.mp4"
    expect 0 tp run --quiet
    same "03-all-good-things.jpg 03-all-good-things.mp4 SHA256SUMS talks.json" "$(files)"
}

@test "a recording that the user accepted or cut stays with its talk, whatever its title" {
    lucky
    mv "rec/lucky take.mp4" rec/third-time-lucky.mp4
    page old.txt "3: Third Time Lucky (Radia Lamport) (0:14)"
    page renamed.txt "3: All Good Things (Radia Lamport) (0:14)"
    tp import old.txt >/dev/null
    tp add rec >/dev/null
    expect 3 tp verify
    expect 0 tp verify --accept 3 --because "a short talk"
    expect 0 tp run --quiet
    expect 0 tp import renamed.txt
    says_not "no longer certain"
    expect 0 tp run --quiet
    same "03-all-good-things.jpg 03-all-good-things.mp4 SHA256SUMS talks.json" "$(files)"
    # An acceptance of an earlier talkpress, and a cut, are decisions too.
    tp match 3= >/dev/null || true
    tp import old.txt >/dev/null
    same '"sure"' "$(tp match --json | jq -c '.matches[0].state')"
    expect 0 tp import renamed.txt
    same '["sure","set by hand"]' "$(tp match --json | jq -c '.matches[0] | [.state, .reason]')"
    tp match 3= >/dev/null || true
    tp verify --reject 3 >/dev/null
    tp import old.txt >/dev/null
    tp cut 3 --in 1 >/dev/null
    expect 0 tp import renamed.txt
    same '["sure","set by hand"]' "$(tp match --json | jq -c '.matches[0] | [.state, .reason]')"
}

@test "a published talk that gets another title: import says so where nobody misses it" {
    lucky
    expect 0 tp import --dry-run renamed.txt
    says "ATTENTION: 1 published talk gets another title: talk 3: 'Third Time Lucky'" \
        "becomes 'All Good Things' published as '03-third-time-lucky"
    json '.published_titles' '[{"talk":3,"before":"Third Time Lucky","after":"All Good Things",'\
'"file":"03-third-time-lucky.jpg"}]' tp import --dry-run --json renamed.txt
    sed 's/Radia/R./' page.txt >other.txt
    expect 0 tp import other.txt
    says_not "ATTENTION"
}

@test "what an earlier talkpress published stays too: import notes what it was made of" {
    lucky
    sqlite3 event/talkpress.db "update published set recording = ''"
    expect 0 tp import renamed.txt
    expect 3 tp run --quiet
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json" "$(files)"
    tp import page.txt >/dev/null
    sqlite3 event/talkpress.db "update published set recording = ''"
    tp publish >/dev/null
    same 0 "$(sqlite3 event/talkpress.db "select count(*) from published where recording = ''")"
}

@test "what is not sure any more goes where a person says so, or it is another talk's" {
    lucky
    tp import renamed.txt >/dev/null
    expect 0 tp match 3=none
    tp run --quiet || true
    same "SHA256SUMS talks.json" "$(files)"
    lucky
    page both.txt "3: All Good Things (Radia Lamport) (0:08)" "4: Fourth (Radia Lamport) (0:08)"
    tp import both.txt >/dev/null
    tp match "4=lucky take.mp4" >/dev/null || true
    tp run --quiet || true
    same "04-fourth.jpg 04-fourth.mp4 SHA256SUMS talks.json" "$(files)"
}

@test "a second file like the first: what was published stays" {
    lucky
    ffmpeg -v error -i "rec/lucky take.mp4" -map 0 -c copy "rec/lucky twin.mp4"
    tp add rec >/dev/null || true
    expect 3 tp run --quiet
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4 SHA256SUMS talks.json" "$(files)"
    tp remove "lucky twin.mp4"
    json '.jobs | add' 0 tp run --json
    same null "$(jq '.talks[0].parts[0].being_made_anew' event/out/talks.json)"
}

@test "gc after a recording was removed drops what was made of it" {
    tp remove 03-third-time-lucky.mp4
    tp run --quiet >/dev/null || true
    expect 0 tp gc
    says_not "0 files,"
    same 3 "$(ls event/out/*.mp4 | wc -l)"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
    same "$all" "$(files)"
}
