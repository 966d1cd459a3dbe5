#!/bin/bash
# facts.sh FOLDER TALK: what one talk of an event made by event.sh became, measured with ffmpeg and
# ffprobe alone, as JSON on stdout; and in FOLDER/pictures/ the middle of source and output, for
# the contact sheets. The source is decoded twice (its times; picture and sound), an output once.
#
#   file, source: {stream, first_s, end_s, aspect, sound}, level_db, cut_in_s, cut_s,
#   outputs: [{file, card_s, width, height, aspect, fps, frames, video_start_s, video_s,
#              sound_start_s, sound_s, level_db, errors, psnr: [y, u, v], lag_ms, likeness}]
#
# psnr compares the picture in the middle of the talk with the one that ffmpeg shows of the source
# at that time, or one beside it (where a picture lies in the middle between two places, either is
# right), the right way up, both scaled to 160 pixels width. lag_ms says how much later sound
# comes in the output than in the source, against the picture; likeness (-1 … 1) how alike the two
# are there.
set -euo pipefail
export LC_ALL=C
dir=$1 talk=$2
CARD=5 WIDTH=160
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$dir/pictures"
file=$(sed -n "${talk}p" "$dir/files.txt")
digits=$(wc -l <"$dir/files.txt" | tr -d ' \n' | wc -c)
number=$(printf '%0*d' $((digits < 2 ? 2 : digits)) "$talk") # as publish names files

# Whole decodes, all that is to be measured in one; what it says goes to a log, with its level.
decode() { ffmpeg -nostdin -y -v repeat+level+info -copyts "${@:2}" >"$1" 2>&1; }
probe() { ffprobe -v quiet -of json "$@"; }

# Of sound alone: its card is the picture, 16:9, from its first packet on, of which some codecs
# (Vorbis) make no sample. What an edit list hides ("D") is no part of it.
sound_facts() {
    probe -select_streams a:0 -show_entries packet=pts_time,duration_time,flags "$file" |
        jq --argjson s "$1" 'if ($s.streams | any(.codec_type == "audio")) then
            [.packets[]? | select(.flags // "" | contains("D") | not)
             | {t: (.pts_time // "0" | tonumber), d: (.duration_time // "0" | tonumber)}]
            | {stream: null, first_s: (map(.t) | min), end_s: (last | .t + .d), stated_s: null,
               frames: 0, aspect: (16 / 9), sound: true} else null end'
}

# The streams that ffmpeg takes when nobody says which, and how the picture is shown.
source_facts() {
    local streams stream
    streams=$(probe -show_streams "$file")
    stream=$(jq '[.streams[] | select(.codec_type == "video" and .disposition.attached_pic == 0)]
        | max_by(.width * .height + 5000000 * .disposition.default) | .index // empty' <<<"$streams")
    [ -n "$stream" ] || { sound_facts "$streams" && return; }
    local first=() # of one that is cut by hand, its first picture's time is enough
    [ "$(jq -r .by <<<"$told")" != hand ] || first=(-read_intervals %+5)
    probe "${first[@]}" -select_streams "$stream" \
        -show_entries frame=best_effort_timestamp_time,pkt_duration_time,duration_time "$file" |
        jq --argjson i "$stream" --slurpfile s <(echo "$streams") '
        $s[0] as $s | ($s.streams[] | select(.index == $i)) as $v
        | ([$v.side_data_list[]?.rotation // empty] | .[0] // 0) as $turn
        | ($v.sample_aspect_ratio // "1:1" | split(":") | map(tonumber)
           | if .[0] > 0 and .[1] > 0 then .[0] / .[1] else 1 end) as $sar
        | ($v.width * $sar / $v.height) as $dar
        | (.frames | map(.pkt_duration_time // .duration_time // empty | tonumber? // empty) | max // 0) as $step
        # A picture without a time follows the one before it.
        | (reduce .frames[] as $x ([];
            . + [{t: (($x.best_effort_timestamp_time // "" | tonumber? // null)
                      // ((last // {t: -$step}).t + $step)),
                  d: ($x.pkt_duration_time // $x.duration_time // "0" | tonumber? // 0)}])) as $f
        | {stream: $i, first_s: ($f | map(.t) | min), end_s: ($f | max_by(.t) | .t + .d),
           stated_s: ($v.duration // null | if . then tonumber? else null end),
           frames: ($f | length),
           aspect: (if ($turn | fabs) % 180 == 90 then 1 / $dar else $dar end),
           sound: ($s.streams | any(.codec_type == "audio"))}'
}

# From and length of the cut, in seconds: as talkpress was told, else the whole picture.
cut_facts() {
    jq --argjson s "$source" 'if .by == "hand" then [.in_s, .out_s - .in_s]
                              else [0, $s.end_s - $s.first_s] end' <<<"$told"
}

# What measures sound: its mean level, told in the log; and its loudness curve, of 10 s at 400 Hz.
# The filters before it ($1) place sample 0; it begins at $2 s.
CURVE='aeval=abs(val(0)),lowpass=f=80,aresample=400,aformat=sample_fmts=s16'
curve() {
    echo "$1,aresample=8000:async=1:min_hard_comp=0.01:first_pts=0,
        aformat=sample_fmts=dbl:channel_layouts=mono,
        atrim=start=$2:duration=10,asetpts=PTS-STARTPTS,$CURVE"
}

level() {
    local db
    db=$(sed -n 's/.*mean_volume: \(.*\) dB/\1/p' "$1" | tail -n 1)
    echo "${db:-null}"
}

# A picture for people: square pixels, in a box.
BOX='scale=trunc(iw*sar/2)*2:ih,setsar=1,
    scale=304:220:force_original_aspect_ratio=decrease:force_divisible_by=2,pad=304:220:-1:-1:gray'

# The source's pictures in the middle of the cut, as the output $1 x $2 at $3 fps shows them, and its
# sound's curves from the beginning of the cut.
measure_source() {
    local width=$1 height=$2 fps=$3 mid=$4 audio args=() picture
    local place="bwdif=deint=interlaced,setpts=PTS-($first_s+$cut_in_s)/TB,fps=$fps:start_time=0:round=near"
    [ "$(jq .frames <<<"$source")" != 1 ] || place=bwdif=mode=send_frame # the fps filter wants two
    # High dynamic range is shown tone-mapped, as by a player on an ordinary screen.
    case $(probe -select_streams v:0 -show_entries stream=color_transfer "$file" |
        jq -r '.streams[0].color_transfer // ""') in
    arib-std-b67 | smpte2084)
        place+=",zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0"
        place+=",zscale=t=bt709:m=bt709:r=tv,format=yuv444p"
        ;;
    esac
    if [ "$stream" != null ] && [ -n "$fps" ]; then
        picture="$place,select='between(n,max(0,$mid-1),$mid+1)'"
        args+=(-map "0:$stream" -fps_mode passthrough -f rawvideo -vf "$picture,
            scale=$width:$height:in_color_matrix=auto:out_color_matrix=bt709:out_range=tv,
            scale=$WIDTH:$small:flags=area,format=yuv420p" "$tmp/source.yuv"
            -map "0:$stream" -fps_mode passthrough -update 1 -frames:v 1
            -vf "$place,select='eq(n,$mid)',$BOX" "$dir/pictures/$talk.source.png")
    fi
    for audio in $audios; do
        args+=(-map "0:$audio" -f s16le
            -af "$(curve "asetpts=PTS-($first_s+$cut_in_s)/TB" 0)" "$tmp/source.$audio.curve")
    done
    [ -z "$audios" ] || args+=(-map 0:a:0 -af volumedetect -f null -)
    # Of a long one, no more than what is looked at.
    local upto=()
    [ "$cut_in_s" = 0 ] || upto=(-t "$(jq -n "$cut_in_s + $cut_s + 1")")
    [ ${#args[@]} = 0 ] || decode "$tmp/source.log" "${upto[@]}" -i "$file" "${args[@]}" || true
}

# The samples of a curve, one a line.
numbers() { [ ! -e "$1" ] || od -An -v -t d2 -w2 "$1"; }

# "[y, u, v]": the best of the source's pictures against the output's.
psnr() {
    [ -s "$tmp/source.yuv" ] && [ -s "$1" ] || { echo '[0,0,0]' && return; }
    local raw=(-f rawvideo -pix_fmt yuv420p -s "${WIDTH}x$small" -r 1)
    ffmpeg -nostdin -v quiet "${raw[@]}" -i "$tmp/source.yuv" "${raw[@]}" -i "$1" \
        -lavfi 'psnr=stats_file=-' -f null - |
        sed 's/inf/99/g; s/.*psnr_y:\([0-9.]*\) psnr_u:\([0-9.]*\) psnr_v:\([0-9.]*\).*/\1 \2 \3/' |
        sort -rn | head -n 1 | jq -Rc 'split(" ") | map(tonumber)'
}

# "start end count last", in seconds, of stream $2 of a list of frames, as ffmpeg's framecrc writes it.
span() {
    awk -F '[ ,:/]+' -v i="$2" '
        /^#tb/ { tb[$2] = $3 / $4 }
        /^[0-9]/ && $1 == i {
            at = $3 * tb[i]; to = at + $4 * tb[i]
            if (!n++ || at < start) start = at
            if (n == 1 || at > last) last = at
            if (to > end) end = to
        }
        END { if (n) printf "%.6f %.6f %d %.6f\n", start, end, n, last; else print "null null 0 null" }' "$1"
}

# "lag likeness" of two curves: where they fit best, within 250 ms either way.
compare_curves() {
    awk 'NR == FNR { a[na++] = $1; next } { b[nb++] = $1 }
    END {
        n = na < nb ? na : nb
        for (i = 0; i < n; i++) { ma += a[i] / n; mb += b[i] / n }
        for (i = 0; i < n; i++) { sa += (a[i] - ma) ^ 2; sb += (b[i] - mb) ^ 2 }
        best = -2
        if (n < 40 || sa / n < 4 || sb / n < 4) { print "null null"; exit }
        for (lag = -100; lag <= 100; lag++) {
            s = 0
            for (i = 0; i < n; i++) {
                k = i + lag
                if (k >= 0 && k < nb) s += (a[i] - ma) * (b[k] - mb)
            }
            s /= sqrt(sa * sb)
            if (s > best) { best = s; at = lag }
        }
        print at * 2.5, best
    }' "$1" "$2"
}

# Decodes an output once: every frame's time, what fails, the picture in the middle, the sound.
measure_output() {
    local out=$1 frame=$2 args=() video=()
    if [ -n "$frame" ]; then
        video=(-map 0:v:0 -fps_mode passthrough -enc_time_base -1 -c:v rawvideo)
        args=(-map 0:v:0 -fps_mode passthrough -frames:v 1 -f rawvideo
            -vf "select='eq(n,$frame)',scale=$WIDTH:$small:flags=area,format=yuv420p" "$tmp/out.yuv"
            -map 0:v:0 -fps_mode passthrough -update 1 -frames:v 1
            -vf "select='eq(n,$frame)',$BOX" "$dir/pictures/$talk.output.png")
    fi
    rm -f "$tmp/out.yuv"
    status=0
    decode "$tmp/out.log" -xerror -i "$out" "${video[@]}" -map 0:a:0 -c:a pcm_s16le \
        -f framecrc "$tmp/frames" "${args[@]}" -map 0:a:0 -af volumedetect -f null - \
        -map 0:a:0 -f s16le -af "$(curve anull "$card")" "$tmp/out.curve" || status=$?
}

output_facts() {
    local out=$1 video errors rate picture='[null,null,null]' lag=null likeness=null
    local card=0 k='' audio l q status vspan='null null 0 null' aspan
    video=$(probe -select_streams v:0 -show_entries \
        stream=width,height,sample_aspect_ratio,r_frame_rate "$out" | jq -c '.streams[0] // null')
    if [ "$video" != null ]; then
        rate=$(jq -r .r_frame_rate <<<"$video")
        mid=$(jq -n "($cut_s * $rate / 2) | floor")
        k=$(jq -n "($CARD * ($rate) | round) + $mid")
        card=$(jq -n "($CARD * ($rate) | round) / ($rate)")
        if [ "$rate" != "$measured_rate" ]; then # the renditions' rates are the same but for > 30
            small=$(jq ".height * $WIDTH / .width / 2 | round * 2" <<<"$video")
            # shellcheck disable=SC2046 # two words
            measure_source $(jq -r '"\(.width) \(.height)"' <<<"$video") "$rate" "$mid"
            measured_rate=$rate
        fi
    elif [ -z "$measured_rate" ]; then
        measure_source 0 0 '' 0
        measured_rate=none
    fi
    measure_output "$out" "$k"
    errors=$({ grep -E '^(\[.*\] )?\[(error|fatal|panic)\]' "$tmp/out.log" ||
        [ "$status" = 0 ] || echo "status $status"; } | head -c 400)
    if [ "$video" != null ]; then
        vspan=$(span "$tmp/frames" 0) aspan=$(span "$tmp/frames" 1)
        [ "$stream" = null ] || picture=$(psnr "$tmp/out.yuv")
    else
        aspan=$(span "$tmp/frames" 0)
    fi
    for audio in $audios; do
        read -r l q < <(compare_curves <(numbers "$tmp/source.$audio.curve") \
            <(numbers "$tmp/out.curve"))
        if [ "$q" != null ] && { [ "$likeness" = null ] ||
            [ "$(jq -n "$q > $likeness")" = true ]; }; then
            lag=$l likeness=$q
        fi
    done
    jq -n --arg file "$(basename "$out")" --arg errors "$errors" --argjson p "$video" \
        --argjson v "[${vspan// /,}]" --argjson a "[${aspan// /,}]" --argjson psnr "$picture" \
        --argjson lag "$lag" --argjson likeness "$likeness" --argjson card "$card" \
        --argjson level "$(level "$tmp/out.log")" '
        ($p.sample_aspect_ratio // "1:1" | split(":") | map(tonumber)
         | if .[0] > 0 then .[0] / .[1] else 1 end) as $sar
        | ($p.r_frame_rate // "0/1" | split("/") | map(tonumber) | .[0] / .[1]) as $fps
        | {file: $file, card_s: $card, width: $p.width, height: $p.height,
           aspect: (if $p then $p.width * $sar / $p.height else null end), fps: $fps,
           frames: $v[2], video_start_s: $v[0], video_s: (if $p then $v[3] + 1 / $fps else null end),
           sound_start_s: $a[0], sound_s: $a[1],
           level_db: $level, errors: $errors, psnr: $psnr, lag_ms: $lag, likeness: $likeness}'
}

told=$("$TALKPRESS" -C "$dir/event" cut "$talk" --json 2>/dev/null | jq '.[0]')
source=$(source_facts)
audios=$(probe -show_streams -select_streams a "$file" | jq -r '.streams[].index' | paste -sd' ')
outputs=() measured_rate='' small=''
shopt -s nullglob
for out in "$dir/event/out/$number-"*.mp4 "$dir/event/out/$number-"*.webm \
    "$dir/event/out/$number-"*.opus; do
    outputs+=("$out")
done
cut='[0, 0]'
if [ ${#outputs[@]} -gt 0 ]; then
    cut=$(cut_facts)
    cut_in_s=$(jq '.[0]' <<<"$cut") cut_s=$(jq '.[1]' <<<"$cut")
    first_s=$(jq .first_s <<<"$source") stream=$(jq .stream <<<"$source")
fi
for out in "${outputs[@]}"; do output_facts "$out"; done >"$tmp/outputs.json"
[ -e "$tmp/source.log" ] || : >"$tmp/source.log"
jq -s --arg file "$(basename "$file")" --argjson level "$(level "$tmp/source.log")" \
    --argjson source "$source" --argjson cut "$cut" --argjson talk "$talk" \
    '{talk: $talk, file: $file, source: $source, level_db: $level, cut_in_s: $cut[0], cut_s: $cut[1],
      outputs: .}' "$tmp/outputs.json"
