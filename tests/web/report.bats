# The report in Debian's Chromium: on a screen and on paper. Nothing may be written to its console (browse.py).

setup_file()
{
    load ../cli/helper
    page "$PAGE" "1: First & <b>Steps</b> (Ada Byron) (0:12)" "2: Second Thoughts (Grace Murray) (0:30)" \
        "3: A title that is long, so long that it takes several lines on a narrow screen and on paper (A) (0:09)"
    rehearse "$PAGE" "$REC" --talk 1-2
    STORYBOARDS=on new_event "$BATS_FILE_TMPDIR/event"
    STORYBOARDS=on settings 'renditions: [cheap]'
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null || true
    mkdir "$BATS_FILE_TMPDIR/page"
    tp report -o "$BATS_FILE_TMPDIR/page/report.html" >/dev/null || true
}

setup()
{
    load ../cli/helper
    cd "$BATS_TEST_TMPDIR"
}

browse()
{
    expect 0 python3 "$BATS_TEST_DIRNAME/browse.py" "$@"
}

@test "pictures are drawn, bars and waveforms have their lengths, nothing is wider than a screen" {
    for size in 1280x900 390x800; do
        browse --file --size $size "$BATS_FILE_TMPDIR/page" report.html \
            "[...document.images].map(i => i.naturalWidth).join()" \
            "document.querySelectorAll('article').length" \
            "document.documentElement.scrollWidth <= innerWidth" \
            "document.querySelectorAll('.waveform').length" \
            "document.querySelector('article h3 bdi').textContent"
        same '"1280,1280" 3 true 2 "First & <b>Steps</b>"' "$(tr '\n' ' ' <<<"$output" | sed 's/ $//')"
    done
    browse --dark --file "$BATS_FILE_TMPDIR/page" report.html "getComputedStyle(document.body).backgroundColor"
    same '"rgb(19, 23, 27)"' "$output"
}

@test "on paper: each part on a sheet of its own, with the event on top and the page's number" {
    command -v pdftotext >/dev/null || skip "pdftotext is not installed"
    chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --print-to-pdf=report.pdf \
        "file://$BATS_FILE_TMPDIR/page/report.html" 2>/dev/null
    pdftotext -layout report.pdf report.txt
    grep -q "Tiny Conference 2021" report.txt
    nb=$(tr -cd '\f' <report.txt | wc -c)
    [ "$nb" -ge 4 ]
    expect 0 grep -E "1 ?/ ?$nb" report.txt
    for title in "First & <b>Steps</b>" "Second Thoughts"; do
        # In the tables, and as the first line of a sheet below its head.
        awk -v RS='\f' -v title="$title" '{ n = split($0, line, "\n"); for (i = 1; i <= 6 && i <= n; i++) if (index(line[i], title) && line[i] ~ /^ *[12] /) found = 1 } END { exit !found }' report.txt
    done
}
