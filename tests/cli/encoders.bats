# Versions of the encoders: a talk that another version made is made again, and 'why' says so.

setup_file()
{
    load helper
    : "${ENCODER_SHIM:?names the library that says other versions}"
    page "$PAGE" "1: First Steps (Ada Byron) (0:09)" "2: Second Thoughts (Grace Murray) (0:06)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/done"
    more_renditions
    settings 'renditions: [cheap, av1, sound]'
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    copy_event
}

more_renditions()
{
    cat >"$EVENT/renditions/av1.yaml" <<END
container: webm
suffix: .webm
mime: "video/webm"
video:
  encoder: libsvtav1
  max_width: 160
  max_height: 90
  key_frame_s: 4
  options: {preset: 13, crf: 50, svtav1-params: "lp=1:lookahead=0"}
audio: {encoder: libopus, bit_rate: 64000}
END
    cat >"$EVENT/renditions/sound.yaml" <<END
container: mp4
suffix: .m4a
mime: "audio/mp4"
audio: {encoder: aac, bit_rate: 64000}
END
}

# with VARIABLE=VALUE… -- COMMAND...: where the encoders say these versions. The sum of the values is
# part of the library's name, so that the coordinator asks again.
with()
{
    local -a set=()
    local name
    while [ "$1" != -- ]; do
        set+=("$1")
        shift
    done
    name=$BATS_TEST_TMPDIR/shim-$(md5sum <<<"${set[*]}" | cut -c1-8).so
    ln -sf "$ENCODER_SHIM" "$name"
    env LD_PRELOAD="$name" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" "${set[@]}" \
        "$TALKPRESS" -C "$EVENT" "${@:2}"
}

# The jobs that a run makes.
jobs_of()
{
    "$@" --json | jq -c '.jobs | with_entries(select(.value > 0))'
}

@test "with the same encoders nothing is made again, and they are asked once" {
    same '{}' "$(jobs_of tp run)"
    before=$(stat -c %i "$EVENT/work/encoders.json")
    expect 0 tp why 1
    says "1: nothing would run"
    expect 0 tp status 1
    says_not "made again"
    same "$before" "$(stat -c %i "$EVENT/work/encoders.json")"
    # Without the file, or with one that is damaged, they are asked again.
    for text in '' '{' '[]' '{"here": 5, "state": {"files": []}, "sets": [7, {}]}'; do
        printf '%s' "$text" >"$EVENT/work/encoders.json"
        same '[]' "$(tp why 1 --json | jq -c '.[0].jobs')"
        same true "$(jq -c '.here | has("libx264") and has("architecture")' "$EVENT/work/encoders.json")"
    done
}

@test "results say what made them" {
    svt=$(jq -r '.here | .libsvtav1 + " " + .architecture' "$EVENT/work/encoders.json")
    opus=$(jq -r '.here | .libopus + " " + .architecture' "$EVENT/work/encoders.json")
    json '[.. | objects | select(.file? == "01-first-steps.webm")][0].result.made_by' \
        "[\"libsvtav1 $svt\",\"libopus $opus\"]" tp status 1 --json
}

@test "another version: 'why' says it, a run makes those renditions again, and nothing else" {
    published=$(sums)
    expect 0 with SHIM_SVT=v9.1.0 -- why 1
    says "1 of 4 outputs are missing" "because an encoder is another one now" \
        "made again: the encoder SVT-AV1 is 9.1.0 here," "made it (.webm)"
    json '.[0].made_again | map(.outputs)' '[[".webm"]]' with SHIM_SVT=v9.1.0 -- why 1 --json
    expect 0 with SHIM_SVT=v9.1.0 -- status
    says "First Steps: to do, made again: 1 of 2 cells are there" \
        "made again: the encoder SVT-AV1 is 9.1.0 here," "made it: 2 parts"
    expect 0 with SHIM_SVT=v9.1.0 -- status 1
    says "01-first-steps.webm: made again: the encoder SVT-AV1 is 9.1.0 here"
    # What is published stays until then.
    with SHIM_SVT=v9.1.0 -- publish >/dev/null || true
    same "$published" "$(sums)"
    same '{"card":2,"cell":2,"assemble":2}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    same '{}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    json '[.. | objects | select(.file? == "01-first-steps.webm")][0].result.made_by[0][:15]' \
        '"libsvtav1 9.1.0"' with SHIM_SVT=v9.1.0 -- status 1 --json
    # Its disk is not connected, so that it cannot be made again.
    mv "$REC" "$REC.away"
    expect 0 with SHIM_SVT=v9.3.0 -- why 1
    mv "$REC.away" "$REC"
    says "nothing can run: its recording" "made again: the encoder SVT-AV1 is 9.3.0 here"
    # Back again: what was made is still there.
    same '{}' "$(jobs_of tp run)"
    expect 0 tp why 1
    says "nothing would run"
    # A third version: the reason names one that made it.
    expect 0 with SHIM_SVT=v9.2.0 -- why 2
    says "the encoder SVT-AV1 is 9.2.0 here, " "9.1.0 made it"
}

# range RANGE...: the settings of av1.yaml for versions in each.
range()
{
    sed -i '/versions:/,/^audio/{/^audio/!d}' "$EVENT/renditions/av1.yaml"
    sed -i "s/^audio/  versions:\n&/" "$EVENT/renditions/av1.yaml"
    for r; do
        sed -i "s/^audio/    - {version: \"$r\", options: {crf: 55}}\n&/" "$EVENT/renditions/av1.yaml"
    done
}

@test "settings for a version of the encoder hold there, and change nothing elsewhere" {
    range ">= 9"
    same '{}' "$(jobs_of tp run)"
    expect 0 tp status
    says_not "settings for"
    json '.renditions[] | select(.name == "av1").settings_for' null tp status --json
    expect 0 with SHIM_SVT=v9.1.0 -- status
    says "rendition av1: settings for libsvtav1 >= 9 (9.1.0 here)"
    json '.renditions[] | select(.name == "av1") | del(.name)' \
        '{"encoder":"libsvtav1","encoder_version":"9.1.0","settings_for":">= 9"}' \
        with SHIM_SVT=v9.1.0 -- status --json
    same '{"card":2,"cell":2,"assemble":2}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    # The list is no part of the settings: with the same range written otherwise, all is there.
    range ">= 9, < 10" ">= 10"
    same '{}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    range "< 9"
    same '{"card":2,"cell":2,"assemble":2}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    range "< 9" ">= 8"
    expect 1 tp status
    says "av1.yaml'" "'< 9' and '>= 8' overlap"
}

@test "a corrected title does not hide that the encoder is another one" {
    sed 's/Second Thoughts/Second Thought/' "$PAGE" >page.txt
    expect 0 tp import page.txt
    expect 0 with SHIM_SVT=v9.1.0 -- why 2
    says "their inputs are new or have changed" "made again: the encoder SVT-AV1 is 9.1.0 here"
    expect 0 tp why 2
    says_not "made again"
}

@test "another version of a sound encoder: only its sound is made again" {
    expect 0 with SHIM_OPUS="libopus 9.0" -- why 1
    says "made again: the encoder libopus is 9.0 here, " "made it (.webm)"
    same '{"sound":2,"assemble":2}' "$(jobs_of with SHIM_OPUS="libopus 9.0" -- run)"
}

@test "gc keeps what other encoders made until it is made again" {
    # On a machine that only looks.
    with SHIM_SVT=v9.1.0 -- gc >/dev/null
    same '{}' "$(jobs_of tp run)"
    same '{"card":2,"cell":2,"assemble":2}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    with SHIM_SVT=v9.1.0 -- gc >/dev/null
    same '{}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    same '{"card":2,"cell":2,"assemble":2}' "$(jobs_of tp run)"
}

@test "a library that is replaced while talkpress runs: its jobs fail, and say so" {
    expect 0 with SHIM_SVT=v9.1.0 -- why 1
    # The coordinator has found the version, and the file has not changed since.
    shim=("$BATS_TEST_TMPDIR"/shim-*.so)
    expect 1 env LD_PRELOAD="${shim[0]}" SHIM_SVT=v9.9.9 \
        ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" "$TALKPRESS" -C "$EVENT" run --quiet
    says "the encoder is 'libsvtav1 9.9.9" "and the job is for 'libsvtav1 9.1.0" "was replaced"
    same 0 "$(grep -lF "libsvtav1 9.9.9" -r "$EVENT"/work/?? | wc -l)"
}

@test "a library that says its version in an odd way is no obstacle" {
    for version in "" unknown "9.1.0-$(printf 'x%.0s' {1..100})" $'9.1\t\e[31mü'; do
        expect 0 with "SHIM_SVT=$version" -- run --quiet
        says "2 of 2 parts are complete"
    done
}

@test "the version that is kept is not the one of the library: after jobs that failed, it is asked again" {
    sed -i -E 's/("libx264": ?")[^"]*/\1999/' "$EVENT/work/encoders.json"
    expect 0 tp why 1
    says "the encoder x264 is 999 here"
    expect 1 tp run --quiet
    says "the encoder is 'libx264 16" "and the job is for 'libx264 999" "run the command again"
    expect 0 tp run --quiet
    says "jobs run: none"
}

@test "an option that the encoder does not have: the job fails at once, and says so" {
    sed -i 's/crf: 50/crf: 50, frobnicate: 1/' "$EVENT/renditions/av1.yaml"
    expect 1 timeout 100 "$TALKPRESS" -C "$EVENT" run --quiet
    says "encoder 'libsvtav1' has no option 'frobnicate'"
    sed -i 's/preset: ultrafast/&, preset2: 1/' "$EVENT/renditions/cheap.yaml"
    expect 1 timeout 100 "$TALKPRESS" -C "$EVENT" run --quiet
    says "encoder 'libx264' has no option 'preset2'"
}

@test "commands of several machines at once: no set of versions is lost" {
    rm "$EVENT/work/encoders.json"
    for n in {1..8}; do
        with SHIM_SVT=v9.$n.0 -- status >/dev/null &
    done
    wait
    same "9.1.0 9.2.0 9.3.0 9.4.0 9.5.0 9.6.0 9.7.0 9.8.0" \
        "$(jq -r '.sets[].libsvtav1' "$EVENT/work/encoders.json" | sort | paste -sd ' ')"
}

@test "another architecture is refused, and nothing is made" {
    before=$(find "$EVENT/work"/?? -type f | sort)
    expect 1 with SHIM_MACHINE=riscv64 -- run 2
    says "talk 1 was made on a machine of another architecture than this one (riscv64)" \
        "rename the folder '$EVENT/work'"
    same "$before" "$(find "$EVENT/work"/?? -type f | sort)"
    expect 0 with SHIM_MACHINE=riscv64 -- why 1
    says "nothing can run here: talk 1 was made on a machine of another architecture than this one (riscv64)" \
        "made again: this machine is riscv64, one of "
    # Also of a talk that it does not name: run makes none.
    json '.[0] | [.talk, (.refused | startswith("talk 1 was made"))]' '[2,true]' \
        with SHIM_MACHINE=riscv64 -- why 2 --json
    json '.[0].refused' null tp why 1 --json
    # The way out.
    mv "$EVENT/work" "$EVENT/work-of-other"
    expect 0 with SHIM_MACHINE=riscv64 -- run --quiet
    says "2 of 2 parts are complete"
    # From then on it is this machine's.
    expect 1 tp run --quiet
    says "talk 1 was made on a machine of another architecture"
    expect 0 with SHIM_MACHINE=riscv64 -- run --quiet
}

@test "without talkpress-media, commands that make nothing work as on the reference" {
    mkdir alone
    cp "$TALKPRESS" alone
    ln -s "$(dirname "$TALKPRESS")/../share" share # where a program looks for its data
    # What the reference made, as far as the names of versions go.
    settings 'renditions: [av1]'
    expect 0 with SHIM_SVT=v1.4.1 SHIM_OPUS="libopus 1.3.1" -- run --quiet
    TALKPRESS=$PWD/alone/talkpress
    expect 0 tp status
    says "2 of 2 parts are complete"
}

@test "settings for another version do not hide what made it" {
    sed -i 's/^audio:/  versions:\n    - version: ">= 9"\n      options: {crf: 55}\naudio:/' \
        "$EVENT/renditions/av1.yaml"
    same '{}' "$(jobs_of tp run)"
    expect 0 with SHIM_SVT=v9.1.0 -- why 1
    says "made again: the encoder SVT-AV1 is 9.1.0 here, " "made it (.webm)"
    same '{"card":2,"cell":2,"assemble":2}' "$(jobs_of with SHIM_SVT=v9.1.0 -- run)"
    same '{}' "$(jobs_of tp run)"
}
