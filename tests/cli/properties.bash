# What cameras, screens and containers do to a recording: one recording for each such property, all
# published by one run and measured (tests/measure.c). Made of a stand-in of 7 s, 25 pictures a
# second, whose pictures carry their frame number and whose sound carries its time.

# properties CALLBACK: calls it for each property of a recording, with
#   number, group, suffix, the frames shown, steps from one to the next, by how many frames one may be
#   off its time, seconds heard, what it is,
#   how it is made: options of ffmpeg, or a function.
properties()
{
    local fast="-c:v libx264 -preset ultrafast"
    # shellcheck disable=SC2086
    {
        $1 01 containers mkv 0..174 1..1 1 7 "HEVC in Matroska, FLAC" \
            -c:v libx265 -preset ultrafast -x265-params log-level=none -c:a flac
        $1 02 containers ts 0..174 1..1 1 7 "MPEG-2 in a transport stream" \
            -c:v mpeg2video -b:v 2M -bf 2 -c:a mp2
        $1 03 containers m2ts 0..174 1..1 1 7 "AVCHD: H.264 and AC-3 in M2TS" \
            -c:v copy -c:a ac3 -mpegts_m2ts_mode 1 -f mpegts
        $1 04 containers avi 0..174 1..1 1 7 "MPEG-4 and AC-3 in AVI" \
            -c:v mpeg4 -b:v 1M -c:a ac3
        $1 05 containers flv 0..174 1..1 1 7 "FLV" -c:v copy -c:a aac
        $1 06 containers wmv 0..174 1..1 1 6 "ASF: Windows Media" -c:v wmv2 -b:v 1M -c:a wmav2
        $1 07 containers mpg 0..174 1..1 1 7 "MPEG program stream" \
            -c:v mpeg2video -b:v 2M -bf 2 -c:a mp2 -f vob
        $1 08 containers ogv 0..174 1..1 1 7 "Theora and Vorbis in Ogg" \
            -c:v libtheora -q:v 8 -c:a libvorbis
        $1 09 containers dv 0..174 1..1 1 7 "DV" \
            -vf scale=720:576 -c:v dvvideo -pix_fmt yuv420p -ac 2 -c:a pcm_s16le
        $1 10 containers 3gp 0..174 1..1 1 7 "H.263 in 3GP" \
            -vf scale=352:288 -c:v h263 -q:v 2 -c:a aac
        $1 11 containers mov 0..174 1..1 1 7 "Motion JPEG in MOV, PCM" -c:v mjpeg -q:v 3 -c:a pcm_s16be
        $1 12 containers mov 0..174 1..1 1 7 "ProRes: 10 bits, 4:2:2" -c:v prores -c:a pcm_s24le
        $1 13 containers webm 0..174 1..1 1 7 "VP8 and Vorbis in WebM" \
            -c:v libvpx -deadline realtime -cpu-used 8 -b:v 1M -c:a libvorbis
        $1 36 containers webm 0..174 1..1 1 7 "VP9 and Opus in WebM" \
            -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M -c:a libopus
        $1 37 containers mkv 0..174 1..1 1 7 "AV1 in Matroska" \
            -c:v libsvtav1 -preset 12 -svtav1-params lp=1 -c:a libopus

        $1 14 pictures mp4 0..173 0..2 1 7 "variable frame rate" \
            -vf "select=not(eq(mod(n\,5)\,2)+eq(mod(n\,15)\,9))" -fps_mode vfr $fast -c:a copy
        $1 15 pictures mp4 0..174 1..1 1 7 "turned by a quarter" turned
        $1 16 pictures mkv 0..174 1..1 1 7 "pixels that are not square" \
            -vf scale=120:90,setsar=4/3 $fast -c:a copy
        $1 17 pictures mkv 0..174 1..1 1 7 "an odd size" -vf scale=161:91 -pix_fmt yuv444p $fast -c:a copy
        $1 18 pictures mkv 0..174 1..1 1 7 "10 bits" -pix_fmt yuv420p10le $fast -c:a copy
        $1 19 pictures mkv 0..174 0..1 1 7 "100 a second become 50" -vf fps=100 $fast -c:a copy

        $1 20 sound mkv 0..174 1..1 1 7 "5.1" -c:v copy -af "pan=5.1|FC=c0" -c:a ac3
        $1 21 sound mp4 0..174 1..1 1 7 "44.1 kHz, stereo" -c:v copy -ar 44100 -ac 2 -c:a aac
        $1 22 sound mkv 0..174 1..1 1 7 "96 kHz" -c:v copy -ar 96000 -c:a flac
        $1 23 sound mkv 0..174 1..1 1 7 "Opus in packets of 60 ms" -c:v copy -c:a libopus -frame_duration 60

        $1 24 times mp4 31..174 1..1 1 5 "an edit list: cut by copying" edited
        $1 25 times mkv 25..174 1..1 1 6 "sound that begins 1 s before the picture" early_sound
        $1 26 times ts 0..174 1..1 1 5 "sound that begins 1.5 s after the picture" \
            -af atrim=start=1.5 -c:v copy -c:a aac
        $1 27 times mp4 0..174 1..1 1 7 "composition times below decoding times" \
            $fast -bf 2 -c:a copy -movflags negative_cts_offsets
        $1 28 times avi 0..174 1..1 1 7 "no presentation times" \
            $fast -bf 2 -af adelay=80 -c:a pcm_s16le
        $1 29 times ts 0..174 1..1 1 7 "the clock of 33 bits turns" \
            -c copy -output_ts_offset 95440.3 -muxdelay 0
        $1 30 times mkv 0..174 1..1 1 6 "a gap of 1 s in the sound" \
            -c:v copy -c:a pcm_s16le -bsf:a "noise=drop=between(n\,118\,164)"
        $1 31 times mkv 0..174 0..1 25 7 "a gap of 1 s in both" gap
        $1 32 times ts 0..174 0..1 75 7 "the clock jumps ahead by 3 s" jump
        $1 33 times ts 0..174 1..1 1 7 "the clock begins anew, written as 'verify' says" rewritten
        $1 34 times mkv 0..174 1..1 1 7 "a sound clock that is 0.6 % slow" \
            -c:v copy -af aresample=47712,asetrate=48000 -c:a pcm_s16le -bsf:a setts=ts=TS/0.994
        $1 35 times mp4 0..174 1..1 1 7 "a sound clock that is 0.6 % fast" \
            -c:v copy -af aresample=48288,asetrate=48000 -c:a aac -bsf:a setts=ts=TS/1.006
    }
}

source_to() # FILE OPTIONS...
{
    ffmpeg -nostdin -v error -y -i "$IN" "${@:2}" "$1"
}

turned()
{
    source_to turned.mp4 -vf transpose=2 -c:v libx264 -preset ultrafast -c:a copy
    # Since FFmpeg 6 it is an option, counter-clockwise, and no tag any more.
    if ffmpeg -v quiet -h full | grep -c -e '-display_rotation' >/dev/null; then
        ffmpeg -nostdin -v error -display_rotation 270 -i turned.mp4 -c copy "$1"
    else
        ffmpeg -nostdin -v error -i turned.mp4 -c copy -metadata:s:v rotate=270 "$1"
    fi
    rm turned.mp4
}

edited()
{
    ffmpeg -nostdin -v error -ss 1.24 -i "$IN" -c copy "$1"
}

early_sound()
{
    source_to "$1" -vf "select=gte(n\,25)" -c:v libx264 -preset ultrafast -c:a flac
}

gap()
{
    source_to "$1" -vf "setpts=PTS+gte(T\,3.48)/TB" -af "asetpts=PTS+gte(T\,3.48)/TB" -fps_mode vfr \
        -c:v libx264 -preset ultrafast -c:a flac
}

# halves FILE OFFSET: the second half's clock is OFFSET s ahead.
halves()
{
    source_to a.ts -t 3 -c:v mpeg2video -b:v 2M -c:a mp2
    ffmpeg -nostdin -v error -ss 3 -i "$IN" -c:v mpeg2video -b:v 2M -c:a mp2 -output_ts_offset "$2" b.ts
    cat a.ts b.ts >"$1"
    rm a.ts b.ts
}

jump()
{
    halves "$1" 6
}

rewritten()
{
    halves restart.ts 0
    ffmpeg -nostdin -v error -i restart.ts -map 0 -c copy "$1"
    mv restart.ts "$BATS_FILE_TMPDIR"
}

make_property() # see properties
{
    [[ $wanted == *" $2 "* ]] || return 0
    talks+=("$((10#$1)): Property $1 (Ada Byron) (0:07)")
    local file="$1-property-$1.$3"
    if declare -F -- "$9" >/dev/null; then
        "$9" "$file"
    else
        source_to "$file" "${@:9}"
    fi
}

# publish_properties GROUP...: all of these groups in one event, by one run.
publish_properties()
{
    wanted=" $* "
    talks=()
    mkdir -p "$REC"
    cd "$REC" || return
    page source.txt "1: Source (Ada Byron) (0:07)"
    "$TALKPRESS" rehearse source.txt -o . --height 90 --fps 25 --tones --no-estimate >/dev/null
    IN=$REC/source.mp4
    mv 01-source.mp4 "$IN"
    properties make_property
    rm "$IN"
    page "$PAGE" "${talks[@]}"
    new_event "$BATS_FILE_TMPDIR/event"
    tp add "$REC" >/dev/null
    for talk in 30 31 32; do # their gaps wait for a person
        [[ $wanted != *" times "* ]] ||
            tp verify --accept "$talk" --because "as it was made" >/dev/null || true
    done
    tp run --quiet
}

# measured GROUP: every property of the group, in what was published of it.
measured()
{
    failed=0
    group=$1
    properties measure_property
    [ "$failed" -eq 0 ]
}

measure_property() # see properties
{
    [ "$2" = "$group" ] || return 0
    local out got shown step off tones sync
    out=$BATS_FILE_TMPDIR/event/out/$1-property-$1.mp4
    got=$("$MEASURE" "$out" 1 25 2>seconds.txt) || true
    read -r _ shown _ step _ off _ tones _ sync <<<"$got"
    if [ "$shown $step $tones" != "$4 $5 $7" ] || ! within "$off" "$6" || ! within "$sync" 20; then
        printf '%s\n' "$1, $8:" \
            "  expected: shown $4 step $5 off -$6..$6 tones $7 sync -20..20" "  got:      $got"
        cat seconds.txt
        failed=1
    fi
}

# within LEAST..MOST LIMIT
within()
{
    [ -n "$1" ] && [ "${1%..*}" -ge "-$2" ] && [ "${1#*..}" -le "$2" ]
}
