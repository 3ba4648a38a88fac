#!/bin/sh
# SPDX-License-Identifier: MIT
# make release-check: what must hold before a release. A line for each step; ends with 1 if one has failed. A step whose tools
# are missing is skipped, and says so. STEPS="versions dated": these alone.
. "$(dirname "$0")/scratch.sh"
top=$work/source
version=$(sed -n 's/^#define SYN_VERSION "\(.*\)"/\1/p' "$top/lib/synaptogen/version.h")
bad=0

# Each place that names the version names this one. The others take it from version.h.
versions() {
    citation=$(sed -n 's/^version: *//p' "$top/CITATION.cff")
    changes=$(sed -n 's/^\([0-9][0-9.]*\) (.*)$/\1/p' "$top/CHANGES" | sed 1q)
    debian=$(sed -n '1s/^synaptogen (\(.*\)-[^-]*).*/\1/p' "$top/docs/debian/changelog")
    package=$(sed -n "s/^AC_INIT.*\[\([0-9.]*\)\].*/\1/p" "$top/configure.ac")
    command=$("$project/synaptogen" --version | sed -n '1s/.* //p')
    echo "version.h $version, CITATION.cff $citation, CHANGES $changes, docs/debian/changelog $debian, command $command"
    [ -z "$package" ] && [ "$version" = "$citation" ] && [ "$version" = "$changes" ] && [ "$version" = "$debian" ] &&
        [ "$version" = "$command" ]
}

# CHANGES has the day of the release, and CITATION.cff has it, too.
dated() {
    day=$(sed -n "s/^$version (\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\))\$/\1/p" "$top/CHANGES")
    [ -n "$day" ] || { echo "CHANGES gives no day for $version: \"$version (YYYY-MM-DD)\""; return 1; }
    grep -q "^date-released: *$day" "$top/CITATION.cff" || { echo "CITATION.cff lacks date-released: $day"; return 1; }
}

# The tarball is what git has, not what the folder holds.
committed() {
    command -v git >/dev/null && [ -e "$project/.git" ] || { echo "no git checkout"; return 77; }
    (cd "$project" && git status --porcelain --untracked-files=no) >"$work/uncommitted"
    [ ! -s "$work/uncommitted" ] || { cat "$work/uncommitted"; return 1; }
}

distcheck() {
    make -C "$project" -j"$jobs" distcheck >"$work/distcheck.log" 2>&1 || { tail -n 20 "$work/distcheck.log"; return 1; }
}

# The steps inside of the small system. There is no git in it.
inside='set -e
cd /root/synaptogen-*
if command -v git; then exit 1; fi
./bootstrap
./synaptogen sample --cells 2
make check TESTS="tests/cell/test_cell tests/codemodels/batch.sh"
./configure --silent --prefix=/root/installed
make -s install
/root/installed/bin/synaptogen sample --cells 2
make -s uninstall
! find /root/installed -mindepth 1 | grep .'

# A Debian with nothing but its base, in which bootstrap installs the packages that it names, builds the tarball.
alone() {
    [ "$(id -u)" -eq 0 ] || { echo "not root"; return 77; }
    ! reason=$(missing debootstrap unshare chroot) || { echo "$reason"; return 77; }
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
    root=$work/release-root
    tarball=$project/synaptogen-$version.tar.xz
    [ -e "$tarball" ] || make -C "$project" -s dist >"$work/dist.log" 2>&1 || { tail "$work/dist.log"; return 1; }
    rm -rf "$root" && debootstrap --variant=minbase "$release" "$root" "$(mirror)" \
        >"$work/alone.log" 2>&1 && xz -dc "$tarball" | tar -C "$root/root" -xf - || { tail "$work/alone.log"; return 1; }
    # The mounts end with the namespace.
    unshare --mount sh -c 'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" &&
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh -c "$2"' sh "$root" "$inside" \
        >>"$work/alone.log" 2>&1 || { tail -n 20 "$work/alone.log"; return 1; }
    rm -rf "$root"
}

# step NAME WHAT
step() {
    begin=$(date +%s)
    "$1" >"$work/step.log" 2>&1
    case $? in
        0) word=good ;;
        77) word=skipped ;;
        *) word=FAILED bad=1 ;;
    esac
    printf '%-8s %s, %d s\n' "$word" "$2" $(($(date +%s) - begin))
    sed 's/^/         /' "$work/step.log"
}

for name in ${STEPS:-versions dated committed distcheck alone}; do
    case $name in
        versions) step versions "all places name the version $version" ;;
        dated) step dated "the release has its day" ;;
        committed) step committed "everything is committed" ;;
        distcheck) step distcheck "make distcheck" ;;
        alone) step alone "a Debian with the packages of bootstrap alone, and without git, builds the tarball" ;;
        *) echo "release.sh: no step is called $name" >&2; exit 2 ;;
    esac
done
exit $bad
