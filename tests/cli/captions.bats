# captions: files beside a recording and streams in it are cut with the talk and published.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:12)" "2: Second Thoughts (Grace Murray) (0:12)"
    rehearse "$PAGE" "$BATS_FILE_TMPDIR/stand-ins"
}

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
    mkdir rec
    cp "$BATS_FILE_TMPDIR/stand-ins"/01-* rec/01-first-steps.mkv
    cat >en.srt <<END
1
00:00:00,500 --> 00:00:02,000
Welcome & hello

2
00:00:03,000 --> 00:00:06,000
<i>Second</i> {\an8}cue

3
00:00:05,000 --> 00:00:07,250
overlaps

4
00:00:09,000 --> 00:00:11,500
Fourth
END
    sed 's/Welcome/Willkommen/; s/Fourth/Vierter/' en.srt >de.srt
    vtt=$EVENT/out/01-first-steps.vtt
    mp4=$EVENT/out/01-first-steps.mp4
}

# cues FILE [STREAM]: "begin end text" of each cue as ffmpeg reads it, in milliseconds.
cues()
{
    ffprobe -v error -select_streams "s:${2:-0}" -show_entries packet=pts_time,duration_time,size \
        -of csv=p=0 "$1" | awk -F, '$3 > 2 { printf "%d-%d ", $1 * 1000 + 0.5, ($1 + $2) * 1000 + 0.5 }'
}

# of_stream ENTRIES: what ffprobe says of the MP4's streams of captions.
of_stream()
{
    ffprobe -v error -select_streams s -show_entries "$1" -of csv=p=0 "$mp4" | tr '\n' ' '
}

@test "a file beside the recording is published as WebVTT and in the MP4" {
    cp en.srt rec/01-first-steps.srt
    tp add rec >/dev/null
    expect 0 tp run --quiet 1
    # Behind a card of one second.
    same "WEBVTT

00:00:01.500 --> 00:00:03.000
Welcome &amp; hello

00:00:04.000 --> 00:00:07.000
<i>Second</i> cue

00:00:06.000 --> 00:00:08.250
overlaps

00:00:10.000 --> 00:00:12.500
Fourth" "$(cat "$vtt")"
    same "1500-3000 4000-7000 6000-8250 10000-12500 " "$(cues "$vtt")"
    same "1500-3000 4000-6000 6000-7000 7000-8250 10000-12500 " "$(cues "$mp4")"
    same "mov_text,0,und " "$(of_stream stream=codec_name:stream_disposition=default:stream_tags=language)"
    expect 0 ffmpeg -v error -xerror -i "$mp4" -map 0:s:0 -f srt out.srt
    grep -q "Welcome & hello" out.srt
    # The lists know it.
    (cd "$EVENT/out" && sha256sum --quiet -c SHA256SUMS)
    grep -q '  01-first-steps.vtt$' "$EVENT/out/SHA256SUMS"
    json '.talks[0].parts[0].captions | map([.file, .language, .mime, .cues])' \
        '[["01-first-steps.vtt",null,"text/vtt",4]]' cat "$EVENT/out/talks.json"
    expect 0 tp status 1
    says "captions: '01-first-steps.srt'" "01-first-steps.vtt: $(awk -v n="$(stat -c %s "$EVENT"/out/01-first-steps.vtt)" 'BEGIN { printf "%.1f kB", n / 1000 }')"
    # The picture and sound are as they were without.
    same 65 "$(nb_frames "$mp4")"
}

@test "sound alone has no card: its captions and chapters are that much earlier" {
    settings 'renditions: [opus]'
    cp en.srt rec/01-first-steps.en.srt
    tp add rec >/dev/null
    tp chapter 1 0:04 Half >/dev/null
    tp run --quiet 1
    same "00:00:00.500 --> 00:00:02.000" "$(grep -m1 -e '-->' "$vtt")"
    json '[.talks[0].parts[0].chapters[].start_ms]' '[0,4000]' cat event/out/talks.json
    json '[.[0].published[].start_ms]' '[0,4000]' tp chapter 1 --json
    [[ $(tp chapter 1) == *"0:04          0:04  Half"* ]]
}

@test "a cut in the middle of a cue clips it" {
    cp en.srt rec/01-first-steps.srt
    tp add rec >/dev/null
    tp cut 1 --in 4 --out 10 >/dev/null
    run tp run --quiet 1
    tp verify --accept 1 --because "a test" >/dev/null
    expect 0 tp run --quiet 1
    same "1000-3000 2000-4250 6000-7000 " "$(cues "$vtt")"
    same "1000-2000 2000-3000 3000-4250 6000-7000 " "$(cues "$mp4")"
}

@test "captions of another part of the recording leave an empty file and no stream" {
    cp en.srt rec/01-first-steps.srt
    tp add rec >/dev/null
    tp cut 1 --in 7.4 --out 8.8 >/dev/null
    run tp run --quiet 1
    tp verify --accept 1 --because "a test" >/dev/null
    expect 0 tp run --quiet 1
    same WEBVTT "$(cat "$vtt")"
    same "" "$(of_stream stream=codec_name)"
}

@test "two languages are both kept, under their names" {
    cp en.srt rec/01-first-steps.en.srt
    ffmpeg -v error -i de.srt rec/01-first-steps.de.vtt
    tp add rec >/dev/null
    expect 0 tp run --quiet 1
    same "de.vtt en.vtt" "$(cd "$EVENT/out" && echo *.vtt | sed 's/01-first-steps.//g')"
    grep -qx "Willkommen &amp; hello" "$EVENT/out/01-first-steps.de.vtt"
    same "mov_text,0,deu mov_text,0,eng " \
        "$(of_stream stream=codec_name:stream_disposition=default:stream_tags=language)"
    same "$(cues "$mp4" 0)" "$(cues "$mp4" 1)"
    json '.talks[0].parts[0].captions | map(.language)' '["de","en"]' cat "$EVENT/out/talks.json"
    json '.parts[0].captions | map(.language)' '["de","en"]' tp status --json 1
}

@test "a stream of text in the recording is used where no file lies beside it" {
    for kind in mkv:subrip mp4:mov_text mkv:ass mkv:webvtt; do
        rm -rf rec/* "$EVENT"
        new_event
        ffmpeg -v error -i "$BATS_FILE_TMPDIR/stand-ins"/01-* -i en.srt -map 0 -map 1 -c copy \
            -c:s ${kind#*:} -metadata:s:s:0 language=ger "rec/01-first-steps.${kind%:*}"
        tp add rec >/dev/null
        expect 0 tp run --quiet 1
        # In MP4 texts do not overlap: the second ends where the third begins.
        case $kind in
        *mov_text) same "1500-3000 4000-6000 6000-8250 10000-12500 " "$(cues "$vtt")" ;;
        *) same "1500-3000 4000-7000 6000-8250 10000-12500 " "$(cues "$vtt")" ;;
        esac
        same "1500-3000 4000-6000 " "$(cues "$mp4" | cut -d' ' -f1-2) "
        same "mov_text,0,deu " \
            "$(of_stream stream=codec_name:stream_disposition=default:stream_tags=language)"
        grep -q "Welcome &amp; hello" "$vtt"
        expect 0 tp status 1
        says "of the recording (${kind#*:}, de)"
    done
    cp en.srt rec/01-first-steps.srt
    expect 0 tp status 1
    says "captions: '01-first-steps.srt'"
    says_not "of the recording"
}

@test "times count as players count them: from the stream that begins first" {
    # The picture begins a second after the sound: there the first cue is clipped. A transport stream
    # begins at 1.4 s.
    ffmpeg -v error -itsoffset 1 -i "$BATS_FILE_TMPDIR/stand-ins"/01-* -i "$BATS_FILE_TMPDIR/stand-ins"/01-* \
        -map 0:v -map 1:a -c:v copy -c:a flac late.mkv
    ffmpeg -v error -i "$BATS_FILE_TMPDIR/stand-ins"/01-* -c copy even.ts
    local name
    for name in late.mkv:1000-2000 even.ts:1500-3000; do
        rm -rf rec/* "$EVENT"
        new_event
        cp ${name%:*} "rec/01-first-steps.$(sed 's/.*\.//;s/:.*//' <<<"$name")"
        cp en.srt rec/01-first-steps.srt
        tp add rec >/dev/null
        run tp run --quiet 1
        tp verify --accept 1 --because "a test" >/dev/null 2>&1 || true
        expect 0 tp run --quiet 1
        same "${name#*:}" "$(cues "$vtt" | cut -d' ' -f1)"
    done
}

@test "a corrected file makes the captions and the MP4 anew, and nothing else" {
    cp en.srt rec/01-first-steps.srt
    tp add rec >/dev/null
    tp run --quiet 1
    touch rec/01-first-steps.srt
    expect 0 tp run --json 1
    same '{}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
    sed -i 's/Fourth/Fifth/' rec/01-first-steps.srt
    expect 0 tp run --json 1
    same '{"captions":1,"assemble":1}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
    grep -qx Fifth "$vtt"
    rm rec/01-first-steps.srt
    expect 0 tp run --json 1
    same '{"assemble":1}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
    [ ! -e "$vtt" ]
}

@test "a broken file fails its job only, and says where" {
    sed 's/09,000 -->/09,000 ->/' en.srt >rec/01-first-steps.srt
    tp add rec >/dev/null
    expect 1 tp run --quiet 1
    says "01-first-steps.srt', line 14: no times as in '00:01:02,000 --> 00:01:04,500'" \
        "correct the file, or remove it"
    [ ! -e "$mp4" ]
    expect 0 tp status 1
    says "FAILED:" "line 14"
    cp en.srt rec/01-first-steps.srt
    expect 0 tp run --json 1
    same '{"captions":1,"assemble":1}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
}

@test "captions are no recordings, and stay while the recording is unplugged" {
    cp en.srt rec/01-first-steps.srt
    expect 0 tp add rec rec/01-first-steps.srt
    says "holds captions" "1 added" "0 cannot be read"
    expect 0 tp run --quiet 1
    before=$(sums)
    mv rec gone
    expect 0 tp gc
    expect 0 tp run --json 1
    same '{}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
    same "$before" "$(sums)"
}

# telemetry FORMAT COUNT MS: a caption file of COUNT cues, one each MS, in which %d is their number.
telemetry()
{
    awk -v format="$1" -v count="$2" -v ms="$3" '
        function time(t) { return sprintf("00:00:%02d,%03d", t / 1000, t % 1000) }
        BEGIN {
            for (i = 0; i < count; i++)
                printf "%d\n%s --> %s\n" format "\n\n", i + 1, time(i * ms), time((i + 1) * ms), i
        }'
}

@test "what a drone writes beside or into its recording is not published" {
    telemetry '<font size="28">FrameCnt: 4%d\n[iso: 100] [latitude: 12.34567] [longitude: 23.45678]' 11 1000 >tele.srt
    local form
    for form in beside mp4:mov_text; do
        rm -rf rec/* "$EVENT"
        new_event
        if [ $form = beside ]; then
            cp "$BATS_FILE_TMPDIR/stand-ins"/01-* rec/01-first-steps.MKV
            cp tele.srt rec/01-first-steps.SRT
        else
            ffmpeg -v error -i "$BATS_FILE_TMPDIR/stand-ins"/01-* -i tele.srt -map 0 -map 1 -c copy \
                -c:s ${form#*:} "rec/01-first-steps.${form%:*}"
        fi
        tp add rec >/dev/null
        expect 0 tp run --quiet 1
        [ ! -e "$vtt" ]
        same "" "$(of_stream stream=codec_name)"
        expect 0 tp status 1
        says "not taken:" "which holds numbers with the same words in every cue" \
            "captions: {take: ['01-first-steps."
        run tp verify 1
        says "captions not taken, no language:"
        json '.parts[0] | [.captions, (.captions_not_taken | length)]' '[[],1]' tp status --json 1
        json '.[0] | [.captions, (.captions_not_taken | length)]' '[[],1]' tp verify --json 1
        # The same while the disk is unplugged.
        mv rec gone
        expect 0 tp run --json 1
        same '{}' "$(jq -c '.jobs | with_entries(select(.value > 0))' <<<"$output")"
        mv gone rec
        # Unless the user wants it.
        printf 'captions: {take: [%s]}\n' "$(cd rec && ls | tail -n 1)" >>"$EVENT/talkpress.yaml"
        expect 0 tp run --quiet 1
        grep -q latitude "$vtt"
    done
    printf 'captions: {take: yes}\n' >"$EVENT/talkpress.yaml"
    expect 1 tp status
    says "'captions' should name files"
}

# judged COMMAND...: how many files it judges, each in a process with a sandbox of its own.
judged()
{
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=landlock_restrict_self -o trace "$TALKPRESS" -C "$EVENT" "$@" \
        >/dev/null
    grep -c landlock_restrict_self trace || true
}

@test "a file is judged once, in the sandbox, and again when it changes" {
    strace -o /dev/null true 2>/dev/null || skip "strace is not allowed here"
    tp status | grep -q 'landlock [0-9]' || skip "no Landlock"
    tp add rec >/dev/null
    same 0 "$(judged why 1)"
    cp en.srt rec/01-first-steps.en.srt
    cp en.srt rec/01-first-steps.en.ass
    telemetry '[iso: 100] [latitude: 12.34567] [longitude: 23.45678]' 11 1000 >rec/01-first-steps.srt
    # Who does not hold the lock writes nothing down.
    same 3 "$(judged why 1)"
    same 3 "$(judged why 1)"
    tp add rec >/dev/null
    same 0 "$(judged why 1)"
    tp gc >/dev/null
    same 0 "$(judged why 1)"
    expect 0 tp status 1
    says "'01-first-steps.en.srt' (en)" "not taken:"
    sed -i 's/Welcome/Goodbye/' rec/01-first-steps.en.srt
    same 1 "$(judged why 1)"
    settings 'renditions: [cheap]' 'captions: {take: [01-first-steps.en.srt]}'
    same 0 "$(judged why 1)"
    # Without a sandbox the verdict is the same.
    settings 'renditions: [cheap]' 'sandbox: off'
    expect 0 tp status 1
    says "'01-first-steps.en.srt' (en)" "not taken:"
}

@test "captions in the recording are taken where only telemetry lies beside it" {
    ffmpeg -v error -i "$BATS_FILE_TMPDIR/stand-ins"/01-* -i en.srt -map 0 -map 1 -c copy rec/two.mkv
    rm rec/01-first-steps.mkv
    mv rec/two.mkv rec/01-first-steps.mkv
    telemetry 'N 52.1234%d E 13.4321 2023-05-26' 11 1000 >rec/01-first-steps.srt
    tp add rec >/dev/null
    expect 0 tp run --quiet 1
    grep -q "Welcome &amp; hello" "$vtt"
    expect 0 tp verify 1
    says "captions: stream 2 of the recording" "not taken, no language: '01-first-steps.srt'"
}

@test "the examples of telemetry" {
    local cases=$BATS_TEST_DIRNAME/../../../shared/cases/05-telemetry-as-captions
    [ -d "$cases" ] || skip "needs ../shared/cases"
    local file
    for file in "$cases/embedded.mp4" "$cases/side/DJI_0001.MP4"; do
        rm -rf "$EVENT"
        page one.txt "1: First Steps (Ada Byron) (0:40)"
        PAGE=one.txt new_event
        tp add "$file" >/dev/null || true
        tp match "1=$file" >/dev/null
        run tp status 1
        says "captions: not taken:"
        says_not "captions: '" "captions: stream"
    done
}

@test "WebVTT is read as browsers do, and what they leave out is reported" {
    printf 'WEBVTT\n\n00:00:00.160 --> 00:00:02.310 align:start position:0%%\n \nhello<00:00:00.400><c> and</c>\n\n' \
        >rec/01-first-steps.vtt
    printf '00:00:02.310 --> 00:00:02.320\nhello and\n \n\n00:00:3.0 --> 00:00:04.000\nlost\n' \
        >>rec/01-first-steps.vtt
    tp add rec >/dev/null
    expect 0 tp run --quiet 1
    same "1160-3310 3310-3320 " "$(cues "$vtt")"
    expect 0 tp status 1
    says "captions: 1 block of '01-first-steps.vtt' left out, no cue: line 11"
    expect 0 tp verify 1
    says "1 block of '01-first-steps.vtt' left out"
    # Line ends of old programs.
    printf 'WEBVTT\r\r00:00:01.000 --> 00:00:03.000\rHello CR\r' >rec/01-first-steps.vtt
    expect 0 tp run --quiet 1
    same "2000-4000 " "$(cues "$vtt")"
    expect 0 tp status 1
    says_not "left out"
}

@test "the language that was set is in tags, captions, talks.json and exports, and is taken back" {
    cp en.srt rec/01-first-steps.srt
    tp add rec >/dev/null
    expect 0 tp run --quiet 1
    before=$(sha256sum "$mp4")
    expect 0 tp language 1
    says "1: not set"
    expect 0 tp language 1 deu
    same "1: de, set by hand" "$output"
    expect 0 tp captions 1
    same "1: '01-first-steps.srt' (de)" "$output"
    json '[.[0].jobs[].stage]' '["captions"]' tp why --json 1
    expect 0 tp run --quiet 1
    same "mov_text,0,deu " "$(of_stream stream=codec_name:stream_disposition=default:stream_tags=language)"
    same "deu" "$(ffprobe -v error -select_streams a -show_entries stream_tags=language -of csv=p=0 "$mp4")"
    json '.talks[0] | [.language, (.parts[0].captions | map([.file, .language]))]' \
        '["de",[["01-first-steps.vtt","de"]]]' cat "$EVENT/out/talks.json"
    expect 0 tp export schedule.xml -o s.xml
    grep -q '<language>de</language>' s.xml
    expect 2 tp language 1 q
    says "'q' is no language"
    expect 2 tp language 1 de --auto
    expect 0 tp undo 1
    says "1: taken back: language: 'de' (was: not set)"
    expect 0 tp run --quiet 1
    same "$before" "$(sha256sum "$mp4")"
    expect 0 tp language 1 de
    expect 0 tp language 1 --auto
    json '[.by, .language]' '["talkpress",null]' tp language --json 1
}

@test "corrected captions take the place of the file's, move with the cut, and are taken back" {
    cp en.srt rec/01-first-steps.srt
    cp de.srt rec/01-first-steps.de.srt
    tp add rec >/dev/null
    expect 1 tp captions 1 --show --language de
    says "are not made yet: 'talkpress run 1' makes them"
    expect 0 tp run --quiet 1
    expect 0 tp captions 1 --show --language de
    grep -q "^00:00:00.500 --> 00:00:02.000$" <<<"$output"
    sed 's/Willkommen/Herzlich willkommen/; s/00:00:09.000/00:00:08.250/' <<<"$output" >new.vtt
    expect 0 tp captions 1 --set new.vtt --language de
    says "1: '01-first-steps.srt'" "1: captions as corrected (de)"
    expect 0 tp status 1
    says "captions: as corrected (de)"
    json '.parts[0].captions | map([.language, .file != null, .corrected])' '[[null,true,null],["de",false,true]]' \
        tp status --json 1
    json '.[0].captions | map(.corrected)' '[null,true]' tp verify --json 1
    json '[.[0].jobs[].stage]' '["captions"]' tp why --json 1
    expect 0 tp run --quiet 1
    grep -q "^Herzlich willkommen &amp; hello$" "$EVENT/out/01-first-steps.de.vtt"
    grep -q "^00:00:09.250 --> 00:00:12.500$" "$EVENT/out/01-first-steps.de.vtt"
    grep -q "^Welcome &amp; hello$" "$EVENT/out/01-first-steps.vtt"
    # The text is in the store: files and work/ are not needed for it.
    expect 0 tp cut 1 --in 0:02.4
    expect 0 tp verify --accept 1 --because "it begins later"
    expect 0 tp gc --prune
    expect 0 tp run --quiet 1
    grep -q "^00:00:06.850 --> 00:00:10.100$" "$EVENT/out/01-first-steps.de.vtt"
    expect 1 grep Herzlich "$EVENT/out/01-first-steps.de.vtt"
    expect 0 tp captions 1 --clear --language de
    says "'01-first-steps.de.srt' (de)"
    expect 0 tp undo 1
    expect 0 tp captions 1
    says "1: captions as corrected (de)"
}

@test "captions of a recording that has none; and what is no WebVTT is refused" {
    tp add rec >/dev/null
    expect 0 tp run --quiet 1
    expect 1 tp captions 1 --show
    says "talk 1 has no captions"
    printf 'WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n' >one.vtt
    printf '1\n00:00:01,000 --> 00:00:02,000\nOne\n' >srt.vtt
    printf 'WEBVTT\n\nno cue at all\n\n00:01.000 --> 00:02.000\nOne\n' >block.vtt
    printf 'WEBVTT\n' >none.vtt
    for file in srt block none; do
        expect 1 tp captions 1 --set "$file.vtt"
        says "'$file.vtt': "
    done
    expect 1 tp captions 1 --clear
    expect 2 tp captions 1 --set one.vtt --clear
    expect 2 tp captions 1 --set one.vtt --language deu
    expect 0 tp captions 1 --set one.vtt
    json '.[0].captions' '[{"language":null,"file":null,"corrected":true,"suffix":".vtt"}]' tp captions --json 1
    expect 0 tp run --quiet 1
    same "2000-3000 " "$(cues "$vtt")"
    expect 2 tp captions 1 --set one.vtt --language xx
    says "'xx' is no language: write its code of ISO 639"
    expect 0 tp captions 1 --set one.vtt --language fr
    json '.[0].jobs | map(.what)' '["talk 1: captions, as corrected (fr)"]' tp why --json 1
    expect 0 tp run --quiet 1
    [ -e "$EVENT/out/01-first-steps.fr.vtt" ]
    expect 1 tp captions 1 --show --language de
    says "talk 1 has no captions of the language de; it has: without a language, fr"
    expect 1 tp captions 1 --clear --language de
    says "talk 1: no captions of the language de were corrected; corrected are: without a language, fr"
    expect 0 tp captions 1 --clear --language fr
    expect 0 tp captions 1 --clear
    expect 0 tp captions 1
    same "1: no captions" "$output"
}
