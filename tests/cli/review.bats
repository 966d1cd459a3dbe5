#!/usr/bin/env bats
# The service of 'talkpress review': what it answers, what it decides, and what others
# see of that. tests/cli/door.bats tests who may ask, tests/web/review.bats the page.

bats_require_minimum_version 1.5.0

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ann) (0:20)" "2: Second Thoughts (Bob) (0:24)" \
        "3: Third Time (Cy) (0:22)"
    rehearse "$PAGE" "$REC"
    EVENT=$BATS_FILE_TMPDIR/done
    new_event "$EVENT"
    tp add "$REC" >/dev/null
    tp verify >/dev/null || true
}

setup()
{
    load helper
    [ -x "$(program talkpress-review)" ] || skip "the door is not built"
    copy_event
}

teardown()
{
    [ -z "${REVIEW-}" ] || kill "$REVIEW" 2>/dev/null || true
    [ -z "${OTHER-}" ] || kill "$OTHER" 2>/dev/null || true
}

# review [OPTION...]: starts it in the background; its link is in $LINK.
review()
{
    : >link
    "$TALKPRESS" -C "$EVENT" review "$@" >link 2>errors 3>&- &
    REVIEW=$!
    for ((i = 0; i < 100; i++)); do
        [ ! -s link ] || break
        sleep 0.05
    done
    LINK=$(head -1 link)
    [[ $LINK == http://* ]] || {
        cat errors
        return 1
    }
}

# ask COMMAND...: of tests/web/client.py. The answer is in $output, its status before it.
ask()
{
    run "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" "$@"
}

# listen NAME: what the first event of that name says will be in the file heard; wait $OTHER.
listen()
{
    "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" until 30 "$1" >heard 2>listening 3>&- &
    OTHER=$!
    waits_for 10 test -s listening
}

# answers STATUS COMMAND...: and with that status.
answers()
{
    local want=$1
    shift
    ask "$@"
    [[ $output == "$want "* ]] || {
        printf '%s\n' "not $want, of: $*" "$output"
        return 1
    }
}

# tells FILTER EXPECTED: what jq makes of the last answer.
tells()
{
    same "$2" "$(jq -c "$1" <<<"${output#* }")"
}

# waits_for SECONDS COMMAND...: until it succeeds.
waits_for()
{
    local tries=$((10 * $1))
    shift
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.1
    done
}

@test "the queue has the parts in the order of status, and needs what status counts" {
    review
    answers 200 get /api/queue
    tells '[.parts[] | .name]' '["1","2","3"]'
    tells '.event.title' '"Tiny Conference 2021"'
    tells '[.parts[0] | .speakers, .listed_ms, .state]' '[["Ann"],20000,"to do"]'
    tells '.counts' '{"needs":0,"fine":3,"done":0}'
    tp match 2=none >/dev/null
    waits_for 3 eval 'answers 200 get /api/queue; tells .counts "{\"needs\":1,\"fine\":2,\"done\":0}" >/dev/null'
    tells '.parts[1].needs | [.kind, .what]' '["match","Choose its recording, or accept that there is none"]'
    json '[.parts[].talk]' '[2]' tp status --waiting --json
}

@test "a part: cut, match, candidates, sound, what is to be made; a recording: its parts and times" {
    review
    answers 200 get /api/part/1/1
    tells '.cut' '{"in":0,"out":100,"drops":[],"by":"talkpress","sound_offset_ms":0,"why":null}'
    tells '.grid' '{"fps":[5,1],"frames":100}'
    tells '[.match.state, .candidates[0].name]' '["sure","01-first-steps.mp4"]'
    tells '[.sound.stream, .sound.use, .sound.choices[0]]' '[1,"both","both"]'
    tells '.todo | length > 0' true
    id=$(jq -r .recording <<<"${output#* }")
    answers 200 get "/api/recording/$id"
    tells '[.frames, .fps, .has_picture, .has_sound, .reading]' '[100,[5,1],true,true,null]'
    tells '[.parts[] | .name, .in, .out]' '["1",0,100]'
    length=$(jq .waveform.length <<<"${output#* }")
    answers 200 get "/api/recording/$id/waveform.dat"
    same "200 $((24 + 2 * length))" "$output"
    answers 404 get /api/part/9/1
    answers 404 get /api/recording/00000000000000000000000000000000
}

@test "a cut in the page is one that commands see; an old page gets 409; a trial changes nothing" {
    review
    answers 200 get /api/part/1/1
    old=$(jq -r .version <<<"${output#* }")
    answers 200 post /api/part/1/1/decide "{\"version\":\"$old\",\"kind\":\"cut\",\"in\":5,\"out\":90,\"try\":true}"
    tells '.again.jobs.cell' 1
    json '[.[] | .in_frame, .out_frame]' '[0,100]' tp cut --json 1
    answers 200 post /api/part/1/1/decide "{\"version\":\"$old\",\"kind\":\"cut\",\"in\":5,\"out\":90}"
    tells '.again.jobs.cell' 1
    json '[.[] | .in_frame, .out_frame, .by]' '[5,90,"hand"]' tp cut --json 1
    answers 409 post /api/part/1/1/decide "{\"version\":\"$old\",\"kind\":\"cut\",\"in\":6}"
    answers 200 get /api/part/1/1
    new=$(jq -r .version <<<"${output#* }")
    answers 409 post /api/part/1/1/decide "{\"version\":\"$old\",\"kind\":\"cut\",\"in\":6}"
    tells .version "\"$new\""
    # What a command refuses, the page refuses, in the same words.
    answers 422 decide 1/1 '{"kind":"cut","in":90,"out":5}'
    said=$(jq -r .error <<<"${output#* }")
    expect 1 tp cut 1 --in 90f --out 5f
    says "$said"
    answers 200 decide 1/1 '{"kind":"cut","drops":[[20,30]],"sound_offset_ms":120}'
    answers 200 get /api/part/1/1
    tells '.cut | [.in, .out, .drops, .sound_offset_ms]' '[5,90,[[20,30]],120]'
    answers 200 decide 1/1 '{"kind":"cut","auto":true}'
    json '[.[] | .in_frame, .out_frame]' '[0,100]' tp cut --json 1
}

@test "all that commands decide about a part" {
    review
    answers 200 decide 1/1 '{"kind":"cut","out":60}'
    answers 200 decide 1/1 '{"kind":"accept","because":"the rest\n\u001b[2J is a break"}'
    answers 200 get /api/part/1/1
    tells '[.verdict, .acceptance.because]' '["short","the rest [2J is a break"]'
    answers 200 decide 1/1 '{"kind":"reject"}'
    answers 200 decide 1/1 '{"kind":"poster","frame":7}'
    answers 200 decide 1/1 '{"kind":"chapters","chapters":[{"at_ms":0,"title":"Begin"},{"at_ms":4000,"title":"Then"}]}'
    answers 200 get /api/part/1/1
    tells '[.acceptance, .poster, .chapters_typed, [.chapters[].title]]' '[null,7,true,["Begin","Then"]]'
    answers 200 decide 1/1 '{"kind":"sound","use":"left"}'
    json '.[0].channels' '"left"' tp sound --json 1
    answers 200 get /api/part/2/1
    second=$(jq -r .recording <<<"${output#* }")
    answers 200 decide 1/1 "{\"kind\":\"match\",\"recording\":\"$second\"}"
    answers 200 get /api/part/1/1
    tells '[.recording, .match.by_hand]' "[\"$second\",true]"
    answers 200 decide 1/1 '{"kind":"match","recording":null}'
    answers 200 decide 1/1 '{"kind":"match","recording":"auto"}'
    answers 422 decide 1/1 '{"kind":"accept","because":""}'
    answers 422 decide 1/1 '{"kind":"accept","because":" \t\u202e"}'
    answers 422 decide 1/1 '{"kind":"cut","drops":{}}'
    answers 422 decide 1/1 '{"kind":"burn"}'
    answers 422 decide 1/1 '{"kind":"cut","in":-4}'
    answers 422 decide 1/1 '{"kind":"cut","drops":[[1,2,3]]}'
    answers 422 decide 1/1 '{"kind":"match","recording":"nobody"}' || answers 404 decide 1/1 '{"kind":"match","recording":"nobody"}'
}

@test "what others change reaches the page; so is the progress of a run" {
    review
    listen parts
    tp cut 2 --in 5f >/dev/null
    wait $OTHER
    same '["2"]' "$(jq -c '[.parts[].name]' heard)"
    listen progress
    tp run --quiet --no-publish >/dev/null || true
    wait $OTHER
    same 'true' "$(jq -c '.running and .done >= 0' heard)"
    [ ! -e event/work/progress.json ]
    answers 200 get /api/queue
    # A run that was killed works no more, whatever it wrote.
    echo "{\"pid\":$$,\"at_s\":1.0,\"done\":0.5,\"parts\":{}}" >event/work/progress.json
    expect 0 "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" events 1
    says_not '"running":true'
}

@test "a recording that is not read is read when it is opened; not while another process works" {
    tp remove "$REC/03-third-time.mp4" >/dev/null
    sqlite3 event/talkpress.db "DELETE FROM result WHERE stage = 'analyse'"
    find event/work -name '*.json' -exec grep -l loudness_lufs {} + | xargs rm
    review
    answers 200 get /api/queue
    tells '[.parts[0].needs.kind, .parts[0].state]' '["recording","waiting"]'
    id=$(jq -r '.parts[0].recording' <<<"${output#* }")
    flock event -c 'touch held; until [ -e enough ]; do sleep 0.05; done' 3>&- &
    OTHER=$!
    waits_for 5 test -e held
    answers 200 get "/api/recording/$id"
    tells '.reading | [.what, .state]' '["analyse","busy"]'
    touch enough
    wait $OTHER
    answers 200 get "/api/recording/$id"
    tells '.reading | [.what, .state]' '["analyse","running"]'
    waits_for 5 eval 'answers 200 get /api/recording/$id; tells .reading null >/dev/null'
    tells '.waveform.length > 0' true
    waits_for 3 eval 'answers 200 get /api/queue; tells .parts[0].state "\"to do\"" >/dev/null'
    json '.parts[0].complete' false tp status --json
    tp run --quiet --no-publish 1 # nobody holds the lock
}

@test "decisions are taken back, whoever made them; two recordings are exchanged at once" {
    review
    tp cut 1 --in 5f >/dev/null
    waits_for 5 eval 'answers 200 get /api/part/1/1; tells .cut.in 5 >/dev/null'
    tells '.decisions[0] | [.kind, .through, .can_undo]' '["cut","cut",true]'
    id=$(jq '.decisions[0].id' <<<"${output#* }")
    answers 200 post /api/undo "{\"decision\":$id}"
    json '.[0].in_frame' 0 tp cut --json 1
    answers 422 post /api/undo "{\"decision\":$id}"
    answers 200 get '/api/journal?talk=1'
    tells '[.decisions[] | .through]' '["review","cut"]'
    expect 0 tp undo
    says "review"
    for n in 1 2; do
        answers 200 get /api/part/$n/1
        printf -v "part$n" '%s' "$(jq -c '{talk, part, version}' <<<"${output#* }")"
        printf -v "recording$n" '%s' "$(jq -r .recording <<<"${output#* }")"
    done
    answers 200 post /api/exchange "{\"a\":$part1,\"b\":$part2}"
    answers 200 get /api/part/1/1
    tells .recording "\"$recording2\""
    answers 409 post /api/exchange "{\"a\":$part1,\"b\":$part2}"
    answers 200 decide 3/1 '{"kind":"language","language":"de"}'
    answers 200 get /api/part/3/1
    tells .language '"de"'
}

# played SEGMENT: the frame numbers in a segment of the picture of talk 1's recording.
played()
{
    same 200 "$("$BATS_TEST_DIRNAME/../web/client.py" "$LINK" save "/api/recording/$id/v/init.mp4" head)"
    same 200 "$("$BATS_TEST_DIRNAME/../web/client.py" "$LINK" save "/api/recording/$id/v/$1.m4s" body)"
    cat head body >segment.mp4
    frame_numbers segment.mp4 0 "$2" | tr '\n' ' '
}

@test "any place of a recording, to the frame; what is asked for once is made once" {
    review
    answers 200 get /api/part/1/1
    id=$(jq -r .recording <<<"${output#* }")
    answers 200 get "/api/recording/$id"
    begin=$(jq '.preview.picture.begins[3]' <<<"${output#* }")
    same "$begin $((begin + 1)) $((begin + 2)) " "$(played 3 3)"
    nb=$(find event/work/?? -name '*.mp4' | wc -l)
    same "$begin $((begin + 1)) $((begin + 2)) " "$(played 3 3)"
    answers 200 get "/api/recording/$id/a/0.m4s"
    answers 200 get "/api/recording/$id/peaks/0"
    same "200 $((24 + 2 * 200 * 992 / 100))" "$output"
    answers 200 get "/api/recording/$id/master.m3u8"
    answers 404 get "/api/recording/$id/v/9999.m4s"
    answers 404 get "/api/recording/$id/thumbs/9.jpg"
    waits_for 20 eval '[ $(find event/work/?? -name "*.mp4" | wc -l) -ge $nb ]'
    tp gc >/dev/null # nothing refers to them
    same 0 "$(find event/work/?? -name '*.mp4' | wc -l)"
    same "$begin $((begin + 1)) $((begin + 2)) " "$(played 3 3)"
}

@test "a run works beside previews, and neither takes the other's files; killed, nothing is left" {
    review
    answers 200 get /api/part/1/1
    id=$(jq -r .recording <<<"${output#* }")
    for ((i = 0; i < 10; i++)); do
        "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" get "/api/recording/$id/v/$i.m4s"
    done >asked 3>&- &
    OTHER=$!
    waits_for 10 eval 'compgen -G "event/work/tmp/on-demand-*" >/dev/null'
    expect 0 tp run --quiet --no-publish 1
    wait $OTHER
    same 10 "$(grep -c '^200 ' asked)"
    compgen -G "event/work/tmp/on-demand-$REVIEW" >/dev/null
    "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" get "/api/recording/$id/a/1.m4s" >asked 2>&1 3>&- &
    OTHER=$!
    waits_for 10 eval 'compgen -G "event/work/tmp/on-demand-*/*.json" >/dev/null || [ -s asked ]'
    kill -KILL "$REVIEW"
    wait $OTHER || true
    tp run --quiet --no-publish 1
    expect 1 compgen -G "event/work/tmp/on-demand-*"
    waits_for 5 eval '! pgrep -f "talkpress worker --serve $EVENT/work"'
}

@test "--open: no argument of any process has the token; the file that leads to the page is the user's alone" {
    mkdir bin
    printf '#!/bin/sh\necho "$*" >opened\ncp -p "$1" page.html\ntouch ready\nsleep 1\n' >bin/xdg-open
    chmod +x bin/xdg-open
    PATH=$PWD/bin:$PATH review --open
    waits_for 5 test -e ready
    token=${LINK#*token=}
    expect 1 pgrep -f "$token"
    expect 1 grep "$token" opened
    grep -q "url=$LINK\"" page.html
    same 600 "$(stat -c %a page.html)"
    kill "$REVIEW"
    wait "$REVIEW"
    expect 1 compgen -G "event/work/review-*"
}

@test "a pipe or a link in place of a preview is made again" {
    review
    ask get /api/part/1/1
    id=$(jq -r .recording <<<"${output#* }")
    answers 200 get "/api/recording/$id/thumbs/0.jpg"
    made=$output
    sheet=$(find event/work/?? -name '*.jpg')
    for place in "mkfifo" "ln -s /etc/passwd"; do
        rm "$sheet"
        $place "$sheet"
        answers 200 get "/api/recording/$id/thumbs/0.jpg"
        same "$made" "$output"
    done
}

# stop_worker: of a sound that is asked for; its number is in $WORKER. A fast one ends before it is stopped: then
# the next sound is asked for.
stop_worker()
{
    local segment
    for segment in 1 2 3 0; do
        "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" save "/api/recording/$id/a/$segment.m4s" sound >/dev/null 2>&1 3>&- &
        for _ in {1..2000}; do
            ! WORKER=$(compgen -G "event/work/tmp/on-demand-*/*-*") || break
        done
        WORKER=${WORKER##*-}
        if kill -STOP "$WORKER" && sleep 0.1 && grep -q '^State:.T' "/proc/$WORKER/status"; then
            return
        fi 2>/dev/null
    done
    return 1
}

@test "a door that ended is started again, with its link; who asks then gets no answer of before" {
    review
    ask get /api/part/1/1
    id=$(jq -r .recording <<<"${output#* }")
    kill -KILL "$(pgrep -P "$REVIEW" -x talkpress-revie)"
    waits_for 5 answers 200 get /api/queue
    kill -KILL "$(pgrep -P "$REVIEW" -x talkpress-revie)"
    # The first request of a new door has the number that the first one of the next door has.
    stop_worker
    kill -KILL "$(pgrep -P "$REVIEW" -x talkpress-revie)"
    "$BATS_TEST_DIRNAME/../web/client.py" "$LINK" save "/api/recording/$id/thumbs/0.jpg" picture >asked 3>&- &
    OTHER=$!
    sleep 0.5
    kill -CONT "$WORKER" 2>/dev/null || true # or it was ended, because nobody waited for it any more
    wait $OTHER
    same 200 "$(cat asked)"
    same ffd8ff "$(od -An -tx1 -N3 picture | tr -d " ")" # JPEG
}

@test "it ends when asked, and when the event goes; who uses the port is said" {
    review
    port=${LINK#http://127.0.0.1:}
    port=${port%%/*}
    expect 75 tp review --port "$port"
    says "another program uses port $port of 127.0.0.1"
    expect 2 tp review --port 0
    expect 2 tp review --listen example.org
    says "'example.org' is not an address"
    expect 2 tp review --listen 0.0.0.0
    kill -INT "$REVIEW"
    wait "$REVIEW"
    [ ! -s errors ]
    review
    mv event elsewhere
    code=0
    wait "$REVIEW" || code=$?
    same 1 "$code"
    grep -q "was renamed, removed or replaced" errors
}
