# publish --verify: whether out/ still holds what was published, and what plain publish notices.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:06)" "2: Second Thoughts (Grace Murray) (0:05)"
    rehearse "$PAGE" "$REC"
    new_event "$BATS_FILE_TMPDIR/done"
    tp add "$REC" >/dev/null
    tp run --quiet >/dev/null
}

setup()
{
    load helper
    copy_event
    video=event/out/01-first-steps.mp4
}

teardown()
{
    [ -z "${MOUNTED:-}" ] || umount "$MOUNTED"
}

# damage FILE: another byte in the middle, the same size and time.
damage()
{
    local time
    time=$(stat -c %y "$1")
    printf X | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc status=none
    touch -d "$time" "$1"
}

# unlinked FILE: a copy in its place, with the same content and time.
unlinked()
{
    cp -p "$1" copy
    mv copy "$1"
}

as_published()
{
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
    (cd event/out && sha256sum --quiet -c SHA256SUMS)
}

@test "nothing has changed: how many files and bytes were read" {
    bytes=$(cat event/out/*.mp4 event/out/*.jpg | wc -c)
    before=$(stat -c '%n %y %z %i' event/out event/out/*)
    expect 0 tp publish --verify
    same "checked 4 files, $bytes bytes: all as published" "${lines[0]}"
    same "out/ holds 2 parts, 4 files: 0 written, 0 removed" "${lines[1]}"
    same "$before" "$(stat -c '%n %y %z %i' event/out event/out/*)"
    json .verified "{\"files\":4,\"bytes\":$bytes,\"as_published\":4,\"sums_repaired\":false,\"texts_repaired\":0,\"not_as_published\":[]}" \
        tp publish --verify --json
    # work/ need not be there: the store has the sums.
    rm -r event/work/??
    expect 0 tp publish --verify
    says "checked 4 files, $bytes bytes: all as published"
}

@test "a copy that was damaged, at equal size and time: repaired from work/" {
    unlinked $video
    damage $video
    expect 3 tp publish --verify
    says "3 as published, 1 repaired, 0 not" \
        "repaired 01-first-steps.mp4: its content had changed: repaired from work/"
    as_published
    expect 0 tp publish --verify
}

@test "a damaged file that is also that of work/: said, kept until run has made it again" {
    damage $video
    expect 1 tp publish --verify
    says "3 as published, 0 repaired, 1 not" \
        "damaged 01-first-steps.mp4: its content has changed, in work/ too: 'talkpress run' makes it again" \
        "damaged files of work/ are in 'work/removed/"
    same "$(cat "$BATS_FILE_TMPDIR/done/out/SHA256SUMS")" "$(sums)"
    expect 1 tp publish --verify
    says "put it back from a backup, or 'talkpress run' makes it again"
    json '.verified.not_as_published[] | [.file, .state]' '["01-first-steps.mp4","damaged"]' \
        tp publish --verify --json
    json '.jobs | with_entries(select(.value > 0))' '{"assemble":1}' tp run --json
    as_published
    expect 0 tp publish --verify
    tp gc >/dev/null
    expect 0 tp publish --verify
    as_published
}

@test "a damaged file that is put back from a backup" {
    rm -r event/work/??
    cp $video backup
    damage $video
    expect 1 tp publish --verify
    says "damaged 01-first-steps.mp4: its content has changed, and it is not in work/: put it back from a backup"
    cp backup $video
    expect 0 tp publish --verify
    says "all as published"
}

@test "a file that is missing from out/, a link in place of one, and a foreign one" {
    rm $video
    echo mine >event/out/notes.txt
    expect 3 tp publish --verify
    says "repaired 01-first-steps.mp4: was missing: put back from work/"
    same mine "$(cat event/out/notes.txt)"
    rm event/out/02-second-thoughts.jpg
    ln -s /etc/hostname event/out/02-second-thoughts.jpg
    expect 3 tp publish --verify
    says "repaired 02-second-thoughts.jpg"
    [ ! -L event/out/02-second-thoughts.jpg ]
    as_published
}

@test "SHA256SUMS that somebody edited: written again, and said" {
    sed -i 's/^./x/' event/out/SHA256SUMS
    expect 3 tp publish --verify
    says "checked 4 files, " "repaired SHA256SUMS: it did not list the files as they were published"
    as_published
    printf '\0junk' >>event/out/SHA256SUMS
    expect 0 tp publish
    says "1 written"
    as_published
}

@test "plain publish: a file that is no link to work/, or that has another size, is put back" {
    unlinked $video
    damage $video
    expect 0 tp publish
    says "1 written"
    as_published
    # Cut short in place: so is work/'s, which therefore is made again.
    truncate -s -1 $video
    expect 0 tp status
    says "1 ok First Steps: to do"
    json '.jobs | with_entries(select(.value > 0))' '{"assemble":1}' tp run --json
    as_published
}

@test "a copy of the event whose work/ was damaged: what is good in out/ is not replaced by it" {
    made=$(find event/work -samefile $video ! -path "*/out/*")
    cp -rp event copied
    EVENT=$PWD/copied
    damage "copied/${made#event/}"
    expect 0 tp publish
    (cd copied/out && sha256sum --quiet -c SHA256SUMS)
    [ "copied/${made#event/}" -ef copied/out/01-first-steps.mp4 ]
    expect 0 tp publish --verify
    says "all as published"
}

@test "a folder in the place of a file: said, after what was read" {
    rm $video
    mkdir $video
    unlinked event/out/02-second-thoughts.mp4
    damage event/out/02-second-thoughts.mp4
    expect 1 tp publish --verify
    says "repaired 02-second-thoughts.mp4" "01-first-steps.mp4' is a folder; expected a file: move it away"
    rmdir $video
    expect 3 tp publish --verify
    as_published
}

@test "out/ on another disk: copies, which plain publish leaves alone and --verify reads" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a disk"
    mkdir disk
    mount -t tmpfs -o size=20m tmpfs disk 2>/dev/null || skip "mounting is not allowed here"
    MOUNTED=$PWD/disk
    rm -r event/out
    ln -s "$PWD/disk" event/out
    expect 0 tp publish
    says "6 written"
    same "$(stat -c %Y event/work/??/*.mp4 | sort -n | tail -1)" "$(stat -c %Y disk/*.mp4 | sort -n | tail -1)"
    touch disk/*.mp4 # as copies of an earlier talkpress: newer than work/
    before=$(stat -c '%n %y %z %i' disk/*)
    expect 0 tp publish
    says "0 written"
    same "$before" "$(stat -c '%n %y %z %i' disk/*)"
    damage disk/01-first-steps.mp4
    expect 0 tp publish
    says "0 written"
    expect 3 tp publish --verify
    says "repaired 01-first-steps.mp4"
    (cd disk && sha256sum --quiet -c SHA256SUMS)
    # Made again, with the same size: it replaces the copy.
    damage disk/01-first-steps.mp4
    touch -d '1 hour ago' disk/01-first-steps.mp4
    expect 0 tp publish
    says "1 written"
    (cd disk && sha256sum --quiet -c SHA256SUMS)
}
