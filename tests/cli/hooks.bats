# Hooks: programs in hooks/ that are told what happened.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:03 / 0:02)" \
        "3: Third Time Lucky (Radia Lamport) (0:04)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    copy_event
    mkdir event/hooks
    SCHEMA=$BATS_TEST_DIRNAME/../../docs/hooks.schema.json
}

# hook NAME: its program, from standard input.
hook()
{
    cat >"$EVENT/hooks/$1"
    chmod 755 "$EVENT/hooks/$1"
}

# Each hook keeps its documents in the event's folder: got.NAME.1, .2 …
all_hooks()
{
    local name
    mkdir -p "$EVENT/hooks"
    for name in after-import needs-person after-publish after-run failed; do
        hook "$name" <<'END'
#!/bin/sh
n=1
while [ -e "got.$TALKPRESS_HOOK.$n" ]; do n=$((n + 1)); done
cat >"got.$TALKPRESS_HOOK.$n"
END
    done
}

# fits FILE: every object of a document has the members that the schema requires, and no others.
fits()
{
    jq -e --slurpfile s "$SCHEMA" '
        def resolve: if has("$ref") then $s[0]["$defs"][."$ref" | ltrimstr("#/$defs/")] else . end;
        def is_a($kinds): type as $kind | ($kinds | [.] | flatten)
            | index($kind) != null or ($kind == "number" and index("integer") != null);
        def fits($schema): . as $value | ($schema | resolve) as $t
            | ($t.type == null or is_a($t.type)) and
              ($t.enum == null or ($t.enum | index($value)) != null) and
              ($t.const == null or $t.const == $value) and
              (if type == "object" then
                   ($t.required // []) - keys == [] and
                   (to_entries | all(. as $e | $e.value |
                       fits($t.properties[$e.key] // $t.additionalProperties // {"type": []})))
               elif type == "array" then all(.[]; fits($t.items))
               else true end);
        $s[0]["$defs"][.hook] as $own
        | fits($s[0] + {"properties": ($s[0].properties + $own.properties),
                        "required": ($s[0].required + $own.required)})' "$1" >/dev/null || {
        echo "$1 does not fit the schema:"
        cat "$1"
        return 1
    }
}

got()
{
    (cd "$EVENT" && echo got.*)
}

# Gives talk 1 another title, so that it has another card.
change_title()
{
    sed "s/First Steps/${1:-Other Steps}/" "$PAGE" >page.txt
    tp import page.txt >/dev/null
}

state_of()
{
    tp status --json | jq -r --arg hook "$1" '.hooks[] | select(.hook == $hook) | .state'
}

# within SECONDS COMMAND...: it must not take longer; a generous limit, only for what never ends.
within()
{
    timeout --kill-after=1 "$@"
}

@test "each hook gets a document that fits the schema" {
    all_hooks
    expect 0 tp run --quiet
    same "got.after-run.1" "$(got)"
    change_title
    expect 0 tp run --quiet
    same "got.after-import.1 got.after-publish.1 got.after-run.1 got.after-run.2" "$(got)"
    for file in event/got.*; do
        fits "$file"
    done
    json '[.hook, .changes[0].change, .changes[0].talk, .changes[0].title, .changes[0].speakers, .talks, .parts]' \
        '["after-import","changed",1,"Other Steps",["Ada Byron"],3,4]' cat event/got.after-import.1
    json '[.version, .event.name, .paths.event, .base_url]' \
        "[1,\"Tiny Conference 2021\",\"$PWD/event\",null]" cat event/got.after-run.1
    json '[.outcome, .count.parts, .count.complete, .parts[2].name, .parts[2].state]' \
        '["done",4,4,"2/2","complete"]' cat event/got.after-run.2
    json '[.parts[].name, .parts[0].title, .parts[0].change, .parts[0].files[0].change, .removed[0].files[0]]' \
        '["1","Other Steps","changed","new","01-first-steps.mp4"]' cat event/got.after-publish.1
}

@test "links have the address of out/, and those of pretalx the talk's code" {
    cat >timetable.csv <<END
id,number,title,speakers,date,start,duration
AB3DEF,1,First Steps,Ada Byron,2021-05-04,09:00,0:00:03
END
    "$TALKPRESS" init other >/dev/null
    EVENT=$PWD/other
    cheap_rendition other cheap .mp4
    SITE='{base_url: "https://videos.example/tiny/"}' settings 'renditions: [cheap]'
    all_hooks
    tp import timetable.csv >/dev/null
    tp add "$REC/01-first-steps.mp4" >/dev/null
    expect 3 tp run --quiet # it ends in mid-talk
    tp verify --accept 1 --because "as it is" >/dev/null
    expect 0 tp run --quiet
    fits other/got.after-publish.1
    json '[.base_url, .parts[0].files[0].url, .parts[0].poster_url, .parts[0].url]' \
        '["https://videos.example/tiny/","https://videos.example/tiny/01-first-steps.mp4","https://videos.example/tiny/01-first-steps.jpg","https://videos.example/tiny/01-first-steps.html"]' \
        cat other/got.after-publish.1
    json '.pretalx | to_entries[0] | [.key, .value[0].link]' \
        '["AB3DEF","https://videos.example/tiny/01-first-steps.mp4"]' cat other/got.after-publish.1
}

@test "failed: the jobs and their messages, each failure once; an error that ends a command" {
    all_hooks
    change_title
    sed -i 's/crf: 30/crf: 30, profile: nonsense/' event/renditions/cheap.yaml
    expect 1 tp run --quiet 1
    fits event/got.failed.1
    json '[.command, .error, .jobs[0].stage, .jobs[0].of.title, (.jobs[0].message | length > 0)]' \
        '["run",null,"card","Other Steps",true]' cat event/got.failed.1
    expect 1 tp import no-such-file
    fits event/got.failed.2
    json '[.command, .error, .jobs]' \
        "[\"import\",\"cannot open 'no-such-file': No such file or directory\",[]]" \
        cat event/got.failed.2
}

@test "needs-person: only if the parts or their reasons changed" {
    all_hooks
    rm event/hooks/after-*
    tp run --quiet >/dev/null
    same "got.*" "$(got)"
    sed "s/0:04/0:30/" "$PAGE" >page.txt
    tp import page.txt >/dev/null
    same "got.needs-person.1" "$(got)"
    fits event/got.needs-person.1
    json '.parts | map([.name, .kind, .change, .title, (.why | length > 0)])' \
        '[["3","match","new","Third Time Lucky",true]]' cat event/got.needs-person.1
    expect 3 tp run --quiet
    tp publish >/dev/null
    same "got.needs-person.1" "$(got)"
    tp match 3=03-third-time-lucky.mp4 >/dev/null
    expect 3 tp run --quiet
    fits event/got.needs-person.2
    json '[.parts[0].kind, .parts[0].change]' '["length","changed"]' cat event/got.needs-person.2
    tp verify --accept 3 --because "as it is" >/dev/null
    expect 0 tp run --quiet
    fits event/got.needs-person.3
    json '[.parts, .settled]' '[[],["3"]]' cat event/got.needs-person.3
}

@test "after-publish: what has changed since a call succeeded" {
    hook after-publish <<'END'
#!/bin/sh
echo "the server is away" >&2
exit 7
END
    change_title
    expect 0 tp run --quiet
    says "the hook 'after-publish' failed: it ended with status 7: the server is away"
    same failed "$(state_of after-publish)"
    all_hooks
    expect 0 tp publish
    json '[.parts[].name]' '["1"]' cat event/got.after-publish.1
    same ok "$(state_of after-publish)"
    expect 0 tp publish
    same "got.after-publish.1" "$(got)"
}

@test "the environment, the folder, no descriptors, a group of its own" {
    hook after-run <<'END'
#!/bin/bash
{
    env | sed 's/=.*//' | grep -vx '_\|SHLVL\|PWD\|OLDPWD' | LC_ALL=C sort | tr '\n' ' '
    echo
    pwd
    echo "$TALKPRESS_EVENT $TALKPRESS_HOOK"
    ls /proc/self/fd | tr '\n' ' '
    echo
    read -r _ _ _ _ group session terminal _ </proc/$$/stat
    echo "$((group == $$)) $((session == $$)) $terminal"
} >found
END
    exec {other}<"$PAGE"
    SECRET=1 LANG=C.UTF-8 expect 0 tp run --quiet
    exec {other}<&-
    same "HOME LANG PATH TALKPRESS_EVENT TALKPRESS_HOOK TALKPRESS_PROGRAM " "$(sed -n 1p event/found)"
    same "$PWD/event" "$(sed -n 2p event/found)"
    same "$PWD/event after-run" "$(sed -n 3p event/found)"
    same "0 1 2 3 " "$(sed -n 4p event/found)" # 3: of ls itself
    same "1 1 0" "$(sed -n 5p event/found)"
}

@test "a hook may call talkpress, also commands that need the lock; they call no hooks" {
    hook after-run <<'END'
#!/bin/sh
echo x >>called
"$TALKPRESS_PROGRAM" status --json | jq '.parts | length' >parts
"$TALKPRESS_PROGRAM" run --quiet
echo $? >inner
END
    expect 0 within 60 "$TALKPRESS" -C event run --quiet
    same 4 "$(cat event/parts)"
    same 0 "$(cat event/inner)"
    same x "$(cat event/called)"
    same ok "$(state_of after-run)"
}

@test "a hook that hangs is ended with its children, and told in status until it succeeds" {
    settings 'renditions: [cheap]' 'hooks: {seconds: 3}'
    hook after-run <<'END'
#!/bin/sh
echo "I begin"
trap '' TERM
sleep 300 &
echo $! >child
setsid sleep 300 &
echo $! >>child
sleep 300
END
    expect 0 within 60 "$TALKPRESS" -C event run --quiet
    says "the hook 'after-run' failed: it had not ended after 3 s: I begin"
    while read -r pid; do
        expect 1 kill -0 "$pid"
    done <event/child
    expect 0 tp status
    says "hook 'after-run' FAILED at" "it had not ended after 3 s: I begin; its output is in work/hooks/after-run.log"
    same timeout "$(state_of after-run)"
    same "I begin" "$(cat event/work/hooks/after-run.log)"
    printf '#!/bin/sh\n' | hook after-run
    expect 0 tp run --quiet
    says_not "hook"
    expect 0 tp status
    says_not "hook"
    same ok "$(state_of after-run)"
}

@test "what a hook leaves in the background is ended" {
    hook after-run <<'END'
#!/bin/sh
(setsid sh -c 'echo $$ >daemon; exec sleep 300' &) &
while [ ! -s daemon ]; do sleep 0.01; done
END
    expect 0 within 60 "$TALKPRESS" -C event run --quiet
    same ok "$(state_of after-run)"
    expect 1 kill -0 "$(cat event/daemon)"
}

@test "much output: the beginning and the end are kept" {
    hook after-run <<'END'
#!/bin/sh
echo begin
head -c 30000000 /dev/zero | tr '\0' x
echo
echo end
exit 1
END
    expect 0 within 60 "$TALKPRESS" -C event run --quiet
    says "status 1: end"
    log=event/work/hooks/after-run.log
    same begin "$(head -n 1 "$log")"
    same end "$(tail -n 1 "$log")"
    grep -qx '\[[0-9]* bytes are left out\]' "$log"
    [ "$(stat -c %s "$log")" -lt 70000 ]
    json .output_bytes 30000011 cat event/work/hooks/after-run.json
}

@test "a document that nobody reads, a hook that is killed" {
    hook after-run <<'END'
#!/bin/sh
kill -9 $$
END
    expect 0 tp run --quiet
    says "the hook 'after-run' failed: it was ended by signal 9"
}

@test "no interpreter, no first line, not executable: one message, and in status" {
    printf '#!/no/such/program\n' | hook after-run
    expect 0 tp run --quiet
    says "the hook 'after-run' failed: cannot start '$PWD/event/hooks/after-run': what its first line names is not installed"
    printf 'true\n' | hook after-run
    expect 0 tp run --quiet
    says "is no program: the first line of a script names what runs it"
    chmod -x event/hooks/after-run
    expect 0 tp run --quiet
    says "the hook 'after-run' is not called: '$PWD/event/hooks/after-run' is not executable: 'chmod +x"
    same 1 "$(grep -c "after-run" <<<"$output")"
    expect 0 tp status
    says "hook 'after-run' is not called: '$PWD/event/hooks/after-run' is not executable"
    same refused "$(state_of after-run)"
}

@test "a script that an editor spoiled: the message says how to mend it, and that helps" {
    printf '#!/bin/sh\r\necho ok\r\n' | hook after-run
    expect 0 tp run --quiet
    says "the hook 'after-run' failed: cannot start '$PWD/event/hooks/after-run': its lines end as on Windows: sed -i"
    printf '#!/usr/bin/env bash\r\necho ok\r\n' | hook after-run
    expect 0 tp run --quiet
    says "it ended with status 127: " "its lines end as on Windows: sed -i"
    bash -c "sed ${output##*: sed }"
    expect 0 tp run --quiet
    says_not "hook"
    printf '\xef\xbb\xbf#!/bin/sh\necho ok\n' | hook after-run
    expect 0 tp run --quiet
    says "it begins with a byte order mark: LC_ALL=C sed -i"
    bash -c "LC_ALL=C sed ${output##*LC_ALL=C sed }"
    expect 0 tp run --quiet
    says_not "hook"
    same ok "$(state_of after-run)"
    printf '#! /no/such/program -e\n' | hook after-run
    expect 0 tp run --quiet
    says "what its first line names is not installed: /no/such/program -e"
}

@test "a program whose name is not quite a hook's: it is said how to rename it" {
    for name in after-run.sh After-Run after_run after-run.py; do
        printf '#!/bin/sh\n' | hook "$name"
        expect 0 tp run --quiet
        says "the hook 'after-run' is not called: '$PWD/event/hooks/$name' should be named 'after-run': 'mv"
        expect 0 tp status
        says "hook 'after-run' is not called: "
        same refused "$(state_of after-run)"
        rm "event/hooks/$name"
    done
    # What is put aside, and what a hook has beside it.
    printf '#!/bin/sh\n' | hook after-run.sample
    printf '#!/bin/sh\n' | hook after-run.sh.off
    printf '#!/bin/sh\n' | hook after-run~
    printf '#!/bin/sh\n' | hook after-running
    echo text >event/hooks/after-run.md
    expect 0 tp run --quiet
    says_not "hook"
    json .hooks '[]' tp status --json
    printf '#!/bin/sh\n' | hook after-run
    printf '#!/bin/sh\n' | hook after-run.sh
    expect 0 tp run --quiet
    says_not "hook"
    same ok "$(state_of after-run)"
}

@test "a hook that removes work/hooks: its failure is told all the same" {
    hook after-run <<'END'
#!/bin/sh
rm -rf work/hooks
echo gone
exit 4
END
    expect 0 tp run --quiet
    says "the hook 'after-run' failed: it ended with status 4: gone"
    same failed "$(state_of after-run)"
    same gone "$(cat event/work/hooks/after-run.log)"
    # Nor is there a place for the outcome.
    hook after-run <<'END'
#!/bin/sh
rm -rf work/hooks
echo >work/hooks
exit 4
END
    expect 0 tp run --quiet
    says "the hook 'after-run' failed: work/hooks does not say why"
}

@test "a call that the calls before leave no time for is told as failed" {
    settings 'renditions: [cheap]' 'hooks: {seconds: 1}'
    printf '#!/bin/sh\n' | hook after-run
    mkdir -p event/work/hooks
    expect 0 flock event/work/hooks/after-run.lock "$TALKPRESS" -C event run --quiet
    says "the hook 'after-run' failed: it was not called: the calls before had not ended after 2 s"
    same failed "$(state_of after-run)"
}

@test "a program or folder that others can write is not run" {
    all_hooks
    chmod g+w event/hooks/after-run
    expect 0 tp run --quiet
    says "others can write to '$PWD/event/hooks/after-run': 'chmod go-w"
    chmod 755 event/hooks/after-run
    chmod o+w event/hooks
    expect 0 tp run --quiet
    says "others can write to '$PWD/event/hooks': 'chmod go-w"
    chmod 755 event/hooks
    mkdir others
    mv event/hooks/after-run others/
    ln -s "$PWD/others/after-run" event/hooks/after-run
    chmod o+w others
    expect 0 tp run --quiet
    says "others can write to '$PWD/others'"
    same "got.*" "$(got)"
    chmod 755 others
    expect 0 tp run --quiet
    same "got.after-run.1" "$(got)"
    [ "$(id -u)" = 0 ] || return 0
    chown 1 others/after-run
    expect 0 tp run --quiet
    says "belongs to another user"
    same "got.after-run.1" "$(got)"
}

@test "settings: off, a limit, wrong ones" {
    all_hooks
    settings 'renditions: [cheap]' 'hooks: off'
    expect 0 tp run --quiet
    same "got.*" "$(got)"
    json .hooks '[]' tp status --json
    settings 'renditions: [cheap]' 'hooks: {seconds: 0}'
    expect 1 tp status
    says "'seconds' should be"
    settings 'renditions: [cheap]' 'hooks: after-run'
    expect 1 tp status
    says "'hooks' should be on, off, or a block as in 'hooks: {seconds: 60}'"
}

@test "a dry run calls nothing; an import that changes nothing neither" {
    all_hooks
    sed "s/First Steps/Other/" "$PAGE" >page.txt
    expect 0 tp import --dry-run page.txt
    expect 0 tp import "$PAGE"
    same "got.*" "$(got)"
}

@test "a command that is killed while a hook runs: the hook is watched all the same" {
    settings 'renditions: [cheap]' 'hooks: {seconds: 2}'
    hook after-run <<'END'
#!/bin/sh
echo $$ >pid
exec sleep 300
END
    "$TALKPRESS" -C event run --quiet >/dev/null 2>&1 3>&- &
    command=$!
    for _ in {1..1000}; do
        [ -s event/pid ] && break
        sleep 0.02
    done
    kill -9 "$command"
    wait "$command" || true
    # The lock is free: the hook does not hold it.
    expect 0 tp publish
    for _ in {1..1000}; do
        [ -e event/work/hooks/after-run.json ] && break
        sleep 0.02
    done
    same timeout "$(state_of after-run)"
    expect 1 kill -0 "$(cat event/pid)"
}

# example NAME HOOK LINE...: an example as that hook, with these lines in hooks.conf.
example()
{
    cp "$BATS_TEST_DIRNAME"/../../examples/hooks/* "$EVENT/hooks/"
    chmod -R go-w "$EVENT/hooks"
    ln -s "$1" "$EVENT/hooks/$2"
    printf '%s\n' "${@:3}" >>"$EVENT/hooks/hooks.conf"
}

# stand_in NAME: a program that keeps its arguments and input, as NAME.1, .2 … in $PWD, and the file
# that --config names.
stand_in()
{
    mkdir -p bin
    cat >"bin/$1" <<END
#!/bin/bash
n=1
while [ -e "$PWD/$1.\$n" ]; do n=\$((n + 1)); done
printf '%s\n' "\$@" >"$PWD/$1.\$n"
cat >"$PWD/$1.\$n.input"
while [ \$# -gt 0 ]; do
    [ "\$1" = --config ] && cat "\$2" >"$PWD/$1.\$n.config"
    shift
done
exit 0
END
    chmod 755 "bin/$1"
    PATH=$PWD/bin:$PATH
}

@test "the example 'mail': what needs a person, and failures" {
    stand_in sendmail
    example mail needs-person 'MAIL_TO=somebody@example.org'
    ln -s mail event/hooks/failed
    sed "s/0:04/0:30/; s/Third Time/Dritte Möglichkeit/" "$PAGE" >page.txt
    expect 0 tp import page.txt
    same ok "$(state_of needs-person)"
    same "$(printf '%s\n' -i -t -f talkpress@example.org)" "$(cat sendmail.1)"
    grep -qx 'To: somebody@example.org' sendmail.1.input
    same "Tiny Conference 2021: 1 part needs a person" \
        "$(grep -o '=?UTF-8?B?[^?]*' sendmail.1.input | sed 's/=?UTF-8?B?//' | base64 -d)"
    grep -qx '3 Dritte Möglichkeit Lucky (Radia Lamport) \[new\]' sendmail.1.input
    grep -q '^  Choose its recording.*: talkpress why 3, or talkpress review$' sendmail.1.input
    expect 1 tp import no-such-file
    grep -qx "cannot open 'no-such-file': No such file or directory" sendmail.2.input
}

@test "the example 'chat': Slack, Mattermost, Matrix" {
    stand_in curl
    example chat after-publish 'CHAT_FORM=slack'
    change_title 'A <!channel> \& @all'
    expect 0 tp run --quiet
    same ok "$(state_of after-publish)"
    json .text '"Tiny Conference 2021: 1 part published\n\n1 A &lt;!channel&gt; &amp; @all (Ada Byron) [changed]\n  01-a-channel-and-all.mp4"' \
        cat curl.1.input
    same https://hooks.example.org/services/XXXX "$(tail -n 1 curl.1)"
    echo CHAT_FORM=mattermost >>event/hooks/hooks.conf
    change_title 'B <!channel> @all'
    expect 0 tp run --quiet
    json .text '"Tiny Conference 2021: 1 part published\n\n1 B < !channel> @ all (Ada Byron) [changed]\n  01-b-channel-all.mp4"' \
        cat curl.2.input
    printf '%s\n' CHAT_FORM=matrix CHAT_URL=https://matrix.example.org MATRIX_TOKEN=secret \
        >>event/hooks/hooks.conf
    change_title 'C'
    expect 0 tp run --quiet
    json '[.msgtype, (.body | split("\n")[2])]' '["m.notice","1 C (Ada Byron) [changed]"]' \
        cat curl.3.input
    expect 1 grep -q secret curl.3
    same 'header = "Authorization: Bearer secret"' "$(cat curl.3.config)"
    tail -n 1 curl.3 | grep -qx 'https://matrix.example.org/_matrix/client/v3/rooms/\(!\|%21\)room%3Aexample.org/send/m.room.message/talkpress-[0-9a-f]\{32\}'
}

@test "the example 'pretalx-links': each link once" {
    stand_in curl
    example pretalx-links after-publish PRETALX_TOKEN=secret
    SITE='{base_url: "https://videos.example/"}' settings 'renditions: [cheap]'
    change_title
    expect 0 tp run --quiet
    same ok "$(state_of after-publish)"
    same https://pretalx.example.org/api/events/my-event/submissions/1/resources/ "$(tail -n 1 curl.1)"
    json '[.link, .is_public, (.description | length > 0)]' \
        '["https://videos.example/01-other-steps.mp4",true,true]' cat curl.1.input
    same https://videos.example/01-other-steps.mp4 "$(cat event/work/hooks/pretalx-links.added)"
    grep -qx 'talk 1: no longer there: 01-first-steps.mp4' event/work/hooks/after-publish.log
    rm event/work/hooks/after-publish.told
    rm event/out/talks.json
    expect 0 tp publish
    expect 1 grep -lx '.*/submissions/1/resources/' curl.[2-9]
}

@test "one call of a hook at a time" {
    hook after-import <<'END'
#!/bin/sh
echo begin >>calls
sleep 0.5
echo end >>calls
END
    for title in One Two Three; do
        sed "s/First Steps/$title/" "$PAGE" >page.txt
        "$TALKPRESS" -C event import page.txt >/dev/null 3>&- &
        until tp list --json | grep -q "$title"; do sleep 0.05; done
    done
    wait
    same "begin end begin end begin end" "$(tr '\n' ' ' <event/calls | sed 's/ $//')"
}

@test "a run that is stopped: after-run says so" {
    load background
    all_hooks
    slow_event
    cheap_rendition event other .mkv 160 slower
    settings 'renditions: [cheap]' 'workers: 1' 'comment: other'
    rm -rf event/work/??
    begin_run
    stop_worker cell >/dev/null
    kill -INT "$COORDINATOR"
    wait "$COORDINATOR" || true
    json .outcome '"stopped"' cat event/got.after-run.1
}

@test "after-publish is called after sending, and says whether all was sent" {
    all_hooks
    rm event/hooks/after-run
    settings 'renditions: [cheap]' "publish: {to: [\"$PWD/server/\"]}"
    change_title
    tp run --quiet --no-publish >/dev/null
    expect 0 tp publish --send
    fits event/got.after-publish.1
    json .sent true cat event/got.after-publish.1
    settings 'renditions: [cheap]' "publish: {to: [\"$PWD/no/such/server/\"], tries: 1}"
    change_title 'Third Steps'
    tp run --quiet --no-publish >/dev/null
    run tp publish --send
    json .sent false cat event/got.after-publish.2
}
