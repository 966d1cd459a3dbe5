#!/bin/bash
# facts.sh FOLDER TALK: what one talk of an event made by event.sh became, measured with ffmpeg and
# ffprobe alone, as JSON on stdout:
#
#   file, source: {stream, first_s, end_s, aspect, sound}, level_db, cut_in_s, cut_s,
#   outputs: [{file, card_s, width, height, aspect, fps, frames, video_start_s, video_s,
#              sound_start_s, sound_s, level_db, errors, psnr: [y, u, v], lag_ms, likeness}]
#
# psnr compares the picture in the middle of the talk with the one that ffmpeg shows of the source
# at that time, the right way up, both scaled to 160 pixels width. lag_ms says how much later sound
# comes in the output than in the source, against the picture; likeness (-1 … 1) how alike the two
# are there.
set -euo pipefail
export LC_ALL=C
dir=$1 talk=$2
CARD=5
file=$(sed -n "${talk}p" "$dir/files.txt")
digits=$(wc -l <"$dir/files.txt" | tr -d ' \n' | wc -c)
number=$(printf '%0*d' $((digits < 2 ? 2 : digits)) "$talk") # as publish names files

probe() { ffprobe -v quiet -of json "$@"; }

# Of sound alone: its card is the picture, 16:9, from its first sample on.
sound_facts() {
    probe -select_streams a:0 -show_entries frame=pts_time,pkt_duration_time "$file" |
        jq --argjson s "$1" 'if ($s.streams | any(.codec_type == "audio")) then
            [.frames[]? | {t: (.pts_time // "0" | tonumber), d: (.pkt_duration_time // "0" | tonumber)}]
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
    probe -select_streams "$stream" \
        -show_entries frame=best_effort_timestamp_time,pkt_duration_time "$file" |
        jq --argjson i "$stream" --slurpfile s <(echo "$streams") '
        $s[0] as $s | ($s.streams[] | select(.index == $i)) as $v
        | ([$v.side_data_list[]?.rotation // empty] | .[0] // 0) as $turn
        | ($v.sample_aspect_ratio // "1:1" | split(":") | map(tonumber)
           | if .[0] > 0 and .[1] > 0 then .[0] / .[1] else 1 end) as $sar
        | ($v.width * $sar / $v.height) as $dar
        | (.frames | map(.pkt_duration_time // empty | tonumber? // empty) | max // 0) as $step
        # A picture without a time follows the one before it.
        | (reduce .frames[] as $x ([];
            . + [{t: (($x.best_effort_timestamp_time // "" | tonumber? // null)
                      // ((last // {t: -$step}).t + $step)),
                  d: ($x.pkt_duration_time // "0" | tonumber? // 0)}])) as $f
        | {stream: $i, first_s: ($f | map(.t) | min), end_s: ($f | max_by(.t) | .t + .d),
           stated_s: ($v.duration // null | if . then tonumber? else null end),
           frames: ($f | length),
           aspect: (if ($turn | fabs) % 180 == 90 then 1 / $dar else $dar end),
           sound: ($s.streams | any(.codec_type == "audio"))}'
}

# From and length of the cut as talkpress was told; else the whole picture.
cut_facts() {
    "$TALKPRESS" -C "$dir/event" cut "$talk" --json |
        jq --argjson s "$source" '.[0] | if .by == "hand" then [.in_s, .out_s - .in_s]
                                  else [0, $s.end_s - $s.first_s] end'
}

# PSNR of the output's picture number $2 and the source's at the same time, or one beside it:
# where a picture lies in the middle between two places, either is right.
psnr() {
    local out=$1 frame=$2 fps=$3 at=$4 width=$5 height=$6 best=0 k found
    local place="setpts=PTS-($first_s+$at)/TB,fps=$fps:start_time=0:round=near"
    [ "$(jq .frames <<<"$source")" != 1 ] || place=null # the fps filter wants two
    for k in 0 -1 1; do
        found=$(ffmpeg -v info -copyts -i "$out" -i "$file" -filter_complex "
            [0:v]select='eq(n,$frame)',scale=160:-2:flags=area,format=yuv420p,
                 setpts=0[a];
            [1:$stream]$place,select='eq(n,max(0,$mid+($k)))',
                 bwdif=deint=interlaced,
                 scale=$width:$height:in_color_matrix=auto:out_color_matrix=bt709:out_range=tv,
                 scale=160:-2:flags=area,format=yuv420p,setpts=0[b];
            [a][b]psnr" -frames:v 1 -f null - 2>&1 |
            sed -n 's/.*PSNR y:\([0-9.inf]*\) u:\([0-9.inf]*\) v:\([0-9.inf]*\) .*/\1 \2 \3/p')
        found=${found//inf/99}
        best=$(awk -v a="$best" -v b="${found:-0}" 'BEGIN {
            split(a, x); split(b, y)
            print (y[1] + 0 > x[1] + 0) ? b : a }')
    done
    jq -cn '$ARGS.positional | map(tonumber)' --args $best
}

# The mean level of a file's sound in dB; null where it has none.
level() {
    local db
    db=$(ffmpeg -v info -i "$1" -map 0:a:0 -af volumedetect -f null - 2>&1 |
        sed -n 's/.*mean_volume: \(.*\) dB/\1/p') || true
    echo "${db:-null}"
}

# The loudness curve of 10 s of sound at 400 Hz, one number a line. The filters before it place
# sample 0.
curve() {
    ffmpeg -v quiet -copyts -i "$1" -map "0:$2" -t 3000 -af "$3,
        aresample=8000:async=1:min_hard_comp=0.01:first_pts=0,
        aformat=sample_fmts=dbl:channel_layouts=mono,
        atrim=start=$4:duration=10,asetpts=PTS-STARTPTS,
        aeval='abs(val(0))',lowpass=f=80,aresample=400,aformat=sample_fmts=s16" -f s16le - |
        od -An -v -t d2 -w2
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

output_facts() {
    local out=$1 streams frames sound errors rate picture='[null,null,null]' lag=null likeness=null
    local card=0 k
    streams=$(probe -count_packets -show_streams "$out")
    sound=$(probe -select_streams a -show_entries frame=pts_time,pkt_duration_time "$out")
    frames=$(probe -select_streams v -show_entries packet=pts_time,duration_time "$out")
    errors=$({ ffmpeg -v error -xerror -i "$out" -f null - || echo "status $?"; } 2>&1 | head -c 400)
    rate=$(jq -r '[.streams[] | select(.codec_type == "video") | .r_frame_rate]
        | .[0] // ""' <<<"$streams")
    if [ -n "$rate" ]; then
        local size
        size=$(jq -r '[.streams[] | select(.codec_type == "video")][0]
            | "\(.width) \(.height)"' <<<"$streams")
        mid=$(jq -n "($cut_s * $rate / 2) | floor")
        k=$(jq -n "($CARD * ($rate) | round) + $mid")
        card=$(jq -n "($CARD * ($rate) | round) / ($rate)")
        [ "$stream" = null ] || picture=$(psnr "$out" "$k" "$rate" "$cut_in_s" ${size})
    fi
    if [ "$(jq .sound <<<"$source")" = true ]; then
        local audio
        for audio in $(probe -show_streams -select_streams a "$file" | jq '.streams[].index'); do
            read -r l q < <(compare_curves \
                <(curve "$file" "$audio" "asetpts=PTS-($first_s+$cut_in_s)/TB" 0) \
                <(curve "$out" "a:0" "anull" "$card"))
            if [ "$q" != null ] && { [ "$likeness" = null ] ||
                [ "$(jq -n "$q > $likeness")" = true ]; }; then
                lag=$l likeness=$q
            fi
        done
    fi
    jq -n --arg file "$(basename "$out")" --slurpfile s <(echo "$streams") \
        --slurpfile a <(echo "$sound") --slurpfile v <(echo "$frames") --arg errors "$errors" \
        --argjson psnr "$picture" --argjson lag "$lag" --argjson likeness "$likeness" \
        --argjson card "$card" --argjson level "$(level "$out")" '
        $s[0] as $s | $a[0] as $a | $v[0] as $v
        | ([$s.streams[] | select(.codec_type == "video")][0]) as $p
        | ([$v.packets[]? | {t: (.pts_time | tonumber), d: (.duration_time // "0" | tonumber)}]) as $f
        | ([$a.frames[]? | {t: (.pts_time | tonumber), d: (.pkt_duration_time // "0" | tonumber)}]) as $q
        | ($p.sample_aspect_ratio // "1:1" | split(":") | map(tonumber)
           | if .[0] > 0 then .[0] / .[1] else 1 end) as $sar
        | ($p.r_frame_rate // "0/1" | split("/") | map(tonumber) | .[0] / .[1]) as $fps
        | {file: $file, card_s: $card, width: $p.width, height: $p.height,
           aspect: (if $p then $p.width * $sar / $p.height else null end), fps: $fps,
           frames: ($f | length),
           video_start_s: ($f | map(.t) | min),
           video_s: (if $p then ($f | map(.t) | max) + 1 / $fps else null end),
           sound_start_s: $q[0].t, sound_s: ($q | last | .t + .d),
           level_db: $level, errors: $errors, psnr: $psnr, lag_ms: $lag, likeness: $likeness}'
}

source=$(source_facts)
outputs=()
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
for out in "${outputs[@]}"; do output_facts "$out"; done |
    jq -s --arg file "$(basename "$file")" --argjson level "$(level "$file")" --argjson source "$source" --argjson cut "$cut" \
        --argjson talk "$talk" \
        '{talk: $talk, file: $file, source: $source, level_db: $level, cut_in_s: $cut[0], cut_s: $cut[1],
          outputs: .}'
