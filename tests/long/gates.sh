#!/bin/sh
# SPDX-License-Identifier: MIT
# gates.sh check-sanitizers|check-clang|check-tidy|check-cppcheck FLAG...: what must hold before a change is taken; make calls
# it with the preprocessor's flags. Ends with 0: it holds; 1: it does not; 77: a tool is missing, and the last line says which.
. "$(dirname "$0")/scratch.sh"
gate=$1
shift

skip() {
    echo "skipped: $*"
    exit 77
}

# All tests of compiled code, with AddressSanitizer and UndefinedBehaviorSanitizer.
sanitizers() {
    build sanitizers --enable-sanitizers CFLAGS='-g -O1' || { tail -n 20 "$work/sanitizers.log"; exit 1; }
    check_build sanitizers check-code
    grep -E '^(FAIL|ERROR):|runtime error|ERROR: AddressSanitizer' "$work/sanitizers.log"
    echo "with sanitizers: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

# Library, command, plug-in and test programs without a warning.
clang_build() {
    ! reason=$(missing clang) || skip "$reason"
    build clang CC=clang --enable-werror && cd "$work/clang" &&
        make -k -j"$jobs" --silent programs >>"$work/clang.log" 2>&1 && ! grep 'warning:' "$work/clang.log" && return
    grep -A 5 -E 'warning:|error:' "$work/clang.log"
    return 1
}

sources() {
    cd "$work/source" && find lib codemodels -name '*.c' | sort
}

# .clang-tidy at the top says what is looked for.
tidy() {
    ! reason=$(missing clang-tidy) || skip "$reason"
    {
        printf '%s\n' -std=gnu11 -fopenmp "$@" -Ilib -Itests -Icodemodels -I"$project/codemodels/synaptogen-generated" \
            '-DSYNP_ISA_FILE=<base/isa_generic.h>' "-DHOST_NGSPICE=$NGSPICE_MAJOR" \
            -isystem "$NGSPICE_SOURCE/src/include" -isystem "$NGSPICE_SOURCE/src"
    } >"$work/source/compile_flags.txt"
    sources >"$work/sources" && cd "$work/source" && xargs -P "$jobs" -n 4 clang-tidy --quiet <"$work/sources" \
        >"$work/tidy.log" 2>"$work/tidy.errors" && return
    grep -A 3 -E 'warning:|error:' "$work/tidy.log" || tail "$work/tidy.errors"
    return 1
}

# Warnings of cppcheck that are no faults: cppcheck.txt.
cppcheck_gate() {
    ! reason=$(missing cppcheck) || skip "$reason"
    mkdir -p "$work/cppcheck" && cd "$work/source" || return 1
    lists=$(echo '#include <sys/queue.h>' | cc -M -xc - | tr ' ' '\n' | grep 'sys/queue\.h$')
    # shellcheck disable=SC2046
    cppcheck --quiet -j "$jobs" --cppcheck-build-dir="$work/cppcheck" --std=c11 --enable=warning,portability,performance \
        --error-exitcode=1 --suppressions-list=tests/long/cppcheck.txt --include="$lists" \
        --template='{file}:{line}: {severity}: {message} [{id}]' "$@" -D_OPENMP=201511 -D__BYTE_ORDER__=1234 \
        -D__ORDER_BIG_ENDIAN__=4321 "-DHOST_NGSPICE=$NGSPICE_MAJOR" '-DSYNP_ISA_FILE=<base/isa_generic.h>' \
        -Ilib -Icodemodels $(sources)
}

begin=$(date +%s)
status=0
case $gate in
    check-sanitizers) sanitizers || status=1 ;;
    check-clang) clang_build || status=1 ;;
    check-tidy) tidy "$@" || status=1 ;;
    check-cppcheck) cppcheck_gate "$@" || status=1 ;;
esac
[ $status -eq 0 ] && word=good || word=failed
echo "$gate: $word, $(($(date +%s) - begin)) s"
exit $status
