# tests/systems.sh: the row that it prints, and that nothing is left, after a signal too. The maker of systems and
# pivot_root are stand-ins: the "system" is this one, with a ./quickstart that the tests write.

setup()
{
    load helper
    unset APT_OPTION
    # Two processes that heed no signal, one of them in a session of its own.
    naptime=1000.$BASHPID
    endless="trap '' INT TERM HUP; setsid sleep $naptime & sleep $naptime & echo begun; wait; wait"
    cd "$BATS_TEST_TMPDIR"
    [ "$(id -u)" = 0 ] || skip "only root can make a system"
    for tool in git mkfs.ext4 pgrep; do
        command -v $tool >/dev/null || skip "$tool is not installed"
    done
    unshare --mount --pid --fork --mount-proc true 2>/dev/null || skip "no namespaces here"
    losetup -f >/dev/null 2>&1 || skip "no loop devices here"
    mkdir -p repo/tests stand-ins disks
    export TMPDIR=$PWD/disks
    cp "$BATS_TEST_DIRNAME/../systems.sh" "$BATS_TEST_DIRNAME/../minimal_system.bash" repo/tests
    echo /build/ >repo/.gitignore
    maker
    stand_in apt-get 'printf "%s\n" "http://example.org/debian-security stable main" "http://example.com stable main" \
        "http://example.org/debian/ stable-updates main" "http://example.org/debian/ stable main"'
    stand_in pivot_root 'exit 0'
    stand_in umount 'exit 0'
    stand_in chroot 'echo "installed 7:1.2.3+x-4"'
}

teardown()
{
    [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true
}

stand_in()
{
    printf '#!/bin/sh\n%s\n' "$2" >"stand-ins/$1"
    chmod +x "stand-ins/$1"
}

# maker [SCRIPT]: makes a system; then SCRIPT, in its folder.
maker()
{
    # shellcheck disable=SC2016
    stand_in mmdebstrap 'for root in "$@"; do [ "${root#/}" = "$root" ] || break; done
        mkdir -p "$root" && cd "$root" && mkdir -p etc proc sys dev usr/sbin root mnt media
        printf "%s\n" "$@" >etc/made-with
        echo "PRETTY_NAME=\"Some Debian\"" >etc/os-release && echo 99.1 >etc/debian_version
        '"${1:-}"
}

# quickstart SCRIPT: what is committed as ./quickstart.
quickstart()
{
    printf '#!/bin/sh\n%s\n' "$1" >repo/quickstart
    chmod +x repo/quickstart
    git -C repo init -q
    git -C repo add -A
    git -C repo -c user.name=x -c user.email=x@example.org commit -qm x
}

# systems STATUS ARGUMENT...
systems()
{
    expect "$1" env PATH="$PWD/stand-ins:$PATH" repo/tests/systems.sh "${@:2}"
}

# nothing_left: no process that the tests' endless scripts start, no mount, no disk and no folder.
nothing_left()
{
    expect 1 grep -F "$PWD/disks" /proc/mounts
    expect 1 pgrep -fx "sleep $naptime"
    expect 0 losetup -a
    says_not "$PWD/disks"
    same "" "$(ls disks)"
    same "" "$(find repo/build/systems/trixie -mindepth 1 ! -type f)"
}

@test "both commands: the row, the logs, and nothing is left" {
    quickstart 'echo "quickstart $*"; mkdir -p build/asan/Testing/Temporary
        echo built >build/build.log
        [ "$1" != test ] || { echo tests >build/asan/Testing/Temporary/LastTest.log
            echo "97% tests passed, 2 tests failed out of 80"; exit 8; }'
    echo "exit 9" >>repo/quickstart
    APT_OPTION='Some::Option "x"' systems 1 trixie 'unit|cli_a b'
    says "== what is not committed is left out" "== ./quickstart == ./quickstart test unit|cli_a b" \
        "failed with status 8" "| Some Debian, 99.1 | 1.2.3 | 1.2.3 | 1.2.3 | 1.2.3 |" \
        "| 78 of 80 |" "test unit\|cli_a b\` |"
    grep -qE '\| 0 in [0-9]+:[0-9]{2} \| 8 in [0-9]+:[0-9]{2} \|' repo/build/systems/trixie/row.md
    same "quickstart test unit|cli_a b" "$(head -1 repo/build/systems/trixie/test.log)"
    same built "$(cat repo/build/systems/trixie/quickstart-build.log)"
    same tests "$(cat repo/build/systems/trixie/test-LastTest.log)"
    grep -q "| 78 of 80 |" repo/build/systems/trixie/row.md
    nothing_left
}

@test "what the maker is told: the suite, a mirror, the option for apt" {
    quickstart 'cat ../../etc/made-with'
    APT_OPTION='Some::Option "x"' systems 0 trixie
    grep -qx "deb http://example.org/debian/ trixie main" repo/build/systems/trixie/quickstart.log
    grep -qx -- '--aptopt=Some::Option "x"' repo/build/systems/trixie/quickstart.log
    grep -qx trixie repo/build/systems/trixie/quickstart.log
    nothing_left
    stand_in apt-get 'exit 1'
    systems 0 trixie
    grep -qx "deb http://deb.debian.org/debian trixie main" repo/build/systems/trixie/quickstart.log
    expect 1 grep -e --aptopt repo/build/systems/trixie/quickstart.log
}

@test "a maker that fails: its last lines, and nothing is run" {
    quickstart 'echo "quickstart was run"'
    stand_in mmdebstrap 'echo "E: no such suite"; exit 25'
    systems 1 trixie
    says "failed with status 25" "E: no such suite"
    [ ! -e repo/build/systems/trixie/quickstart.log ]
    nothing_left
}

# begin LOG: runs it in the background, as $pid, and returns when LOG says begun.
begin()
{
    env --default-signal=INT PATH="$PWD/stand-ins:$PATH" repo/tests/systems.sh trixie >log 2>&1 3>&- &
    pid=$!
    timeout 60 sh -c "until grep -qs begun repo/build/systems/trixie/$1; do sleep 0.1; done"
}

@test "a signal, in the maker and in the system: all of it ends within 5 s, and nothing is left" {
    local signal log start got
    for log in make.log quickstart.log; do
        if [ $log = make.log ]; then maker "$endless"; else maker; fi
        quickstart "$endless"
        for signal in 2 15; do
            begin $log
            start=$SECONDS
            kill "-$signal" "$pid"
            got=0
            wait "$pid" || got=$?
            same $((128 + signal)) "$got"
            expect 1 grep -v "^== " log
            [ $((SECONDS - start)) -le 5 ]
            nothing_left
        done
        rm -rf repo/.git
    done
}

@test "SIGKILL: the processes end, and the next run removes the disk" {
    local got=0
    quickstart "$endless"
    begin quickstart.log
    kill -KILL "$pid"
    wait "$pid" || got=$?
    same 137 "$got"
    timeout 10 sh -c "while pgrep -fx 'sleep $naptime' >/dev/null; do sleep 0.1; done"
    quickstart 'echo "quickstart $*"'
    systems 0 trixie
    nothing_left
}

@test "wrong usage; one run at a time for a suite" {
    quickstart 'true'
    for words in "" "a b c" ../x; do
        # shellcheck disable=SC2086
        systems 2 $words
        says "usage: tests/systems.sh SUITE [REGEX]"
    done
    mkdir -p repo/build/systems
    flock repo/build/systems/trixie.lock \
        env PATH="$PWD/stand-ins:$PATH" repo/tests/systems.sh trixie >log 2>&1 && return 1
    grep -q "it runs already for trixie" log
}
