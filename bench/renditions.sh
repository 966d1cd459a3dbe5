#!/usr/bin/env bash
# The encoders' settings on slides alone, a camera alone and both, and on a card of 5 s: processor time,
# bytes, SSIM, memory.
#   bench/renditions.sh FOLDER [-s SECONDS] [-c CONFIG-REGEX] [-r FILE]...
#     -s  of each kind of material, 20 unless told
#     -c  only the settings whose name matches
#     -r  a recording of your own as one more kind: its seconds 60 to 60+SECONDS, as 1280x720
# One encoder at a time. Writes FOLDER/renditions.tsv as it goes, at the end FOLDER/renditions.md and
# renditions.svg; settings that are in the .tsv already are not run again.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$bench/material.sh"
folder=${1:-}
[[ -n $folder && $folder != -* ]] || die "usage: renditions.sh FOLDER [-s SECONDS] [-c REGEX] [-r FILE]..."
shift
seconds=20 wanted=. recordings=()
while getopts s:c:r: option; do
    case $option in
    s) seconds=$OPTARG ;;
    c) wanted=$OPTARG ;;
    r) recordings+=("$OPTARG") ;;
    *) exit 2 ;;
    esac
done
need ffmpeg jq awk gnuplot
need_talkpress
floor=$build/bench/floor
[[ -x $floor ]] || die "not built: cmake --build --preset release"

# NAME ENCODER KEY-FRAME-SECONDS OPTION...
settings() {
    local crf preset key scm
    for preset in veryfast fast medium slow; do
        for crf in 19 21 23 25; do
            echo "x264-$preset-$crf libx264 10 preset=$preset crf=$crf profile=high"
        done
    done
    for key in 4 6; do
        echo "x264-medium-23-key$key libx264 $key preset=medium crf=23 profile=high"
        echo "av1-12-42-scm1-key$key libsvtav1 $key preset=12 crf=42 svtav1-params=scm=1:lp=1"
    done
    echo "x264-medium-23-still libx264 10 preset=medium crf=23 profile=high tune=stillimage"
    echo "x264-medium-23-animation libx264 10 preset=medium crf=23 profile=high tune=animation"
    echo "x264-medium-23-ssim libx264 10 preset=medium crf=23 profile=high tune=ssim"
    echo "x264-medium-23-look20 libx264 10 preset=medium crf=23 profile=high x264-params=rc-lookahead=20"
    for preset in 8 9 10 11 12; do
        for crf in 35 38 42 46 50; do
            echo "av1-$preset-$crf-scm1 libsvtav1 10 preset=$preset crf=$crf svtav1-params=scm=1:lp=1"
        done
        for scm in 0 2; do
            echo "av1-$preset-42-scm$scm libsvtav1 10 preset=$preset crf=42 svtav1-params=scm=$scm:lp=1"
        done
    done
    echo "av1-12-42-scm1-ssim libsvtav1 10 preset=12 crf=42 svtav1-params=scm=1:lp=1:tune=0"
    for scm in 0 1; do
        echo "av1-12-38-scm$scm-look0 libsvtav1 10 preset=12 crf=38 svtav1-params=scm=$scm:lp=1:lookahead=0"
        echo "av1-10-11-scm$scm libsvtav1 10 preset=10 crf=11 svtav1-params=scm=$scm:lp=1"
    done
    local vp9="libvpx-vp9 10 b=0 lag-in-frames=25 auto-alt-ref=1"
    for preset in 2 4 5; do
        echo "vp9-good-$preset-32 $vp9 crf=32 deadline=good cpu-used=$preset"
    done
    echo "vp9-good-4-37 $vp9 crf=37 deadline=good cpu-used=4"
    echo "vp9-good-4-32-screen $vp9 crf=32 deadline=good cpu-used=4 tune-content=screen"
    for preset in 6 8; do
        echo "vp9-realtime-$preset-32 libvpx-vp9 10 b=0 crf=32 deadline=realtime cpu-used=$preset"
    done
    # As the renditions have them for cards.
    echo "x264-medium-23-card libx264 10 preset=medium crf=23 profile=high aq-mode=0 rc-lookahead=20 b_strategy=0 motion-est=dia"
    echo "av1-13-30-card libsvtav1 10 preset=13 crf=30 svtav1-params=scm=0:lp=1:lookahead=0:enable-tf=0"
    echo "vp9-realtime-6-34-card $vp9 crf=34 deadline=realtime cpu-used=6 tune-content=screen"
}

# card FILE.png: of a talk.
card() {
    local event=$folder/card-event
    rm -rf "$event"
    "$talkpress" init "$event" >/dev/null
    printf 'Bench Conference 2026\n\nHeld on May 4-5, 2026 in Ghent, Belgium.\n\n|\nOpening\n%s\nAbout it.\n|\n' \
        '- Talk 1: Sharing Pages Between Guests (Speaker One) (0:30)' >"$folder/page.txt"
    "$talkpress" -C "$event" import "$folder/page.txt" >/dev/null
    "$talkpress" -C "$event" card 1 -o "$1" >/dev/null
    rm -r "$event"
}

# material KIND FILE.mkv: lossless, so that it is the source of picture and SSIM alike.
material() {
    case $1 in
    slides | camera | mixed)
        slides "$seconds" 3 >"$folder/slides.ass"
        ff -f lavfi -i "$(picture "$1" "$seconds" 3 "$folder/slides.ass")" \
            -c:v ffv1 -level 3 -g 1 "$2"
        ;;
    card)
        card "$folder/card.png"
        ff -loop 1 -framerate $fps -t $card_s -i "$folder/card.png" -vf "$card_filter" -c:v ffv1 -level 3 -g 1 "$2"
        ;;
    *)
        ff -ss 60 -t "$seconds" -i "$1" -an -vf "scale=1280:720:flags=bicubic,fps=$fps,format=yuv420p" \
            -c:v ffv1 -level 3 -g 1 "$2"
        ;;
    esac
}

# measure KIND SOURCE RAW NAME ENCODER KEY-S OPTION...
measure() {
    local kind=$1 source=$2 raw=$3 name=$4 out=$folder/out.mkv figures
    [[ -e $raw ]] || ff -i "$source" -f rawvideo "$raw"
    # glibc as talkpress sets it: SVT-AV1 asks for zeros at every picture (pipeline/encode/encoder.c).
    if ! figures=$(GLIBC_TUNABLES=glibc.malloc.mmap_threshold=4194304:glibc.malloc.trim_threshold=67108864 \
        "$floor" "$raw" 1280x720 "$fps" $(($6 * fps)) "$out" "$5" "${@:7}"); then
        echo "$name on $kind: refused by the encoder" >&2
        return
    fi
    jq -r --arg kind "$kind" --arg name "$name" --argjson s "$seconds" \
        --arg db "$(ssim "$out" "$source" 1280 720 0)" \
        '[$kind, $name, $s, .cpu_s, .bytes, $db, (.rss_kb / 1024 | floor)] | @tsv' <<<"$figures" |
        tee -a "$table"
}

# front: of lines kind, name, s, cpu, bytes, db: those that none beats in all three, marked with *.
front() {
    awk -F'\t' -v OFS='\t' '
        { line[NR] = $0; kind[NR] = $1; cpu[NR] = $4; bytes[NR] = $5; db[NR] = $6 }
        END {
            for (i = 1; i <= NR; i++) {
                mark = "*"
                for (j = 1; j <= NR; j++)
                    if (i != j && kind[i] == kind[j] && cpu[j] <= cpu[i] && bytes[j] <= bytes[i] && db[j] >= db[i])
                        mark = ""
                print line[i], mark
            }
        }' "$1"
}

report() {
    {
        echo "One thread each, 1280x720, $fps frames a second. CPU s, kB and dB are of the length given."
        echo "\* nothing here is at once faster, smaller and better."
        for kind in "${kinds[@]}"; do
            printf '\n| %s | s | CPU s | kB | SSIM dB | MB | |\n|---|---|---|---|---|---|---|\n' "${kind##*/}"
            front "$table" | awk -F'\t' -v kind="${kind##*/}" '$1 == kind {
                printf "| %s | %d | %.2f | %.1f | %.2f | %d | %s |\n", $2, $3, $4, $5 / 1000, $6, $7, $8 }'
        done
    } >"$folder/renditions.md"
    local kind plot plots="" first=${kinds[0]##*/}
    for kind in x264 av1 vp9; do
        plots+="'< grep -P \"^$first\\t$kind\" $table' using (\$5/1000):6:(0.5+sqrt(\$4/3)) title '$kind' with points pt 6 ps var, "
    done
    {
        echo "set terminal svg size 1200,800 font 'Noto Sans,12' background rgb 'white'"
        echo "set output '$folder/renditions.svg'; set datafile separator tab; set key bottom right"
        echo "set multiplot layout ${#kinds[@]},1; set xlabel 'kB'; set ylabel 'SSIM dB'; set logscale x; set grid"
        for kind in "${kinds[@]}"; do
            echo "set title '${kind##*/}: the larger the ring, the more processor time'"
            plot=${plots//^$first/^${kind##*/}}
            echo "plot ${plot%, }"
        done
    } >"$folder/renditions.gnuplot"
    gnuplot "$folder/renditions.gnuplot"
    echo "written: $folder/renditions.md, renditions.svg"
}

mkdir -p "$folder"
table=$folder/renditions.tsv
touch "$table"
kinds=(mixed slides camera card "${recordings[@]}")
raw=$raw_folder/renditions-$$.yuv
trap 'rm -f "$raw"' EXIT
for kind in "${kinds[@]}"; do
    source=$folder/${kind##*/}-$seconds.mkv
    [[ -e $source ]] || material "$kind" "$source"
    rm -f "$raw"
    while read -r name rest; do
        [[ $name =~ $wanted ]] || continue
        # shellcheck disable=SC2086 # words on purpose
        grep -qP "^${kind##*/}\t$name\t$seconds\t" "$table" ||
            measure "${kind##*/}" "$source" "$raw" "$name" $rest
    done < <(settings)
done
report
