#!/usr/bin/env bash
# tests/systems.sh SUITE [REGEX]: talkpress on a fresh minimal system of a Debian suite (bookworm, trixie,
# testing, ...). By hand, before a release; see docs/systems.md.
#
# Makes the system, clones HEAD of this checkout into it, runs ./quickstart and ./quickstart test [REGEX]
# there as root, and prints a row of versions, results and times. Status 0 if both commands succeeded.
# Logs are in build/systems/SUITE/.
#
# APT_OPTION is one more option for apt, such as 'Acquire::Check-Valid-Until "false"'. http_proxy,
# https_proxy and no_proxy are passed on.
#
# What runs in the system has namespaces of its own for mounts and processes, so that to kill its first
# process ends all of it, and leaves no mount. After a signal, the system is removed too.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)

fail() {
    echo "systems.sh: $*" >&2
    exit 1
}

[[ $# -ge 1 && $# -le 2 && $1 =~ ^[a-z][a-z-]*$ ]] || { echo "usage: tests/systems.sh SUITE [REGEX]" >&2; exit 2; }
suite=$1
regex=${2:-}
logs=$repo/build/systems/$suite
root=$logs/system
clone=$root/root/talkpress
seconds=0
status=0
job=

# Ends the job and all that it started. unshare waits for its child, the first process of the namespace,
# whose end the kernel does not report before that of all others. It does not heed SIGTERM meanwhile.
kill_job() {
    local first=''
    for _ in {1..20}; do
        # There is no newline at its end.
        read -r first 2>/dev/null <"/proc/$job/task/$job/children" || true
        [[ -z $first ]] || break
        sleep 0.1
    done
    kill -KILL "${first:-$job}" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
    job=
}

cleanup() {
    trap '' INT TERM HUP
    [[ -z $job ]] || kill_job
    rm -rf --one-file-system "$root" "$logs/tmp"
}

# timed LOG COMMAND...: runs it in its own namespaces; takes its time and its status. A signal ends it at once.
timed() {
    local start=$SECONDS
    status=0
    # shellcheck disable=SC2016 # expanded by the inner shell, which is the first process
    setsid unshare --mount --pid --fork --kill-child --mount-proc bash -c '"$@"; exit "$?"' - "${@:2}" \
        </dev/null >"$logs/$1" 2>&1 &
    job=$!
    wait "$job" || status=$?
    job=
    seconds=$((SECONDS - start))
    [[ $status == 0 ]] || { echo "   failed with status $status; the end of $logs/$1:" && tail -n 15 "$logs/$1"; } >&2
}

# The mirror that this machine has Debian from.
mirror() {
    local codename uri release component
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    while read -r uri release component; do
        [[ $component == main && $uri =~ /debian(/|$) ]] || continue
        [[ $release =~ ^($codename|stable|testing|unstable|sid)$ ]] || continue
        echo "$uri"
        return
    done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null)
    echo http://deb.debian.org/debian
}

make_with_mmdebstrap() {
    timed make.log env TMPDIR="$logs/tmp" mmdebstrap --mode=root --variant=minbase \
        ${APT_OPTION:+--aptopt="$APT_OPTION"} "$suite" "$root" "deb $mirror $suite main"
}

make_with_debootstrap() {
    timed make.log debootstrap --variant=minbase "$suite" "$root" "$mirror"
    [[ -z ${APT_OPTION:-} || $status != 0 ]] || echo "$APT_OPTION;" >"$root/etc/apt/apt.conf.d/99systems"
}

# Names of hosts, as any installed system has them. Packages start no service. dpkg does not wait for the disk:
# the system is thrown away.
furnish() {
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    cp --remove-destination /etc/resolv.conf "$root/etc/resolv.conf"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" >"$root/etc/hosts"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
}

make_system() {
    local maker
    mirror=$(mirror)
    for maker in mmdebstrap debootstrap ''; do
        [[ $maker ]] || fail "'mmdebstrap' is not installed: 'apt install mmdebstrap'"
        ! command -v "$maker" >/dev/null || break
    done
    echo "== a minimal system of $suite, from $mirror, with $maker"
    "make_with_$maker"
    [[ $status == 0 ]] || exit 1
    furnish
}

# The last commit, as others get it. Also if the checkout belongs to another user.
clone_head() {
    local -x GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$repo
    commit=$(git -C "$repo" rev-parse --short HEAD)
    [[ -z $(git -C "$repo" status --porcelain) ]] || echo "== what is not committed is left out"
    git -C "$repo" bundle create -q "$logs/tmp/head" HEAD
    git -c advice.detachedHead=false clone -q "$logs/tmp/head" "$clone"
}

# in_system LOG COMMAND...: as root in the clone. Its devices, processes and shared memory are its own; and
# it heeds SIGINT, which the shell ignores for what it runs in the background.
in_system() {
    # shellcheck disable=SC2016 # expanded by the inner shells
    timed "$1" bash -euc '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
        mount --bind "$root/dev/pts/ptmx" "$root/dev/ptmx"
        mount -t tmpfs tmpfs "$root/dev/shm"
        exec chroot "$root" env -i --default-signal=INT,QUIT \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
            ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
            ${no_proxy:+no_proxy="$no_proxy"} sh -c "cd /root/talkpress && exec \"\$@\"" - "$@"' \
        - "$root" "${@:2}"
}

# quickstart NAME ARGUMENT...: runs it; $cell is its status and time. Keeps its logs, and ctest's, as NAME-*.
quickstart() {
    local log
    echo "== ./quickstart ${*:2}"
    in_system "$1.log" ./quickstart "${@:2}"
    for log in "$clone"/build/*.log "$clone"/build/asan/Testing/Temporary/LastTest.log; do
        [[ ! -f $log ]] || cp "$log" "$logs/$1-${log##*/}"
    done
    cell=$(printf '%d in %d:%02d' "$status" $((seconds / 60)) $((seconds % 60)))
    failed=$((failed + (status != 0)))
}

# version PATTERN: of the installed package of that name, without epoch, Debian's revision and suffix.
version() {
    # shellcheck disable=SC2016 # fields of dpkg-query
    chroot "$root" dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null |
        awk '$1 == "installed" { sub(/^[0-9]+:/, "", $2); sub(/[-+~].*/, "", $2); v = $2 } END { print v ? v : "-" }'
}

system_name() {
    . "$root/etc/os-release"
    echo "$PRETTY_NAME, $(<"$root/etc/debian_version")"
}

# passed LOG: how many tests passed, of how many, from ctest's last summary.
passed() {
    sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$1" |
        awk '{ failed += $1; all += $2 } END { if (all) print all - failed " of " all; else print "-" }'
}

row() {
    local file=$logs/row.md
    {
        echo "| system | gcc | FFmpeg | SVT-AV1 | x264 | commit | \`./quickstart\` | \`… test${regex:+ ${regex//|/\\|}}\` | tests passed |"
        echo "|---|---|---|---|---|---|---|---|---|"
        printf '| %s ' "$(system_name)" "$(version gcc)" "$(version libavcodec-dev)" \
            "$(version 'libsvtav1enc*')" "$(version 'libx264-*')" "$commit" "$first" "$second" "$(passed "$logs/test.log")"
        echo "|"
    } | sed 's/  */ /g' >"$file"
    cat "$file"
}

[[ $(id -u) == 0 ]] || fail "run it as root: it makes a system"
mkdir -p "$logs"
exec 9>"$logs.lock"
flock -n 9 || fail "it runs already for $suite"
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
# What a run before left that was killed with SIGKILL.
rm -rf --one-file-system "$logs"
mkdir -p "$root" "$logs/tmp"
failed=0
make_system
clone_head
quickstart quickstart
first=$cell
quickstart test test ${regex:+"$regex"}
second=$cell
row
[[ $failed == 0 ]] || exit 1
