# The page of `talkpress review` in Debian's Chromium, with the real server. Nothing may be written to its console
# (browse.py), except where a test is about a refusal.

setup_file()
{
    load ../cli/helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:20)" "2: Second Thoughts (Grace Murray) (0:20)" \
        "3: Third Time (Ada Byron) (0:20)" "4: Not Filmed (Grace Murray) (0:20)"
    "$TALKPRESS" rehearse "$PAGE" -o "$REC" --height 180 --fps 25 --tones --no-estimate --talk 1-3 >/dev/null
    cd "$REC"
    # As a streaming computer and as a camera write them.
    ffmpeg -nostdin -v error -i 01-first-steps.mp4 -c:v libx264 -preset ultrafast -g 100 -c:a mp2 01-first-steps.ts
    ffmpeg -nostdin -v error -i 02-second-thoughts.mp4 -c:v libx264 -preset ultrafast -g 50 -c:a ac3 -ac 2 \
        -mpegts_m2ts_mode 1 -f mpegts 02-second-thoughts.mts
    rm 01-first-steps.mp4 02-second-thoughts.mp4
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null || true
    tp run --quiet >/dev/null || true
}

setup()
{
    load ../cli/helper
    copy_event
    start_review
}

start_review()
{
    # Not through tp, whose subshell would be what is killed; fd 3 is what bats waits for.
    "$TALKPRESS" -C event review >link 2>messages 3>&- &
    REVIEW=$!
    for _ in {1..100}; do
        grep -q token= link && break
        sleep 0.05
    done
    LINK=$(grep -o 'http://127[^ ]*' link)
}

stop_review()
{
    kill "$REVIEW"
    wait "$REVIEW" || true
}

teardown()
{
    stop_review
    cat messages
}

# browse [--says TEXT] EXPRESSION...
browse()
{
    local -a options=()
    if [ "$1" = --says ]; then
        options=("$1" "$2")
        shift 2
    fi
    expect 0 python3 "$BATS_TEST_DIRNAME/browse.py" --size 1280x720 "${options[@]}" "${LINK%%/\?*}" "?${LINK#*\?}" "$TOOLS" "$@"
    output=$(tail -n +2 <<<"$output")
}

# In the page: until(f) waits for f; shown(): the frame that the page names, and the one that the picture shows; its number is in cells at the
# bottom (docs/rehearse.md). text(): messages.
TOOLS=$(
    cat <<'END'
window.later = ms => new Promise(r => setTimeout(r, ms));
window.until = async f => { for (let i = 0; i < 300; i++) { const v = await f(); if (v) return v; await later(50); } return 'never'; };
window.video = document.getElementById('video');
window.number = () => {
    const canvas = document.createElement('canvas'), context = canvas.getContext('2d', { willReadFrequently: true });
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    context.drawImage(video, 0, 0);
    const level = cell => context.getImageData((cell + 0.5) * canvas.width / 24, canvas.height * 23 / 24, 1, 1).data[1];
    const middle = (level(0) + level(1)) / 2;
    let n = 0;
    for (let i = 2; i < 22; i++)
        n = 2 * n + (level(i) > middle);
    return n;
};
window.shown = async () => {
    await until(() => video.readyState >= 2 && !video.seeking);
    await later(150);
    return `${review.player.frame} ${number()}`;
};
window.opened = name => until(() => review.part?.name === name && review.recording?.id === review.part.recording && review.cut);
window.text = () => document.getElementById('messages').innerText.replace(/\s+/g, ' ');
0
END
)

@test "the queue: who needs somebody and why, keys, filter" {
    browse "until(() => window.review?.queue.rows.size)" \
        "document.querySelector('#list h2').textContent" \
        "document.querySelector('#list .row').innerText.replace(/\s+/g, ' ')" \
        "document.activeElement.id" "keys j j" "review.queue.active" "keys k Home Enter" "until(() => review.part?.name)" \
        "document.getElementById('nothing').textContent" \
        "keys /" "keys t h i r d" "until(() => document.querySelectorAll('.row').length === 1)" \
        "document.querySelector('.row .title').textContent"
    same '4
"Need you (1)"' "$(head -2 <<<"$output")"
    says '"4 Not Filmed waiting Grace Murray' 'No recording' '"list"' '"No recording was chosen for this part."' '"Third Time"'
}

@test "a TS and an MTS recording play; each frame is the one that the page names" {
    for talk in 1 2; do
        browse "until(() => window.review?.queue.rows.size)" "review.queue.open('$talk'), opened('$talk').then(Boolean)" \
            "shown()" "keys . . ." "shown()" "review.player.seek(11480), shown()" "keys ," "shown()" \
            "keys Space" "until(() => review.player.frame > 310)" "keys Space" \
            "shown().then(text => text.split(' ')).then(([page, picture]) => [page === picture, page > 310])" \
            "keys j" "until(() => review.player.frame < 300)" "keys k" \
            "shown().then(text => text.split(' ')).then(([page, picture]) => page === picture)"
        same '4
true
"0 0"
"3 3"
"287 287"
"286 286"
true
[true,true]
true
true' "$(tr -d ' ' <<<"$output" | sed -E 's/"([0-9]+)\1"/"\1 \1"/')"
    done
}

@test "in and out by keyboard: what would be made, saved, seen by status; undo" {
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" "shown()" \
        "keys I } ] ] O { [" "[review.cut.in, review.cut.out, review.player.frame]" \
        "until(() => document.getElementById('cut-again').textContent)" \
        "((save, panels) => save.bottom < panels.bottom && save.height > 0 && 'can be pressed')(...['cut-save', 'panels'].map(id => document.getElementById(id).getBoundingClientRect()))" \
        "keys Enter" "until(() => text().includes('is cut') && text())" \
        "until(() => document.querySelector('#queue').textContent.includes('0:18 of 0:20') && 'as verify says')"
    says '[27, 474, 473]' 'Would be made again: ' '"can be pressed"' '1 is cut: 0:17.880.' '"as verify says"'
    json '.[] | select(.talk == 1) | [.in_frame, .out_frame]' '[27,474]' tp cut --json 1
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" "keys u" \
        "until(() => review.cut.in === 0 && text())"
    says 'Undone.'
    json '.[] | select(.talk == 1) | [.in_frame, .out_frame]' '[0,500]' tp cut --json 1
}

@test "the mouse: a click goes there, also in the overview of a strip that is zoomed; dragging moves the strip, or a handle" {
    local settled="until(() => !video.seeking && review.player.frame)"
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" "shown()" \
        "drag .overview 0.5,0.5" "$settled, shown()" "keys + + +" "review.timeline.span < 10000" \
        "drag .overview 0.75,0.5" "until(() => review.player.frame !== 250), shown()" \
        "window.begin = review.timeline.begin, 0" "drag .overview 0.75,0.5 0.5,0.5 0.1,0.5" \
        "[review.player.frame, review.timeline.begin < begin]" \
        "keys -  - - -" "drag .handle[data-name=in] 0.5,0.5 30,0.5 60,0.5" \
        "[review.cut.in > 0, review.cut.out]" "until(() => document.getElementById('cut-again').textContent) && 'tried'"
    says '"250 250"' '"375 375"' '[375, true]' '[true, 500]' '"tried"'
}

@test "a break in the middle: left out while it plays as cut, and saved" {
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "review.goTo(6000), shown()" "keys d" "review.goTo(14000), shown()" "keys D" \
        "JSON.stringify(review.cut.drops)" "review.goTo(5000), shown()" "keys a Space" \
        "until(() => review.player.frame > 355)" "keys Space" "keys Enter" "until(() => text().includes('is cut') && text())"
    says '"[[150,350]]"' '1 is cut: 0:12.000.'
    expect 0 tp cut 1
    says "0:06" "0:14"
}

@test "accepted with a reason: status and verify say so" {
    browse "until(() => window.review?.queue.rows.size)" "keys n" "until(() => review.part?.name)" "keys y" \
        "until(() => document.activeElement.id)" "keys n o t Enter" "until(() => text().includes('Saved') && text())"
    says '"4"' '"because"' 'Saved.'
    expect 0 tp status 4
    says "not"
}

@test "what a command changes appears at once, and what was typed stays" {
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" "keys y" \
        "until(() => document.activeElement.id)" "keys h m" "sh '$TALKPRESS' -C event cut 1 --in 0:02" \
        "until(() => review.cut.in === 50 && text())" "document.getElementById('because').value" \
        "sh '$TALKPRESS' -C event verify --accept 4 --because nobody" \
        "until(() => !review.queue.rows.get('4').needs)" "document.querySelector('#list h2').textContent"
    says '1 was changed: ' '"hm"' 'true "Fine (4)"'
}

@test "a page that is older than the last change says so; saving again does it" {
    browse --says 409 "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "review.events.close(), window.tried = '', window.plain = fetch, window.fetch = async (path, options) => {
            const answer = await plain(path, options); tried = options.body || tried; return answer; }, 0" \
        "keys O [" "review.cut.out" "until(() => tried.includes('499') && 'tried')" \
        "sh '$TALKPRESS' -C event cut 1 --in 0:03" "keys Enter" "until(() => text())" \
        "[review.cut.in, review.cut.out, review.cut.dirty, review.cut.saved.in]" "keys Enter" \
        "until(() => text().includes('is cut') && text())"
    says '499' '"tried"' 'Not saved, because 1 was changed in the meantime' '[0, 499, true, 75]' '1 is cut: 0:19.960.'
}

@test "what somebody else changed is said also when the page learns it only by trying a cut" {
    browse --says 409 "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "review.events.close(), 0" "sh '$TALKPRESS' -C event cut 1 --in 0:03" "keys O [" "until(() => text())" \
        "[review.cut.in, review.cut.out, review.cut.dirty, review.cut.saved.in]"
    says '1 was changed: ' '[0, 499, true, 75]'
}

# Nine talks of ten seconds, four seconds of silence and black before each.
room_recording()
{
    local away="" i
    for i in {0..8}; do
        away+="between(t,$((14 * i)),$((14 * i + 3)).999)+"
    done
    page long.txt "1: Morning (A) (2:10)"
    rehearse long.txt room
    ffmpeg -nostdin -v error -i room/01-morning.mp4 -vf "drawbox=c=black:t=fill:enable='${away%+}+gte(t,126)'" \
        -af "volume=0:enable='${away%+}+gte(t,126)'" -c:v libx264 -preset ultrafast -g 5 -c:a aac room/main-hall.mp4
    rm room/01-morning.mp4
    {
        echo number,title,speakers,room,date,start,duration
        for i in {0..8}; do
            printf '%d,Talk Number %d,Ada Byron,Main Hall,2021-05-04,09:%02d:%02d,00:00:10\n' \
                $((i + 1)) $((i + 1)) $(((14 * i + 4) / 60)) $(((14 * i + 4) % 60))
        done
    } >timetable.csv
}

@test "nine talks of a room's recording are cut by keyboard alone, to the frame, in under 40 presses each" {
    stop_review
    room_recording
    rm -r event
    PAGE=timetable.csv new_event "$PWD/event"
    tp add --start "2021-05-04 09:00" room/main-hall.mp4 >/dev/null || true
    tp cut >/dev/null || true # measures the recording
    start_review
    browse "until(() => window.review?.queue.rows.size)" "$(
        cat <<'END'
(async () => {
    let presses = 0;
    const most = [];
    const press = key => {
        presses++;
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    };
    const toward = (name, frame) => {
        while (Math.abs(frame - review.cut[name]) >= 3)
            press(frame > review.cut[name] ? '}' : '{');
        while (frame !== review.cut[name])
            press(frame > review.cut[name] ? ']' : '[');
    };
    for (let i = 0; i < 9; i++) {
        press(i ? 'N' : 'n');
        if (await opened(String(i + 1)) === 'never')
            return `${i + 1} does not open`;
        press('p');
        toward('in', 5 * (14 * i + 4));
        press('O');
        toward('out', 5 * (14 * i + 14));
        press('p');
        press('Enter');
        await until(() => review.part.cut.by === 'hand');
        most.push(presses);
        presses = 0;
    }
    return most;
})()
END
)"
    echo "presses of each talk: $(tail -1 <<<"$output")"
    [ "$(tail -1 <<<"$output" | jq max)" -lt 40 ]
    json '[.[].cuts[] | [.in_frame, .out_frame]]' \
        '[[20,70],[90,140],[160,210],[230,280],[300,350],[370,420],[440,490],[510,560],[580,630]]' tp cut --json
}

@test "typing goes on while the part is read again; no key becomes a command" {
    printf 'WEBVTT\n\n00:01.000 --> 00:03.000\nHello word\n\n00:04.000 --> 00:06.000\nSecond line\n' >own.vtt
    expect 0 tp captions 1 --set own.vtt
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "document.querySelector('#panel-captions summary').click(), until(() => document.querySelector('[data-field=cue-1]')).then(Boolean)" \
        "document.querySelector('[data-field=cue-1]').focus(), 0" "sh '$TALKPRESS' -C event cut 1 --in 0:02" \
        "until(() => review.cut.in === 50 && document.querySelector('[data-field=cue-1]')).then(Boolean)" "later(300).then(() => document.activeElement.dataset.field)" \
        "keys End u n d" "sh '$TALKPRESS' -C event cut 1 --in 0:03" "until(() => review.cut.in === 75).then(Boolean)" "keys o" \
        "document.activeElement.value" "review.part.name" "keys Escape" "document.querySelector('#panel-captions summary').innerText" \
        "review.queue.open('3'), opened('3').then(Boolean)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "until(() => document.querySelector('[data-field=cue-1]')?.value)"
    says '"cue-1"' '"Second lineundo" "1"' 'not saved' 'true true "Second lineundo"'
}

@test "what was typed for one part is not forgotten by what is saved for another" {
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('2'), opened('2').then(Boolean)" "keys O [ [" \
        "review.queue.open('1'), opened('1').then(Boolean)" "keys O [" \
        "review.save(), review.queue.open('2'), opened('2').then(Boolean)" "until(() => text().includes('1 is cut') && text())" \
        "review.cut.out" "review.panels.drafts.has('2')" "review.panels.drafts.has('1')" \
        "until(async () => (await (await fetch('/api/part/1/1')).json()).cut.out)"
    says '498 true false 499'
}

@test "a cut that is being saved is not tried: the answer takes longer than that waits" {
    browse "until(() => window.review?.queue.rows.size)" "window.asked = [], window.real = fetch, 0" \
        "window.fetch = async (path, options) => { const one = real(path, options); if (!path.endsWith('/decide')) return one;
            asked.push(JSON.parse(options.body).try ? 'try' : 'save'); await one; await later(1000); return one; }, 0" \
        "review.queue.open('1'), opened('1').then(Boolean)" "keys O [" "review.save().then(() => later(600)).then(() => asked)"
    says '["save"]'
}

@test "an undone decision leaves the cut that is not saved" {
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "review.decide({ kind: 'language', language: 'de' }).then(Boolean)" "keys O [ [ [" "review.cut.out" \
        "review.undo(review.part.decisions.find(one => one.can_undo).id).then(Boolean)" "review.cut.out" "review.part.language"
    says '497 true 497'
}

@test "a chapter is named and saved; the places of another recording are none of the part's" {
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "review.goTo(5000), shown()" "keys c" "until(() => document.activeElement.dataset.field)" "keys A b" \
        "[...document.querySelectorAll('#panel-chapters button')].find(one => one.textContent === 'Save').click()" \
        "until(() => text().includes('Saved') && text())" "document.querySelector('#panel-chapters summary').innerText" \
        "review.look(review.queue.rows.get('2').recording).then(() => 'looks')" "review.panels.addChapter(3000), text()" \
        "document.querySelector('#panel-poster summary').click(), until(() => [...document.querySelectorAll('#panel-poster button')].find(one => one.textContent === 'Use this frame')).then(one => one.click())" \
        "later(500).then(() => review.part.poster)"
    says '"chapter-0"' 'Saved.' '"looks"' 'is not the recording of this part' 'null'
    expect 0 tp chapter 1
    says 'Ab'
}

@test "nothing is wider than its panel, whatever recordings are called" {
    ffmpeg -nostdin -v error -i "$REC/01-first-steps.ts" -c copy -t 5 "$(printf 'long%.0s' {1..50}).ts"
    tp add ./long*.ts >/dev/null || true
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" \
        "document.querySelectorAll('#panels summary').forEach(one => one.parentNode.open = true), later(300).then(() => 0)" \
        "[...document.querySelectorAll('#panels *')].filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 80))" \
        "document.getElementById('transport').offsetHeight < 40"
    says '[] true'
}

@test "quiet sound is amplified to be heard, and the slider makes it louder or quieter" {
    ffmpeg -nostdin -v error -i "$REC/01-first-steps.ts" -c:v copy -c:a mp2 -af volume=-28dB quiet.ts
    tp add quiet.ts >/dev/null || true
    tp match 1=quiet.ts >/dev/null
    tp cut 1 >/dev/null
    browse "until(() => window.review?.queue.rows.size)" "review.queue.open('1'), opened('1').then(Boolean)" "shown()" "keys Space" \
        "until(() => review.player.frame > 25).then(Boolean)" \
        "$(
            cat <<'JS'
(async () => {
    const { context, limiter } = review.gain;
    const heard = async node => {
        const analyser = new AnalyserNode(context, { fftSize: 32768 }), samples = new Float32Array(32768);
        node.connect(analyser);
        await later(1200);
        analyser.getFloatTimeDomainData(samples);
        return 10 * Math.log10(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    };
    const { streams, stream } = review.part.sound;
    const lufs = streams.find(one => one.stream === stream).loudness_lufs;
    const level = await heard(limiter);
    review.gain.set(-review.gain.automatic);
    const before = await heard(limiter);
    return [Math.round(lufs + review.gain.automatic), Math.abs(level - before - review.gain.automatic) < 3, level > -30];
})()
JS
        )" "document.getElementById('volume-text').textContent"
    says '[-18, true, true'
}

@test "keys of the player do nothing while no recording is open" {
    browse "until(() => window.review?.queue.rows.size)" "review.timeline.focus(), 0" "keys . , L K ArrowRight J K 8 +" \
        "[review.player.frame, document.getElementById('frame').textContent]"
    says '[0, ""]'
}

@test "the link works from a file, as --open has it, and from another page" {
    printf '<!doctype html><link rel=icon href=data:,><meta http-equiv=refresh content="0;url=%s">' "$LINK" >way.html
    for from in --file ""; do
        # shellcheck disable=SC2086
        expect 0 python3 "$BATS_TEST_DIRNAME/browse.py" $from . way.html 'wait 3' location.href document.title
        says "\"${LINK%%\?*}\""
        expect 1 grep "Not this way" <<<"$output"
    done
}
