# run: does what is missing, and nothing else; what it leaves in out/.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (1:20)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)" \
        "3: Third Time Lucky (Radia Lamport) (0:08)"
    rehearse "$PAGE" "$REC"
    # One event that is complete: tests that only go on from it take a copy.
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
}

# The complete event, as it was. Keys hang on contents and not on paths.
take_done()
{
    cp -a "$BATS_FILE_TMPDIR/done" event
    EVENT=$PWD/event
}

# jobs EXPECTED COMMAND...: the stages that ran and how often.
jobs_run()
{
    json '.jobs | with_entries(select(.value > 0))' "$@"
}

@test "everything is published under names that sort, with sums that hold" {
    new_event
    settings 'renditions: [mp4-720, mp4-360, av1-720, opus]'
    tp add "$REC" >/dev/null
    expect 0 tp run --quiet 2 3
    says "3 of 3 parts are complete; out/ holds 3 parts, 15 files"
    same "02-second-thoughts-part-1.360p.mp4
02-second-thoughts-part-1.av1.webm
02-second-thoughts-part-1.jpg
02-second-thoughts-part-1.mp4
02-second-thoughts-part-1.opus
02-second-thoughts-part-2.360p.mp4
02-second-thoughts-part-2.av1.webm
02-second-thoughts-part-2.jpg
02-second-thoughts-part-2.mp4
02-second-thoughts-part-2.opus
03-third-time-lucky.360p.mp4
03-third-time-lucky.av1.webm
03-third-time-lucky.jpg
03-third-time-lucky.mp4
03-third-time-lucky.opus
SHA256SUMS
talks.json" "$(ls event/out)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    same 15 "$(wc -l <event/out/SHA256SUMS)"
    json '[.event.name, (.talks|length), ([.talks[].parts[]]|length),
        ([.talks[].parts[].files[].file]|length), .talks[2].parts[0].poster]' \
        '["Tiny Conference 2021",3,3,12,"03-third-time-lucky.jpg"]' cat event/out/talks.json
    for file in event/out/03*.mp4 event/out/03*.webm; do
        same 45 "$(nb_frames "$file")" # 1 s of card, 8 s of talk
    done
    same 8 "$(ffprobe -v error -show_entries format=duration -of csv=p=0 \
        event/out/03-third-time-lucky.opus | cut -c1)"
    same "" "$(ls event/work/tmp)"
}

@test "a second run does nothing: no job, no recording opened, nothing touched" {
    take_done
    before=$(stat -c '%n %y %i' event/out/*)
    begin=$(date +%s%N)
    expect 0 tp run --quiet
    took_ms=$((($(date +%s%N) - begin) / 1000000))
    says "jobs run: none" "4 of 4 parts are complete" "(unchanged)"
    [ "$took_ms" -lt 5000 ]
    same "$before" "$(stat -c '%n %y %i' event/out/*)"
    # The leak checker of the asan build cannot work under strace.
    ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=open,openat,openat2,execve -o trace \
        "$TALKPRESS" -C event run --quiet
    grep -q talkpress.db trace
    same 1 "$(grep -c execve trace)"
    # Its folder is listed, for captions beside it.
    if grep -F "$REC" trace | grep -v O_DIRECTORY; then
        return 1
    fi
    mv "$REC" "$REC.away"
    run "$TALKPRESS" -C event run --quiet
    mv "$REC.away" "$REC"
    same 0 "$status"
}

@test "a changed title: exactly its card and the assemblies, and why says so before" {
    take_done
    sed 's/Third Time Lucky/The Third Attempt/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    expect 0 tp why 3
    says "3: 1 of 2 outputs are missing" "would run now: card 1" "then: 1 output made and checked"
    json '[.[0].jobs[].stage]' '["card"]' tp why --json 3
    json '[.[0].jobs[].stage]' '[]' tp why --json 1
    jobs_run '{"card":1,"assemble":1}' tp run --json
    same "03-the-third-attempt.jpg 03-the-third-attempt.mp4" "$(cd event/out && echo 03*)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    expect 0 tp why 3
    says "3: nothing would run: all 2 outputs are made"
    # Talk 1 is long: its cells' seams were decoded before, and only the card's is new.
    decoded() { sqlite3 -readonly event/talkpress.db "SELECT max(json_extract(value,
        '$.decoded_at_seams')) FROM result WHERE stage = 'assemble' AND json_extract(value,
        '$.frames') = $1"; }
    frames=$(nb_frames event/out/01-first-steps.mp4)
    before=$(decoded "$frames")
    sqlite3 event/talkpress.db "DELETE FROM result WHERE stage = 'assemble'"
    sed 's/First Steps/First Attempts/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    jobs_run '{"card":1,"assemble":1}' tp run --json 1
    [ "$(decoded "$frames")" -lt "$before" ]
}

@test "a moved cut: only the cells at its ends" {
    take_done
    # Cells of talk 1 begin at 0, 24 and 48 s, the last is 32 s long.
    json '.[0] | [.cells, .cells_made]' '[0,0]' tp why --json 1
    tp cut 1 --in 0:01 >/dev/null
    json '.[0] | [.cells, .cells_made, ([.jobs[] | select(.stage == "cell")] | length)]' \
        '[3,2,1]' tp why --json 1
    jobs_run '{"cell":1,"sound":1,"poster":1,"assemble":1}' tp run --json
    tp cut 1 --in 0:00.400 --out 1:19 >/dev/null
    jobs_run '{"cell":2,"sound":1,"poster":1,"assemble":1}' tp run --json
    same "$(seq 2 394)" "$(frame_numbers event/out/01-first-steps.mp4 5 1000)"
    # And back: all is there still.
    tp cut 1 --auto >/dev/null
    jobs_run '{}' tp run --json
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
}

@test "a new rendition: only its own" {
    take_done
    cheap_rendition event small .small.mp4 96
    settings 'renditions: [cheap, small]'
    json '[.[0].jobs[] | [.stage, .renditions]]' \
        '[["card",["small"]],["cell",["small"]]]' tp why --json 3
    # Its sound has the settings of the one that is there.
    jobs_run '{"card":4,"cell":6,"assemble":4}' tp run --json
    same 12 "$(ls event/out/*.* | grep -c -e mp4 -e jpg)"
    # Away again: its files go, nothing runs.
    settings 'renditions: [cheap]'
    jobs_run '{}' tp run --json
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
    same 8 "$(ls event/out/*.* | grep -c -e mp4 -e jpg)"
}

@test "renditions with the same pictures: each picture is made once" {
    take_done
    cheap_rendition event twin .twin.mp4
    cheap_rendition event small .small.mp4 96
    settings 'renditions: [cheap, twin, small]'
    # Of a new talk, so that what all three have in common is not there either.
    rm -r event/work/?? event/out
    expect 0 tp run --quiet 3
    same 3 "$(ls event/out/03-*.mp4 | wc -l)"
    cmp event/out/03-third-time-lucky.mp4 event/out/03-third-time-lucky.twin.mp4
    jobs_run '{}' tp run --json 3
}

@test "options for cards alone: the cards are made anew, the cells stay, and they join" {
    take_done
    sed -i 's/^  options:/  card: {crf: 20}\n&/' event/renditions/cheap.yaml
    jobs_run '{"card":4,"assemble":4}' tp run --json
    same "$(seq 0 399)" "$(frame_numbers event/out/01-first-steps.mp4 5 1000)"
    # Options that the cells' parameter sets know of: refused in words that help.
    sed -i 's/crf: 20/refs: 2/' event/renditions/cheap.yaml
    expect 1 tp run --quiet 3
    says "FAILED talk 3: assembly, cheap" "has other parameter sets than the card before it" \
        "'card' among them"
    sed -i '/^  card:/d' event/renditions/cheap.yaml
    jobs_run '{}' tp run --json
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
}

@test "whatever effort is asked for, the cards of all renditions join their cells" {
    local effort all='mp4-360, mp4-720, mp4-1080, mp4-archive, av1-720, av1-1080, av1-archive, vp9-720'
    new_event
    tp add "$REC" >/dev/null
    for effort in fast balanced small; do
        settings "renditions: [$all]" "effort: $effort"
        expect 0 tp run --quiet 3
        says "1 of 1 part is complete"
    done
}

@test "an effort has options for cards of its own" {
    take_done
    sed -i 's/^  options:/  fast: {card: {crf: 20}}\n&/' event/renditions/cheap.yaml
    jobs_run '{}' tp run --json # balanced
    settings 'renditions: [cheap]' 'effort: fast'
    jobs_run '{"card":4,"assemble":4}' tp run --json
    sed -i 's/fast: .*/fast: {card: 5}/' event/renditions/cheap.yaml
    expect 1 tp status
    says "cheap.yaml" "'card' should be a mapping"
}

@test "only the talks that are named" {
    new_event
    tp add "$REC" >/dev/null
    expect 0 tp run --quiet 3
    says "1 of 1 part is complete"
    same "03-third-time-lucky.jpg 03-third-time-lucky.mp4" "$(cd event/out && echo 0*)"
    json '[.parts[] | select(.state == "complete") | .talk]' '[3]' tp status --json
    expect 0 tp run --quiet 2-3
    says "3 of 3 parts"
}

@test "on a terminal run shows how many parts are done; on a dumb one nothing moves" {
    new_event
    tp add "$REC" >/dev/null
    output=$(TERM=xterm script -qec "$TALKPRESS -C $EVENT run 2" /dev/null)
    [[ $output == *"0 of 2 parts done"* ]]
    [[ $output == *"talk 2/"[12]" is made (2 of 2 parts done)"* ]]
    output=$(TERM=dumb script -qec "$TALKPRESS -C $EVENT run 3" /dev/null)
    [[ $output == *"talk 3 is made (1 of 1 part done)"* ]]
    [[ $output != *$'\e'* ]]
}

@test "progress goes to stderr, the result to stdout; --json is one object" {
    new_event
    tp add "$REC" >/dev/null
    tp run 3 >stdout 2>stderr
    grep -q "jobs run: analyse 1, card 1, cell 1, sound 1, poster 1, assemble 1" stdout
    grep -q "talk 3 is made (1 of 1 part done): Third Time Lucky" stderr
    json 'keys_unsorted' \
        '["jobs","worker_cpu_s","worker_peak_mb","jobs_failed","parts","complete","waiting","published","stopped","removed_files","not_removed"]' tp run --json 3
}

@test "status: a line per part, everything about a talk" {
    take_done
    expect 0 tp status
    says "2/1 ok Second Thoughts: complete" "4 of 4 parts are complete"
    expect 0 tp status 3
    says "3. Third Time Lucky" "Radia Lamport" "verdict: ok" "picture: 160x90, 5.000 fps" \
        "cut: 0:00.000 to 0:08.000" "03-third-time-lucky.mp4: " "LUFS"
}

@test "titles of every kind make harmless names" {
    page odd.txt '11: <script>alert(1)</script> (Eve O"Neil) (0:05)' \
        '12: ../../../../etc/passwd (Mallory) (0:05)' \
        '13: /dev/null; rm -rf $HOME `reboot` | & (A) (0:05)' \
        '14: {\\pos(0,0)\\fs200}Braces \\N \\h and %s%n (B) (0:05)' \
        '15: Ünïcödé — “quotes” … Ελλάδα 日本語 (Ç. Ñandú) (0:05)' \
        '16: --help (C) (0:05)' '17: ... (D) (0:05)' \
        "18: $(printf 'long %.0s' {1..30}) (E) (0:05)"
    new_event
    rehearse odd.txt rec
    same 8 "$(ls rec | wc -l)"
    tp import --replace odd.txt
    tp add rec || tp match # lengths are equal: names must do
    for n in 11 12 13 14 15 16 17 18; do
        tp match "$n=$(cd rec && echo $n-*)" >/dev/null || true
    done
    expect 0 tp run --quiet
    says "8 of 8 parts are complete"
    same 18 "$(ls -A event/out | wc -l)"
    same "" "$(find event/out -type f -printf '%f\n' | LC_ALL=C grep -v -x -e talks.json \
        -e SHA256SUMS -e '1[1-8]-[^[:cntrl:] !-,/:-@[-`{-~]*\.\(mp4\|jpg\)')"
    [ "$(find event/out -printf '%f\n' | wc -L)" -lt 100 ]
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    json '.talks[] | select(.number == 18 or .number == 1) | .number' 18 cat event/out/talks.json
    same '<script>alert(1)</script>' "$(ffprobe -v error -show_entries format_tags=title \
        -of csv=p=0 event/out/11-*.mp4)"
    [ ! -e /etc/passwd.mp4 ]
}

@test "a title with a newline or a control character, from a page" {
    printf '<html><body><h1>Odd</h1><h2>S</h2><ul><li>Talk 1:<br>Two\nlines &#10; and a &#7; bell&#27;[31m
 &#8238;back (A) (0:05)</li></ul></body></html>' >odd.html
    new_event
    rehearse odd.html rec
    tp import --replace odd.html
    tp add rec
    expect 0 tp run --quiet
    same 1 "$(ls event/out/*.mp4 | wc -l)"
    same "" "$(cd event/out && ls *.mp4 *.jpg | LC_ALL=C grep -v '^[a-z0-9.-]*$')"
    expect 0 tp list
    if LC_ALL=C grep -q $'[\001-\010\033]' <<<"$output"; then
        return 1
    fi
}
