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
