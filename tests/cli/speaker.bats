# review --export and --import: what a speaker gets, and what becomes of the answers.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps </script><b> (Ada Byron) (0:20)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:09)" "3: Third Time (Radia Lamport) (0:05)"
    rehearse "$PAGE" "$REC" --talk 1 --talk 2
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    for part in 1 2/1; do
        tp review --export "$part" -o "$BATS_FILE_TMPDIR/${part/\//-}.html" >/dev/null 2>&1
    done
}

setup()
{
    load helper
    copy_event
}

# What the page of a part knows, as JSON; one of its blocks.
known()
{
    block review "$1"
}

block()
{
    python3 - "$1" "$BATS_FILE_TMPDIR/${2/\//-}.html" <<'END'
import re, sys
print(re.search(f'id="{sys.argv[1]}">(.*?)</script>', open(sys.argv[2]).read(), re.S)[1])
END
}

# answer PART ANSWERS [CHANGE]: writes answers.json as the page does; CHANGE: a jq filter.
answer()
{
    known "$1" | jq -c --argjson answers "$2" \
        '{format: "talkpress review 1"} + .ticket + {answers: $answers}' | jq -c "${3:-.}" >answers.json
}

cut_is()
{
    json '.[0] | [.in_frame, .out_frame, (.drops | map([.begin_frame, .end_frame])), .by]' "$2" \
        tp cut --json "$1"
}

decisions()
{
    sqlite3 "$EVENT/talkpress.db" "SELECT through, kind, talk, part FROM decision ORDER BY id"
}

@test "one file for a part, with its film and nothing from elsewhere" {
    page=$BATS_FILE_TMPDIR/1.html
    expect 1 grep -Eo '(src|href)="[^"]*"' "$page"
    expect 0 grep -c "default-src 'none'" "$page"
    same '["First Steps </script><b>","Ada Byron",[5,1],[0,100],[]]' \
        "$(known 1 | jq -c '[.title, .speakers, .fps, .cut, .drops]')"
    block film 1 | base64 -d >film.mp4
    same 100 "$(nb_frames film.mp4)"
    same "$(seq 0 99)" "$(frame_numbers film.mp4 0 1000)"
    same "h264,0.000000 aac,0.000000" \
        "$(ffprobe -v error -show_entries stream=codec_name,start_time -of csv=p=0 film.mp4 | xargs)"
    same 802 "$(block peaks 1 | base64 -d | wc -c)"
}

@test "the film begins two minutes before the cut or earlier, and picture and sound begin together" {
    page long.txt "1: Long Steps (Ada Byron) (3:10)"
    rehearse long.txt long
    # 9.99 pictures a second: a piece of the sound never begins with one of the picture.
    ffmpeg -v error -i long/01-long-steps.mp4 -r 10000/1001 -c:v libx264 -preset ultrafast -c:a copy \
        -map_metadata -1 01-long-steps.mp4
    EVENT=$PWD/other
    new_event other
    tp import --replace long.txt >/dev/null
    tp add 01-long-steps.mp4 >/dev/null
    tp cut 1 --in 2:50 --out 3:05 >/dev/null
    expect 0 tp review --export 1 -o "$BATS_FILE_TMPDIR/long.html"
    known long | jq -c '[.film.begin, .film.end, .film.from_ms, .cut]' >film.json
    same '[480,1898,48048,[1698,1848]]' "$(cat film.json)"
    block film long | base64 -d >film.mp4
    same 1418 "$(nb_frames film.mp4)"
    # The same second of both, each as its mean level and as it is heard.
    level() { ffmpeg -v error -ss "$2" -t 0.5 -i "$1" -map a -ac 1 -ar 8000 -f s16le - | od -An -v -td2 -w2 | awk '{s += $1 * $1} END {print int(sqrt(s / NR) / 50 + 0.5)}'; }
    for second in 10 40.3 130; do
        there=$(level 01-long-steps.mp4 "$(awk "BEGIN {print 48.048 + $second}")")
        here=$(level film.mp4 "$second")
        [ $((here - there)) -le 2 ]
        [ $((there - here)) -le 2 ]
    done
    same "h264,0.000000 aac,0.000000" \
        "$(ffprobe -v error -show_entries stream=codec_name,start_time -of csv=p=0 film.mp4 | xargs)"
}

@test "a second export makes nothing again, and its answers are as good" {
    find "$EVENT/work" -name '*.mp4' | sort >before
    expect 0 tp review --export 1
    says "review-1.html: " "review --import"
    find "$EVENT/work" -name '*.mp4' | sort >after
    cmp before after
    [ -s review-1.html ]
}

@test "parts that cannot be shown: no recording, several parts, none such" {
    expect 1 tp review --export 3
    says "talk 3 has nothing to be reviewed yet"
    expect 2 tp review --export 2
    says "talk 2 has 2 parts: name one of them: 2/1"
    expect 1 tp review --export 9
    expect 2 tp review --export 1 --port 8080
    expect 2 tp review --export 1 --import x
    expect 2 tp review --take in
    expect 2 tp review --import x --take sound
    says "'sound' cannot be taken"
    [ ! -e review-3.html ]
}

@test "answers are shown, and taken one by one or all" {
    answer 1 '{"in": 10, "out": 80, "breaks": [[30, 40]], "title": "First Stairs", "speakers": "Ada Lovelace",
        "remarks": [{"text": "The sound is distorted", "at_ms": 12000}, {"text": "hum"}],
        "comment": "fine\nso far", "by": "Ada", "accept": true}'
    expect 3 tp review --import answers.json
    says "by Ada" "in 0:00.000 0:02.000" "out 0:20.000 0:16.000" "breaks none 0:06.000 to 0:08.000" \
        "accept ok it may be published" "First Stairs" "Ada Lovelace" "at 0:12.000 The sound is distorted" \
        "fine so far" "--take all"
    cut_is 1 '[0,100,[],"talkpress"]'
    same "" "$(decisions)"
    expect 0 tp review --import answers.json --take in,breaks
    says "taken: in, breaks"
    cut_is 1 '[10,100,[[30,40]],"hand"]'
    expect 3 tp review --import answers.json
    says "out 0:20.000 0:16.000" "its cut was changed since the review was exported" "the speaker saw 0:00.000 to 0:20.000"
    says_not "0:06.000 to 0:08.000"
    expect 0 tp review --import answers.json --take all
    says "taken: out, accept" "1: accepted"
    cut_is 1 '[10,80,[[30,40]],"hand"]'
    json '.[0].accepted_because' '"accepted by the speaker Ada Byron: fine so far"' tp verify --json 1
    same "speaker (Ada Byron)" "$(decisions | cut -d'|' -f1 | sort -u)"
    expect 0 tp review --import answers.json
    says_not "--take all"
}

@test "what the speaker does not want cannot be taken" {
    answer 1 '{"accept": false}'
    expect 0 tp review --import answers.json
    says "nothing is to be changed"
    answer 1 '{"accept": true}'
    expect 0 tp review --import answers.json --take out --take accept
    says "accept ok it may be published" "out: nothing to take" "accept: nothing to take"
    same "" "$(decisions)"
}

@test "a wish that cannot be is refused, and nothing is taken" {
    answer 1 '{"in": 10, "out": 5000}'
    expect 1 tp review --import answers.json --take all
    says "the cut is outside its recording"
    answer 1 '{"in": 60, "breaks": [[10, 20]]}'
    expect 1 tp review --import answers.json --take all
    says "is not in its cut"
    cut_is 1 '[0,100,[],"talkpress"]'
    same "" "$(decisions)"
}

@test "on a terminal it asks line by line" {
    answer 1 '{"in": 10, "out": 80, "accept": true}'
    terminal() { printf "$1" | script -qec "stty -echo cols 80; $TALKPRESS -C $EVENT review --import answers.json" /dev/null; }
    output=$(terminal 'n\ny\nq\n')
    says "Take 'in': 0:02.000? [y/N/all/quit]" "Take 'out': 0:16.000?" "taken: out"
    cut_is 1 '[0,80,[],"hand"]'
    output=$(terminal 'all\n')
    says "taken: in, accept"
    cut_is 1 '[10,80,[],"hand"]'
}

@test "a mail with text around the answers, quoted and wrapped" {
    answer 1 '{"in": 10}'
    {
        printf 'On Monday you wrote:\n> - It begins later\n> -----BEGIN TALKPRESS REVIEW-----\n'
        base64 -w 40 answers.json | sed 's/^/> /'
        printf '> -----END TALKPRESS REVIEW-----\n>\n> Ada\n'
    } >mail.txt
    expect 3 tp review --import mail.txt
    says "in 0:00.000 0:02.000"
    { echo "Hello,"; cat answers.json; echo "Bye"; } >mail.txt
    expect 3 tp review --import mail.txt
    says "in 0:00.000 0:02.000"
    sed -n '1,/BEGIN/p' mail.txt >none.txt
    printf -- '-----BEGIN TALKPRESS REVIEW-----\nabc\n' >none.txt
    expect 1 tp review --import none.txt
    says "its end is missing"
}

@test "answers decide nothing but what was signed: talk, part, recording, event" {
    for change in '.talk = 2' '.part = 2' '.recording = ("0" * 32)' '.cut = [0, 99]' '.drops = [[1, 2]]' \
        '.issued = "2020-01-01T00:00:00Z"' '.version = ("a" * 32)' '.signature = ("0" * 64)'; do
        answer 1 '{"in": 10}' "$change"
        expect 1 tp review --import answers.json --take all
        says "its signature is not from this event"
    done
    # What is in the answers beside is not looked at.
    answer 1 '{"in": 10, "talk": 2, "recording": "x", "signature": "y"}'
    expect 0 tp review --import answers.json --take all
    cut_is 1 '[10,100,[],"hand"]'
    cut_is 2/1 '[0,30,[],"talkpress"]'
    # The same programme in another event.
    answer 1 '{"in": 20}'
    EVENT=$PWD/other
    new_event other
    tp add "$REC" >/dev/null
    expect 1 tp review --import answers.json --take all
    says "answers are for another event"
    sqlite3 other/talkpress.db "UPDATE event SET uuid = '$(jq -r .event answers.json)'"
    expect 1 tp review --import answers.json --take all
    says "its signature is not from this event"
}

@test "after an exchange of recordings nothing is taken from the answers" {
    answer 2/1 '{"out": 20, "accept": true}'
    tp match 2=01-first-steps-script-b.mp4 >/dev/null
    expect 3 tp review --import answers.json
    says "nothing of it can be taken: talk 2/1 has another recording now"
    expect 1 tp review --import answers.json --take all
    same "match" "$(decisions | cut -d'|' -f2 | sort -u)"
}

@test "hostile answers: sizes, kinds, nesting, control characters" {
    answer 1 '{"in": 10}'
    cp answers.json good.json
    while IFS='#' read -r filter message; do
        jq -c "$filter" good.json >bad.json
        expect 1 tp review --import bad.json --take all
        says "'bad.json'" "$message"
    done <<'END'
.format = "talkpress review 2"#its format is 'talkpress review 2'
.answers.in = -1#
.answers.in = 1e300#
.answers.in = "10"#
.answers.breaks = [[1, 2, 3]]#is no pair of frames
.answers.breaks = [range(200) | [., . + 1]]#more than 100 ranges
.answers.remarks = [range(300) | {text: "x"}]#more than 200 remarks
.answers.remarks = [{text: 5}]#
.answers.comment = ("x" * 20000)#'comment'
.answers = []#
.recording = "../../etc/passwd"#'recording'
.event = "\u001b[2J"#'event'
.signature = "é"#'signature'
del(.signature)#signature
END
    printf '{"format": "\xff"}' >bad.json
    expect 1 tp review --import bad.json
    python3 -c 'print("{\"a\":" + "[" * 100000 + "]" * 100000 + "}")' >bad.json
    expect 1 tp review --import bad.json
    python3 -c 'print("{\"format\":\"talkpress review 1\",\"a\":[" + "[]," * 200000 + "0]}")' >bad.json
    expect 1 tp review --import bad.json
    truncate -s 64M bad.json
    expect 1 tp review --import bad.json
    says "is larger than"
    : >bad.json
    expect 1 tp review --import bad.json
    says "there are no answers in it"
    mkfifo pipe
    expect 1 timeout 10 "$TALKPRESS" -C "$EVENT" review --import pipe
    sed 's/"in":10/"comment":"a\\u0000b"/' good.json >bad.json
    expect 1 tp review --import bad.json
    jq -c '.answers = {comment: "a\u001b[2Jb\u202ec", by: "\u001b]0;x\u0007Eve", title: "T\r\nU", accept: true}' good.json >odd.json
    expect 0 tp review --import odd.json --take all
    says "a[2Jbc" "T U"
    expect 1 grep -P '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' <<<"$output"
    same "" "$(decisions)"
}
