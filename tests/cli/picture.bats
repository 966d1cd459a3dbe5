# pictures: what cameras and projectors leave, and what becomes of it.

setup()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:06)"
    new_event
    cheap_rendition "$EVENT" fine .mp4 320 veryfast
    sed -i 's/max_width: 320/max_width: 768/; s/max_height: 90/max_height: 576/; s/crf: 30/crf: 16/' "$EVENT/renditions/fine.yaml"
    settings 'renditions: [fine]'
    cd "$BATS_TEST_TMPDIR"
    OUT=$EVENT/out/01-first-steps.mp4
}

# made FFMPEG OPTIONS...: the recording, published to $OUT.
made()
{
    ffmpeg -v error -y "$@" || return
    tp add "${@: -1}" >/dev/null || return
    tp match "1=${*: -1}" >/dev/null || true
    tp run --quiet 1
}

# A bar that moves quickly over grey: combs where fields are mixed, clean where not.
MOVING="color=gray:size=720x576:rate=50:duration=6[a];color=white:size=90x400:rate=50:duration=6[b];\
[a][b]overlay=x='mod(t*300\,600)':y=80,format=yuv420p"

SOUND=(-f lavfi -i "sine=440:sample_rate=48000" -c:a aac -t 6)

# fields FILE: "interlaced progressive" frames that idet sees. Since FFmpeg 7 it counts twice, first
# where it begins.
fields()
{
    ffmpeg -v info -ss 1.2 -i "$1" -vf idet -an -f null - 2>&1 |
        sed -n 's/.*Multi frame detection: TFF: *\([0-9]*\) BFF: *\([0-9]*\) Progressive: *\([0-9]*\).*/\1 \2 \3/p' |
        awk 'END { print $1 + $2, $3 }'
}

@test "interlaced, and no mark of it: seen, and deinterlaced to the same rate" {
    for order in interleave_top interleave_bottom; do
        made -f lavfi -i "$MOVING,tinterlace=$order,setfield=prog" \
            "${SOUND[@]}" -c:v libx264 -preset veryfast -crf 16 -g 25 -map 0:v -map 1:a "01-$order.mkv"
        read -r interlaced progressive <<<"$(fields "01-$order.mkv")"
        [ "$interlaced" -gt 50 ]
        read -r interlaced progressive <<<"$(fields "$OUT")"
        [ "$interlaced" -lt 5 ]
        [ "$progressive" -gt 50 ]
        same 175 "$(nb_frames "$OUT")" # 1 s of card, 6 s of talk at 25
        tp remove "01-$order.mkv" >/dev/null
    done
}

# unmarked X: the fields that are seen in 80 s of a bar that moves as the overlay's X says, interlaced without a mark.
unmarked()
{
    ffmpeg -v error -y -f lavfi -i "color=gray:size=720x576:rate=50:duration=80[a];color=white:size=90x400:rate=50:duration=80[b];\
[a][b]overlay=y=80:$1,format=yuv420p,tinterlace=interleave_top,setfield=prog" \
        -c:v libx264 -preset ultrafast -crf 20 -g 250 -keyint_min 250 -sc_threshold 0 01-long.mkv
    tp add 01-long.mkv >/dev/null
    tp match 1=01-long.mkv >/dev/null || true
    tp verify >/dev/null || true
    jq -r '.fields // empty' "$EVENT"/work/*/*.json
}

@test "interlaced, and no mark of it: seen where only its last part moves, not where all stands" {
    same top "$(unmarked "x='if(gt(t\,45)\,mod(t*300\,600)\,100)'")"
    tp remove 01-long.mkv >/dev/null
    tp gc >/dev/null
    same progressive "$(unmarked "x=100")"
}

@test "interlaced as cameras mark it: every picture once, of its first field" {
    "$TALKPRESS" rehearse "$PAGE" -o stand-in --height 480 --fps 50 --tones --no-estimate >/dev/null
    made -i stand-in/01-first-steps.mp4 -map 0 -vf "tinterlace=interleave_top" -c:v libx264 \
        -preset veryfast -crf 12 -flags +ilme+ildct -x264-params tff=1 -c:a copy 01-marked.mkv
    same 175 "$(nb_frames "$OUT")"
    same "$(seq 0 2 298)" "$(frame_numbers "$OUT" 25 1000)"
}

@test "progressive pictures with fine lines are left as they are" {
    made -f lavfi -i "testsrc2=size=768x576:rate=25:duration=6" "${SOUND[@]}" -c:v libx264 \
        -preset veryfast -crf 16 -g 25 -colorspace bt709 -map 0:v -map 1:a 01-lines.mkv
    # The same pictures: a deinterlacer would soften them to 36 dB.
    quality=$(ffmpeg -v info -i "$OUT" -i 01-lines.mkv -lavfi \
        "[0:v]trim=start_frame=25,setpts=PTS-STARTPTS[a];[1:v]setpts=PTS-STARTPTS[b];[a][b]psnr" -an -f null - 2>&1 |
        sed -n 's/.*PSNR y:\([0-9]*\).*/\1/p')
    [ "$quality" -ge 38 ]
}

@test "a projector switches from 4:3 to 16:9: fitted in, black around, nothing stretched" {
    ffmpeg -v error -f lavfi -i "color=white:size=320x240:rate=25:duration=3" -c:v mpeg2video -g 12 a.ts
    ffmpeg -v error -f lavfi -i "color=white:size=320x180:rate=25:duration=3" -c:v mpeg2video -g 12 \
        -output_ts_offset 3 b.ts
    cat a.ts b.ts >both.ts
    made -i both.ts "${SOUND[@]}" -map 0:v -map 1:a -c:v copy 01-switched.ts
    [ "$(nb_frames "$OUT")" -ge 174 ] # what is muxed of the 6 s
    height_at() # rows that are bright in the middle column
    {
        ffmpeg -v error -ss "$1" -i "$OUT" -frames:v 1 -vf "crop=2:ih:iw/2:0,scale=1:ih,format=gray" \
            -f rawvideo - | od -An -v -tu1 -w1 | awk '$1 > 128' | wc -l
    }
    same 240 "$(height_at 2.5)"
    [ "$(height_at 5.5)" -ge 178 ]
    [ "$(height_at 5.5)" -le 182 ]
}

@test "120 frames a second become 60" {
    made -f lavfi -i "testsrc2=size=320x240:rate=120:duration=6" "${SOUND[@]}" -c:v libx264 \
        -preset ultrafast -map 0:v -map 1:a 01-fast.mkv
    same 420 "$(nb_frames "$OUT")"
    same 60/1 "$(ffprobe -v error -select_streams v -show_entries stream=avg_frame_rate -of csv=p=0 "$OUT")"
}

# colours FILE SECOND: the mean red, green and blue of the seven upper bars of smptebars.
colours()
{
    ffmpeg -v error -ss "$2" -i "$1" -frames:v 1 \
        -vf "scale=in_color_matrix=${3:-auto}:flags=accurate_rnd+full_chroma_int,format=rgb24,crop=iw:ih/2:0:0,scale=70:10:flags=area,crop=70:4:0:3" \
        -f rawvideo - | od -An -v -tu1 -w3 | awk 'NR <= 70 && NR % 10 == 5 { print }' | tr -s ' \n' ' '
}

# near A B: no two of the numbers differ by more than 12.
near()
{
    awk -v a="$1" -v b="$2" 'BEGIN {
        n = split(a, x, " "); m = split(b, y, " ")
        if (n != m || n < 21) exit 1
        for (i = 1; i <= n; i++) if (x[i] - y[i] > 12 || y[i] - x[i] > 12) exit 1
    }' || {
        printf '%s\n' "expected: $1" "got:      $2"
        return 1
    }
}

@test "colour bars keep their colours: BT.601, BT.2020, full range, 10 bits, 4:2:2, RGB" {
    bars="smptebars=size=320x240:rate=25:duration=6,format=gbrp"
    ffmpeg -v error -f lavfi -i "$bars" -c:v ffv1 bars.mkv
    want=$(colours bars.mkv 3)
    local -A cases=(
        [601]="scale=out_color_matrix=bt601:out_range=tv,format=yuv420p -colorspace smpte170m -color_range tv"
        [709]="scale=out_color_matrix=bt709:out_range=tv,format=yuv420p -colorspace bt709 -color_range tv"
        [2020]="scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10le -colorspace bt2020nc -color_range tv"
        [full]="scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p -colorspace bt470bg -color_range pc"
        [ten]="scale=out_color_matrix=bt709:out_range=tv,format=yuv422p10le -colorspace bt709 -color_range tv"
        [rgb]="format=gbrp -pix_fmt gbrp"
    )
    for name in "${!cases[@]}"; do
        read -r filter options <<<"${cases[$name]}"
        encoder=libx264
        [ "$name" != rgb ] || encoder=ffv1
        # shellcheck disable=SC2086
        made -f lavfi -i "$bars,$filter" "${SOUND[@]}" -map 0:v -map 1:a -c:v $encoder $options "01-$name.mkv"
        same bt709,tv "$(ffprobe -v error -select_streams v -show_entries stream=color_space,color_range \
            -of json "$OUT" | jq -r '.streams[0] | "\(.color_space),\(.color_range)"')"
        near "$want" "$(colours "$OUT" 4)"
        tp remove "01-$name.mkv" >/dev/null
    done
}

@test "high dynamic range is tone-mapped: grey stays grey, and as bright as on a screen" {
    # Diffuse white of 203 nits in PQ, and half of it.
    made -f lavfi -i "color=gray:size=320x240:rate=25:duration=6,format=gbrpf32le,zscale=tin=linear:min=gbr:pin=bt709:t=smpte2084:p=bt2020:m=bt2020nc:npl=203,format=yuv420p10le" \
        "${SOUND[@]}" -map 0:v -map 1:a -c:v libx264 -color_trc smpte2084 -color_primaries bt2020 \
        -colorspace bt2020nc 01-hdr.mkv
    same bt709 "$(ffprobe -v error -select_streams v -show_entries stream=color_transfer -of csv=p=0 "$OUT")"
    ffmpeg -v error -ss 4 -i "$OUT" -frames:v 1 -vf "scale=1:1:flags=area,format=rgb24" -f rawvideo - |
        od -An -tu1 >grey.txt
    read -r r g b <grey.txt
    [ $((r > g ? r - g : g - r)) -le 4 ]
    [ $((b > g ? b - g : g - b)) -le 4 ]
    [ "$g" -gt 90 ]
    [ "$g" -lt 235 ]
}

@test "a poster is looked for near key frames, and does not decode the recording for it" {
    # One key frame, black; a picture from 12 s on; one of more contrast from 80 s on.
    ffmpeg -v error -y -f lavfi -i "color=black:size=160x90:rate=5:duration=120,\
drawbox=w=80:h=90:color=gray:t=fill:enable='gte(t,12)',drawbox=w=80:h=90:color=white:t=fill:enable='gte(t,80)'" \
        -f lavfi -i "sine=440:sample_rate=48000" -t 120 -c:a aac -c:v libx264 -preset ultrafast -g 10000 \
        -keyint_min 10000 -sc_threshold 0 01-dark.mkv
    page one.txt "1: First Steps (Ada Byron) (2:00)"
    tp import one.txt >/dev/null
    tp add 01-dark.mkv >/dev/null
    tp match 1=01-dark.mkv >/dev/null
    expect 0 tp run --quiet 1
    local frame
    frame=$(tp status --json 1 | jq '.parts[0].outputs[] | select(.file | endswith(".jpg")) | .result.frame')
    [ "$frame" -ge 60 ]
    [ "$frame" -lt 200 ]
}
