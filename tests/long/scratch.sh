# SPDX-License-Identifier: MIT
# What the checks with builds of their own share. make starts them, from a folder with the distributed sources in source/,
# and sets $NGSPICE_SOURCE and $project, the folder of the build that they belong to.
set -u
unset CDPATH MAKEFLAGS MAKELEVEL MFLAGS
work=$(pwd)
script=$work/$0
jobs=$(getconf _NPROCESSORS_ONLN)

# configured: this folder has been configured by the configure and with the options of now.
configured() {
    [ config.status -nt ../source/configure ] && [ config.status -nt "$script" ]
}

# build NAME [OPTION...]: configures and builds in the folder NAME; the log is NAME.log. The folder stays for the next time.
# $make_options: of make.
build() {
    name=$1
    shift
    mkdir -p "$work/$name" && cd "$work/$name" || return 1
    {
        configured || ../source/configure --silent --with-ngspice-source="$NGSPICE_SOURCE" "$@" && make -j"$jobs" --silent ${make_options-}
    } >"$work/$name.log" 2>&1
}

# check_build NAME TARGET...: runs tests of a build; its log becomes longer. Sets passed, failed and skipped.
check_build() {
    name=$1
    shift
    cd "$work/$name" && make -k -j"$jobs" "$@" >>"$work/$name.log" 2>&1
    status=$?
    passed=$(count PASS) failed=$(($(count FAIL) + $(count ERROR) + $(count XPASS))) skipped=$(count SKIP)
    [ -n "$passed" ] || { passed=0 skipped=0 failed=1; }
    [ "$failed" -gt 0 ] || [ "$status" -eq 0 ] || failed=1
}

# $1: PASS, ...: as automake has counted
count() {
    sed -n "s/^# $1: *//p" "$work/$name.log" | tail -n 1
}

# missing PROGRAM...: the first that is missing, as the reason of a skipped check.
missing() {
    for program; do
        command -v "$program" >/dev/null || { echo "no $program"; return 0; }
    done
    return 1
}

# The source of Debian's packages that this machine uses; $DEBIAN_MIRROR is another one.
mirror() {
    echo "${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v -e security -e updates | head -n 1)}"
}
