# What tests/systems.sh, tests/arm64.sh, tests/runtime.sh and packaging/check.sh share: minimal systems of Debian, and
# commands in them. Sourced, with $repo set.
#
# All is in $work, a disk image, and in a mount and a process namespace. So the kernel ends all processes and drops all
# mounts when the first process of these is killed, and only one file must be removed. The image is in TMPDIR (by
# default /var/tmp, because /tmp may be memory).
#
# APT_OPTION is one more option for apt, such as 'Acquire::Check-Valid-Until "false"'. http_proxy, https_proxy and
# no_proxy are passed on.

umask 022
script=$0

fail() {
    echo "${script##*/}: $*" >&2
    exit 1
}

say() {
    echo "== $*"
}

# quiet COMMAND...: its output, which is kept in $log, is shown only if it fails.
quiet() {
    local status=0
    "$@" >"$log" 2>&1 || status=$?
    [[ $status == 0 ]] || { tail -n 40 "$log" >&2; fail "failed with status $status: $*"; }
}

# --- namespaces -----------------------------------------------------------------------------------

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
    device=$(losetup --noheadings --output NAME --associated "$box/disk") || return 0
    [[ -n $device ]] || return 0
    : >"$box/disk"
    losetup --set-capacity "$device" || true
}

cleanup() {
    local job
    trap '' INT TERM HUP
    job=$(jobs -p)
    [[ -z $job ]] || { shrink_disk && kill_inside "$job"; }
    rm -rf --one-file-system "$box"
}

# What a run left that was killed with SIGKILL. Its lock ends with the last of its processes.
remove_old() {
    local old
    for old in "$1"/talkpress-systems.*; do
        [[ ! -e $old/lock ]] || flock -n "$old/lock" rm -rf --one-file-system "$old" || true
    done
}

# apart FUNCTION ARGUMENT...: the last that a script does. Runs the function in the namespaces, where functions and
# exported variables are known, and exits with its status.
apart() {
    local status=0 folder=${TMPDIR:-/var/tmp}
    [[ $(id -u) == 0 ]] || fail "run it as root: it makes systems"
    command -v mmdebstrap >/dev/null || fail "'mmdebstrap' is not installed: 'apt install mmdebstrap'"
    command -v mkfs.ext4 >/dev/null || fail "'mkfs.ext4' is not installed: 'apt install e2fsprogs'"
    remove_old "$folder"
    box=$(mktemp -d "$folder/talkpress-systems.XXXXXX")
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    exec 9>"$box/lock"
    flock 9
    chmod 755 "$box"
    work=$box/work
    mkdir "$work"
    truncate -s 40G "$box/disk"
    mkfs.ext4 -q -O ^has_journal -E nodiscard "$box/disk"
    export repo script box work log="${log:-$work/log}"
    # Not of the terminal's group: only this process heeds its signals. Of what unshare itself says, nothing is shown
    # after a signal: it complains that it cannot end as its child did.
    setsid setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
        bash -euo pipefail -c "exec 2>&3 3>&-; $(declare -f)
            mount -o loop,barrier=0 \"\$box/disk\" \"\$work\"
            \"\$@\"" - "$@" </dev/null 3>&2 2>"$box/unshare" &
    wait "$!" || status=$?
    cat "$box/unshare" >&2
    exit "$status"
}

# --- systems --------------------------------------------------------------------------------------

# packages GROUP PATTERN: those of a group in packages.txt whose name matches.
packages() {
    awk -v group="$1" -v pattern="$2" '$1 == group && $2 ~ pattern { print $2 }' "$repo/packages.txt"
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

# make_system FOLDER SUITE ARCHITECTURES PACKAGE...: with names of hosts, as any installed system has them. Packages
# start no service. dpkg does not wait for the disk: the system is thrown away.
make_system() {
    local include
    include=$(printf ',%s' "${@:4}")
    TMPDIR=$work quiet mmdebstrap --mode=root --variant=minbase --architectures="$3" --dpkgopt=force-unsafe-io \
        ${APT_OPTION:+--aptopt="$APT_OPTION"} ${4:+--include="${include:1}"} "$2" "$1" "deb $(mirror) $2 main"
    cp --remove-destination /etc/resolv.conf "$1/etc/resolv.conf"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" >"$1/etc/hosts"
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
    chmod +x "$1/usr/sbin/policy-rc.d"
}

# kept_system FOLDER SUITE ARCHITECTURES PACKAGE...: makes it if it is not there.
kept_system() {
    [[ ! -d $1 ]] || { say "the system ${1##*/} is there" && return; }
    say "making the system ${1##*/}"
    make_system "$work/new" "${@:2}"
    mkdir -p "${1%/*}"
    mv "$work/new" "$1"
}

# native_system FOLDER SUITE: of this machine's architecture, to build in, run what is built and look at videos.
native_system() {
    local -a all
    mapfile -t all < <(packages build . && packages run '^(fonts-.*|tzdata)$' && packages test '^ffmpeg$')
    kept_system "$1" "$2" "$(dpkg --print-architecture)" "${all[@]}"
}

# inside SYSTEM COMMAND...: as root in that folder, with an almost empty environment. $work is /mnt there. Processes,
# terminals and shared memory are its own, and what the command leaves running ends with it. The command is not
# process 1: that ignores signals. Not with chroot: in that, the kernel lets no one make a user namespace, and tests
# would be skipped. It heeds SIGINT, which the shell ignores for what it runs in the background.
inside() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 work=$2
        shift 2
        mount --bind "$root" "$root"
        mount --rbind /dev "$root/dev"
        mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
        mount --bind "$root/dev/pts/ptmx" "$root/dev/ptmx"
        mount -t tmpfs tmpfs "$root/dev/shm"
        mount --rbind /sys "$root/sys"
        mount -t proc proc "$root/proc"
        mount --bind "$work" "$root/mnt"
        cd "$root"
        pivot_root . media
        umount -l media
        cd -P root
        status=0
        env -i --default-signal=INT,QUIT "$@" || status=$?
        exit $status' - "$1" "$work" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} "${@:2}"
}

# install_in SYSTEM PACKAGE...: with apt, without what they only recommend.
install_in() {
    quiet inside "$1" apt-get update -q
    quiet inside "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${@:2}"
}

# The last commit, as others get it. Also if the checkout belongs to another user.
clone_head() {
    local -x GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$repo
    [[ -z $(git -C "$repo" status --porcelain) ]] || say "what is not committed is left out"
    git -C "$repo" bundle create -q "$work/bundle" HEAD
    git -c advice.detachedHead=false clone -q "$work/bundle" "$1"
}

# build_release SYSTEM NAME OPTION...: builds $work/source in $work/build-NAME, installs to $work/NAME.
build_release() {
    say "building ($2)"
    quiet inside "$1" cmake --preset release -S /mnt/source -B "/mnt/build-$2" --install-prefix "/mnt/$2" "${@:3}"
    quiet inside "$1" cmake --build "/mnt/build-$2"
    quiet inside "$1" cmake --install "/mnt/build-$2"
}
