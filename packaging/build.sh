#!/usr/bin/env bash
# packaging/build.sh [OUTDIR]: makes the Debian packages of the last commit (HEAD) with
# packaging/debian, and leaves them in OUTDIR (by default build/deb): .deb, the source package and
# .changes. What is not committed is left out. Needs the groups build and deb of packages.txt;
# ./quickstart deb installs them. docs/install.md says what is in which package.
#
# The same commit and the same compiler give the same bytes, in whatever folder: times in the
# packages are the commit's. The folder is made in TMPDIR (by default /tmp), and removed. Its path may
# have letters, digits and -+:.~/_ only: in others, dpkg does not keep it out of debug information.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
# Also if the clone belongs to another user.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$repo
git -C "$repo" rev-parse -q --verify HEAD >/dev/null || {
    echo "build.sh: '$repo' is no git repository: the packages are made from a commit" >&2
    exit 1
}
mkdir -p "${1:-$repo/build/deb}"
out=$(cd "${1:-$repo/build/deb}" && pwd)
umask 022
SOURCE_DATE_EPOCH=$(git -C "$repo" log -1 --format=%ct)
export SOURCE_DATE_EPOCH

work=$(mktemp -d --tmpdir talkpress-deb.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The version without Debian's revision.
version=$(git -C "$repo" show HEAD:packaging/debian/changelog | sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p')
tree=$work/talkpress-$version
git -C "$repo" -c tar.umask=0022 archive --format=tar --prefix="talkpress-$version/" HEAD >"$work/tar"
tar -xf "$work/tar" -C "$work"
# xz in one thread: what several make depends on their number.
xz -T1 <"$work/tar" >"$work/talkpress_$version.orig.tar.xz"
rm "$work/tar"
cp -a "$tree/packaging/debian" "$tree/debian"

echo "== building packages of talkpress $version"
if ! (cd "$tree" && dpkg-buildpackage -us -uc) >"$work/log" 2>&1; then
    tail -n 40 "$work/log" >&2
    exit 1
fi
rm -f "$out"/talkpress{,-data,-dbgsym}_*
mv "$work/log" "$out/talkpress_$version.build"
find "$work" -maxdepth 1 -type f -exec mv -t "$out" {} +
echo "== in $out:"
(cd "$out" && du -h --apparent-size ./*.deb | sed 's|\./||')
