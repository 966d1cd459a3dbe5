# The site: which pages there are, what is written again, what the user is told, and that the overview
# is a programme too.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:04)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:06 / 0:05)" \
        "3: Third Time Lucky (Radia Lamport) (0:08)" "4: Never Filmed (Ada Byron) (0:09)"
    rehearse "$PAGE" "$REC" --talk 1-3
    SITE=on new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null || true
}

setup()
{
    load helper
    copy_event
}

# settings of an event with a site.
site()
{
    SITE=$1 settings 'renditions: [cheap]'
}

# What a publish wrote, of the pages, by their times.
written()
{
    touch -d '2001-01-01' event/out/*
    tp publish >/dev/null || true
    find event/out -newermt 2002-01-01 ! -name '*.mp4' -type f -printf '%f\n' | LC_ALL=C sort | paste -sd' '
}

@test "a page for each part, an overview, and where to look; a second publish writes nothing" {
    same "01-first-steps.html 02-second-thoughts-part-1.html 02-second-thoughts-part-2.html \
03-third-time-lucky.html icon.svg index.html player.js search.js site.css" \
        "$(cd event/out && find . -type f ! -name '*.mp4' ! -name '*.jpg' ! -name talks.json ! -name SHA256SUMS \
            -printf '%f\n' | LC_ALL=C sort | paste -sd' ')"
    expect 0 tp publish
    says "0 written, 0 removed look at it: out/index.html"
    expect 3 tp run --quiet
    says "look at it: out/index.html"
    grep -q '<li class="absent">Not published yet</li>' event/out/index.html
    json '.talks[3] | .parts, .not_published' '[]
[{"part":1,"listed_s":9}]' cat event/out/talks.json
}

@test "a changed title: its talk's pages, the neighbours', the overview, and no others" {
    sed 's/Third Time Lucky/Third Time Unlucky/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp match 3=03-third-time-lucky.mp4 >/dev/null
    tp run --quiet --no-publish >/dev/null || true
    same "02-second-thoughts-part-1.html 02-second-thoughts-part-2.html 03-third-time-unlucky.html \
SHA256SUMS contact-sheet.jpg index.html talks.json" "$(written)"
    [ ! -e event/out/03-third-time-lucky.html ]
}

@test "while a part is made anew, its page plays what is there, and says so" {
    sed 's/Third Time Lucky/Third Time Unlucky/' "$PAGE" >page.txt
    tp import page.txt >/dev/null
    tp publish >/dev/null
    grep -q '<source src="03-third-time-lucky.mp4"[^>]*>.*This video is being made again' event/out/03-third-time-lucky.html
}

@test "what the user settled is told with its reason" {
    tp verify --accept 4 --because 'the "speaker" <asked> us to' >/dev/null
    same "index.html talks.json" "$(written)"
    grep -qF 'no video: <bdi>the &quot;speaker&quot; &lt;asked&gt; us to</bdi>' event/out/index.html
    json '.talks[3].not_published[0].because' '"the \"speaker\" <asked> us to"' cat event/out/talks.json
}

@test "a page that somebody changed is written again; without the site it goes" {
    echo '<p>mine' >>event/out/index.html
    sed -i 's/First/Worst/' event/out/01-first-steps.html
    touch event/out/01-first-steps.html
    expect 0 tp publish
    says "2 written"
    same "" "$(grep -o Worst event/out/01-first-steps.html)"
    site off
    expect 0 tp publish
    says_not "look at it"
    same "" "$(ls event/out | grep -e html -e css -e js$ || true)"
}

@test "captions that are damaged are left out, and come back when they are whole" {
    for name in 01-first-steps 02-second-thoughts; do
        printf 'WEBVTT\n\n00:01.000 --> 00:02.000\nWords of %s\n' $name >"$REC/$name.vtt"
    done
    tp run --quiet >/dev/null || true
    grep -q 'Words of 02-second' event/out/02-second-thoughts-part-1.html
    before=$(sha256sum event/out/*.html event/out/*.js)
    good=$(find event/work -samefile event/out/01-first-steps.vtt | head -n 1)
    cp "$good" kept
    truncate -s 3 "$good"
    sed -i 's/^card.*/card: {seconds: 1, fade_ms: 200}\nevent: {licence: CC0}/' event/talkpress.yaml
    tp publish >/dev/null || true
    same "" "$(grep -o 'Words' event/out/01-first-steps.html)"
    grep -q 'Words of 02-second' event/out/02-second-thoughts-part-1.html
    cat kept >"$good"
    sed -i '/^event/d' event/talkpress.yaml
    tp publish >/dev/null || true
    same "$before" "$(sha256sum event/out/*.html event/out/*.js)"
    rm "$REC"/*.vtt
}

@test "publish --verify finds damage in pages and the contact sheet that kept size and time" {
    sums=$(sha256sum event/out/*.*)
    for name in index.html 01-first-steps.html contact-sheet.jpg; do
        touch -r event/out/$name time
        printf x | dd of=event/out/$name bs=1 seek=500 conv=notrunc status=none
        touch -r time event/out/$name
    done
    expect 3 tp publish --verify
    says "all as published wrote 3 pages or other texts again: not as they should be"
    same "$sums" "$(sha256sum event/out/*.*)"
    expect 0 tp publish --verify
    says "0 written"
    rm event/out/icon.svg
    json .verified.texts_repaired 1 tp publish --verify --json
    rm event/out/index.html
    mkdir event/out/index.html
    expect 1 tp publish
    says "'$EVENT/out/index.html' is a folder; expected a file: move it away"
    same "" "$(find event/out -name '*.tmp-*')"
}

@test "files of the user under the names of pages: one message, and they stay" {
    site off
    tp publish >/dev/null
    for name in index.html site.css player.js search.js icon.svg 01-first-steps.html; do
        echo mine >event/out/$name
    done
    site on
    expect 0 tp publish
    says "'out/01-first-steps.html', 'out/icon.svg', 'out/index.html' and 3 more were not written by \
talkpress, so talkpress's own files of these names are left out: move them away and publish again, or set 'site: off'"
    says_not "look at it"
    same mine "$(cat event/out/index.html)"
    rm event/out/[ips]*.*
    expect 0 tp publish
    says "'out/01-first-steps.html' was not written by talkpress, so talkpress's own file of that name is left out: move it away"
}

@test "a team's own templates, and wrong ones" {
    cp -r "$BATS_TEST_DIRNAME/../../pipeline/site" event/site
    echo 'body { color: teal; }' >event/site/site.css
    echo x >event/site/logo.txt
    sed -i 's/<h2 id="files">Files/<h2 id="files">Downloads/' event/site/part.xsl
    same "01-first-steps.html 02-second-thoughts-part-1.html 02-second-thoughts-part-2.html \
03-third-time-lucky.html logo.txt site.css" "$(written)"
    grep -q Downloads event/out/01-first-steps.html
    sed -i 's/<xsl:template match="links">/<xsl:template match="[">/' event/site/part.xsl
    expect 1 tp publish
    says "the template '$EVENT/site/part.xsl' cannot be used" "line"
    grep -q Downloads event/out/01-first-steps.html
    rm event/site/part.xsl
    expect 1 tp publish
    says "there is no template '$EVENT/site/part.xsl'"
}

@test "with its address: links for programs, and a sitemap" {
    printf 'renditions: [cheap]\nsite:\n  base_url: https://example.org/v\ncard: {seconds: 1, fade_ms: 200}\nstoryboards: off\n' \
        >event/talkpress.yaml
    tp publish >/dev/null
    grep -o '<script type="application/ld+json">.*</script>' event/out/01-first-steps.html |
        sed 's/<[^>]*>//g' >ld.json
    json '[.name, .contentUrl, .duration, .recordedAt.name]' '["First Steps","https://example.org/v/01-first-steps.mp4","PT5S","Tiny Conference 2021"]' cat ld.json
    grep -q '<link rel="canonical" href="https://example.org/v/01-first-steps.html">' event/out/01-first-steps.html
    xmllint --noout event/out/sitemap.xml
    same 5 "$(grep -c '<loc>' event/out/sitemap.xml)"
    same feed-video.xml "$(cd event/out && ls feed*)"
    same 'href="https://example.org/v/feed-video.xml"
href="feed-video.xml"' "$(grep -o 'href="[^"]*feed[^"]*"' event/out/index.html)"
}

# A programme as the store has it, without the event's own id.
programme()
{
    sqlite3 "$1/talkpress.db" .dump | grep -E '^INSERT INTO (event|talk|part|speaker) ' |
        sed "/^INSERT INTO event /s/,'[0-9a-f-]*');$//"
}

# The overview of an event without recordings reads back.
reads_back()
{
    cheap_rendition a cheap .mp4
    EVENT=$PWD/a SITE=on settings 'renditions: [cheap]'
    "$TALKPRESS" -C a publish >/dev/null
    "$TALKPRESS" init b >/dev/null
    expect 0 "$TALKPRESS" -C b import a/out/index.html
    [ -n "$(programme a)" ]
    same "$(programme a)" "$(programme b)"
}

@test "the overview of the Xen Summit is imported as its programme: 27 talks, 28 times, 7 sections" {
    "$TALKPRESS" init a >/dev/null
    "$TALKPRESS" -C a import "$BATS_TEST_DIRNAME/../../metadata/xen-summit-2010.html" >/dev/null
    reads_back
    json '[(.talks | length), ([.talks[].parts[]] | length), ([.talks[].section] | unique | length), .event]' \
        '[27,28,7,{"name":"Xen Summit North America 2010","place":"Sunnyvale","begin":"2010-04-28","end":"2010-04-29"}]' \
        "$TALKPRESS" -C b list --json
}

@test "so is one with texts that would be markup, speakers or times elsewhere" {
    long=$(printf 'long %.0s' {1..190})
    jq -n --arg long "$long" '{schedule: {conference: {title: "<b>Conf</b> & \"more\"", start: "2021-05-04",
        end: "2021-05-05", days: [{rooms: {"Saal <1>": ["<script>alert(1)</script>", "Talk 7: x (10:00)",
        "a) unbalanced ((", "&amp; &lt;b&gt;", "日本語 العربية", $long, "</h3><li>15. y (1:00)", "O\u2019Neil\u2026"]
        | to_entries | map({id: (.key + 1), guid: "g-\(.key)", date: "2021-05-04T1\(.key):00:00+02:00",
        duration: "00:30", room: "Saal <1>", title: .value, track: "T \"\(.key % 2)\" <i>", language: "de",
        persons: [{public_name: "A, B and (C) <x>"}, {public_name: .value}],
        abstract: "One: \(.value)\n\nTwo <b> & 3."})}}]}}}' >wild.json
    "$TALKPRESS" init a >/dev/null
    "$TALKPRESS" -C a import wild.json >/dev/null
    # A slot is no listed time, and is not on the page.
    sqlite3 a/talkpress.db "update part set slot_s = 0"
    reads_back
}
