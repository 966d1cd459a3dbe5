# Workers that were taken over by their recording: what they report and deliver harms their own talk
# alone. Talk 1 is honest; talk 2 is hostile in one way after another.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:04)" "2: Second Thoughts (Grace Murray) (0:06)"
    rehearse "$PAGE" "$REC"
    printf '00:01.000 --> 00:02.000\nhello\n' | cat <(printf 'WEBVTT\n\n') - >"$REC/02-second-thoughts.vtt"
    echo "0:02 Honestly" >"$REC/02-second-thoughts.chapters.txt"
    # What the tests begin with: nothing is known; all is made, and then talk 2 is cut in another way.
    STORYBOARDS=on new_event "$BATS_FILE_TMPDIR/new"
    cp -r "$EVENT" "$BATS_FILE_TMPDIR/made"
    EVENT=$BATS_FILE_TMPDIR/made
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
    tp cut 2 --out 0:05 >/dev/null
}

setup()
{
    load helper
    load hostile
    cd "$BATS_TEST_TMPDIR"
    ulimit -c 0
}

# begin STATE: an event in that state (see setup_file).
begin()
{
    rm -rf event
    cp -r "$BATS_FILE_TMPDIR/$1" event
    EVENT=$PWD/event
}

# All commands work, whatever was done to talk 2.
commands_work()
{
    local command
    for command in list status "status 2" match "why 2" cut "sound 1" publish "gc --dry-run" \
        "export schedule.xml"; do
        # shellcheck disable=SC2086
        run tp $command
        # 3: the user is asked for something.
        [[ $status == 0 || $status == 3 ]] || {
            printf '%s\n' "status $status of: $command" "$output"
            return 1
        }
    done
}

# What is in out/ is what a player can play, and what SHA256SUMS says.
out_is_sound()
{
    (cd event/out && sha256sum --quiet -c SHA256SUMS) || return
    for file in event/out/*.mp4; do
        ffprobe -v error "$file" || return
    done
    run grep -lr "<script>" event/out
    same "" "$output"
}

# failed_once SAYS...: one job failed, with one message that says this, and nothing is left of it.
failed_once()
{
    same 1 "$status" || return
    says FAILED "$@" || return
    same 1 "$(grep -c "^FAILED" <<<"$output")" || return
    same 1 "$(tp status --failed --json | jq '.failures | length')" || return
    same "" "$(ls event/work/tmp)" || return
    same "" "$(grep -P '[\x00-\x08\x0b-\x1f]' <<<"$output")"
}

# bad_probe BEHAVIOUR SAYS...: when both recordings are added.
bad_probe()
{
    begin new
    run hostile_worker "probe $1 02-" -C event add "$REC"
    failed_once "${@:2}" || return
    says "01-first-steps.mp4 0:04" "02-second-thoughts.mp4 - not probed"
}

# bad_work RULE SAYS...: when talk 2 is made in its new cut. What is published stays as it was.
bad_work()
{
    local before
    begin made
    before=$(sums)
    run hostile_worker "$1" -C event run --quiet
    failed_once "${@:2}" || return
    same "$(grep 01- <<<"$before")" "$(sums | grep 01-)" || return
    out_is_sound
}

# An honest run makes the rest, after which nothing is left of the failure.
heals()
{
    expect 0 tp run --quiet
    says "2 of 2 parts are complete"
    same 7 "$(sums | grep -c .)"
    same "" "$(ls event/work/failed)"
    out_is_sound
}

@test "files that nobody asked for: not taken" {
    begin made
    expect 0 hostile_worker "poster extra-files 02-" -C event run
    says "2 of 2 parts are complete"
    same "" "$(find event/work -name '0123456789abcdef*')"
}

@test "a probe that reports what is no result" {
    bad_probe garbage "what the worker reported is not a valid result"
    commands_work
    bad_probe no-bytes "the worker did not write"
    bad_probe list "expected an object in braces"
    bad_probe no-members "'streams' should be there, but is missing"
    # What it reported is kept for a look, until it succeeds.
    same "{}" "$(cat event/work/failed/*.report.json)"
    commands_work
    heals
}

@test "a probe with numbers that nothing can be planned with" {
    bad_probe huge-numbers "what the worker reported is not a valid result: '"
    bad_probe negative-numbers "what the worker reported is not a valid result: '"
    bad_probe no-grid "what the worker reported is not a valid result: '"
    bad_probe control-characters "what the worker reported is not a valid result: '"
    commands_work
}

@test "a probe without measure: read no further than its limit" {
    bad_probe big "it has 250000"
    begin new
    env time -o usage -f '%M' true
    TALKPRESS_DATA=$(dirname "$TALKPRESS")/../share/talkpress HOSTILE="probe brackets 02-" \
        run env time -o usage -f '%M' "$BATS_TEST_TMPDIR/hostile/talkpress" -C event add "$REC"
    failed_once "it has 600000"
    grep -q __asan_init "$TALKPRESS" || (($(tail -1 usage) < 200000))
}

@test "links, pipes, folders and devices in the place of files" {
    bad_probe no-result "the worker did not write"
    for behaviour in soft-link pipe folder device; do
        bad_probe $behaviour FAILED
        # Without a sandbox these are made; the outer process looks at what it takes.
        begin new
        sed -i '1isandbox: off' event/talkpress.yaml
        run hostile_worker "probe $behaviour 02-" -C event add "$REC"
        failed_once "which is not a regular file"
    done
    bad_work "poster soft-link 02-" FAILED
    bad_work "poster hard-link 02-" FAILED
}

@test "an analysis that says nothing, or lies about its file" {
    begin new
    tp add "$REC" >/dev/null
    for behaviour in no-members huge-numbers junk; do
        run hostile_worker "analyse $behaviour 02-" -C event verify
        failed_once FAILED
    done
    HOSTILE_JSON='{"use": "zzz"}' run hostile_worker "analyse merge 02-" -C event verify
    failed_once "'use' names no channels"
    commands_work
    says_not "complete"
    json '[.[].verdict]' '["ok","ok"]' tp verify --json
}

@test "pieces that are not as long as their job asks for, or no videos" {
    bad_work "cell huge-numbers 02-" "what the worker reported is not a valid result: '"
    bad_work "cell negative-numbers 02-" "what the worker reported is not a valid result: '"
    bad_work "cell junk 02-" "a file that is no .mp4 file"
    commands_work
    bad_work "sound no-file 02-" "did not write"
    bad_work "sound huge-numbers 02-" "what the worker reported is not a valid result: '"
    heals
}

@test "finished files are checked by a process that did not make them" {
    bad_work "assemble junk Second" "a file that is no .mp4 file"
    bad_work "assemble other-words Second" \
        "chapter 2 is '<script>' at 3000 ms, not 'Honestly' at 3000"
    bad_work "assemble no-members Second" "'video_hash' should be there, but is missing"
    commands_work
    bad_work "check garbage Second" "what the check of the file reported is not a valid result"
    bad_work "check crash Second" "the worker crashed"
    HOSTILE_JSON='{"codecs": "x\"><script>"}' bad_work "check merge Second" \
        "'codecs' should be at most 64 letters"
    heals
}

@test "posters, storyboards and captions too" {
    bad_work "poster html 02-" "a file that is no .jpg file"
    bad_work "poster junk 02-" "a file that is no .jpg file"
    bad_work "captions html 02-" "a file that is no .vtt file"
    bad_work "captions appended 02-" "the captions are not written as talkpress writes them"
    bad_work "poster appended 02-" "the poster is not a JPEG picture"
    bad_work "poster page-before-end 02-" "the poster is not a JPEG picture"
    bad_work "storyboard html" "a file that is no .jpg file"
    bad_work "storyboard page-before-end" "the storyboard is not a JPEG picture"
    bad_work "storyboard no-members" "'changes' should be there, but is missing"
    HOSTILE_JSON='{"changes": [[99999, 500]]}' bad_work "storyboard merge" "a change at 99999 ms"
    HOSTILE_JSON='{"changes": [[2000, 500], [2000, 500]]}' bad_work "storyboard merge" "a change at 2000 ms"
    HOSTILE_JSON='{"changes": [[2000, 1001]]}' bad_work "storyboard merge" "of 1001 thousandths"
    commands_work
    heals
}

@test "sums and sizes are those of the files, whatever a worker says" {
    for rule in "poster sha256 02-" "captions sha256 02-" "assemble sha256 Second"; do
        begin made
        expect 0 hostile_worker "$rule" -C event run --quiet
        out_is_sound
        same 0 "$(grep -vcE '^[0-9a-f]{64}  0[12]-[a-z-]*\.(mp4|jpg|storyboard-1\.jpg|en\.vtt|vtt)$' event/out/SHA256SUMS)"
    done
}

# damage KEY TEXT: the store's row of this result is another one.
damage_row()
{
    sqlite3 event/talkpress.db "UPDATE result SET value = '$2' WHERE key = '$1'"
}

# damage KEY TEXT: and so is its file in work/, if it has one (notes have none).
damage()
{
    local file=event/work/${1:0:2}/$1.json
    damage_row "$@"
    [[ ! -e $file ]] || echo "$2" >"$file"
}

# key_of STAGE: of one of its results.
key_of()
{
    sqlite3 event/talkpress.db "SELECT key FROM result WHERE stage = '$1' ORDER BY length(value), key LIMIT 1"
}

@test "results that were damaged later count as missing, and are made again" {
    sqlite3 -version >/dev/null || skip "needs sqlite3"
    begin made
    expect 0 tp run --quiet
    for stage in probe analyse assemble poster captions storyboard; do
        for text in garbage '{}' '{"frames": 9223372036854775807, "hash": 3}'; do
            damage "$(key_of $stage)" "$text"
            commands_work
        done
    done
    run tp run --quiet
    run tp run --quiet
    says "2 of 2 parts are complete"
    heals
    says_not "not valid"
}

@test "a damaged file in work/ alone: set aside" {
    begin made
    expect 0 tp run --quiet
    key=$(sqlite3 event/talkpress.db "SELECT key FROM published WHERE name LIKE '02%.mp4'")
    sqlite3 event/talkpress.db "DELETE FROM result WHERE key = '$key'"
    echo garbage >"event/work/${key:0:2}/$key.json"
    expect 0 tp status
    says "1 result of earlier work is not valid and counts as missing" "'talkpress run' makes it again"
    same 1 "$(grep -c "not valid" <<<"$output")"
    expect 0 tp run --quiet
    says "assemble 1"
    expect 0 tp status
    says_not "not valid"
}

@test "a piece that is found damaged when it is needed is made again by the next run" {
    begin made
    expect 0 tp run --quiet
    for key in $(sqlite3 event/talkpress.db "SELECT key FROM result WHERE stage = 'sound'"); do
        damage "$key" '{}'
    done
    sqlite3 event/talkpress.db "DELETE FROM result WHERE stage = 'assemble'"
    for key in $(sqlite3 event/talkpress.db "SELECT key FROM published WHERE name LIKE '%.mp4'"); do
        rm event/work/"${key:0:2}/$key".*
    done
    expect 1 tp run --quiet
    says "2 results of earlier work are not valid" "'talkpress run' makes them again"
    heals
}

@test "what a worker says is shown on a few lines, however long" {
    begin new
    HOSTILE_JSON=$(jq -n '{truncated: ("x" * 20000)}')
    export HOSTILE_JSON
    expect 0 hostile_worker "probe merge 02-" -C event add "$REC"
    expect 0 tp status 2
    says "verdict: damaged"
    ((${#lines[@]} < 40))
}

@test "gc deletes nothing while it is not known what belongs to a recording" {
    sqlite3 -version >/dev/null || skip "needs sqlite3"
    begin made
    expect 0 tp run --quiet
    expect 0 tp gc
    before=$(find event/work/?? -type f | sort)
    for stage in probe analyse; do
        key=$(key_of $stage)
        damage_row "$key" garbage
        # The file in work/ counts as long as it is whole.
        expect 0 tp gc
        same "$before" "$(find event/work/?? -type f | sort)"
        damage "$key" garbage
        expect 3 tp gc
        says "kept: all work"
        expect 3 tp gc
        says "kept: all work"
        expect 0 tp run --quiet
        same "$before" "$(find event/work/?? -type f | sort)"
    done
    expect 0 tp gc
}
