# Real recordings of many makers (../shared/media beside the source folder): each one is published
# as ffmpeg would play it, or refused with one message that names it. What was published is measured
# with ffmpeg and ffprobe alone; conformance.sh says how.

MEDIA=${BATS_TEST_DIRNAME}/../../../shared/media

setup_file() {
    [ -d "$MEDIA" ] || return 0
    export DIR=${TALKPRESS_MEDIA_DIR:-$BATS_FILE_TMPDIR/shared} # kept where the variable names one
    "$BATS_TEST_DIRNAME/conformance.sh" "$DIR" "$MEDIA" >/dev/null
}

setup() {
    load ../cli/helper
    [ -d "$MEDIA" ] || skip "there is no ../shared/media"
}

# complain FILTER: runs jq over every output of every talk, with $t the talk's facts and $o the
# output's; it yields a text for each fault. The test fails where there is one.
complain() {
    local found
    found=$(jq -r ". as \$t | .outputs[] | . as \$o | ($1) | \"\\(\$t.file), \\(\$o.file): \\(.)\"" \
        $(printf "$DIR/facts/%d.json\n" $(seq "$(wc -l <"$DIR/files.txt")")))
    echo "$found"
    [ -z "$found" ]
}

@test "every recording is published in all renditions, or refused once by name" {
    local n=0 file made lines said faults=""
    while IFS= read -r file; do
        n=$((n + 1)) file=$(basename "$file")
        made=$(jq '.outputs | length' "$DIR/facts/$n.json")
        lines=$(grep -cF -- "$file" "$DIR/run.txt") || true
        if [ "$made" = 3 ]; then
            said=$(grep -cx "$n" "$DIR/late.txt") || true # once of those that needed a person then
            [ "$lines" = "$said" ] || faults+="$file: published, with $lines lines in run"$'\n'
        elif [ "$made" != 0 ] || [ "$lines" != 1 ]; then
            faults+="$file: $made files, $lines lines in run"$'\n'
        fi
    done <"$DIR/files.txt"
    echo "$faults"
    [ -z "$faults" ]
    [ "$n" -gt 0 ]
}

@test "what is refused has no picture" {
    jq -r 'select(.outputs == [] and .source != null) | .file' "$DIR"/facts/*.json >"$DIR/refused.txt"
    cat "$DIR/refused.txt"
    [ ! -s "$DIR/refused.txt" ]
}

@test "no job failed" {
    expect 1 grep FAILED "$DIR/run.txt" "$DIR/add.txt"
    [ "$(cat "$DIR/run.status")" = 3 ] || [ "$(cat "$DIR/run.status")" = 0 ]
}

# A stream's own statement of its length counts as well as its last packet's: the last picture of a
# file with a variable rate has a duration only there.
@test "pictures: as many and as long as card and cut" {
    complain 'select($o.width)
        | [$t.cut_s, (if $t.cut_in_s == 0 and $t.source.stated_s then
               ([$t.source.stated_s, $t.cut_s] | sort | .[0] as $least | .[1] as $most
                | [$least, ([$o.video_s - $o.card_s, $least] | max), $most] | sort | .[1])
           else $t.cut_s end)] as $lengths
        | (1 / $o.fps + 0.02) as $slack
        | select([$lengths[] | ($o.card_s + . - $o.video_s) | fabs] | min > $slack)
        | "\($o.video_s) s of picture instead of \($o.card_s) + \($lengths[0])"'
    complain 'select($o.width) | ($o.video_s * $o.fps - $o.frames) | fabs | select(. > 1)
        | "\($o.frames) frames in \($o.video_s) s"'
}

@test "sound: as long as the picture, to 20 ms" {
    complain 'select($o.width) | ($o.sound_s - $o.video_s) | fabs | select(. > 0.02)
        | "\($o.sound_s) s of sound beside \($o.video_s) s of picture"'
    complain 'select($o.width | not) | $o.sound_s as $s
        | [$t.outputs[] | select(.width) | .video_s - .card_s - $s | fabs] | max
        | select(. > 0.02) | "\($s) s of sound"'
}

@test "picture and sound start at 0, to 20 ms" {
    complain '[$o.video_start_s // 0, $o.sound_start_s] | map(fabs) | max | select(. > 0.02)
        | "starts at \($o.video_start_s) and \($o.sound_start_s)"'
}

@test "the picture has the shape of the source, to 1 %" {
    complain 'select($o.width) | ($o.aspect / $t.source.aspect - 1) | fabs | select(. > 0.01)
        | "\($o.width)x\($o.height) is \($o.aspect) instead of \($t.source.aspect)"'
}

@test "the picture in the middle is the source's, the right way up, in its colours" {
    complain 'select($o.width and $t.source.stream != null and ($o.psnr[0] < 28 or $o.psnr[1] < 28 or $o.psnr[2] < 28))
        | "PSNR \($o.psnr)"'
}

# Where the two are too unlike (limited, or next to silence) the figure says nothing.
@test "sound stays with the picture, to 20 ms" {
    complain 'select($o.likeness and $o.likeness > 0.8 and ($o.lag_ms | fabs) > 20)
        | "sound is \($o.lag_ms) ms late (likeness \($o.likeness))"'
}

@test "where the source is heard, the output is" {
    complain 'select($t.level_db and $t.level_db > -60 and $t.cut_s > 0.5 and $o.level_db < -50)
        | "\($o.level_db) dB, the source has \($t.level_db) dB"'
}

@test "nothing in it fails to decode" {
    complain 'select($o.errors != "") | $o.errors'
}
