# chapters: typed, read from a list beside the recording, carried by what is published.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:20)" "2: Second Thoughts (Grace Murray) (0:20)"
    rehearse "$PAGE" "$BATS_FILE_TMPDIR/stand-ins" --talk 1
}

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
    mkdir rec
    cp "$BATS_FILE_TMPDIR/stand-ins"/01-* rec
    base=$EVENT/out/01-first-steps
    list=rec/01-first-steps.chapters.txt
}

# chapters FILE: "begin-end title|" of each chapter as ffprobe reads it, in seconds.
chapters()
{
    ffprobe -v error -show_entries chapter=start_time,end_time:chapter_tags=title -of json "$1" |
        jq -r '[.chapters[] | "\(.start_time | tonumber + 0)-\(.end_time | tonumber + 0) \(.tags.title)"]
            | join("|")'
}

# listed: what 'chapter --json' says of part 1: "talk_s:video_s title|".
listed()
{
    tp chapter 1 --json | jq -r '[.[0].chapters[] | "\(.talk_s):\(.video_s) \(.title)"] | join("|")'
}

# jobs: the numbers of jobs that a run makes, by stage.
jobs()
{
    tp run --quiet --json 1 | jq -c '.jobs | with_entries(select(.value > 0))'
}

@test "typed ones are in MP4, WebM and Opus, in talks.json, as WebVTT and as JSON" {
    cat >"$EVENT/renditions/small.yaml" <<END
container: webm
suffix: .webm
mime: video/webm
video:
  encoder: libvpx-vp9
  max_width: 160
  max_height: 90
  key_frame_s: 4
  options: {crf: 50, b: 0, cpu-used: 8, deadline: realtime}
audio: {encoder: libopus, bit_rate: 64000}
END
    settings 'renditions: [cheap, small, opus]'
    tp add rec >/dev/null
    expect 0 tp chapter 1 0:04.600 'Live   <b>demo</b> & "more"'
    expect 0 tp chapter 1/1 12 $'\u202eQ & A\e[31m'
    says '0:04.600 0:05.600 Live <b>demo</b> & "more"' "0:12 0:13 Q & A[31m" "- 0:00 First Steps"
    expect 0 tp run --quiet 1
    all='0-5.6 First Steps|5.6-13 Live <b>demo</b> & "more"|13-21 Q & A[31m'
    same "$all" "$(chapters "$base.mp4")"
    same "$all" "$(chapters "$base.webm")"
    # Sound alone has no card.
    same '0-4.6 First Steps|4.6-12 Live <b>demo</b> & "more"|12' "$(chapters "$base.opus" | cut -d- -f1-3)"
    same '[0,5600,13000]' "$(jq -c '[.talks[0].parts[0].chapters[].start_ms]' "$EVENT/out/talks.json")"
    same 01-first-steps.chapters.vtt "$(jq -r '.talks[0].parts[0].chapters_files[0]' "$EVENT/out/talks.json")"
    same 'WEBVTT

00:00:00.000 --> 00:00:05.600
First Steps

00:00:05.600 --> 00:00:13.000
Live &lt;b&gt;demo&lt;/b&gt; &amp; "more"

00:00:13.000 --> 00:00:21.000
Q &amp; A[31m' "$(cat "$base.chapters.vtt")"
    same '["1.2.0","First Steps",[0,5.6,13],"Q & A[31m"]' "$(jq -c '[.version, .title,
        [.chapters[].startTime], .chapters[2].title]' "$base.chapters.json")"
    expect 0 tp status 1
    says "chapters: 2, typed"
    # Nothing is new.
    json .written 0 tp publish --json
}

@test "a changed chapter costs an assembly; the last one removed, the file of before is back" {
    tp add rec >/dev/null
    tp run --quiet 1 >/dev/null
    cp "$base.mp4" before.mp4
    same "0-1 Title|1-21 First Steps" "$(chapters "$base.mp4")"
    expect 2 ls "$base.chapters.vtt"
    tp chapter 1 0:00 Intro >/dev/null
    tp chapter 1 0:12 Demo >/dev/null
    expect 0 tp why 1
    same '{"assemble":1}' "$(jobs)"
    # One that begins with the talk begins with its card.
    same "0-13 Intro|13-21 Demo" "$(chapters "$base.mp4")"
    tp chapter 1 0:12 "The demo" >/dev/null
    same '{"assemble":1}' "$(jobs)"
    same "0-13 Intro|13-21 The demo" "$(chapters "$base.mp4")"
    grep -q "The demo" "$base.chapters.vtt"
    tp chapter 1 --remove 0:12 >/dev/null
    expect 0 tp chapter 1 --remove all
    says "1, 0:20 long: no chapters"
    same '{}' "$(jobs)"
    cmp before.mp4 "$base.mp4"
    expect 2 ls "$base.chapters.vtt" "$base.chapters.json"
}

@test "a cut that is moved leaves them where they are" {
    tp add rec >/dev/null
    tp chapter 1 0:02 Intro >/dev/null
    tp chapter 1 0:05 Demo >/dev/null
    tp chapter 1 0:18 End >/dev/null
    tp cut 1 --in 0:04 --out 0:15 >/dev/null
    same "-2:0 Intro|1:2 Demo|14:null End" "$(listed)"
    expect 0 tp chapter 1
    says "1, 0:11 long: 3 chapters, typed" "-0:02 0:00 Intro" "0:01 0:02 Demo" "0:14 - End"
    tp verify --accept 1 --because test >/dev/null
    tp run --quiet 1 >/dev/null
    same "0-2 Intro|2-12 Demo" "$(chapters "$base.mp4")"
    # The list shows what can be removed.
    tp chapter 1 --remove -0:02 >/dev/null
    same "1:2 Demo|14:null End" "$(listed)"
    tp cut 1 --auto >/dev/null
    same "5:6 Demo|18:19 End" "$(listed)"
}

@test "a list beside the recording; typed ones replace it" {
    printf '\xef\xbb\xbf0:01 Welcome\r\n\r\n0:10.5 Demo\r\n' >$list
    expect 0 tp add rec $list
    says "holds chapters: it is used with the recording"
    same "1:2 Welcome|10.5:11.5 Demo" "$(listed)"
    tp run --quiet 1 >/dev/null
    same "0-2 First Steps|2-11.5 Welcome|11.5-21 Demo" "$(chapters "$base.mp4")"
    expect 0 tp status 1
    says "chapters: 2, from '01-first-steps.chapters.txt'"
    # While its disk is not connected, nothing changes.
    mv rec away
    same '{}' "$(jobs)"
    mv away rec
    # Another list is used first.
    printf 'WEBVTT\n\nNOTE x\n\n1\n00:00.000 --> 00:05.000\nA &amp; B\n' >rec/01-first-steps.chapters.vtt
    same "0:0 A & B" "$(listed)"
    same '{"assemble":1}' "$(jobs)"
    same "0-21 A & B" "$(chapters "$base.mp4")"
    tp chapter 1 0:02 Typed >/dev/null
    expect 0 tp chapter 1
    says "1 chapter, typed" "the list '01-first-steps.chapters.vtt' is not used"
    rm rec/*.chapters.*
    tp chapter 1 --remove all >/dev/null
    same '{"assemble":1}' "$(jobs)"
    expect 0 tp gc
    tp publish >/dev/null
    expect 2 ls "$base.chapters.json"
}

@test "a list that is none: one message, and the part is published without it" {
    tp add rec >/dev/null
    tp run --quiet 1 >/dev/null
    while IFS='|' read -r text what; do
        # shellcheck disable=SC2059
        printf "$text" >$list
        expect 0 tp verify 1
        says "chapters not taken: '01-first-steps.chapters.txt'$what"
        expect 0 tp chapter 1
        says "no chapters" "not taken: '01-first-steps.chapters.txt'$what"
        expect 0 tp status 1
        says "chapters: not taken: '01-first-steps.chapters.txt'$what"
        same '{}' "$(jobs)"
    done <<'END'
0:00 a\nIntro|, line 2: no time as in '12:30 Title' ('Intro'): correct the file, or remove it
0:01 \xff\xfe|, line 1: it is no text in UTF-8
WEBVTT\n\nx --> y\nz|, line 3: no times as in
\x00\x00|, line 1: it is no text
END
    rm $list
    ln -s /etc/passwd $list
    expect 0 tp verify 1
    says "chapters not taken: '01-first-steps.chapters.txt' is a link that leads out of its folder"
    rm $list
    mkfifo $list
    expect 0 timeout 20 "$TALKPRESS" -C "$EVENT" verify 1
    says "chapters not taken: '01-first-steps.chapters.txt'"
    rm $list
    head -c 300000 /dev/zero >$list
    expect 0 tp verify 1
    says "chapters not taken: '01-first-steps.chapters.txt'"
}

@test "those of another recording wait; they can be taken over or removed" {
    tp add rec >/dev/null
    tp chapter 1 0:05 Demo >/dev/null
    tp chapter 1 0:10 End >/dev/null
    ffmpeg -v error -i rec/01-first-steps.mp4 -c copy -metadata title=new rec/01-first-steps-new.mp4
    expect 3 tp add rec
    tp match 1=01-first-steps-new.mp4 >/dev/null
    expect 0 tp chapter 1
    says "1, 0:20 long: no chapters" "2 more were typed for another recording" \
        "talkpress chapter 1 --adopt" "talkpress chapter 1 --remove waiting"
    expect 0 tp status 1
    says "chapters: 2 wait for another recording"
    tp chapter 1 0:05 "Own demo" >/dev/null
    tp match 1=01-first-steps.mp4 >/dev/null
    same "5:6 Demo|10:11 End" "$(listed)"
    tp match 1=01-first-steps-new.mp4 >/dev/null
    expect 0 tp chapter 1 --adopt
    same "5:6 Own demo|10:11 End" "$(listed)"
    same 0 "$(tp chapter 1 --json | jq '.[0].waiting')"
    tp match 1=01-first-steps.mp4 >/dev/null
    same 2 "$(tp chapter 1 --json | jq '.[0].waiting')"
    tp chapter 1 --remove waiting >/dev/null
    same 0 "$(sqlite3 "$EVENT/talkpress.db" "SELECT count(*) FROM chosen_chapter")"
}

@test "what is typed wrongly: one message each" {
    tp add rec >/dev/null
    while IFS='|' read -r status command what; do
        eval "expect $status tp chapter $command"
        says "$what"
        same "" "$(listed)"
    done <<'END'
1|1 0:20 x|talk 1: 0:20 is outside it: it is 0:20.000 long
1|1 9999999:00:00 x|talk 1: 9999999:00:00 is outside it
2|1 soon x|'soon' is not a time in the talk: write [h:]mm:ss[.mmm]
1|1 0:01 $'\u200b \x01'|talk 1: the title is empty
1|1 0:01 "$(printf 'x%.0s' {1..1000})"|talk 1: the title has 1000 bytes: at most 255 are allowed
1|1 --remove 0:01|talk 1: no chapter was typed at 0:01: see 'talkpress chapter 1'
2|1 0:01|expected a TALK, or a TALK, a TIME and a TITLE
2|1 0:01 x --remove all|exclude each other
2|1 --take|--take is for what --propose shows
1|2 0:01 x|talk 2: where it begins is not known
1|2 --adopt|talk 2 has no recording: see 'talkpress match'
1|7 0:01 x|there is no talk 7 in the programme
1|1 --propose|talk 1: the changes of its slides are not known: 'talkpress run' finds them
END
    expect 0 tp chapter 2
    says "2, where it begins is not known yet: no chapters"
}

@test "they stay with a talk whose title is corrected, and go with its number" {
    mv rec/01-first-steps.mp4 rec/first-steps.mp4
    tp add rec >/dev/null
    page other.txt "1: All Good Things (Ada Byron) (0:20)" "2: Second Thoughts (Grace Murray) (0:20)"
    run tp import other.txt
    says "no longer certain"
    tp import "$PAGE" >/dev/null
    tp chapter 1 0:05 Demo >/dev/null
    expect 0 tp import other.txt
    says_not "no longer certain"
    same "5:6 Demo" "$(listed)"
    page other.txt "1: Something Else (Nobody Known) (0:20)"
    tp import --replace other.txt >/dev/null
    same 0 "$(sqlite3 "$EVENT/talkpress.db" "SELECT count(*) FROM chosen_chapter")"
}

@test "changes of slides are proposed; nothing is published until they are taken" {
    STORYBOARDS=on settings 'renditions: [cheap]'
    # Pages from 40 s (too near to the start), 75, 100 (too near to the stronger one) and 150 s on.
    slides="color=white:s=320x180:r=5:d=200"
    for change in 40:red:20 75:navy:60 100:green:30 150:black:90; do
        IFS=: read -r at colour height <<<"$change"
        slides+=",drawbox=y=60:w=320:h=$height:color=$colour:t=fill:enable='gte(t,$at)'"
    done
    ffmpeg -v error -f lavfi -i "$slides" -f lavfi -i "sine=d=200" -c:v libx264 -preset ultrafast \
        -g 25 -c:a aac rec/slides.mp4
    rm rec/01-*
    run tp add rec
    tp match 1=slides.mp4 >/dev/null
    run tp run --quiet 1
    expect 0 tp chapter 1 --propose
    says "1: 2 chapters are proposed, at changes of slides" "Slide 1" "Slide 2" \
        "talkpress chapter 1 --propose --take"
    times=$(tp chapter 1 --propose --json | jq -c '[.[0].proposed[].talk_s | . / 10 | round]')
    same '[8,15]' "$times"
    same "" "$(listed)"
    tp verify --accept 1 --because test >/dev/null
    tp publish >/dev/null
    same '{}' "$(jobs)"
    expect 0 tp chapter 1 --propose --take
    says "1, 3:20 long: 2 chapters, typed" "Slide 1" "Slide 2"
    same '{"assemble":1}' "$(jobs)"
    same 3 "$(jq '.talks[0].parts[0].chapters | length' "$EVENT/out/talks.json")"
    # None near those that are there.
    expect 0 tp chapter 1 --propose
    says "0 chapters are proposed"
}
