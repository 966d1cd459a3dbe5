# Commands, options, help and exit statuses.
bats_require_minimum_version 1.5.0

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
}

@test "without a command: the overview on stderr, status 2" {
    run --separate-stderr "$TALKPRESS"
    same 2 "$status"
    same "" "$output"
    [[ $stderr == "usage: talkpress"* ]]
    [[ $stderr == *"75 try again"* ]]
}

@test "--help and --version: on stdout, status 0" {
    run --separate-stderr "$TALKPRESS" --help
    same 0 "$status"
    same "" "$stderr"
    says "usage: talkpress" "rehearse PROGRAMME"
    expect 0 "$TALKPRESS" --version
    [[ $output =~ ^talkpress\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "the overview and the manual have the commands of --list-commands" {
    local commands in_overview in_manual
    commands=$(commands | sort)
    [[ -n $commands && $commands != *worker* ]]
    in_overview=$("$TALKPRESS" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort)
    in_manual=$(sed -n '/^.Sh COMMANDS/,/^.Sh SETTINGS/s/^\.It \(Xo \)\{0,1\}Cm \([a-z]*\) .*/\2/p' \
        "$BATS_TEST_DIRNAME/../../docs/talkpress.1" | sort -u)
    same "$commands" "$in_overview"
    same "$commands" "$in_manual"
}

@test "an unknown command or option: status 2, and its name in the message" {
    expect 2 "$TALKPRESS" frobnicate
    says "there is no command 'frobnicate'" "usage: talkpress"
    expect 2 "$TALKPRESS" --frobnicate list
    says "there is no option '--frobnicate'"
    expect 2 "$TALKPRESS" -C
    says "-C needs a folder"
}

@test "every command: --help names it, an unknown option is refused" {
    local verb
    for verb in $(commands); do
        expect 0 "$TALKPRESS" "$verb" --help
        [[ $output == "usage: talkpress $verb"* ]]
        expect 2 "$TALKPRESS" "$verb" --frobnicate
        says "talkpress: '$verb' has no option '--frobnicate'" "usage: talkpress $verb"
    done
}

@test "an option with two values is refused: one of them would be lost" {
    "$TALKPRESS" init event
    expect 2 "$TALKPRESS" -C event verify --accept 3 --accept 5 --because "not filmed"
    says "'--accept' of 'verify' was given twice: '3' and '5'" "usage: talkpress verify"
    expect 2 "$TALKPRESS" -C event report -o a.html --output=b.html
    says "'--output' of 'report' was given twice: 'a.html' and 'b.html'"
    expect 0 "$TALKPRESS" -C event list --json --json
}

@test "operands that are missing, or too many: status 2 and the synopsis" {
    "$TALKPRESS" init event
    for words in add remove card why rehearse "init a b" "list x" "publish x" "gc x" \
        "status 1 2" "cut 1 2" "import a b"; do
        expect 2 "$TALKPRESS" -C event $words
        says "usage: talkpress ${words%% *}"
    done
    says_not "worker"
}

@test "an option without its value: status 2" {
    expect 2 "$TALKPRESS" cut 1 --in
    says "'--in' of 'cut' needs a value" "usage: talkpress cut"
    expect 2 "$TALKPRESS" card 1 -o
    says "'-o' of 'card' needs a value"
}

@test "what cannot be read as a talk, time or size: status 2; what is not there: 1" {
    page page.txt "1: First Steps (Ada Byron) (0:08)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:09)"
    "$TALKPRESS" init event
    "$TALKPRESS" -C event import page.txt
    for words in "status x" "why 0" "why 1/" "run 3-1" "run 1-" "verify 1x" "cut x --in 0:01" \
        "card 1 -o a.png --size 640" \
        "match 1" "match x=none" "verify --accept 1" "verify --because so"; do
        expect 2 "$TALKPRESS" -C event $words
        says "talkpress: "
    done
    for words in "status 7" "why 1/2" "run 7" "run 1/2" "run 2/3" "verify 5-7" "cut 7" \
        "card 7 -o a.png" "match 7=none" "match 1=nowhere.mp4" "remove nowhere.mp4" \
        "import nowhere.html" "import ."; do
        expect 1 "$TALKPRESS" -C event $words
        says "talkpress: "
    done
}

@test "options of verify are refused where they cannot do anything" {
    "$TALKPRESS" init event
    expect 2 "$TALKPRESS" -C event verify --accept 1
    says "--accept needs --because" "verify --accept TALK[/PART] --because TEXT"
    expect 2 "$TALKPRESS" -C event verify --accept 1 2 --because so
    says "one talk at a time" "verify --accept TALK[/PART] --because TEXT"
    expect 2 "$TALKPRESS" -C event verify --accept 1 --because not filmed
    says "TEXT in quotation marks"
    expect 2 "$TALKPRESS" -C event verify --reject 1 2
    says "one talk at a time"
    expect 2 "$TALKPRESS" -C event cut 1 --auto --in 0:01
    says "--auto"
}

@test "outside an event's folder: what to do" {
    local verb
    for verb in $(commands); do
        case $verb in
        init | rehearse) continue ;; # need none
        watch | add | remove | captions | chapter | cut | language | poster | sound | why) verb+=" 1" ;;
        card) verb+=" 1 -o x" ;;
        export) verb+=" schedule.xml" ;;
        esac
        expect 1 "$TALKPRESS" $verb
        says "talkpress init" "-C DIR"
    done
    same "" "$(ls)"
    expect 1 "$TALKPRESS" -C nowhere list
    says "'nowhere'"
}

@test "init: makes the folder and says what is next; a second one changes nothing" {
    expect 0 "$TALKPRESS" init some/where
    says "talkpress -C 'some/where' import PROGRAMME"
    [ -d some/where/work ]
    [ -d some/where/out ]
    echo "# mine" >>some/where/talkpress.yaml
    before=$(md5sum some/where/talkpress.*)
    expect 1 "$TALKPRESS" init some/where
    says "'some/where' is already an event folder"
    same "$before" "$(md5sum some/where/talkpress.*)"
}

@test "init where a file stands, or nothing can be made: a message with the name" {
    touch file
    expect 1 "$TALKPRESS" init file
    says "'file"
    expect 1 "$TALKPRESS" init /proc/nowhere
    says "'/proc/nowhere'"
}

@test "settings that are wrong: the file, the setting and what it should be" {
    "$TALKPRESS" init event
    "$TALKPRESS" -C event list
    while IFS='|' read -r line message; do
        printf '%b\n' "$line" >event/talkpress.yaml
        expect 1 "$TALKPRESS" -C event list
        says "$message"
        says "talkpress.yaml"
    done <<'END'
renditions: [mp4-720]\nworkres: 3|unknown setting 'workres'
renditions: [mp4-720]\nworkers: 0|'workers' should be a number from 1
renditions: [mp4-720]\nworkers: many|, not "many"
renditions: [mp4-720]\ncard: {colour: red}|unknown setting 'colour'
renditions: [mp4-720]\ncard: 5|'card' should be
renditions: mp4-720|'renditions' should be a list of names
renditions: [nowhere]|nowhere
renditions: [../../etc/passwd]|'renditions' should be a list of names
renditions: [mp4-720, mp4-720]|would be published under the same name
renditions: [mp4-720|line
- a list|should be lines of 'name: value'
language: eng|'renditions' should be a list of names
renditions: [mp4-720]\nlanguage: [eng]|'language' should be
renditions: [mp4-720]\nexecutor: sge|'executor' is not known
renditions: [mp4-720]\nexecutor: {slurm: {partion: x}}|unknown setting 'partion'
renditions: [mp4-720]\n\nwork: 3|talkpress.yaml', line 3: unknown setting 'work'
renditions: [mp4-720]\nexecutor:\n  slurm:\n    time: 90\n    task: 3|talkpress.yaml', line 5: unknown setting 'task' in 'executor: slurm'; did you mean 'tasks'?
renditions: [mp4-720]\ncard:\n  colour: red|talkpress.yaml', line 3: unknown setting 'colour' in 'card'; expected one of 'seconds', 'fade_ms',
renditions: [mp4-720]\ncaptions: {tkae: []}|line 2: unknown setting 'tkae' in 'captions'; did you mean 'take'?
renditions: [mp4-720]\nevent: {nam: x}|line 2: unknown setting 'nam' in 'event'; did you mean 'name'?
renditions: [mp4-720]\nhooks: {wait: 3}|line 2: unknown setting 'wait' in 'hooks'; expected 'seconds'
renditions: [mp4-720]\nsite: {base-url: x}|unknown setting 'base-url' in 'site'; did you mean 'base_url'?
renditions: [mp4-720]\npublish: {form: x}|unknown setting 'form' in 'publish'; expected one of 'to', 'after', 'tries'
END
}

@test "a store that is no store, or of a later version: refused, left alone" {
    "$TALKPRESS" init event
    sqlite3 event/talkpress.db 'PRAGMA user_version = 99'
    expect 1 "$TALKPRESS" -C event list
    says "talkpress.db" "99"
    echo "this is no database, whatever its name may say to the reader" >event/talkpress.db
    expect 1 "$TALKPRESS" -C event list
    says "talkpress.db"
    same 1 "$(grep -c 'no database' event/talkpress.db)"
}

@test "a damaged job spec: the worker says what is wrong, and writes nothing outside work/" {
    key=0123456789abcdef0123456789abcdef
    output='"key": "'$key'", "width": 64, "height": 64, "video": {"encoder": "libx264", '
    output+='"max_width": 64, "max_height": 64, "key_frame_s": 4}'
    outside=${output/$key/../../x} endless=${output/: 4/: 0}
    card='"card": {"frames": 2, "fps": [25, 1], "text": {"title": "T"}}'
    while IFS='|' read -r spec words; do
        printf '{"work": "%s/work", %s}' "$PWD" "$spec" >spec.json
        expect 1 "$TALKPRESS" worker spec.json
        says "$words"
    done <<END
"stage": "none", "key": "$key"|unknown stage
"stage": "probe", "key": "../../../stranger"|'key' is not the key of a result
"stage": "card", "key": "$key", $card, "outputs": [{$outside}]|'key' is not the key of a result
"stage": "card", "key": "$key", $card, "outputs": [{$endless}]|'key_frame_s' is 0
"stage": "card", "key": "$key", $card, "outputs": [{$output}], "files": []|'template'
"stage": "card", "key": "$key", "card": {"frames": 2, "fps": [25, 0]}, "outputs": [{$output}], "files": {"template": "t"}|'fps' is not a valid frame rate
END
    same spec.json "$(ls | grep -v work)"
}

@test "a closed stdout ends quietly" {
    page page.txt "1: First Steps (Ada Byron) (0:08)"
    "$TALKPRESS" init event
    "$TALKPRESS" -C event import page.txt
    "$TALKPRESS" -C event list 2>err | true
    same "" "$(cat err)"
    if [ -e /dev/full ]; then
        expect 1 bash -c '"$TALKPRESS" -C event list >/dev/full'
    fi
}

@test "talkpress itself loads no codecs; without talkpress-media it says what is missing" {
    libraries=$(ldd "$TALKPRESS")
    [[ $libraries = *libsqlite3* && $libraries != *libavcodec* && $libraries != *libass* ]]
    mkdir bin
    cp "$TALKPRESS" bin/talkpress
    export TALKPRESS_DATA=$(dirname "$TALKPRESS")/../share/talkpress
    expect 0 bin/talkpress init event
    expect 1 bin/talkpress -C event card 1 -o card.png
    says "'talkpress-media' is neither in '$PWD/bin' nor in '$PWD/bin/../libexec/talkpress'" \
        "install talkpress again"
    mkdir -p libexec/talkpress
    cp "$(program talkpress-media)" libexec/talkpress
    expect 1 bin/talkpress -C event card 1 -o card.png
    says "there is no talk 1"
}

@test "talkpress-media knows no store, no programme and no format of one" {
    local media libraries
    media=$(program talkpress-media)
    libraries=$(readelf -d "$media" | sed -n 's/.*(NEEDED).*\[lib\([a-z0-9]*\).*/\1/p')
    [[ $libraries = *avcodec* && $libraries = *ass* ]]
    for library in sqlite3 xml2 ical csv; do
        same "" "$(grep -x "$library" <<<"$libraries")"
    done
    same "" "$(nm "$media" | grep -E ' [Tt] (store|event|plan|programme|import|match|cli)_')"
}

@test "talkpress-media itself, called by hand: who starts it, status 2" {
    local media
    media=$(program talkpress-media)
    for words in "" worker frobnicate "card 1"; do
        expect 2 "$media" $words
        says "talkpress --help"
    done
    expect 1 "$media" card <<<'{}'
    says "the request"
}
