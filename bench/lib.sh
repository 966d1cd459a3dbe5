# shellcheck shell=bash disable=SC2034 # those who source it use the variables
# What the scripts of bench/ share. Sourced, not run.
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$bench/../build/release
talkpress=$build/src/talkpress
# Raw pictures lie in memory, so that no disk is measured: 35 MB for a second of 1280x720.
raw_folder=${BENCH_RAW:-/dev/shm}
cores=$(nproc)
fps=25 card_s=5
card_filter="fps=$fps,scale=1280:720,format=yuv420p,fade=in:0:12,fade=out:$((card_s * fps - 12)):12"
# Of the floor's pictures and of those that SSIM is measured against. Who scales less exactly pays for it.
exact_scaling=flags=bicubic+accurate_rnd+full_chroma_int
export LC_ALL=C.UTF-8

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# need COMMAND...: stops with the names of those that are missing.
need() {
    local name
    local -a missing=()
    for name in "$@"; do
        command -v "$name" >/dev/null || missing+=("$name")
    done
    [[ ${#missing[@]} -eq 0 ]] || die "not found: ${missing[*]} (packages.txt, groups test and bench)"
}

need_talkpress() {
    [[ -x $talkpress ]] || die "no release build: cmake --preset release && cmake --build --preset release"
}

ff() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }

# probe ENTRIES FILE [OPTION...]: the bare values.
probe() { ffprobe -v error "${@:3}" -show_entries "$1" -of csv=p=0 "$2"; }

duration_of() { probe format=duration "$1"; }

# ssim FILE REFERENCE WIDTH HEIGHT SKIP: dB over all planes, frame by frame, without FILE's first SKIP.
ssim() {
    ffmpeg -nostdin -hide_banner -i "$1" -i "$2" -lavfi "
        [0:v]trim=start_frame=$5,setpts=N/($fps*TB)[a];
        [1:v]scale=$3:$4:$exact_scaling,setpts=N/($fps*TB)[b];
        [a][b]ssim=shortest=1" -f null - 2>&1 | sed -n 's/.*SSIM .*All:[0-9.]* (\([0-9.inf]*\)).*/\1/p'
}

# The settings of the race in which all have the same, and of the floor:
# NAME ENCODER WIDTH HEIGHT SUFFIX OPTION...
# One ends in .webm and has Opus, the others AAC. BENCH_SETTINGS names a file with others.
same_settings() {
    if [[ -n ${BENCH_SETTINGS:-} ]]; then
        cat "$BENCH_SETTINGS"
        return
    fi
    cat <<END
mp4-720 libx264 1280 720 mp4 preset=medium crf=23 profile=high x264-params=stitchable=1
mp4-360 libx264 640 360 360p.mp4 preset=medium crf=24 profile=high x264-params=stitchable=1
vp9-720 libvpx-vp9 1280 720 webm deadline=good cpu-used=4 crf=32 b=0 lag-in-frames=25 auto-alt-ref=1
END
}
key_frame_s=10 # as the renditions that talkpress comes with

# settings_of NAME: its line.
settings_of() { same_settings | grep "^$1 " || die "no rendition '$1'"; }

# encoder_options ENCODER OPTION...: the same for ffmpeg, one word a line.
encoder_options() {
    local option key
    printf '%s\n' -c:v "$1" -g $((key_frame_s * fps))
    for option in "${@:2}"; do
        key=${option%%=*}
        printf '%s\n' "-$key:v" "${option#*=}"
    done
}

# The folder of a workload: what workload.sh made.
talks_of() { seq 1 "$(wc -l <"$1/talks.tsv")"; }
recording_of() { awk -F'\t' -v n="$2" '$1 == n { print $3 }' "$1/talks.tsv"; }
seconds_of() { awk -F'\t' -v n="$2" '$1 == n { print $2 }' "$1/talks.tsv"; }
talks_longest_first() { sort -t$'\t' -k2,2nr "$1/talks.tsv" | cut -f1; }
