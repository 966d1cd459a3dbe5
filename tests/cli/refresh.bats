# import from an address on the web, as people type it and as servers behave.

# serve FOLDER [PEM]: starts the server; its address is $URL.
serve()
{
    local scheme=http
    [ $# -eq 1 ] || scheme=https
    python3 "$BATS_TEST_DIRNAME/programme_server.py" "$@" 3>&- &
    SERVER=$!
    for _ in {1..100}; do
        [ ! -e "$1/port" ] || break
        sleep 0.1
    done
    URL=$scheme://127.0.0.1:$(cat "$1/port")
}

setup_file()
{
    load helper
    export WEB=$BATS_FILE_TMPDIR/web
    mkdir "$WEB"
    page "$WEB/page.txt" "1: First Steps (Ada Byron) (0:08)" "2: Second Thoughts (Grace Murray) (0:06)"
    printf 'Title,Speaker\nFirst Steps,Ada Byron\n' >"$WEB/talks"
    cat >"$WEB/schedule.xml" <<'END'
<schedule><conference><title>Tiny Conference</title></conference><day date="2026-05-04"><room name="Hall">
<event id="7" guid="aaaa"><title>First Steps</title><start>09:00</start><duration>00:45</duration>
<room>Hall</room><persons><person id="1">Ada Byron</person></persons></event></room></day></schedule>
END
    mkdir -p "$WEB/conf/schedule/export"
    cp "$WEB/schedule.xml" "$WEB/conf/schedule/export/schedule.xml"
    echo '<!DOCTYPE html><html><head><title>Conf</title></head><body>
<a href="/about/">About</a><a href="/conf/schedule/export/schedule.xml">XML</a></body></html>' >"$WEB/conf/index.html"
    serve "$WEB"
    echo "$SERVER" >"$BATS_FILE_TMPDIR/server"
    export URL
}

teardown_file()
{
    kill "$(cat "$BATS_FILE_TMPDIR/server")"
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    unset http_proxy all_proxy HTTP_PROXY ALL_PROXY
    : >"$WEB/requests"
    PAGE=/nonexistent new_event
}

# Nothing was imported.
nothing()
{
    json '.talks|length' 0 tp list --json
}

@test "an address is imported as the file is" {
    expect 0 tp import "$URL/page.txt"
    says "2 talks, 2 parts: 2 new"
    listed=$(tp list --json)
    EVENT=$PWD/other
    "$TALKPRESS" init other >/dev/null
    tp import "$WEB/page.txt"
    same "$(tp list --json)" "$listed"
}

@test "what is pasted around an address, and its fragment, do no harm" {
    expect 0 tp import " <$URL/schedule.xml?a=b&c=d#day1> "
    says "1 talk, 1 part: 1 new"
    same "/schedule.xml?a=b&c=d - -" "$(cat "$WEB/requests")"
    expect 0 tp import "$URL/schedule.xml?it's"
    says "nothing changes"
}

@test "compressed, moved, and a table that only its type names" {
    expect 0 tp import "$URL/gzip?schedule.xml"
    says "1 talk, 1 part: 1 new"
    expect 0 tp import "$URL/to?/schedule.xml"
    says "nothing changes"
    expect 0 tp import --replace "$URL/csv?talks"
    says "1 talk, 1 part"
}

@test "a page of the conference: says where it has the programme" {
    expect 1 tp import "$URL/conf/index.html"
    says "is a web page, in which no programme was found" \
        "Run: talkpress import '$URL/conf/schedule/export/schedule.xml'"
    expect 1 tp import "$URL/login"
    says "asks for a login" "import the file"
    nothing
    expect 0 tp import "$URL/conf/schedule/export/schedule.xml"
}

@test "each refusal names the address, the reason and what to do" {
    for row in "nope|status 404|correct the address" "status?401|status 401|import the file" \
        "status?500|status 500|try again later" "status?418|status 418|import the file" \
        "loop|without end|import the file" "to?file:///etc/passwd|neither https nor http|import the file" \
        "to?ftp://127.0.0.1/|neither https nor http|import the file" "half?page.txt|in the middle|try again" \
        "large|more than 67108864 bytes|" "bomb|more than 67108864 bytes|" "endless|more than 67108864 bytes|"; do
        IFS='|' read -r path why advice <<<"$row"
        run tp import "$URL/$path"
        [ "$status" -ne 0 ] || { echo "$path was imported"; return 1; }
        says "'$URL/$path'" "$why" "$advice"
        same 1 "$(wc -l <<<"$output")"
    done
    nothing
    # No cookie is sent, also where the server sets one.
    same 0 "$(grep -c 'a=b' "$WEB/requests" || true)"
}

@test "later it may work: status 75" {
    expect 75 tp import "$URL/status?503"
    expect 75 tp import http://127.0.0.1:1/schedule.xml
    says "'http://127.0.0.1:1/schedule.xml' cannot be fetched" "try again later"
    expect 75 tp import https://nobody.invalid/schedule.xml
    says "no network"
}

@test "other schemes are not fetched" {
    for address in file:///etc/passwd "FILE://$WEB/page.txt" ftp://127.0.0.1/x dict://127.0.0.1/x; do
        expect 1 tp import "$address"
        says "only addresses with https:// and http://"
    done
    expect 1 tp import http://ann:secret@127.0.0.1/x
    says "a user or a password"
    says_not secret
    expect 1 tp import 127.0.0.1.example/schedule.xml
    says "begin it with https://"
    nothing
}

@test "the user's settings of curl do not count, proxies of the environment do" {
    mkdir home
    printf 'output = "%s/taken"\nurl = "%s/page.txt"\n' "$PWD" "$URL" >home/.curlrc
    HOME=$PWD/home CURL_HOME=$PWD/home expect 0 tp import "$URL/schedule.xml"
    [ ! -e taken ]
    http_proxy=http://127.0.0.1:1 expect 75 tp import http://example.invalid/schedule.xml
    # "127.0.0.1 port 1", with newer versions of curl "127.0.0.1:1".
    grep -qE "127\.0\.0\.1( port |:)1 " <<<"$output"
}

@test "a certificate must be valid" {
    mkdir tls
    cp "$WEB/page.txt" tls
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test \
        -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
    cat key.pem cert.pem >both.pem
    serve tls both.pem
    expect 1 tp import "$URL/page.txt"
    says "the server's certificate is not valid" "import the file"
    nothing
    CURL_CA_BUNDLE=$PWD/cert.pem expect 0 tp import "$URL/page.txt"
    kill "$SERVER"
    expect 75 tp import "$URL/page.txt"
}

@test "without curl, the package is named" {
    mkdir bin
    PATH=$PWD/bin expect 1 "$TALKPRESS" -C "$EVENT" import "$URL/schedule.xml"
    says "apt install curl"
}

@test "Ctrl-C stops a fetch at once" {
    python3 -c 'import socket,time
s = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(s.getsockname()[1]))
time.sleep(60)' 3>&- &
    silent=$!
    for _ in {1..100}; do [ ! -s port ] || break; sleep 0.1; done
    # 124: it was asked to end; 137: it had to be ended, 20 s later.
    expect 124 timeout -k 20 2 "$TALKPRESS" -C "$EVENT" import "http://127.0.0.1:$(cat port)/x"
    says "stopped"
    kill "$silent"
    nothing
}

@test "where the programme came from is kept, through gc and a dry run" {
    tp import "$URL/page.txt"
    source="SELECT json_extract(value, '$.place') FROM result WHERE stage = 'source'"
    same "$URL/page.txt" "$(sqlite3 "$EVENT/talkpress.db" "$source")"
    cp "$WEB/page.txt" "$WEB/again.txt"
    tp import --dry-run "$URL/again.txt"
    tp gc
    same "$URL/page.txt" "$(sqlite3 "$EVENT/talkpress.db" "$source")"
    cd "$WEB"
    tp import page.txt
    same "$WEB/page.txt" "$(sqlite3 "$EVENT/talkpress.db" "$source")"
}

@test "import without a programme: the last one again, from where it came" {
    expect 1 tp import
    says "it is not known where the programme came from" "talkpress import PROGRAMME"
    cp "$WEB/talks" "$WEB/corrected.csv"
    tp import "$URL/corrected.csv"
    expect 0 tp import
    says "nothing changes"
    sed -i 's/Ada/Augusta/' "$WEB/corrected.csv"
    expect 0 tp import
    says "1 speakers: 'Ada Byron' -> 'Augusta Byron'"
    # What came through a pipe cannot be read again.
    tp import --replace /dev/stdin <"$WEB/page.txt"
    expect 1 tp import
    says "it is not known where the programme came from"
}

# timetable [TALK...]: the programme at $URL/live.csv, talks with ids.
timetable()
{
    printf '%s\n' ID,Title,Speaker,Room,Date,Start,Duration "$@" >"$WEB/live.csv"
}

# Status 3: the talk has no recording yet.
@test "watch: corrections are imported, the rest is said once" {
    first="a1,First Steps,Ada Byron,Hall,2026-05-04,09:00,0:45"
    timetable "$first"
    tp import "$URL/live.csv"
    mkdir incoming
    timetable "${first/Hall/Attic}"
    expect 3 tp watch --once incoming
    says "the programme was imported again from '$URL/live.csv': talk 1: room: 'Hall' -> 'Attic'"
    : >"$WEB/requests"
    expect 3 tp watch --once incoming
    says_not "programme"
    # The server was asked whether it has changed.
    same 1 "$(grep -c '^/live.csv "' "$WEB/requests")"
    timetable "$first" "a2,Second Thoughts,Grace Murray,Hall,2026-05-04,10:00,0:45"
    expect 3 tp watch --once incoming
    says "1 talk is new (2 'Second Thoughts')" "to apply them: talkpress import '$URL/live.csv'"
    expect 3 tp watch --once incoming
    says_not "is new"
    json '.talks|length' 1 tp list --json
    tp import
    json '.talks|length' 2 tp list --json
    rm "$WEB/live.csv"
    expect 3 tp watch --once incoming
    says "status 404"
    expect 3 tp watch --once incoming
    says_not "404"
}

@test "status says what waits at the programme's place until it is imported" {
    first="a1,First Steps,Ada Byron,Hall,2026-05-04,09:00,0:45"
    json .programme null tp status --json
    timetable "$first"
    tp import "$URL/live.csv"
    json '[.programme.source, .programme.state, .programme.text]' "[\"$URL/live.csv\",\"ok\",null]" tp status --json
    expect 0 tp status
    says_not "programme"
    mkdir incoming
    timetable "$first" "a2,Second Thoughts,Grace Murray,Hall,2026-05-04,10:00,0:45"
    expect 3 tp watch --once incoming
    expect 0 tp status
    says "programme: the programme at '$URL/live.csv' has changed, and was not imported: 1 talk is new" \
        "to apply them: talkpress import '$URL/live.csv'"
    json .programme.state '"waits"' tp status --json
    echo "<p>maintenance" >"$WEB/live.csv"
    expect 3 tp watch --once incoming
    json .programme.state '"refused"' tp status --json
    expect 0 tp status
    says "programme: '$URL/live.csv'"
    timetable "$first" "a2,Second Thoughts,Grace Murray,Hall,2026-05-04,10:00,0:45"
    tp import
    expect 0 tp status
    says_not "programme"
}

@test "watch --programme: an address as it is typed is one place" {
    timetable "a1,First Steps,Ada Byron,Hall,2026-05-04,09:00,0:45"
    mkdir incoming
    run tp watch --once --programme "$URL/live.csv#day1" incoming
    says "1 talk is new"
    run tp watch --once --programme "$URL/live.csv#day1" incoming
    says_not "is new"
    run tp watch --once --programme "$PWD/nowhere.csv" incoming
    says "there is no programme '$PWD/nowhere.csv'"
}

@test "rehearse takes an address, too" {
    expect 0 "$TALKPRESS" rehearse "$URL/page.txt" -o stand-ins --height 90 --fps 5 --tones --no-estimate --talk 2
    [ -e stand-ins/02-second-thoughts.mp4 ]
}

@test "real programmes come from the web as from the disk" {
    shared=$BATS_TEST_DIRNAME/../../../shared/programmes
    [ -d "$shared" ] || skip "no ../shared/programmes"
    for file in pretalx_democon.json nightlybuild_2014.html hub_schedule2.json purplecon_2018_talks.csv \
        nightlybuild_conference.ics; do
        cp "$shared/$file" "$WEB/$file"
        for how in "$WEB" "$URL"; do
            EVENT=$PWD/${how//[^a-z]/}-$file
            "$TALKPRESS" init "$EVENT" >/dev/null
            tp import "$how/$file" >/dev/null
            tp list --json >"$EVENT.json"
        done
        cmp "${WEB//[^a-z]/}-$file.json" "${URL//[^a-z]/}-$file.json"
    done
}
