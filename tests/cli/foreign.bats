# Files that are not what their names say, and folders that somebody else filled: no command waits for
# a pipe, no private file is read through a link, and each refusal says what was found.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:03)"
    rehearse "$PAGE" "$BATS_FILE_TMPDIR/stand-ins"
}

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
    mkdir rec
    cp "$BATS_FILE_TMPDIR/stand-ins"/01-* rec/01-first-steps.mp4
    printf 'WEBVTT\n\n00:00.500 --> 00:02.000\nThe secret key\n' >secret.vtt
}

# in_time STATUS ARGUMENT...: talkpress in the event's folder ends with the status, and soon.
in_time()
{
    expect "$1" timeout 20 "$TALKPRESS" -C "$EVENT" "${@:2}"
}

# all_in_time: no command hangs, whatever its status.
all_in_time()
{
    local command
    for command in "add $PWD/rec" verify run "status 1" "why 1" list match "sound 1" "cut 1" publish \
        "gc --dry-run" "export schedule.xml" "card 1 -o card.png" "import $PAGE"; do
        # shellcheck disable=SC2086
        run timeout 20 "$TALKPRESS" -C "$EVENT" $command
        [ "$status" -ne 124 ] || {
            echo "hangs: $command"
            return 1
        }
    done
}

@test "captions beside a recording: pipes, folders, and links out of the folder are not taken, and said" {
    mkfifo rec/01-first-steps.vtt rec/01-first-steps.srt
    mkdir rec/01-first-steps.de.vtt
    ln -s ../secret.vtt rec/01-first-steps.fr.vtt
    ln -s "$PWD/secret.vtt" rec/01-first-steps.es.vtt
    ln -s 01-first-steps.it.vtt rec/01-first-steps.it.vtt
    ln -s /proc/self/environ rec/01-first-steps.nl.vtt
    ln -s /dev/zero rec/01-first-steps.pl.vtt
    truncate -s 10G rec/01-first-steps.pt.vtt
    all_in_time
    in_time 0 run --quiet 1
    in_time 0 status 1
    says "captions: not taken: '01-first-steps.vtt' is a pipe; expected a file" \
        "not taken: '01-first-steps.srt' is a pipe" \
        "not taken: '01-first-steps.de.vtt' is a folder; expected a file" \
        "not taken: '01-first-steps.fr.vtt' is a link that leads out of its folder; to publish captions, put a file in its place" \
        "not taken: '01-first-steps.es.vtt' is a link that leads out of its folder" \
        "not taken: '01-first-steps.it.vtt' is a link that leads to no file in its folder" \
        "not taken: '01-first-steps.nl.vtt' is a link that leads out of its folder" \
        "not taken: '01-first-steps.pl.vtt' is a link that leads out of its folder" \
        "not taken: '01-first-steps.pt.vtt' is larger than 16777216 bytes"
    in_time 0 verify 1
    says "captions not taken: '01-first-steps.srt' is a" "is a link that"
    json '.parts[0].captions_not_taken[] | select(.file | endswith("fr.vtt")).because' \
        "\"'01-first-steps.fr.vtt' is a link that leads out of its folder\"" tp status --json 1
    same "01-first-steps.jpg 01-first-steps.mp4" "$(cd "$EVENT/out" && echo 01*)"
    # Also while the recording is not connected.
    mv rec away
    in_time 0 status 1
    says "not taken: '01-first-steps.fr.vtt' is a link"
    # Nothing of the secret is anywhere.
    same "" "$(grep -rl "secret key" "$EVENT" || true)"
}

@test "captions: a link within the folder is taken, and one that is turned later to another file is not read" {
    mkdir rec/captions
    sed 's/secret key/spoken word/' secret.vtt >rec/captions/final.vtt
    ln -s captions/final.vtt rec/01-first-steps.vtt
    in_time 0 add rec
    in_time 0 run --quiet 1
    grep -q "spoken word" "$EVENT/out/01-first-steps.vtt"
    # The spec of the job, as it was when it was planned.
    rm -r "$EVENT"/work/*/*.vtt "$EVENT/out"
    printf 'corrected\n' >>rec/captions/final.vtt
    ln -sfn "$PWD/secret.vtt" rec/01-first-steps.vtt
    in_time 0 run --quiet 1
    same "" "$(grep -rl "secret key" "$EVENT" || true)"
}

@test "add of a folder: links out of it are refused, with the way to add them; named ones are added" {
    mkdir elsewhere
    cp "$BATS_FILE_TMPDIR/stand-ins"/02-* elsewhere/02-second-thoughts.mp4
    ln -s ../elsewhere/02-second-thoughts.mp4 rec/02-second-thoughts.mp4
    ln -s 01-first-steps.mp4 rec/same.mp4
    ln -s /proc/self/mem rec/mem.mp4
    ln -s loop.mp4 rec/loop.mp4
    mkfifo rec/pipe.mp4
    in_time 1 add "$PWD/rec"
    says "2 links lead out of '$PWD/rec' and are not added: '02-second-thoughts.mp4', for instance (to add what it leads to all the same: 'talkpress add FILE')" \
        "1 added" "'$PWD/rec/pipe.mp4' is not a regular file" "cannot find '$PWD/rec/loop.mp4'"
    same "" "$(tp add --json rec 2>/dev/null | grep -o elsewhere || true)"
    in_time 0 add "$PWD/rec/02-second-thoughts.mp4"
    says "1 added"
    # Relative, through a link to the folder, and the folder of all.
    ln -s rec also
    (cd "$BATS_TEST_TMPDIR" && timeout 20 "$TALKPRESS" -C event add --separate also/01-first-steps.mp4)
    rm rec/pipe.mp4 rec/loop.mp4 rec/mem.mp4 rec/02-second-thoughts.mp4
    (cd / && timeout 20 "$TALKPRESS" -C "$EVENT" add "$BATS_TEST_TMPDIR/also")
}

@test "programmes: a pipe, a device and what is too large are refused; what a link names is read" {
    mkfifo pipe.txt
    truncate -s 10G large.txt
    ln -s "$PAGE" link.txt
    in_time 1 import "$PWD/pipe.txt"
    says "'$PWD/pipe.txt' is a pipe; expected a file: save what it gives to a file first"
    in_time 1 import /dev/zero
    says "'/dev/zero' is a device; expected a file"
    in_time 1 import "$PWD/large.txt"
    says "is larger than 67108864 bytes"
    in_time 0 import --dry-run "$PWD/link.txt"
    expect 1 timeout 20 bash -c '"$0" -C "$1" import <(cat "$2")' "$TALKPRESS" "$EVENT" "$PAGE"
    says "is a pipe; expected a file: save what it gives to a file first"
    # Standard input is what the user connected.
    expect 0 timeout 20 bash -c 'cat "$2" | "$0" -C "$1" import --dry-run /dev/stdin' "$TALKPRESS" \
        "$EVENT" "$PAGE"
    in_time 1 rehearse pipe.txt -o stand-ins
}

@test "a pyvideo folder: only files that are in it" {
    EVENT=$PWD/empty
    "$TALKPRESS" init "$EVENT" >/dev/null
    mkdir -p py/videos private
    printf '{"title": "Small Talk", "speakers": ["Ada"]}\n' >py/videos/talk.json
    printf '{"title": "The secret key"}\n' >private/talk.json
    in_time 0 import --dry-run "$PWD/py"
    ln -s ../../private/talk.json py/videos/other.json
    in_time 1 import --dry-run "$PWD/py"
    says "in the folder '$PWD/py': 'videos/other.json' is a link that leads out of its folder"
    says_not "secret"
    rm py/videos/other.json
    mkfifo py/videos/other.json
    in_time 1 import --dry-run "$PWD/py"
    says "'videos/other.json' is a pipe; expected a file"
    rm py/videos/other.json
    ln -s ../private/talk.json py/category.json
    in_time 1 import --dry-run "$PWD/py"
    says "'category.json' is a link that leads out of its folder"
    rm py/category.json
    mkfifo py/category.json
    in_time 1 import --dry-run "$PWD/py"
    says "'category.json' is a pipe"
    rm -r py/category.json py/videos
    ln -s ../private py/videos
    in_time 1 import --dry-run "$PWD/py"
    says "'videos' is a link that leads out of its folder"
}

@test "settings and what they name: a pipe is refused by every command with one message" {
    in_time 0 add "$PWD/rec"
    cp "$EVENT/talkpress.yaml" kept.yaml
    for setting in "card: {logo: pipe}" "card: {background: pipe}" "card: {template: pipe}" \
        "renditions: [pipe]"; do
        rm -f "$EVENT/pipe" "$EVENT/renditions/pipe.yaml"
        mkfifo "$EVENT/pipe" "$EVENT/renditions/pipe.yaml"
        printf 'renditions: [cheap]\n' >"$EVENT/talkpress.yaml"
        [[ $setting != renditions* ]] || : >"$EVENT/talkpress.yaml"
        printf '%s\n' "$setting" >>"$EVENT/talkpress.yaml"
        run timeout 20 "$TALKPRESS" -C "$EVENT" status 1
        [ "$status" -ne 124 ]
        run timeout 20 "$TALKPRESS" -C "$EVENT" run --quiet 1
        says "is a pipe; expected a file"
        run timeout 20 "$TALKPRESS" -C "$EVENT" card 1 -o "$PWD/card.png"
        says "is a pipe; expected a file"
    done
    printf 'renditions: [cheap]\ncard: {template: %s/pipe}\n' "$EVENT" >"$EVENT/talkpress.yaml"
    in_time 1 card 1 -o "$PWD/card.png"
    says "card template: '$EVENT/pipe' is a pipe"
    cp "$BATS_TEST_DIRNAME/../../pipeline/cards/title.ass" "$BATS_TEST_TMPDIR/title.ass"
    printf 'renditions: [cheap]\ncard: {template: %s/title.ass}\n' "$BATS_TEST_TMPDIR" >"$EVENT/talkpress.yaml"
    in_time 0 card 1 -o "$PWD/card.png"
    rm "$EVENT/talkpress.yaml"
    mkfifo "$EVENT/talkpress.yaml"
    all_in_time
    in_time 1 status
    same "talkpress: '$EVENT/talkpress.yaml' is a pipe; expected a file: save what it gives to a file first" \
        "$output"
    rm "$EVENT/talkpress.yaml"
    truncate -s 1G "$EVENT/talkpress.yaml"
    in_time 1 status
    says "is larger than 1048576 bytes"
    # Settings that several events share.
    rm "$EVENT/talkpress.yaml"
    ln -s "$PWD/kept.yaml" "$EVENT/talkpress.yaml"
    in_time 0 run --quiet 1
}

@test "the store: a pipe, a folder and prepared files beside it are refused; a link to another disk is a store" {
    mkdir disk
    mv "$EVENT/talkpress.db" disk
    mkfifo "$EVENT/talkpress.db"
    all_in_time
    in_time 1 status
    says "'$EVENT/talkpress.db' is a pipe; expected a file"
    rm "$EVENT/talkpress.db"
    mkdir "$EVENT/talkpress.db"
    in_time 1 status
    says "'$EVENT/talkpress.db' is a folder; expected a file"
    rmdir "$EVENT/talkpress.db"
    mv disk/talkpress.db "$EVENT"
    for suffix in -journal -wal -shm; do
        rm -f "$EVENT"/talkpress.db-*
        mkfifo "$EVENT/talkpress.db$suffix"
        in_time 1 status
        says "'$EVENT/talkpress.db$suffix' is not a file"
        rm "$EVENT/talkpress.db$suffix"
        echo precious >victim
        ln -s "$PWD/victim" "$EVENT/talkpress.db$suffix"
        in_time 1 import "$PAGE"
        same precious "$(cat victim)"
        rm "$EVENT/talkpress.db$suffix"
    done
    mv "$EVENT/talkpress.db" disk
    ln -s "$PWD/disk/talkpress.db" "$EVENT"
    in_time 0 add "$PWD/rec"
}

@test "work/ and out/: links that somebody prepared are replaced or refused, and nothing is written through them" {
    in_time 0 add "$PWD/rec"
    mkdir victims
    echo precious >victims/lock
    rm -f "$EVENT/work/lock"
    ln -s "$PWD/victims/lock" "$EVENT/work/lock"
    in_time 1 run --quiet 1
    says "work/lock' is a link, not a lock of talkpress: remove it"
    rm "$EVENT/work/lock"
    mkfifo "$EVENT/work/lock"
    run timeout 20 "$TALKPRESS" -C "$EVENT" run --quiet 1
    same 1 "$status"
    rm "$EVENT/work/lock"
    rm -rf "$EVENT/work/failed" "$EVENT/work/tmp"
    ln -s "$PWD/victims" "$EVENT/work/failed"
    ln -s "$PWD/victims" "$EVENT/work/tmp"
    # out/ on another disk is the user's.
    rmdir "$EVENT/out"
    mkdir disk
    ln -s "$PWD/disk" "$EVENT/out"
    in_time 0 run --quiet 1
    same lock "$(ls victims)"
    for name in 01-first-steps.mp4 talks.json SHA256SUMS; do
        cp "disk/$name" "victims/$name"
        cp "disk/$name" kept
        ln -sf "$PWD/victims/$name" "disk/$name"
        in_time 0 publish
        [ ! -L "disk/$name" ]
        cmp "disk/$name" kept
        rm "disk/$name"
        mkfifo "disk/$name"
        run timeout 20 "$TALKPRESS" -C "$EVENT" export schedule.xml --base-url https://example.org/
        [ "$status" -ne 124 ]
        in_time 0 publish
        cmp "disk/$name" kept
        cmp "victims/$name" kept
    done
    # What is not talkpress's is not replaced, also if it leads nowhere.
    cp "$BATS_FILE_TMPDIR/stand-ins"/02-* rec/02-second-thoughts.mp4
    in_time 0 add "$PWD/rec"
    ln -s "$PWD/victims/new" disk/02-second-thoughts.mp4
    in_time 1 run --quiet 2
    says "02-second-thoughts.mp4' was not written by talkpress"
    [ ! -e victims/new ]
}

# pasted COMMAND: what bash does with a line that talkpress printed.
pasted()
{
    (PATH=$(dirname "$TALKPRESS"):$PATH && timeout 20 bash -c "$1")
}

@test "commands that talkpress prints are safe to paste, whatever the names in them" {
    trap=$'it\'s "$(touch stolen)"; touch stolen #'
    mkdir "$trap"
    PAGE=$PWD/page.txt
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)" "2: Second Thoughts (Grace Murray) (0:03)"
    page "$trap/-page.txt" "7: Something Else (Alan Kay) (0:03)" "8: Another Event (Ada Byron) (0:03)"
    EVENT=$PWD/$trap/event
    expect 0 "$TALKPRESS" init "$EVENT"
    says "Next: talkpress -C '"
    run pasted "$(sed -n "s/.*Next: //; s/PROGRAMME/'${PAGE//\//\\/}'/p" <<<"$output")"
    same 0 "$status"
    cheap_rendition "$EVENT" cheap .mp4
    settings 'renditions: [cheap]'
    # Another programme, named by a path that looks like an option.
    cd "$trap"
    run "$TALKPRESS" -C event import -- "$PWD/-page.txt" </dev/null
    same 1 "$status"
    says "If this programme is right, run: talkpress import --replace '"
    run pasted "cd event; $(sed -n "s/.*run: \(.*\)\. Another event needs.*/\1/p" <<<"$output")"
    same 0 "$status"
    tp import --replace "$PAGE" >/dev/null
    # A job that fails.
    ffmpeg -v error -i "$BATS_FILE_TMPDIR/stand-ins"/01-* -c copy -map_metadata -1 "z ' \$(touch stolen).mkv"
    run tp add "z ' \$(touch stolen).mkv"
    tp match "1=z ' \$(touch stolen).mkv" >/dev/null
    sed -i 's/crf: 30/crf: 30, profile: nonsense/' event/renditions/cheap.yaml
    run tp run --quiet 1
    says "to run it again: talkpress worker '"
    run pasted "$(sed -n 's/^ *to run it again: //p' <<<"$output" | head -1)"
    same 1 "$status"
    says "nonsense"
    same "" "$(find "$BATS_TEST_TMPDIR" -name stolen)"
}

@test "names in a folder do not reach the terminal as they are" {
    cp rec/01-first-steps.mp4 $'rec/a\e]0;evil\a.mp4.part'
    ln -s "$PWD/secret.vtt" $'rec/b\e]0;evil\a.mp4'
    run tp add rec
    says "1 unfinished download" "leads out of"
    same 0 "$(grep -c $'[\e\a]' <<<"$output")"
}
