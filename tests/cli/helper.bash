# What the command-line tests share. Each .bats file makes its recordings once, in setup_file;
# each test has an event folder of its own, $EVENT.

: "${TALKPRESS:?names the program under test}"
export LC_ALL=C.UTF-8

# A folder for one .bats file: bats keeps it from setup_file to teardown_file.
REC=$BATS_FILE_TMPDIR/recordings
PAGE=$BATS_FILE_TMPDIR/page.txt

# page FILE LINE...: a listing with an event of two days and the given talks ("1: Title (Who) (0:08)").
page()
{
    local file=$1 talk
    shift
    {
        printf 'Tiny Conference 2021\n\nHeld on May 4-5, 2021 in Ghent, Belgium.\n\n|\nOpening\n'
        for talk in "$@"; do
            printf -- '- Talk %s\nWhat talk %s is about.\n' "$talk" "${talk%%[: ]*}"
        done
        printf '|\n'
    } >"$file"
}

# rehearse PAGE DIR [...]: small stand-ins with tones; 160x90 at 5 frames a second is enough for
# the numbers burnt into the pictures.
rehearse()
{
    "$TALKPRESS" rehearse "$1" -o "$2" --height 90 --fps 5 --tones --no-estimate "${@:3}" \
        >/dev/null
}

# new_event [DIR]: an event folder with one cheap rendition and the page imported.
new_event()
{
    EVENT=${1:-$BATS_TEST_TMPDIR/event}
    "$TALKPRESS" init "$EVENT" >/dev/null
    cheap_rendition "$EVENT" cheap .mp4
    settings 'renditions: [cheap]'
    if [ -e "$PAGE" ]; then
        "$TALKPRESS" -C "$EVENT" import "$PAGE" >/dev/null
    fi
}

# copy_event: a copy of the event that setup_file finished, for one test, which runs beside it.
copy_event()
{
    cd "$BATS_TEST_TMPDIR" || return
    cp -a "$BATS_FILE_TMPDIR/done" event
    EVENT=$PWD/event
}

# cheap_rendition EVENT NAME SUFFIX [MAX_WIDTH [PRESET]]
cheap_rendition()
{
    mkdir -p "$1/renditions"
    cat >"$1/renditions/$2.yaml" <<END
container: mp4
suffix: $3
mime: "video/mp4"
video:
  encoder: libx264
  max_width: ${4:-160}
  max_height: 90
  key_frame_s: 4
  options: {preset: ${5:-ultrafast}, crf: 30, x264-params: "stitchable=1"}
audio: {encoder: aac, bit_rate: 64000}
END
}

# settings LINE...: the event's talkpress.yaml. Without the site and without storyboards, unless SITE or
# STORYBOARDS is on: so the tests that list out/ see what they are about.
settings()
{
    printf '%s\n' "$@" 'card: {seconds: 1, fade_ms: 200}' "site: ${SITE:-off}" \
        "storyboards: ${STORYBOARDS:-off}" >"$EVENT/talkpress.yaml"
}

# The commands that talkpress has, one a line.
commands()
{
    "$TALKPRESS" --list-commands
}

# program NAME: the path of another program of talkpress. As built they are all beside it; installed, they
# are in libexec.
program()
{
    local dir
    for dir in "$(dirname "$TALKPRESS")" "$(dirname "$TALKPRESS")/../libexec/talkpress"; do
        [ ! -x "$dir/$1" ] || {
            echo "$dir/$1"
            return
        }
    done
    echo "there is no '$1' beside '$TALKPRESS'" >&2
    return 1
}

# needs_build: skips a test with the installed program. It needs a program or a library that the tests build.
needs_build()
{
    [ -x "$(dirname "$TALKPRESS")/talkpress-media" ] || skip "only with what the tests build"
}

# In the event's folder.
tp()
{
    "$TALKPRESS" -C "$EVENT" "$@"
}

# expect STATUS COMMAND...: runs it; output and errors are in $output, and shown where it fails.
expect()
{
    local want=$1
    shift
    run "$@"
    if [ "$status" -ne "$want" ]; then
        printf '%s\n' "status $status, not $want, of: $*" "$output"
        return 1
    fi
}

# says TEXT...: $output holds each text, as one line: tables wrap long texts.
says()
{
    local flat text
    flat=$(tr -s ' \n' '  ' <<<"$output")
    for text in "$@"; do
        [[ $flat == *"$text"* ]] || {
            printf '%s\n' "not found: $text" "in: $output"
            return 1
        }
    done
}

says_not()
{
    local flat text
    flat=$(tr -s ' \n' '  ' <<<"$output")
    for text in "$@"; do
        [[ $flat != *"$text"* ]] || {
            printf '%s\n' "found: $text" "in: $output"
            return 1
        }
    done
}

# same EXPECTED GOT
same()
{
    [ "$1" = "$2" ] || {
        printf '%s\n' "expected: $1" "got:      $2"
        return 1
    }
}

# Since 1.7, jq prints a number that nothing was done to as it was written: 8.0. The tests expect 8. The
# filter is the first argument that is no option.
if [ "$(command jq . <<<8.0)" != 8 ]; then
    jq()
    {
        local -a options=()
        local nb
        while [[ $1 == -* ]]; do
            nb=1
            case $1 in
            --arg | --argjson | --slurpfile | --rawfile) nb=3 ;;
            esac
            options+=("${@:1:nb}")
            shift "$nb"
        done
        command jq "${options[@]}" "walk(if type == \"number\" then . + 0 else . end) | ($1
)" "${@:2}"
    }
fi

# json FILTER EXPECTED COMMAND...: what jq makes of the command's standard output, compact.
json()
{
    local filter=$1 want=$2 got
    shift 2
    got=$("$@" 2>/dev/null | jq -c "$filter") || true
    same "$want" "$got"
}

# Frames and, in milliseconds, the length of a file as ffprobe counts them by decoding.
nb_frames()
{
    ffprobe -v error -count_frames -select_streams v:0 -show_entries stream=nb_read_frames \
        -of csv=p=0 "$1"
}

# frame_numbers FILE FIRST [COUNT]: the numbers burnt into COUNT frames from FIRST on, one a line;
# -1 where a frame has none. docs/rehearse.md: 24 cells in the bottom twelfth; white, black, 20 bits
# from the highest, black, white.
frame_numbers()
{
    ffmpeg -v error -i "$1" -map 0:v:0 -fps_mode passthrough -vf "trim=start_frame=$2:end_frame=$(($2 + ${3:-1})),setpts=PTS-STARTPTS,crop=\
iw:ih/24:0:ih*46/48,scale=24:1:flags=area,format=gray" -f rawvideo - |
        od -An -v -tu1 -w24 | awk '{
            middle = ($1 + $2) / 2
            if ($1 - $2 < 64 || $23 > middle || $24 < middle) { print -1; next }
            n = 0
            for (i = 3; i <= 22; i++) n = 2 * n + ($i > middle)
            print n
        }'
}

sums()
{
    cat "$EVENT/out/SHA256SUMS"
}

# workers_of COORDINATOR: the processes that do its jobs, children of the one that forks them.
workers_of()
{
    local spawner
    spawner=$(cat "/proc/$1/task/$1/children" 2>/dev/null) || return 0
    cat "/proc/${spawner% }/task/${spawner% }/children" 2>/dev/null || true
}
