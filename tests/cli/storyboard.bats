# Storyboards: small pictures of finished files, for seeking.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:07)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:01 / 0:13)" \
        "3: Third Time Lucky (Radia Lamport) (0:24)"
    rehearse "$PAGE" "$REC"
    STORYBOARDS=on new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null || true # which sees that a second has no sound
    tp verify --accept 2/1 --because "a second has no sound" >/dev/null
    tp publish >/dev/null
}

setup()
{
    load helper
    export STORYBOARDS=on
    copy_event
}

# jobs_run EXPECTED: of a run, by stage.
jobs_run()
{
    json '.jobs | with_entries(select(.value > 0))' "$1" tp run --json
}

# tile SHEET X Y: a picture of a sheet, to tile.png.
tile()
{
    ffmpeg -nostdin -v error -y -i "$1" -vf "crop=160:90:$2:$3" tile.png
}

# like FILE FRAME: how like tile.png the frame of a published file is, in dB.
like()
{
    ffmpeg -nostdin -v error -y -i "$1" -vf "trim=start_frame=$2,setpts=PTS-STARTPTS,scale=160:90:flags=area" -frames:v 1 frame.png
    ffmpeg -nostdin -v info -i frame.png -i tile.png -lavfi "[0]format=rgb24[a];[1]format=rgb24[b];[a][b]psnr" \
        -f null - 2>&1 | sed -n 's/.*average:\([0-9]*\).*/\1/p'
}

@test "each picture is a frame of its interval, of the published file" {
    for part in 01-first-steps 02-second-thoughts-part-1 02-second-thoughts-part-2 \
        03-third-time-lucky; do
        video=event/out/$part.mp4
        frames=$(nb_frames "$video")
        while read -r begin end sheet x y; do
            tile "event/out/$sheet" "$x" "$y"
            number=$(frame_numbers tile.png 0 </dev/null)
            # 1 s of card at 5 frames a second; the number counts on from the recording's begin.
            first=$(frame_numbers "$video" 5 </dev/null)
            at=$((number < 0 ? 2 : number - first + 5))
            [ $((at * 200)) -ge "$begin" ]
            [ $((at * 200)) -lt "$end" ]
            [ "$(like "$video" "$at")" -ge 26 ]
            last=$end
        done < <(cues "$part")
        [ $((frames * 200)) -le "$last" ]
    done
}

# cues PART: begin and end in ms, sheet, x and y of each cue.
cues()
{
    awk -F '[ :.=,#]' '/-->/ {
            begin = (($1 * 60 + $2) * 60 + $3) * 1000 + $4
            end = (($6 * 60 + $7) * 60 + $8) * 1000 + $9
            getline line
            split(line, a, /#xywh=|,/)
            print begin, end, a[1], a[2], a[3]
        }' "event/out/$1.storyboard.vtt"
}

@test "the cues: no gap, to the last second, within sheets that are there" {
    for part in 01-first-steps:2:5000 02-second-thoughts-part-1:1:5000 \
        02-second-thoughts-part-2:3:5000 03-third-time-lucky:5:5000; do
        IFS=: read -r name nb interval <<<"$part"
        vtt=event/out/$name.storyboard.vtt
        same WEBVTT "$(head -1 "$vtt")"
        same 0 "$(sed 1d "$vtt" | grep -vcE '^$|^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} --> [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}$|^[a-z0-9-]+\.storyboard-1\.jpg#xywh=[0-9]+,[0-9]+,160,90$')"
        same "$nb" "$(cues "$name" | wc -l)"
        last=0
        while read -r begin end sheet x y; do
            same "$last $interval" "$begin $((end - begin))"
            IFS=x read -r width height <<<"$(ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x "event/out/$sheet")"
            [ $((x + 160)) -le "$width" ]
            [ $((y + 90)) -le "$height" ]
            last=$end
        done < <(cues "$name")
        length=$(jq "[.talks[].parts[].files[] | select(.file == \"$name.mp4\").duration_ms][0]" event/out/talks.json)
        [ "$last" -ge "$length" ]
        [ $((last - interval)) -lt "$length" ]
    done
    json '.talks[0].parts[0].storyboard' '{"file":"01-first-steps.storyboard.vtt",'\
'"pictures":["01-first-steps.storyboard-1.jpg"],"interval_ms":5000,"count":2,"columns":10,'\
'"rows":10,"width":160,"height":90}' cat event/out/talks.json
    same 4 "$(grep -c 'storyboard-1\.jpg$' event/out/SHA256SUMS)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
}

@test "what makes one again, and what does not" {
    before=$(stat -c '%n %y %z %i' event/out event/out/*)
    jobs_run '{}'
    same "$before" "$(stat -c '%n %y %z %i' event/out event/out/*)"
    # Other tags: other files of the same pictures.
    echo 'comment: "CC BY 4.0"' >>event/talkpress.yaml
    jobs_run '{"assemble":4}'
    sed 's/First Steps/First Walks/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    expect 0 tp why 1
    says "then: 2 outputs made and checked"
    jobs_run '{"card":1,"assemble":1,"storyboard":1}'
    [ -e event/out/01-first-walks.storyboard.vtt ]
    [ ! -e event/out/01-first-steps.storyboard.vtt ]
    [ ! -e event/out/01-first-steps.storyboard-1.jpg ]
    tp gc >/dev/null
    jobs_run '{}'
    expect 0 tp publish --verify
    says_not "was not written by talkpress"
}

@test "an event of before, whose recordings are gone: storyboards alone are made" {
    STORYBOARDS=off settings 'renditions: [cheap]'
    expect 0 tp run --prune
    says "removed 4 files"
    same 0 "$(find event/out -name '*storyboard*' | wc -l)"
    json '[.talks[].parts[] | has("storyboard")]' '[false,false,false,false]' cat event/out/talks.json
    tp gc --prune >/dev/null
    mv "$REC" "$REC.away"
    settings 'renditions: [cheap]'
    run tp status
    jobs=$(tp run --json | jq -c '.jobs | with_entries(select(.value > 0))')
    mv "$REC.away" "$REC"
    says "0 of 4 parts are complete"
    same '{"storyboard":4}' "$jobs"
    same 8 "$(find event/out -name '*storyboard*' | wc -l)"
}

@test "a damaged sheet is found, and made again" {
    printf x | dd of=event/out/01-first-steps.storyboard-1.jpg bs=1 seek=900 conv=notrunc status=none
    run tp publish --verify
    says "damaged 01-first-steps.storyboard-1.jpg"
    jobs_run '{"storyboard":1}'
    expect 0 tp publish --verify
}

@test "without a picture there is none, of the recording or of the formats" {
    ffmpeg -v error -f lavfi -i sine=d=7 01-first-steps.flac
    tp match 1=none >/dev/null
    tp add 01-first-steps.flac >/dev/null
    tp match 1=01-first-steps.flac >/dev/null
    tp run --quiet 1 >/dev/null
    json '.talks[0].parts[0] | [has("storyboard"), has("poster")]' '[false,true]' cat event/out/talks.json
    settings 'renditions: [opus]'
    run tp run --quiet 3
    json '.talks[2].parts[0] | [has("storyboard"), has("poster")]' '[false,true]' cat event/out/talks.json
}

@test "a wrong setting" {
    STORYBOARDS=some settings 'renditions: [cheap]'
    expect 1 tp status
    says "'storyboards' should be on or off"
}

# A page of text; another one from 20 s on, and another from 70 s on. A figure walks to and fro.
SLIDES="color=white:s=640x360:r=10:d=85,\
drawbox=x=40:y=30:w=500:h=50:color=navy:t=fill,\
drawbox=x=40:y=120:w=400:h=24:color=gray:t=fill:enable='lt(t\,20)',\
drawbox=x=40:y=170:w=300:h=24:color=gray:t=fill:enable='lt(t\,20)',\
drawbox=x=200:y=120:w=240:h=160:color=green:t=fill:enable='between(t\,20\,69.95)',\
drawbox=x=40:y=100:w=100:h=230:color=red:t=fill:enable='gte(t\,69.95)'"

@test "changes of slides are found, a figure that walks is not" {
    ffmpeg -v error -f lavfi -i "${SLIDES}[s];color=brown:s=70x90:r=10:d=85[f];[s][f]overlay=x='450+60*sin(t)':y=260" \
        -f lavfi -i sine=d=85 -c:v libx264 -preset veryfast -c:a aac 01-slides.mp4
    tp match 1=none >/dev/null
    tp add 01-slides.mp4 >/dev/null
    tp match 1=01-slides.mp4 >/dev/null
    tp verify --accept 1 --because "longer" >/dev/null
    tp run --quiet 1 >/dev/null
    # On the published clock, after 1 s of card: the next key frames, which are 4 s apart at most.
    key=$(tp status --json 1 | jq -r '.parts[0].outputs[] | select(.file | endswith("storyboard-1.jpg")).key')
    json '[.changes[][0] as $at | [21000, 71000] | map($at >= . and $at <= . + 4000)]' \
        '[[true,false],[false,true]]' cat event/work/${key:0:2}/"$key.json"
    # The first is less than a minute after the beginning.
    expect 0 tp chapter 1 --propose
    says "Slide 1"
    says_not "Slide 2"
}

@test "an upright video stands in black" {
    ffmpeg -v error -f lavfi -i testsrc2=s=180x320:r=5:d=6 -f lavfi -i sine=d=6 -c:v libx264 -c:a aac 01-phone.mp4
    tp match 1=none >/dev/null
    tp add 01-phone.mp4 >/dev/null
    tp match 1=01-phone.mp4 >/dev/null
    tp verify --accept 1 --because "shorter" >/dev/null
    tp run --quiet 1 >/dev/null
    tile event/out/01-first-steps.storyboard-1.jpg 160 0
    # How bright it is on the left, in the middle and on the right.
    bright() { ffmpeg -v error -i tile.png -vf "crop=40:90:$1:0,scale=1:1:flags=area,format=gray" -f rawvideo - | od -An -tu1; }
    [ "$(bright 10)" -le 4 ]
    [ "$(bright 110)" -le 4 ]
    [ "$(bright 60)" -ge 40 ]
}

# poster_number PART: the number burnt into its poster; cells are wider there.
poster_number()
{
    frame_numbers "event/out/$1.jpg" 0
}

@test "another poster: the frame that was named, of this recording and within the cut" {
    json '.[] | [.by, .frame == (.at_s * 5 | round)]' '["talkpress",true]' tp poster --json 3
    expect 0 tp poster 3 --at 0:12.4
    says "3: the picture at 0:12.400 of the talk (frame 62 of the recording), set by hand"
    expect 0 tp status 3
    says "poster: the picture at 0:12.400 of the talk (set by hand)"
    jobs_run '{"poster":1}'
    same 62 "$(poster_number 03-third-time-lucky)"
    # The cut moves, and the picture stays.
    tp cut 3 --in 0:02 >/dev/null
    json '.[] | [.by, .frame, .at_s]' '["hand",62,10.4]' tp poster --json 3
    tp cut 3 --in 0:14 >/dev/null
    expect 0 tp poster 3
    says "chooses it when it is made" "another one was set, but in another recording, or it is outside"
    tp cut 3 --auto >/dev/null
    jobs_run '{}'
    # Parts of one recording: places in the talk.
    expect 2 tp poster 2 --at 0:02
    says "talk 2 has 2 parts: name one, such as 2/1"
    expect 0 tp poster 2/2 --at 0:02
    jobs_run '{"poster":1}'
    same $(($(frame_numbers event/out/02-second-thoughts-part-2.mp4 5) + 10)) "$(poster_number 02-second-thoughts-part-2)"
    expect 0 tp poster 2/2 --clear
    says "chosen by talkpress"
    jobs_run '{}'
}

@test "a poster that cannot be" {
    expect 1 tp poster 3 --at 0:25
    says "talk 3 has no picture at 0:25: it is 0:24.000 long"
    expect 2 tp poster 3 --at noon
    says "'noon' is not a time: write [h:]mm:ss[.mmm]"
    expect 2 tp poster 3 --at 0:02 --clear
    expect 2 tp poster
    tp match 1=none >/dev/null
    expect 1 tp poster 1 --at 0:02
    says "talk 1 has no recording whose cut is known"
    ffmpeg -v error -f lavfi -i sine=d=7 01-first-steps.flac
    tp add 01-first-steps.flac >/dev/null
    tp match 1=01-first-steps.flac >/dev/null
    expect 1 tp poster 1 --at 0:02
    says "has no picture, so the poster is its title card"
    expect 0 tp poster 1
    says "1: its title card, because its recording has no picture"
}

# size FILE: "width x height" of a picture.
size()
{
    ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x "$1"
}

@test "the contact sheet: all posters, made again only if one, a title or their order changes" {
    sheet=event/out/contact-sheet.jpg
    [ ! -e $sheet ]
    SITE=on settings 'renditions: [cheap]'
    tp publish >/dev/null
    same 752x368 "$(size $sheet)" # three in a row
    json .contact_sheet '"contact-sheet.jpg"' cat event/out/talks.json
    before=$(stat -c '%y %i' $sheet)
    expect 0 tp publish
    same "$before" "$(stat -c '%y %i' $sheet)"
    # Another poster.
    sums=$(sha256sum $sheet)
    tp poster 1 --at 0:05 >/dev/null
    tp run --quiet
    [ "$sums" != "$(sha256sum $sheet)" ]
    # Another title; another order.
    sums=$(sha256sum $sheet)
    sed 's/Third Time Lucky/Third Time Lost/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp run --quiet
    [ "$sums" != "$(sha256sum $sheet)" ]
    # Somebody damages it, or removes it.
    sums=$(sha256sum $sheet)
    printf x | dd of=$sheet bs=1 seek=900 conv=notrunc status=none
    tp publish >/dev/null
    same "$sums" "$(sha256sum $sheet)"
    rm $sheet
    tp publish >/dev/null
    same "$sums" "$(sha256sum $sheet)"
    same 0 "$(find event/work -name '*contact*' | wc -l)"
    # Nothing is published any more.
    tp match 1=none 2=none 3=none >/dev/null
    run tp publish --prune
    [ ! -e $sheet ]
    json 'has("contact_sheet")' false cat event/out/talks.json
}

@test "files of the user under the names of lists and of the sheet: nothing names them" {
    STORYBOARDS=off settings 'renditions: [cheap]'
    tp publish --prune >/dev/null
    for name in contact-sheet.jpg 01-first-steps.{storyboard.vtt,chapters.vtt,chapters.json} feed.xml; do
        echo mine >event/out/$name
    done
    SITE=on settings 'renditions: [cheap]'
    tp chapter 1 0:03 Live >/dev/null
    tp run --quiet >/dev/null || true
    expect 0 tp publish
    says "'out/01-first-steps.chapters.json', 'out/01-first-steps.chapters.vtt', \
'out/01-first-steps.storyboard.vtt' and 'out/contact-sheet.jpg' were not written by talkpress, so \
talkpress's own files of these names are left out: move them away and publish again"
    says_not "site: off"
    same mine "$(cat event/out/contact-sheet.jpg)"
    own='[has("contact_sheet")] + [.talks[0,1].parts[0] | has("storyboard"), has("chapters_files")]'
    json "$own" '[false,false,false,true,false]' cat event/out/talks.json
    [ "$(grep -lE 'contact-sheet|01-first-steps.(storyboard|chapters)' event/out/*.html)" = "" ]
    mkdir away
    mv event/out/01-first-steps.chapters.vtt event/out/contact-sheet.jpg away
    expect 0 tp publish
    json "$own + .talks[0].parts[0].chapters_files" \
        '[true,false,true,true,false,"01-first-steps.chapters.vtt"]' cat event/out/talks.json
    grep -q 'src="01-first-steps.chapters.vtt"' event/out/01-first-steps.html
}

@test "a contact sheet that cannot be made: the videos are published without it" {
    SITE=on settings 'renditions: [cheap]'
    mkdir program
    cp "$TALKPRESS" program
    ln -s "$(dirname "$TALKPRESS")/../share" share # where a program looks for its data
    printf '#!/bin/sh\ncase $1 in contact-sheet) echo "{\\"failure\\": \\"no ink\\"}" ;; *) exec "%s" "$@" ;; esac\n' \
        "$(program talkpress-media)" >program/talkpress-media
    chmod +x program/talkpress-media
    expect 0 program/talkpress -C event publish
    says "there is no contact sheet: no ink"
    json 'has("contact_sheet")' false cat event/out/talks.json
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
    tp publish >/dev/null
    [ -e event/out/contact-sheet.jpg ]
}
