# publish --send: what arrives at a target, in which order, and what is left alone there.

# With pages, which are sent between files and lists.
setup_file()
{
    load helper
    export SITE=on
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
    export SITE=on
    copy_event
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

# stand_in NAME LINE...: NAME in bin/, which comes first in $PATH; it can call the real one as "$real".
stand_in()
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
    stays=$(stat -c '%n %y %z %i' "$WEB"/0[23]*.{mp4,jpg})
    rename_talk
    expect 0 tp publish --send
    says "removed there:" "01-first-steps.mp4"
    sent "$WEB"
    same "$stays" "$(stat -c '%n %y %z %i' "$WEB"/0[23]*.{mp4,jpg})"
    # Once each time, with the number of files; the third time nothing has changed.
    expect 0 tp publish --send
    says "sent 0 of"
    [ "$(wc -l <event/after.log)" = 1 ]
}

@test "other files there are left alone; one with a name that is needed: a message, nothing is sent" {
    to "$WEB"
    mkdir web
    echo mine >web/mine.txt
    echo other >web/index.html.bak
    cp -a event/out/01-first-steps.mp4 web/
    expect 0 tp publish --send
    rm -f web/mine.txt.tmp
    rename_talk
    expect 0 tp publish --send
    same "mine other" "$(cat web/mine.txt web/index.html.bak | xargs)"
    # Taken over, and so removed when its talk has another name.
    [ ! -e web/01-first-steps.mp4 ]

    to "$PWD/theirs"
    mkdir theirs
    echo '<h1>Welcome</h1>' >theirs/talks.json
    expect 1 tp publish --send
    says "'$PWD/theirs': 'talks.json' is there, but talkpress did not send it"
    same talks.json "$(ls -A theirs)"
}

@test "what somebody put there under a name of before stays, and so does a link; dry runs say it" {
    to "$WEB"
    tp publish --send >/dev/null
    echo mine, and longer than nothing >web/01-first-steps.jpg
    rename_talk
    for dry in --dry-run ''; do
        expect 0 tp publish --send $dry
        says "NOT removed there, because it is not what was sent" "01-first-steps.jpg"
    done
    same "mine, and longer than nothing" "$(cat web/01-first-steps.jpg)"
    expect 0 tp publish --send
    says_not "01-first-steps.jpg"

    mkdir linked
    echo theirs >theirs
    ln -s ../theirs linked/index.html
    echo '{"broken' >linked/.talkpress-sent.json
    to "$PWD/linked"
    expect 1 tp publish --send
    says "'index.html' is there, and is no file"
    rm linked/index.html
    head -c "$(stat -c %s event/out/talks.json)" /dev/zero >linked/talks.json
    expect 1 tp publish --send --dry-run
    says "'talks.json' is there, but talkpress did not send it"
    rm linked/talks.json
    echo '{"version": 9, "files": {}}' >linked/.talkpress-sent.json
    expect 1 tp publish --send
    says "'.talkpress-sent.json' there was written by a newer talkpress"
    to "$PWD/event/web"
    expect 1 tp publish --send
    says "it is in the event's own folder"
}

@test "rclone: a link that somebody put there stays" {
    command -v rclone >/dev/null || skip "rclone is not installed"
    mkdir linked
    echo theirs >theirs
    ln -s ../theirs linked/index.html
    printf '[here]\ntype = local\n' >rclone.conf
    to "rclone:here:$PWD/linked"
    expect 1 tp publish --send
    says "'index.html' is there, and is no file"
    same theirs "$(cat theirs)"
}

@test "a folder that was filled by hand is taken over, and only what differs is sent" {
    to "$WEB"
    cp -a event/out web
    rm web/01-first-steps.jpg
    expect 0 tp publish --send
    says "sent 1 of"
    sent "$WEB"
}

@test "what somebody changed or removed there is sent again, and named" {
    to "$WEB"
    tp publish --send >/dev/null
    echo more >>web/01-first-steps.mp4
    rm web/03-third-time-lucky.jpg
    # The same size and time: only --verify sees it.
    printf x | dd of=web/03-third-time-lucky.mp4 bs=1 seek=1000 conv=notrunc status=none
    touch -r event/out/03-third-time-lucky.mp4 web/03-third-time-lucky.mp4
    expect 0 tp publish --send
    says "sent 2 of" "changed or removed there by somebody else, and sent again: 01-first-steps.mp4 03-third-time-lucky.jpg"
    expect 1 complete "$WEB"
    expect 0 tp publish --send --verify
    says "sent 1 of"
    sent "$WEB"
}

@test "an event folder with less removes nothing there, unless told so" {
    to "$WEB"
    tp publish --send >/dev/null
    tp match 1=none >/dev/null
    tp match 2=none >/dev/null
    expect 0 tp publish --prune
    expect 3 tp publish --send
    says "NOT removed there" "02-second-thoughts-part-2.mp4" "publish --send --prune"
    complete "$WEB"
    [ -e web/02-second-thoughts-part-2.mp4 ]
    expect 3 tp publish --send
    says "NOT removed there"
    tp publish --send --prune >/dev/null
    sent "$WEB"
}

@test "the files of another event are not replaced or removed" {
    to "$WEB"
    tp publish --send >/dev/null
    before=$(ls -A web)
    new_event "$PWD/second"
    sed 's/Tiny Conference/Huge Conference/; s/Talk \(.\)/Talk 7\1/' "$PAGE" >other.txt
    tp import --replace other.txt >/dev/null
    to "$WEB"
    expect 1 tp publish --send
    says "the files of another event, 'Tiny Conference 2021'"
    same "$before" "$(ls -A web)"
}

@test "the target's list is lost, or the store's memory: still only its own files are removed" {
    to "$WEB"
    tp publish --send >/dev/null
    echo mine >web/mine.mp4
    sqlite3 event/talkpress.db "delete from result where stage = 'send'"
    tp match 1=none >/dev/null
    tp publish --prune >/dev/null
    expect 0 tp publish --send --prune
    [ ! -e web/01-first-steps.mp4 ]
    rm web/.talkpress-sent.json
    tp match 3=none >/dev/null
    tp publish --prune >/dev/null
    expect 0 tp publish --send --prune
    [ ! -e web/03-third-time-lucky.mp4 ]
    [ -e web/mine.mp4 ]
    tp gc --prune >/dev/null
    json '.foreign' '[]' tp publish --json
}

# Kills talkpress before the Nth call of rsync, for each N that there is, and in the middle of copying.
@test "killed at any point, it continues; no list names what is not there" {
    local n
    to "$WEB" -- 'after: "echo told >>after.log"'
    tp publish --send >/dev/null
    rename_talk
    cp -a web before
    stand_in rsync 'n=$(($(cat calls 2>/dev/null) + 1)); echo $n >calls' \
        'if [ $n = "$(cat kill)" ]; then kill -9 $PPID; exit 1; fi' \
        'if [ $n = "$(cat cut)" ]; then' \
        '    "$real" --bwlimit=100 "$@" & sleep 0.$((RANDOM % 3))$((RANDOM % 9 + 1))' \
        '    kill -9 $PPID $!; exit 1' \
        'fi' \
        'exec "$real" "$@"'
    for n in 1 5 9 11; do
        rm -rf web event/after.log calls
        cp -a before web
        echo "$n" >kill
        echo 0 >cut
        expect 137 tp publish --send
        complete "$WEB"
        echo 0 >kill
        expect 0 tp publish --send
        sent "$WEB"
        same told "$(cat event/after.log)"
    done
    for n in 4 6; do
        rm -rf web event/after.log calls
        cp -a before web
        echo "$n" >cut
        expect 137 tp publish --send
        complete "$WEB"
        echo 0 >cut
        expect 0 tp publish --send
        sent "$WEB"
    done
}

@test "other commands work while it sends, and what they publish is sent the next time" {
    to "$WEB"
    stand_in rsync '[[ $* != *--partial-dir* ]] || while [ ! -e go ]; do touch began; sleep 0.05; done' \
        'exec "$real" "$@"'
    tp publish --send >first.log 2>&1 3>&- &
    while [ ! -e began ]; do
        sleep 0.05
    done
    expect 0 tp status
    sed 's/Third Time/Fourth Time/' "$PAGE" >other.txt
    expect 0 tp import other.txt
    expect 0 tp run --quiet
    [ -e event/out/03-fourth-time-lucky.mp4 ]
    expect 75 tp publish --send
    says "another talkpress is sending this event"
    touch go
    wait
    complete "$WEB"
    [ -e web/03-third-time-lucky.mp4 ]
    expect 0 tp publish --send
    sent "$WEB"
}

@test "Ctrl-C stops the program that copies, too" {
    to "$WEB"
    stand_in rsync '[[ $* != *--partial-dir* ]] || exec sleep 100' 'echo $$ >pid' 'exec "$real" "$@"'
    "$TALKPRESS" -C event publish --send >log 2>&1 3>&- &
    local talkpress=$!
    for _ in {1..100}; do
        pid=$(pgrep -P $talkpress sleep) && break
        sleep 0.05
    done
    [ "$pid" ]
    kill -TERM $talkpress
    wait $talkpress || true
    same "talkpress: stopped: the same command continues from here" "$(tail -n 1 log)"
    expect 1 kill -0 "$pid"
}

@test "a target that fails does not keep the next one from being served" {
    to /nowhere/at/all "$WEB" -- 'after: "touch told"'
    expect 1 tp publish --send
    says "'/nowhere/at/all': rsync: " "No such file or directory"
    sent "$WEB"
    [ ! -e event/told ]
    free_port
    to "rsync://127.0.0.1:$port/there" "$WEB" -- 'tries: 2'
    expect 75 tp publish --send
    says "'rsync://127.0.0.1:$port/there': rsync: " "Connection refused"
    same 1 "$(grep -c '^talkpress: ' <<<"$output")"
}

@test "a command that fails: status 1, and it runs again the next time" {
    to "$WEB" -- 'after: "echo no such cache >&2; [ -e fine ]"'
    expect 1 tp publish --send
    says "the command of 'after' in 'publish' failed with status 1: no such cache"
    sent "$WEB"
    expect 1 tp publish --send
    touch event/fine
    expect 0 tp publish --send
    rm event/fine
    expect 0 tp publish --send
}

@test "rsync and rclone are not installed: the messages name their packages" {
    mkdir empty
    to "$WEB" rclone:some:where
    PATH=$PWD/empty expect 1 "$TALKPRESS" -C event publish --send
    says "'rsync' is not installed: 'apt install rsync'" "'rclone' is not installed: 'apt install rclone'"
}

@test "a full target: status 75, and it continues" {
    to "$PWD/small/x"
    mkdir small
    cat >full.sh <<'END'
mount -t tmpfs -o size=200k small small || exit 99
"$TALKPRESS" -C event publish --send
echo "status $?"
mount -o remount,size=100m small
"$TALKPRESS" -C event publish --send
echo "status $?"
(cd small/x && sha256sum --quiet -c SHA256SUMS && echo whole)
END
    run unshare -rm bash full.sh
    [ "$status" -ne 99 ] && [[ $output != *unshare:* ]] || skip "no mounts here"
    says "No space left on device" "status 75" "status 0" "whole"
}

@test "a server of rsync" {
    free_port
    mkdir "web dir"
    printf '%s\n' "port = $port" "pid file = $PWD/rsyncd.pid" "use chroot = no" \
        "uid = $(id -un)" "gid = $(id -gn)" "[there]" \
        "path = $PWD/web dir" "read only = no" >rsyncd.conf
    serve rsync --daemon --no-detach --address=127.0.0.1 --config="$PWD/rsyncd.conf"
    to "rsync://127.0.0.1:$port/there/my event/"
    expect 0 tp publish --send
    sent "$PWD/web dir/my event"
    rename_talk
    expect 0 tp publish --send
    sent "$PWD/web dir/my event"
    to "rsync://127.0.0.1:$port/elsewhere"
    expect 1 tp publish --send
    says "Unknown module 'elsewhere'"
}

@test "rclone: WebDAV, which has no sums, and a folder; killed in between" {
    command -v rclone >/dev/null || skip "rclone is not installed"
    free_port
    mkdir dav
    printf '[dav]\ntype = webdav\nurl = http://127.0.0.1:%d\nvendor = other\n[here]\ntype = local\n' \
        "$port" >rclone.conf
    serve rclone serve webdav --addr "127.0.0.1:$port" dav
    to dav:my-event
    expect 0 tp publish --send
    sent "$PWD/dav/my-event"
    same my-event "$(ls -A dav)"
    rename_talk
    stand_in rclone 'n=$(($(cat calls 2>/dev/null) + 1)); echo $n >calls' \
        'if [ $n = "$(cat kill)" ]; then kill -9 $PPID; exit 1; fi' 'exec "$real" "$@"'
    echo 9 >kill
    expect 137 tp publish --send
    complete "$PWD/dav/my-event"
    echo 0 >kill
    to dav:my-event "rclone:here:$WEB"
    expect 0 tp publish --send
    sent "$PWD/dav/my-event"
    sent "$WEB"
    printf x | dd of=web/03-third-time-lucky.mp4 bs=1 seek=1000 conv=notrunc status=none
    to "rclone:here:$WEB"
    expect 0 tp publish --send
    says "sent 1 of" "changed or removed there by somebody else"
    sent "$WEB"
    kill "${servers[0]}"
    to dav:my-event -- 'tries: 1'
    expect 75 tp publish --send
    says "'dav:my-event': rclone: " "connection refused"
}

@test "targets that are wrong: the settings' file, the target and what it should be" {
    local target
    while IFS='|' read -r target message; do
        to "$target"
        expect 1 tp publish --send
        says "talkpress.yaml': " "$message"
        says_not "secret"
    done <<'END'
videos|'videos', which should be an absolute path, or a host and a path
host:/srv/videos|write 'rsync:host:/srv/videos' or 'rclone:host:/srv/videos'
rsync://me:secret@host/videos|a target in 'to' of 'publish' holds a password
me:secret@host:/videos|a target in 'to' of 'publish' holds a password
rsync:-oProxyCommand=x:/videos|which is no destination of rsync
rclone:here,pass=x:videos|which is no remote of rclone
:local:videos|which is no remote of rclone
https://example.org/|which neither rsync nor rclone can send to
END
    settings 'renditions: [cheap]' 'publish: {to: /srv/videos}'
    expect 1 tp publish --send
    says "'publish' should name where to send out/"
    settings 'renditions: [cheap]' 'publish: {target: [/srv/videos]}'
    expect 1 tp publish --send
    says "unknown setting 'target'"
    settings 'renditions: [cheap]'
    expect 1 tp publish --send
    says "says nowhere to send to"
    to "$PWD/event/out"
    expect 1 tp publish --send
    says "it is in the event's own folder"
    expect 2 tp publish --dry-run
    says "'--dry-run' shows what '--send' would do: give both"
}

@test "a host: its shell sees one path, with blanks and quotes in it" {
    # Runs what would be run on the host, in a shell as there.
    printf '%s\n' '#!/bin/sh' '[ "$1" != -l ] || shift 2' 'shift' 'exec sh -c "$*"' >bin/ssh
    chmod +x bin/ssh
    RSYNC_RSH=$PWD/bin/ssh
    export RSYNC_RSH
    mkdir "it's \$HOME"
    to "me@host:$PWD/it's \$HOME/a web"
    expect 0 tp publish --send
    sent "$PWD/it's \$HOME/a web"
    rename_talk
    expect 0 tp publish --send
    sent "$PWD/it's \$HOME/a web"
    printf '%s\n' '#!/bin/sh' 'echo "me@host: Permission denied (publickey)." >&2; exit 255' >bin/ssh
    expect 1 tp publish --send
    says "rsync: me@host: Permission denied (publickey)."
}

@test "out/ on another disk: sent as it is, with the event locked" {
    local other
    other=$(mktemp -d -p /dev/shm) || skip "no /dev/shm"
    [ "$(stat -c %d "$other")" != "$(stat -c %d .)" ] || skip "the same disk"
    mv event/out "$other/out"
    ln -s "$other/out" event/out
    to "$WEB"
    expect 0 tp publish --send
    sent "$WEB"
    rm -rf "$other"
}
