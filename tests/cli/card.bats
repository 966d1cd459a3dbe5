# card: the title picture of a part.

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    page page.txt "1: First Steps (Ada Byron) (0:08)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:09)" \
        "3: $(printf 'Very long words %.0s' {1..40}) (Ada Byron) (0:08)"
    new_event
    tp import page.txt >/dev/null
}

size_of()
{
    ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 "$1"
}

@test "a PNG of the size that is asked for, the same each time" {
    expect 0 tp card 1 -o a.png
    says "wrote the card of talk 1 to 'a.png'"
    same png,1280,720 "$(size_of a.png)"
    for size in 640x360 1920x1080 720x576 360x640; do
        expect 0 tp card 1 -o b.png --size $size
        same "png,${size/x/,}" "$(size_of b.png)"
    done
    tp card 1 -o c.png
    cmp a.png c.png
}

@test "parts have cards of their own" {
    tp card 2 -o a.png
    tp card 2/1 -o b.png
    tp card 2/2 -o c.png
    cmp a.png b.png
    run cmp -s b.png c.png
    same 1 "$status"
}

@test "the file's name can have any bytes, the event's folder too" {
    local name=$'caf\xe9 \x01%41 é.png' folder=$'event\xe9'
    mv event "$folder"
    run tp card 1 -o "$name"
    same 1 "$status"
    "$TALKPRESS" -C "$folder" card 1 -o "$name"
    same png,1280,720 "$(size_of "$name")"
    same 1 "$(ls ./*.png | wc -l)"
}

@test "no file is left where it cannot be made" {
    expect 1 tp card 1 -o nowhere/a.png
    says "nowhere/a.png"
    for size in 0x0 15x16 641x360 9000x9000; do
        expect 1 tp card 1 -o a.png --size $size
        says "a card of $size cannot be made: width and height must be even, from 16 to 8192"
    done
    for size in 640 640x 640x360x2 axb -1x2y; do
        expect 2 tp card 1 -o a.png "--size=$size"
        says "'$size' is no size: write it as 1280x720"
    done
    same "event page.txt" "$(echo *)"
}

@test "a title that does not fit: what to do, in card and in run" {
    expect 1 tp card 3 -o a.png
    says "does not fit on a card" "shorten the title, or in the template lower 'smallest'"
    [ ! -e a.png ]
    rehearse page.txt rec --talk 1 --talk 3
    tp add rec >/dev/null || true
    tp match 1=01-first-steps.mp4 "3=$(cd rec && echo 03-*)" >/dev/null
    run tp run --quiet
    same 1 "$status"
    says "FAILED talk 3: card" "shorten the title" "1 of 4 parts are complete"
    says_not "talkpress worker" "log"
    same 1 "$(ls event/out/*.mp4 | wc -l)"
}

@test "the event's own template and pictures; one that is missing is named" {
    tp card 1 -o a.png --size 320x180
    ffmpeg -v error -f lavfi -i color=red:s=64x36 -frames:v 1 event/back.png
    settings_with "background: back.png"
    tp card 1 -o b.png --size 320x180
    run cmp -s a.png b.png
    same 1 "$status"
    settings_with "background: nowhere.png"
    expect 1 tp card 1 -o c.png
    says "nowhere.png"
    settings_with "template: nowhere.ass"
    expect 1 tp card 1 -o c.png
    says "nowhere.ass"
    echo "this is no script" >event/bad.ass
    settings_with "template: bad.ass"
    expect 1 tp card 1 -o c.png
    says "bad.ass"
}

@test "a talk's own day, if the event has several" {
    local i j
    printf 'number,title,speakers,start,length\n%s\n%s\n' '1,Same,Ann,2021-05-04 10:00,0:03' \
        '2,Same,Ann,2021-05-05 10:00,0:03' >days.csv
    EVENT=$BATS_TEST_TMPDIR/days
    "$TALKPRESS" init days >/dev/null
    tp import days.csv >/dev/null
    for i in 1 2; do tp card $i -o $i.png --size 640x360; done
    run cmp -s 1.png 2.png
    same 1 "$status"
    for i in 1 2; do
        settings "renditions: [mp4-360]" "event: {dates: 2021-05-0$((i + 3))}"
        for j in 1 2; do
            tp card $j -o one.png --size 640x360
            cmp $i.png one.png
        done
    done
}

@test "no card fails for an emoji" {
    local cases=$BATS_TEST_DIRNAME/../../../shared/cases/15-emoji-message/titles.csv i
    printf 'number,title,speakers,length\n1,Rust in 🚀🦀,Ann,0:03\n2,Sea 🦩🫨 air 👍🏽,Ann,0:03\n' >emoji.csv
    for i in 3 4 5 6 7 8 9 10 11; do
        [ ! -e "$cases" ] || sed -n "$((i - 1))s/^[0-9]*/$i/p" "$cases" >>emoji.csv
    done
    tp import --replace emoji.csv >/dev/null
    for i in $(tail -n +2 emoji.csv | cut -d, -f1); do
        expect 0 tp card $i -o a.png --size 640x360
    done
    expect 0 tp card 2 -o a.png
    says "left out, because no installed font has it in outline: 🦩 (U+1F9A9), 🫨 (U+1FAE8)"
}

@test "import names the cards that cannot be made" {
    for option in --dry-run ""; do
        expect 0 tp import $option page.txt
        says "These title cards cannot be made:" \
            "3 the text of the title does not fit on a card of 1280x720: about" \
            "of its 639 characters have room 'talkpress card 3 -o card.png' says more" \
            'card: {titles: {3: "A shorter title"}}'
        same 1 "$(grep -c 'does not fit' <<<"$output")"
    done
    json '[.cards[] | .talk, .left_out], .card_titles_unknown, .cards_failure' \
        $'[3,null]\nnull\nnull' tp import --json page.txt
    settings_with 'titles: {3: First Steps, 40: x}'
    expect 0 tp import page.txt
    says_not "cannot be made"
    says "talkpress.yaml has a card title for talk 40, but there is no such talk"
}

@test "import names the cards without some emoji, and each cause once" {
    local i
    {
        echo 'number,title,speakers,length'
        for i in 1 2 3; do echo "$i,Sea 🦩 air,Ann,0:03"; done
        for i in {4..15}; do printf "$i,$(printf "long%.0s" {1..90})%0${i}d,Ann,0:03\n" 0; done
        printf '16,Of no font \xee\x84\xa3,Ann,0:03\n'
    } >many.csv
    expect 0 tp import --replace many.csv
    says "talk the card is without 1 and 2 more 🦩 (U+1F9A9)" \
        "and 3 more: 'talkpress import --json' lists all"
    same 10 "$(grep -c 'the title does not fit' <<<"$output")"
    json '[.cards[] | select(.problem) | .talk] | length' 13 tp import --json many.csv
    json '.cards[] | select(.talk == 16) | .problem | contains("(U+E123) of the title")' true \
        tp import --json many.csv
}

@test "an import whose cards cannot be tried is an import all the same" {
    echo "this is no script" >event/bad.ass
    settings_with "template: bad.ass"
    page other.txt "1: Something Else (Ada Byron) (0:08)"
    expect 0 tp import --replace other.txt
    says "The title cards could not be tried: card template" "bad.ass" "1 talk, 1 part"
    expect 0 tp list
    says "Something Else"
}

@test "a title for the card alone" {
    tp card 1 -o a.png
    settings_with 'titles: {3: First Steps}'
    tp card 3 -o b.png
    cmp a.png b.png
    rehearse page.txt rec --talk 3
    tp add rec >/dev/null || true
    tp match "3=$(cd rec && echo 03-*)" >/dev/null
    expect 0 tp run 3 --quiet
    json '.talks[] | select(.number == 3) | .title | startswith("Very long words")' true cat event/out/talks.json
    settings_with 'titles: {3: Other Steps 🚀}'
    expect 0 tp why 3
    says "would run now: card 1"
    expect 0 tp run 3 --quiet
    says "1 of 1 part is complete"
    for wrong in '[x]' x '{x: y}' '{03: y}' '{3: 4}' '{"": y}'; do
        settings_with "titles: $wrong"
        expect 1 tp card 3 -o b.png
        says "talkpress.yaml': 'titles' of 'card' should be a text for each talk's number"
    done
}

settings_with()
{
    printf 'renditions: [cheap]\ncard: {seconds: 1, %s}\n' "$1" >event/talkpress.yaml
}

@test "a card is drawn in the sandbox, and looks the same without it" {
    strace -o /dev/null true 2>/dev/null || skip "strace is not allowed here"
    tp status | grep -q 'landlock [0-9]' || skip "no Landlock"
    local mode
    for mode in best-effort off; do
        settings 'renditions: [cheap]' "sandbox: $mode"
        ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=landlock_restrict_self -o "trace-$mode" \
            "$TALKPRESS" -C "$EVENT" card 1 -o "$mode.png" >/dev/null
    done
    cmp best-effort.png off.png
    same 1 "$(grep -c landlock_restrict_self trace-best-effort)"
    expect 1 grep landlock_restrict_self trace-off
    # So are the texts of all talks tried at import: the programme's reader is the other one.
    settings 'renditions: [cheap]' 'sandbox: best-effort'
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=landlock_restrict_self -o trace \
        "$TALKPRESS" -C "$EVENT" import --dry-run page.txt >/dev/null
    same 2 "$(grep -c landlock_restrict_self trace)"
    expect 1 tp card 1 -o nowhere/card.png
    says "nowhere/card.png"
}
