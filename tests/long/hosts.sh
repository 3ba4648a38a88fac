#!/bin/sh
# SPDX-License-Identifier: MIT
# hosts.sh check-circuits|check-valgrind|check-tsan: the plug-in and the library inside other programs, watched by tools that
# see what no result shows. Prints cases and findings. Ends with 0: none; 1: there are some; 77: a tool is missing.
. "$(dirname "$0")/scratch.sh"
check=$1
bad=0

skip() {
    echo "skipped: $*"
    exit 77
}

# Random circuits in one process, with plug-in and test under AddressSanitizer and UndefinedBehaviorSanitizer.
circuits() {
    build sanitizers --enable-sanitizers CFLAGS='-g -O1' || { tail -n 20 "$work/sanitizers.log"; exit 1; }
    SYNAPTOGEN_TEST_LEVEL=long
    ASAN_OPTIONS=quarantine_size_mb=8 # resident memory is looked at
    export SYNAPTOGEN_TEST_LEVEL ASAN_OPTIONS
    check_build sanitizers check TESTS=tests/long/circuits
    log=$work/sanitizers/tests/long/circuits.log
    grep -E 'circuits of seed' "$log"
    grep -h -E 'runtime error|ERROR: (Address|Leak)Sanitizer|Assertion|circuit [0-9]+:' "$log" | sort | uniq -c | head -n 40
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || bad=1
}

# Programs that end in minutes under memcheck. The kernels are those that valgrind knows.
checked_programs='base/test_base base/test_numeric base/test_status cell/test_cell cell/test_read cell/test_converter model/test_params
    array/test_file array/test_stuck array/test_drift crossbar/test_access crossbar/test_write measure/test_csv train/test_params_write'

# memcheck NAME STATUS COMMAND...: a line of the table. Criterion runs each test in a process of its own.
memcheck() {
    name=$1 expected=$2
    shift 2
    rm -f "$work"/valgrind.[0-9]*
    timeout 1200 valgrind --quiet --trace-children=yes --child-silent-after-fork=no --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite --show-leak-kinds=definite --num-callers=20 \
        --suppressions="$work/source/tests/long/memcheck/ngspice.supp" --log-file="$work/valgrind.%p" "$@" >"$work/valgrind.out" 2>&1
    status=$?
    found=$(cat "$work"/valgrind.[0-9]* 2>/dev/null | grep -c -E '^==[0-9]+== (Invalid|Conditional|Use of|Syscall|Mismatched|[0-9,]+ .*bytes in)')
    printf '%-32s %4d reports, status %d\n' "$name" "$found" "$status"
    [ "$found" -eq 0 ] && [ $status -eq "$expected" ] && return
    bad=1
    grep -h -v '^--' "$work"/valgrind.[0-9]* | head -n 30
}

memchecks() {
    ! reason=$(missing valgrind) || skip "$reason"
    SYNAPTOGEN_KERNEL=generic OMP_NUM_THREADS=2 srcdir=$work/source builddir=$project
    PLUGIN=$project/codemodels/.libs/synaptogen.cm
    export SYNAPTOGEN_KERNEL OMP_NUM_THREADS srcdir builddir PLUGIN
    cases=0
    for program in ${PROGRAMS-$checked_programs}; do
        make -C "$project" --silent "tests/$program" >>"$work/valgrind.log" 2>&1 || { echo "$program cannot be built"; bad=1; continue; }
        binary=$project/tests/$program
        [ ! -x "${binary%/*}/.libs/${binary##*/}" ] || binary=${binary%/*}/.libs/${binary##*/}
        memcheck "$program" 0 "$binary" --quiet
        cases=$((cases + 1))
    done
    for netlist in "$work"/source/tests/long/memcheck/*.cir; do
        sed "s|@builddir@|$project|" "$netlist" >"$work/memcheck.cir"
        memcheck "${netlist##*/}" "$(head -n 1 "$netlist" | grep -c 'is refused')" "${NGSPICE:-ngspice}" -b "$work/memcheck.cir"
        cases=$((cases + 1))
    done
    echo "$cases cases"
}

# Tests that use threads. clang's OpenMP tells ThreadSanitizer how its threads wait for each other; that of gcc does not.
threads() {
    ! reason=$(missing clang) || skip "$reason"
    [ -n "$(find /usr/lib/llvm* -name libarcher.so 2>/dev/null)" ] || skip "no libarcher.so, which comes with clang's OpenMP"
    # Criterion cannot start under ThreadSanitizer; tests/long/criterion takes its place. Nor can ngspice load such a plug-in.
    make_options=all_checks=
    build tsan CC=clang CFLAGS='-g -O1 -fsanitize=thread' LDFLAGS=-fsanitize=thread CRITERION_CFLAGS= CRITERION_LIBS=-lm \
        CPPFLAGS="-I$work/source/tests/long/criterion" || { tail -n 20 "$work/tsan.log"; exit 1; }
    TSAN_OPTIONS="ignore_noninstrumented_modules=1 exitcode=66" OMP_NUM_THREADS=4 OPENBLAS_NUM_THREADS=1
    export TSAN_OPTIONS OMP_NUM_THREADS OPENBLAS_NUM_THREADS
    check_build tsan check $make_options TESTS="${PROGRAMS:-tests/array/test_array tests/array/test_program tests/crossbar/test_batch tests/crossbar/test_wires tests/crossbar/test_lines tests/crossbar/test_batch_noise tests/long/hosts}"
    grep -h -E 'SUMMARY: ThreadSanitizer' "$work"/tsan/tests/*/*.log | sort | uniq -c
    ! grep -q -h 'SUMMARY: ThreadSanitizer' "$work"/tsan/tests/*/*.log && [ "$failed" -eq 0 ] || bad=1
    echo "with ThreadSanitizer: $passed passed, $failed failed"
}

begin=$(date +%s)
case $check in
    check-circuits) circuits ;;
    check-valgrind) memchecks ;;
    check-tsan) threads ;;
esac
[ $bad -eq 0 ] && word=good || word=failed
echo "$check: $word, $(($(date +%s) - begin)) s"
exit $bad
