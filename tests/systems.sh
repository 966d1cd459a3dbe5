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
# The system is on a disk image, and is worked on in a mount and a process namespace. So the kernel ends all
# processes and drops all mounts when the first process of these is killed, and only one file must be removed.
set -euo pipefail
umask 022

fail() {
    echo "systems.sh: $*" >&2
    exit 1
}

# kill_inside PID: kills the first process in the namespace of that unshare, which waits for the end of it, and
# does not heed SIGTERM meanwhile. The kernel reports the end when all others have ended.
kill_inside() {
    local first=''
    for _ in {1..20}; do
        # There is no newline at its end.
        read -r first 2>/dev/null <"/proc/$1/task/$1/children" || true
        [[ -z $first ]] || break
        sleep 0.1
    done
    kill -KILL "${first:-$1}" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# Makes the disk as small as nothing. Else the kernel would write to it, when it is unmounted, what no one reads any
# more. That takes longer than a user waits; so the kernel only logs that it cannot.
shrink_disk() {
    local device
    device=$(losetup --noheadings --output NAME --associated "$logs/disk") || return 0
    [[ -n $device ]] || return 0
    : >"$logs/disk"
    losetup --set-capacity "$device" || true
}

cleanup() {
    local job
    trap '' INT TERM HUP
    job=$(jobs -p)
    [[ -z $job ]] || { shrink_disk && kill_inside "$job"; }
    rm -rf --one-file-system "$logs/disk" "$logs/system" "$logs/tmp"
}

# timed LOG COMMAND...: takes its time and its status.
timed() {
    local start=$SECONDS
    status=0
    "${@:2}" >"$logs/$1" 2>&1 || status=$?
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
    TMPDIR=$logs/tmp timed make.log mmdebstrap --mode=root --variant=minbase \
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

# The system has its own processes, terminals and shared memory.
mount_kernel() {
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
    mount --bind "$root/dev/pts/ptmx" "$root/dev/ptmx"
    mount -t tmpfs tmpfs "$root/dev/shm"
}

# in_clone COMMAND...: as root in the clone. Not with chroot: in that, the kernel lets no one make a user namespace, and
# tests would be skipped. It heeds SIGINT, which the shell ignores for what it runs in the background.
in_clone() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount sh -euc '
        cd "$1"
        shift
        pivot_root . mnt
        umount -l mnt
        cd -P root/talkpress
        exec env -i --default-signal=INT,QUIT "$@"' - "$root" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} "$@"
}

# quickstart NAME ARGUMENT...: runs it; $cell is its status and time. Keeps its logs, and ctest's, as NAME-*.
quickstart() {
    local log
    echo "== ./quickstart ${*:2}"
    timed "$1.log" in_clone ./quickstart "${@:2}"
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

# Everything that is in the namespaces.
inside() {
    failed=0
    mount -o loop,barrier=0 "$logs/disk" "$root"
    make_system
    clone_head
    mount_kernel
    quickstart quickstart
    first=$cell
    quickstart test test ${regex:+"$regex"}
    second=$cell
    row
    [[ $failed == 0 ]] || exit 1
}

[[ $# -ge 1 && $# -le 2 && $1 =~ ^[a-z][a-z-]*$ ]] || { echo "usage: tests/systems.sh SUITE [REGEX]" >&2; exit 2; }
[[ $(id -u) == 0 ]] || fail "run it as root: it makes a system"
command -v mkfs.ext4 >/dev/null || fail "'mkfs.ext4' is not installed: 'apt install e2fsprogs'"
repo=$(cd "$(dirname "$0")/.." && pwd)
suite=$1
regex=${2:-}
logs=$repo/build/systems/$suite
root=$logs/system
clone=$root/root/talkpress
mkdir -p "$logs"
exec 9>"$logs.lock"
flock -n 9 || fail "it runs already for $suite"
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
# Also what a run left that was killed with SIGKILL.
rm -rf --one-file-system "$logs"
mkdir -p "$root" "$logs/tmp"
truncate -s 40G "$logs/disk"
mkfs.ext4 -q -O ^has_journal -E nodiscard "$logs/disk"
export repo suite regex logs root clone
# Of what unshare itself says, nothing is shown after a signal: it complains that it cannot end as its child did.
setsid setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
    bash -euo pipefail -c "exec 2>&3 3>&-; $(declare -f); inside" </dev/null 3>&2 2>"$logs/tmp/unshare" &
status=0
wait "$!" || status=$?
cat "$logs/tmp/unshare" >&2
exit "$status"
