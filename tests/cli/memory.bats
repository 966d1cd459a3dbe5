# Memory that fails once, wherever the libraries of a command ask for it. DURABILITY=all tries a
# thousand places; unset, some of them. For a whole run see durability.bats.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:03)"
}

setup()
{
    load helper
    ulimit -c 0
    new_event
    cd "$BATS_TEST_TMPDIR"
    fails_at 0 status # the versions of the encoders are found once, and not counted below
}

# fails_at N COMMAND...: the Nth allocation. What the command leaves is in $status, log and $output.
fails_at()
{
    status=0
    rm -f count card.png
    env LD_PRELOAD="$MEMORY_SHIM" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" \
        MEMORY_COUNT="$PWD/count" MEMORY_FAULT_IN=coordinator MEMORY_FAULT="$1" \
        timeout 60 "$TALKPRESS" -C "$EVENT" "${@:2}" >printed 2>log || status=$?
    output=$(cat printed card.png 2>/dev/null | sha256sum)
}

# fails_everywhere COMMAND...: places spread over all. One message each, no crash, no hang, no leak,
# and the same output where the command ends well.
fails_everywhere()
{
    local at total good places=25 refused=0
    [ "${DURABILITY:-}" != all ] || places=1000
    fails_at 0 "$@"
    [ "$status" = 0 ]
    good=$output
    total=$(od -An -td8 count | tr -d ' ')
    [ "$total" -gt 1000 ]
    for ((at = 1; at <= total; at += 1 + total / places)); do
        fails_at "$at" "$@"
        case $status in
        0) [[ $(cat printed log | grep -c '^talkpress: ') = 0 && $output = "$good" ]] ;;
        1) [[ $(cat printed log | grep -c '^talkpress: ') = 1 && $(cat log) = *memory* ]] ;;
        134) [ "$(cat printed log)" = 'talkpress: out of memory' ] ;;
        *) false ;;
        esac || { echo "$at of $total: status $status"; cat printed log; return 1; }
        [ "$status" = 0 ] || refused=$((refused + 1))
    done
    [ "$refused" -gt $((places / 2)) ]
    tp "$@"
}

@test "a card: fontconfig and libass" {
    fails_everywhere card 1 -o card.png
}

@test "a card: GLib and FFmpeg, which ask posix_memalign()" {
    local at total places=25
    [ "${DURABILITY:-}" != all ] || places=1000
    export MEMORY_FAULT_OF=aligned
    fails_at 0 card 1 -o card.png
    total=$(od -An -td8 count | tr -d ' ')
    # 27 with GLib 2.74, whose slices are 8 of them; 19 with 2.84 and 2.90, which have none.
    [ "$total" -gt 15 ]
    for ((at = 1; at <= total; at += 1 + total / places)); do
        fails_at "$at" card 1 -o card.png
        case $status in
        1) [[ $(cat printed log) = "talkpress: 'the card of talk 1' cannot be read: out of memory"* ]] ;;
        134) [ "$(cat printed log)" = 'talkpress: out of memory' ] ;;
        *) false ;;
        esac
    done
}

@test "iCalendar" {
    {
        printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nX-WR-CALNAME:Tiny\r\n'
        for n in 1 2 3 4 5; do
            printf 'BEGIN:VEVENT\r\nUID:%s\r\nSUMMARY:Talk %s\r\nLOCATION:Hall\r\n' $n $n
            printf 'DTSTART;TZID=Europe/Brussels:2021050%sT090000\r\nDURATION:PT30M\r\nEND:VEVENT\r\n' $n
        done
        printf 'END:VCALENDAR\r\n'
    } >tiny.ics
    fails_everywhere import --replace --dry-run tiny.ics
}

@test "a page in HTML" {
    fails_everywhere import --replace --dry-run "$BATS_TEST_DIRNAME/../../metadata/xen-summit-2010.html"
}
