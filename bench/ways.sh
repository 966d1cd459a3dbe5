#!/usr/bin/env bash
# One way of making all talks of a workload, once. race.sh calls it and measures.
#   bench/ways.sh RACE WAY FOLDER OUT     RACE: same or shipped
# OUT/N-talk.SUFFIX are the outputs. All ways get the same things: the recordings, and the cards as
# pictures. Sound goes to -16 LUFS; except talkpress, all do it with loudnorm, measured first.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
race=$1 way=$2 folder=$3 out=$4
lufs=-16 true_peak=-1
stereo=aformat=sample_fmts=fltp:channel_layouts=stereo

# --- pieces that several ways need -------------------------------------------------------------

# loudnorm FILE: measures, and prints the filter that sets the level.
loudnorm() {
    ffmpeg -nostdin -hide_banner -vn -i "$1" -af loudnorm=i=$lufs:tp=$true_peak:print_format=json -f null - 2>&1 |
        sed -n '/^{/,/^}/p' |
        jq -r --arg i $lufs --arg tp $true_peak '"loudnorm=i=\($i):tp=\($tp):linear=true:measured_i=\(.input_i)" +
            ":measured_tp=\(.input_tp):measured_lra=\(.input_lra):measured_thresh=\(.input_thresh)"'
}

# normalised RECORDING FILE.mkv: the picture copied, the sound levelled, as an intermediate. Both begin
# at the same moment, and the sound is PCM: what AAC puts in front would move the picture by half a
# frame, and tools for constant rates would repeat one at the joint.
normalised() {
    local first
    first=$(probe stream=start_time "$1" -select_streams v:0 | sed -n '1p')
    first=$(awk -v a="${first%,}" -v b="$(probe format=start_time "$1")" 'BEGIN { print a - b }')
    ff -i "$1" -map 0:v -map 0:a -c:v copy -af "atrim=start=$first,$(loudnorm "$1"),aresample=48000,$stereo" -c:a pcm_s16le "$2"
}

# joined NUMBER FILE.mkv: card and normalised recording in one file, for tools that take only one. The
# card is encoded as the recording is; the rest is copied. Leaves the normalised recording in body.mkv.
joined() {
    local scratch=${2%/*}
    normalised "$(recording_of "$folder" "$1")" "$scratch/body.mkv"
    ff -loop 1 -framerate $fps -t $card_s -i "$folder/cards/$1.png" -f lavfi -t $card_s -i anullsrc=r=48000:cl=stereo \
        -vf "$card_filter" -c:v libx264 -preset veryfast -crf 14 -c:a pcm_s16le "$scratch/card.mkv"
    printf "file 'card.mkv'\nduration %d\nfile 'body.mkv'\n" $card_s >"$scratch/list.txt"
    ff -f concat -i "$scratch/list.txt" -c copy "$2"
}

aac=(-c:a aac -aac_coder fast -b:a 128k)
opus=(-c:a libopus -b:a 96k)

# options NAME [threads]: the encoder's, in the array $video, for ffmpeg.
options() {
    local encoder rest
    read -r _ encoder _ _ _ rest < <(settings_of "$1")
    # shellcheck disable=SC2086 # words on purpose
    mapfile -t video < <(encoder_options "$encoder" $rest)
    if [[ ${2:-} == threads && $encoder == libvpx-vp9 ]]; then
        video+=(-row-mt 1 -threads "$cores")
    elif [[ ${2:-} == one ]]; then
        video+=(-threads 1)
    fi
}

names() { same_settings | awk '$5 != "webm" { print $1 }'; } # all but
webm_name() { same_settings | awk '$5 == "webm" { print $1 }'; }

# --- talkpress ---------------------------------------------------------------------------------

# The renditions of the race as talkpress writes them down. The card, a still picture that fades, gets
# the options that the renditions which talkpress brings have for it.
write_renditions() {
    local name encoder width height suffix rest option audio container
    local -A card_like=([libx264]=mp4-720 [libsvtav1]=av1-720 [libvpx-vp9]=vp9-720)
    mkdir -p "$1/renditions"
    while read -r name encoder width height suffix rest; do
        container=${suffix##*.} audio='{encoder: aac, bit_rate: 128000, options: {aac_coder: fast}}'
        [[ $container == webm ]] && audio='{encoder: libopus, bit_rate: 96000}'
        {
            printf 'container: %s\nsuffix: .%s\nmime: "video/%s"\nvideo:\n' "$container" "$suffix" "$container"
            printf '  encoder: %s\n  max_width: %d\n  max_height: %d\n' "$encoder" "$width" "$height"
            printf '  key_frame_s: %d\n  options:\n' $key_frame_s
            for option in $rest; do printf '    %s: "%s"\n' "${option%%=*}" "${option#*=}"; done
            grep -h '^  card:' "$bench/../pipeline/renditions/${card_like[$encoder]}.yaml"
            printf 'audio: %s\n' "$audio"
        } >"$1/renditions/bench-$name.yaml"
    done < <(same_settings)
}

way_talkpress() { # way_talkpress [RENDITIONS]
    local event=$out/event
    "$talkpress" init "$event" >/dev/null
    [[ -z ${1:-} ]] || printf 'renditions: [%s]\n' "$1" >"$event/talkpress.yaml"
    if [[ $race == same ]]; then
        write_renditions "$event"
        printf 'renditions: [%s, opus]\n' "$(same_settings | awk '{ printf "%sbench-%s", s, $1; s = ", " }')" \
            >"$event/talkpress.yaml"
    fi
    "$talkpress" -C "$event" import "$folder/page.txt" >/dev/null
    "$talkpress" -C "$event" add "$folder/recordings" >/dev/null
    "$talkpress" -C "$event" run --json >"$out/run.json"
    local file suffix
    for file in "$event"/out/*; do
        case $file in
        */[0-9]*-*.mp4 | */[0-9]*-*.webm | */[0-9]*-*.opus)
            file=${file##*/} suffix=${file#*.} suffix=${suffix#archive.} # the others' names
            mv "$event/out/$file" "$out/$((10#${file%%-*}))-talk.${suffix#av1.}"
            ;;
        esac
    done
}

# --- SReview -----------------------------------------------------------------------------------

# twice FFMPEG-ARGUMENT...: two passes over everything. The last argument is the file.
twice() {
    local log=$scratch/pass
    local -a even=(-fps_mode cfr -r "$fps") # or the passes see other numbers of frames
    ff "${@:1:$#-1}" "${even[@]}" -pass 1 -passlogfile "$log" -an -f null -
    ff "${@:1:$#-1}" "${even[@]}" -pass 2 -passlogfile "$log" "${aac_or_opus[@]}" "${@: -1}"
}

# bit_rate_of FILE: of its picture alone.
bit_rate_of() {
    awk -v s="$(duration_of "$1")" '{ sum += $1 } END { printf "%d", sum * 8 / s }' \
        < <(probe packet=size "$1" -select_streams v)
}

# The way of SReview: the sound normalised into an intermediate, the card put in front, then each
# output from a decode of its own, one after the other, one thread. x264 gets two passes and a bit rate,
# as there (it cannot do both two passes and a CRF): that of the same settings' file.
sreview_same() {
    local n=$1 scratch=$2 name encoder width height suffix aac_or_opus
    local -a video
    joined "$n" "$scratch/joined.mkv"
    while read -r name encoder width height suffix _; do
        options "$name" one
        aac_or_opus=("${aac[@]}")
        [[ $suffix == webm ]] && aac_or_opus=("${opus[@]}")
        local -a args=(-i "$scratch/joined.mkv" -vf "scale=$width:$height" "${video[@]}")
        if [[ $encoder == libx264 ]]; then
            local reference=$folder/same/floor/$n-talk.$suffix
            [[ -e $reference ]] || die "race 'floor' first: SReview's two passes need the bit rates of its files"
            twice "${args[@]}" -crf:v -1 -b:v "$(bit_rate_of "$reference")" -movflags +faststart "$out/$n-talk.$suffix"
        else
            ff "${args[@]}" "${aac_or_opus[@]}" "$out/$n-talk.$suffix"
        fi
    done < <(same_settings)
    ff -i "$scratch/body.mkv" -vn "${opus[@]}" -threads 1 "$out/$n-talk.opus"
}

# What its profiles mp4 (the input's bit rate) and webm (the table for VP9) really say.
sreview_shipped() {
    local n=$1 scratch=$2 rate
    joined "$n" "$scratch/joined.mkv"
    rate=$(bit_rate_of "$scratch/joined.mkv")
    local -a aac_or_opus=(-c:a aac -b:a 128k)
    twice -i "$scratch/joined.mkv" -c:v libx264 -b:v "$rate" -threads 1 "$out/$n-talk.mp4"
    local log=$scratch/webm
    local -a vp9=(-i "$scratch/joined.mkv" -c:v libvpx-vp9 -b:v 1024k -minrate 512k -maxrate 1485k -crf 32 -threads 1)
    ff "${vp9[@]}" -speed 4 -pass 1 -passlogfile "$log" -an -f null -
    ff "${vp9[@]}" -speed 2 -pass 2 -passlogfile "$log" -c:a libopus -b:a 128k -ar 48000 "$out/$n-talk.webm"
}

# FOSDEM's set-up of SReview in 2026: AV1, and the camera's own H.264 as it is.
fosdem_shipped() {
    local n=$1 scratch=$2
    joined "$n" "$scratch/joined.mkv"
    ff -i "$scratch/joined.mkv" -c:v libsvtav1 -preset 6 -crf 32 -svtav1-params tune=0:film-grain=8:lp=1 \
        -c:a libopus -ar 48000 "$out/$n-talk.webm"
    ff -i "$scratch/joined.mkv" -c:v copy -c:a aac -b:a 192k "$out/$n-talk.mp4"
}

# --- ffmpeg ------------------------------------------------------------------------------------

# ffmpeg_some NUMBER THREADS NAME...: the named outputs (and "opus") from one decode.
ffmpeg_some() {
    local n=$1 threads=$2 recording level graph="" pictures=0 sounds=0 name encoder width height suffix
    local -a video outputs=()
    recording=$(recording_of "$folder" "$n")
    level=$(cat "$scratch/loudnorm")
    for name in "${@:3}"; do
        if [[ $name == opus ]]; then
            outputs+=(-map '[body]' "${opus[@]}" "$out/$n-talk.opus")
            continue
        fi
        read -r _ encoder width height suffix _ < <(settings_of "$name")
        options "$name" "$threads"
        outputs+=(-map "[v$pictures]" -map "[a$sounds]" "${video[@]}")
        [[ $suffix == webm ]] && outputs+=("${opus[@]}") || outputs+=("${aac[@]}" -movflags +faststart)
        outputs+=("$out/$n-talk.$suffix")
        graph+=";[p$pictures]scale=$width:${height}[v$pictures]"
        pictures=$((pictures + 1)) sounds=$((sounds + 1))
    done
    local split="split=$pictures" asplit="asplit=$sounds" i
    for ((i = 0; i < pictures; i++)); do split+="[p$i]" asplit+="[a$i]"; done
    local body="asplit[b][body]"
    [[ " $* " == *" opus "* ]] || body="acopy[b]"
    ff -loop 1 -framerate $fps -t $card_s -i "$folder/cards/$n.png" -i "$recording" -filter_complex "
        [0:v]$card_filter,setsar=1[c];[1:v]setsar=1,setpts=PTS-STARTPTS[t];
        [1:a]$level,aresample=48000,$stereo,$body;
        anullsrc=r=48000:cl=stereo,atrim=duration=$card_s,aformat=sample_fmts=fltp[s];
        [c][s][t][b]concat=n=2:v=1:a=1[v][a];[v]$split;[a]$asplit$graph" "${outputs[@]}"
}

# One command: one decode, split, all outputs at once; THREADS: threads, as the encoders like, or one.
ffmpeg_talk() { # ffmpeg_talk NUMBER SCRATCH THREADS
    local scratch=$2
    loudnorm "$(recording_of "$folder" "$1")" >"$scratch/loudnorm"
    # shellcheck disable=SC2046 # words on purpose
    ffmpeg_some "$1" "$3" $(names) "$(webm_name)" opus
}

# Two commands at once, one of them for the costliest output.
ffmpeg_pair() { # ffmpeg_pair NUMBER SCRATCH
    local scratch=$2 other
    loudnorm "$(recording_of "$folder" "$1")" >"$scratch/loudnorm"
    ffmpeg_some "$1" threads "$(webm_name)" &
    other=$! # which a "< <(...)" changes
    # shellcheck disable=SC2046 # words on purpose
    ffmpeg_some "$1" threads $(names) opus
    wait "$other"
}

# --- HandBrake, melt ---------------------------------------------------------------------------

# handbrake IN OUT ARGUMENT...: the picture by HandBrakeCLI, the sound by ffmpeg, in the array $sound:
# Debian 12's HandBrakeCLI crashes in libswresample now and then.
handbrake() {
    local picture=$scratch/picture.${2##*.}
    HandBrakeCLI -i "$1" -o "$picture" --audio none --no-markers --crop 0:0:0:0 --no-comb-detect --no-deinterlace --cfr -r $fps \
        "${@:3}" </dev/null >"$scratch/handbrake.log" 2>&1 || {
        tail -n 5 "$scratch/handbrake.log" >&2
        return 1
    }
    ff -i "$picture" -i "$1" -map 0:v -map 1:a -c:v copy "${sound[@]}" -movflags +faststart "$2"
}

handbrake_same() {
    local n=$1 scratch=$2 name encoder width height suffix rest option
    joined "$n" "$scratch/joined.mkv"
    while read -r name encoder width height suffix rest; do
        local quality="" preset=medium extra=keyint=$((key_frame_s * fps))
        local -a sound=("${aac[@]}") format=(-f av_mp4)
        [[ $encoder == libx264 ]] || extra=g=$((key_frame_s * fps))
        for option in $rest; do
            case $option in
            crf=*) quality=${option#*=} ;;
            preset=*) preset=${option#*=} ;;
            profile=*) ;;
            *-params=*) extra+=:${option#*-params=} ;;
            *) extra+=:$option ;;
            esac
        done
        case $encoder in
        libx264) local -a video=(-e x264 --encoder-profile high) ;;
        libvpx-vp9) local -a video=(-e VP9) ;;
        libsvtav1) local -a video=(-e svt_av1) extra=${extra/g=/keyint=} ;;
        esac
        [[ $suffix == webm ]] && sound=("${opus[@]}") format=(-f av_webm)
        handbrake "$scratch/joined.mkv" "$out/$n-talk.$suffix" "${video[@]}" --encoder-preset "$preset" \
            -q "$quality" -x "$extra" -w "$width" -l "$height" "${format[@]}"
    done < <(same_settings)
    ff -i "$scratch/body.mkv" -vn "${opus[@]}" "$out/$n-talk.opus"
}

handbrake_shipped() {
    local n=$1 scratch=$2
    local -a sound=(-c:a aac -b:a 160k)
    joined "$n" "$scratch/joined.mkv"
    handbrake "$scratch/joined.mkv" "$out/$n-talk.mp4" --preset "Fast 720p30"
    handbrake "$scratch/joined.mkv" "$out/$n-talk.360p.mp4" --preset "Fast 480p30" -w 640 -l 360
    sound=("${opus[@]}")
    handbrake "$scratch/joined.mkv" "$out/$n-talk.webm" --preset "VP9 MKV 720p30" -f av_webm
}

# melt_one OUT ARGUMENT...: card and normalised recording, rendered on all cores.
melt_one() {
    melt -silent -profile atsc_720p_25 "$scratch/card.mkv" "$scratch/body.mkv" \
        -consumer "avformat:$1" real_time=-"$cores" "${@:2}" </dev/null >"$scratch/melt.log" 2>&1
}

melt_same() {
    local n=$1 scratch=$2 name encoder width height suffix rest
    joined "$n" "$scratch/joined.mkv"
    while read -r name encoder width height suffix rest; do
        local -a sound=(acodec=aac ab=128k aac_coder=fast movflags=+faststart)
        [[ $suffix == webm ]] && sound=(acodec=libopus ab=96k f=webm)
        # shellcheck disable=SC2086 # words on purpose
        melt_one "$out/$n-talk.$suffix" "vcodec=$encoder" width="$width" height="$height" \
            g=$((key_frame_s * fps)) threads="$cores" ${rest/b=0/vb=0} "${sound[@]}"
    done < <(same_settings)
    ff -i "$scratch/body.mkv" -vn "${opus[@]}" "$out/$n-talk.opus"
}

# veyepar's two formats.
melt_shipped() {
    local n=$1 scratch=$2
    joined "$n" "$scratch/joined.mkv"
    melt_one "$out/$n-talk.mp4" vcodec=libx264 preset=medium vb=5000k aq-mode=0 subq=0 trellis=1 bf=2 \
        acodec=aac ab=384k ar=48000 ac=2 movflags=+faststart threads="$cores"
    melt_one "$out/$n-talk.webm" f=webm vcodec=libvpx vb=2000k quality=good cpu-used=0 acodec=libvorbis \
        ab=256k threads="$cores"
}

# --- the floor ---------------------------------------------------------------------------------

# cpu_of COMMAND...: user and system seconds.
cpu_of() {
    local file
    file=$(mktemp)
    /usr/bin/time -f '%U %S' -o "$file" "$@" >/dev/null 2>&1
    awk '{ print $1 + $2 }' "$file"
    rm "$file"
}

# The encoders alone, each on raw pictures of card and talk in memory (floor.c), one line of figures for
# each into OUT/floor.jsonl. Its files are the whole-file encodes that the others are held against.
# The sound's encoders read raw sound; what reading it costs is taken off.
floor_one() {
    local n=$1 scratch=$2 name encoder width height suffix rest raw=$raw_folder/floor-$$-$1.yuv size="" figures
    local floor=$build/bench/floor
    [[ -x $floor ]] || die "not built: cmake --build --preset release"
    while read -r name encoder width height suffix rest; do
        if [[ $size != "$width:$height" ]]; then
            size=$width:$height
            ff -loop 1 -framerate $fps -t $card_s -i "$folder/cards/$n.png" -i "$(recording_of "$folder" "$n")" \
                -filter_complex "[0:v]$card_filter,setsar=1[c];[1:v]setsar=1[t];[c][t]concat=n=2,scale=$size:$exact_scaling,format=yuv420p" \
                -f rawvideo "$raw"
        fi
        # shellcheck disable=SC2086 # words on purpose
        figures=$("$floor" "$raw" "${width}x$height" $fps $((key_frame_s * fps)) "$out/$n-talk.$suffix" "$encoder" $rest)
        jq -c --argjson talk "$n" --arg name "$name" '{talk: $talk, name: $name} + .' <<<"$figures" >>"$out/floor.jsonl"
    done < <(same_settings)
    rm "$raw"
    ff -i "$(recording_of "$folder" "$n")" -vn -ar 48000 -ac 2 -f f32le "$scratch/sound.raw"
    local -a raw_sound=(ffmpeg -nostdin -y -f f32le -ar 48000 -ac 2 -i "$scratch/sound.raw")
    jq -nc --argjson talk "$n" --argjson reading "$(cpu_of "${raw_sound[@]}" -f null -)" \
        --argjson aac "$(cpu_of "${raw_sound[@]}" "${aac[@]}" -f null -)" \
        --argjson opus "$(cpu_of "${raw_sound[@]}" "${opus[@]}" -f null -)" \
        '{talk: $talk, name: "sound", cpu_s: ($aac + $opus - 2 * $reading)}' >>"$out/floor.jsonl"
}

# --- which talk when ---------------------------------------------------------------------------

# in_turn FUNCTION [ARGUMENT...]: one talk after the other, each with a folder for what lies between.
in_turn() {
    local n
    for n in $(talks_of "$folder"); do one_talk "$n" "$@"; done
}

one_talk() { # one_talk NUMBER FUNCTION [ARGUMENT...]
    local scratch=$out/scratch-$1
    mkdir -p "$scratch"
    "$2" "$1" "$scratch" "${@:3}"
    rm -r "$scratch"
}

# side_by_side FUNCTION [ARGUMENT...]: as many talks at once as there are cores, the longest first.
side_by_side() {
    local n
    for n in $(talks_longest_first "$folder"); do
        [[ $(jobs -rp | wc -l) -lt $cores ]] || wait -n
        one_talk "$n" "$@" &
    done
    while [[ -n $(jobs -p) ]]; do wait -n; done
}

trap 'rm -f "$raw_folder/floor-$$-"*' EXIT
mkdir -p "$out"
case $race:$way in
*:talkpress) way_talkpress ;;
shipped:talkpress-archive) way_talkpress 'mp4-archive, av1-archive' ;;
same:floor) side_by_side floor_one ;;
same:floor-alone) in_turn floor_one ;; # for pair.sh
same:sreview) in_turn sreview_same ;;
same:sreview-side) side_by_side sreview_same ;;
same:ffmpeg) in_turn ffmpeg_talk threads ;;
same:ffmpeg-pair) in_turn ffmpeg_pair ;;
same:ffmpeg-side) side_by_side ffmpeg_talk one ;;
same:handbrake) in_turn handbrake_same ;;
same:melt) in_turn melt_same ;;
shipped:sreview) in_turn sreview_shipped ;;
shipped:fosdem) in_turn fosdem_shipped ;;
shipped:handbrake) in_turn handbrake_shipped ;;
shipped:veyepar) in_turn melt_shipped ;;
*) die "no way '$way' in race '$race'" ;;
esac
