# An archive that was published before: each talk in several formats, with a title card in front.

setup_file()
{
    load helper
    page "$PAGE" "1: Bees (Ada Byron) (0:08)" "2: Clouds (Grace Murray) (0:11)" \
        "3: Drums (Radia Lamport) (0:15)" "4: Eels (Edsger Knuth) (0:20)" \
        "5: Foxes (Barbara Hopper) (0:26)" "6: Geese (Alan Liskov) (0:33)" \
        "7 (two parts): Herbs (Frances Allen) (0:09 / 0:14)"
    mkdir "$REC"
    archive 5
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    new_event
}

# talk NAME SECONDS CARD [PAUSE]: the formats of one; only those with a picture have the card. From PAUSE seconds on,
# there are 0.6 s of silence.
talk()
{
    local length=$(($2 + $3)) from=${4:--1}
    ffmpeg -v error -f lavfi -i "testsrc=s=160x90:r=5:d=$length" -f lavfi -t "$length" \
        -i "sine=$((300 + 20 * $2)):r=48000,volume='(0.05+0.5*mod(floor(4*t)\,2))*not(between(t\,$from\,$from+0.6))':eval=frame" \
        -c:v libx264 -preset ultrafast -c:a aac "$REC/$1_hd.mp4"
    ffmpeg -v error -i "$REC/$1_hd.mp4" -vf scale=128:72 -c:v libx264 -preset ultrafast -c:a copy \
        "$REC/$1_sd.mp4"
    ffmpeg -v error -i "$REC/$1_hd.mp4" -vf scale=144:80 -c:v libx264 -preset ultrafast -c:a copy \
        "$REC/$1.mkv"
    ffmpeg -v error -ss "$3" -i "$REC/$1_hd.mp4" -vn -c:a libopus -b:a 32k "$REC/$1.opus"
}

# archive CARD
archive()
{
    talk bees 8 "$1"
    talk clouds 11 "$1"
    talk drums 15 "$1"
    talk eels 20 "$1"
    talk foxes 26 "$1"
    talk geese 33 "$1"
    # Within 5 s of the listed end of the first part only if that has the card.
    talk herbs 23 "$1" 15
}

@test "formats: the best video is taken, the others are set aside and named" {
    run tp add "$REC"
    says "bees.opus 0:08 set aside: another format of 'bees_hd.mp4'" "28 added"
    expect 0 tp match --all
    says "1 sure" "bees_hd.mp4: 'bees' in the name" "6 sure" "7 sure" "geese_hd.mp4: 'geese' in the name" \
        "Set aside (to take one all the same: talkpress match TALK=FILE):" \
        "bees.mkv, bees.opus, bees_sd.mp4: another format of 'bees_hd.mp4'"
    says_not "match no talk"
    json '[.unmatched, (.other_formats | length)]' '[[],21]' tp match --json
    # None of them could hold a talk that lacks a recording.
    tp match 1=none >/dev/null
    tp match 1= >/dev/null
    tp remove bees_hd.mp4
    expect 0 tp match --all
    says "bees.mkv: 'bees' in the name" "bees.opus, bees_sd.mp4: another format of 'bees.mkv'"
}

@test "formats: one that a person takes stays, and the others are set aside for it" {
    run tp add "$REC"
    expect 0 tp match 1=bees.opus
    says "bees.opus: set by hand"
    expect 0 tp match --all
    says "bees.mkv, bees_hd.mp4, bees_sd.mp4: another format of 'bees.opus'" \
        "clouds_sd.mp4: another format of 'clouds_hd.mp4'"
    # Found again, whatever was kept of the matching.
    expect 0 tp add "$REC"
    expect 0 tp match --all
    says "bees.mkv, bees_hd.mp4, bees_sd.mp4: another format of 'bees.opus'"
}

@test "a lead-in: found from the set, said once, and no talk fails for it" {
    tp add "$REC" >/dev/null 2>&1
    expect 0 tp verify
    says "7 of 7 recordings are 5.0 s longer than listed: a lead-in of 5.0 s" "0:08 0:13 +0.0 s ok" \
        "8 of 8 parts are ok"
    # Of two parts, the first has it: it ends 14 s after the start, or at a quiet moment close to that.
    json '.[6] | .measured_s >= 15 and .measured_s <= 15.6' true tp verify --json
    json '[.[] | [.measured_s, .difference_s, .lead_in_s]] | [.[0,5]]' '[[13,0,5],[38,0,5]]' \
        tp verify --json
    # A cut by hand is what it is.
    tp cut 1 --in 0:05 >/dev/null
    tp cut 2 --in 0:02 >/dev/null
    run tp verify
    says "0:08 0:08 +0.0 s ok" "0:11 0:14 +3.0 s long"
}

@test "a lead-in: what is off besides is still found" {
    mkdir set
    for name in clouds drums eels foxes geese; do
        cp "$REC/${name}_hd.mp4" set
    done
    # A talk that is cut off, and one that was published without the card.
    ffmpeg -v error -i set/geese_hd.mp4 -t 33 -c copy set/geese.mp4
    rm set/geese_hd.mp4
    ffmpeg -v error -i "$REC/bees_hd.mp4" -t 9 -c copy set/bees.mp4
    tp add set >/dev/null 2>&1
    run tp verify
    says_not "lead-in" # four are too few
    tp remove bees.mp4
    rm set/bees.mp4
    cp "$REC/bees_hd.mp4" set
    tp add set >/dev/null 2>&1
    run tp verify
    says "5 of 6 recordings are 5.0 s longer than listed: a lead-in of 5.0 s" \
        "0:33 0:33 +0.0 s ok geese.mp4: without the lead-in that the others have" "6 of 8 parts are ok"
}
