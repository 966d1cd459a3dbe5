#!/usr/bin/env bash
# Runs ways of making all talks of a workload in turn (A B C A B C ...) and measures them.
#   bench/race.sh FOLDER same|shipped [ROUNDS [WAY...]]
# same:    floor talkpress ffmpeg ffmpeg-pair ffmpeg-side sreview sreview-side handbrake melt
# shipped: talkpress talkpress-archive sreview fosdem handbrake veyepar
# 3 rounds of all of them unless told. FOLDER is what workload.sh made. Each run adds a line to
# FOLDER/results.jsonl, the first of each way also its outputs' to FOLDER/outputs.jsonl; bench/report
# makes the table of them. BENCH_SETTINGS=FILE races with other settings: see lib.sh, same_settings,
# and av1.settings.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
folder=${1:-} race=${2:-} rounds=${3:-3}
[[ -e $folder/talks.tsv && $race =~ ^(same|shipped)$ && $rounds =~ ^[1-9][0-9]*$ ]] ||
    die "usage: race.sh FOLDER same|shipped [ROUNDS [WAY...]], FOLDER made by workload.sh"
folder=$(realpath "$folder")
ways=("${@:4}")
if [[ ${#ways[@]} -eq 0 ]]; then
    ways=(talkpress talkpress-archive sreview fosdem handbrake veyepar)
    [[ $race == shipped ]] ||
        ways=(floor talkpress ffmpeg ffmpeg-pair ffmpeg-side sreview sreview-side handbrake melt)
fi
need ffmpeg ffprobe jq awk HandBrakeCLI melt /usr/bin/time
need_talkpress

# sample FILE: every half second, how many ticks the cores have been busy and idle since the start.
sample() {
    while sleep 0.5; do
        awk '/^cpu[0-9]/ { printf "%d %d ", $2 + $3 + $4 + $7 + $8, $5 + $6 } END { print "" }' /proc/stat >>"$1"
    done
}

# busy FILE: of the half seconds, the share in which every core was busy (9 ticks of 10) and the
# seconds of core time that the whole machine spent.
busy() {
    awk -v hz="$(getconf CLK_TCK)" '
        NR == 1 { split($0, first) }
        NR > 1 {
            all = 1
            for (i = 1; i < NF; i += 2) {
                busy = $i - was[i]; idle = $(i + 1) - was[i + 1]
                if (busy < 9 * idle) all = 0
            }
            full += all
        }
        { for (i = 1; i <= NF; i++) was[i] = $i }
        END {
            for (i = 1; i < NF; i += 2) spent += was[i] - first[i]
            printf "{\"all_busy\": %.3f, \"machine_s\": %.2f}", (NR > 1 ? full / (NR - 1) : 0), spent / hz
        }' "$1"
}

# run WAY ROUND
run() {
    local way=$1 out=$folder/$race/$1 sampler status=0 figures
    rm -rf "$out"
    mkdir -p "$out"
    sync # what the way before left to write, gigabytes of raw pictures after the floor, is not this one's
    sample "$out/stat" &
    sampler=$!
    /usr/bin/time -f '{"wall_s": %e, "user_s": %U, "system_s": %S, "rss_kb": %M}' -o "$out/time" \
        "$bench/ways.sh" "$race" "$way" "$folder" "$out" >"$out/log" 2>&1 || status=$?
    kill $sampler
    wait $sampler 2>/dev/null || true
    [[ $status -eq 0 ]] || die "$way failed: $(tail -n 5 "$out/log")"
    [[ $way == floor ]] || figures=$(jq -s add "$out/time" <(busy "$out/stat"))
    # The floor's figures are its encoders', not those of preparing raw pictures.
    [[ $way != floor ]] || figures=$(jq -s --argjson cores "$cores" '(map(.cpu_s) | add) as $cpu |
        {wall_s: ($cpu / $cores), user_s: $cpu, system_s: 0, rss_kb: (map(.rss_kb // 0) | max), all_busy: 1,
         machine_s: $cpu}' "$out/floor.jsonl")
    jq -c --arg race "$race" --arg way "$way" --argjson round "$2" --argjson cores "$cores" \
        '{race: $race, way: $way, round: $round, cores: $cores} + .' <<<"$figures" | tee -a "$folder/results.jsonl"
}

# loudness_of FILE SKIP: LUFS, without the first SKIP seconds.
loudness_of() {
    ffmpeg -nostdin -hide_banner -i "$1" -vn -af "atrim=start=$2,ebur128" -f null - 2>&1 |
        sed -n 's/^ *I: *\(-[0-9.inf]*\) LUFS/\1/p' | tail -n 1
}

# check WAY: one line for each output.
check() {
    local way=$1 file name n suffix skip width height sound picture
    for file in "$folder/$race/$way"/[0-9]*-talk.*; do
        name=${file##*/} n=${file##*/} && n=${n%%-*} suffix=${name#*.} skip=$card_s
        [[ $suffix != opus ]] || skip=0
        sound=$(probe stream=codec_name "$file" -select_streams a)
        [[ -z $sound ]] || sound=$(loudness_of "$file" $skip)
        picture='{}'
        if [[ $suffix != opus ]]; then
            IFS=, read -r width height < <(probe stream=width,height "$file" -select_streams v)
            picture=$(jq -n --arg db "$(ssim "$file" "$(recording_of "$folder" "$n")" "$width" "$height" $((card_s * fps)))" \
                --argjson sizes "$(probe packet=size "$file" -select_streams v | tr -d ',' | jq -s .)" \
                '{ssim_db: ($db | tonumber), frames: ($sizes | length), picture_bytes: ($sizes | add)}')
        fi
        jq -nc --arg race "$race" --arg way "$way" --argjson talk "$n" --arg output "$suffix" \
            --argjson s "$(duration_of "$file")" --argjson bytes "$(stat -c %s "$file")" --arg lufs "$sound" \
            --argjson want "$(($(seconds_of "$folder" "$n") * fps + card_s * fps))" --argjson picture "$picture" \
            '{race: $race, way: $way, talk: $talk, output: $output, duration_s: $s, bytes: $bytes,
              lufs: (try ($lufs | tonumber) catch null), frames_wanted: $want} + $picture' >>"$folder/outputs.jsonl"
    done
}

touch "$folder/results.jsonl" "$folder/outputs.jsonl"
for ((round = 1; round <= rounds; round++)); do
    for way in "${ways[@]}"; do
        run "$way" $round
        grep -q "^{\"race\":\"$race\",\"way\":\"$way\"," "$folder/outputs.jsonl" || check "$way"
    done
done
