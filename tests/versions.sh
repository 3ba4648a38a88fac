#!/bin/sh
# SPDX-License-Identifier: MIT
# The plug-in in several versions of ngspice; run by hand:
#   tests/versions.sh SOURCE...
# For each source tree of ngspice, and with and without its solver KLU where it has one: builds the simulator and its
# library, builds the project for them, and runs the tests of the code models and of the netlists. Prints a row for each;
# "klu on": the test programs with KLU as the solver of each circuit.
# The logs and all builds stay in ${VERSIONS_WORK:-/tmp/synaptogen-versions}; a second run goes on with what is there.
# An ngspice takes some minutes and 500 MB.
set -u
unset CDPATH
project=$(cd "$(dirname "$0")/.." && pwd)
work=${VERSIONS_WORK:-/tmp/synaptogen-versions}
jobs=$(getconf _NPROCESSORS_ONLN)
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,9p' >&2; exit 2; }

version_of() {
    sed -n 's/^m4_define(\[ngspice_major_version\],[[:space:]]*\[\([^]]*\)\].*/\1/p' "$1/configure.ac"
}

# step NAME COMMAND...: in the folder $here; once, with a log.
step() {
    name=$1
    shift
    [ ! -e "$here/$name.done" ] || return 0
    "$@" >"$here/$name.log" 2>&1 && : >"$here/$name.done"
}

copy_source() {
    rm -rf "$here/source" && mkdir "$here/source" &&
        (cd "$1" && tar -cf - --exclude=.git .) | (cd "$here/source" && tar -xf -) || return 1
    cd "$here/source" && { [ -x configure ] || ./autogen.sh; }
}

# $1: simulator or library, others: options of configure
build_ngspice() {
    mkdir -p "$here/$1" && cd "$here/$1" || return 1
    shift
    "$source_copy/configure" --prefix="$here/prefix" "$@" && make -j"$jobs" && make install
}

copy_project() {
    mkdir -p "$here/project" &&
        (cd "$project" && git ls-files -z | xargs -0 tar -cf -) | (cd "$here/project" && tar -xf -)
}

build_project() {
    copy_project || return 1
    headers=$(XDG_CACHE_HOME=$here/cache NGSPICE_CONFIGURE_OPTIONS="$*" \
        "$project/codemodels/prepare-ngspice" "$source_copy" | tail -n 1) || return 1
    cd "$here/project" && { [ -x configure ] || autoreconf -i; } &&
        ./configure --silent NGSPICE="$here/prefix/bin/ngspice" --with-ngspice-source="$headers" && make -j"$jobs" --silent
}

# Succeeds also if tests fail: their account counts. Fails if there is none.
check_tests() {
    make -k check TESTS="$*" || [ -s test-suite.log ]
}

run_tests() {
    cd "$here/project" || return 1
    check_tests $programs tests/codemodels/*.sh tests/netlists/*.sh
}

# The test programs again, with the solver KLU in each circuit.
run_with_klu() {
    cd "$here/project" || return 1
    export SYNAPTOGEN_TEST_KLU=1
    check_tests $programs
    status=$?
    unset SYNAPTOGEN_TEST_KLU
    return $status
}

# $1: of the log, $2: PASS, ...
count() {
    sed -n "s/^# $2: *//p" "$here/$1.log" 2>/dev/null | tail -n 1
}

row() {
    printf '%-10s %-8s %8s %8s %8s  %s\n' "$@"
}

# $1: solver, $2: log
account() {
    failed=$(($(count "$2" FAIL) + $(count "$2" ERROR)))
    row "$version" "$1" "$(count "$2" PASS)" "$failed" "$(count "$2" SKIP)" "$here/$2.log"
}

# $1: klu, sparse or one
run() {
    here=$work/$version-$1
    mkdir -p "$here"
    set -- "$1" --enable-xspice --disable-debug --without-x
    case $1 in
        klu) set -- "$@" --enable-klu ;;
        sparse) set -- "$@" --disable-klu ;;
    esac
    solver=$1
    shift
    if step simulator.build build_ngspice simulator "$@" &&
        step library.build build_ngspice library --with-ngshared "$@" &&
        step project.build build_project --with-ngshared "$@" && step tests run_tests; then
        account "$solver" tests
        [ "$solver" != klu ] || { step klu run_with_klu && account "$solver on" klu; }
    else
        row "$version" "$solver" - - - "$here/$name.log"
    fi
}

programs=$(cd "$project" && find tests/codemodels -name 'test_*.c' | sed 's/\.c$//' | sort | tr '\n' ' ')
row ngspice solver passed failed skipped log
for source; do
    version=$(version_of "$source")
    [ -n "$version" ] || { echo "versions.sh: $source is no source tree of ngspice" >&2; exit 2; }
    here=$work/$version
    source_copy=$here/source
    mkdir -p "$here"
    if ! step source copy_source "$source"; then
        row "$version" - - - - "$here/source.log"
    elif grep -q 'AC_ARG_ENABLE(\[klu\]' "$source/configure.ac"; then
        run klu
        run sparse
    else
        run one
    fi
done
