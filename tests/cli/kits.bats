# Sound alone for podcasts, the feeds that publish writes, and the kits of export.

SCHEMAS=$BATS_TEST_DIRNAME/../../../shared/schemas
URL=https://v.example.org/x/

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:07)" \
        "2 (two parts): Second <script>alert(x)</script> (Grace Murray/Bo) (0:06 / 0:05)" \
        "3: =cmd()& \"]]>\" (Radia Lamport) (0:08)"
    rehearse "$PAGE" "$REC"
    printf 'WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n' >"$REC/$(ls "$REC" | grep ^03 | sed 's/\.[^.]*$//').en.vtt"
    SITE="{base_url: \"${URL%/}\"}"
    new_event "$BATS_FILE_TMPDIR/done"
    settings 'renditions: [cheap, m4a, mp3]' 'event: {language: eng, licence: CC BY 4.0}'
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    copy_event
}

samples()
{
    ffmpeg -v error -i "$1" -f s16le -ac 1 - | wc -c | awk '{print $1 / 2}'
}

attributes()
{
    xmllint --xpath "//*[local-name()='$2']/@$3" "$1" | sed 's/^ *[a-z]*="//; s/"$//'
}

@test "m4a and mp3: the talk's samples, its tags, and one encode of AAC for two files" {
    out=event/out/03-cmd-and.mp3
    same $((8 * 48000)) "$(samples $out)"
    [ "$(samples ${out%.mp3}.m4a)" -ge $((8 * 48000)) ]
    [ "$(samples ${out%.mp3}.m4a)" -lt $((8 * 48000 + 1024)) ]
    same 8.000000 "$(ffprobe -v error -show_entries format=duration -of csv=p=0 ${out%.mp3}.m4a)"
    for file in $out ${out%.mp3}.m4a; do
        json '.format.tags | [.title, .artist, .album, .track]' \
            '["=cmd()& \"]]>\"","Radia Lamport","Tiny Conference 2021","3"]' \
            ffprobe -v error -show_format -of json "$file"
    done
    json '[.talks[2].parts[0].files[] | [(.mime | split(";")[0]), .codecs[-1]]] | .[1:]' \
        '[["audio/mp4","aac"],["audio/mpeg","mp3"]]' cat event/out/talks.json
    sed -i 's/bit_rate: 64000/bit_rate: 128000, options: {aac_coder: fast}/' event/renditions/cheap.yaml
    json '[.[0].jobs[].stage] | index("sound")' null tp why --json 3
}

@test "feeds: valid, exact, and the same until something changes" {
    cd event/out
    for feed in feed-video.xml feed-sound.xml; do
        xmllint --noout $feed
        same 4 "$(xmllint --xpath 'count(//item)' $feed)"
        for url in $(attributes $feed enclosure url); do
            [ -e "${url#"$URL"}" ]
        done
        same "$(attributes $feed enclosure url | sed "s|$URL||" | xargs stat -c %s)" \
            "$(attributes $feed enclosure length)"
    done
    same "=cmd()& \"]]>\"" "$(xmllint --xpath 'string(//item[4]/title)' feed-sound.xml)"
    same "$(sha256sum <01-first-steps.mp4 | cut -d' ' -f1)" "$(attributes feed-video.xml integrity value |
        head -1 | sed 's/sha256-//' | base64 -d | od -An -vtx1 | tr -d ' \n')"
    same "${URL}03-cmd-and.vtt" "$(attributes feed-video.xml transcript url)"
    cd ../..
    before=$(stat -c '%n %y %i' event/out/*)
    expect 0 tp publish
    says "0 written"
    same "$before" "$(stat -c '%n %y %i' event/out/*)"
    expect 0 tp export podcast -o kit
    cmp kit/feed-video.xml event/out/feed-video.xml
    cmp kit/feed-sound.xml event/out/feed-sound.xml
}

@test "feeds: their podcast tags are what the namespace's schema allows" {
    [ -e "$SCHEMAS/podcast.xsd" ] || skip "no $SCHEMAS"
    nb=0
    for name in transcript chapters person; do
        # The schema knows elements without a namespace, one a document.
        xmllint --xpath "//*[local-name()='$name']" event/out/feed-video.xml | grep "<podcast:$name" |
            sed 's/podcast://g; s/ xmlns:[a-z]*="[^"]*"//g' >elements
        while read -r element; do
            echo "$element" >element.xml
            xmllint --noout --schema "$SCHEMAS/podcast.xsd" element.xml
            nb=$((nb + 1))
        done <elements
    done
    [ "$nb" -ge 5 ]
}

guids()
{
    xmllint --xpath "//guid/text() | //*[local-name()='guid']/text()" "$@"
}

@test "feeds: another title, event's name or address changes no guid; without base_url they go" {
    guids=$(guids event/out/feed-video.xml event/out/feed-sound.xml)
    sed 's/First Steps/The First Attempt/; s/Tiny Conf/The Tiny Conf/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    SITE='{base_url: "https://elsewhere.example.org/2021"}'
    settings 'renditions: [cheap, m4a, mp3]' 'event: {language: eng, licence: CC BY 4.0}'
    tp run --quiet >/dev/null
    json .event.name '"The Tiny Conference 2021"' cat event/out/talks.json
    same "$guids" "$(guids event/out/feed-video.xml event/out/feed-sound.xml)"
    same 10 "$(wc -l <<<"$guids")"
    expect 0 tp export voctoweb -o kit
    same "$(head -1 <<<"$guids" | wc -c)" "$(jq -r .event.guid kit/01*/event.json | wc -c)"
    same "$(jq -r .event.guid kit/01*/event.json)" "$(jq -r '.talks[0].guid' event/out/talks.json)"
    same "The First Attempt" "$(xmllint --xpath 'string(//item[1]/title)' event/out/feed-video.xml)"
    SITE=off
    settings 'renditions: [cheap, m4a, mp3]' 'event: {language: eng, licence: CC BY 4.0}'
    tp publish >/dev/null
    same "" "$(ls event/out | grep feed)"
}

@test "the feeds' picture: published as it is, and only if Apple takes it" {
    SITE="{base_url: \"$URL\", image: logo.jpg}"
    settings 'renditions: [cheap, m4a, mp3]'
    expect 1 tp publish
    says "logo.jpg"
    for size in 1500x1400 600x600; do
        ffmpeg -v error -y -f lavfi -i "color=red:s=$size" -frames:v 1 event/logo.jpg
        expect 1 tp publish
        says "has $size pixels: feeds need a square of 1400 to 3000"
    done
    echo text >event/logo.jpg
    expect 1 tp publish
    says "is no JPEG or PNG picture"
    for type in jpg png; do
        ffmpeg -v error -y -f lavfi -i "color=red:s=1400x1400" -frames:v 1 event/logo.$type
        SITE="{base_url: \"$URL\", image: logo.$type}"
        settings 'renditions: [cheap, m4a, mp3]'
        tp publish >/dev/null
        cmp event/logo.$type event/out/feed-image.$type
        same "${URL}feed-image.$type" "$(xmllint --xpath 'string(//url)' event/out/feed-sound.xml)"
    done
    [ ! -e event/out/feed-image.jpg ]
}

@test "youtube, peertube, voctoweb: a folder per part, with what is in out/" {
    for kit in youtube peertube voctoweb; do
        expect 0 tp export $kit -o $kit
        same "01-first-steps 02-second-script-alert-x-script-part-1 02-second-script-alert-x-script-part-2 03-cmd-and" \
            "$(echo $(ls $kit))"
        for file in "$kit"/*/*.json; do
            jq empty "$file"
        done
    done
    cmp youtube/03-cmd-and/thumbnail.jpg event/out/03-cmd-and.jpg
    cmp youtube/03-cmd-and/03-cmd-and.vtt event/out/03-cmd-and.vtt
    same "Second ‹script›alert(x)‹/script› (part 1)" "$(cat youtube/02*1/title.txt)"
    json '[.snippet.title, .status.license, .snippet.defaultLanguage]' \
        '["First Steps","creativeCommon","en"]' cat youtube/01*/video.json
    json '[.name, .licence, .language, .targetUrl]' \
        "[\"First Steps\",1,\"en\",\"${URL}01-first-steps.mp4\"]" cat peertube/01*/upload.json
    json '.recording | [.mime_type, .folder, .language, .size]' \
        "[\"audio/mpeg\",\"mp3\",\"eng\",$(stat -c %s event/out/03-cmd-and.mp3)]" \
        cat voctoweb/03-cmd-and/03-cmd-and.mp3.json
    json '.recording | [.mime_type, .folder, .language]' '["text/vtt","","eng"]' \
        cat voctoweb/03-cmd-and/03-cmd-and.vtt.json
    # One event for each part, and its guid in every recording.
    same 4 "$(cat voctoweb/*/event.json | jq -r .event.guid | sort -u | wc -l)"
    same "$(jq -r .event.guid voctoweb/03-cmd-and/event.json)" "$(jq -r .guid voctoweb/03-cmd-and/03*.json | sort -u)"
}

@test "an event that is made again elsewhere can have the id of before" {
    id=$(jq -r .event.id event/out/talks.json) guid=$(jq -r '.talks[1].guid' event/out/talks.json)
    new_event again
    settings 'renditions: [cheap]' "event: {id: $id}"
    tp publish >/dev/null
    same "$id $guid" "$(jq -r '.event.id + " " + .talks[1].guid' again/out/talks.json)"
    settings 'renditions: [cheap]' "event: {id: Tiny Conference}"
    expect 1 tp publish
    says "'id' of 'event' should be one that is in a talks.json of this event, not 'Tiny Conference'"
}

@test "archive.org and pretalx: a table and links" {
    expect 0 tp export archive.org -o table.csv
    query() { sqlite3 -csv -newline $'\n' :memory: ".import --csv table.csv t" "SELECT $1"; }
    same "17,17" "$(query 'count(*), count(DISTINCT file) FROM t')"
    same "tiny-conference-2021-01 tiny-conference-2021-02-part-1 tiny-conference-2021-02-part-2 tiny-conference-2021-03" \
        "$(echo $(query "identifier FROM t WHERE title <> ''"))"
    same '" =cmd()& ""]]>"""' "$(query "title FROM t WHERE file = '03-cmd-and.mp4'")"
    same '"",eng,movies
Bo,eng,movies' "$(query "\"creator[1]\", language, mediatype FROM t WHERE file IN
        ('01-first-steps.mp4', '02-second-script-alert-x-script-part-1.mp4')")"
    json '[.[] | length] | add' 13 tp export pretalx
    json '.["1"][0].link' "\"${URL}01-first-steps.mp4\"" tp export pretalx
}

@test "what is asked for wrongly, or left out, is said" {
    expect 2 tp export nothing
    says "expected one FORMAT: schedule.xml, pyvideo, podcast, youtube, peertube, voctoweb, archive.org, pretalx or waveform"
    for url in "https://v.example.org/a b" "https://v.example.org/?x="; do
        expect 2 tp export pretalx --base-url "$url"
        says "'$url' is not a URL"
    done
    expect 2 tp export youtube
    says "youtube needs a folder: -o DIR"
    mkdir full
    echo mine >full/file
    expect 1 tp export youtube -o full
    says "'full' exists and is not an empty folder"
    same mine "$(cat full/file)"
    expect 0 tp export voctoweb -o kit
    says "note: 01-first-steps: m4a left out: voctoweb takes no 'audio/mp4' (and 3 more)"
    SITE=off
    settings 'renditions: [cheap]'
    for format in "podcast -o x" pretalx; do
        expect 1 tp export $format
        says "needs the address of out/ on the web: give --base-url URL"
    done
    sed -i '/^    "id":/d' event/out/talks.json
    expect 1 tp export youtube -o x
    says "'talks.json' is of an earlier talkpress: run 'talkpress publish' first"
    new_event fresh
    expect 1 tp export archive.org
    says "nothing is published yet"
    [ ! -e x ]
}

@test "while a part is being made again, its old files stay in the feeds and kits" {
    sed 's/First Steps/The First Attempt/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    length=$(attributes event/out/feed-video.xml enclosure length)
    tp publish >/dev/null
    json '.talks[0].parts[0].being_made_anew' true cat event/out/talks.json
    same "$length" "$(attributes event/out/feed-video.xml enclosure length)"
    json '.["1"] | length' 3 tp export pretalx
    expect 0 tp export voctoweb -o kit
    same "01-first-steps.mp3.json 01-first-steps.mp4.json event.json" "$(echo $(ls kit/01-first-steps))"
    json '.talks[0].parts[0] | [.poster], [.files[].file]' '["01-first-steps.jpg"]
["01-first-steps.m4a","01-first-steps.mp3","01-first-steps.mp4"]' cat event/out/talks.json
    tp export archive.org -o table.csv
    same '"01-first-steps.m4a"' "$(grep -o '"01-first-steps[^"]*"' table.csv | head -1)"
    sed 's/=cmd()& "]]>"/Another/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp publish >/dev/null
    json '.talks[2].parts[0] | [.being_made_anew, (.captions[] | .file, .language)]' \
        '[true,"03-cmd-and.vtt","en"]' cat event/out/talks.json
}

@test "MP3 with chapters whose titles are long, in the last moments" {
    tp chapter 1 0:01 "$(printf 'é%.0s' {1..127})" >/dev/null
    tp chapter 1 0:02 "$(printf 'x%.0s' {1..200})" >/dev/null
    tp chapter 1 0:02.500 Last >/dev/null
    expect 0 tp run --quiet 1
    json '[.chapters[].tags.title | length]' '[11,127,200,4]' \
        ffprobe -v error -show_chapters -of json event/out/01-first-steps.mp3
    # Without a video, the lists count as the sound does: it has no card.
    json '[.talks[0].parts[0].chapters[].start_ms]' '[0,2000,3000,3500]' cat event/out/talks.json
    settings 'renditions: [mp3]'
    tp run --quiet --prune 1 >/dev/null
    json '[.talks[0].parts[0].chapters[].start_ms]' '[0,1000,2000,2500]' cat event/out/talks.json
}
