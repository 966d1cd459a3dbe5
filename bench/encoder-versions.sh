#!/usr/bin/env bash
# One encoder version against another: what the settings of renditions cost and give with the encoders of
# the system that this runs in.
#   bench/encoder-versions.sh FOLDER NAME [-c REGEX] [-t SPEAKER] [-r SECOND:FILE]...
#     NAME  of this system, in the first column of FOLDER/encoder-versions.tsv
#     -c    only the settings whose name matches
#     -t    a recording of a speaker: 426x240 of it are laid over the slides (material "talk")
#     -r    a recording of your own as one more material: 8 s from SECOND, as 1280x720
# The pictures are made once, in FOLDER, by the system that runs first; so the same ones are encoded in each.
# BENCH_FLOOR: the program bench/floor that was built in this system, if it is not in build/release.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$bench/material.sh"
folder=${1:-} name=${2:-}
[[ -n $name && $folder != -* ]] || die "usage: encoder-versions.sh FOLDER NAME [-c REGEX] [-t SPEAKER] [-r SECOND:FILE]..."
shift 2
wanted=. seconds=8 speaker="" recordings=()
while getopts c:t:r: option; do
    case $option in
    c) wanted=$OPTARG ;;
    t) speaker=$OPTARG ;;
    r) recordings+=("$OPTARG") ;;
    *) exit 2 ;;
    esac
done
need ffmpeg jq awk
floor=${BENCH_FLOOR:-$build/bench/floor}
[[ -x $floor ]] || die "not built: cmake --build --preset release"

# NAME ENCODER OPTION...: those of the renditions, and what was tried beside them.
settings() {
    local preset crf av1="scm=1:lp=1:lookahead=0" five=hierarchical-levels=5
    echo "av1-archive libsvtav1 preset=10 crf=11 svtav1-params=scm=0:lp=1"
    echo "av1-archive-2 libsvtav1 preset=8 crf=12 svtav1-params=scm=0:lp=1:lookahead=0"
    echo "av1-archive-3 libsvtav1 preset=7 crf=14 svtav1-params=$av1:$five"
    for preset in 6 7 8 9 10 11 12; do
        for crf in 34 38 42 46 48; do
            echo "av1-$preset-$crf libsvtav1 preset=$preset crf=$crf svtav1-params=$av1"
            echo "av1-$preset-$crf-five libsvtav1 preset=$preset crf=$crf svtav1-params=$av1:$five"
        done
    done
    echo "x264-medium-23 libx264 preset=medium crf=23 profile=high x264-params=stitchable=1"
    echo "x264-veryfast-21 libx264 preset=veryfast crf=21 profile=high x264-params=stitchable=1"
    echo "vp9-good-4-32 libvpx-vp9 deadline=good cpu-used=4 crf=32 b=0 lag-in-frames=25 auto-alt-ref=1"
}

# pictures KIND FILE.mkv
pictures() {
    local fit="fps=$fps,scale=1280:720:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic"
    case $1 in
    slides | talk) slides "$seconds" 3 >"$folder/slides.ass" ;;
    esac
    case $1 in
    slides) ff -f lavfi -i "$(picture slides "$seconds" 3 "$folder/slides.ass")" -c:v ffv1 -level 3 -g 1 "$2" ;;
    talk)
        ff -f lavfi -i "$(picture slides "$seconds" 3 "$folder/slides.ass")" -i "$speaker" -lavfi "
            [1:v]fps=$fps,scale=426:240:flags=bicubic[c];
            [0:v][c]overlay=x=W-w-24:y=H-h-24:shortest=1,format=yuv420p" -c:v ffv1 -level 3 -g 1 "$2"
        ;;
    *)
        ff -ss "${1%%:*}" -t "$seconds" -i "${1#*:}" -an -c:v ffv1 -level 3 -g 1 \
            -vf "$fit,pad=1280:720:(ow-iw)/2:(oh-ih)/2,format=yuv420p" "$2"
        ;;
    esac
}

# compare FILE REFERENCE: "SSIM TAB PSNR" in dB over all planes. Both are marked alike: FFmpeg 9 would convert
# the colours of one of them.
compare() {
    local mark="setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    ffmpeg -nostdin -hide_banner -i "$1" -i "$2" -lavfi "
        [0:v]$mark,setpts=N/($fps*TB),split[a][b];[1:v]$mark,setpts=N/($fps*TB),split[c][d];
        [a][c]ssim;[b][d]psnr" -f null - 2>&1 |
        sed -n -e 's/.*SSIM .*All:[0-9.]* (\([0-9.inf]*\)).*/1 \1/p' -e 's/.*PSNR .*average:\([0-9.inf]*\) .*/2 \1/p' |
        sort | cut -d' ' -f2 | paste -s
}

# measure KIND SOURCE RAW NAME ENCODER OPTION...
measure() {
    local figures out=$folder/$name.out.mkv
    if ! figures=$(GLIBC_TUNABLES=glibc.malloc.mmap_threshold=4194304:glibc.malloc.trim_threshold=67108864 \
        SVT_LOG=1 "$floor" "$3" 1280x720 "$fps" $((10 * fps)) "$out" "$5" "${@:6}"); then
        echo "$4 on $1: refused by the encoder" >&2
        return
    fi
    jq -r --arg system "$name" --arg kind "$1" --arg settings "$4" --arg db "$(compare "$out" "$2")" \
        '[$system, $kind, $settings, .cpu_s, .bytes, (.rss_kb / 1024 | floor)] + ($db / "\t") | @tsv' \
        <<<"$figures" | tee -a "$table"
    rm -f "$out"
}

mkdir -p "$folder"
table=$folder/encoder-versions.tsv
touch "$table"
kinds=(slides ${speaker:+talk} "${recordings[@]}")
raw=$raw_folder/encoder-versions-$$.yuv
trap 'rm -f "$raw"' EXIT
echo "system kind settings CPU-s bytes MB SSIM-dB PSNR-dB" | tr ' ' '\t'
for kind in "${kinds[@]}"; do
    short=${kind##*/}
    source=$folder/$short.mkv
    [[ -e $source ]] || pictures "$kind" "$source"
    ff -i "$source" -f rawvideo "$raw"
    while read -r setting rest; do
        [[ $setting =~ $wanted ]] || continue
        # shellcheck disable=SC2086 # words on purpose
        grep -qP "^$name\t\Q$short\E\t$setting\t" "$table" || measure "$short" "$source" "$raw" "$setting" $rest
    done < <(settings)
done
