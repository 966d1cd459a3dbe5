# The site in a browser: Debian's Chromium, over a server on 127.0.0.1, below a folder, and from the disk;
# with JavaScript and without. Nothing may be written to its console (browse.py).

HOSTILE="<img src=x onerror=alert(1)> </script><script>alert(2)</script> \" onload=\"alert(3) &amp; ' שלום ]]>"

setup_file()
{
    load ../cli/helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:12)" \
        "2 (two parts): Second Thoughts (Grace Murray) (0:30 / 0:14)" "3: Third Time (Ada Byron) (0:09)" \
        "4: $HOSTILE (A <i>B</i> & \"C\") (0:06)"
    rehearse "$PAGE" "$REC" --talk 1-2 --talk 4
    for name in 01-first-steps 02-second-thoughts; do
        {
            echo WEBVTT
            for i in {1..12}; do
                printf '\n00:%02d.000 --> 00:%02d.500\nLine %d about <i>José</i> & co.\n' $((3 * i)) $((3 * i + 2)) "$i"
            done
        } >"$REC/$name.en.vtt"
    done
    printf '\n00:05.000 --> 00:05.900\nA quokka &lt;/script>&lt;script>alert(1)&lt;/script> here\n' >>"$REC/01-first-steps.en.vtt"
    SITE=on new_event "$BATS_FILE_TMPDIR/event"
    SITE=on STORYBOARDS=on settings 'renditions: [mp4-360, av1-720, vp9-720, opus]'
    tp add "$REC" >/dev/null
    tp chapter 2/1 0:04 "Begin" >/dev/null
    tp chapter 2/1 0:15 "Demo <b>bold</b>" >/dev/null
    tp run --quiet >/dev/null || true
}

setup()
{
    load ../cli/helper
    EVENT=$BATS_FILE_TMPDIR/event
    OUT=$EVENT/out
    PART=02-second-thoughts-part-1.html
    cd "$BATS_TEST_TMPDIR"
}

# browse [OPTION...] PAGE EXPRESSION...
browse()
{
    local -a options=()
    while [[ $1 == --* ]]; do
        options+=("$1")
        if [ "$1" = --under ]; then
            options+=("$2")
            shift
        fi
        shift
    done
    local page=$1
    shift
    expect 0 python3 "$BATS_TEST_DIRNAME/browse.py" "${options[@]}" "$OUT" "$page" "$@"
}

V="document.querySelector('video')"
# until CONDITION VALUE: the value, once the condition holds.
until_js()
{
    printf '(async () => { for (let i = 0; i < 200 && !(%s); i++) await new Promise(r => setTimeout(r, 50)); return %s; })()' \
        "$1" "$2"
}

@test "every format plays, alone and as the page orders them" {
    for name in "$OUT"/01-first-steps*.{mp4,webm,opus}; do
        same "${name##*/} exists" "${name##*/} $([ -e "$name" ] && echo exists)"
    done
    browse 01-first-steps.html "$V.currentSrc.split('/').pop()" "$(cat <<'END'
(async () => {
    const played = [];
    for (const link of document.querySelectorAll('td a[href]:not([href$=vtt])')) {
        const media = document.createElement('video');
        media.muted = true;
        media.src = link.getAttribute('href');
        await media.play();
        while (media.currentTime < 0.1)
            await new Promise(r => setTimeout(r, 20));
        media.currentTime = 8;
        await new Promise(r => { media.onseeked = r; });
        played.push(`${media.src.split('/').pop()} ${Math.round(media.duration)} ${media.videoWidth}`);
        media.removeAttribute('src');
    }
    return played.sort();
})()
END
)"
    same '"01-first-steps.av1.webm"
["01-first-steps.360p.mp4 13 160", "01-first-steps.av1.webm 13 160", "01-first-steps.opus 12 0", "01-first-steps.vp9.webm 13 160"]' \
        "$output"
}

@test "captions show, from a server and from the disk" {
    for from in "" --file; do
        # shellcheck disable=SC2086 # an option or none
        browse $from "$PART#t=0:08" \
            "$V.textTracks[0].kind + ' ' + $V.textTracks[0].label + ' ' + $V.textTracks[0].mode" \
            "($V.textTracks[0].mode = 'showing', $(until_js "$V.textTracks[0].activeCues?.length" "$V.textTracks[0].activeCues[0].getCueAsHTML().textContent"))"
        same '"captions Captions, en disabled"
"Line 2 about José & co."' "$output"
    done
}

@test "links to a time: #t=, ?t=, transcript, and one to copy" {
    for address in "$PART#t=0:12" "$PART?t=12" "$PART#t=12s"; do
        browse "$address" "$(until_js "$V.currentTime > 0" "$V.currentTime")"
        same 12 "$output"
    done
    browse "$PART" "document.querySelectorAll('.transcript [data-end]')[2].click()" \
        "$(until_js "$V.currentTime >= 10" "!$V.paused")" "$V.pause()" \
        "document.querySelector('.transcript a').getAttribute('href')" \
        "document.querySelector('.transcript [aria-current]').textContent" \
        "(document.getElementById('copy').click(), $(until_js "document.getElementById('copied').textContent" "location.hash"))"
    same 'null
true
null
"#t=4"
"Line 3 about José & co."
"#t=0:10"' "$output"
}

@test "a preview on the timeline, by keyboard and by pointer" {
    local slider="document.querySelector('#timeline input')"
    browse "$PART" "$(until_js "$slider" "$slider.max")" \
        "($slider.focus(), $slider.value = 20, $slider.dispatchEvent(new Event('input')), $(until_js "$V.currentTime === 20" "document.querySelector('.preview').innerText.trim()"))" \
        "document.querySelector('.picture').style.backgroundImage" \
        "(new Image).constructor && new Promise(r => { const i = new Image; i.onload = () => r(i.naturalWidth >= 320); i.src = /\"(.*)\"/.exec(document.querySelector('.picture').style.backgroundImage)[1]; })" \
        "($slider.dispatchEvent(new PointerEvent('pointerleave')), document.querySelector('.preview').hidden)"
    [[ $output == *'url(\"02-second-thoughts-part-1.storyboard-1.jpg\")'* ]]
    [[ $output == *$'true\ntrue' ]]
}

@test "chapters: a click goes there, the current one is marked" {
    browse "$PART" "[...document.querySelectorAll('.chapters a')].map(a => a.getAttribute('href') + ' ' + a.textContent)" \
        "(document.querySelectorAll('.chapters a')[2].click(), $(until_js "document.querySelector('.chapters [aria-current]')?.textContent.includes('Demo')" "$V.currentTime >= 16"))"
    [[ $output == *"#t=16 0:16 Demo <b>bold</b>"*$'\ntrue' ]]
}

@test "the search finds title, speaker and what was said, without accents, and leads to the second" {
    search='(async text => { const input = document.getElementById("words"); input.focus(); input.value = text;
        input.dispatchEvent(new Event("input")); await new Promise(r => setTimeout(r, 900));
        return [document.getElementById("found").textContent, [...document.querySelectorAll(".talk:not([hidden]) h3")].map(h => h.textContent.trim()).join("; "),
            [...document.querySelectorAll(".hits a")].map(a => a.getAttribute("href") + " " + a.textContent).join("; ")]; })'
    for from in "" --file "--under some/folder"; do
        # shellcheck disable=SC2086 # words
        browse $from index.html "$search('murray')" "$search('jose 12')" "$search('quokka script')" "($search('')).then(() => document.querySelectorAll('.talk:not([hidden])').length)" "$search('nothing')"
        same '["1 talk", "2 Second Thoughts", ""]
["1 talk, 1 of them by what was said", "2 Second Thoughts", "02-second-thoughts-part-2.html#t=7 0:07 Line 12 about José & co."]
["1 talk, 1 of them by what was said", "1 First Steps", "01-first-steps.html#t=6 0:06 A quokka </script><script>alert(1)</script> here"]
4
["No talks", "", ""]' "$output"
    done
}

@test "a link to a talk leads to it, though pictures and texts above it come late" {
    browse --size 390x300 "index.html#talk-4" "wait 0.7" \
        "Math.abs(document.getElementById('talk-4').getBoundingClientRect().top - 72) < 5"
    same true "$output"
}

@test "without JavaScript: the video plays, and links to times lead into the file" {
    browse --no-js --under v "$PART" "$V.play(); 1" "wait 1.5" "$V.currentTime > 0" \
        "document.querySelector('.transcript a').getAttribute('href')" \
        "document.getElementById('search') === null && getComputedStyle(document.getElementById('copy')).display"
    same '1
true
"02-second-thoughts-part-1.360p.mp4#t=4"
"none"' "$output"
    browse --no-js index.html "getComputedStyle(document.getElementById('search')).display" \
        "document.querySelectorAll('.talk').length"
    same '"none"
4' "$output"
}

@test "texts that would be markup are texts, on both pages" {
    page4=$(cd "$OUT" && echo 04*.html)
    for title in "document.querySelector('#talk-4 h3 bdi').textContent" "document.querySelector('h1 bdi').textContent"; do
        file=index.html
        [[ $title != *h1* ]] || file=$page4
        browse "$file" "$title === $(jq -n --arg t "$HOSTILE" '$t')" "document.querySelectorAll('script:not([src])').length"
        same 'true
0' "$output"
    done
}
