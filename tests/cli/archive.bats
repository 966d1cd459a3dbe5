# An archive that was published before: each talk in several formats, with a title card in front.

setup_file()
{
    load helper
    page "$PAGE" "1: Bees (Ada Byron) (0:08)" "2: Clouds (Grace Murray) (0:11)" \
        "3: Drums (Radia Lamport) (0:15)" "4: Eels (Edsger Knuth) (0:20)" \
        "5: Foxes (Barbara Hopper) (0:26)" "6: Geese (Alan Liskov) (0:33)"
    mkdir "$REC"
    archive 5
}

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    new_event
}

# talk NAME SECONDS CARD: the formats of one; only those with a picture have the card.
talk()
{
    local length=$(($2 + $3))
    ffmpeg -v error -f lavfi -i "testsrc=s=160x90:r=5:d=$length" -f lavfi -t "$length" \
        -i "sine=$((300 + 20 * $2)):r=48000,volume='0.05+0.5*mod(floor(4*t)\,2)':eval=frame" \
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
}

@test "formats: the best video is taken, the others are set aside and named" {
    run tp add "$REC"
    says "bees.opus 0:08 set aside: another format of 'bees_hd.mp4'" "24 added"
    expect 0 tp match
    says "1 sure" "bees_hd.mp4: 'bees' in the name" "6 sure" "geese_hd.mp4: 'geese' in the name" \
        "Set aside (to take one all the same: talkpress match TALK=FILE):" \
        "bees.mkv, bees.opus, bees_sd.mp4: another format of 'bees_hd.mp4'"
    says_not "match no talk"
    json '[.unmatched, (.other_formats | length)]' '[[],18]' tp match --json
    # None of them could hold a talk that lacks a recording.
    tp match 1=none >/dev/null
    tp match 1= >/dev/null
    tp remove bees_hd.mp4
    expect 0 tp match
    says "bees.mkv: 'bees' in the name" "bees.opus, bees_sd.mp4: another format of 'bees.mkv'"
}

@test "formats: one that a person takes stays, and the others are set aside for it" {
    run tp add "$REC"
    expect 0 tp match 1=bees.opus
    says "bees.opus: set by hand"
    expect 0 tp match
    says "bees.mkv, bees_hd.mp4, bees_sd.mp4: another format of 'bees.opus'" \
        "clouds_sd.mp4: another format of 'clouds_hd.mp4'"
    # Found again, whatever was kept of the matching.
    expect 0 tp add "$REC"
    expect 0 tp match
    says "bees.mkv, bees_hd.mp4, bees_sd.mp4: another format of 'bees.opus'"
}
