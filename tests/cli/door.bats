# The door of the review (talkpress-review) against browsers that obey and clients that do not. The
# service is made up: tests/hostile/door.py, which has one function for each thing tried here.

setup()
{
    load helper
    DOOR=$(program talkpress-review)
    cd "$BATS_TEST_TMPDIR"
}

# door TEST [FILE]: FILE: where strace writes. Sanitizers keep little of what is freed: memory is measured.
door()
{
    ASAN_OPTIONS=quarantine_size_mb=1:${ASAN_OPTIONS:-} expect 0 timeout 60 python3 "$BATS_TEST_DIRNAME/../hostile/door.py" "$DOOR" "$@"
}

@test "pages: the link sets the cookie, every answer has its headers, only listed files are served" {
    door pages
}

@test "each address becomes its request to the service, and nothing else does" {
    door requests
    door wrong_paths
}

@test "without the cookie of this run nothing is served" {
    door strangers
}

@test "rebinding: another name of the machine is refused, as is none and two" {
    door rebinding
    door listen
}

@test "other pages can neither decide nor read; POST is JSON only" {
    door other_pages
}

@test "ranges, ETags and HEAD" {
    door ranges
}

@test "bodies: too long, not JSON, without a length, in chunks" {
    door bodies
}

@test "answers of the service that cannot be" {
    door answers
    door bad_service
}

@test "slow, silent and malformed clients, and a stream with nothing to say" {
    local name
    for name in slow malformed events_comment; do
        timeout 60 python3 "$BATS_TEST_DIRNAME/../hostile/door.py" "$DOOR" $name >$name.txt 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || { cat ./*.txt; false; }
    done
}

@test "1,000 connections at once; 40 requests that the service does not answer" {
    door many
    door many_that_wait
}

@test "events: who comes back gets what it missed, who does not read is dropped" {
    door events
    door events_slow
}

@test "the door ends with the service; one that is killed leaves the port free" {
    door service_ends
    door killed
}

@test "once it serves, the door opens no file and no socket, and starts no process" {
    strace -o trace.txt true 2>/dev/null || skip "this machine has no strace"
    grep -q Seccomp_filters /proc/self/status || skip "this kernel has no seccomp"
    for name in pages requests ranges events; do
        ASAN_OPTIONS=detect_leaks=0 door $name trace.txt
        sed '1,/seccomp(SECCOMP_SET_MODE_FILTER, 0/d' trace.txt >after.txt
        grep -q 'accept4(' after.txt
        expect 1 grep -E '(open|openat|openat2|creat|socket|socketpair|connect|bind|listen|clone|clone3|fork|vfork|execve|memfd_create|pidfd_open|unlink|rename|truncate|kill)\(' after.txt
    done
}

# start WORD...: talkpress review, its link in $LINK.
start()
{
    : >link # not that of before
    "$TALKPRESS" -C "$EVENT" review "$@" >link 2>/dev/null 3>&- &
    REVIEW=$!
    for _ in {1..600}; do
        grep -q token= link && break
        sleep 0.05
    done
    LINK=$(grep -o 'http://[^ ]*' link)
}

# Opens the link as a browser does, and prints the status and what is shown.
open_link()
{
    python3 - "$1" <<'END'
import http.cookiejar, sys, urllib.request
jar = http.cookiejar.CookieJar()
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
answer = browser.open(sys.argv[1], timeout=5)
print(answer.status, answer.geturl(), answer.read().decode().split("\n")[0])
END
}

@test "the real service: any address of this machine by its own name, but not all at once" {
    new_event
    for address in 0.0.0.0 ::; do
        expect 2 tp review --listen $address
        says "is no address that others can write"
    done
    for words in "" "--listen 127.0.0.2" $([ ! -e /proc/net/if_inet6 ] || echo --listen=::1 --listen=0:0::0:1); do
        # shellcheck disable=SC2086
        start $words
        [[ $words != *0:1 || $LINK == "http://[::1]:"* ]] # as browsers write it
        expect 0 open_link "$LINK"
        says "200 ${LINK%%\?*}"
        kill "$REVIEW"
        wait "$REVIEW" || true
    done
}

@test "talkpress-review has no decoder, no store, no programme; by hand it says who starts it" {
    local libraries
    libraries=$(readelf -d "$DOOR" | sed -n 's/.*(NEEDED).*\[lib\([a-z0-9_-]*\).*/\1/p' |
        grep -vxE 'asan|ubsan' | sort | paste -sd ' ')
    same "c glib-2 jansson microhttpd seccomp xxhash" "$libraries"
    same "" "$(nm "$DOOR" | grep -E ' [Tt] (store|event|plan|part|job|programme|import|match|cli|media|probe|zygote|decide|review)_')"
    expect 2 "$DOOR"
    says "talkpress review"
    expect 2 "$DOOR" .
    says "only talkpress starts talkpress-review"
}
