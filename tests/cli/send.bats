# publish --send: what arrives at a target, in which order, and what is left alone there.

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
    # The same event with another title: the files of talk 1 have other names and contents.
    cp -a "$BATS_FILE_TMPDIR/done" "$BATS_FILE_TMPDIR/renamed"
    EVENT=$BATS_FILE_TMPDIR/renamed
    sed 's/First Steps/Next Steps/' "$PAGE" >"$PAGE.renamed"
    tp import "$PAGE.renamed" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    cp -a "$BATS_FILE_TMPDIR/done" event
    EVENT=$PWD/event
    WEB=$PWD/web
    export RCLONE_CONFIG=$PWD/rclone.conf
    unset RSYNC_RSH
    mkdir bin
    servers=()
}

teardown()
{
    local server
    for server in "${servers[@]}"; do
        kill "$server" 2>/dev/null || true
    done
}

# to TARGET... [-- LINE]: the event's targets, and another line of 'publish'.
to()
{
    local list='' line=''
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        list+="\"$1\", "
        shift
    done
    [ $# -eq 0 ] || line=", $2"
    settings 'renditions: [cheap]' "publish: {to: [${list%, }]$line}"
}

# The other state of the event, with its own store, as another machine may have it.
rename_talk()
{
    cp "$EVENT/talkpress.yaml" .
    rm -rf event
    cp -a "$BATS_FILE_TMPDIR/renamed" event
    cp talkpress.yaml event/
}

# complete DIR: each file that a list in DIR names is there and whole.
complete()
{
    local list
    [ -e "$1/SHA256SUMS" ] || return 0
    (cd "$1" && sha256sum --quiet -c SHA256SUMS) || return 1
    [ ! -e "$1/talks.json" ] || for list in $(jq -r '.. | .file? // empty' "$1/talks.json"); do
        [ -s "$1/$list" ] || return 1
    done
}

# sent DIR: DIR has what out/ has, and nothing else.
sent()
{
    complete "$1" || return 1
    diff -r -x .talkpress-sent.json "$EVENT/out" "$1"
}

# program NAME LINE...: NAME in bin/, which comes first in $PATH; it can call the real one as "$real".
program()
{
    local name=$1
    {
        printf '#!/bin/bash\nreal=%s\n' "$(PATH=${PATH#"$PWD/bin:"} command -v "$name")"
        printf '%s\n' "${@:2}"
    } >"bin/$name"
    chmod +x "bin/$name"
    PATH=$PWD/bin:${PATH#"$PWD/bin:"}
}

# free_port: of this machine, in $port.
free_port()
{
    port=$((20000 + RANDOM % 20000))
    while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        port=$((port + 1))
    done
}

# serve COMMAND...: runs a server in the background and waits until $port answers.
serve()
{
    "$@" >server.log 2>&1 3>&- &
    servers+=($!)
    for _ in {1..100}; do
        if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return
        fi
        sleep 0.05
    done
    cat server.log
    return 1
}

@test "a folder: all is sent, the second time nothing" {
    to "$WEB"
    expect 0 tp publish --send --dry-run
    says "would send" "compare 0, remove 0"
    [ ! -e "$WEB" ]
    expect 0 tp publish --send
    says "'$WEB': sent"
    sent "$WEB"
    same 644 "$(stat -c %a "$WEB/talks.json")"
    before=$(stat -c '%n %y %z %i' "$WEB" "$WEB"/*)
    json '.sent[0] | [.sent, .bytes, .compared, .removed_files, .error]' '[0,0,0,[],null]' \
        tp publish --send --json
    same "$before" "$(stat -c '%n %y %z %i' "$WEB" "$WEB"/*)"
}

@test "a changed title: only its files are sent, the old ones are removed at the end" {
    to "$WEB" -- 'after: "echo told $TALKPRESS_CHANGED >>after.log"'
    expect 0 tp publish --send
    stays=$(stat -c '%n %y %z %i' "$WEB"/0[23]*)
    rename_talk
    expect 0 tp publish --send
    says "removed there:" "01-first-steps.mp4"
    sent "$WEB"
    same "$stays" "$(stat -c '%n %y %z %i' "$WEB"/0[23]*)"
    # Once each time, with the number of files; the third time nothing has changed.
    expect 0 tp publish --send
    says "sent 0 of"
    [ "$(wc -l <event/after.log)" = 1 ]
}
