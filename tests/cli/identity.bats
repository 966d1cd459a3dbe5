# identity: what a recording is known by. Files that are made to look like another one are not taken for it.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)" "2: Second Steps (Bob Cole) (0:08)"
    rehearse "$PAGE" "$REC"
}

setup()
{
    load helper
    new_event
    cd "$BATS_TEST_TMPDIR"
}

sum_of() { sha256sum "$1" | cut -d' ' -f1; }

@test "status --json gives the sums that sha256sum prints" {
    tp add "$REC" >/dev/null
    json '[.parts[].recording_files[] | .file, .sha256]' \
        "$(jq -nc '$ARGS.positional' --args "$REC/01-first-steps.mp4" "$(sum_of "$REC"/01-*)" \
            "$REC/02-second-steps.mp4" "$(sum_of "$REC"/02-*)")" tp status --json
}

@test "without a sandbox, and of several files, the sums are the same" {
    settings 'renditions: [cheap]' 'sandbox: off'
    ffmpeg -v error -i "$REC/01-first-steps.mp4" -c copy -t 4 a.mts
    ffmpeg -v error -ss 4 -i "$REC/01-first-steps.mp4" -c copy b.mts
    run tp add --join a.mts b.mts
    tp match 1=a.mts >/dev/null
    json '[.parts[0].recording_files[].sha256]' "[\"$(sum_of a.mts)\",\"$(sum_of b.mts)\"]" tp status --json
    local joined
    joined=$(tp add --json a.mts | jq -r '.[0].probe.hash')
    [ ${#joined} -eq 64 ]
    [ "$joined" != "$(sum_of a.mts)" ]
}

# forge A B: B has the size of A and equals it at all samples of a fingerprint (64 of 16 KiB), and shows
# other pictures: every byte between the samples is inverted. The pictures are not compressed.
film()
{
    ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=5:d=8 -f lavfi -t 8 \
        -i "sine=440:r=48000,volume='0.05+0.5*mod(floor(4*t)\,2)':eval=frame" \
        -c:v rawvideo -pix_fmt uyvy422 -c:a pcm_s16le "$1"
}
forge()
{
    perl -e 'undef $/; $_ = <STDIN>; my $room = length() - 16384;
        for $i (0 .. 62) {
            my ($from, $to) = map { int($room * $_ / 63) } $i, $i + 1;
            next if $to <= $from + 16384;
            substr($_, $from + 16384, $to - $from - 16384) ^= "\xff" x ($to - $from - 16384);
        }
        print' <"$1" >"$2"
}

ids() { tp add --json "$@" | jq -c '[.[].probe.hash] | unique | length'; }

@test "a file that is made from the samples of another one is another recording" {
    film 01-first-steps.mov
    forge 01-first-steps.mov 02-second-steps.mov
    run cmp -s ./*.mov
    [ "$status" -eq 1 ]
    expect 0 tp add .
    says "02-second-steps.mov' looks like '$PWD/01-first-steps.mov', but has other content: it is another recording" \
        "2 added"
    same 2 "$(ids .)"
    json '[.parts[].recording_files[].sha256]' "[\"$(sum_of 01-first-steps.mov)\",\"$(sum_of 02-second-steps.mov)\"]" \
        tp status --json
    # Nothing about them is new the next time, and a copy of either is a copy.
    expect 0 tp add .
    says "0 added" "2 known"
    says_not "looks like"
    mkdir copies
    cp 02-second-steps.mov copies/b.mov
    expect 0 tp add copies
    says "'$PWD/copies/b.mov' has the content of '$PWD/02-second-steps.mov': not added"
    # Each is published with its own pictures.
    tp run --quiet >/dev/null || true
    json '[.parts[].verdict]' '["ok","ok"]' tp status --json
    for n in 01 02; do
        ffmpeg -v error -y -ss 3 -i $n-*.mov -vf scale=160:90 -frames:v 1 want-$n.png
        ffmpeg -v error -y -ss 4 -i "$EVENT"/out/$n-*.mp4 -frames:v 1 got-$n.png
        psnr=$(ffmpeg -i want-$n.png -i got-$n.png -lavfi psnr -f null - 2>&1 | sed -n 's/.*average:\([0-9]*\).*/\1/p')
        echo "$n: $psnr dB"
        [ "${psnr:-99}" -ge 20 ]
    done
}

@test "it is not taken for that file when that is moved, or not connected, or for a part of it" {
    film 01-first-steps.mov
    tp add . >/dev/null
    forge 01-first-steps.mov forged.mov
    mkdir elsewhere usb
    mv forged.mov elsewhere
    mv 01-first-steps.mov usb
    run tp add elsewhere
    says "looks like '$PWD/01-first-steps.mov', but has other content" "1 added"
    expect 0 tp add usb
    says "0 added, 1 known"
    same '["elsewhere","usb"]' "$(tp add --json elsewhere usb | jq -c '[.[].path | split("/")[-2]]')"
    expect 1 tp add --join usb/01-first-steps.mov usb/01-first-steps.mov
    says "given twice"
    run tp add --join usb/01-first-steps.mov elsewhere/forged.mov
    says_not "given twice"
    json '.[] | .files | length' 2 tp add --json usb
}

@test "it is not taken for that file in its place" {
    film 01-first-steps.mov
    tp add . >/dev/null
    before=$(tp add --json . | jq -r '.[0].probe.hash')
    forge 01-first-steps.mov f
    sleep 0.01
    mv f 01-first-steps.mov
    run tp run --quiet
    says "has changed since it was added"
    after=$(tp add --json . | jq -r '.[0].probe.hash')
    same "$(sum_of 01-first-steps.mov)" "$after"
    [ "$before" != "$after" ]
    touch 01-first-steps.mov
    run tp run --quiet
    says_not "has changed since it was added"
}

@test "files that an earlier version added are known when moved, and guarded from then on" {
    film 01-first-steps.mov
    tp add . >/dev/null
    sqlite3 "$EVENT/talkpress.db" 'DELETE FROM file_proof'
    mkdir a b
    mv 01-first-steps.mov a
    expect 0 tp add a
    says "0 added, 1 known"
    forge a/01-first-steps.mov b/x.mov
    mv a c
    expect 0 tp add b
    says "1 added"
    # The secret is in no job's spec and no output.
    secret=$(sqlite3 "$EVENT/talkpress.db" 'SELECT value FROM secret')
    [ ${#secret} -eq 64 ]
    run grep -rqs "$secret" "$EVENT/work" "$EVENT/out"
    [ "$status" -eq 1 ]
}

@test "a worker that claims the content of another recording is not believed" {
    needs_build
    load hostile
    tp add "$REC/01-first-steps.mp4" >/dev/null || true
    tp run --quiet >/dev/null || true
    HOSTILE_HASH=$(sum_of "$REC"/01-*) hostile_worker "probe claimed-hash 02-" -C "$EVENT" add "$REC" >/dev/null
    same "$(sum_of "$REC"/02-*)" \
        "$(tp add --json "$REC" | jq -r '.[] | select(.path | endswith("02-second-steps.mp4")) | .probe.hash')"
    expect 0 tp run --quiet
    run cmp -s "$EVENT"/out/01-*.mp4 "$EVENT"/out/02-*.mp4
    [ "$status" -eq 1 ]
    json '.jobs | add' 0 tp run --json
}

@test "a recording that an earlier version probed keeps its identity, and all that was made" {
    local old=e5e4c11cc2b09b61c7c60654e39ec31e # XXH3
    tp add "$REC/01-first-steps.mp4" >/dev/null || true
    sqlite3 "$EVENT/talkpress.db" "UPDATE result SET value = json_set(value, '\$.hash', '$old') WHERE stage = 'probe'"
    tp run --quiet >/dev/null || true
    json '[.[].probe.hash]' "[\"$old\",\"$(sum_of "$REC"/02-*)\"]" tp add --json "$REC"
    json '[.parts[].recording_files[0].sha256]' "[null,\"$(sum_of "$REC"/02-*)\"]" tp status --json
    expect 0 tp why 1
    says "nothing would run"
    json '.jobs | [.probe, .analyse, .cell]' '[0,1,1]' tp run --json
}
