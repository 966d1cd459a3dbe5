# Files that are damaged, cut short, empty, encrypted or made by a fuzzer (../shared/media/bad beside
# the source folder): none may crash or hang talkpress, none may reach out/, each is spoken of once,
# and a good talk beside them is published.

BAD=${BATS_TEST_DIRNAME}/../../../shared/media/bad
LIMIT=60 # seconds a command may take

bats_require_minimum_version 1.5.0

setup_file() {
    [ -d "$BAD" ] || return 0
    export GOOD=$BATS_FILE_TMPDIR/good
    printf '<h1>Bad Media 2026</h1>\n<ul>\n<li>Talk 1: A Good Talk (Somebody) (0:04)</li>\n</ul>\n' \
        >"$BATS_FILE_TMPDIR/good.html"
    "$TALKPRESS" rehearse "$BATS_FILE_TMPDIR/good.html" -o "$GOOD" --height 180 --fps 5 --tones \
        --no-estimate
}

setup() {
    [ -d "$BAD" ] || skip "there is no ../shared/media/bad"
    files=()
    while IFS= read -r f; do files+=("$f"); done \
        < <(find "$BAD" -type f ! -name '*.md' | LC_ALL=C sort)
    good=$(find "$GOOD" -type f)
    # A slow machine with sanitizers should not stop for what libav leaves reachable.
    export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
}

# event DIR FILE...: talk 1 is the good one, talk n + 1 is FILE n; its listed time fits none of them.
event() {
    local dir=$1 n=1 f
    shift
    mkdir -p "$dir"
    {
        echo '<h1>Bad Media 2026</h1><ul><li>Talk 1: A Good Talk (Somebody) (0:04)</li>'
        for f in "$@"; do
            n=$((n + 1))
            echo "<li>Talk $n: Wreck $n (Nobody) (45:00)</li>"
        done
        echo '</ul>'
    } >"$dir/listing.html"
    "$TALKPRESS" init "$dir/event" >/dev/null
    mkdir "$dir/event/renditions"
    cat >"$dir/event/renditions/tiny.yaml" <<END
container: mp4
suffix: .mp4
mime: "video/mp4"
video: {encoder: libx264, max_width: 320, max_height: 180, key_frame_s: 4,
        options: {preset: ultrafast, crf: 30, x264-params: "stitchable=1"}}
audio: {encoder: aac, bit_rate: 64000}
END
    printf 'renditions: [tiny]\ncard: {seconds: 1}\nstall_s: 30\n' >"$dir/event/talkpress.yaml"
    "$TALKPRESS" -C "$dir/event" import "$dir/listing.html" >/dev/null
}

# step DIR NAME COMMAND...: runs it, keeps what it said; fails on a signal, a hang, a sanitizer's
# report, or an exit status that is not one of talkpress's.
step() {
    local dir=$1 name=$2 status=0
    shift 2
    timeout -k 5 "$LIMIT" "$TALKPRESS" -C "$dir/event" "$@" >"$dir/$name.txt" 2>&1 || status=$?
    if ! [[ " 0 1 3 " == *" $status "* ]] ||
        grep -qE 'AddressSanitizer|runtime error:|LeakSanitizer|crashed|made no progress' \
            "$dir/$name.txt"; then
        echo "$name: status $status"
        tail -n 30 "$dir/$name.txt"
        return 1
    fi
}

# whole DIR FILE...: add, match, run; then looks at what is left.
whole() {
    local dir=$1 n=1 f lines
    event "$@"
    shift
    step "$dir" add add "$good" "$@" || return 1
    step "$dir" match1 match "1=$good" || return 1
    for f in "$@"; do
        n=$((n + 1))
        # A copy of another file is left out by add, which says so.
        if ! grep -qF "'$(realpath "$f")' has the content of" "$dir/add.txt"; then
            step "$dir" match match "$n=$f" || return 1
        fi
    done
    step "$dir" run run || return 1
    # Only the good talk is out, and it plays.
    [ "$(find "$dir/event/out" -name '*.mp4' -printf '%f\n')" = 1-a-good-talk.mp4 ] ||
        [ "$(find "$dir/event/out" -name '*.mp4' -printf '%f\n')" = 01-a-good-talk.mp4 ] ||
        { find "$dir/event/out"; return 1; }
    [ -z "$(ffmpeg -v error -xerror -i "$dir"/event/out/*.mp4 -f null - 2>&1)" ] || return 1
    [ -z "$(find "$dir/event/work/tmp" -mindepth 1)" ] || { find "$dir/event/work/tmp"; return 1; }
    for f in "$@"; do
        # A long message goes on in lines that are indented.
        lines=$(sed ':next; N; $!b next; s/\n  */ /g' "$dir/run.txt" |
            grep -cF -- "$(basename "$f")") || true
        grep -qF "'$(realpath "$f")' has the content of" "$dir/add.txt" && lines=$((lines + 1))
        if [ "$lines" != 1 ]; then
            echo "$(basename "$f"): $lines lines name it"
            grep -F -- "$(basename "$f")" "$dir"/*.txt || true
            return 1
        fi
    done
}

@test "each bad file alone beside a good talk" {
    local f n=0 faults=""
    for f in "${files[@]}"; do
        n=$((n + 1))
        whole "$BATS_TEST_TMPDIR/$n" "$f" >"$BATS_TEST_TMPDIR/said.txt" 2>&1 ||
            faults+="$(basename "$f"): $(cat "$BATS_TEST_TMPDIR/said.txt")"$'\n'
        rm -rf "${BATS_TEST_TMPDIR:?}/$n"
    done
    echo "$faults"
    [ -z "$faults" ]
    [ "$n" -gt 0 ]
}

@test "every refusal names the file and a way out" {
    local dir=$BATS_TEST_TMPDIR/said
    event "$dir" "${files[@]}"
    step "$dir" add add --json "${files[@]}"
    sed -n '/^\[/,$p' "$dir/add.txt" | jq -r '.[] | .files[0] as $f | .probe.error // empty
        | select((contains($f) | not) or (test(": (copy|convert|is it) |, or repair it|a repair tool may") | not))' \
        >"$dir/silent.txt"
    cat "$dir/silent.txt"
    [ ! -s "$dir/silent.txt" ]
    [ "$(grep -c '"error"' "$dir/add.txt")" -gt 20 ]
}

@test "all bad files together beside a good talk" {
    whole "$BATS_TEST_TMPDIR/all" "${files[@]}"
}

# A person may accept what can be read in part: then it is published and plays, or it is refused.
@test "accepted by a person, a bad file is published sound or refused" {
    local dir=$BATS_TEST_TMPDIR/accepted n=1 f out faults=""
    event "$dir" "${files[@]}"
    step "$dir" add add "$good" "${files[@]}"
    for f in "$good" "${files[@]}"; do
        step "$dir" match match "$n=$f" || true # a copy is not registered
        n=$((n + 1))
    done
    "$TALKPRESS" -C "$dir/event" verify --json 2>/dev/null >"$dir/verify.json" || [ $? = 3 ]
    for n in $(jq -r '.[] | select(.verdict != "ok" and .measured_s != null) | .talk' \
        "$dir/verify.json"); do
        step "$dir" accept verify --accept "$n" --because test
    done
    step "$dir" run run
    for out in "$dir"/event/out/*.mp4; do
        [ -z "$(ffmpeg -v error -xerror -i "$out" -f null - 2>&1)" ] ||
            faults+="$(basename "$out") does not decode"$'\n'
    done
    faults+=$(grep FAILED "$dir/run.txt") || true
    cat "$dir/run.txt"
    echo "$faults"
    [ -z "$faults" ]
}
