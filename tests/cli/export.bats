# export: what was imported comes back without a difference; links; nothing of others is overwritten.

PROGRAMMES=$BATS_TEST_DIRNAME/../../../shared/programmes

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    EVENT=$PWD/event
    "$TALKPRESS" init event >/dev/null
}

schedule()
{
    cat >in.xml <<'END'
<schedule><conference><title>Conf &amp;amp; Co</title><venue>Hall</venue><city>Town</city>
<start>2021-05-04</start><end>2021-05-06</end><time_zone_name>Europe/Brussels</time_zone_name>
</conference>
<day date="2021-05-04"><room name="B"/><room name="A">
<event id="12"><start>10:00</start><duration>00:45</duration><slug>not-the-ref</slug>
<title>&lt;script&gt;alert("]]&gt;")&lt;/script&gt; &amp;amp;lt;b&gt;</title><subtitle>Sub</subtitle>
<track>T&amp;T</track><language>en</language><url>https://x.org/12?a=1&amp;amp;lt;=2</url>
<abstract>&lt;p&gt;Use &amp;lt;div&amp;gt; &amp;amp;amp; `code`.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;x&lt;/ul&gt;</abstract>
<persons><person>Ann</person><person>Bo "B" Chan</person></persons></event>
<event id="5" guid="852280ac-61d3-588c-b74c-8d87f9d9d2c6"><start>10:00</start><title>&#x202e;right to left</title>
<room>B</room></event></room></day>
<day date="2021-05-06"><room name="B"><event id="7"><title>No time</title><duration>00:30</duration></event>
</room></day></schedule>
END
}

# again FORMAT PATH: exports, imports that, and wants no change.
again()
{
    tp export "$1" -o "$2" 2>errors.txt
    expect 0 tp import "$2"
    says "0 new, 0 changed, 0 gone: nothing changes"
}

@test "schedule.xml: there and back, in the same event and in a new one" {
    schedule
    tp import in.xml >/dev/null
    again schedule.xml out.xml
    grep -q "no links to the videos: --base-url" errors.txt
    before=$(tp list --json)
    EVENT=$PWD/other
    "$TALKPRESS" init other >/dev/null
    tp import out.xml >/dev/null
    same "$before" "$(tp list --json)"
    tp export schedule.xml 2>/dev/null >second.xml
    cmp out.xml second.xml
}

@test "schedule.xml: a file of other refs and no zone keeps them" {
    sed '/time_zone/s/<time_zone.*//; s/id="12"/id="x-y"/' <(schedule && cat in.xml) >odd.xml
    tp import odd.xml >/dev/null
    json '[.talks[] | .ref]' '["852280ac-61d3-588c-b74c-8d87f9d9d2c6","x-y","7"]' tp list --json
    again schedule.xml out.xml
    sed -i 's/Sub/Changed/' out.xml
    expect 0 tp import out.xml
    says "1 changed"
    json '[.talks[] | [.ref, .start]] | .[1]' '["x-y","2021-05-04T10:00:00"]' tp list --json
    # Numbers are given by ref here: they hold for the first file too.
    expect 0 tp import -n odd.xml
    says "0 new, 1 changed, 0 gone"
}

@test "pyvideo: there and back" {
    mkdir -p in/videos
    echo '{"title": "Conf"}' >in/category.json
    cat >in/videos/b-talk.json <<'END'
{"title": "<b>B</b> &amp;amp;", "speakers": ["Ann", "Bo"], "description": "Use `<p>` and &lt;p&gt;.\n\nEnd.",
 "recorded": "2014-09-13", "duration": 1800, "language": "eng",
 "videos": [{"type": "youtube", "url": "http://youtu.be/x"}]}
END
    echo '{"title": "A", "videos": [], "recorded": "2014-09-14T10:30:00+12:00"}' >in/videos/a.json
    echo '{"title": "C", "videos": []}' >in/videos/c.json
    tp import in >/dev/null
    again pyvideo out
    same "$(ls in/videos)" "$(ls out/videos)"
    same '"eng"' "$(jq .language out/videos/b-talk.json)"
    EVENT=$PWD/other
    before=$("$TALKPRESS" -C event list --json)
    "$TALKPRESS" init other >/dev/null
    tp import out >/dev/null
    same "$before" "$(tp list --json)"
}

@test "a talk that is gone is not exported" {
    schedule
    tp import in.xml >/dev/null
    sed 's/<event id="7">.*<.event>//' in.xml >short.xml
    tp import short.xml >/dev/null
    again schedule.xml out.xml
    expect 1 grep "No time" out.xml
}

@test "a title of 10,000 characters is refused before any export" {
    printf '<schedule><conference/><day><room><event><title>%010000d</title></event></room></day></schedule>' \
        0 >long.xml
    expect 1 tp import long.xml
    says "'long.xml', talk 1 of 1" "its title has 10000 characters" "expected at most 1000"
}

@test "nothing of others is overwritten" {
    schedule
    tp import in.xml >/dev/null
    mkdir full empty
    echo mine >full/file
    echo mine >file
    for there in full file; do
        expect 1 tp export pyvideo -o $there
        says "'$there' exists and is not an empty folder: move it away, or name another"
    done
    same "mine mine" "$(echo $(cat full/file file))"
    expect 0 tp export pyvideo -o empty/
    [ -e empty/category.json ]
    expect 1 tp export pyvideo -o file/under
    says "'file/under"
    same "" "$(find . -name '*.tmp-*')"
}

@test "usage, and an event without a programme" {
    expect 2 tp export
    says "expected one FORMAT: schedule.xml, pyvideo, podcast, "
    expect 2 tp export atom
    says "expected one FORMAT"
    expect 2 tp export pyvideo
    says "pyvideo needs a folder: -o DIR"
    expect 2 tp export schedule.xml --base-url ftp://x
    says "'ftp://x' is not a URL: write it like https://example.org/videos/"
    expect 1 tp export schedule.xml
    says "talkpress import"
}

@test "real schedules and pyvideo folders come back without a difference" {
    [ -d "$PROGRAMMES" ] || skip "there is no ../shared/programmes"
    for file in fosdem_2013.xml fosdem_2018.xml fosdem_2025.xml 38c3_schedule.xml \
        pyvideo_kiwi-pycon-2014 pyvideo_pycon-za-2016; do
        EVENT=$PWD/$file
        "$TALKPRESS" init "$EVENT" >/dev/null
        tp import "$PROGRAMMES/$file" >/dev/null
        case $file in
        *.xml) again schedule.xml out.xml ;;
        *)
            again pyvideo "out-$file"
            same "$(ls "$PROGRAMMES/$file/videos")" "$(ls "out-$file/videos")"
            ;;
        esac
    done
}
