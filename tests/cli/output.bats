# -o FILE: devices and pipes are written to and stay, links are followed, files are replaced as a whole.

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    PAGE=$PWD/page.txt
    page "$PAGE" "1: First Steps (Ada Byron) (0:08)" "2: Second Thoughts (Grace Murray) (0:06)"
    new_event
    tp export schedule.xml >schedule.xml 2>/dev/null
}

teardown()
{
    ! mountpoint -q "$BATS_TEST_TMPDIR/full" || umount "$BATS_TEST_TMPDIR/full"
}

# The commands that write one file.
commands=("export schedule.xml" "card 1" "status --prometheus" "report" "report --csv" "report --json")

# write_all FILE: each of them does.
write_all()
{
    local command
    for command in "${commands[@]}"; do
        run tp $command -o "$1"
        [[ $status == 0 || $status == 3 ]] || # 3: a report, and parts need a person
            { printf '%s\n' "status $status of: $command" "$output" && return 1; }
    done
}

# without_root_powers COMMAND...: file modes count, also for root.
without_root_powers()
{
    if [ "$(id -u)" = 0 ]; then
        setpriv --bounding-set=-dac_override "$@"
    else
        "$@"
    fi
}

@test "a device stays a device" {
    mknod null c 1 3 2>/dev/null || skip "this user cannot make devices"
    echo >null 2>/dev/null || skip "devices cannot be opened in this folder"
    ln -s null link
    write_all null
    write_all link
    [ -c null ]
    [ -L link ]
    same "event link null page.txt schedule.xml" "$(echo *)"
}

@test "/dev/null and /dev/full" {
    write_all /dev/null
    [ -c /dev/null ]
    for command in "${commands[@]}"; do
        run tp $command -o /dev/full
        same 75 "$status"
        says "/dev/full" "No space left on device"
    done
    [ -c /dev/full ]
}

@test "a pipe gets all of it" {
    mkfifo pipe
    for command in "${commands[@]}"; do
        timeout 20 cat pipe >got &
        run timeout 20 "$TALKPRESS" -C "$EVENT" $command -o pipe
        [[ $status == 0 || $status == 3 ]]
        wait $!
        [ -p pipe ]
        [ -s got ]
        [[ $command != export* ]] || cmp schedule.xml got
        [[ $command != card* ]] || same png,1280,720 \
            "$(ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 got)"
    done
    same "event got page.txt pipe schedule.xml" "$(echo *)"
}

@test "/dev/stdout: after what was there, before what follows" {
    {
        echo before
        tp export schedule.xml -o /dev/stdout 2>/dev/null
        echo after
    } >got
    same "$(echo before && cat schedule.xml && echo after)" "$(cat got)"
    tp export schedule.xml -o /dev/stdout 2>/dev/null | cmp - schedule.xml
    tp export schedule.xml -o /dev/fd/9 9>>got 2>/dev/null
    same "$(echo before && cat schedule.xml && echo after && cat schedule.xml)" "$(cat got)"
    expect 1 tp export schedule.xml -o /dev/fd/99
    says "cannot write '/dev/fd/99'"
    # What is said about the file goes elsewhere.
    expect 0 tp card 1 -o card.png
    tp card 1 -o /dev/stdout 2>said | cmp - card.png
    same "wrote the card of talk 1 to '/dev/stdout'" "$(cat said)"
    same "</html>" "$(tp report -o /dev/fd/1 2>said | tail -n 1 | grep -o '</html>$')"
    grep -q "^/dev/fd/1: 2 parts" said
    # What talkpress opened itself, such as the event's database, is not what the user named.
    cp event/talkpress.db kept
    for n in {3..30}; do
        eval "expect 1 tp export schedule.xml -o /dev/fd/$n $n<&-"
    done
    cmp kept event/talkpress.db
}

@test "links are followed: the file they lead to is replaced as a whole" {
    mkdir there
    echo old >there/file
    ln -s file there/second
    ln -s there/second first
    ln there/file other_name # another name of the same file keeps what it had
    expect 0 tp export schedule.xml -o first
    cmp schedule.xml there/file
    same "there/second file" "$(readlink first) $(readlink there/second)"
    same old "$(cat other_name)"
    same "file second" "$(cd there && echo *)"
    ln -sf "$PWD/there/file" first
    expect 0 tp card 1 -o first
    [ -L first ]
    same png "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 there/file)"
    # A report replaces reports only, also through a link.
    run tp report -o first
    same 1 "$status"
    says "'first' exists and is not a report"
    rm there/file
    expect 3 tp report -o first
    expect 3 tp report -o first
    [ -f there/file ]
    [ -L first ]
}

@test "a file that is replaced keeps its permissions" {
    umask 022
    for command in "${commands[@]}"; do
        rm -f file
        for mode in 600 664; do
            run tp $command -o file
            chmod $mode file
            run tp $command -o file
            [[ $status == 0 || $status == 3 ]]
            same $mode "$(stat -c %a file)"
        done
    done
}

@test "a link that leads nowhere: the file is made there" {
    mkdir there
    ln -s there/file link
    for command in "${commands[@]}"; do
        rm -f there/file
        run tp $command -o link
        [[ $status == 0 || $status == 3 ]]
        [ -s there/file ]
        same there/file "$(readlink link)"
        same file "$(cd there && echo *)"
    done
    ln -s no/such/file lost
    expect 1 tp export schedule.xml -o lost
    says "no/such/file"
    ln -s loop loop
    for command in "${commands[@]}"; do
        expect 1 tp $command -o loop
        says "cannot write 'loop'"
    done
    [ -L loop ]
}

@test "a link to a file in a folder that is read-only: an error, and the file stays" {
    mkdir there
    echo old >there/file
    ln -s there/file link
    chmod 555 there
    run without_root_powers touch there/new
    [ "$status" -ne 0 ] || skip "modes of folders do not count here"
    for command in "export schedule.xml" "card 1" "status --prometheus"; do
        expect 1 without_root_powers "$TALKPRESS" -C "$EVENT" $command -o link
        says "there/file" "Permission denied"
    done
    chmod 755 there
    same old "$(cat there/file)"
    same file "$(cd there && echo *)"
    [ -L link ]
}

@test "folders and sockets are refused before anything is made" {
    mkdir folder
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    for command in "${commands[@]}"; do
        expect 1 tp $command -o folder
        says "'folder' is a folder; expected a file: name another"
        expect 1 tp $command -o socket
        says "'socket' is a socket; expected a file: name another"
    done
    same "event folder page.txt schedule.xml socket" "$(echo *)"
    rmdir folder
}

@test "names that no file can have, folders that are not there: the message has the name that was given" {
    for command in "${commands[@]}"; do
        expect 1 tp $command -o ""
        says "talkpress: '' is not the name of a file"
        expect 1 tp $command -o new/
        says "'new/' is not the name of a file"
        expect 1 tp $command -o new/file
        says "cannot write 'new/file': there is no folder 'new'"
        expect 1 tp $command -o /dev/fd/0 <schedule.xml
        says "'/dev/fd/0' is the standard input: name another"
        expect 1 tp $command -o "$(printf 'x%.0s' {1..256})"
        says "File name too long"
    done
    same "event page.txt schedule.xml" "$(echo *)"
    # The longest name that a file can have.
    long=$(printf 'x%.0s' {1..255})
    for command in "${commands[@]}"; do
        run tp $command -o "$long"
        [[ $status == 0 || $status == 3 ]]
        same "event page.txt schedule.xml $long" "$(echo *)"
        rm "$long"
    done
}

@test "a full disk: exit status 75, the file stays, and nothing is left" {
    mkdir full
    mount -t tmpfs -o size=8k none full 2>/dev/null || skip "this user cannot mount"
    echo old >full/file
    head -c 4096 /dev/zero >full/other
    for command in "${commands[@]}"; do
        [[ $command != report* ]] || continue # replaces reports only
        run tp $command -o full/file
        same "75 old" "$status $(cat full/file)"
        says "cannot write 'full/file': No space left on device"
        same "file other" "$(cd full && echo *)"
        run tp $command -o full/new
        same "75 file other" "$status $(cd full && echo *)"
    done
}

@test "-o - is a file of that name" {
    expect 0 tp export schedule.xml -o -
    cmp schedule.xml ./-
}
