# The page that a speaker gets, in Debian's Chromium, from the disk: it plays, its answers are those that
# 'review --import' takes. Nothing may be written to its console, and nothing is asked of any server.

setup_file()
{
    load ../cli/helper
    page "$PAGE" "1: First Steps <img src=x onerror=alert(1)> (Ada Byron & \"Co\") (0:30)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/event"
    tp add "$REC" >/dev/null
    tp review --export 1 -o "$BATS_FILE_TMPDIR/review-1.html" >/dev/null 2>&1
}

setup()
{
    load ../cli/helper
    EVENT=$BATS_FILE_TMPDIR/event
    cd "$BATS_TEST_TMPDIR"
}

# browse [OPTION...] EXPRESSION...
browse()
{
    local -a options=()
    while [[ $1 == --* ]]; do
        options+=("$1" "$2")
        shift 2
    done
    expect 0 python3 "$BATS_TEST_DIRNAME/browse.py" --file "${options[@]}" "$BATS_FILE_TMPDIR" review-1.html \
        "$READY" "$@"
}

# Once the video is there, and at a time.
READY="(async () => { for (let i = 0; i < 200 && document.getElementById('video').readyState < 2; i++) \
await new Promise(r => setTimeout(r, 50)); return document.getElementById('video').readyState >= 2; })()"
seek()
{
    printf "new Promise(r => { const v = document.getElementById('video'); v.onseeked = () => r(Math.round(v.currentTime)); v.currentTime = %s; })" "$1"
}
click()
{
    printf "document.querySelector('%s').click()" "$1"
}
says_summary="[...document.querySelectorAll('#summary li')].map(l => l.textContent)"

@test "it plays from the disk, and shows what it is about" {
    browse "document.querySelector('h1').textContent" "Math.round(document.getElementById('video').duration)" \
        "document.querySelectorAll('img, iframe, link, [src]:not(video)').length" \
        "(async () => { const v = document.getElementById('video'); v.muted = true; await v.play(); while (v.currentTime < 0.3) await new Promise(r => setTimeout(r, 20)); return [v.videoWidth, v.videoHeight, document.getElementById('broken').hidden]; })()"
    same 'true
"First Steps <img src=x onerror=alert(1)>"
30
0
[160, 90, true]' "$output"
}

@test "keys move the handles; the answers of the page are taken by the event" {
    cp -a "$BATS_FILE_TMPDIR/event" event
    EVENT=$PWD/event
    browse --downloads "$PWD" "document.getElementById('handle-in').focus()" "keys ArrowRight ArrowRight Shift+ArrowRight" \
        "$(seek 25)" "$(click '[data-edge=out] [data-do=here]')" "$(click '[data-edge=out] [data-step=\"-1\"]')" \
        "$(seek 10)" "$(click '#break')" "$(seek 12)" "$(click '#break')" "$(seek 15)" "$(click '#fault-1')" \
        "(() => { const t = document.getElementById('comment'); t.value = 'Fine — “so” far'; t.dispatchEvent(new Event('input')); })()" \
        "$(click '#accept')" "$says_summary" "$(click '#save')" "wait 0.5"
    says '"It begins at 0:01.4, not at 0:00.0"' '"It ends at 0:24.8, not at 0:30.0"' '"Left out: 0:10.0 to 0:12.0"' \
        '"The sound is distorted, at 0:15.0"' '"Comment: Fine — “so” far"' '"With these changes it may be published"'
    expect 0 tp review --import review-1.json --take all
    says "at 0:15.000 The sound is distorted" "taken: in, out, breaks, accept"
    json '.[0] | [.in_frame, .out_frame, (.drops | map([.begin_frame, .end_frame]))]' '[7,124,[[50,60]]]' tp cut --json 1
    json '.[0].accepted_because' '"accepted by the speaker Ada Byron, \"Co\": Fine — “so” far"' tp verify --json 1
}

@test "the text for a mail has the same answers" {
    browse "$(click '[data-edge=in] [data-step=\"1s\"]')" "document.getElementById('text').value"
    jq -r . <<<"${lines[-1]}" >mail.txt
    expect 0 grep -c "It begins at 0:01.0" mail.txt
    expect 3 tp review --import mail.txt
    says "in 0:00.000 0:01.000"
}

@test "dragging moves a handle, on a small screen too" {
    browse --size 380x800 "document.documentElement.scrollWidth" "$(cat <<'END'
(() => {
    const handle = document.getElementById('handle-out');
    const strip = document.getElementById('strip').getBoundingClientRect();
    const send = (type, x) => handle.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: strip.top + 9, pointerId: 1, bubbles: true }));
    handle.setPointerCapture = () => {};
    send('pointerdown', strip.right);
    send('pointermove', strip.left + strip.width / 2);
    send('pointerup', strip.left + strip.width / 2);
    return document.querySelector('[data-edge=out] output').textContent;
})()
END
    )"
    same '380
"0:15.0"' "$(tail -n 2 <<<"$output")"
}

@test "played as it will be published: what is left out is skipped, and the end is the end" {
    browse "$(seek 4)" "$(click '#break')" "$(seek 26)" "$(click '#break')" "$(seek 27)" \
        "$(click '[data-edge=out] [data-do=here]')" "$(click '#as-cut')" "$(seek 3.5)" \
        "(async () => { const v = document.getElementById('video'); v.muted = true; v.play(); while (!v.paused || v.currentTime < 20) await new Promise(r => setTimeout(r, 20)); return Math.round(v.currentTime); })()"
    same 27 "${lines[-1]}"
}

@test "it keeps what was answered until it is opened again" {
    browse "$(click '[data-edge=in] [data-step=\"1s\"]')" "location.reload()" "wait 1" "$READY" "$says_summary" \
        "$(click '#forget')" "$says_summary"
    says '["It begins at 0:01.0, not at 0:00.0", "You have not said that it may be published"]'
    same '["You have not said that it may be published"]' "${lines[-1]}"
}
