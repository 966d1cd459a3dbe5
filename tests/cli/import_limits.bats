# Programmes that are made to harm who reads them: refused in time, with a message that names the
# file. What a reader that was taken over can do is in tests/unit/test_sandboxed_call.c.

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
    settings 'renditions: [cheap]' 'sandbox: best-effort'
}

# refuses FILE WORDS...: before a reader without a guard would have come far.
refuses()
{
    local begin=$SECONDS
    expect 1 tp import "$1"
    says "'$1'" "${@:2}"
    same 1 "$(wc -l <<<"$output")"
    [ $((SECONDS - begin)) -lt 20 ]
    same '[]' "$(tp list --json | jq -c .talks)"
}

# calendar RULE: an event in a time zone whose clock is set by the rule.
calendar()
{
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 BEGIN:VTIMEZONE TZID:Mine BEGIN:STANDARD \
        DTSTART:19700101T000000 "RRULE:$1" TZOFFSETFROM:+0100 TZOFFSETTO:+0200 END:STANDARD \
        END:VTIMEZONE BEGIN:VEVENT UID:1 SUMMARY:Talk 'DTSTART;TZID=Mine:20990101T000000' \
        DURATION:PT30M END:VEVENT END:VCALENDAR
}

@test "a calendar whose clock is set every second" {
    calendar FREQ=SECONDLY >x.ics
    refuses x.ics "time zone 'Mine'" 'FREQ=SECONDLY' 'once a day'
    calendar "FREQ=DAILY;BYHOUR=$(seq -s, 0 23);BYMINUTE=$(seq -s, 0 59);BYSECOND=$(seq -s, 0 59)" >x.ics
    refuses x.ics "time zone 'Mine'" 'once a day'
    calendar 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU' >x.ics
    expect 0 tp import --dry-run x.ics
}

@test "an element with thousands of attributes" {
    local many='<event><title>T</title></event></room></day></schedule>'
    {
        printf '<schedule>\n<day '
        seq -f 'a%.0f="1"' 200000
        printf '><room name="a">%s' "$many"
    } >x.xml
    refuses x.xml 'line 2' 'more than 1000 attributes'
    {
        printf '<!DOCTYPE schedule [<!ATTLIST day '
        seq -f 'a%.0f CDATA "1"' 100000
        printf '>]><schedule><day><room name="a">%s' "$many"
    } >x.xml
    refuses x.xml 'more declarations of attributes'
    {
        printf '<html><body '
        seq -f 'a%.0f=1' 200000
        printf '>Episode 1: Title (Ann Lee) (12:06)</body></html>'
    } >x.html
    refuses x.html 'line 1' 'more than 1000 attributes'
}

@test "more of it than any conference has" {
    {
        printf 'title,speakers\n'
        for ((i = 0; i < 201; i++)); do
            printf 'Talk %d,"' $i
            seq -s ';' -f 'Ann Lee %.0f' 1000
            printf '"\n'
        done
    } | sed 's/;$//' >x.csv
    refuses x.csv 'found 201000 speakers'
    { printf '{"schedule":'; head -c 100000 /dev/zero | tr '\0' '['; } >x.json
    refuses x.json 'parsing depth'
    { printf '<schedule>'; yes '<a>' | head -n 100000 | tr -d '\n'; } >x.xml
    refuses x.xml 'Excessive depth'
}

@test "in the sandbox, programmes are read as they are without" {
    local file
    local page='<!DOCTYPE html><html><head><meta charset=%s></head><body>
        <p>Episode 1: \xcf\xf0\xe8\xe2\xe5\xf2 (Ann Lee) (12:06)</p></body></html>'
    # shellcheck disable=SC2059 # the page is the format
    printf "$page" windows-1251 >a.html
    # shellcheck disable=SC2059
    printf "$page" shift_jis >b.html
    printf '<?xml version="1.0" encoding="koi8-r"?><schedule>
        <conference><title>C</title></conference><day date="2021-05-04"><room name="\xd0\xd2">
        <event id="1"><title>T</title><start>10:00</start><duration>00:30</duration></event></room></day></schedule>' >c.xml
    calendar FREQ=YEARLY | sed 's/=Mine:/=Europe\/Brussels:/' >d.ics
    printf 'title,speakers,start,time zone\nTalk,Ann Lee,2021-05-04 10:00,Asia/Kolkata\n' >e.csv
    for file in a.html b.html c.xml d.ics e.csv "$BATS_TEST_DIRNAME/../../metadata/xen-summit-2010.html"; do
        settings 'renditions: [cheap]' 'sandbox: best-effort'
        tp import --dry-run --json "$file" >shut
        settings 'renditions: [cheap]' 'sandbox: off'
        tp import --dry-run --json "$file" >open
        cmp shut open
    done
    grep -q 'Asia\|+05:30' <(tp import --dry-run e.csv; tp import e.csv; tp list --json)
}

@test "a reader opens only time zones, and has a sandbox" {
    strace -o /dev/null true 2>/dev/null || skip "strace is not allowed here"
    tp status | grep -q 'landlock [0-9]' || skip "no Landlock"
    calendar FREQ=YEARLY | sed 's/=Mine:/=Europe\/Brussels:/' >x.ics
    ASAN_OPTIONS=detect_leaks=0 strace -ff -qq -e trace=open,openat,landlock_restrict_self,clone,execve,connect \
        -o trace "$TALKPRESS" -C "$EVENT" import --dry-run x.ics >/dev/null
    local reader
    reader=$(grep -l landlock_restrict_self trace.* | head -n 1)
    sed '1,/landlock_restrict_self/d' "$reader" >inside
    grep -q zoneinfo inside
    expect 1 grep -v 'zoneinfo\|localtime\|^+++\|= -1 E' inside
}

@test "settings that expand without end" {
    local i
    {
        printf 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n'
        for ((i = 1; i < 20; i++)); do
            printf 'a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n' $i $i $((i - 1)){,,,,,}
        done
    } >"$EVENT/talkpress.yaml"
    expect 1 timeout 20 "$TALKPRESS" -C "$EVENT" list
    says talkpress.yaml
}
